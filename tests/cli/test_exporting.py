"""`bitrix-scrum export`: what is written, and what is said of the rest."""

import json
from pathlib import Path

import pytest

from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.importer import Plan
from tests.cli.running import command, refused
from tests.importer import plans
from tests.importer.sameness import meaning


@pytest.fixture
def shop(emulator: Emulator, webhook: str, plan: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """The id of a group that was imported."""
    assert command(monkeypatch, "import", plan) == 0
    (group_id,) = emulator.state.groups
    return group_id


@pytest.mark.parametrize("name", ["out.yaml", "out.json", "out.jsonl"])
def test_a_group_is_written_as_a_plan(
    shop: int,
    emulator: Emulator,
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    capsys.readouterr()
    with emulator.hold() as state:
        next(iter(state.tasks.values())).tags = ["soon"]
    assert command(monkeypatch, "export", "--group", shop, "-o", tmp_path / name) == 0
    said = capsys.readouterr().out
    assert "The shop" in said
    assert "shop: 1 x a task has tags" in said
    assert "Attachments, comments, checklists and links are not read." in said
    assert "shop: 2 x a card is shown in the stage of the portal's own choice" in said
    assert f"{tmp_path / name} was written." in said
    written = Plan.load(tmp_path / name)
    assert set(meaning(written)) == {"The shop"}
    assert [task.key for task in written.groups[0].tasks] == [f"T-{n}" for n in range(1, 7)]


def test_all_groups_and_the_summary_as_json(
    shop: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    capsys.readouterr()
    out = tmp_path / "out.yaml"
    assert command(monkeypatch, "export", "--all", "-o", out, "--users", "email", "--json") == 0
    tree = json.loads(capsys.readouterr().out)
    assert tree["groups"]["shop"]["tasks"] == 6
    assert Plan.load(out).groups[0].scrum_master == "user1@example.com"


def test_what_is_there_is_only_replaced_on_request(
    shop: int,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    capsys.readouterr()
    assert command(monkeypatch, "export", "--all", "-o", plan) == 2
    assert "is there already: pass --force to write it anew" in refused(capsys)
    assert json.loads(plan.read_text(encoding="utf-8")) == plans.plan()
    assert command(monkeypatch, "export", "--all", "-o", plan, "--force") == 0
    assert Plan.load(plan).groups[0].key == "shop"


def test_groups_that_cannot_be_exported_have_a_line_each(
    webhook: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out.yaml"
    assert command(monkeypatch, "export", "--group", 998, "--group", 999, "-o", out) == 2
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert [line.partition(" (")[0] for line in lines] == [
        "the portal shows no group 998",
        "the portal shows no group 999",
    ]
    assert not out.exists()
    assert command(monkeypatch, "export", "--all", "-o", out) == 2
    assert refused(capsys).startswith("the webhook's user belongs to no Scrum group")
