"""A method that has used up its working time waits for its reset; the others go on."""

import asyncio
from typing import Any

import anyio
import pytest

from bitrix_scrum_async import Call, Epic, OperationTimeLimit, RetryPolicy, Sprint
from tests.sprints import sprint

from .world import World, world

pytestmark = pytest.mark.anyio

ADD = "tasks.api.scrum.epic.add"
CLOUD = {"limits": "cloud"}

together = pytest.mark.parametrize("number", [1, 5], ids=["alone", "in a batch"])


def epics(here: World, number: int, name: str = "New") -> list[Call[Any]]:
    return [here.portal.epics.add(group_id=1, name=f"{name} {n}") for n in range(number)]


def refused(here: World) -> int:
    """How often the portal has said that the method is blocked."""
    said = [request.error for request in here.emulator.requests]
    said += [command.error for request in here.emulator.requests for command in request.commands]
    return said.count("OPERATION_TIME_LIMIT")


async def test_commands_of_other_methods_are_not_held_up() -> None:
    async with world(emulator=CLOUD) as here:
        await here.send(*epics(here, 1, "First"))  # tells when the method is free again
        here.emulator.use_operating_time(ADD, 500.0)
        here.emulator.clear_requests()
        watch = here.watch()
        ended: dict[str, float] = {}

        async def send(name: str, calls: list[Call[Any]]) -> None:
            for each in await here.send(*calls):
                assert isinstance(each, (Epic, Sprint))
            ended[name] = watch.seconds

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send, "blocked", epics(here, 1))
            tasks.start_soon(send, "free", [sprint(here.portal, "Alone")])
            mixed = [*epics(here, 2, "Mixed"), sprint(here.portal, "Mixed")]
            tasks.start_soon(send, "mixed", mixed)
        assert ended["free"] == 0.0
        assert ended["blocked"] == ended["mixed"] == pytest.approx(600.0, abs=1.0)
        there = {entity.name for entity in here.emulator.state.entities.values()}
        assert {"Alone", "Mixed"} <= there
        assert here.executed(ADD) == 4
        assert refused(here) <= 3


async def test_neighbours_in_a_batch_are_in_the_portal_at_once() -> None:
    async with world(emulator=CLOUD) as here:
        here.emulator.use_operating_time(ADD, 500.0)
        watch = here.watch()
        when: dict[str, float] = {}

        async def look() -> None:
            while "Neighbour" not in when:
                await anyio.sleep(0.1)
                if any(e.name == "Neighbour" for e in here.emulator.state.entities.values()):
                    when["Neighbour"] = watch.seconds

        looking = asyncio.create_task(look())
        epic, other = await here.send(*epics(here, 1), sprint(here.portal, "Neighbour"))
        await looking
        assert isinstance(epic, Epic)
        assert isinstance(other, Sprint)
        assert when["Neighbour"] <= 0.2
        # Nobody has told when it is free again, so it is asked every minute.
        assert watch.seconds == pytest.approx(600.0, abs=60.0)
        assert refused(here) == watch.seconds // 60


@together
async def test_a_method_that_is_told_to_have_used_its_time_is_not_even_asked(number: int) -> None:
    async with world(emulator=CLOUD) as here:
        here.emulator.set_command_seconds({ADD: 50.0})
        watch = here.watch()
        for n in range(10):
            await here.send(*epics(here, 1, f"Slow {n}"))
        here.emulator.set_command_seconds(0.0)
        used = watch.seconds
        assert used == pytest.approx(500.0, abs=0.1)
        for each in await here.send(*epics(here, number)):
            assert isinstance(each, Epic)
        assert refused(here) == 0
        # The oldest of the ten minutes leaves 600 s after its first call.
        assert watch.seconds == pytest.approx(650.0, abs=2.0)
        assert here.portal.stats.waited["operating"] == pytest.approx(watch.seconds - used, abs=0.1)


@together
async def test_beyond_the_patience_of_a_session_it_is_an_error(number: int) -> None:
    async with world(emulator=CLOUD, retry=RetryPolicy(max_wait=100.0)) as here:
        await here.send(*epics(here, 1, "First"))
        here.emulator.use_operating_time(ADD, 500.0)
        watch = here.watch()
        calls = epics(here, number)
        got = await here.send(*calls)
        assert {type(each) for each in got} == {OperationTimeLimit}
        assert watch.seconds == 0.0  # it is known that waiting would take longer
        assert here.executed(ADD) == 1
        (free,) = await here.send(sprint(here.portal, "Free"))
        assert isinstance(free, Sprint)
        await here.clock.sleep(601.0)
        for each in await here.send(*calls):  # surely not executed, so they may be sent again
            assert isinstance(each, Epic)


async def test_who_queues_while_a_method_is_blocked_is_not_refused_one_by_one() -> None:
    """Ten are in flight at once; the others have heard of it before they leave."""
    async with world(emulator=CLOUD) as here:
        await here.send(*epics(here, 1, "First"))
        here.emulator.use_operating_time(ADD, 500.0)
        await asyncio.gather(*(here.portal.send(call) for call in epics(here, 100)))
        assert 1 <= refused(here) <= 10
        assert here.executed(ADD) == 101


async def test_a_stream_goes_on_around_a_blocked_method() -> None:
    async with world(emulator=CLOUD) as here:
        await here.send(*epics(here, 1, "First"))
        here.emulator.use_operating_time(ADD, 500.0)
        watch = here.watch()
        calls: list[Call[Any]] = []
        for n in range(200):
            calls += [*epics(here, 1, f"Stream {n}"), sprint(here.portal, f"Stream {n}")]
        outcomes = [outcome async for outcome in here.portal.stream(calls)]
        assert all(outcome.ok for outcome in outcomes)
        assert here.executed(ADD) == 201
        assert watch.seconds == pytest.approx(600.0, abs=10.0)
