"""`bitrix-scrum verify`: what differs, as lines, JSON and CSV."""

import csv
import json
from pathlib import Path

import pytest

from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.importer.journal import Journal
from tests.cli.running import command


def test_an_import_is_as_planned(
    webhook: str, plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "import", plan) == 0
    capsys.readouterr()
    assert command(monkeypatch, "verify", plan) == 0
    assert "Read back, all as planned: 1 x group, 2 x epic" in capsys.readouterr().out


def test_differences_are_told_in_each_form(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    journal, table = plan.with_name("j.sqlite"), plan.with_name("d.csv")
    assert command(monkeypatch, "import", plan, "--journal", journal) == 0
    capsys.readouterr()
    with emulator.hold() as state:
        (epic,) = [each for each in state.epics.values() if each.name == "Search"]
        epic.name = "=1+1"
    assert command(monkeypatch, "verify", plan, "--journal", journal, "--csv", table) == 1
    said = capsys.readouterr().out
    assert "1 difference:\nepic shop/find name: planned 'Search', found '=1+1'\n" in said
    with table.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row == {
        "kind": "epic",
        "group": "shop",
        "key": "find",
        "field": "name",
        "planned": "'Search'",
        "found": "'=1+1'",
    }
    assert command(monkeypatch, "verify", plan, "--journal", journal, "--json") == 1
    assert json.loads(capsys.readouterr().out)["same"] is False


def test_a_running_import_is_named(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(monkeypatch, "import", plan) == 0
    journal = plan.with_name("plan.journal.sqlite")
    capsys.readouterr()
    with Journal.open(journal, portal=emulator.address.partition("//")[2]):
        assert command(monkeypatch, "verify", plan) == 0
    assert capsys.readouterr().err.startswith("An import is running with this journal")
