"""A clock that runs faster than the machine's, so that minutes of waiting fit into a load."""

import asyncio
import time


class Accelerated:
    """The machine's clock, sped up; for the portal and its sessions alike.

    Args:
        speed: Seconds on this clock in one second.
    """

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._begun = time.monotonic()
        self._date = time.time()

    def now(self) -> float:
        """Unix seconds."""
        return self._date + (time.monotonic() - self._begun) * self._speed

    async def sleep(self, seconds: float) -> None:
        """Let so many seconds of this clock pass."""
        await asyncio.sleep(seconds / self._speed)
