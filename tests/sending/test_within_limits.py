"""The portal's limit of requests: never met alone, waited out when others have used it up."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from bitrix_scrum_async import Call, Effect, Event, Limits, PortalSession, Waited
from bitrix_scrum_async.emulator.limits import Limits as PortalLimits

from .world import LoopClock, World, world

pytestmark = pytest.mark.anyio

Road = Callable[[PortalSession, int], Awaitable[None]]


def reads(portal: PortalSession, number: int) -> Iterator[Call[Any]]:
    return (portal.call("profile", effect=Effect.READ) for _ in range(number))


async def one_by_one(portal: PortalSession, number: int) -> None:
    for call in reads(portal, number):
        await call


async def at_once(portal: PortalSession, number: int) -> None:
    """Forty tasks, of which ten find a place."""
    calls = reads(portal, number)

    async def work() -> None:
        for call in calls:
            await call

    async with anyio.create_task_group() as tasks:
        for _ in range(40):
            tasks.start_soon(work)


async def in_a_batch(portal: PortalSession, number: int) -> None:
    assert len(await portal.batch(*reads(portal, number))) == number


async def in_a_stream(portal: PortalSession, number: int) -> None:
    outcomes = [outcome async for outcome in portal.stream(reads(portal, number))]
    assert all(outcome.ok for outcome in outcomes)
    assert len(outcomes) == number


async def coalescing(portal: PortalSession, number: int) -> None:
    async with portal.coalescing() as view, anyio.create_task_group() as tasks:
        for _ in range(number):
            tasks.start_soon(view.send, view.call("profile", effect=Effect.READ))


@asynccontextmanager
async def limited(plan: str = "cloud") -> AsyncGenerator[World, None]:
    """A portal with the limits of a plan, and a session that knows them."""
    limits = Limits.cloud() if plan == "cloud" else Limits.enterprise()
    async with world(emulator={"limits": plan}, limits=limits) as here:
        yield here


def refusals(here: World) -> int:
    return sum(request.status != 200 for request in here.emulator.requests)


@pytest.mark.parametrize(
    ("road", "calls", "requests"),
    [
        (one_by_one, 400, 400),
        (at_once, 4_000, 4_000),
        (in_a_batch, 4_000, 80),
        (in_a_stream, 4_000, 80),
        (coalescing, 4_000, 80),
        (in_a_stream, 20_000, 400),
    ],
)
async def test_a_fresh_bucket_is_used_to_the_full_and_never_overflows(
    road: Road, calls: int, requests: int
) -> None:
    async with limited() as here:
        watch = here.watch()
        await road(here.portal, calls)
        assert refusals(here) == 0
        assert len(here.emulator.requests) == requests
        assert here.executed("profile") == calls
        ideal = (requests - 50) / 2.0
        assert watch.seconds == pytest.approx(ideal, rel=0.02)


@pytest.mark.parametrize(
    ("road", "calls", "requests"), [(at_once, 1_000, 1_000), (in_a_batch, 20_000, 400)]
)
async def test_an_enterprise_portal_takes_more(road: Road, calls: int, requests: int) -> None:
    async with limited("enterprise") as here:
        watch = here.watch()
        await road(here.portal, calls)
        assert refusals(here) == 0
        assert len(here.emulator.requests) == requests
        assert watch.seconds == pytest.approx((requests - 250) / 5.0, rel=0.02)


async def test_two_sessions_to_one_portal_share_its_bucket() -> None:
    async with limited() as here:
        other = PortalSession(here.emulator.new_webhook(), clock=here.clock)
        watch = here.watch()
        async with other, anyio.create_task_group() as tasks:
            tasks.start_soon(at_once, here.portal, 300)
            tasks.start_soon(in_a_batch, other, 5_000)
            tasks.start_soon(one_by_one, other, 100)
        assert refusals(here) == 0
        assert len(here.emulator.requests) == 500
        assert watch.seconds == pytest.approx((500 - 50) / 2.0, rel=0.02)


async def test_a_session_that_asks_for_less_holds_the_others_back() -> None:
    async with limited() as here:
        modest = Limits(burst=10, per_second=1.0)
        async with PortalSession(here.emulator.webhook, limits=modest, clock=here.clock):
            watch = here.watch()
            await one_by_one(here.portal, 100)
            assert watch.seconds == pytest.approx((100 - 10) / 1.0, rel=0.02)


@pytest.mark.parametrize(
    ("road", "calls", "requests"),
    [
        (one_by_one, 400, 400),
        (at_once, 400, 400),
        (in_a_batch, 10_000, 200),
        (in_a_stream, 10_000, 200),
    ],
)
async def test_a_bucket_that_others_fill_is_waited_for(
    road: Road, calls: int, requests: int
) -> None:
    """At the beginning, and again a minute later, while requests are under way."""
    async with limited() as here:

        async def fill_again() -> None:
            await here.clock.sleep(60)
            here.emulator.fill_bucket()

        watch = here.watch()
        here.emulator.fill_bucket()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fill_again)
            await road(here.portal, calls)
        assert here.executed("profile") == calls
        refused = [request for request in here.emulator.requests if request.status == 503]
        assert len(here.emulator.requests) == requests + len(refused)
        # Who is in flight at that moment is refused, nobody after.
        assert 2 <= len(refused) <= 2 * 11
        assert requests / 2.0 <= watch.seconds <= requests / 2.0 * 1.1


@pytest.mark.parametrize("counts_refused", [False, True])
async def test_two_programs_that_know_nothing_of_each_other_both_come_through(
    counts_refused: bool,
) -> None:
    """Each fills the bucket of the other; whether refusals fill it too is not documented."""
    limits = PortalLimits(counts_refused=counts_refused)
    async with world(emulator={"limits": limits}) as here:
        # With a clock of its own, it has a bucket of its own, as in another process.
        other = PortalSession(here.emulator.new_webhook(), clock=LoopClock())
        watch = here.watch()
        async with other, anyio.create_task_group() as tasks:
            tasks.start_soon(at_once, here.portal, 200)
            tasks.start_soon(at_once, other, 200)
        assert here.executed("profile") == 400
        # Nothing is wasted where refusals do not count; where they do, it stays within reason.
        assert watch.seconds <= (400 - 50) / 2.0 * (3 if counts_refused else 1)


async def test_a_wait_for_slow_answers_is_told_once() -> None:
    """Ten have to wait, and nobody says so again."""
    told: list[Event] = []
    limits = Limits(burst=5, concurrency=15)
    async with world(limits=limits, on_event=told.append) as here:
        here.emulator.inject("delay", seconds=1.5, times=None)
        async with anyio.create_task_group() as tasks:
            for _ in range(15):
                tasks.start_soon(here.portal.send, here.portal.call("profile", effect=Effect.READ))
        waits = [event for event in told if isinstance(event, Waited)]
        assert len(waits) == len({event.request for event in waits}) == 10
        told_of = sum(event.seconds for event in waits)
        assert here.portal.stats.waited["bucket"] == pytest.approx(told_of)


async def test_a_self_hosted_portal_that_refuses_now_and_then_is_waited_for() -> None:
    async with world(emulator={"limits": "off"}, limits=Limits.self_hosted()) as here:
        for _ in range(3):
            here.emulator.inject("QUERY_LIMIT_EXCEEDED", times=1, scope="request")
            await one_by_one(here.portal, 1)
            await here.clock.sleep(2.2)
        assert refusals(here) == 3
