"""Export: the groups of a portal as the plan that an import would make them from."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest

from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.importer import Importer, Journal, JournalError, Plan
from bitrix_scrum_async.importer.demo import load_demo_plan
from bitrix_scrum_async.importer.exporter import ExportError, Note, export, exportable
from bitrix_scrum_async.session import PortalSession
from bitrix_scrum_async.transport.limits import Limits
from tests.importer import plans
from tests.importer.sameness import meaning

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def another_portal(**switches: Any) -> AsyncGenerator[tuple[Emulator, PortalSession]]:
    """Another portal, in which ids begin elsewhere."""
    async with (
        Emulator(task_stage_id="card", **switches) as emulator,
        PortalSession(emulator.webhook, limits=Limits.self_hosted()) as portal,
    ):
        yield emulator, portal


async def run(portal: PortalSession, journal: Path, plan: Plan) -> None:
    """Import a plan, all of it."""
    report = await Importer(portal, journal=journal, settle_after=0).run(plan)
    assert report.missing == []
    assert report.complete


async def all_of(portal: PortalSession) -> Plan:
    """Export all groups of a portal; see that the plan is a good one."""
    plan = await export(portal, await exportable(portal))
    plan.check()
    return plan


PLANS = {
    "one of each": plans.load(),
    "several groups": plans.load(*(plans.group(key) for key in ("shop", "a/b", "Лавка"))),
    "no epics": plans.load(plans.group(epics=[], sprints=[], tasks=[])),
    "the portal's own board": plans.load(
        plans.group(
            sprints=[plans.sprint("s1", "active")],
            tasks=[
                {"key": "1/2", "title": "One", "sprint": "s1", "stage": "In progress"},
                {"key": "T-2", "title": "Two", "sprint": "s1", "done": True},
            ],
        )
    ),
    "names that are not unique": plans.load(
        plans.group(
            epics=[{"key": f"e{n}", "name": "Same", "description": str(n)} for n in range(3)],
            sprints=[plans.sprint(f"s{n}", "planned", name="Same") for n in range(3)],
            tasks=[
                {"key": f"T-{n}", "title": "Same", "epic": f"e{n}", "sprint": f"s{n}"}
                for n in range(3)
            ],
        )
    ),
    "the demo": load_demo_plan(),
}


def with_ids(plan: Plan) -> Plan:
    """Name the emulator's users by their ids."""

    def id_of(user: Any) -> Any:
        return int(user[4:].partition("@")[0]) if isinstance(user, str) else user

    return attrs.evolve(
        plan,
        groups=tuple(
            attrs.evolve(
                group,
                scrum_master=id_of(group.scrum_master),
                members=tuple(map(id_of, group.members)),
                tasks=tuple(
                    attrs.evolve(task, responsible=id_of(task.responsible)) for task in group.tasks
                ),
            )
            for group in plan.groups
        ),
    )


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
async def test_what_was_imported_comes_back_and_goes_elsewhere(
    plan: Plan, portal: PortalSession, journal: Path
) -> None:
    await run(portal, journal, plan)
    exported = await all_of(portal)
    assert meaning(exported) == meaning(with_ids(plan))

    # Written to a file and read again it is the same.
    file = journal.with_suffix(".yaml")
    exported.dump(file)
    assert Plan.load(file) == exported

    async with another_portal() as (_, elsewhere):
        await elsewhere.groups.create(name="Not ours", scrum_master_id=1)
        await run(elsewhere, journal.with_name("elsewhere"), exported)
        again = await all_of(elsewhere)
    ours = attrs.evolve(
        again, groups=tuple(group for group in again.groups if group.name != "Not ours")
    )
    assert ours == exported


async def test_keys_come_back_where_the_portal_shows_them(
    portal: PortalSession, journal: Path
) -> None:
    plan = PLANS["several groups"]
    await run(portal, journal, plan)
    exported = await all_of(portal)
    assert [group.key for group in exported.groups] == ["shop", "a/b", "Лавка"]
    assert [task.key for task in exported.groups[1].tasks] == [f"T-{n}" for n in range(1, 7)]


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
async def test_importing_the_export_with_the_same_journal_writes_nothing(
    plan: Plan, emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    await run(portal, journal, plan)
    exported = await export(portal, await exportable(portal), journal=journal)
    before = emulator.executed
    report = await Importer(portal, journal=journal).run(exported)
    assert report.missing == []
    assert report.stopped is None
    assert set(emulator.executed - before) <= {
        "profile",
        "scope",
        "socialnetwork.api.workgroup.list",
        "user.get",
        "tasks.api.scrum.kanban.getStages",
    }
    keys = [(group.key, {task.key for task in group.tasks}) for group in plan.groups]
    assert [(group.key, {task.key for task in group.tasks}) for group in exported.groups] == keys


async def test_what_the_export_says_as_the_plan_did_is_complete(
    portal: PortalSession, journal: Path
) -> None:
    group = plans.group()
    group["sprints"][1]["stages"][0]["color"] = "123456"  # the others get the portal's own
    group["sprints"][2] |= {"start": "2026-12-01T00:00:00Z", "end": "2026-12-15T00:00:00Z"}
    await run(portal, journal, plans.load(group))
    exported = await export(portal, await exportable(portal), journal=journal)
    report = await Importer(portal, journal=journal).run(exported)
    assert report.changed == []
    assert report.complete


async def test_with_a_journal_cards_come_back_that_the_portal_does_not_show(journal: Path) -> None:
    plan = PLANS["the portal's own board"]
    async with (
        Emulator(task_stage_id="moved") as emulator,
        PortalSession(emulator.webhook, limits=Limits.self_hosted()) as portal,
    ):
        await run(portal, journal, plan)
        notes: list[Note] = []
        exported = await export(
            portal, await exportable(portal), journal=journal, on_note=notes.append
        )
        assert [task.stage for task in exported.groups[0].tasks] == ["In progress", None]
        said = "a card is shown in another stage: written where an import put it"
        assert notes == [Note(group="shop", text=said)]
        report = await Importer(portal, journal=journal).run(exported)
        assert not [each for each in report.changed if each.startswith("card")]


async def test_without_a_journal_cards_that_may_stand_elsewhere_are_counted(journal: Path) -> None:
    plan = PLANS["the portal's own board"]
    async with (
        Emulator(task_stage_id="moved") as emulator,
        PortalSession(emulator.webhook, limits=Limits.self_hosted()) as portal,
    ):
        await run(portal, journal, plan)
        notes: list[Note] = []
        exported = await export(portal, await exportable(portal), on_note=notes.append)
    assert [task.stage for task in exported.groups[0].tasks] == [None, None]
    (note,) = notes
    assert note.count == 1
    assert note.text.endswith("also if somebody or an import has moved it: compare the board")


async def test_a_record_that_is_new_gets_a_key_that_no_other_ever_had(
    portal: PortalSession, journal: Path
) -> None:
    await run(portal, journal, PLANS["one of each"])
    (group_id,) = await exportable(portal)
    epics = {epic.name: epic.id async for epic in portal.epics.all()}
    await portal.epics.delete(epics["Search"])
    await portal.epics.add(group_id, name="Find")
    (group,) = (await export(portal, [group_id], journal=journal)).groups
    assert {epic.key: epic.name for epic in group.epics} == {"pay": "Payment", "find-2": "Find"}


async def test_the_journal_of_another_portal(portal: PortalSession, journal: Path) -> None:
    Journal.open(journal, portal="elsewhere.example").close()
    with pytest.raises(JournalError, match="of an import into elsewhere"):
        await export(portal, [1], journal=journal)


async def test_in_a_portal_that_drops_external_keys(journal: Path) -> None:
    plan = PLANS["one of each"]
    async with another_portal(store_xml_id=False) as (_, portal):
        await run(portal, journal, plan)
        exported = await all_of(portal)
    assert meaning(exported) == meaning(plan)
    assert {task.key.partition("-")[0] for task in exported.groups[0].tasks} == {"T"}


async def test_users_are_named_by_address_where_they_have_one(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    await run(portal, journal, plans.load())
    emulator.state.users[3].email = ""
    notes: list[Note] = []
    plan = await export(portal, await exportable(portal), users="email", on_note=notes.append)
    (group,) = plan.groups
    assert group.scrum_master == "user1@example.com"
    assert group.members == ("user2@example.com", 3)
    assert {task.responsible for task in group.tasks} == {None, "user2@example.com"}
    assert "stays an id: 3" in notes[-1].text


async def test_users_who_are_gone_are_left_out(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    await run(portal, journal, plans.load())
    with emulator.hold() as state:
        state.users[1].admin = False
        state.users[2].active = False
    notes: list[Note] = []
    plan = await export(portal, await exportable(portal), on_note=notes.append)
    assert plan.groups[0].members == (3,)
    assert {task.responsible for task in plan.groups[0].tasks} == {None}
    assert notes[-1].text == "a user is not shown by the portal, and left out: 2"


async def test_what_a_plan_cannot_hold_is_told(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    await run(portal, journal, plans.load())
    (group_id,) = await exportable(portal)
    tasks = {task.xml_id: task.id async for task in portal.tasks.all()}
    sprints = {sprint.name: sprint.id async for sprint in portal.sprints.all()}
    first, second = tasks["shop/T-5"], tasks["shop/T-6"]
    deadline = plans.load().groups[0].sprints[0].end
    await portal.tasks.update(first, deadline=deadline, tags=["soon"], priority=2)
    await portal.tasks.update(second, parent_id=first, status=3, accomplices=[2])
    await portal.groups.update(group_id, closed=True)
    other = await portal.groups.create(name="Other", scrum_master_id=1)
    epic = await portal.epics.add(other, name="Elsewhere")
    await portal.scrum_tasks.update(second, epic_id=epic.id)
    with emulator.hold() as state:
        state.entities[sprints["Sprint s3"]].status = "active"
        state.tasks[tasks["shop/T-4"]].title = " "
        state.tasks[tasks["shop/T-1"]].title = "x" * 300
    notes: list[Note] = []
    plan = await export(portal, [group_id], on_note=notes.append)
    plan.check()
    assert {(note.group, note.text, note.count) for note in notes} >= {
        ("shop", "the group is archived; an import makes one that is not", 1),
        ("shop", "a second sprint is active: written as planned", 1),
        ("shop", "the portal does not show the stage of a card: written without it", 1),
        ("shop", "a task has no title: left out", 1),
        ("shop", "a title is cut to 255 characters", 1),
        ("shop", "a task has a deadline", 1),
        ("shop", "a task has tags", 1),
        ("shop", "a task has a high priority", 1),
        ("shop", "a task is part of another", 1),
        ("shop", "a task is in progress, waits or is deferred: written as open", 1),
        ("shop", "a task has participants or observers", 1),
        ("shop", "a task has an epic of another group: written without it", 1),
    }


@pytest.mark.parametrize(("tasks", "status"), [(1, "completed"), (0, "planned")])
async def test_a_running_sprint_without_an_open_task_is_not_running(
    portal: PortalSession, tasks: int, status: str
) -> None:
    group = await portal.groups.create(name="Odd", scrum_master_id=1)
    await portal.backlogs.add(group, created_by=1)
    start = plans.load().groups[0].sprints[0].start
    sprint = await portal.sprints.add(
        group, name="Now", created_by=1, date_start=start, date_end=start, status="active"
    )
    for n in range(tasks):
        task = await portal.tasks.add(title=f"No. {n}", responsible_id=1, group_id=group)
        await portal.scrum_tasks.update(task.id, entity_id=sprint.id)
        await portal.tasks.complete(task.id)
    plan = await all_of(portal)
    assert [each.status for each in plan.groups[0].sprints] == [status]


async def test_groups_that_cannot_be_exported_are_all_named(
    emulator: Emulator, portal: PortalSession
) -> None:
    plain = await portal.call("sonet_group.create", {"NAME": "Plain"})
    async with PortalSession(emulator.new_webhook(5), limits=Limits.self_hosted()) as other:
        foreign = await other.groups.create(name="Foreign", scrum_master_id=5)
    with pytest.raises(ExportError) as raised:
        await export(portal, [999, plain, foreign])
    absent, no_scrum, not_ours = str(raised.value).splitlines()
    assert absent.startswith("the portal shows no group 999 (")
    assert no_scrum == f"group {plain}, 'Plain', is no Scrum: it has no scrum master"
    assert "the webhook's user does not belong to group" in not_ours
    notes: list[Note] = []
    assert await exportable(portal, on_note=notes.append) == []
    (note,) = notes
    assert note.text.endswith(f"#{foreign}")


async def test_an_export_takes_few_requests(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    tasks = [{"key": f"T-{n}", "title": f"Task {n}", "story_points": "1"} for n in range(50)]
    plan = plans.load(*(plans.group(f"g{n}", tasks=tasks, sprints=[]) for n in range(32)))
    await run(portal, journal, plan)
    ids = await exportable(portal)
    emulator.clear_requests()
    exported = await export(portal, ids)
    assert meaning(exported) == meaning(plan)
    questions = sum(len(request.commands) or 1 for request in emulator.requests)
    assert len(emulator.requests) <= questions / 50 * 1.15 + 3
    # 1,600 tasks on pages of 50, and a question about the place of each.
    assert len(emulator.requests) <= 50
