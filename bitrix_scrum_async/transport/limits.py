"""How much a portal lets one address do, as arithmetic over ``now``.

The cloud counts requests in a leaky bucket: each request adds one, and so many leak out a second;
a request that finds the bucket above its rim is refused with 503 and does not count. A batch is
one request, whatever it carries. The bucket belongs to a portal and a source address, not to a
webhook, so every session of this process to one portal draws from the same one.

Taking a place before sending keeps our own count at or below the portal's. A place is taken at
once and may lie in the future: the bucket then says how long to wait for it. Those who wait are
thereby served in order, at exactly the leak rate, and nobody has to wake anybody up.

The portal counts a request when it arrives, and nobody here sees that. A bucket that has got
nothing yet has nothing to leak: who counts from leaving, over a slow line, believes
in room that is not there. So an empty bucket begins to leak with the first answer. From then on a
request that is late finds more room than we count, not less.

A refusal says that others have filled the portal's bucket, but not how far; and a portal may count
refused requests too. Who comes back at the leak rate then keeps it full for ever. So a request that
is refused again costs more and more places, until one is let in.
"""

import math
import threading
import weakref
from typing import Self

import attrs
from attrs import validators

# Places that a request costs besides its own, when it is refused for the first, second... time.
_COSTS = (0, 1, 3, 7)

# Places above the rim at which a bucket counts that refused: who comes back exactly at the rim is
# refused again whenever a request is a little late and the next one is not.
_SLACK = 0.5

# Places that leak out of an empty bucket before the first answer all the same. The portal lets in
# whoever finds its bucket exactly full, which is one request more than we send; most of that place
# pays for the way there. The rest is for clocks and rounding.
_TRUST = 0.9

# The first request of a row counts as arrived after so many seconds, even unanswered: a batch
# may run for a minute.
_ARRIVES_WITHIN = 2.0


@attrs.frozen
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
    """The portal's count of requests, kept on this side. Safe to share between threads.

    Those who draw from it `join` with their settings, and the strictest count as long as their
    holders live. The count itself outlives them: a portal does not forget either.
    """

    def __init__(self) -> None:
        self._level = 0.0
        self._measured_at = -math.inf
        # When it began to fill, as long as it may hold requests that the portal has not got yet.
        self._unheard_since: float | None = None
        self._arrived = 0.0  # what is surely there, of what was answered since then
        self._trusted = 0.0  # what has leaked out since then before it was surely there
        self._let_in = 0
        self._refused = 0
        self._lock = threading.Lock()
        self._shares: list[weakref.ref[BucketShare]] = []
        self._settled = True  # whether the strictest settings are those of all who hold a share
        self._burst = self._per_second = math.inf

    def join(self, burst: float, per_second: float) -> "BucketShare":
        """Draw from this bucket.

        Args:
            burst: Requests that it holds.
            per_second: Requests that leak out each second; 0 limits nothing.
        """
        share = BucketShare(self, burst, per_second or math.inf)
        with self._lock:
            self._shares.append(weakref.ref(share, self._unsettle))
            self._settled = False
        return share

    def leave(self, share: "BucketShare") -> None:
        """Draw no more: a holder's settings count no longer."""
        with self._lock:
            self._shares = [held for held in self._shares if held() is not share]
            self._settled = False

    def take(self, now: float) -> float:
        """Take a place and say in how many seconds it may be used.

        Where nobody who draws from it is limited, nothing is counted: who joins with limits later
        knows nothing of requests that are under way by then.
        """
        if self._settled and self._per_second == math.inf:
            return 0.0
        with self._lock:
            self._leak(now)
            if self._level == 0:
                self._unheard_since, self._arrived, self._trusted = now, 0.0, 0.0
            self._level += 1
            above_rim = self._level - self._burst
            return above_rim / self._per_second if above_rim > 0 else 0.0

    def arrived(self, now: float) -> None:
        """A request was answered: it is in the portal's bucket, and leaks."""
        if self._unheard_since is not None:
            with self._lock:
                self._leak(now)
                self._arrived += 1

    def give_back(self, now: float) -> None:
        """Return a place that was taken and not used for a request."""
        with self._lock:
            self._leak(now)
            self._level = max(0.0, self._level - 1)

    @property
    def ticket(self) -> tuple[int, int]:
        """What is known of refusals when a place is taken: to be shown to `fill`."""
        return self._let_in, self._refused

    def fill(self, now: float, ticket: tuple[int, int] = (0, 0)) -> None:
        """Learn from a refusal that the portal's bucket is full.

        Args:
            now: When.
            ticket: That of the refused request.
        """
        with self._lock:
            let_in, refused = ticket
            # How long the chain of refusals is of which each has waited for the one before.
            again = refused if let_in == self._let_in else 0
            self._refused = max(self._refused, again + 1)
            self._leak(now)
            self._unheard_since = None  # what fills it leaks, whoever sent it
            if math.isfinite(self._burst):
                cost = _COSTS[min(self._refused, len(_COSTS)) - 1]
                self._level = max(self._level, self._burst + _SLACK) + cost

    def let_in(self) -> None:
        """Learn that the portal's bucket had room for a request."""
        if self._refused:
            with self._lock:
                self._let_in += self._refused > 0
                self._refused = 0

    def _leak(self, now: float) -> None:
        """Let time pass."""
        if not self._settled:
            self._settle()
        if now <= self._measured_at:
            return
        gone = (now - self._measured_at) * self._per_second
        if self._per_second == math.inf:  # who had limits has left, so nothing is waited for
            self._unheard_since = None
        if self._unheard_since is not None:
            silent = now - self._unheard_since
            unheard = max(0.0, silent - _ARRIVES_WITHIN) * self._per_second
            trusted = min(silent * self._per_second, _TRUST + unheard)
            surely = min(gone, self._arrived)
            self._arrived -= surely
            # Who joins may have made it leak more slowly than before: it never fills by itself.
            gone = min(gone, surely + max(0.0, trusted - self._trusted))
            self._trusted = trusted
        self._level = max(0.0, self._level - gone)
        self._measured_at = now

    def _unsettle(self, _: object) -> None:
        self._settled = False  # no more than that: it may be called in the middle of anything

    def _settle(self) -> None:
        self._settled = True
        shares = [share for held in self._shares if (share := held()) is not None]
        self._shares = [held for held in self._shares if held() is not None]
        if shares:  # when all have left, what counted last counts on: their requests still end
            self._burst = min(share.burst for share in shares)
            self._per_second = min(share.per_second for share in shares)


class BucketShare:
    """One holder's hand in a bucket.

    Attributes:
        bucket: The bucket.
        burst: What it holds by the holder's settings.
        per_second: What leaks out of it by the holder's settings.
    """

    __slots__ = ("__weakref__", "bucket", "burst", "per_second")

    def __init__(self, bucket: LeakyBucket, burst: float, per_second: float) -> None:
        self.bucket = bucket
        self.burst = burst
        self.per_second = per_second


# By the clock on which they are measured, for as long as it lives, and by portal.
_buckets: "weakref.WeakKeyDictionary[object, dict[tuple[str, int], LeakyBucket]]"
_buckets = weakref.WeakKeyDictionary()
_buckets_lock = threading.Lock()


def share_of_bucket(host: str, port: int, limits: Limits, clock: object) -> BucketShare:
    """A share of the bucket that all sessions of this process to one portal draw from.

    Args:
        host: The portal's host.
        port: Its port.
        limits: The holder's settings. Where holders differ, the strictest count.
        clock: The clock whose ``now`` the bucket will be given.
    """
    with _buckets_lock:
        buckets = _buckets.setdefault(clock, {})
        bucket = buckets.setdefault((host, port), LeakyBucket())
    burst = limits.burst if limits.per_second else float("inf")
    return bucket.join(burst, limits.per_second)


def renamed(host: str, port: int, share: BucketShare, clock: object) -> None:
    """A portal has a new address: who finds it there draws from the bucket that it always had.

    Args:
        host: The portal's new host.
        port: Its new port.
        share: A share of the portal's bucket.
        clock: The clock whose ``now`` the bucket is given.
    """
    with _buckets_lock:
        _buckets.setdefault(clock, {}).setdefault((host, port), share.bucket)
