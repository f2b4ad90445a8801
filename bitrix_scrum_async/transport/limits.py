"""How much a portal lets one address do, as arithmetic over ``now``.

The cloud counts requests in a leaky bucket: each request adds one, and so many leak out a second;
a request that finds the bucket above its rim is refused with 503 and does not count. A batch is
one request, whatever it carries. The bucket belongs to a portal and a source address, not to a
webhook, so every session of this process to one portal draws from the same one.

Taking a place before sending keeps our own count at or below the portal's. A place is taken at
once and may lie in the future: the bucket then says how long to wait for it. Those who wait are
thereby served in order, at exactly the leak rate, and nobody has to wake anybody up.
"""

import threading
import weakref
from collections.abc import Mapping
from typing import Any, Self, TypeGuard

import attrs
from attrs import validators

# The portal's sums fall by a bucket at a time; without a known moment, that is when to ask again.
_BUCKET_SECONDS = 60.0


@attrs.frozen(kw_only=True)
class Limits:
    """What the portal allows, and how much of it one session uses.

    Attributes:
        burst: Requests that the bucket holds.
        per_second: Requests that leak out of it each second; 0 means that nothing is limited.
        concurrency: Requests of one session in flight at once.
        operating_seconds: Working time of one method in ten minutes before it is blocked.
    """

    burst: int = attrs.field(default=50, validator=validators.ge(1))
    per_second: float = attrs.field(default=2.0, validator=validators.ge(0))
    concurrency: int = attrs.field(default=10, validator=validators.ge(1))
    operating_seconds: float = attrs.field(default=480.0, validator=validators.gt(0))

    @classmethod
    def cloud(cls) -> Self:
        """Every plan of the cloud but Enterprise."""
        return cls()

    @classmethod
    def enterprise(cls) -> Self:
        """The cloud's Enterprise plan."""
        return cls(burst=250, per_second=5.0)

    @classmethod
    def self_hosted(cls) -> Self:
        """A portal on its owner's server, which counts neither requests nor working time."""
        return cls(per_second=0, operating_seconds=float("inf"))


class LeakyBucket:
    """The portal's count of requests, kept on this side. Safe to share between threads."""

    def __init__(self, burst: int, per_second: float) -> None:
        self._burst = burst
        self._per_second = per_second
        self._level = 0.0
        self._measured_at = float("-inf")
        self._lock = threading.Lock()

    def tighten(self, burst: int, per_second: float) -> None:
        """Apply another session's settings where they are stricter."""
        with self._lock:
            self._burst = min(self._burst, burst)
            self._per_second = min(self._per_second, per_second)

    def take(self, now: float) -> float:
        """Take a place and say in how many seconds it may be used."""
        with self._lock:
            self._leak(now)
            self._level += 1
            return max(0.0, (self._level - self._burst) / self._per_second)

    def give_back(self, now: float) -> None:
        """Return a place that was taken and not used for a request."""
        with self._lock:
            self._leak(now)
            self._level = max(0.0, self._level - 1)

    def fill(self, now: float) -> None:
        """Learn from a refusal that the portal's bucket is full."""
        with self._lock:
            self._leak(now)
            self._level = max(self._level, float(self._burst))

    def _leak(self, now: float) -> None:
        if now > self._measured_at:
            gone = (now - self._measured_at) * self._per_second
            self._level = max(0.0, self._level - gone)
            self._measured_at = now


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

    def learn(self, method: str, time: Mapping[str, Any], now: float) -> None:
        """Take in the portal's account of a call; every member of it is optional."""
        finish, reset = time.get("finish"), time.get("operating_reset_at")
        if not _is_number(finish) or not _is_number(reset):
            return
        # The portal's clock is not ours: only the time between its own two moments counts.
        self._resets[method.lower()] = now + max(0.0, reset - finish)
        operating = time.get("operating")
        if _is_number(operating) and operating > self._seconds:
            self.refused(method, now)

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
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Unlimited(LeakyBucket):
    """A bucket for portals that count nothing."""

    def __init__(self) -> None:
        super().__init__(1, 1.0)

    def take(self, now: float) -> float:
        """Never wait."""
        return 0.0


_buckets: weakref.WeakValueDictionary[tuple[str, int], LeakyBucket] = weakref.WeakValueDictionary()
_buckets_lock = threading.Lock()


def bucket_for(host: str, port: int, limits: Limits) -> LeakyBucket:
    """The bucket that all sessions of this process to one portal share.

    Where their settings differ the stricter ones count, for as long as any of them lives.
    """
    if limits.per_second == 0:
        return Unlimited()
    with _buckets_lock:
        bucket = _buckets.get((host, port))
        if bucket is None:
            bucket = LeakyBucket(limits.burst, limits.per_second)
            _buckets[host, port] = bucket
        else:
            bucket.tighten(limits.burst, limits.per_second)
        return bucket
