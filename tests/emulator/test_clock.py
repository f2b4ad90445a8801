"""The clock that a test turns."""

import asyncio

import pytest

from bitrix_scrum_async.emulator import SystemClock, VirtualClock

pytestmark = pytest.mark.anyio


async def test_a_clock_that_runs_by_itself_lets_nobody_wait() -> None:
    clock = VirtualClock(100.0)
    await asyncio.gather(clock.sleep(5.0), clock.sleep(60.0))
    assert clock.now() == 160.0


async def test_a_sleeper_waits_until_the_clock_is_turned_far_enough() -> None:
    clock = VirtualClock(100.0, runs_by_itself=False)
    sleeper = asyncio.ensure_future(clock.sleep(10.0))
    await asyncio.sleep(0)
    clock.advance(9.0)
    await asyncio.sleep(0)
    assert not sleeper.done()
    clock.advance(1.0)
    await sleeper
    await clock.sleep(0)


async def test_another_thread_may_turn_it() -> None:
    clock = VirtualClock(runs_by_itself=False)
    sleeper = asyncio.ensure_future(clock.sleep(10.0))
    await asyncio.sleep(0)
    await asyncio.to_thread(clock.advance, 10.0)
    await sleeper


async def test_it_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="does not go back"):
        VirtualClock().advance(-1)


async def test_the_systems_clock_goes_on() -> None:
    clock = SystemClock()
    began = clock.now()
    await clock.sleep(0.001)
    assert clock.now() > began
