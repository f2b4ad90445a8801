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
from typing import Self

import attrs
from attrs import validators


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
