"""The portal's limits: request intensity, operating time of a method, seconds of one request.

Pure arithmetic: `now` is always an argument.
"""

from typing import Literal, Self, TypeAlias

import attrs

WINDOW = 600.0
"""Seconds after its first call at which a bucket of operating time is forgotten."""

_MINUTE = 60.0
_UNRECORDED = 0.1  # a method's time in one request counts only when it is more than this

LimitsName: TypeAlias = Literal["off", "cloud", "enterprise"]


@attrs.frozen(kw_only=True)
class Limits:
    """What a portal allows; `None` switches one limit off.

    Args:
        threshold: A request that finds more than this in the leaky bucket is refused.
        per_second: How much leaks out of the bucket.
        counts_refused: Whether a refused request fills the bucket as well; a real portal's answer
            to that is not known.
        operating_seconds: A method that has used more in ten minutes is blocked.
        request_seconds: A request that takes longer is cut off with a 504.
        finishes_after_cut: Whether the commands behind the cut still run. What a real portal does
            is not known.
    """

    threshold: float | None = 50.0
    per_second: float = 2.0
    counts_refused: bool = False
    operating_seconds: float | None = 480.0
    request_seconds: float | None = 60.0
    finishes_after_cut: bool = False

    def __attrs_post_init__(self) -> None:
        for name, value in attrs.asdict(self).items():
            if (value is not None and value < 0) or (name == "per_second" and not value):
                raise ValueError(f"a limit is a positive number or None: {name}={value}")

    @classmethod
    def named(cls, name: LimitsName) -> Self:
        """The limits of `cloud` and `enterprise` plans, or none."""
        if name == "off":
            return cls(threshold=None, operating_seconds=None, request_seconds=None)
        if name == "cloud":
            return cls()
        if name == "enterprise":
            return cls(threshold=250.0, per_second=5.0)
        raise ValueError(f"unknown limits {name!r}: off, cloud, enterprise, or a Limits value")


class LeakyBucket:
    """Requests of one address: each adds one, and they leak away steadily. Refused ones do not
    count, unless `counts_refused`."""

    def __init__(
        self, threshold: float, per_second: float, *, counts_refused: bool = False
    ) -> None:
        self._threshold = threshold
        self._per_second = per_second
        self._counts_refused = counts_refused
        self._level = 0.0
        self._at = 0.0

    def take(self, now: float) -> bool:
        """Add one request; false when it is refused."""
        accepted = self.level(now) <= self._threshold
        if accepted or self._counts_refused:
            self._level += 1
        return accepted

    def level(self, now: float) -> float:
        """What is in the bucket."""
        self._level = max(0.0, self._level - max(0.0, now - self._at) * self._per_second)
        self._at = now
        return self._level

    def fill(self, now: float) -> None:
        """Fill it so that the next request is refused, by as much as one second leaks."""
        self._at = now
        self._level = self._threshold + self._per_second


@attrs.define
class _Minute:
    first_call: float
    seconds: float


class OperatingTime:
    """Seconds that one method took for one application or webhook: ten buckets of a minute each."""

    def __init__(self) -> None:
        self._minutes: list[_Minute] = []

    def add(self, now: float, seconds: float) -> None:
        """Account one request's time in this method; a trifle is not recorded."""
        if seconds <= _UNRECORDED:
            return
        self._forget(now)
        if self._minutes and self._minutes[-1].first_call // _MINUTE == now // _MINUTE:
            self._minutes[-1].seconds += seconds
        else:
            self._minutes.append(_Minute(now, seconds))

    def total(self, now: float) -> float:
        """The sum over the last ten minutes."""
        self._forget(now)
        return sum(minute.seconds for minute in self._minutes)

    def reset_at(self, now: float) -> int:
        """When the oldest bucket is forgotten, in unix seconds."""
        self._forget(now)
        return int((self._minutes[0].first_call if self._minutes else now) + WINDOW)

    def _forget(self, now: float) -> None:
        while self._minutes and self._minutes[0].first_call + WINDOW <= now:
            del self._minutes[0]
