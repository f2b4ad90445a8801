"""`bitrix-scrum whoami`."""

import datetime as dt
import json
from typing import Any

import attrs
import pytest

from bitrix_scrum_async.cli.whoami import Identity
from bitrix_scrum_async.emulator import Emulator
from tests.cli.running import command, refused

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
KNOWN = Identity(
    portal="acme.example",
    user_id=1,
    user="Ada",
    admin=True,
    scopes=("socialnetwork", "sonet_group", "task", "user"),
    scrum=True,
    time=NOON,
    here=NOON,
    seconds=0.1,
)


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The one JSON document that was printed."""
    tree: dict[str, Any] = json.loads(capsys.readouterr().out)
    return tree


def test_it_tells_who_the_webhook_is_and_that_nothing_is_missing(
    emulator: Emulator,
    webhook: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(monkeypatch, "whoami", "--json") == 0
    found = told(capsys)
    assert found["user"] == {"id": 1, "name": "User 1", "admin": True}
    assert found["scopes"] == ["socialnetwork", "sonet_group", "task", "user"]
    assert found["reading"] == found["importing"] == {"ready": True, "missing": []}
    assert found["time"]["clock_difference"] == 0
    assert 0 < found["answer_seconds"] < 10
    assert len(emulator.requests) == 4
    assert command(monkeypatch, "whoami") == 0
    out = capsys.readouterr().out
    assert "User 1 (id 1), an administrator" in out
    assert out.count("ready") == 2
    assert webhook.split("/")[-2] not in out


@pytest.mark.parametrize(
    ("scopes", "missing"),
    [
        (["task", "socialnetwork"], {"importing": ["the scope sonet_group"]}),
        (
            ["task"],
            {
                "reading": ["the scope socialnetwork"],
                "importing": ["the scopes sonet_group and socialnetwork"],
            },
        ),
    ],
)
def test_it_says_what_is_missing_for_what(
    scopes: list[str],
    missing: dict[str, list[str]],
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("BITRIX24_WEBHOOK", emulator.new_webhook(scopes=scopes))
    assert command(monkeypatch, "whoami") == 1
    out = capsys.readouterr().out
    assert out.count("missing: ") == len(missing)
    assert "Scopes are given to a webhook where it was made" in " ".join(out.split())
    assert command(monkeypatch, "whoami", "--for", "reading", "--json") == int("reading" in missing)
    found = told(capsys)
    for purpose in ("reading", "importing"):
        assert found[purpose]["missing"] == missing.get(purpose, [])


def test_without_the_scope_of_users_an_import_works_by_ids(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scopes = ["task", "socialnetwork", "sonet_group"]
    monkeypatch.setenv("BITRIX24_WEBHOOK", emulator.new_webhook(scopes=scopes))
    assert command(monkeypatch, "whoami") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Without the scope user, plans name users by their ids only" in out


def test_who_is_no_administrator_is_told_what_that_means(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BITRIX24_WEBHOOK", emulator.new_webhook(user_id=2))
    assert command(monkeypatch, "whoami") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "User 2 (id 2), no administrator" in out
    assert "shows this user their own groups" in out


def test_a_portal_without_scrum() -> None:
    assert attrs.evolve(KNOWN, scrum=None).missing("reading") == []
    (said,) = attrs.evolve(KNOWN, scrum=False).missing("reading")
    assert said == "Scrum in the portal (it does not know tasks.api.scrum.sprint.list)"


@pytest.mark.parametrize(("ahead", "difference"), [(3, 0), (-4, 0), (90, 90), (-90, -90)])
def test_clocks_that_differ_by_seconds_are_one(ahead: int, difference: int) -> None:
    time = (NOON + dt.timedelta(seconds=ahead)).astimezone(dt.timezone(dt.timedelta(hours=3)))
    assert attrs.evolve(KNOWN, time=time).clock_difference == difference


def test_who_has_left_is_said_to_be_nobody(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BITRIX24_WEBHOOK", emulator.new_webhook(user_id=2))
    user = emulator.state.users[2]
    emulator.state.users[2] = attrs.evolve(user, active=False)
    assert command(monkeypatch, "whoami") == 2
    assert refused(capsys)
