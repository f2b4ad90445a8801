"""`bitrix-scrum import`: what it says, how it exits, and that bad input sends nothing."""

import csv
import json
import re
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from bitrix_scrum_async.emulator import Command, Emulator, Request
from bitrix_scrum_async.session import PortalSession
from bitrix_scrum_async.transport.clock import SystemClock
from tests.cli.running import command, refused
from tests.importer import plans


def test_a_plan_is_imported_and_read_back(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(monkeypatch, "import", plan, "--verify") == 0
    said = capsys.readouterr()
    assert re.search(r"The shop\s+2\s+3\s+6\s+2\s", said.out)
    assert "Read back, all as planned: 1 x group, 2 x epic" in said.out
    progress = [json.loads(line) for line in said.err.splitlines()]
    assert {line["event"] for line in progress} == {"progress"}
    of_tasks = {"phase": "tasks", "done": 6, "total": 6, "failed": 0}
    assert any(of_tasks.items() <= line.items() for line in progress)
    assert (plan.parent / "plan.journal.sqlite").exists()


def test_all_is_behind_at_the_end_of_an_import(
    webhook: str, plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where phases had nothing to do: here, who imports is the only member."""
    small = {
        "key": "small",
        "name": "Small",
        "scrum_master": 1,
        "tasks": [{"key": "t", "title": "T"}],
    }
    plan.write_text(json.dumps(plans.plan(small)), encoding="utf-8")
    assert command(monkeypatch, "import", plan) == 0
    last = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (last["phase"], last["writes_done"], last["writes"]) == ("tasks", 3, 3)


def test_the_report_can_be_read_by_a_program(
    webhook: str, plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = plan.parent / "own.sqlite"
    assert command(monkeypatch, "import", plan, "--journal", journal, "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["complete"] is True
    assert report["groups"]["shop"]["task"] == {"created": 6}
    assert report["missing"] == []
    assert journal.exists()


def test_some_groups_are_imported_slowly(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan.write_text(json.dumps(plans.plan(plans.group("a"), plans.group("b"))), encoding="utf-8")
    options = ("--limits", "off", "--limit-rate", "100", "--max-errors", "1")
    assert command(monkeypatch, "import", plan, "--only", "b", *options) == 0
    assert [group.name for group in emulator.state.groups.values()] == ["The b"]
    capsys.readouterr()
    assert command(monkeypatch, "import", plan, "--only", "c") == 2
    assert refused(capsys) == "groups: no group has the key 'c'; there are 'a', 'b'"


def adds_wish_lists(asked: Request | Command) -> bool:
    """Tell whether a command adds the task T-6."""
    return asked.method == "tasks.task.add" and asked.params["fields"]["TITLE"] == "Wish lists"


def test_a_partly_failed_import_exits_with_1_and_a_second_run_mends_it(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    emulator.inject("ERROR_ARGUMENT", match=adds_wish_lists, scope="command")
    assert command(monkeypatch, "import", plan) == 1
    said = capsys.readouterr().out
    assert "task shop/T-6: failed: " in said
    assert "place shop/T-6: skipped: needs task T-6, which is not there" in said
    assert "Run the same command again to try what is missing." in said
    assert command(monkeypatch, "import", plan) == 0
    assert "were done before" in capsys.readouterr().out


@pytest.mark.parametrize("as_json", [True, False])
def test_reading_back_may_fail_after_a_whole_import(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    as_json: bool,
) -> None:
    emulator.inject("ACCESS_DENIED", match="tasks.task.list", scope="command", times=None)
    options = ["--json"] if as_json else []
    assert command(monkeypatch, "import", plan, "--verify", *options) == 1
    said = capsys.readouterr()
    assert '"created": 6' in said.out if as_json else "The shop" in said.out
    assert said.err.splitlines()[-1].startswith("Reading back failed: ")


def test_what_the_plan_says_otherwise_now_is_not_in_the_portal(
    webhook: str, plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "import", plan) == 0
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("Wish lists", "Wishes"), encoding="utf-8")
    assert command(monkeypatch, "import", plan) == 1
    said = capsys.readouterr().out
    assert "the portal is not as planned:\ntask shop/T-6\n" in said
    assert "Change them in the portal, or the plan back." in said


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1"])
def test_a_wait_is_a_number_of_seconds(
    seconds: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(monkeypatch, "import", plan, "--settle-after", seconds) == 2
    assert "--settle-after" in capsys.readouterr().err


def test_an_unknown_key_sends_nothing(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace('"story_points": "XL"', '"points": "XL"'), encoding="utf-8")
    assert command(monkeypatch, "import", plan) == 2
    line = refused(capsys)
    assert re.match(r".*plan\.json:\d+: groups\[0\]\.tasks\[1\]\.points: is not known here", line)
    assert emulator.requests == ()
    assert list(plan.parent.iterdir()) == [plan]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("plan.yaml", "groups: [", "plan.yaml:2: is not YAML"),
        ("plan.json", "{", "plan.json:1: is not JSON"),
        ("plan.txt", "", "plan.txt: has no known ending"),
        ("plan.yaml", None, "plan.yaml: cannot be read: No such file or directory"),
    ],
)
def test_an_unreadable_plan_sends_nothing(
    name: str,
    text: str | None,
    said: str,
    emulator: Emulator,
    webhook: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert command(monkeypatch, "import", tmp_path / name) == 2
    assert said in refused(capsys)
    assert emulator.requests == ()


def test_the_journal_of_another_portal(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    unused_port: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(monkeypatch, "import", plan) == 0
    capsys.readouterr()

    async def at_once(_self: SystemClock, _seconds: float) -> None:
        await anyio.lowlevel.checkpoint()

    monkeypatch.setattr(SystemClock, "sleep", at_once)
    monkeypatch.setenv("BITRIX24_WEBHOOK", f"http://127.0.0.1:{unused_port}/rest/1/s3cr3t/")
    assert command(monkeypatch, "import", plan) == 2
    assert "plan.journal.sqlite is the journal of an import into 127.0.0.1:" in refused(capsys)


def test_a_lost_journal_makes_nothing_twice(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(monkeypatch, "import", plan) == 0
    capsys.readouterr()
    new = ("--journal", plan.with_name("new.sqlite"))
    assert command(monkeypatch, "import", plan, *new) == 2
    assert refused(capsys).startswith("the journal new.sqlite does not know groups of this plan")
    assert not plan.with_name("new.sqlite").exists()
    assert command(monkeypatch, "import", plan, *new, "--again", "--dry-run") == 0
    assert command(monkeypatch, "import", plan, *new, "--again") == 0
    assert len(emulator.state.groups) == 2


def test_a_webhook_that_lacks_scopes_begins_nothing(
    emulator: Emulator,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("BITRIX24_WEBHOOK", emulator.new_webhook(scopes=["task", "socialnetwork"]))
    assert command(monkeypatch, "import", plan) == 2
    assert "lacks the scope sonet_group, which an import of this plan needs" in refused(capsys)
    assert list(plan.parent.iterdir()) == [plan]


def test_the_demo_imports_and_reads_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "demo") == 0
    said = capsys.readouterr().out
    assert "Read back, all as planned: 12 x group, 54 x epic, 36 x sprint" in said
    assert "600 x task" in said


def test_a_dry_run_tells_what_would_be_done_and_does_nothing(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(monkeypatch, "import", plan, "--dry-run") == 0
    said = capsys.readouterr().out
    assert re.search(r"The shop\s+12\s", said)
    assert "The import would run through. To create: 1 x group, 2 x epic, 3 x sprint, 6" in said
    assert list(plan.parent.iterdir()) == [plan]
    assert not emulator.state.created


def test_a_dry_run_after_an_import_finds_nothing_to_do(
    webhook: str, plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "import", plan) == 0
    capsys.readouterr()
    assert command(monkeypatch, "import", plan, "--dry-run") == 0
    assert "To create: nothing: all is there." in capsys.readouterr().out


def test_a_dry_run_that_finds_differences_exits_with_1(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(monkeypatch, "import", plan) == 0
    capsys.readouterr()
    with emulator.hold() as state:
        (epic,) = [each for each in state.epics.values() if each.name == "Search"]
        epic.name = "Find"
    assert command(monkeypatch, "import", plan, "--dry-run", "--json") == 1
    tree = json.loads(capsys.readouterr().out)
    assert tree["runs_through"] is False
    assert tree["counts"] == {"create": 0, "exists": 11, "differs": 1, "cannot": 0}
    assert command(monkeypatch, "import", plan, "--dry-run") == 1
    said = capsys.readouterr().out
    assert "epic shop/find: differs (#" in said
    assert "name: planned 'Search', found 'Find'" in said
    assert "The portal would not be as planned after the import." in said


def test_a_group_that_cannot_be_made_is_one_line(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    anyio.run(make_group, webhook)
    assert command(monkeypatch, "import", plan, "--dry-run") == 1
    said = capsys.readouterr().out.splitlines()
    assert sum(": cannot: " in line for line in said) == 1
    assert "11 more cannot be created without these." in said


async def make_group(webhook: str) -> None:
    """Make a group called as that of the plan."""
    async with PortalSession(webhook) as portal:
        await portal.groups.create(name="The shop", scrum_master_id=1)


def test_a_report_maps_keys_to_ids(
    emulator: Emulator, webhook: str, plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, tree = plan.with_name("report.csv"), plan.with_name("report.json")
    emulator.inject("ACCESS_DENIED", match=adds_wish_lists, scope="command")
    assert command(monkeypatch, "import", plan, "--report", table) == 1
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = {(row["kind"], row["key"]): row for row in csv.DictReader(file)}
    assert rows["task", "T-1"]["state"] == "there"
    assert int(rows["task", "T-1"]["id"]) in emulator.state.tasks
    assert rows["task", "T-6"]["state"] == "failed"
    assert rows["task", "T-6"]["reason"]
    assert rows["place", "T-6"]["state"] == "skipped"
    assert command(monkeypatch, "import", plan, "--report", tree) == 0
    written = json.loads(tree.read_bytes())
    assert written["complete"] is True
    assert {each["state"] for each in written["records"]} == {"there"}
    assert sorted(file.name for file in plan.parent.iterdir() if file.name.startswith(".")) == []


def test_texts_in_a_report_are_no_formulas(
    webhook: str, plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = plans.group("=1+1", epics=[{"key": "@SUM(A1)", "name": "+1"}], sprints=[], tasks=[])
    plan.write_text(json.dumps(plans.plan(group)), encoding="utf-8")
    table = plan.with_name("report.csv")
    assert command(monkeypatch, "import", plan, "--report", table) == 0
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[-1][:3] == ["'=1+1", "epic", "'@SUM(A1)"]


def test_what_is_gone_is_not_said_to_be_imported(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(monkeypatch, "import", plan) == 0
    with emulator.hold() as state:
        state.groups.clear()
    capsys.readouterr()
    assert command(monkeypatch, "import", plan) == 2
    assert refused(capsys).startswith("the portal does not show shop (#1), which the journal plan.")
    assert command(monkeypatch, "import", plan, "--dry-run") == 1
    assert "The import would refuse to begin, and write nothing." in capsys.readouterr().out
    assert command(monkeypatch, "verify", plan) == 1
    assert "group shop: planned one, found none: the portal does not show it" in (
        capsys.readouterr().out
    )
