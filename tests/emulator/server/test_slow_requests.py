"""Requests that take their time, and those that are cut."""

import asyncio

import pytest

from bitrix_scrum_async.emulator import Limits, VirtualClock
from tests.emulator.small_methods import small_portal

pytestmark = pytest.mark.anyio


async def test_every_call_can_take_its_time() -> None:
    clock = VirtualClock()
    began = clock.now()
    async with small_portal(latency=0.3, clock=clock) as portal:
        await portal.call("test.echo")
        await portal.batch("test.echo", "test.echo")
    assert clock.now() == pytest.approx(began + 0.6)


async def test_a_request_is_cut_after_a_minute_and_its_writes_stay() -> None:
    clock = VirtualClock(start=1_200.0)
    async with small_portal(limits="cloud", clock=clock) as portal:
        portal.emulator.set_command_seconds(25.0)
        answer = await portal.batch(*["tasks.test.add"] * 4)
        assert answer.status == 504
        assert answer.headers["content-type"].startswith("text/html")
        assert portal.emulator.executed["tasks.test.add"] == 2
        assert clock.now() == 1_260.0
        request = portal.emulator.requests[0]
        assert [command.executed for command in request.commands] == [True, True, False, False]


async def test_the_work_behind_the_cut_may_go_on() -> None:
    clock = VirtualClock(runs_by_itself=False)
    limits = Limits(threshold=None, finishes_after_cut=True)
    async with small_portal(limits=limits, clock=clock) as portal:
        portal.emulator.set_command_seconds({"tasks.test.add": 25.0})
        async with asyncio.TaskGroup() as tasks:
            batch = tasks.create_task(portal.batch(*["tasks.test.add"] * 4))
            while not batch.done():
                clock.advance(5.0)
                await asyncio.sleep(0)
        assert batch.result().status == 504
        while portal.emulator.executed["tasks.test.add"] < 4:
            clock.advance(5.0)
            await asyncio.sleep(0)


async def test_closing_ends_the_work_behind_a_cut() -> None:
    clock = VirtualClock(runs_by_itself=False)
    limits = Limits(threshold=None, request_seconds=5.0, finishes_after_cut=True)
    async with small_portal(limits=limits, clock=clock) as portal:
        portal.emulator.set_command_seconds(1e9)
        async with asyncio.TaskGroup() as tasks:
            call = tasks.create_task(portal.call("tasks.test.add"))
            while not portal.emulator.requests:  # noqa: ASYNC110 - the other side is a server
                await asyncio.sleep(0)
            while not call.done():
                clock.advance(1.0)
                await asyncio.sleep(0)
        assert call.result().status == 504
    assert portal.emulator.executed == {}
