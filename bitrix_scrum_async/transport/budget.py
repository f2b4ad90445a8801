"""How long a portal lets methods work, as arithmetic over ``now``."""

from collections.abc import Mapping
from typing import Any, TypeGuard

# The portal's sums fall by a bucket at a time; without a known moment, that is when to ask again.
_BUCKET_SECONDS = 60.0


class OperatingBudget:
    """The working time of methods: who is blocked, and for how long.

    The cloud adds up the working time of each method over ten buckets of a minute and blocks a
    method whose sum is above its limit, until the oldest bucket leaves. A success tells the sum
    and the moment of that reset; a refusal tells nothing, so the last known moment is kept.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._resets: dict[str, float] = {}
        self._held: dict[str, float] = {}

    def learn(self, method: str, *times: Mapping[str, Any], now: float) -> None:
        """Take in the portal's accounts of calls, in their order; every member is optional."""
        last = True
        for time in reversed(times):
            finish, reset = time.get("finish"), time.get("operating_reset_at")
            if not _is_number(finish) or not _is_number(reset):
                continue
            if last:
                # The portal's clock is not ours: only the time between its own two moments counts.
                self._resets[method.lower()] = now + max(0.0, reset - finish)
                last = False
            operating = time.get("operating")
            if _is_number(operating):  # the sum so far, so earlier ones say nothing more
                if operating > self._seconds:
                    self.refused(method, now)
                return

    def refused(self, method: str, now: float) -> None:
        """The portal blocks this method."""
        reset = self._resets.get(method.lower(), now)
        self._held[method.lower()] = reset if reset > now else now + _BUCKET_SECONDS

    def wait(self, method: str, now: float) -> float:
        """Seconds until the method may be called again; 0 where it may be called now."""
        if not self._held:
            return 0.0
        until = self._held.get(method.lower(), now)
        if until <= now:
            self._held.pop(method.lower(), None)
            return 0.0
        return until - now


def _is_number(value: Any) -> TypeGuard[float]:
    return value.__class__ in (float, int)
