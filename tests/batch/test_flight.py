"""Carrying parcels: what breaks down or is cancelled ends, and nobody waits for ever."""

import asyncio
from typing import Any

import anyio
import pytest

from bitrix_scrum_async.batch.composition import Composition
from bitrix_scrum_async.batch.flight import Flight
from bitrix_scrum_async.batch.lessons import Lessons
from bitrix_scrum_async.batch.limits import BatchLimits
from bitrix_scrum_async.calls import Call, Effect, build_call
from bitrix_scrum_async.decoding import JsonShape
from bitrix_scrum_async.errors import BitrixScrumError, OutcomeUnknown
from bitrix_scrum_async.transport.budget import OperatingBudget
from bitrix_scrum_async.transport.envelope import Answer
from bitrix_scrum_async.transport.events import Cause
from bitrix_scrum_async.transport.request import Request
from bitrix_scrum_async.transport.retry import RetryPolicy
from bitrix_scrum_async.transport.sender import Sender
from bitrix_scrum_async.transport.tally import Tally
from tests.clocks import VirtualClock
from tests.fakes import RecordingSender

pytestmark = pytest.mark.anyio


class Desk(Sender):
    """Answers as it is told."""

    def __init__(
        self, *, breaks: bool = False, waits: bool = False, left: bool = True, fails: int = 0
    ) -> None:
        self.breaks = breaks
        self.waits = waits
        self.left = left
        self.fails = fails
        self.requests: list[int] = []
        self.tally = Tally()
        self.clock = VirtualClock()

    @property
    def refusal(self) -> None:
        return None

    async def rest(self, seconds: float) -> None:
        await self.clock.sleep(seconds)

    def pauses(
        self, request: Request, cause: Cause, seconds: float, error: BitrixScrumError | None
    ) -> None:
        self.tally.waited[cause] += seconds

    async def request(self, request: Request) -> Answer:
        self.requests.append(request.commands)
        if self.fails:
            self.fails -= 1
            raise OutcomeUnknown("lost")
        if self.breaks:
            raise ZeroDivisionError
        if self.waits:
            request.may_have_run = self.left
            await anyio.sleep_forever()
        await anyio.lowlevel.checkpoint()
        return Answer(result={"result": dict.fromkeys(request.params.get("cmd", {}), 1)})


def call(effect: Effect = Effect.WRITE) -> Call[Any]:
    return build_call(RecordingSender(), "m", {}, effect=effect, shape=JsonShape())


def flight(
    desk: Desk,
    calls: int,
    *,
    effect: Effect = Effect.WRITE,
    retry: RetryPolicy | None = None,
) -> Flight:
    lessons = Lessons(BatchLimits(), OperatingBudget(480.0))
    composition = Composition(lessons, retry or RetryPolicy())
    composition.ledger.add([call(effect) for _ in range(calls)])
    return Flight(composition, desk, desk.clock, places=3)


async def test_a_defect_is_raised_and_not_waited_for() -> None:
    flying = flight(Desk(breaks=True), 2)
    flying.launch()
    with anyio.fail_after(5), pytest.raises(ZeroDivisionError):
        await flying.change()
    await flying.aclose()


async def test_a_request_that_somebody_cancels_leaves_its_calls_unknown() -> None:
    flying = flight(Desk(waits=True), 2)
    before = asyncio.all_tasks()
    flying.launch()
    await anyio.lowlevel.checkpoint()
    for task in asyncio.all_tasks() - before:
        task.cancel()
    with anyio.fail_after(5):
        await flying.change()
    settled = flying.ledger.settled()
    assert [type(each) for each in settled.values()] == [OutcomeUnknown] * 2
    await flying.aclose()


async def test_a_patient_launch_sends_what_is_not_full_after_a_little_while() -> None:
    desk = Desk(waits=True)
    flying = flight(desk, 2)
    flying.launch(patient=True)
    await anyio.lowlevel.checkpoint()
    assert desk.requests == [2]
    flying.ledger.add([call()])
    flying.launch(patient=True)
    with anyio.fail_after(5):
        await flying.change()
    flying.launch(patient=True)
    await anyio.lowlevel.checkpoint()
    assert desk.requests == [2, 1]
    assert desk.clock.slept == [0.02]
    await flying.aclose()


async def test_closing_leaves_nothing_running() -> None:
    before = asyncio.all_tasks()
    flying = flight(Desk(waits=True), 120)
    flying.launch()
    await anyio.lowlevel.checkpoint()
    await flying.aclose()
    assert asyncio.all_tasks() == before


async def test_a_request_that_somebody_cancels_before_it_left_goes_again() -> None:
    desk = Desk(waits=True, left=False)
    flying = flight(desk, 2)
    before = asyncio.all_tasks()
    flying.launch()
    await anyio.lowlevel.checkpoint()
    for task in asyncio.all_tasks() - before:
        task.cancel()
    desk.waits = False
    with anyio.fail_after(5):
        await landed(flying)
    assert desk.requests == [2, 2]
    assert not any(isinstance(each, BitrixScrumError) for each in flying.ledger.settled().values())
    await flying.aclose()


@pytest.mark.parametrize("left", [False, True])
async def test_closing_takes_back_what_never_left(left: bool) -> None:
    flying = flight(Desk(waits=True, left=left), 0)
    calls = [call() for _ in range(60)]
    flying.ledger.add(calls)
    flying.launch()
    await anyio.lowlevel.checkpoint()
    await flying.aclose()
    flying.ledger.close()
    assert {made.spent for made in calls} == {left}


async def test_a_request_that_had_no_time_to_begin_is_taken_back() -> None:
    flying = flight(Desk(waits=True), 0)
    made = call()
    flying.ledger.add([made])
    flying.launch()
    await flying.aclose()
    flying.ledger.close()
    assert not made.spent


async def test_waiting_for_a_repeat_is_counted_and_happens() -> None:
    desk = Desk(fails=2)
    flying = flight(desk, 2, effect=Effect.READ)
    with anyio.fail_after(5):
        await landed(flying)
    assert desk.requests == [2, 2, 2]
    assert len(desk.clock.slept) == 2
    assert sum(desk.clock.slept) == pytest.approx(desk.tally.waited["failure"])
    assert 0 < sum(desk.clock.slept) <= 0.5 + 1.0
    await flying.aclose()


async def test_without_waiting_no_time_passes() -> None:
    desk = Desk(fails=100)
    flying = flight(desk, 2, effect=Effect.READ, retry=RetryPolicy(waiting=False))
    with anyio.fail_after(5):
        await landed(flying)
    assert desk.requests == [2] * 5
    assert desk.clock.slept == []
    assert not any(desk.tally.waited.values())
    await flying.aclose()


async def test_a_repeat_does_not_wait_for_another_request_that_hangs() -> None:
    desk = Desk(fails=1)
    flying = flight(desk, 2, effect=Effect.READ)
    with anyio.fail_after(5):
        flying.launch(patient=True)
        await flying.change()
        desk.waits = True
        flying.ledger.add([call()])
        flying.launch(patient=True)
        await anyio.lowlevel.checkpoint()
        desk.waits = False
        while not flying.ledger.settled():
            await flying.change()
            flying.launch(patient=True)
    assert desk.requests == [2, 1, 2]
    await flying.aclose()


async def landed(flying: Flight) -> None:
    """Send until every call has its outcome."""
    flying.launch()
    while not flying.ledger.done:
        await flying.change()
        flying.launch()
