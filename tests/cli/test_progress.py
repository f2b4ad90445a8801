"""What is seen while a command works."""

import io
import json
import sys
from typing import Any

import pytest

from bitrix_scrum_async.cli.progress import Watch, Work, expected_writes
from bitrix_scrum_async.importer.progress import WAITING, Progress
from bitrix_scrum_async.transport.events import Cause, RequestSent, Waited
from tests.importer import plans


class Terminal(io.StringIO):
    """A text stream that claims to be a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put a terminal in place of standard error."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    return terminal


def wait(cause: Cause, seconds: float, request: int = 1) -> Waited:
    """A request begins to wait."""
    return Waited(portal="acme", method="batch", request=request, cause=cause, seconds=seconds)


def sent(request: int = 1) -> RequestSent:
    """A request leaves."""
    return RequestSent(portal="acme", method="batch", request=request, attempt=1, commands=50)


def test_bars_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    watch = Watch()
    with watch.shown(plans.load()) as tell:
        tell(Progress(phase="groups", done=0, total=1))
        watch.on_event(sent())
        tell(Progress(phase="groups", done=1, total=1))
        tell(Progress(phase="tasks", done=0, total=6))
        tell(Progress(phase="tasks", done=4, total=6, failed=1))
    shown = terminal.getvalue()
    for each in ("groups", "1/1", "all writes", "5/19", "tasks", "4/6", "(1 failed)", "left"):
        assert each in shown


def test_work_without_a_plan_has_one_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    with Watch().shown() as tell:
        tell(Progress(phase="looking", done=2, total=8))
    shown = terminal.getvalue()
    assert "looking" in shown
    assert "2/8" in shown
    assert "all writes" not in shown


def test_nothing_is_shown_of_work_that_did_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    with Watch().shown(plans.load()):
        pass
    assert terminal.getvalue() == ""


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Read the lines of JSON on standard error."""
    said = capsys.readouterr()
    assert said.out == ""
    return [json.loads(line) for line in said.err.splitlines()]


def test_lines_of_json_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    with Watch().shown() as tell:
        tell(Progress(phase="tasks", done=1, total=4))
    assert lines(capsys) == [
        {"event": "progress", "phase": "tasks", "done": 1, "total": 4, "failed": 0}
    ]


def test_lines_of_an_import_tell_how_far_all_of_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    watch = Watch()
    with watch.shown(plans.load()) as tell:
        watch.on_event(wait("bucket", 0.5))
        watch.on_event(sent())
        tell(Progress(phase="groups", done=1, total=1))
        tell(Progress(phase="tasks", done=3, total=6))
    last = lines(capsys)[-1]
    assert (last["groups_done"], last["groups"]) == (1, 1)
    assert (last["writes_done"], last["writes"]) == (4, 19)
    assert last["per_second"] > 0
    assert last["seconds_left"] >= 0
    assert last["waited"] == {"bucket": 0.5}


def test_waits_that_are_news_have_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    watch = Watch()
    with watch.shown() as _:
        watch.on_event(wait("bucket", 0.5, request=1))
        watch.on_event(wait("operating", 300.0, request=2))
        watch.on_event(wait("bucket", 0.5, request=3))
    watch.on_event(wait("refused", 1.0))
    (line,) = lines(capsys)
    assert line == {
        "event": "waiting",
        "cause": "operating",
        "seconds": 300.0,
        "method": "batch",
        "why": "for a method that has used up its working time",
    }


def test_the_longest_wait_is_said() -> None:
    work = Work()
    assert work.waiting() == ""
    work.waits = {1: wait("bucket", 0.4), 2: wait("refused", 12.3)}
    assert work.waiting() == "waiting 12 s because the portal refuses more requests for now"
    del work.waits[2]
    assert work.waiting() == "waiting for the portal's limit of requests"
    work.last = Progress(phase=WAITING, done=0, total=60)
    assert work.waiting() == "waiting 60 s until lost requests have ended in the portal"


def test_seconds_of_waiting_are_no_writes() -> None:
    work = Work()
    assert (work.done, work.total, work.seconds_left) == (0, 0, None)


def test_phases_that_were_passed_over_are_not_waited_for() -> None:
    work = Work(expected_writes(plans.load()), groups=1)
    work.tell(Progress(phase="groups", done=1, total=1))
    assert work.total == 26
    work.tell(Progress(phase="epics", done=0, total=2))
    assert work.total == 24
    work.tell(Progress(phase="completions", done=2, total=2))
    assert (work.done, work.total) == (3, 5)


def test_the_estimate_is_near_what_an_import_writes() -> None:
    expected = expected_writes(plans.load())
    assert expected == {
        "groups": 1,
        "members": 1,
        "backlogs": 1,
        "epics": 2,
        "sprints": 3,
        "stages": 3,
        "starts": 1,
        "tasks": 6,
        "places": 6,
        "completions": 2,
    }
