"""The resources against the emulator: every method alone and in a batch, and lists to their end."""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import anyio
import pytest

from bitrix_scrum_async.calls import Call, Effect
from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.emulator.clock import VirtualClock
from bitrix_scrum_async.emulator.methods import METHODS
from bitrix_scrum_async.errors import (
    BacklogNotFound,
    BitrixScrumError,
    GroupNotFound,
    NotSaved,
    SprintNotFound,
    TaskNotFound,
)
from bitrix_scrum_async.records import StageType, TaskStatus
from bitrix_scrum_async.session import PortalSession
from bitrix_scrum_async.transport.limits import Limits

pytestmark = pytest.mark.anyio

START = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
END = START + dt.timedelta(weeks=2)
TEXT = '100 % of a&b=c+d, [brackets], "quotes", Ёлка, 🙂\nand $money'


Send = Callable[[Call[Any]], Awaitable[Any]]
Step = tuple[str, object, dict[str, str]]

TABLES = ("groups", "members", "entities", "epics", "items", "stages", "cards", "tasks", "created")


async def steps(*, together: bool) -> list[Step]:
    """Run the scenario on a fresh portal whose clock stands still.

    Returns:
        For each call its method, what it gave or the kind of its error, and the portal's tables.
    """
    taken: list[Step] = []
    async with (
        Emulator(users=5, clock=VirtualClock()) as emulator,
        PortalSession(emulator.webhook, limits=Limits.self_hosted()) as portal,
    ):

        async def send(call: Call[Any]) -> Any:
            if together:
                # A lone call would go as JSON: another one keeps it company.
                company = portal.call("server.time", effect=Effect.READ)
                outcome: Any = (await portal.batch(call, company, return_exceptions=True))[0]
                assert emulator.requests[-1].is_batch
            else:
                try:
                    outcome = await call
                except BitrixScrumError as error:
                    outcome = error
            failed = isinstance(outcome, BitrixScrumError)
            tables = {name: repr(getattr(emulator.state, name)) for name in TABLES}
            taken.append((call.method, type(outcome) if failed else outcome, tables))
            if failed:
                raise outcome
            return outcome

        await every_method(portal, send)
    return taken


async def test_every_method_gives_and_leaves_the_same_alone_and_in_a_batch() -> None:
    alone, together = await steps(together=False), await steps(together=True)
    for one, other in zip(alone, together, strict=True):
        assert one == other
    scrum = {name for name in METHODS if name.startswith("tasks.api.scrum.")}
    assert scrum <= {method.lower() for method, _, _ in alone}
    assert len(scrum) == 29


async def every_method(portal: PortalSession, send: Send) -> None:
    """Make a group and all that is in it, look at it, change it and take it away again."""
    group_id = await send(
        portal.groups.create(
            name=TEXT, scrum_master_id=2, description=TEXT, sprint_duration=dt.timedelta(weeks=2)
        )
    )
    await send(portal.groups.update(group_id, keywords="a,b"))
    assert await send(portal.groups.add_members(group_id, user_ids=[2, 3])) == (2, 3)
    assert [m.user_id for m in await send(portal.groups.members(group_id))] == [1, 2, 3]
    group = await send(portal.groups.get(group_id))
    assert (group.name, group.description, group.keywords) == (TEXT, TEXT, "a,b")
    assert (group.scrum_master_id, group.sprint_duration) == (2, dt.timedelta(weeks=2))
    assert await send(portal.groups.list(filter={"NAME": TEXT})) == [group]

    with pytest.raises(BacklogNotFound):
        await send(portal.backlogs.get(group_id))
    backlog = await send(portal.backlogs.add(group_id, created_by=1, modified_by=2))
    assert await send(portal.backlogs.update(backlog.id, modified_by=3))
    assert (await send(portal.backlogs.get(group_id))).modified_by == 3
    assert set(await send(portal.backlogs.get_fields())) == {"groupId", "createdBy", "modifiedBy"}

    sprint = await send(
        portal.sprints.add(group_id, name=TEXT, created_by=1, date_start=START, date_end=END)
    )
    assert (sprint.name, sprint.date_start, sprint.date_end) == (TEXT, START, END)
    sprint = await send(portal.sprints.update(sprint.id, sort=3, date_end=END))
    assert await send(portal.sprints.get(sprint.id)) == sprint
    assert await send(portal.sprints.list(filter={"group_id": group_id, ">=sort": 3})) == [sprint]
    with pytest.raises(SprintNotFound):
        await send(portal.sprints.get(backlog.id))
    assert "dateStart" in await send(portal.sprints.get_fields())

    epic = await send(portal.epics.add(group_id, name=TEXT, description=TEXT, color="#69dafc"))
    epic = await send(portal.epics.update(epic.id, name="E2"))
    assert (epic.name, epic.description) == ("E2", TEXT)
    assert await send(portal.epics.get(epic.id)) == epic
    assert await send(portal.epics.list(filter={"GROUP_ID": [group_id]})) == [epic]
    assert "files" in await send(portal.epics.get_fields())

    task = await send(
        portal.tasks.add(
            title=TEXT,
            description=TEXT,
            responsible_id=2,
            group_id=group_id,
            xml_id="MOB-1",
            deadline=END,
            auditors=[3],
        )
    )
    assert (task.title, task.description, task.auditors) == (TEXT, TEXT, (3,))
    task = await send(portal.tasks.update(task.id, priority=2))
    assert task.priority == 2
    got = await send(portal.tasks.get(task.id))
    assert (got.id, got.xml_id, got.deadline) == (task.id, "MOB-1", END)
    assert await send(portal.tasks.list(filter={"XML_ID": "MOB-1", "status": 2})) == [got]
    with pytest.raises(TaskNotFound):
        await send(portal.tasks.get(999_999))

    await send(
        portal.scrum_tasks.update(task.id, entity_id=sprint.id, epic_id=epic.id, story_points=3)
    )
    place = await send(portal.scrum_tasks.get(task.id))
    assert (place.entity_id, place.epic_id, place.story_points) == (sprint.id, epic.id, "3")
    await send(portal.scrum_tasks.update(task.id, story_points=""))
    assert (await send(portal.scrum_tasks.get(task.id))).story_points == ""
    assert "storyPoints" in await send(portal.scrum_tasks.get_fields())

    new = await send(portal.kanban.add_stage(sprint.id, name="New", type="NEW"))
    done = await send(portal.kanban.add_stage(sprint.id, name="D", type="FINISH", sort=300))
    await send(portal.kanban.update_stage(done, name="Done"))
    spare = await send(portal.kanban.add_stage(sprint.id, name="Spare"))
    await send(portal.kanban.delete_stage(spare))
    with pytest.raises(NotSaved):
        await send(portal.kanban.delete_stage(spare))
    stages = await send(portal.kanban.get_stages(sprint.id))
    assert [(s.id, s.name, s.type) for s in stages] == [
        (new, "New", StageType.NEW),
        (done, "Done", StageType.FINISH),
    ]
    assert "sort" in await send(portal.kanban.get_fields())

    assert (await send(portal.sprints.start(sprint.id))).is_active
    assert (await send(portal.sprints.active(group_id))).id == sprint.id
    await send(portal.kanban.delete_task(sprint.id, task_id=task.id))
    await send(portal.kanban.add_task(sprint.id, task_id=task.id, stage_id=done))
    assert (await send(portal.tasks.complete(task.id))).status == TaskStatus.COMPLETED
    assert (await send(portal.sprints.complete(group_id=group_id))).status == "completed"
    assert await send(portal.sprints.active(group_id)) is None

    assert (await send(portal.users.current())).id == 1
    assert [u.id for u in await send(portal.users.list(filter={"ID": [2, 3]}))] == [2, 3]

    await send(portal.tasks.delete(task.id))
    await send(portal.epics.delete(epic.id))
    await send(portal.sprints.delete(sprint.id))
    await send(portal.backlogs.delete(backlog.id))
    await send(portal.groups.delete(group_id))
    with pytest.raises(GroupNotFound):
        await send(portal.groups.get(group_id))


async def test_lists_are_read_to_their_end_while_rows_come_and_go() -> None:
    async with (
        Emulator(users=60) as emulator,
        PortalSession(emulator.webhook, limits=Limits(burst=100_000)) as portal,
    ):
        group_id = await portal.groups.create(name="Mobile", scrum_master_id=1)

        def sprint(n: int) -> Call[Any]:
            return portal.sprints.add(
                group_id, name=f"S{n}", created_by=1, date_start=START, date_end=END
            )

        def epic(n: int) -> Call[Any]:
            return portal.epics.add(group_id, name=f"E{n}")

        async def read(
            rows: AsyncIterator[Any], add: Callable[[int], Call[Any]], remove: Any, there: list[int]
        ) -> None:
            found: list[int] = []
            async for row in rows:
                found.append(row.id)
                if len(found) % 40 == 1:
                    await add(len(found))
                    await remove(there[len(found) // 40])
            gone = {there[n] for n in range(10) if n * 40 + 1 <= len(found)}
            assert len(found) == len(set(found))
            assert set(there) - gone <= set(found)

        sprints = await portal.batch(*(sprint(n) for n in range(120)))
        epics = await portal.batch(*(epic(n) for n in range(230)))
        async with anyio.create_task_group() as group:
            group.start_soon(
                read, portal.sprints.all(), sprint, portal.sprints.delete, [s.id for s in sprints]
            )
            group.start_soon(
                read,
                portal.epics.all(filter={"GROUP_ID": group_id}),
                epic,
                portal.epics.delete,
                [e.id for e in epics],
            )
        assert [user.id async for user in portal.users.all()] == list(range(1, 61))
        assert [group.id async for group in portal.groups.all()] == [group_id]
