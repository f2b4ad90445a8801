"""A composition played against a portal of a few lines."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bitrix_scrum_async.batch.composition import Composition
from bitrix_scrum_async.batch.lessons import Lessons
from bitrix_scrum_async.batch.limits import BatchLimits
from bitrix_scrum_async.batch.parcels import Parcel
from bitrix_scrum_async.calls import Call, Effect, Outcome, build_call
from bitrix_scrum_async.decoding import Place, Shape
from bitrix_scrum_async.errors import BitrixScrumError, NotSaved
from bitrix_scrum_async.portal_errors import error_from_answer
from bitrix_scrum_async.transport.budget import OperatingBudget
from bitrix_scrum_async.transport.envelope import Answer
from bitrix_scrum_async.transport.retry import RetryPolicy


class Nobody:
    """A sender of calls that are never awaited."""

    async def send(self, call: Call[Any]) -> Any:
        raise AssertionError(f"{call} was awaited")


class Number(Shape[int]):
    """A result `{"id": number}` that may be referred to; `false` hides a failure."""

    def __init__(self, *, immediate: bool = True, may_hide_failure: bool = False) -> None:
        self.immediate = immediate
        self.may_hide_failure = may_hide_failure

    def decode(self, value: Any, method: str) -> int:
        if value is False:
            raise NotSaved("", "the portal answered false", method=method)
        return int(value["id"])

    def locate(self, field: str | None, method: str) -> Place:
        return Place(("id",), "int", immediate=self.immediate)


class Fields(Number):
    """A result whose field `name` may be referred to."""

    def __init__(self, name: str, *, immediate: bool = False) -> None:
        super().__init__(immediate=immediate)
        self.name = name

    def decode(self, value: Any, method: str) -> int:
        return 0

    def locate(self, field: str | None, method: str) -> Place:
        return Place((self.name,), "json", immediate=self.immediate)


def call(
    method: str = "add",
    effect: Effect = Effect.WRITE,
    shape: Shape[int] | None = None,
    **params: Any,
) -> Call[int]:
    return build_call(Nobody(), method, params, effect=effect, shape=shape or Number())


class Portal:
    """Executes commands in order, hands out numbers, and remembers what it did.

    Args:
        fails: The error that a command of this text is answered with, if any.

    Attributes:
        executed: The commands that were executed.
        requests: The requests that were answered.
        sent: All requests, with the moment.
        paused: The seconds that the composition said it waits.
    """

    def __init__(self, fails: Callable[[str], dict[str, Any] | None] = lambda _: None) -> None:
        self.fails = fails
        self.executed: list[str] = []
        self.requests: list[Parcel] = []
        self.sent: list[tuple[float, Parcel]] = []
        self.paused: defaultdict[str, float] = defaultdict(float)

    def execute(self, text: str) -> int:
        self.executed.append(text)
        return 100 + len(self.executed)

    def answer(self, parcel: Parcel) -> Answer:
        self.requests.append(parcel)
        if not parcel.commands:
            params = parcel.request.params.items()
            text = f"{parcel.request.method}?" + "&".join(f"{k}={v}" for k, v in params)
            error = self.fails(text)
            if error is not None:
                raise error_from_answer(error, method=parcel.request.method)
            return Answer(result={"id": self.execute(text)})
        results: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for key, text in parcel.request.params["cmd"].items():
            error = self.fails(text)
            if error is None:
                results[key] = {"id": self.execute(with_results(text, results))}
            else:
                errors[key] = error
                if parcel.request.params["halt"]:
                    break
        return Answer(result={"result": results or [], "result_error": errors or []})


def with_results(text: str, results: Mapping[str, Any]) -> str:
    """A command with the ids that its references mean."""
    return re.sub(r"\$result\[(\w+)\]\[id\]", lambda m: str(results[m[1]]["id"]), text)


def new_lessons() -> Lessons:
    return Lessons(BatchLimits(), OperatingBudget(480.0))


def play(
    calls: Sequence[Call[Any]],
    portal: Portal,
    *,
    halt: bool = False,
    lessons: Lessons | None = None,
    retry: RetryPolicy | None = None,
    crash: Callable[[Parcel], BitrixScrumError | None] = lambda _: None,
) -> list[Outcome[Any]]:
    """Send calls to a portal until each has its outcome, one request at a time.

    Args:
        calls: The calls.
        portal: The portal.
        halt: Whether to end at the first error.
        lessons: What is known of the portal.
        retry: How patient to be.
        crash: Which requests get an error as a whole. A portal that executes what then is lost
            must be told to do so here.
    """
    composition = Composition(lessons or new_lessons(), retry or RetryPolicy(), halt=halt)
    composition.ledger.add(calls)
    now = 0.0
    for _ in range(10_000):
        if composition.ledger.done:
            break
        parcel = composition.next_parcel(now)
        if parcel is None:
            pause = composition.next_release(now)
            assert pause is not None, "calls are left, but none may ever go"
            now += pause
            continue
        portal.sent.append((now, parcel))
        try:
            failure = crash(parcel)
            if failure is not None:
                raise failure
            answer = portal.answer(parcel)
        except BitrixScrumError as error:
            composition.crash(parcel, error, now)
        else:
            composition.land(parcel, answer, now)
        for told in composition.pauses():
            if told.seconds:
                portal.paused[told.cause] += told.seconds
    assert composition.ledger.done
    settled = sorted(composition.ledger.settled().items(), key=lambda pair: pair[0])
    assert [number for number, _ in settled] == list(range(len(calls)))
    outcomes = [composition.ledger.outcome(number, each) for number, each in settled]
    assert [outcome.call for outcome in outcomes] == list(calls)
    return outcomes


def in_turn(*errors: BitrixScrumError) -> Callable[[Parcel], BitrixScrumError | None]:
    """Let the first requests get these errors."""
    left = iter(errors)
    return lambda _: next(left, None)


def refuses(*texts: str) -> Callable[[str], dict[str, Any] | None]:
    error = {"error": 0, "error_description": "Sprint not found"}
    return lambda text: error if any(part in text for part in texts) else None
