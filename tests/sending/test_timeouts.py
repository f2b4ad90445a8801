"""Each time-out by itself: when it ends a request, and what the caller gets."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from bitrix_scrum_async import Effect, NotSent, OutcomeUnknown, PortalSession, RetryPolicy, Timeouts

from .world import LoopClock, Stopwatch, world

pytestmark = pytest.mark.anyio

ONCE = RetryPolicy(attempts=1)
NEVER = 1_000_000.0
ANSWER = b'{"result":1}'

together = pytest.mark.parametrize("number", [1, 5], ids=["alone", "in a batch"])


def about(seconds: float) -> object:
    """So many seconds; aiohttp ends longer time-outs at a full second."""
    return pytest.approx(seconds + 0.5, abs=0.51)


@asynccontextmanager
async def dripping(every: float) -> AsyncGenerator[str, None]:
    """A portal whose answer comes in drops of one byte."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(ANSWER)}\r\n\r\n".encode())
            for byte in ANSWER:
                await asyncio.sleep(every)
                writer.write(bytes([byte]))
        finally:
            writer.close()

    serving: set[asyncio.Task[None]] = set()
    listening = await asyncio.start_server(
        lambda reader, writer: serving.add(asyncio.ensure_future(serve(reader, writer))),
        "127.0.0.1",
        0,
    )
    yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/rest/1/secret/"
    listening.close()
    for task in serving:
        task.cancel()
    await asyncio.gather(*serving, return_exceptions=True)
    await asyncio.sleep(0)  # connections are closed in the loop's next turn


async def test_no_connection_in_time_means_not_sent() -> None:
    """TLS belongs to it: somebody takes the connection and does not shake hands."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"https://127.0.0.1:{silent.getsockname()[1]}/rest/1/secret/"
        timeouts = Timeouts(connect=7.0, answer=NEVER)
        portal = PortalSession(address, timeouts=timeouts, retry=ONCE, clock=LoopClock())
        async with portal:
            watch = Stopwatch(LoopClock())
            with pytest.raises(NotSent, match="not in time"):
                await portal.call("profile")
            assert watch.seconds == about(7.0)


@together
@pytest.mark.parametrize("effect", [Effect.READ, Effect.WRITE])
async def test_no_answer_in_time_leaves_the_outcome_unknown(effect: Effect, number: int) -> None:
    async with world(timeouts=Timeouts(answer=33.0), retry=ONCE) as here:
        here.emulator.inject("hang")
        watch = here.watch()
        got = await here.send(*(here.portal.call("profile", effect=effect) for _ in range(number)))
        assert {type(each) for each in got} == {OutcomeUnknown}
        assert all("not in time" in str(each) for each in got)
        assert watch.seconds == pytest.approx(33.0, abs=0.01)


async def test_what_was_not_in_time_is_repeated_where_that_does_no_harm() -> None:
    async with world(timeouts=Timeouts(answer=33.0)) as here:
        here.emulator.inject("hang", times=2)
        watch = here.watch()
        await here.portal.call("profile", effect=Effect.READ)
        assert 66.0 <= watch.seconds <= 66.0 + 0.5 + 1.0


async def test_each_piece_of_an_answer_has_its_own_time() -> None:
    timeouts = Timeouts(answer=71.0)
    async with (
        dripping(every=70.0) as address,
        PortalSession(address, timeouts=timeouts, clock=LoopClock()) as portal,
    ):
        watch = Stopwatch(LoopClock())
        assert await portal.call("profile") == 1
        assert watch.seconds == pytest.approx(70.0 * len(ANSWER), abs=0.1)


async def test_a_piece_that_does_not_come_in_time_ends_it() -> None:
    timeouts = Timeouts(answer=69.0)
    async with (
        dripping(every=70.0) as address,
        PortalSession(address, timeouts=timeouts, retry=ONCE, clock=LoopClock()) as portal,
    ):
        watch = Stopwatch(LoopClock())
        with pytest.raises(OutcomeUnknown, match="not in time"):
            await portal.call("profile")
        assert watch.seconds == pytest.approx(69.0, abs=0.1)


async def test_the_whole_request_has_a_bound_where_one_is_set() -> None:
    timeouts = Timeouts(answer=71.0, total=120.0)
    async with (
        dripping(every=70.0) as address,
        PortalSession(address, timeouts=timeouts, retry=ONCE, clock=LoopClock()) as portal,
    ):
        watch = Stopwatch(LoopClock())
        with pytest.raises(OutcomeUnknown, match="not in time"):
            await portal.call("profile")
        assert watch.seconds == about(120.0)


async def test_the_bound_of_the_whole_counts_the_connection_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"https://127.0.0.1:{silent.getsockname()[1]}/rest/1/secret/"
        timeouts = Timeouts(connect=NEVER, answer=NEVER, total=20.0)
        portal = PortalSession(address, timeouts=timeouts, retry=ONCE, clock=LoopClock())
        async with portal:
            watch = Stopwatch(LoopClock())
            with pytest.raises(NotSent, match="not in time"):
                await portal.call("profile")
            assert watch.seconds == about(20.0)


async def test_waiting_for_the_limits_is_no_part_of_any_time_out() -> None:
    timeouts = Timeouts(connect=1.0, answer=1.0, total=1.0)
    async with world(emulator={"limits": "cloud"}, timeouts=timeouts) as here:
        watch = here.watch()
        for _ in range(100):
            await here.portal.call("profile", effect=Effect.READ)
        assert watch.seconds == pytest.approx(25.0, abs=0.5)
        assert {request.status for request in here.emulator.requests} == {200}
