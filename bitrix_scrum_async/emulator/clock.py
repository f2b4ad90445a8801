"""The portal's clock: the system's, or one that a test turns."""

import asyncio
import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Where the portal reads the time, and how it waits."""

    def now(self) -> float:
        """Unix seconds."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when `seconds` have passed on this clock."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class VirtualClock:
    """A clock that stands still until somebody turns it.

    Args:
        start: Unix seconds at the beginning.
        runs_by_itself: A sleeper turns the clock to its own end, so nothing ever really waits.
            Off, a sleeper waits for `advance`.
    """

    def __init__(self, start: float = 1_790_580_587.0, *, runs_by_itself: bool = True) -> None:
        self._now = start
        self._runs_by_itself = runs_by_itself
        self._lock = threading.Lock()
        self._sleepers: list[tuple[float, asyncio.AbstractEventLoop, asyncio.Event]] = []

    def now(self) -> float:
        return self._now

    @property
    def sleepers(self) -> int:
        """How many wait for `advance`."""
        return len(self._sleepers)

    def advance(self, seconds: float) -> None:
        """Turn the clock forward and wake whoever has slept long enough. Safe from any thread."""
        if seconds < 0:
            raise ValueError(f"a clock does not go back: advance({seconds})")
        with self._lock:
            self._now += seconds
            self._wake()

    async def sleep(self, seconds: float) -> None:
        until = self._now + seconds
        if self._runs_by_itself:
            await asyncio.sleep(0)
            with self._lock:
                self._now = max(self._now, until)
                self._wake()
            return
        woken = asyncio.Event()
        with self._lock:
            self._sleepers.append((until, asyncio.get_running_loop(), woken))
            self._wake()
        await woken.wait()

    def _wake(self) -> None:
        due = [sleeper for sleeper in self._sleepers if sleeper[0] <= self._now]
        self._sleepers = [sleeper for sleeper in self._sleepers if sleeper[0] > self._now]
        for _, loop, woken in due:
            if not loop.is_closed():
                loop.call_soon_threadsafe(woken.set)
