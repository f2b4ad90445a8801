"""What is repeated, over HTTP: every way to send many calls, every way to lose an answer."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeAlias

import anyio
import anyio.lowlevel
import pytest

from bitrix_scrum_async import (
    BitrixScrumError,
    Call,
    Effect,
    Epic,
    ExpiredToken,
    InternalServerError,
    Limits,
    NotExecuted,
    OutcomeUnknown,
    PortalSession,
    RetryPolicy,
    Sprint,
)
from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.emulator.clock import VirtualClock as PortalClock
from bitrix_scrum_async.emulator.limits import Limits as PortalLimits
from tests.batch.portals import epic, portals
from tests.sprints import sprint

pytestmark = pytest.mark.anyio

Sent: TypeAlias = list[Any]
Way: TypeAlias = Callable[[PortalSession, Sequence[Call[Any]]], Coroutine[Any, Any, Sent]]


async def batched(portal: PortalSession, calls: Sequence[Call[Any]]) -> Sent:
    return [*await portal.batch(*calls, return_exceptions=True)]


async def halted(portal: PortalSession, calls: Sequence[Call[Any]]) -> Sent:
    return [*await portal.batch(*calls, halt=True, return_exceptions=True)]


async def streamed(portal: PortalSession, calls: Sequence[Call[Any]]) -> Sent:
    return [outcome.error or outcome.result async for outcome in portal.stream(calls)]


async def coalesced(portal: PortalSession, calls: Sequence[Call[Any]]) -> Sent:
    results: dict[int, Any] = {}

    async def send(number: int, call: Call[Any]) -> None:
        try:
            results[number] = await view.send(call)
        except BitrixScrumError as error:
            results[number] = error

    async with portal.coalescing() as view, anyio.create_task_group() as tasks:
        for number, call in enumerate(calls):
            tasks.start_soon(send, number, call)
    return [results[number] for number in range(len(calls))]


WAYS: list[Way] = [batched, halted, streamed, coalesced]
LOSSES = ["drop", "cut", "truncated", "empty", "html", "gateway_timeout", "INTERNAL_SERVER_ERROR"]

ways = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
losses = pytest.mark.parametrize("loss", LOSSES)
moments = pytest.mark.parametrize("when", ["before", "after"])


@ways
@losses
@moments
async def test_reads_and_repeatable_writes_all_arrive(way: Way, loss: str, when: str) -> None:
    async with portals() as (portal, emulator):
        added = [await epic(portal, f"E{n}") for n in range(12)]
        emulator.inject(loss, match="batch", when=when, times=2)
        results = await way(
            portal,
            [
                *(portal.epics.get(record.id) for record in added[:4]),
                *(portal.epics.update(record.id, name="New") for record in added[4:8]),
                *(portal.epics.delete(record.id) for record in added[8:]),
            ],
        )
        assert [result.name for result in results[:8]] == ["E0", "E1", "E2", "E3"] + ["New"] * 4
        assert results[8:] == [None] * 4  # found gone where the lost attempt has deleted them
        assert {record.name for record in emulator.state.epics.values()} == {
            *(f"E{n}" for n in range(4)),
            "New",
        }
        # With `halt` each deletion that is found gone ends its batch, and the rest goes again.
        assert portal.stats.retries == 2 or way is halted
        assert 0 < portal.stats.waited["failure"] <= 0.5 + 1.0


@pytest.mark.parametrize("way", [batched, streamed, coalesced], ids=lambda way: way.__name__)
@losses
@moments
async def test_other_writes_are_done_once_whatever_rides_with_them(
    way: Way, loss: str, when: str
) -> None:
    async with portals() as (portal, emulator):
        added = await sprint(portal, "S")
        emulator.inject(loss, match="batch", when=when)
        calls: list[Call[Any]] = []
        for n in range(10):
            calls += [epic(portal, f"E{n}"), portal.sprints.get(added.id)]
        results = await way(portal, calls)
        assert {type(result) for result in results[::2]} == {OutcomeUnknown}
        assert [result.name for result in results[1::2]] == ["S"] * 10
        done = emulator.state.created
        assert {done["epic", 1, f"E{n}"] for n in range(10)} == {int(when == "after")}


@losses
@moments
async def test_with_halt_a_lost_write_ends_all(loss: str, when: str) -> None:
    async with portals() as (portal, emulator):
        emulator.inject(loss, match="batch", when=when)
        write = epic(portal, "E")
        calls = [portal.users.current(), write, epic(portal, "F"), portal.users.current()]
        results = await halted(portal, calls)
        assert isinstance(results[1], OutcomeUnknown)
        assert all(isinstance(result, (OutcomeUnknown, NotExecuted)) for result in results)
        assert len(emulator.requests) == 1
        assert emulator.state.created["epic", 1, "E"] == int(when == "after")


@losses
@pytest.mark.parametrize("halt", [False, True])
async def test_what_leans_on_a_repeated_call_gets_its_value(loss: str, halt: bool) -> None:
    async with portals() as (portal, emulator):
        added = await sprint(portal, "S")
        emulator.inject(loss, match="batch", when="after")
        got = portal.sprints.get(added.id)
        update = portal.sprints.update(got.ref("id"), name="Renamed")
        again = portal.sprints.get(added.id).after(update)
        results = await portal.batch(got, update, again, halt=halt)
        assert results[2].name == "Renamed"


async def test_what_leans_on_a_lost_write_is_not_sent_again() -> None:
    async with portals() as (portal, emulator):
        emulator.inject("drop", match="batch", when="after")
        added = epic(portal, "E")
        update = portal.epics.update(added.ref("id"), name="Renamed")
        results = await portal.batch(added, update, return_exceptions=True)
        assert [type(result) for result in results] == [OutcomeUnknown, OutcomeUnknown]
        assert emulator.executed["tasks.api.scrum.epic.update"] == 1
        assert len(emulator.requests) == 1


@ways
async def test_attempts_come_to_an_end(way: Way) -> None:
    async with portals(retry=RetryPolicy(attempts=3)) as (portal, emulator):
        emulator.inject("INTERNAL_SERVER_ERROR", times=None)
        results = await way(portal, [portal.users.current() for _ in range(4)])
        assert {type(result) for result in results} == {InternalServerError}
        assert len(emulator.requests) == 3


async def test_a_call_alone_waits_and_counts_as_in_a_batch() -> None:
    async with portals() as (portal, emulator):
        emulator.inject("drop", times=None)
        (result,) = await batched(portal, [portal.users.current()])
        assert isinstance(result, OutcomeUnknown)
        assert len(emulator.requests) == 5
        assert portal.stats.retries == 4
        assert 0 < portal.stats.waited["failure"] <= 0.5 + 1 + 2 + 4


@ways
async def test_waiting_comes_to_an_end(way: Way) -> None:
    retry = RetryPolicy(attempts=1_000, max_wait=5.0)
    async with portals(retry=retry) as (portal, emulator):
        emulator.inject("drop", times=None)
        results = await way(portal, [portal.users.current() for _ in range(4)])
        assert {type(result) for result in results} == {OutcomeUnknown}
        assert portal.stats.waited["failure"] <= 5.0


@ways
async def test_a_token_that_expires_within_a_batch_costs_its_neighbours_nothing(way: Way) -> None:
    async with portals() as (portal, emulator):
        # Both commands of the next batch say so; then the portal takes it.
        emulator.inject("expired_token", match="tasks.api.scrum.epic.add", scope="command", times=2)
        results = await way(
            portal, [sprint(portal, "S"), epic(portal, "E"), epic(portal, "F"), sprint(portal, "T")]
        )
        assert [result.name for result in results] == ["S", "E", "F", "T"]
        assert set(emulator.state.created.values()) == {1}


async def test_a_token_that_stays_expired_is_told() -> None:
    async with portals() as (portal, emulator):
        emulator.inject(
            "expired_token", match="tasks.api.scrum.epic.add", scope="command", times=None
        )
        calls = [epic(portal, "E"), epic(portal, "F"), sprint(portal, "S")]
        results = await batched(portal, calls)
        assert [type(result) for result in results[:2]] == [ExpiredToken] * 2
        assert results[2].name == "S"
        assert len(emulator.requests) == 5


@pytest.mark.parametrize("finishes", [False, True])
async def test_a_batch_cut_off_at_sixty_seconds_is_repeated_in_smaller_ones(finishes: bool) -> None:
    """Commands of two seconds each, on a clock that the portal and the session share."""
    clock = PortalClock()
    limits = PortalLimits(threshold=None, operating_seconds=None, finishes_after_cut=finishes)
    one_by_one = Limits(per_second=0, operating_seconds=float("inf"), concurrency=1)
    async with portals(Emulator(clock=clock, limits=limits), limits=one_by_one, clock=clock) as (
        portal,
        emulator,
    ):
        added = await sprint(portal, "S")
        emulator.clear_requests()
        emulator.set_command_seconds(2.0)
        found = await portal.batch(*(portal.sprints.get(added.id) for _ in range(50)))
        assert {record.name for record in found} == {"S"}
        sizes = [len(request.commands) for request in emulator.requests]
        assert sizes[0] == 50
        assert max(sizes[1:]) <= 33
        cut = [request for request in emulator.requests if request.status == 504]
        assert len(cut) <= 2


async def test_one_call_that_is_cut_off_alone_is_only_repeated() -> None:
    clock = PortalClock()
    limits = PortalLimits(threshold=None, operating_seconds=None)
    async with portals(Emulator(clock=clock, limits=limits), clock=clock) as (portal, emulator):
        emulator.set_command_seconds(70.0)
        (result,) = await batched(portal, [portal.call("profile", effect=Effect.READ)])
        assert isinstance(result, OutcomeUnknown)
        assert [request.status for request in emulator.requests] == [504] * 5


async def test_calls_that_never_left_may_be_sent_again_after_a_cancellation() -> None:
    """One request hangs in the portal; the other waits for the only place."""
    async with (
        Emulator() as emulator,
        PortalSession(emulator.webhook, limits=Limits(burst=2, per_second=0.001)) as portal,
    ):
        await portal.groups.create(name="Mobile app", scrum_master_id=1)
        emulator.inject("hang", match="batch")
        calls: list[Call[Epic]] = [epic(portal, f"E{n}") for n in range(60)]
        with anyio.move_on_after(0.1) as scope:
            await portal.batch(*calls)
        assert scope.cancelled_caught
        assert [call.spent for call in calls] == [True] * 50 + [False] * 10


async def test_what_waits_for_a_repeat_ends_when_nothing_more_is_to_be_sent() -> None:
    """One method is blocked for a minute; the session is told to stop."""
    async with (
        Emulator() as emulator,
        PortalSession(emulator.webhook, limits=Limits.self_hosted()) as portal,
    ):
        await portal.groups.create(name="Mobile app", scrum_master_id=1)
        emulator.inject("OPERATION_TIME_LIMIT", match="tasks.api.scrum.epic.add", scope="command")
        first = epic(portal, "E")
        later = portal.epics.update(first.ref("id"), name="Renamed")
        calls: list[Call[Any]] = [sprint(portal, "S"), first, later]
        running = asyncio.create_task(batched(portal, calls))
        while not portal.stats.waited.get("operating"):
            await anyio.lowlevel.checkpoint()
        portal.stop_sending()
        with anyio.fail_after(5):
            results = await running
        assert [type(result) for result in results] == [Sprint, NotExecuted, NotExecuted]
        assert [call.spent for call in calls] == [True, False, False]
