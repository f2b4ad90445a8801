"""The leaky bucket as arithmetic."""

import gc
import heapq
import math
from collections.abc import Iterator, Sequence
from itertools import count, cycle, islice

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.transport.limits import (
    BucketShare,
    LeakyBucket,
    Limits,
    renamed,
    share_of_bucket,
)
from tests.clocks import VirtualClock


class Clock:
    """Whose time it is; the arithmetic gets the time itself as an argument."""


CLOCK = Clock()


def bucket_of(burst: int, per_second: float) -> LeakyBucket:
    """A bucket with one holder, who stays."""
    bucket = LeakyBucket()
    HOLDERS.append(bucket.join(burst, per_second))
    return bucket


HOLDERS: list[BucketShare] = []


def use(bucket: LeakyBucket, now: float) -> float:
    """Take a place for a request that the portal counts at once; say how long it waits."""
    wait = bucket.take(now)
    bucket.arrived(now)
    return wait


class PortalBucket:
    """The portal's own count (C.1), written from its side."""

    def __init__(self, rim: int, leak: float, *, counts_refused: bool = False) -> None:
        self.rim, self.leak = rim, leak
        self.counts_refused = counts_refused
        self.level, self.at = 0.0, 0.0
        self.dry = -math.inf  # what more could have leaked out since the first request

    def accepts(self, now: float) -> bool:
        gone = (now - self.at) * self.leak
        self.dry = max(self.dry, 0.0) + max(0.0, gone - self.level) if self.at else 0.0
        self.level = max(0.0, self.level - gone)
        self.at = now
        accepted = self.level <= self.rim
        self.level += accepted or self.counts_refused
        return accepted


def test_a_burst_goes_through_without_waiting() -> None:
    bucket = bucket_of(50, 2.0)
    assert [use(bucket, 0.0) for _ in range(50)] == [0.0] * 50


def test_what_comes_after_the_burst_is_served_in_order_at_the_leak_rate() -> None:
    bucket = bucket_of(50, 2.0)
    waits = [use(bucket, 0.0) for _ in range(54)]
    assert waits[50:] == [0.5, 1.0, 1.5, 2.0]


def test_the_portal_refuses_nothing_that_went_through_the_bucket() -> None:
    """4,000 requests as fast as the bucket lets them go: none is refused, none waits too long."""
    bucket, portal = bucket_of(50, 2.0), PortalBucket(50, 2.0)
    now = 0.0
    for _ in range(4_000):
        now += use(bucket, now)
        assert portal.accepts(now)
    assert now == pytest.approx((4_000 - 50) / 2.0)


@attrs.frozen
class Delays:
    """What a busy machine and a line do to one request, in seconds."""

    waking: float = 0.0  # after it was due
    travel: float = 0.0  # until the portal counts it
    answer: float = 0.0  # after that


def seconds_for(
    requests: Sequence[Delays], *, burst: int = 50, leak: float = 40.0, in_flight: int = 10
) -> float:
    """Send requests, so many in flight, and see that the portal refuses none.

    Unless its bucket has run dry meanwhile: what is under way then leaks here and not there.
    """
    bucket, portal = bucket_of(burst, leak), PortalBucket(burst, leak)
    agenda: list[tuple[float, int, Iterator[float]]] = []
    order = count()
    now = 1.0

    def journey(delays: Delays) -> Iterator[float]:
        wait = bucket.take(now)
        if wait:
            yield wait + delays.waking
        yield delays.travel
        assert portal.accepts(now) or portal.dry > 0.1
        yield delays.answer
        bucket.arrived(now)

    def one_after_the_other(journeys: Iterator[Delays]) -> Iterator[float]:
        for delays in journeys:
            yield from journey(delays)

    queue = iter(requests)
    for _ in range(in_flight):
        heapq.heappush(agenda, (now, next(order), one_after_the_other(queue)))
    last = now
    while agenda:
        now, _, worker = heapq.heappop(agenda)
        for seconds in islice(worker, 1):
            heapq.heappush(agenda, (now + seconds, next(order), worker))
        last = now
    return last - 1.0


_SHORT = st.one_of(st.just(0.0), st.floats(0.0, 0.01), st.floats(0.0, 1.9))
_DELAYS = st.builds(Delays, _SHORT, _SHORT, _SHORT)


@given(
    some=st.lists(_DELAYS, min_size=1, max_size=60),
    burst=st.sampled_from([1, 2, 10, 50]),
    leak=st.sampled_from([2.0, 5.0, 40.0]),
    in_flight=st.sampled_from([1, 10, 60]),
)
def test_whatever_delays_a_request_the_portal_refuses_none(
    some: list[Delays], burst: int, leak: float, in_flight: int
) -> None:
    requests = list(islice(cycle(some), 250))
    seconds_for(requests, burst=burst, leak=leak, in_flight=in_flight)


@given(late=st.floats(0.0, 1.9), in_flight=st.sampled_from([1, 5, 10, 50]))
def test_a_burst_that_is_late_as_a_whole_is_refused_nowhere(late: float, in_flight: int) -> None:
    """A slow line, a portal that wakes up: nothing leaks there before the first has arrived."""
    bucket, portal = bucket_of(50, 40.0), PortalBucket(50, 40.0)
    for _ in range(50):
        assert bucket.take(1.0) == 0.0
    assert all(portal.accepts(1.0 + late) for _ in range(50))
    bucket.arrived(1.0 + late)
    now = 1.0 + late
    for _ in range(in_flight):
        now += bucket.take(now)
        assert portal.accepts(now)


@pytest.mark.parametrize("stalled", [0.1, 0.3, 1.9])
def test_what_a_stall_holds_back_leaks_nowhere_meanwhile(stalled: float) -> None:
    """Four of ten have arrived when the machine stands still: no more than these leak out."""
    bucket, portal = bucket_of(50, 40.0), PortalBucket(50, 40.0)
    for _ in range(10):
        assert bucket.take(1.0) == 0.0
    for arrived, now in ((4, 1.0), (6, 1.0 + stalled)):
        for _ in range(arrived):
            assert portal.accepts(now)
            bucket.arrived(now)
    now = 1.0 + stalled
    for _ in range(100):
        now += bucket.take(now)
        assert portal.accepts(now)
        bucket.arrived(now)


@pytest.mark.parametrize("in_flight", [1, 10])
@pytest.mark.parametrize(
    "delays",
    [Delays(), Delays(travel=0.002, answer=0.003), Delays(travel=0.008, answer=0.014)],
    ids=["none", "quick", "slow"],
)
def test_delays_shorter_than_a_place_cost_nothing(delays: Delays, in_flight: int) -> None:
    """What leaks out before the first answer is trusted: an answer comes within 22 ms here."""
    took = seconds_for([delays] * 80, in_flight=in_flight)
    alone = 80 * (delays.travel + delays.answer) if in_flight == 1 else 0.0
    assert took <= max(0.75, alone) * 1.01 + delays.travel + delays.answer


def test_one_late_answer_after_a_burst_costs_no_more_than_it_is_late() -> None:
    late = [Delays(travel=0.2)] + [Delays()] * 79
    assert seconds_for(late) <= 0.75 + 0.2


def test_a_program_that_hung_goes_on_at_the_leak_rate() -> None:
    """Nothing leaves for a second; what has leaked out meanwhile may leave at once."""
    requests = [Delays()] * 60 + [Delays(waking=1.0)] * 10 + [Delays()] * 180
    assert seconds_for(requests) <= (250 - 50) / 40.0 * 1.01


@pytest.mark.parametrize(("burst", "leak"), [(1, 5.0), (5, 5.0), (10, 2.0)])
def test_slow_answers_hold_nobody_back(burst: int, leak: float) -> None:
    """Batches of half a minute, many sessions, small buckets: what has left is there soon."""
    took = seconds_for([Delays(answer=30.0)] * 400, burst=burst, leak=leak, in_flight=400)
    assert took <= (400 - burst) / leak * 1.01 + 30.0 + 2.0


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["take", "arrived", "give_back", "fill", "let_in", "join", "leave"]),
        st.floats(-1.0, 5.0),
    ),
    max_size=60,
)


def test_limits_that_leave_before_any_answer_leave_nothing_behind() -> None:
    bucket = LeakyBucket()
    free, strict = bucket.join(50, 0.0), bucket.join(50, 2.0)
    bucket.take(0.0)
    bucket.leave(strict)
    bucket.give_back(1.0)
    again = bucket.join(50, 2.0)
    assert [bucket.take(2.0), bucket.take(3.0)] == [0.0, 0.0]
    assert free.bucket is again.bucket


def test_a_stricter_limit_before_any_answer_does_not_fill_the_bucket() -> None:
    bucket = bucket_of(50, 40.0)
    for _ in range(50):
        bucket.take(0.0)
    assert bucket.take(3.0) == 0.0  # 40 have leaked out in the third second
    HOLDERS.append(bucket.join(50, 2.0))
    assert [bucket.take(3.1) for _ in range(10)] == [0.0] * 10


@given(_STEPS, st.sampled_from([1, 5, 50]), st.sampled_from([0.0, 2.0, 40.0]))
def test_whatever_happens_a_place_is_free_in_a_while(
    steps: list[tuple[str, float]], burst: int, per_second: float
) -> None:
    bucket = LeakyBucket()
    shares = [bucket.join(burst, per_second)]
    now = 0.0
    for step, seconds in steps:
        now += seconds
        match step:
            case "take":
                assert bucket.take(now) >= 0.0
            case "fill":
                bucket.fill(now, bucket.ticket)
            case "let_in":
                bucket.let_in()
            case "join":
                shares.append(bucket.join(burst, per_second))
            case "leave":
                bucket.leave(shares[-1])
            case _:
                getattr(bucket, step)(now)
    wait = bucket.take(now + 6.0)
    assert wait <= (len(steps) * 9.0 + 1.0) / (per_second or 1.0)
    assert bucket.take(now + 6.0 + 1_000.0) == 0.0


def test_time_empties_the_bucket_but_never_below_empty() -> None:
    bucket = bucket_of(2, 1.0)
    for _ in range(2):
        use(bucket, 0.0)
    assert use(bucket, 1000.0) == 0.0
    assert use(bucket, 1000.0) == 0.0
    assert use(bucket, 1000.0) == 1.0


def test_a_place_given_back_is_free_for_the_next() -> None:
    bucket = bucket_of(1, 1.0)
    bucket.take(0.0)
    bucket.give_back(0.0)
    assert use(bucket, 0.0) == 0.0


def test_after_a_refusal_the_bucket_counts_as_full() -> None:
    bucket = bucket_of(50, 2.0)
    bucket.fill(0.0)
    assert use(bucket, 0.0) == 0.75  # a quarter of a second behind the rim
    assert use(bucket, 0.0) == 1.25


def refused_in_turn(bucket: LeakyBucket, times: int, now: float = 0.0) -> list[float]:
    """One request that is refused again and again: how long it waits each time."""
    waits: list[float] = []
    ticket = bucket.ticket
    for _ in range(times):
        bucket.fill(now, ticket)
        ticket = bucket.ticket
        waits.append(use(bucket, now))
        now += waits[-1]
    return waits


def test_who_is_refused_again_after_waiting_waits_longer() -> None:
    assert refused_in_turn(bucket_of(50, 2.0), 6) == [0.75, 1.25, 2.25, 4.25, 4.25, 4.25]


def test_many_that_are_refused_at_once_are_refused_once() -> None:
    bucket = bucket_of(50, 2.0)
    ticket = bucket.ticket
    for _ in range(10):
        bucket.fill(0.0, ticket)
    assert use(bucket, 0.0) == 0.75


def test_the_first_that_is_let_in_ends_it() -> None:
    bucket = bucket_of(50, 2.0)
    refused_in_turn(bucket, 4)
    late = bucket.ticket
    bucket.let_in()
    assert refused_in_turn(bucket, 2, now=100.0) == [0.75, 1.25]
    bucket.let_in()
    bucket.fill(200.0, late)  # it took its place before others were let in
    assert use(bucket, 200.0) == 0.75


@pytest.mark.parametrize("counts_refused", [False, True])
@pytest.mark.parametrize("programs", [1, 2, 5])
def test_a_full_bucket_empties_whatever_the_portal_counts(
    programs: int, counts_refused: bool
) -> None:
    """Programs that know nothing of each other, each with ten requests at a time."""
    portal = PortalBucket(50, 2.0, counts_refused=counts_refused)
    portal.level = 60.0
    buckets = [bucket_of(50, 2.0) for _ in range(programs)]
    due = [(0.0, n, bucket.ticket) for n, bucket in enumerate(buckets) for _ in range(10)]
    accepted = 0
    while accepted < 200:
        due.sort()
        now, n, ticket = due.pop(0)
        assert now < 1_000.0
        if portal.accepts(now):
            accepted += 1
            buckets[n].let_in()
        else:
            buckets[n].fill(now, ticket)
        due.append((now + use(buckets[n], now), n, buckets[n].ticket))


def test_a_clock_that_steps_back_makes_no_room() -> None:
    bucket = bucket_of(1, 1.0)
    use(bucket, 10.0)
    assert use(bucket, 5.0) == 1.0


def test_sessions_to_one_portal_share_a_bucket_with_the_strictest_settings() -> None:
    loose = share_of_bucket("one.example", 443, Limits.enterprise(), CLOCK)
    strict = share_of_bucket("one.example", 443, Limits.cloud(), CLOCK)
    free = share_of_bucket("one.example", 443, Limits.self_hosted(), CLOCK)
    assert loose.bucket is strict.bucket is free.bucket
    assert [use(loose.bucket, 0.0) for _ in range(51)][-2:] == [0.0, 0.5]


def test_settings_count_as_long_as_somebody_has_them() -> None:
    strict = share_of_bucket("two.example", 443, Limits(burst=1, per_second=1.0), CLOCK)
    loose = share_of_bucket("two.example", 443, Limits(burst=100, per_second=100.0), CLOCK)
    assert [use(loose.bucket, 0.0) for _ in range(2)] == [0.0, 1.0]
    del strict
    gc.collect()
    assert use(loose.bucket, 0.0) == 0.0


def test_the_count_outlives_those_who_made_it() -> None:
    """Sessions one after the other: the portal has not forgotten the first one's requests."""
    first = share_of_bucket("three.example", 443, Limits(burst=1), CLOCK)
    use(first.bucket, 0.0)
    del first
    gc.collect()
    second = share_of_bucket("three.example", 443, Limits(burst=1), CLOCK)
    assert use(second.bucket, 0.0) == 0.5


def test_other_portals_ports_and_clocks_have_buckets_of_their_own() -> None:
    here = share_of_bucket("four.example", 443, Limits(), CLOCK).bucket
    assert share_of_bucket("four.example", 8443, Limits(), CLOCK).bucket is not here
    assert share_of_bucket("five.example", 443, Limits(), CLOCK).bucket is not here
    assert share_of_bucket("four.example", 443, Limits(), Clock()).bucket is not here


def test_a_self_hosted_portal_is_not_waited_for() -> None:
    share = share_of_bucket("six.example", 443, Limits.self_hosted(), CLOCK)
    assert {use(share.bucket, 0.0) for _ in range(1_000)} == {0.0}
    share.bucket.fill(0.0)
    assert use(share.bucket, 1.0) == 0.0


@pytest.mark.parametrize(
    ("limits", "burst", "per_second"),
    [(Limits(), 50, 2.0), (Limits.cloud(), 50, 2.0), (Limits.enterprise(), 250, 5.0)],
)
def test_the_plans_have_the_documented_numbers(
    limits: Limits, burst: int, per_second: float
) -> None:
    assert (limits.burst, limits.per_second) == (burst, per_second)


def test_limits_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="concurrency"):
        Limits(concurrency=0)


def test_a_portal_with_a_new_address_keeps_its_bucket() -> None:
    clock, limits = VirtualClock(), Limits(burst=1)
    old = share_of_bucket("old.example", 443, limits, clock)
    renamed("new.example", 443, old, clock)
    assert share_of_bucket("new.example", 443, limits, clock).bucket is old.bucket


def test_a_bucket_that_others_drew_from_already_is_not_replaced() -> None:
    clock, limits = VirtualClock(), Limits(burst=1)
    new = share_of_bucket("new.example", 443, limits, clock)
    renamed("new.example", 443, share_of_bucket("old.example", 443, limits, clock), clock)
    assert share_of_bucket("new.example", 443, limits, clock).bucket is new.bucket


def test_who_has_left_holds_nobody_back_and_may_still_give_back() -> None:
    bucket = LeakyBucket()
    strict, mild = bucket.join(1, 1.0), bucket.join(50, 2.0)
    use(bucket, 0.0)
    assert use(bucket, 0.0) == 1.0
    bucket.leave(strict)
    assert bucket.take(0.0) == 0.0
    bucket.leave(mild)
    bucket.give_back(0.0)
    assert use(bucket, 0.0) == 0.0
