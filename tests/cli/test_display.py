"""Tables and lines of results."""

import pytest
from rich.console import Console

from bitrix_scrum_async.cli import display
from bitrix_scrum_async.cli.display import show_export, show_report, show_verification
from bitrix_scrum_async.importer import (
    Difference,
    Fate,
    GroupPlan,
    Missing,
    Note,
    Plan,
    Report,
    Verification,
)
from bitrix_scrum_async.importer.report import INTERRUPTED

PLAN = Plan(groups=(GroupPlan(key="g", name="Group [bold]", scrum_master=1),))


def test_a_report_shows_what_is_missing_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(portal="acme.example", stopped="no more", changed=["task g/a"])
    report.count("task", "g", Fate.CREATED)
    report.count("task", "g", Fate.PRESENT)
    for n in range(50):
        report.count("task", "g", Fate.FAILED)
        report.missing.append(
            Missing(kind="task", group="g", key=f"[red]{n}", fate=Fate.FAILED, reason="no")
        )
    show_report(PLAN, report)
    said = capsys.readouterr().out
    assert "Imported into acme.example" in said
    assert "Group [bold]" in said
    assert "task g/[red]0: failed: no" in said
    assert "... and 10 more; --json has them all" in said
    assert "is not as planned:\ntask g/a\n" in said
    assert "Stopped: no more" in said


def test_the_title_is_one_line_above_a_narrow_table(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(portal="a-company-of-a-long-name.bitrix24.example")
    report.count("task", "g", Fate.CREATED)
    show_report(PLAN, report)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Imported into a-company-of-a-long-name.bitrix24.example"


@pytest.mark.parametrize("width", [80, 120])
def test_a_group_has_one_line_in_the_table(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(display, "plain_console", lambda: Console(width=width))
    groups = tuple(
        GroupPlan(key=str(n), name=f"{n} A long name\nof a group " * 9, scrum_master=1)
        for n in range(3)
    )
    report = Report(portal="acme.example")
    for group in groups:
        for kind in ("epic", "sprint", "task"):
            for _ in range(12345):
                report.count(kind, group.key, Fate.CREATED)
    show_report(Plan(groups=groups), report)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    assert sum("A long name of a group" in line and "12345" in line for line in lines) == 3
    (head,) = [line for line in lines if "Group" in line]
    assert head.split() == ["Group", "Epics", "Sprints", "Tasks"]


def test_a_verification_shows_what_differs(capsys: pytest.CaptureFixture[str]) -> None:
    found = Verification(checked={"task": 2})
    found.differences.append(
        Difference(kind="task", group="g", key="a", field="title", planned="'a'", found="'b'")
    )
    show_verification(found)
    assert capsys.readouterr().out == (
        "Read back: 2 x task. 1 difference:\ntask g/a title: planned 'a', found 'b'\n"
    )


def test_an_interrupted_report_leaves_it_to_the_command_to_say_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_report(PLAN, Report(portal="acme.example", stopped=INTERRUPTED))
    said = capsys.readouterr().out
    assert "Imported into acme.example" in said
    assert "interrupted" not in said
    assert "again" not in said


def test_what_many_groups_have_is_noted_once(capsys: pytest.CaptureFixture[str]) -> None:
    notes = [Note(group=key, text="a task has tags", count=2) for key in ("a", "b")]
    notes += [Note(group="a", text="a task has a parent"), Note(group="", text="a user is gone")]
    show_export(PLAN, notes)
    assert capsys.readouterr().out.splitlines()[-4:-1] == [
        "2 groups: 4 x a task has tags",
        "a: 1 x a task has a parent",
        "1 x a user is gone",
    ]
