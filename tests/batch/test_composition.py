"""What becomes of each call of a composition, played against a portal of a few lines."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.batch.composition import Composition
from bitrix_scrum_async.batch.lessons import Lessons
from bitrix_scrum_async.batch.packing import BatchLimits
from bitrix_scrum_async.batch.parcels import Parcel
from bitrix_scrum_async.calls import Call, Effect, Outcome, build_call
from bitrix_scrum_async.decoding import Place, Shape
from bitrix_scrum_async.errors import (
    BitrixScrumError,
    DependencyFailed,
    InternalServerError,
    InvalidCall,
    NotExecuted,
    NotSaved,
    NotSent,
    OperationTimeLimit,
    OutcomeUnknown,
    PortalError,
    SprintNotFound,
)
from bitrix_scrum_async.transport.envelope import Answer
from bitrix_scrum_async.transport.limits import OperatingBudget
from bitrix_scrum_async.transport.request import Request
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


def call(
    method: str = "add",
    effect: Effect = Effect.WRITE,
    shape: Shape[int] | None = None,
    **params: Any,
) -> Call[int]:
    return build_call(Nobody(), method, params, effect=effect, shape=shape or Number())


class Portal:
    """Executes commands in order, hands out numbers, and remembers what it did."""

    def __init__(self, fails: Callable[[str], dict[str, Any] | None] = lambda _: None) -> None:
        self.fails = fails
        self.executed: list[str] = []
        self.requests: list[Parcel] = []

    def execute(self, text: str) -> int:
        self.executed.append(text)
        return 100 + len(self.executed)

    def answer(self, parcel: Parcel) -> Answer:
        self.requests.append(parcel)
        if not parcel.commands:
            params = parcel.request.params.items()
            text = f"{parcel.request.method}?" + "&".join(f"{k}={v}" for k, v in params)
            return Answer(result={"id": self.execute(text)})
        results: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for key, text in parcel.request.params["cmd"].items():
            error = self.fails(text)
            if error is None:
                text = re.sub(r"\$result\[(\w+)\]\[id\]", lambda m: str(results[m[1]]["id"]), text)
                results[key] = {"id": self.execute(text)}
            else:
                errors[key] = error
                if parcel.request.params["halt"]:
                    break
        return Answer(result={"result": results or [], "result_error": errors or []})


def new_lessons() -> Lessons:
    return Lessons(BatchLimits(), OperatingBudget(480.0))


def play(
    calls: Sequence[Call[Any]],
    portal: Portal,
    *,
    halt: bool = False,
    lessons: Lessons | None = None,
    crash: Callable[[Parcel], BitrixScrumError | None] = lambda _: None,
) -> list[Outcome[Any]]:
    composition = Composition(lessons or new_lessons(), RetryPolicy(), halt=halt)
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
        error = crash(parcel)
        if error is None:
            composition.land(parcel, portal.answer(parcel), now)
        else:
            composition.crash(parcel, error, now)
    assert composition.ledger.done
    settled = sorted(composition.ledger.settled(), key=lambda pair: pair[0])
    assert [number for number, _ in settled] == list(range(len(calls)))
    outcomes = [outcome for _, outcome in settled]
    assert [outcome.call for outcome in outcomes] == list(calls)
    return outcomes


def refuses(*texts: str) -> Callable[[str], dict[str, Any] | None]:
    error = {"error": 0, "error_description": "Sprint not found"}
    return lambda text: error if any(part in text for part in texts) else None


def test_no_calls_make_no_request() -> None:
    portal = Portal()
    assert play([], portal) == []
    assert portal.requests == []


def test_one_call_goes_alone_as_json() -> None:
    portal = Portal()
    play([call(x=1)], portal)
    assert [(parcel.request.method, parcel.request.params) for parcel in portal.requests] == [
        ("add", {"x": 1})
    ]


def test_independent_calls_fill_a_batch_without_halt() -> None:
    portal = Portal()
    outcomes = play([call(x=n) for n in range(60)], portal)
    assert [len(parcel.numbers) for parcel in portal.requests] == [50, 10]
    assert [parcel.request.params["halt"] for parcel in portal.requests] == [0, 0]
    assert all(outcome.ok for outcome in outcomes)


def test_a_failing_call_costs_its_neighbours_nothing() -> None:
    portal = Portal(refuses("x=3&", "x=7&"))
    outcomes = play([call(x=n, y=0) for n in range(50)], portal)
    assert [n for n, outcome in enumerate(outcomes) if not outcome.ok] == [3, 7]
    assert isinstance(outcomes[3].error, SprintNotFound)
    assert outcomes[3].error.call is outcomes[3].call
    assert len(portal.requests) == 1


def test_a_reference_rides_as_a_macro_under_halt() -> None:
    portal = Portal()
    first = call(x=1)
    outcomes = play([first, call("update", id=first.ref("id"))], portal)
    (parcel,) = portal.requests
    assert parcel.request.params == {
        "halt": 1,
        "cmd": {"c0": "add?x=1", "c1": "update?id=$result[c0][id]"},
    }
    assert portal.executed == ["add?x=1", "update?id=101"]
    assert [outcome.unwrap() for outcome in outcomes] == [101, 102]


@pytest.mark.parametrize("shape", [Number(immediate=False), Number(may_hide_failure=True)])
def test_a_reference_that_may_not_ride_becomes_the_value(shape: Shape[int]) -> None:
    portal = Portal()
    first = call(x=1, shape=shape)
    play([first, call("update", id=first.ref("id"))], portal)
    assert [(parcel.request.method, parcel.request.params) for parcel in portal.requests] == [
        ("add", {"x": 1}),
        ("update", {"id": 101}),
    ]


def test_a_chain_goes_on_across_batches_with_values() -> None:
    portal = Portal()
    chain = [call(x=0)]
    for n in range(1, 120):
        chain.append(call(x=n, id=chain[-1].ref("id")))
    outcomes = play(chain, portal)
    assert [len(parcel.numbers) for parcel in portal.requests] == [50, 50, 20]
    assert portal.executed[50] == "add?x=50&id=150"
    assert all(outcome.ok for outcome in outcomes)


def test_what_depends_on_a_failure_is_not_sent_and_the_rest_goes_on() -> None:
    portal = Portal(refuses("x=1&"))
    bad = call(x=1, y=0)
    dependent = call("update", id=bad.ref("id"))
    further = call("update", id=dependent.ref("id"))
    other = call(x=2, y=0)
    outcomes = play([bad, dependent, further, other], portal)
    assert portal.executed == ["add?x=2&y=0"]
    assert isinstance(outcomes[0].error, SprintNotFound)
    assert isinstance(outcomes[1].error, DependencyFailed)
    assert outcomes[1].error.cause_call is bad
    assert isinstance(outcomes[2].error, DependencyFailed)
    assert outcomes[2].error.cause_call is dependent
    assert outcomes[3].ok


def test_a_hidden_failure_holds_back_what_comes_after() -> None:
    """The portal does not halt at `false`, so such a call never has followers in its batch."""

    class Refusing(Portal):
        def execute(self, text: str) -> int:
            super().execute(text)
            return 0

        def answer(self, parcel: Parcel) -> Answer:
            super().answer(parcel)
            return Answer(result=False)

    portal = Refusing()
    hidden = call("kanban", shape=Number(may_hide_failure=True))
    outcomes = play([hidden, call("after").after(hidden)], portal)
    assert portal.executed == ["kanban?"]
    assert isinstance(outcomes[0].error, NotSaved)
    assert isinstance(outcomes[1].error, DependencyFailed)


def test_an_order_without_data_rides_under_halt() -> None:
    portal = Portal()
    first = call(x=1)
    play([call(x=2).after(first), first], portal)
    assert portal.requests[0].request.params == {
        "halt": 1,
        "cmd": {"c1": "add?x=1", "c0": "add?x=2"},
    }


def test_a_text_that_the_portal_would_rewrite_goes_alone() -> None:
    portal = Portal()
    play([call(x=1), call(x="$result[c0][id]"), call(x=2)], portal)
    assert [(parcel.request.method, len(parcel.numbers)) for parcel in portal.requests] == [
        ("batch", 2),
        ("add", 1),
    ]
    assert portal.requests[1].request.params == {"x": "$result[c0][id]"}


def test_a_value_brought_in_is_checked_as_any_text() -> None:
    class Text(Number):
        def locate(self, field: str | None, method: str) -> Place:
            return Place(("name",), "text", immediate=False)

    class Naming(Portal):
        def answer(self, parcel: Parcel) -> Answer:
            self.requests.append(parcel)
            row = {"id": 1, "name": "$result[c1]"}
            if not parcel.commands:
                return Answer(result=row)
            return Answer(result={"result": dict.fromkeys(parcel.request.params["cmd"], row)})

    portal = Naming()
    first = call(shape=Text())
    play([first, call(x=first.ref("name")), call(x=1).after(first)], portal)
    assert {"x": "$result[c1]"} in [parcel.request.params for parcel in portal.requests]


def test_a_value_that_is_missing_fails_what_needs_it() -> None:
    class Elsewhere(Number):
        def locate(self, field: str | None, method: str) -> Place:
            return Place(("parent",), "int", immediate=False)

    portal = Portal()
    first = call(shape=Elsewhere())
    outcomes = play([first, call(id=first.ref("parent"))], portal)
    assert outcomes[0].ok
    assert isinstance(outcomes[1].error, DependencyFailed)
    assert portal.executed == ["add?"]


def test_more_variables_than_php_reads_go_alone() -> None:
    portal = Portal()
    play([call(x=1), call(ids=list(range(1001))), call(ids=list(range(1000)))], portal)
    assert [len(parcel.numbers) for parcel in portal.requests] == [2, 1]


@pytest.mark.parametrize("method", ["batch", "upload", "download"])
def test_what_the_portal_refuses_in_a_batch_goes_alone(method: str) -> None:
    portal = Portal()
    play([call(), call(method), call()], portal)
    assert [len(parcel.numbers) for parcel in portal.requests] == [2, 1]


def test_a_method_refused_in_a_batch_is_sent_alone_and_remembered() -> None:
    error = {"error": "ERROR_BATCH_METHOD_NOT_ALLOWED", "error_description": "Not allowed"}
    portal = Portal(lambda text: error if text.startswith("odd") else None)
    lessons = new_lessons()
    outcomes = play([call(), call("odd"), call()], portal, lessons=lessons)
    assert all(outcome.ok for outcome in outcomes)
    assert [len(parcel.numbers) for parcel in portal.requests] == [3, 1]
    play([call(), call("odd"), call()], portal, lessons=lessons)
    assert [len(parcel.numbers) for parcel in portal.requests[2:]] == [2, 1]


def test_a_portal_that_runs_fewer_commands_gets_fewer() -> None:
    class Short(Portal):
        def answer(self, parcel: Parcel) -> Answer:
            kept = dict(list(parcel.request.params.get("cmd", {}).items())[:20])
            answer = super().answer(
                Parcel(
                    numbers=parcel.numbers,
                    request=Request("batch", {"halt": 0, "cmd": kept}, Effect.WRITE),
                    commands=parcel.commands,
                )
            )
            over = {"error": "ERROR_BATCH_LENGTH_EXCEEDED", "error_description": "Max batch"}
            errors = {key: over for key in parcel.request.params["cmd"] if key not in kept}
            return Answer(result={**answer.result, "result_error": errors or []})

    portal = Short()
    outcomes = play([call(x=n) for n in range(50)], portal)
    assert all(outcome.ok for outcome in outcomes)
    assert [len(parcel.numbers) for parcel in portal.requests] == [50, 20, 10]
    assert len(portal.executed) == 50


def test_a_body_refused_for_its_size_is_split() -> None:
    portal = Portal()

    def too_large(parcel: Parcel) -> BitrixScrumError | None:
        if sum(command.size for command in parcel.commands) > 4_000:
            return PortalError("HTTP_413", "a page", status=413, method="batch")
        return None

    lessons = new_lessons()
    outcomes = play(
        [call(x="y" * 500, n=n) for n in range(20)], portal, crash=too_large, lessons=lessons
    )
    assert all(outcome.ok for outcome in outcomes)
    assert len(portal.executed) == 20
    assert lessons.limits.max_bytes < 6_000


def test_a_lost_answer_repeats_only_what_may_be_repeated() -> None:
    portal = Portal()
    lost = iter([OutcomeUnknown("lost")])
    write, read, update = call(), call("get", Effect.READ), call("update", Effect.REPEATABLE)
    outcomes = play([write, read, update], portal, crash=lambda _: next(lost, None))
    assert isinstance(outcomes[0].error, OutcomeUnknown)
    assert outcomes[1].ok
    assert outcomes[2].ok
    assert portal.executed == ["get", "update"]


def test_what_leans_on_a_lost_write_is_unknown_too() -> None:
    portal = Portal()
    lost = iter([OutcomeUnknown("lost")])
    write = call()
    outcomes = play(
        [write, call("update", Effect.REPEATABLE, id=write.ref("id"))],
        portal,
        crash=lambda _: next(lost, None),
    )
    assert [type(outcome.error) for outcome in outcomes] == [OutcomeUnknown, OutcomeUnknown]
    assert outcomes[0].error is not outcomes[1].error
    assert portal.executed == []


def test_repeating_is_bounded() -> None:
    sent: list[Parcel] = []

    def always(parcel: Parcel) -> BitrixScrumError:
        sent.append(parcel)
        return InternalServerError("INTERNAL_SERVER_ERROR", "", status=500)

    outcomes = play([call(), call("get", Effect.READ)], Portal(), crash=always)
    assert not any(outcome.ok for outcome in outcomes)
    assert len(sent) < 10


def test_a_deletion_repeated_after_a_lost_answer_is_done_when_nothing_is_found() -> None:
    class Deleting(Number):
        def decode(self, value: Any, method: str) -> int:
            raise AssertionError("there is nothing to decode")

    lost = iter([OutcomeUnknown("lost")])
    deletions = [call("delete", Effect.DELETE, shape=Deleting(), id=n) for n in (1, 2)]
    portal = Portal(refuses("delete"))
    outcomes = play([*deletions, call()], portal, crash=lambda _: next(lost, None))
    assert [outcome.ok for outcome in outcomes] == [True, True, False]


def test_halt_sends_nothing_after_the_first_error() -> None:
    portal = Portal(refuses("x=52&"))
    outcomes = play([call(x=n, y=0) for n in range(120)], portal, halt=True)
    assert len(portal.executed) == 52
    assert len(portal.requests) == 2
    assert isinstance(outcomes[52].error, SprintNotFound)
    assert {type(outcome.error) for outcome in outcomes[53:]} == {NotExecuted}


def test_writes_to_one_sprint_stay_apart_where_a_cache_could_hold_it() -> None:
    portal = Portal()
    first = call("sprint.add")
    start = build_call(
        Nobody(),
        "sprint.start",
        {"id": first.ref("id")},
        effect=Effect.WRITE,
        shape=Number(),
        claims={("sprint", first): object()},
    )
    play([first, start], portal)
    assert [parcel.request.method for parcel in portal.requests] == ["sprint.add", "sprint.start"]


class Fields(Number):
    """A result whose field `name` may be referred to."""

    def __init__(self, name: str, *, immediate: bool = False) -> None:
        super().__init__(immediate=immediate)
        self.name = name

    def decode(self, value: Any, method: str) -> int:
        return 0

    def locate(self, field: str | None, method: str) -> Place:
        return Place((self.name,), "json", immediate=self.immediate)


def test_a_call_that_misses_two_things_at_once_has_one_outcome() -> None:
    first = call(shape=Fields("nowhere"))
    second = call("update", id=first.ref("nowhere"))
    third = call("update", id=first.ref("nowhere"), other=second.ref("id"))
    outcomes = play([first, second, third, call()], Portal())
    assert [type(outcome.error) for outcome in outcomes] == [
        type(None),
        DependencyFailed,
        DependencyFailed,
        type(None),
    ]


def test_what_rode_along_keeps_its_own_result_whatever_the_first_gave() -> None:
    class Odd(Portal):
        def answer(self, parcel: Parcel) -> Answer:
            self.requests.append(parcel)
            return Answer(result={"result": {"c0": {"id": None}, "c1": {"id": 7}}})

    first = call(shape=Fields("id", immediate=True))
    outcomes = play([first, call("update", id=first.ref("id"))], Odd())
    assert [outcome.ok for outcome in outcomes] == [True, True]


@pytest.mark.parametrize("value", [True, False])
def test_a_boolean_travels_as_a_number_alone_and_in_a_batch(value: bool) -> None:
    class Flags(Portal):
        def answer(self, parcel: Parcel) -> Answer:
            answer = super().answer(parcel)
            return answer if parcel.commands else Answer(result={"flag": value})

    portal = Flags()
    first = call(shape=Fields("flag"))
    a, b = (call(name, shape=Fields("flag"), x=first.ref("flag")) for name in "ab")
    play([first, a, b], portal)
    assert portal.executed == ["add?", f"a?x={int(value)}", f"b?x={int(value)}"]
    portal = Flags()
    first = call(shape=Fields("flag"))
    play([first, call("a", shape=Fields("flag"), x=first.ref("flag"))], portal)
    assert portal.requests[1].request.params == {"x": int(value)}


def test_an_update_that_may_have_run_is_never_told_as_not_executed() -> None:
    """Its answer was lost with a write's; then the composition ends before it is repeated."""
    lost = iter([OutcomeUnknown("lost")])
    outcomes = play(
        [call(), call("update", Effect.REPEATABLE)],
        Portal(),
        halt=True,
        crash=lambda _: next(lost, None),
    )
    assert [type(outcome.error) for outcome in outcomes] == [OutcomeUnknown, OutcomeUnknown]

    lost = iter([OutcomeUnknown("lost")])
    refused_later = NotSent("no connection")
    outcomes = play(
        [call(), call("update", Effect.REPEATABLE)],
        Portal(),
        crash=lambda _: next(lost, refused_later),
    )
    assert [type(outcome.error) for outcome in outcomes] == [OutcomeUnknown, OutcomeUnknown]


def test_a_write_that_failed_inside_the_portal_is_unknown() -> None:
    error = {"error": "INTERNAL_SERVER_ERROR", "error_description": "Internal server error"}
    portal = Portal(lambda text: error if text.startswith("add") else None)
    outcomes = play([call(), call("get", Effect.READ)], portal)
    assert isinstance(outcomes[0].error, OutcomeUnknown)
    assert outcomes[1].ok


def test_a_server_that_finds_every_body_too_large_is_not_asked_for_ever() -> None:
    sent: list[Parcel] = []

    def too_large(parcel: Parcel) -> BitrixScrumError:
        sent.append(parcel)
        return PortalError("HTTP_413", "a page", status=413, method=parcel.request.method)

    outcomes = play([call(x=n) for n in range(20)], Portal(), crash=too_large)
    assert {type(outcome.error) for outcome in outcomes} == {PortalError}
    assert len(sent) < 40


def test_many_failures_in_front_of_references_cost_few_requests() -> None:
    portal = Portal(refuses("bad"))
    calls: list[Call[int]] = []
    for n in range(100):
        first = call("bad", x=n, y=0)
        calls += [first, call("update", id=first.ref("id"))]
    outcomes = play(calls, portal)
    assert [type(outcome.error) for outcome in outcomes] == [SprintNotFound, DependencyFailed] * 100
    assert portal.executed == []
    assert len(portal.requests) < 12


def test_a_method_blocked_longer_than_the_session_is_patient_fails_at_once() -> None:
    lessons = new_lessons()
    far = {"finish": 0.0, "operating_reset_at": 10_000_000, "operating": 481}
    lessons.budget.learn("add", far, now=0.0)
    blocked, other = play([call(), call("get", Effect.READ)], Portal(), lessons=lessons)
    assert isinstance(blocked.error, OperationTimeLimit)
    assert other.ok


def test_halt_lets_nothing_overtake_a_call_that_waits() -> None:
    portal = Portal(refuses("second"))
    first = call("first", shape=Number(immediate=False))
    second = call("second", id=first.ref("id"), end=0)
    outcomes = play([first, second, call("third")], portal, halt=True)
    assert portal.executed == ["first?"] or "third?" not in portal.executed
    assert isinstance(outcomes[2].error, NotExecuted)


def test_a_write_is_taken_once() -> None:
    made = call()
    play([made], Portal())
    with pytest.raises(InvalidCall, match="was sent before"):
        play([made], Portal())
    read = call("get", Effect.READ)
    play([read], Portal())
    play([read], Portal())


def test_a_write_that_was_surely_not_executed_may_be_taken_again() -> None:
    held, refused_one = call(), call("bad", y=0)
    outcomes = play([refused_one, call(), held], Portal(refuses("bad")), halt=True)
    assert isinstance(outcomes[2].error, NotExecuted)
    assert [outcome.ok for outcome in play([held], Portal())] == [True]


def test_what_commands_took_decides_how_many_share_the_next_batch() -> None:
    class Slow(Portal):
        def answer(self, parcel: Parcel) -> Answer:
            answer = super().answer(parcel)
            if not parcel.commands:
                return Answer(result=answer.result, time={"duration": 2.0})
            times = {key: {"duration": 2.0} for key in parcel.request.params["cmd"]}
            return Answer(result={**answer.result, "result_time": times})

    for first in (2, 1):  # in a batch, and alone
        lessons, portal = new_lessons(), Slow()
        play([call() for _ in range(first)], portal, lessons=lessons)
        play([call() for _ in range(50)], portal, lessons=lessons)
        assert [len(parcel.numbers) for parcel in portal.requests[1:]] == [20, 20, 10]


def test_an_order_and_a_value_of_the_same_call_ride_only_if_both_may() -> None:
    portal = Portal()
    first = call(shape=Number(immediate=False))
    play([first, call("update", id=first.ref("id")).after(first), call()], portal)
    assert [len(parcel.numbers) for parcel in portal.requests] == [2, 1]


def test_halt_ends_behind_a_failure_that_hides_in_a_success() -> None:
    class Refusing(Portal):
        def answer(self, parcel: Parcel) -> Answer:
            super().answer(parcel)
            keys = parcel.request.params.get("cmd", {})
            return Answer(result={"result": dict.fromkeys(keys, False)} if keys else False)

    portal = Refusing()
    hidden = call("kanban", shape=Number(may_hide_failure=True))
    outcomes = play([hidden, call("a"), call("b")], portal, halt=True)
    assert portal.executed == ["kanban?"]
    assert [type(outcome.error) for outcome in outcomes] == [NotSaved, NotExecuted, NotExecuted]


@pytest.mark.parametrize("count", [1, 2], ids=["alone", "in a batch"])
def test_a_deletion_that_is_refused_on_a_repeat_is_unknown(count: int) -> None:
    """Some methods say `false`, or deny access, where nothing is left to delete."""

    class Refusing(Portal):
        def answer(self, parcel: Parcel) -> Answer:
            super().answer(parcel)
            keys = parcel.request.params.get("cmd", {})
            return Answer(result={"result": dict.fromkeys(keys, False)} if keys else False)

    def deletions() -> list[Call[int]]:
        shape = Number(may_hide_failure=True)
        return [call("delete", Effect.DELETE, shape) for _ in range(count)]

    lost = iter([OutcomeUnknown("lost")])
    first = play(deletions(), Refusing())
    assert {type(outcome.error) for outcome in first} == {NotSaved}
    again = play(deletions(), Refusing(), crash=lambda _: next(lost, None))
    assert {type(outcome.error) for outcome in again} == {OutcomeUnknown}


def test_what_was_not_sent_when_all_ends_may_be_sent_by_somebody_else() -> None:
    composition = Composition(new_lessons(), RetryPolicy())
    calls = [call() for _ in range(60)]
    composition.ledger.add(calls)
    composition.next_parcel(0.0)
    composition.ledger.close()
    assert [made.spent for made in calls] == [True] * 50 + [False] * 10


def refused(*calls: Call[int]) -> str:
    for made in calls:
        made.handed_over = True
    with pytest.raises(InvalidCall) as caught:
        play(calls, Portal())
    return str(caught.value)


def test_the_same_call_twice_is_refused() -> None:
    twice = call()
    assert "stands at places 0 and 2" in refused(twice, call(), twice)


def test_a_reference_to_a_call_elsewhere_is_refused() -> None:
    elsewhere = call("elsewhere")
    elsewhere.handed_over = True
    assert "needs elsewhere, which is not among the calls" in refused(
        call(), call(id=elsewhere.ref("id"))
    )
    assert "needs elsewhere, which is not among the calls" in refused(call().after(elsewhere))


@st.composite
def graphs(draw: st.DrawFn) -> list[tuple[list[int], list[int], bool]]:
    """For each call: what it refers to, what it comes after, and whether it may be leaned on."""
    size = draw(st.integers(2, 130))

    def earlier(number: int, most: int) -> list[int]:
        return draw(st.lists(st.integers(0, number - 1), max_size=most)) if number else []

    return [(earlier(n, 2), earlier(n, 1), draw(st.booleans())) for n in range(size)]


@given(graphs(), st.frozensets(st.integers(0, 129), max_size=8))
def test_each_call_has_one_outcome_whatever_fails(
    graph: list[tuple[list[int], list[int], bool]], failing: frozenset[int]
) -> None:
    """No dependent of a failure is sent, and all that does not depend on one is done once."""
    calls: list[Call[int]] = []
    for number, (needs, before, immediate) in enumerate(graph):
        ids = [calls[n].ref("id") for n in needs]
        made = call(x=number, shape=Number(immediate=immediate), end=0, ids=ids or "")
        calls.append(made.after(*(calls[n] for n in before)) if before else made)
    refused = [f"?x={n}&" for n in failing]

    portal = Portal(refuses(*refused))

    def refused_alone(parcel: Parcel) -> BitrixScrumError | None:
        if not parcel.commands and parcel.request.params["x"] in failing:
            return SprintNotFound("0", "Sprint not found", status=400)
        return None

    outcomes = play(calls, portal, crash=refused_alone)
    doomed: set[int] = set()
    for number, (needs, before, _) in enumerate(graph):
        if doomed.intersection(needs + before):
            doomed.add(number)
            assert isinstance(outcomes[number].error, DependencyFailed)
        elif number in failing:
            doomed.add(number)
            assert isinstance(outcomes[number].error, SprintNotFound)
    done = [int(text.partition("x=")[2].partition("&")[0]) for text in portal.executed]
    assert sorted(done) == [n for n in range(len(calls)) if n not in doomed]
