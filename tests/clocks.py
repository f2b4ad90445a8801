"""A clock that tests turn by hand."""

import anyio


class VirtualClock:
    """Time that passes only when somebody sleeps on it or turns it."""

    def __init__(self, start: float = 1_000_000.0) -> None:
        self._now = start
        self.slept: list[float] = []

    def now(self) -> float:
        """Seconds on this clock."""
        return self._now

    def turn(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds

    async def sleep(self, seconds: float) -> None:
        """Let time pass at once, and others run."""
        self.slept.append(seconds)
        self._now += seconds
        await anyio.lowlevel.checkpoint()
