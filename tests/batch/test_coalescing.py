"""Concurrent tasks that each await their own call, against the emulator."""

from collections.abc import AsyncGenerator

import anyio
import pytest
from anyio.abc import TaskGroup

from bitrix_scrum_async import (
    Effect,
    InvalidCall,
    Limits,
    NotExecuted,
    OutcomeUnknown,
    Portal,
    PortalSession,
    SprintNotFound,
)
from bitrix_scrum_async.emulator import Emulator
from tests.sprints import sprint

pytestmark = pytest.mark.anyio


@pytest.fixture
async def emulator() -> AsyncGenerator[Emulator, None]:
    async with Emulator() as emulator:
        yield emulator


@pytest.fixture
async def session(emulator: Emulator) -> AsyncGenerator[PortalSession, None]:
    async with PortalSession(emulator.webhook) as session:
        await session.groups.create(name="Mobile app", scrum_master_id=1)
        emulator.clear_requests()
        yield session


async def test_what_tasks_await_at_once_is_one_request(
    session: PortalSession, emulator: Emulator
) -> None:
    got: dict[int, str] = {}

    async def serve(portal: Portal, number: int) -> None:
        got[number] = (await sprint(portal, number)).name

    async with session.coalescing() as portal, anyio.create_task_group() as tasks:
        for number in range(40):
            tasks.start_soon(serve, portal, number)
    assert got == {number: f"Sprint {number}" for number in range(40)}
    assert [request.method for request in emulator.requests] == ["batch"]


async def test_natural_code_folds_step_by_step(session: PortalSession, emulator: Emulator) -> None:
    """Thirty tasks of three steps each: the requests stay far below ninety."""

    async def serve(portal: Portal, number: int) -> None:
        added = await sprint(portal, number)
        renamed = await portal.sprints.update(added.id, name=f"Renamed {number}")
        assert await portal.sprints.get(renamed.id) == renamed

    async with session.coalescing() as portal, anyio.create_task_group() as tasks:
        for number in range(30):
            tasks.start_soon(serve, portal, number)
    assert len(emulator.requests) <= 12
    assert emulator.executed["tasks.api.scrum.sprint.update"] == 30


async def test_each_task_gets_its_own_error(session: PortalSession) -> None:
    failed: list[int] = []

    async def serve(portal: Portal, sprint_id: int) -> None:
        try:
            await portal.sprints.get(sprint_id)
        except SprintNotFound:
            failed.append(sprint_id)

    added = await sprint(session, 0)
    async with session.coalescing() as portal, anyio.create_task_group() as tasks:
        for sprint_id in (added.id, 998, 999):
            tasks.start_soon(serve, portal, sprint_id)
    assert sorted(failed) == [998, 999]


async def test_a_lone_call_goes_at_once(session: PortalSession, emulator: Emulator) -> None:
    async with session.coalescing() as portal:
        await sprint(portal, 0)
    assert [request.method for request in emulator.requests] == ["tasks.api.scrum.sprint.add"]


async def test_more_than_a_batch_is_several(session: PortalSession, emulator: Emulator) -> None:
    async with session.coalescing() as portal, anyio.create_task_group() as tasks:
        for number in range(120):
            tasks.start_soon(portal.send, sprint(portal, number))
    assert sorted(len(request.commands) for request in emulator.requests) == [20, 50, 50]


async def test_a_cancelled_task_takes_back_a_call_that_has_not_left(emulator: Emulator) -> None:
    """The only place is taken by a call that takes its time; the second one waits, and is gone."""
    emulator.inject("delay", match="tasks.api.scrum.sprint.add", seconds=0.05)

    async def impatient(portal: Portal) -> None:
        with anyio.move_on_after(0.01):
            await sprint(portal, 1)

    async with PortalSession(emulator.webhook, limits=Limits(concurrency=1)) as session:
        await session.groups.create(name="Mobile app", scrum_master_id=1)
        async with session.coalescing() as portal, anyio.create_task_group() as tasks:
            tasks.start_soon(portal.send, sprint(portal, 0))
            await anyio.lowlevel.checkpoint()
            await anyio.lowlevel.checkpoint()
            tasks.start_soon(impatient, portal)
        await sprint(session, 2)
    created = emulator.state.created
    assert [created["sprint", 1, f"Sprint {n}"] for n in range(3)] == [1, 0, 1]


async def test_cancelling_one_task_in_flight_costs_the_others_nothing(
    session: PortalSession, emulator: Emulator
) -> None:
    hold = anyio.Event()
    got: list[str] = []
    emulator.inject("delay", match="tasks.api.scrum.sprint.add", seconds=0.05)

    async def impatient(portal: Portal) -> None:
        with anyio.move_on_after(0.01):
            await sprint(portal, 0)
        hold.set()

    async def patient(portal: Portal) -> None:
        got.append((await sprint(portal, 1)).name)

    async with session.coalescing() as portal, anyio.create_task_group() as tasks:
        tasks.start_soon(impatient, portal)
        tasks.start_soon(patient, portal)
    assert hold.is_set()
    assert got == ["Sprint 1"]


async def test_the_view_makes_batches_and_streams_too(session: PortalSession) -> None:
    async with session.coalescing() as portal:
        first, second = await portal.batch(sprint(portal, 0), sprint(portal, 1))
        assert (first.name, second.name) == ("Sprint 0", "Sprint 1")
        assert [outcome.ok async for outcome in portal.stream([sprint(portal, 2)])] == [True]


async def test_a_call_with_a_reference_is_refused(session: PortalSession) -> None:
    async with session.coalescing() as portal:
        added = sprint(portal, 0)
        with pytest.raises(InvalidCall, match="send both with `batch`"):
            await portal.sprints.start(added.ref("id"))
        await added


async def test_after_the_block_nothing_is_taken_any_more(session: PortalSession) -> None:
    async with session.coalescing() as portal:
        pass
    with pytest.raises(InvalidCall, match="has ended"):
        await sprint(portal, 0)


async def test_leaving_the_block_waits_for_what_is_on_its_way(session: PortalSession) -> None:
    got: list[str] = []

    async def serve(portal: Portal) -> None:
        got.append((await sprint(portal, 0)).name)

    async with anyio.create_task_group() as tasks:
        async with session.coalescing() as portal:
            tasks.start_soon(serve, portal)
            await anyio.lowlevel.checkpoint()
        await anyio.lowlevel.checkpoint()
        assert got == ["Sprint 0"]


async def test_an_error_in_the_block_leaves_nobody_waiting(
    session: PortalSession, emulator: Emulator
) -> None:
    class BlockError(Exception):
        pass

    failures: list[Exception] = []
    emulator.inject("hang", match="tasks.api.scrum.sprint.add")

    async def serve(portal: Portal) -> None:
        try:
            await sprint(portal, 0)
        except (NotExecuted, OutcomeUnknown) as error:
            failures.append(error)

    async def broken_block(tasks: TaskGroup) -> None:
        async with session.coalescing() as portal:
            tasks.start_soon(serve, portal)
            await anyio.lowlevel.checkpoint()
            raise BlockError

    async with anyio.create_task_group() as tasks:
        with pytest.raises(BlockError):
            await broken_block(tasks)
    assert len(failures) == 1
    assert await session.call("profile", effect=Effect.READ)
