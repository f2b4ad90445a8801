"""A world in which time passes only when everybody waits, and costs nothing.

Session, emulator and aiohttp's own time-outs read one clock, that of the event loop. The loop turns
it to the next timer whenever no socket has anything to say, so an hour of waiting takes no time and
every wait is exactly as long as it was asked to be.
"""

import asyncio
import selectors
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import attrs

from bitrix_scrum_async import BitrixScrumError, Call, OAuth, PortalSession
from bitrix_scrum_async.emulator import Emulator

_BEGINNING = 1_790_580_587.0  # unix seconds: a portal tells the date

# Loopback is quick, not immediate: how long a socket may be silent before time passes, in seconds.
_SILENCE = 0.000_2
# How long until a test counts as hanging, in seconds of the real clock.
_DEAD = 30.0


class _Turning(selectors.SelectSelector):  # epoll counts in milliseconds
    """Waits for sockets, or else turns the clock as far as it was asked to wait."""

    turned = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            events = super().select(_DEAD)
            if not events:
                raise RuntimeError("everybody waits, and nobody for a moment in time")
            return events
        if timeout <= 0:
            return super().select(timeout)
        events = super().select(min(timeout, _SILENCE))
        if not events:
            self.turned += timeout
        return events


class TurningLoop(asyncio.SelectorEventLoop):
    """An event loop with a clock of its own."""

    def __init__(self) -> None:
        self._turning = _Turning()
        super().__init__(self._turning)

    def time(self) -> float:
        return self._turning.turned


class LoopClock:
    """The loop's time, for the session and the portal alike."""

    def now(self) -> float:
        return _BEGINNING + asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@attrs.define
class Stopwatch:
    """Seconds since it was made."""

    clock: LoopClock
    begun: float = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.begun = self.clock.now()

    @property
    def seconds(self) -> float:
        return round(self.clock.now() - self.begun, 3)


@attrs.frozen
class World:
    """A portal and a session, on one clock."""

    emulator: Emulator
    portal: PortalSession
    clock: LoopClock
    before: Counter[str] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "before", self.emulator.executed)

    def executed(self, method: str) -> int:
        """How often the portal has executed a method since it is there."""
        return self.emulator.executed[method] - self.before[method]

    async def send(self, *calls: Call[Any]) -> tuple[Any, ...]:
        """Send one call alone, several in a batch; give their results or errors."""
        if len(calls) != 1:
            return await self.portal.batch(*calls, return_exceptions=True)
        (call,) = calls
        try:
            return (await call,)
        except BitrixScrumError as error:
            return (error,)

    def watch(self) -> Stopwatch:
        """Begin to measure."""
        return Stopwatch(self.clock)


@asynccontextmanager
async def world(
    *,
    emulator: dict[str, Any] | None = None,
    by_oauth: bool = False,
    groups: int = 1,
    epics: int = 0,
    **options: Any,
) -> AsyncGenerator[World, None]:
    """A portal with a Scrum group, and a session that has not asked it anything yet.

    Args:
        emulator: Options of the emulator.
        by_oauth: Whether the session is an application's.
        groups: How many groups there are; their ids begin at 1.
        epics: How many epics the first of them has; their ids begin at 1.
        options: Options of the session.
    """
    clock = LoopClock()
    async with Emulator(clock=clock, **(emulator or {})) as running:
        async with PortalSession(running.webhook, clock=LoopClock()) as owner:
            create, add = owner.groups.create, owner.epics.add
            names = [f"Group {number}" for number in range(1, groups + 1)]
            await owner.batch(*(create(name=name, scrum_master_id=1) for name in names))
            names = [f"Epic {number}" for number in range(1, epics + 1)]
            await owner.batch(*(add(group_id=1, name=name) for name in names))
        if running.limits.threshold is not None:
            await clock.sleep(60)  # what that took has leaked away
        running.clear_requests()
        auth = application(running) if by_oauth else running.webhook
        async with PortalSession(auth, clock=clock, **options) as portal:
            yield World(running, portal, clock)


def application(emulator: Emulator) -> OAuth:
    """The tokens of an application that was let in."""
    grant = emulator.oauth()
    return OAuth(
        endpoint=grant.endpoint,
        client_id=grant.client_id,
        client_secret=grant.client_secret,
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
        token_url=grant.token_url,
    )
