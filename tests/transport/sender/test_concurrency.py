"""Many requests at the same time: how many fly, and what each learns of the others."""

import asyncio

import anyio
import pytest

from bitrix_scrum_async.errors import InvalidCall
from bitrix_scrum_async.transport.http import Letter
from bitrix_scrum_async.transport.raw import RawAnswer

from .desk import OK, REFUSED, Desk, ScriptedHttp

pytestmark = pytest.mark.anyio


async def test_so_many_fly_at_once_and_no_more() -> None:
    flying = highest = 0

    class Slow(ScriptedHttp):
        async def answer(self, letter: Letter) -> RawAnswer:
            nonlocal flying, highest
            flying += 1
            highest = max(highest, flying)
            for _ in range(5):
                await anyio.lowlevel.checkpoint()
            flying -= 1
            return await super().answer(letter)

    desk = Desk(http=Slow(OK), concurrency=3)
    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(desk.send)
    assert highest == 3


async def test_who_waits_until_others_have_landed_learns_that_the_method_is_held() -> None:
    desk = Desk(OK, concurrency=1)
    lanes = desk.sender._lanes  # pyright: ignore[reportPrivateUsage]
    async with anyio.create_task_group() as tasks, lanes:
        tasks.start_soon(desk.send)
        await anyio.wait_all_tasks_blocked()
        desk.budget.refused("m", desk.clock.now())
    assert desk.clock.slept == [60.0]
    assert desk.requests == 1


async def test_those_who_have_no_connection_at_once_do_not_wait_for_each_other() -> None:
    desk = Desk(REFUSED, REFUSED, REFUSED, OK, burst=1)
    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(desk.send)
    assert desk.requests == 6
    assert desk.sender.in_flight == 0


def test_a_session_that_is_busy_in_one_event_loop_says_so_in_another() -> None:
    desk = Desk(OK, concurrency=1)

    async def crowd() -> None:
        await asyncio.gather(*(desk.send() for _ in range(3)))

    with asyncio.Runner() as first, asyncio.Runner() as second:
        first.run(crowd())
        with pytest.raises(InvalidCall, match="opened in another event loop"):
            second.run(crowd())
        first.run(crowd())
