"""The first row of the table: no connection, nothing executed, so everything is repeated."""

import socket
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bitrix_scrum_async import Call, Effect, NotSent, Portal, PortalSession
from bitrix_scrum_async.emulator import Emulator

from .world import LoopClock, Stopwatch

pytestmark = pytest.mark.anyio

TROUBLES = ["no such name", "refused", "no TLS", "another's certificate", "no handshake"]

CALLS: dict[Effect, tuple[str, Callable[[Portal, int], Call[Any]]]] = {
    Effect.READ: ("get", lambda portal, epic: portal.epics.get(epic)),
    Effect.REPEATABLE: ("update", lambda portal, epic: portal.epics.update(epic, name="New")),
    Effect.DELETE: ("delete", lambda portal, epic: portal.epics.delete(epic)),
    Effect.WRITE: ("add", lambda portal, epic: portal.epics.add(group_id=1, name=f"{epic}")),
}


class Detours(AbstractResolver):
    """Finds the portal, after it has gone astray so many times."""

    def __init__(self, right: int) -> None:
        self.right = right
        self.wrong: list[int | None] = []
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        where = self.wrong.pop(0) if self.wrong else self.right
        if where is None:
            raise OSError(None, "no such host")
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=where, family=family, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        """Nothing is open."""


@contextmanager
def silent_port() -> Generator[int, None, None]:
    """A port where connections are taken, and nobody says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def port_of(emulator: Emulator) -> int:
    return int(emulator.address.rpartition(":")[2])


@asynccontextmanager
async def astray(
    trouble: str, times: int
) -> AsyncGenerator[tuple[PortalSession, Emulator, Detours], None]:
    """A session that does not get through to its portal at first."""
    async with AsyncExitStack() as stack:
        emulator = await stack.enter_async_context(Emulator(tls=True, clock=LoopClock()))
        async with PortalSession(emulator.webhook, ssl=emulator.client_tls()) as owner:
            await owner.groups.create(name="Mobile app", scrum_master_id=1)
            await owner.batch(*(owner.epics.add(group_id=1, name=f"E{n}") for n in range(5)))
        emulator.clear_requests()
        wrong: int | None = None
        if trouble == "refused":
            wrong = closed_port()
        elif trouble == "no TLS":
            wrong = port_of(await stack.enter_async_context(Emulator()))
        elif trouble == "another's certificate":
            wrong = port_of(await stack.enter_async_context(Emulator(tls=True)))
        elif trouble == "no handshake":
            wrong = stack.enter_context(silent_port())
        detours = Detours(port_of(emulator))
        detours.wrong = [wrong] * times
        http = await stack.enter_async_context(
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=detours, use_dns_cache=False, ssl=emulator.client_tls()
                )
            )
        )
        address = emulator.webhook.replace("127.0.0.1", "localhost")
        portal = PortalSession(address, http=http, clock=LoopClock())
        yield await stack.enter_async_context(portal), emulator, detours


@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize("number", [1, 5], ids=["alone", "in a batch"])
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_what_did_not_get_through_is_sent_again_whatever_it_does(
    trouble: str, number: int, effect: Effect
) -> None:
    async with astray(trouble, times=2) as (portal, emulator, detours):
        name, build = CALLS[effect]
        before = emulator.executed
        watch = Stopwatch(LoopClock())
        calls = [build(portal, epic) for epic in range(1, number + 1)]
        if number == 1:
            await calls[0]
        else:
            await portal.batch(*calls)
        method = f"tasks.api.scrum.epic.{name}"
        assert emulator.executed[method] - before[method] == number
        assert len(emulator.requests) == 1
        assert detours.asked == 3
        in_vain = watch.seconds - portal.stats.waited["failure"]
        if trouble == "no handshake":
            assert 20.0 <= in_vain < 22.0  # two time-outs; aiohttp ends them at full seconds
        else:
            assert in_vain == pytest.approx(0.0, abs=0.01)
        assert 0.0 <= portal.stats.waited["failure"] <= 0.5 + 1.0


@pytest.mark.parametrize("number", [1, 5], ids=["alone", "in a batch"])
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_in_the_end_the_caller_hears_that_nothing_was_sent(trouble: str, number: int) -> None:
    async with astray(trouble, times=9) as (portal, emulator, detours):
        calls = [portal.epics.add(group_id=1, name=f"{n}") for n in range(number)]
        got = await portal.batch(*calls, return_exceptions=True)
        assert {type(each) for each in got} == {NotSent}
        assert all("localhost" in str(each) or "not in time" in str(each) for each in got)
        assert not emulator.requests
        assert detours.asked == 5
        detours.wrong = []
        await portal.batch(*calls)  # nothing was executed, so they may be sent again
        assert len(emulator.requests) == 1
