"""Cancelled at any await: nothing is lost, doubled, leaked or swallowed; the session goes on."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, aclosing, asynccontextmanager
from typing import Any, Literal

import anyio
import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitrix_scrum_async import (
    Call,
    InvalidCall,
    Limits,
    Outcome,
    OutcomeUnknown,
    Portal,
    PortalSession,
    Sprint,
)
from bitrix_scrum_async.batch.limits import BatchLimits
from bitrix_scrum_async.emulator import Emulator
from tests.fakes import unsent
from tests.sprints import sprint

from .checkpoints import (
    By,
    Observed,
    Scene,
    Steps,
    ask,
    names_in_the_portal,
    portal_with_epics,
    watched_loop,
)
from .world import LoopClock, application

pytestmark = pytest.mark.anyio


def add(seen: Observed, name: str = "Sprint-1") -> Call[Any]:
    return seen.call(sprint(seen.portal, name))


def adds(seen: Observed, number: int = 5) -> list[Call[Any]]:
    return [add(seen, f"Sprint-{place}") for place in range(1, number + 1)]


async def alone(seen: Observed) -> None:
    await add(seen)


async def read(seen: Observed) -> None:
    await seen.call(seen.portal.epics.get(1))


async def repeatable(seen: Observed) -> None:
    await seen.call(seen.portal.epics.update(1, name="Epic 1"))


async def together(seen: Observed) -> None:
    await seen.portal.batch(*adds(seen))


async def leaning(seen: Observed) -> None:
    first = add(seen)
    epic = seen.call(seen.portal.epics.add(group_id=1, name="Epic-A"))
    after = seen.call(seen.portal.epics.add(group_id=1, name="Epic-B").after(epic))
    await seen.portal.batch(
        first, epic, seen.call(seen.portal.sprints.update(first.ref("id"), name="New name")), after
    )


async def halted(seen: Observed) -> None:
    calls = [*adds(seen, 2), seen.portal.sprints.get(999), add(seen, "Sprint-3")]
    await seen.portal.batch(*calls, halt=True, return_exceptions=True)


async def streamed(seen: Observed) -> None:
    def source() -> Iterator[Call[Any]]:
        yield from adds(seen)

    await _exhaust(seen.portal.stream(source()))


async def streamed_as_it_comes(seen: Observed) -> None:
    async def source() -> AsyncGenerator[Call[Any], None]:
        for place in range(5):
            yield add(seen, f"Sprint-{place}")
            await asyncio.sleep(0)

    await _exhaust(seen.portal.stream(source()))


async def _exhaust(outcomes: AsyncGenerator[Outcome[Any], None]) -> None:
    async with aclosing(outcomes):
        async for outcome in outcomes:
            await asyncio.sleep(0)
            outcome.unwrap()


async def side_by_side(seen: Observed) -> None:
    async with asyncio.TaskGroup() as tasks:
        for call in adds(seen, 3):
            tasks.create_task(seen.portal.send(call))


async def gathered(seen: Observed) -> None:
    async with seen.portal.coalescing() as portal, asyncio.TaskGroup() as tasks:
        for place in range(5):
            call: Call[Sprint] = seen.call(sprint(portal, f"Sprint-{place}"))
            tasks.create_task(portal.send(call))
            await asyncio.sleep(0)


async def listed(seen: Observed) -> None:
    assert len([epic async for epic in seen.portal.epics.all(filter={"group_id": 1})]) == 60


def strikes(fault: str, times: int = 1, **more: Any) -> Callable[[Emulator], object]:
    return lambda emulator: emulator.inject(fault, times=times, **more)


PAIRS: dict[str, Any] = {
    "batching": BatchLimits(max_commands=2)
}  # so that a few calls are several requests
CROWDED: dict[str, Any] = {"limits": Limits(concurrency=1), **PAIRS}
SCARCE: dict[str, Any] = {"limits": Limits(burst=1, per_second=0.1), **PAIRS}

SCENES = {
    "a call on a new connection": Scene(operation=alone),
    "a call on a connection there is": Scene(operation=alone, warm=True),
    "a call that cannot connect at first": Scene(operation=alone, unreachable=2),
    "a call that waits for the bucket": Scene(operation=alone, warm=True, options=SCARCE),
    "a call that is refused": Scene(
        operation=alone, before=strikes("QUERY_LIMIT_EXCEEDED", 2), warm=True
    ),
    "a call of a blocked method": Scene(
        operation=alone, before=strikes("OPERATION_TIME_LIMIT"), warm=True
    ),
    "a call that is answered slowly": Scene(
        operation=alone, before=strikes("delay", seconds=5), warm=True
    ),
    "a call that was executed and is answered slowly": Scene(
        operation=alone, before=strikes("delay", seconds=5, when="after"), warm=True
    ),
    "a call with a new token": Scene(
        operation=alone, before=strikes("delay", seconds=5, match="oauth/token"), by_oauth=True
    ),
    "a read that is repeated": Scene(operation=read, before=strikes("unavailable", 2)),
    "an update that is repeated": Scene(
        operation=repeatable, before=strikes("cut", 2, when="after")
    ),
    "calls side by side": Scene(operation=side_by_side, options=CROWDED),
    "calls side by side with a new token": Scene(
        operation=side_by_side, options=PAIRS, by_oauth=True
    ),
    "a batch": Scene(operation=together),
    "a batch of several requests": Scene(operation=together, options=PAIRS),
    "a batch that waits for places": Scene(operation=together, options=CROWDED),
    "a batch that waits for the bucket": Scene(operation=together, options=SCARCE),
    "a batch that is refused": Scene(
        operation=together, before=strikes("QUERY_LIMIT_EXCEEDED", 2), options=PAIRS
    ),
    "a batch of which one command is refused": Scene(
        operation=together,
        before=strikes("OPERATION_TIME_LIMIT", 2, match="*.sprint.add"),
        options=PAIRS,
    ),
    "a batch with a new token": Scene(operation=together, options=PAIRS, by_oauth=True),
    "a batch of calls that lean on each other": Scene(operation=leaning),
    "a batch that is halted": Scene(operation=halted),
    "a batch that is halted, in several requests": Scene(operation=halted, options=PAIRS),
    "a stream": Scene(operation=streamed, options=PAIRS),
    "a stream that waits": Scene(operation=streamed, options=CROWDED | SCARCE),
    "a stream from a source that waits": Scene(operation=streamed_as_it_comes, options=PAIRS),
    "calls that coalesce": Scene(operation=gathered),
    "calls that coalesce and are refused": Scene(
        operation=gathered, before=strikes("QUERY_LIMIT_EXCEEDED", 2), options=PAIRS
    ),
    "a list of two pages": Scene(operation=listed),
    "a list that is repeated": Scene(operation=listed, before=strikes("bad_gateway", 2, nth=2)),
}


@pytest.mark.parametrize("by", ["await", "turn", "scope"])
@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
async def test_cancelled_at_any_step_nothing_is_lost_doubled_or_leaked(
    scene: Scene, by: By
) -> None:
    assert await scene.cancelled_everywhere(by) >= 1


async def test_where_all_is_cancelled_already_a_call_is_not_even_sent() -> None:
    async with (
        portal_with_epics(0) as emulator,
        PortalSession(emulator.webhook, clock=LoopClock()) as portal,
    ):
        await ask(portal)  # there is a connection, so nothing has to be waited for
        emulator.clear_requests()
        call = portal.users.current()
        with anyio.CancelScope() as scope:
            scope.cancel()
            await call
        await asyncio.sleep(60)
        assert not emulator.requests
        assert (await call).id == 1


@pytest.mark.parametrize("by", ["await", "turn", "scope"])
async def test_a_cancelled_aclose_still_closes_the_connections(by: By) -> None:
    """Also while it waits for new tokens, which come only once."""
    async with portal_with_epics(0) as emulator, watched_loop() as complaints:
        begins = 2 if by == "turn" else 1  # in its first turn it has not begun
        for at in range(begins, 50):
            emulator.clear_faults()
            oauth = application(emulator)
            portal = PortalSession(oauth, clock=LoopClock())
            await ask(portal)
            client = portal._http._session  # pyright: ignore[reportPrivateUsage]
            emulator.expire_tokens()
            emulator.inject("delay", seconds=5, match="oauth/token")
            asking = asyncio.create_task(ask(portal))
            await asyncio.sleep(1)
            asking.cancel()
            steps = Steps(at, by)
            closing = await steps.run(portal.aclose())
            assert closing.cancelled() == (steps.struck and by != "scope")
            assert oauth.generation == 1
            assert client is not None
            assert client.closed
            await portal.aclose()
            with pytest.raises(InvalidCall, match="the session is closed"):
                await ask(portal)
            await asyncio.sleep(60)
            assert not steps.at_work
            assert not complaints
            if not steps.struck:
                assert at > begins
                break


@asynccontextmanager
async def in_a_group(seconds: float) -> AsyncGenerator[None]:
    """A task group in which another task fails."""

    async def fail() -> None:
        await asyncio.sleep(seconds)
        raise TimeoutError

    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(fail())
            yield
    except* TimeoutError:
        failed = True
    else:
        failed = False
    if failed:
        raise TimeoutError


async def limited(limit: Any, work: Coroutine[Any, Any, object]) -> None:
    if isinstance(limit, AbstractContextManager):
        with limit:
            await work
    else:
        async with limit:
            await work


@pytest.mark.parametrize("operation", [alone, together, streamed, gathered, side_by_side])
@pytest.mark.parametrize("within", [asyncio.timeout, anyio.fail_after, in_a_group])
async def test_a_time_limit_around_anything_works(
    operation: Callable[[Observed], Coroutine[Any, Any, object]], within: Callable[[float], Any]
) -> None:
    """The portal answers after 5 s; then it is busy for a while, and the session waits."""
    async with portal_with_epics(0) as emulator:
        for seconds in (0, 1, 4.99, 5.5, 7):
            emulator.clear_requests()
            emulator.state.created.clear()
            emulator.inject("QUERY_LIMIT_EXCEEDED", times=10)
            emulator.inject("delay", seconds=5, times=None)
            async with PortalSession(emulator.webhook, clock=LoopClock(), **PAIRS) as portal:
                seen = Observed(portal)
                begun = LoopClock().now()
                with pytest.raises(TimeoutError):
                    await limited(within(seconds), operation(seen))
                assert LoopClock().now() - begun == pytest.approx(seconds, abs=0.001)
                await seen.check(emulator, f"{seconds} s")


@attrs.frozen
class Errand:
    """One call of one task, and when it is cancelled.

    Attributes:
        begins: After how many milliseconds.
        lasts: After how many more it is cancelled; ``None`` for never.
        turns: After how many turns of the loop besides.
        writes: Whether it adds a sprint, or reads an epic.
    """

    begins: int
    lasts: int | None
    turns: int
    writes: bool


errands = st.builds(
    Errand,
    begins=st.integers(0, 60),
    lasts=st.none() | st.integers(0, 60),
    turns=st.integers(0, 12),
    writes=st.booleans(),
)
troubles = st.lists(
    st.tuples(
        st.sampled_from(
            ["drop", "cut", "unavailable", "empty", "QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT"]
        ),
        st.integers(1, 4),
        st.sampled_from(["before", "after"]),
    ),
    max_size=3,
)


@settings(max_examples=40)
@given(
    st.lists(errands, min_size=1, max_size=30),
    troubles,
    st.integers(1, 3),
    st.integers(1, 6),
    st.booleans(),
)
async def test_tasks_that_come_and_go_get_their_own_results_or_their_calls_back(
    running: list[Errand],
    faults: list[tuple[str, int, Literal["before", "after"]]],
    concurrency: int,
    commands: int,
    coalesce: bool,
) -> None:
    async with portal_with_epics(1) as emulator, watched_loop():
        emulator.state.created.clear()
        emulator.clear_requests()
        for fault, nth, when in faults:
            if fault in ("QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT"):
                when = "before"
            emulator.inject(fault, nth=nth, when=when)
        emulator.inject("delay", seconds=0.01, times=None)
        async with PortalSession(
            emulator.webhook,
            clock=LoopClock(),
            limits=Limits(concurrency=concurrency),
            batching=BatchLimits(max_commands=commands),
        ) as portal:
            seen = Observed(portal)
            done: list[str] = []

            async def run(place: int, errand: Errand, view: Portal) -> None:
                await asyncio.sleep(errand.begins / 1000)
                call: Call[Any]
                call = sprint(view, f"-{place}-") if errand.writes else view.epics.get(1)
                task = asyncio.create_task(view.send(seen.call(unsent(call))))
                if errand.lasts is not None:
                    await asyncio.sleep(errand.lasts / 1000)
                    for _ in range(errand.turns):
                        await asyncio.sleep(0)
                    task.cancel()
                await asyncio.wait([task])
                if task.cancelled():
                    assert errand.lasts is not None
                elif task.exception() is None:
                    done.append(task.result().name)
                    assert done[-1] == (f"-{place}-" if errand.writes else "Epic 1")
                else:
                    assert isinstance(task.exception(), OutcomeUnknown)
                    assert errand.writes

            async with AsyncExitStack() as stack:
                view: Portal = portal
                if coalesce:
                    view = await stack.enter_async_context(portal.coalescing())
                tasks = await stack.enter_async_context(asyncio.TaskGroup())
                for place, errand in enumerate(running):
                    tasks.create_task(run(place, errand, view))
            names = names_in_the_portal(emulator)
            assert all(names[name] == 1 for name in done if name.startswith("-"))
            await seen.check(emulator, "afterwards")
