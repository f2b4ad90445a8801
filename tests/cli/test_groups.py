"""`bitrix-scrum groups`."""

import json

import pytest

from bitrix_scrum_async.emulator import Emulator
from tests.cli.running import command

ROW = {
    "id": 1,
    "name": "The shop",
    "scrum_master": {"id": 1, "name": "User 1"},
    "members": 3,
    "closed": False,
    "member": True,
    "active_sprint": {"id": 3, "name": "Sprint s2"},
}


@pytest.mark.usefixtures("imported")
def test_it_lists_groups_with_their_active_sprints(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(emulator.requests)
    assert command(monkeypatch, "groups", "--json") == 0
    assert len(emulator.requests) - before == 2
    (row,) = json.loads(capsys.readouterr().out)
    assert {**row, "active_sprint": {**row["active_sprint"], "id": 3}} == ROW
    assert command(monkeypatch, "groups") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["Id", "Group", "Scrum", "master", "Members", "Active", "sprint"]
    assert lines[2] == " 1  The shop          User 1              3  Sprint s2"
    assert lines[4:] == [f"1 Scrum group of {emulator.address.partition('//')[2]}."]


def test_a_portal_without_a_scrum_group(
    webhook: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "groups") == 0
    assert "shows no Scrum group to the webhook's user" in capsys.readouterr().out
    assert command(monkeypatch, "groups", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.usefixtures("imported")
def test_it_says_whose_sprints_are_not_shown(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BITRIX24_WEBHOOK", emulator.new_webhook(user_id=9))
    assert command(monkeypatch, "groups") == 0
    out = capsys.readouterr().out
    assert "(not a member)" in out
    assert "1 without the webhook's user: their sprints are shown to members only." in out
    assert command(monkeypatch, "groups", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["member"], row["active_sprint"]) == (False, None)


@pytest.mark.usefixtures("imported")
def test_what_the_scopes_do_not_show_is_left_out(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BITRIX24_WEBHOOK", emulator.new_webhook(scopes=["socialnetwork"]))
    assert command(monkeypatch, "groups", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["scrum_master"] == {"id": 1, "name": ""}
    assert (row["member"], row["active_sprint"]) == (None, None)
    assert command(monkeypatch, "groups") == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "The shop" in line]
    assert line.split() == ["1", "The", "shop", "user", "1", "3", "(no", "scope", "task)"]
