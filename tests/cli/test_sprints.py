"""`bitrix-scrum sprints`."""

import json

import pytest

from bitrix_scrum_async.emulator import Emulator
from tests.cli.running import command, refused


@pytest.mark.usefixtures("imported")
def test_it_lists_the_sprints_of_a_group(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(emulator.requests)
    assert command(monkeypatch, "sprints", 1, "--json") == 0
    assert len(emulator.requests) - before == 2
    found = json.loads(capsys.readouterr().out)
    assert found["group"] == {"id": 1, "name": "The shop"}
    assert [(each["name"], each["status"]) for each in found["sprints"]] == [
        ("Sprint s1", "completed"),
        ("Sprint s2", "active"),
        ("Sprint s3", "planned"),
    ]
    assert found["sprints"][0]["start"] == "2026-11-02T09:00:00+03:00"
    assert command(monkeypatch, "sprints", 1) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "The shop"
    assert lines[2].split() == ["Id", "Sprint", "State", "Start", "End"]
    assert lines[4].split()[1:] == ["Sprint", "s1", "completed", "2026-11-02", "2026-11-16"]


@pytest.mark.usefixtures("imported")
def test_it_counts_tasks_and_points_on_request(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(emulator.requests)
    assert command(monkeypatch, "sprints", 1, "--points", "--json") == 0
    assert len(emulator.requests) - before == 4
    found = json.loads(capsys.readouterr().out)
    counts = [
        [each[name] for name in ("tasks", "done", "points", "points_done", "unread")]
        for each in (*found["sprints"], found["backlog"])
    ]
    assert counts == [[1, 1, 0, 0, 0], [3, 1, 0, 0, 1], [1, 0, 3, 0, 0], [1, 0, 0.5, 0, 0]]
    assert command(monkeypatch, "sprints", 1, "--points") == 0
    out = capsys.readouterr().out
    (line,) = [line for line in out.splitlines() if "Sprint s3" in line]
    assert line.split()[-2:] == ["0/1", "0/3"]
    assert "In the backlog: 1 task, 0.5 points." in out
    assert "The points of 1 task are no number, such as XL: not counted." in out


@pytest.mark.parametrize(
    ("master", "code", "said"),
    [
        ('"SCRUM_MASTER_ID": 1, ', 0, "A group has no sprints."),
        ("", 2, "group 1 is no Scrum group: it has no scrum master; those that are: "),
    ],
)
def test_a_group_without_sprints(
    master: str,
    code: int,
    said: str,
    webhook: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fields = f'{{{master}"NAME": "A group"}}'
    assert command(monkeypatch, "call", "sonet_group.create", "--params", fields) == 0
    assert capsys.readouterr().out == "1\n"
    assert command(monkeypatch, "sprints", 1) == code
    assert "".join(capsys.readouterr()).startswith(said)


def test_a_group_that_is_not_there(
    webhook: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "sprints", 77) == 2
    assert refused(capsys).startswith("the portal shows no group 77 to the webhook's user")


@pytest.mark.usefixtures("imported")
def test_who_is_no_member_is_told_so(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BITRIX24_WEBHOOK", emulator.new_webhook(user_id=9))
    assert command(monkeypatch, "sprints", 1) == 2
    assert refused(capsys).startswith("the webhook's user does not belong to group 1, and its")


@pytest.mark.usefixtures("imported")
def test_the_scope_of_tasks_suffices(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BITRIX24_WEBHOOK", emulator.new_webhook(scopes=["task"]))
    assert command(monkeypatch, "sprints", 1) == 0
    assert capsys.readouterr().out.startswith("Group 1\n\nId  Sprint")
