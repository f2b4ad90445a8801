"""Carrying parcels: what breaks down or is cancelled ends, and nobody waits for ever."""

import asyncio
from typing import Any

import anyio
import pytest

from bitrix_scrum_async.batch.composition import Composition
from bitrix_scrum_async.batch.flight import Flight
from bitrix_scrum_async.batch.lessons import Lessons
from bitrix_scrum_async.batch.packing import BatchLimits
from bitrix_scrum_async.calls import Call, Effect, build_call
from bitrix_scrum_async.decoding import JsonShape
from bitrix_scrum_async.errors import OutcomeUnknown
from bitrix_scrum_async.transport.envelope import Answer
from bitrix_scrum_async.transport.limits import OperatingBudget
from bitrix_scrum_async.transport.request import Request
from bitrix_scrum_async.transport.retry import RetryPolicy
from bitrix_scrum_async.transport.sender import Sender
from bitrix_scrum_async.transport.stats import Tally
from tests.clocks import VirtualClock
from tests.fakes import RecordingSender

pytestmark = pytest.mark.anyio


class Desk(Sender):
    """Answers as it is told."""

    def __init__(self, *, breaks: bool = False, waits: bool = False, left: bool = True) -> None:
        self.breaks = breaks
        self.waits = waits
        self.left = left
        self.requests: list[int] = []
        self.tally = Tally()

    async def request(self, request: Request) -> Answer:
        self.requests.append(request.commands)
        if self.breaks:
            raise ZeroDivisionError
        if self.waits:
            request.may_have_run = self.left
            await anyio.sleep_forever()
        await anyio.lowlevel.checkpoint()
        return Answer(result={"result": dict.fromkeys(request.params.get("cmd", {}), 1)})


def call() -> Call[Any]:
    return build_call(RecordingSender(), "m", {}, effect=Effect.WRITE, shape=JsonShape())


def flight(desk: Desk, calls: int, clock: VirtualClock | None = None) -> Flight:
    composition = Composition(Lessons(BatchLimits(), OperatingBudget(480.0)), RetryPolicy())
    composition.ledger.add([call() for _ in range(calls)])
    return Flight(composition, desk, clock or VirtualClock(), places=3)


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
    outcomes = [outcome for _, outcome in flying.ledger.settled()]
    assert [type(outcome.error) for outcome in outcomes] == [OutcomeUnknown] * 2
    await flying.aclose()


async def test_a_patient_launch_sends_what_is_not_full_after_a_little_while() -> None:
    clock = VirtualClock()
    desk = Desk(waits=True)
    flying = flight(desk, 2, clock)
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
    assert clock.slept == [0.02]
    await flying.aclose()


async def test_closing_leaves_nothing_running() -> None:
    before = asyncio.all_tasks()
    flying = flight(Desk(waits=True), 120)
    flying.launch()
    await anyio.lowlevel.checkpoint()
    await flying.aclose()
    assert asyncio.all_tasks() == before
