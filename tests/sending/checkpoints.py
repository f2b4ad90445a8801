"""Cancels an operation at each of its steps, one after the other, and looks at what is left.

A step is a moment at which something can happen in between: a task of the operation comes to an
await that waits (`by="await"`), or the event loop begins a new turn (`by="turn"`). The first kind
knows every await, the second also the moments between an answer and whoever waits for it. With
`by="scope"` it is cancelled at an await as anyio does it: again and again until it ends.
"""

import asyncio
import contextvars
import gc
import types
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Literal

import anyio
import attrs

from bitrix_scrum_async import Call, Effect, OAuth, PortalSession
from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.errors import NotSent
from bitrix_scrum_async.transport.http import Letter
from bitrix_scrum_async.transport.limits import LeakyBucket
from bitrix_scrum_async.transport.raw import RawAnswer
from bitrix_scrum_async.transport.sender import Sender

from .world import LoopClock, TurningLoop, application

By = Literal["await", "turn", "scope"]

# An operation that does not come to its end within so many steps never will.
_MOST_STEPS = 2_000

_counting: contextvars.ContextVar["Steps | None"] = contextvars.ContextVar("steps", default=None)


@attrs.define(eq=False)
class Steps:
    """Counts the steps of one operation, and cancels it at one of them.

    Attributes:
        at: The step; 0 for none.
        by: What counts as a step.
    """

    at: int
    by: By
    seen: int = 0
    tasks: list[asyncio.Task[Any]] = attrs.field(factory=list[asyncio.Task[Any]])
    operation: asyncio.Task[Any] | None = None
    scope: anyio.CancelScope = attrs.field(factory=anyio.CancelScope)
    struck: bool = False

    @property
    def at_work(self) -> list[asyncio.Task[Any]]:
        """Tasks of the operation that have not ended."""
        return [task for task in self.tasks if not task.done()]

    def pass_by(self, *, turn: bool) -> bool:
        """Come to a step; tell whether the operation was cancelled at it."""
        operation = self.operation
        if turn != (self.by == "turn") or operation is None or operation.done():
            return False
        self.seen += 1
        if self.seen != self.at:
            return False
        self.struck = True
        if self.by == "scope":
            self.scope.cancel()
        else:
            operation.cancel()
        return True

    async def run(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[object]:
        """Let an operation run to its end, or until it is cancelled."""

        async def within_scope() -> None:
            with self.scope:
                await work

        loop = asyncio.get_running_loop()
        assert isinstance(loop, TurningLoop)
        token = _counting.set(self)
        try:
            with _each_turn(loop, lambda: self.pass_by(turn=True)):
                operation = within_scope() if self.by == "scope" else work
                self.operation = asyncio.create_task(operation)
                await asyncio.wait([self.operation])
                work.close()
        finally:
            _counting.reset(token)
        return self.operation


@contextmanager
def _each_turn(loop: TurningLoop, pass_by: Callable[[], bool]) -> Generator[None, None, None]:
    """Be told whenever a loop begins a new turn."""
    selector = loop._turning  # pyright: ignore[reportPrivateUsage]
    select = selector.select

    def told(timeout: float | None = None) -> Any:
        return select(0 if pass_by() else timeout)

    vars(selector)["select"] = told
    try:
        yield
    finally:
        del vars(selector)["select"]


@types.coroutine
def _stepping(work: Coroutine[Any, Any, Any], steps: Steps) -> Generator[Any, Any, Any]:
    """Run a coroutine and count where it waits."""
    send: Callable[[], Any] = lambda: work.send(None)  # noqa: E731
    while True:
        try:
            waits_for = send()
        except StopIteration as end:
            return end.value
        steps.pass_by(turn=False)
        try:
            yield waits_for
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is not for us
            send = _thrower(work, error)
        else:
            send = lambda: work.send(None)  # noqa: E731


def _thrower(work: Coroutine[Any, Any, Any], error: BaseException) -> Callable[[], Any]:
    return lambda: work.throw(error)


def _task_of_operation(
    loop: asyncio.AbstractEventLoop, work: Any, **options: Any
) -> "asyncio.Task[Any]":
    context: Mapping[Any, Any] | None = options.get("context")
    steps = _counting.get() if context is None else context.get(_counting)
    if steps is None:
        return asyncio.Task(work, loop=loop, **options)

    async def stepping() -> Any:
        return await _stepping(work, steps)

    task = asyncio.Task(stepping(), loop=loop, **options)
    task.add_done_callback(lambda _: work.close())  # cancelled before it began, it never began
    steps.tasks.append(task)
    return task


@attrs.define(eq=False)
class Observed:
    """A session of which each posted letter, and each place in the bucket, is known.

    Attributes:
        portal: The session.
        letters: What it posted.
        places: Places taken in the bucket and not given back.
        unreachable: How many of the next connections fail.
        calls: What the operation sends.
    """

    portal: PortalSession
    letters: list[Letter] = attrs.field(factory=list[Letter])
    places: int = 0
    unreachable: int = 0
    calls: list[Call[Any]] = attrs.field(factory=list[Call[Any]])
    _sender: Sender = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._sender = sender = self.portal._sender  # pyright: ignore[reportPrivateUsage]
        _count_places(sender._bucket, self)  # pyright: ignore[reportPrivateUsage]
        http = self.portal._http  # pyright: ignore[reportPrivateUsage]
        post = http.post

        async def observed(url: str, letter: Letter, *rest: Any, **more: Any) -> RawAnswer:
            self.letters.append(letter)
            if self.unreachable:
                self.unreachable -= 1
                raise NotSent("no connection: refused")
            return await post(url, letter, *rest, **more)

        vars(http)["post"] = observed

    def call(self, call: Call[Any]) -> Call[Any]:
        """Keep a call of the operation in sight."""
        self.calls.append(call)
        return call

    @property
    def left(self) -> list[Letter]:
        """The letters that left."""
        return [letter for letter in self.letters if letter.left]

    async def check(self, emulator: Emulator, where: str) -> None:
        """Look at what is left of an operation that has ended, and go on with the session."""
        await asyncio.sleep(600)  # whatever is under way in the portal comes to its end
        emulator.clear_faults()
        self._check_accounts(where)
        writes = [call for call in self.calls if call.effect is Effect.WRITE]
        executed = names_in_the_portal(emulator)
        for call in writes:
            name = call.params["fields"]["name"]
            assert executed[name] <= 1, f"{where}: {name} was executed {executed[name]} times"
            if executed[name]:
                assert call.spent, f"{where}: {name} was executed and may be sent again"
            if not any(name.encode() in letter.body for letter in self.left):
                assert not call.spent, f"{where}: {name} never left and may not be sent again"
        again = [call for call in writes if not call.spent and not call.predecessors]
        await self.portal.batch(*again)
        executed = names_in_the_portal(emulator)
        for call in again:
            name = call.params["fields"]["name"]
            assert executed[name] == 1, f"{where}: {name} was sent again"
        await ask(self.portal)
        self._check_accounts(where)
        arrived = [each for each in emulator.requests if each.method != "oauth/token"]
        assert len(arrived) == len(self.left), f"{where}: what left arrived"

    def _check_accounts(self, where: str) -> None:
        """Every place that was taken is used or given back, and nothing is in flight."""
        assert self._sender.in_flight == 0, f"{where}: requests in flight"
        assert self.places == len(self.left), f"{where}: places of the bucket"
        client = self.portal._http._session  # pyright: ignore[reportPrivateUsage]
        if client is not None and client.connector is not None:
            held = client.connector._acquired  # pyright: ignore[reportPrivateUsage]
            assert not held, f"{where}: a connection leaks"


def _count_places(bucket: LeakyBucket, observed: Observed) -> None:
    """Know how many places of a bucket were taken for good."""
    take, give_back = bucket.take, bucket.give_back

    def counted_take(now: float) -> float:
        observed.places += 1
        return take(now)

    def counted_give_back(now: float) -> None:
        observed.places -= 1
        give_back(now)

    vars(bucket).update(take=counted_take, give_back=counted_give_back)


@attrs.frozen(kw_only=True)
class Scene:
    """An operation and its circumstances.

    Attributes:
        operation: What is done with the session; it gives each call to `Observed.call`.
        before: What happens in the portal before it.
        warm: Whether the session has a connection already.
        by_oauth: Whether it is an application's, and its token has just expired.
        unreachable: How many connections fail at first.
        options: Options of the session.
        portal: Options of the emulator.
    """

    operation: Callable[[Observed], Coroutine[Any, Any, object]]
    before: Callable[[Emulator], object] = lambda emulator: None
    warm: bool = False
    by_oauth: bool = False
    unreachable: int = 0
    options: dict[str, Any] = attrs.field(factory=dict[str, Any])

    async def cancelled_everywhere(self, by: By) -> int:
        """Cancel it at each step in turn, and look at what is left; give the number of steps."""
        async with portal_with_epics() as emulator, watched_loop() as complaints:
            for at in range(1, _MOST_STEPS):
                whole = await self._cancelled(emulator, at, by)
                gc.collect(0)
                assert not complaints, f"step {at}"
                if whole:
                    return at - 1
        raise AssertionError("it does not come to an end")

    async def _cancelled(self, emulator: Emulator, at: int, by: By) -> bool:
        """Cancel it at one step; tell whether it was over before."""
        emulator.clear_faults()
        emulator.clear_requests()
        emulator.state.created.clear()
        auth = application(emulator) if self.by_oauth else emulator.webhook
        async with PortalSession(auth, clock=LoopClock(), **self.options) as portal:
            observed = Observed(portal)
            if self.warm:
                await ask(portal)
            if self.by_oauth:
                emulator.expire_tokens()
            self.before(emulator)
            observed.unreachable = self.unreachable
            steps = Steps(at, by)
            operation = await steps.run(self.operation(observed))
            whole = not steps.struck
            if by == "scope" or whole:
                operation.result()  # whoever is cancelled by a scope comes out of it unharmed
            else:
                assert operation.cancelled(), f"step {at}: the cancellation was swallowed"
            for _ in range(3):  # what was cancelled with it ends in the loop's next turns
                await asyncio.sleep(0)
            at_work = steps.at_work
            if self.by_oauth:  # a refresh goes on for others, and its answer must not get lost
                assert isinstance(auth, OAuth)
                refresh = auth._task  # pyright: ignore[reportPrivateUsage]
                if refresh in at_work:
                    await asyncio.wait([refresh])
                    at_work = steps.at_work
            assert not at_work, f"step {at}: left over: {at_work}"
            await observed.check(emulator, f"step {at}")
        return whole


def names_in_the_portal(emulator: Emulator) -> Counter[Any]:
    """How often each sprint or epic was made, by name."""
    names: Counter[Any] = Counter()
    for key, times in emulator.state.created.items():
        names[key[-1]] += times
    return names


async def ask(portal: PortalSession) -> None:
    """Send something harmless."""
    await portal.call("profile", effect=Effect.READ)


@asynccontextmanager
async def portal_with_epics(number: int = 60) -> AsyncGenerator[Emulator, None]:
    """A portal with Scrum group 1 and more epics than one page."""
    async with Emulator(clock=LoopClock()) as emulator:
        async with PortalSession(emulator.webhook, clock=LoopClock()) as owner:
            await owner.groups.create(name="Mobile app", scrum_master_id=1)
            names = [f"Epic {place}" for place in range(1, number + 1)]
            await owner.batch(*(owner.epics.add(group_id=1, name=name) for name in names))
        yield emulator


@asynccontextmanager
async def watched_loop() -> AsyncGenerator[list[dict[str, Any]], None]:
    """Count steps in this loop, and keep what it complains of."""
    loop = asyncio.get_running_loop()
    complaints: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    loop.set_task_factory(_task_of_operation)
    try:
        yield complaints
        gc.collect()
        assert not complaints
    finally:
        loop.set_task_factory(None)
        loop.set_exception_handler(None)
