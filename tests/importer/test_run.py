"""An import into the emulated portal makes all of its plan, and reports what it could not."""

from pathlib import Path
from typing import Any

import pytest

from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.importer import (
    EpicPlan,
    Fate,
    GroupPlan,
    Importer,
    Plan,
    Progress,
    verify,
)
from bitrix_scrum_async.importer.journal import Journal, TaskMark
from bitrix_scrum_async.session import PortalSession
from tests.importer import plans
from tests.importer.running import WRITES, assert_nothing_twice, fates, missing, run

pytestmark = pytest.mark.anyio


async def test_an_import_creates_all_of_the_plan(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    report = await run(portal, journal)
    assert report.complete
    assert fates(report, Fate.CREATED) == WRITES
    assert_nothing_twice(emulator)
    found = await verify(portal, plans.load(), journal=journal)
    assert found.differences == []
    assert found.checked == {
        "group": 1,
        "epic": 2,
        "sprint": 3,
        "board": 1,
        "task": 6,
        "place": 6,
        "card": 3,
    }


async def test_groups_fold_into_the_same_batches(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    """Eight groups need no more requests than one, as long as their writes fill no batch."""
    groups = [plans.group(f"g{n}", tasks=plans.group()["tasks"][3:]) for n in range(8)]
    await run(portal, journal, plans.load(*groups))
    batches = [request for request in emulator.requests if request.method == "batch"]
    asked, *phases = [{command.method for command in batch.commands} for batch in batches]
    assert asked == {"scope", "socialnetwork.api.workgroup.list"}
    assert all(len(of_one_phase) == 1 for of_one_phase in phases)
    assert len(phases) == 9


async def test_small_waves_create_the_same(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    report = await run(portal, journal, wave=1)
    assert fates(report, Fate.CREATED) == WRITES
    assert (await verify(portal, plans.load(), journal=journal)).same


async def test_a_failing_group_does_not_hold_up_the_others(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("ERROR_CORE", match="sonet_group.create", nth=1)
    plan = plans.load(plans.group("a"), plans.group("b"))
    report = await run(portal, journal, plan)
    assert {each.group for each in report.missing} == {"a"}
    assert fates(report, Fate.CREATED) == WRITES
    assert (await run(portal, journal, plan)).complete
    assert (await verify(portal, plan, journal=journal)).same


async def test_the_journal_holds_no_secret(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("ERROR_CORE", match="tasks.api.scrum.epic.add", times=None)
    await run(portal, journal)
    code = emulator.webhook.rstrip("/").rsplit("/", 1)[1].encode()
    assert all(code not in file.read_bytes() for file in journal.parent.iterdir())


async def test_users_may_be_named_by_their_address(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    plan = plans.load(
        plans.group(scrum_master="User2@example.com", members=["user3@example.com", 4]),
        defaults={"responsible": "user5@example.com"},
    )
    assert (await run(portal, journal, plan)).complete
    assert (await verify(portal, plan, journal=journal)).differences == []
    (group,) = await portal.groups.list(filter={"NAME": "The shop"})
    assert group.number_of_members == 4


async def test_what_the_client_refuses_is_a_failed_record(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    """A plan built in Python has not been read by a loader."""
    epics = (EpicPlan(key="long", name="x" * 256), EpicPlan(key="fine", name="x"))
    group = GroupPlan(key="g", name="g", scrum_master=1, epics=epics)
    report = await run(portal, journal, Plan(groups=(group,)))
    assert missing(report) == {"epic long": "failed"}
    assert fates(report, Fate.CREATED)["epic"] == 1


async def test_a_user_id_beyond_64_bits_is_a_failed_record(
    portal: PortalSession, journal: Path
) -> None:
    """A plan built in Python has not been read by a loader."""
    group = GroupPlan(key="g", name="g", scrum_master=1, members=(2**70,))
    report = await run(portal, journal, Plan(groups=(group,)))
    assert missing(report) == {"members": "failed"}


async def test_each_phase_is_told_from_nothing_to_all(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    told: list[Progress] = []
    await Importer(portal, journal=journal, wave=2).run(plans.load(), told.append)
    phases = list(dict.fromkeys(progress.phase for progress in told))
    assert phases[0] == "groups"
    assert phases[-1] == "completions"
    for phase in phases:
        done = [progress.done for progress in told if progress.phase == phase]
        assert done == sorted(done)
        assert done[0] == 0
        assert done[-1] == next(each.total for each in told if each.phase == phase)


@pytest.mark.parametrize("stages", [True, False])
async def test_a_board_is_the_last_completed_sprints_or_the_portals_own(
    *, stages: bool, emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    group = plans.group()
    board = group["sprints"][1].pop("stages")
    if stages:
        group["sprints"][0]["stages"] = board
    else:
        group["tasks"][1]["stage"] = "In progress"
    plan = plans.load(group)
    assert (await run(portal, journal, plan)).complete
    assert (await verify(portal, plan, journal=journal)).differences == []


async def test_a_sprint_that_cannot_start_without_stages_gets_the_default_ones(
    journal: Path,
) -> None:
    """Old portals copy the stages of the last completed sprint, even where it has none."""
    group = plans.group()
    del group["sprints"][1]["stages"]
    group["tasks"][1]["stage"] = "In progress"
    plan = plans.load(group)
    async with (
        Emulator(stageless_history="fails", task_stage_id="card") as emulator,
        PortalSession(emulator.webhook) as portal,
    ):
        report = await run(portal, journal, plan)
        assert report.complete
        assert fates(report, Fate.CREATED) == WRITES
        assert (await verify(portal, plan, journal=journal)).differences == []
        assert fates(await run(portal, journal, plan), Fate.CREATED) == {}


@pytest.mark.parametrize("stage", ["Shipped", "Dropped"])
async def test_a_done_task_stands_in_the_finish_that_the_plan_names(
    stage: str, portal: PortalSession, journal: Path
) -> None:
    group = plans.group()
    group["sprints"][1]["stages"].append({"name": "Dropped", "type": "FINISH"})
    group["tasks"][2]["stage"] = stage
    plan = plans.load(group)
    assert (await run(portal, journal, plan)).complete
    assert (await verify(portal, plan, journal=journal)).differences == []


@pytest.mark.parametrize(
    "switches",
    [
        {"kanban_errors": "error", "error_codes": "strings", "time_numbers": "floats"},
        {"batch_caches": True, "binder_suffix": True},
        {"utc_offset": "-09:30", "max_commands": 20},
    ],
)
async def test_an_import_suits_other_versions_of_the_portal(
    switches: dict[str, Any], journal: Path
) -> None:
    async with (
        Emulator(task_stage_id="card", **switches) as emulator,
        PortalSession(emulator.webhook) as portal,
    ):
        assert (await run(portal, journal)).complete
        assert (await verify(portal, plans.load(), journal=journal)).differences == []


async def test_only_the_groups_that_were_asked_for_are_imported(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    plan = plans.load(*(plans.group(key) for key in ("a", "b", "c")))
    report = await run(portal, journal, plan, only=("c", "a"))
    assert report.complete
    assert report.groups() == ["a", "c"]
    report = await run(portal, journal, plan, only=("b",))
    assert fates(report, Fate.CREATED) == WRITES
    assert (await run(portal, journal, plan)).complete
    assert_nothing_twice(emulator)
    assert (await verify(portal, plan, journal=journal)).same


async def test_a_portal_that_drops_xml_ids_gets_one_tag_for_all(journal: Path) -> None:
    async with (
        Emulator(store_xml_id=False, task_stage_id="card") as emulator,
        PortalSession(emulator.webhook) as portal,
    ):
        assert (await run(portal, journal)).complete
        with Journal.read(journal) as known:
            assert known.task_mark is TaskMark.TAG
            assert {tuple(task.tags) for task in emulator.state.tasks.values()} == {(known.tag,)}
        assert (await verify(portal, plans.load(), journal=journal)).differences == []


async def test_what_the_portal_stores_is_asked_once_for_all_groups(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    await run(portal, journal, plans.load(*(plans.group(f"g{n}") for n in range(5))))
    assert emulator.executed["tasks.task.get"] == 1
    assert emulator.executed["tasks.task.update"] == 0
    assert all(task.tags == [] for task in emulator.state.tasks.values())


async def test_a_plan_whose_tasks_all_fail_does_not_cost_a_request_for_each(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    tasks = [{"key": f"T-{n}", "title": f"Task {n}"} for n in range(200)]
    emulator.inject("ERROR_ARGUMENT", match="tasks.task.add", times=None)
    report = await run(portal, journal, plans.load(plans.group(tasks=tasks, sprints=[])))
    assert fates(report, Fate.FAILED)["task"] == 200
    assert report.requests < 20
