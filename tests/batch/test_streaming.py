"""Streams of calls against the emulator."""

import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any, cast

import anyio
import pytest

from bitrix_scrum_async import (
    BitrixScrumError,
    Call,
    DependencyFailed,
    Effect,
    InvalidCall,
    Limits,
    Outcome,
    PortalSession,
    Sprint,
    SprintNotFound,
)
from bitrix_scrum_async.batch.streaming import WINDOW
from bitrix_scrum_async.emulator import Emulator
from tests.sprints import sprint

pytestmark = pytest.mark.anyio


@pytest.fixture
async def emulator() -> AsyncGenerator[Emulator, None]:
    async with Emulator() as emulator:
        yield emulator


@pytest.fixture
async def portal(emulator: Emulator) -> AsyncGenerator[PortalSession, None]:
    async with PortalSession(emulator.webhook, limits=Limits.self_hosted()) as portal:
        await portal.groups.create(name="Mobile app", scrum_master_id=1)
        emulator.clear_requests()
        yield portal


async def names(outcomes: AsyncIterator[Outcome[Sprint]]) -> list[str]:
    return [outcome.unwrap().name async for outcome in outcomes]


@pytest.mark.parametrize(("calls", "requests"), [(0, 0), (1, 1), (500, 10), (1_001, 21)])
async def test_outcomes_come_in_order_from_full_batches(
    portal: PortalSession, emulator: Emulator, calls: int, requests: int
) -> None:
    got = await names(portal.stream(sprint(portal, n) for n in range(calls)))
    assert got == [f"Sprint {n}" for n in range(calls)]
    assert len(emulator.requests) == requests


async def test_more_calls_than_the_window_holds(portal: PortalSession, emulator: Emulator) -> None:
    calls = 2 * WINDOW + 300
    got = await names(portal.stream(sprint(portal, n) for n in range(calls)))
    assert got == [f"Sprint {n}" for n in range(calls)]
    assert len(emulator.requests) <= calls / 50 + 5


async def test_calls_may_come_from_an_async_source(
    portal: PortalSession, emulator: Emulator
) -> None:
    async def calls() -> AsyncIterator[Call[Sprint]]:
        for n in range(WINDOW + 120):
            if n % 7 == 0:
                await anyio.lowlevel.checkpoint()
            yield sprint(portal, n)

    got = await names(portal.stream(calls()))
    assert got == [f"Sprint {n}" for n in range(WINDOW + 120)]
    assert len(emulator.requests) < 60


async def test_a_source_that_pauses_holds_back_no_outcome(portal: PortalSession) -> None:
    go_on = anyio.Event()

    async def calls() -> AsyncIterator[Call[Sprint]]:
        yield sprint(portal, 0)
        await go_on.wait()
        yield sprint(portal, 1)

    async with aclosing(portal.stream(calls())) as outcomes:
        assert (await anext(outcomes)).unwrap().name == "Sprint 0"
        go_on.set()
        assert (await anext(outcomes)).unwrap().name == "Sprint 1"


async def test_it_reads_no_further_than_the_window(portal: PortalSession) -> None:
    read = 0

    def calls() -> Iterator[Call[Sprint]]:
        nonlocal read
        for n in range(5 * WINDOW):
            read += 1
            yield sprint(portal, n)

    async with aclosing(portal.stream(calls())) as outcomes:
        for given in range(1, 120):
            await anext(outcomes)
            assert read <= given + WINDOW


async def test_errors_stand_in_the_outcomes(portal: PortalSession) -> None:
    outcomes = [
        outcome
        async for outcome in portal.stream(
            [sprint(portal, 0), portal.sprints.get(999), sprint(portal, 1)]
        )
    ]
    assert [type(outcome.error) for outcome in outcomes] == [type(None), SprintNotFound, type(None)]


async def test_references_reach_back_across_batches(portal: PortalSession) -> None:
    def calls() -> Iterator[Call[Sprint]]:
        first = sprint(portal, 0)
        yield first
        for n in range(1, WINDOW):
            yield sprint(portal, n)
        yield portal.sprints.update(first.ref("id"), name="Renamed")

    last = [outcome async for outcome in portal.stream(calls())][-1]
    assert last.unwrap().name == "Renamed"
    assert (await portal.sprints.get(last.unwrap().id)).name == "Renamed"


async def test_a_reference_to_a_call_that_failed_long_before_is_not_sent(
    portal: PortalSession, emulator: Emulator
) -> None:
    def calls() -> Iterator[Call[Sprint]]:
        missing = portal.sprints.get(999)
        yield missing
        for n in range(WINDOW - 1):
            yield sprint(portal, n)
        yield portal.sprints.update(missing.ref("id"), name="Renamed")

    last = [outcome async for outcome in portal.stream(calls())][-1]
    assert isinstance(last.error, DependencyFailed)
    assert "tasks.api.scrum.sprint.update" not in emulator.executed


async def test_a_reference_further_back_than_the_window_is_a_clear_error(
    portal: PortalSession,
) -> None:
    def calls() -> Iterator[Call[Sprint]]:
        first = sprint(portal, 0)
        yield first
        for n in range(1, 3 * WINDOW):
            yield sprint(portal, n)
        yield portal.sprints.update(first.ref("id"), name="Renamed")
        yield sprint(portal, 1)

    *_, late, after = [outcome async for outcome in portal.stream(calls())]
    assert isinstance(late.error, InvalidCall)
    assert f"up to {WINDOW} calls before it" in str(late.error)
    assert after.ok


@pytest.mark.parametrize("back", [WINDOW, WINDOW + 300])
async def test_a_reference_reaches_as_far_however_full_the_window_is(
    portal: PortalSession, emulator: Emulator, back: int
) -> None:
    """The call that it needs may be there still, and gone when its value is asked for."""
    emulator.inject("QUERY_LIMIT_EXCEEDED", match="*sprint.update", scope="command", times=2)
    asked = 2 * WINDOW + 500

    def calls() -> Iterator[Call[Sprint]]:
        made: list[Call[Sprint]] = []
        for n in range(asked + 400):
            if n == asked:
                made.append(portal.sprints.update(made[n - back].ref("id"), name="Renamed"))
            else:
                made.append(sprint(portal, n))
            yield made[-1]

    outcomes = [outcome async for outcome in portal.stream(calls())]
    late = outcomes.pop(asked)
    assert len(outcomes) == asked + 399
    assert all(outcome.ok for outcome in outcomes)
    if back <= WINDOW:
        assert late.unwrap().name == "Renamed"
    else:
        assert isinstance(late.error, InvalidCall)
        assert f"up to {WINDOW} calls before it" in str(late.error)


async def test_a_chain_keeps_no_more_calls_than_the_window(portal: PortalSession) -> None:
    alive: weakref.WeakSet[Call[Sprint]] = weakref.WeakSet()
    most = 0

    def calls() -> Iterator[Call[Sprint]]:
        last = sprint(portal, 0)
        alive.add(last)
        yield last
        for n in range(1, 5 * WINDOW):
            last = (
                portal.sprints.update(last.ref("id"), name=f"{n}")
                if n % 25
                else sprint(portal, n).after(last)
            )
            alive.add(last)
            yield last

    async for outcome in portal.stream(calls()):
        assert outcome.ok
        most = max(most, len(alive))
    assert most < 4 * WINDOW


async def test_the_same_call_twice_is_sent_once(portal: PortalSession, emulator: Emulator) -> None:
    once = sprint(portal, 0)
    outcomes = [outcome async for outcome in portal.stream([once, once])]
    assert outcomes[0].ok
    assert isinstance(outcomes[1].error, InvalidCall)
    assert emulator.state.created["sprint", 1, "Sprint 0"] == 1


async def test_nothing_can_refer_to_a_call_that_was_refused(
    portal: PortalSession, emulator: Emulator
) -> None:
    async with PortalSession(emulator.webhook) as other:
        refused = sprint(other, 1)
        renamed = portal.sprints.update(refused.ref("id"), name="Renamed")
        calls = [refused, renamed, sprint(portal, 2)]
        first, second, last = [outcome async for outcome in portal.stream(calls)]
    assert isinstance(first.error, InvalidCall)
    assert isinstance(second.error, InvalidCall)
    assert "which is not among the calls" in str(second.error)
    assert last.ok
    assert emulator.executed["tasks.api.scrum.sprint.add"] == 1


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_what_the_source_raises_comes_after_all_outcomes(
    portal: PortalSession, emulator: Emulator, asynchronous: bool
) -> None:
    class SourceError(Exception):
        pass

    def calls() -> Iterator[Call[Sprint]]:
        for n in range(70):
            yield sprint(portal, n)
        raise SourceError

    async def slowly() -> AsyncIterator[Call[Sprint]]:
        for call in calls():
            yield call

    outcomes = portal.stream(slowly() if asynchronous else calls())
    for _ in range(70):
        assert (await anext(outcomes)).ok
    with pytest.raises(SourceError):
        await anext(outcomes)
    assert emulator.executed["tasks.api.scrum.sprint.add"] == 70


async def test_leaving_early_leaves_nothing_running(
    portal: PortalSession, emulator: Emulator
) -> None:
    async with aclosing(portal.stream(sprint(portal, n) for n in range(10 * WINDOW))) as outcomes:
        async for _ in outcomes:
            break
    assert await portal.call("profile", effect=Effect.READ)  # behind what was in flight
    executed = emulator.executed["tasks.api.scrum.sprint.add"]
    assert executed <= WINDOW
    assert await portal.call("profile", effect=Effect.READ)
    assert emulator.executed["tasks.api.scrum.sprint.add"] == executed


async def test_a_deadline_around_a_stream_works(portal: PortalSession, emulator: Emulator) -> None:
    emulator.inject("hang", match="tasks.api.scrum.sprint.add")
    with anyio.move_on_after(0.05) as scope:
        async for _ in portal.stream(sprint(portal, n) for n in range(10)):
            pass
    assert scope.cancelled_caught
    assert await portal.call("profile", effect=Effect.READ)


async def test_what_is_no_call_is_told(portal: PortalSession) -> None:
    outcomes = [outcome async for outcome in portal.stream(cast("list[Call[Any]]", ["no call"]))]
    assert isinstance(outcomes[0].error, BitrixScrumError)
