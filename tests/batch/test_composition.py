"""What goes together, and what becomes of each call, played against a portal of a few lines."""

from typing import Any

import pytest

from bitrix_scrum_async.batch.composition import Composition
from bitrix_scrum_async.batch.parcels import Parcel
from bitrix_scrum_async.calls import Call, Claims, Effect, build_call
from bitrix_scrum_async.decoding import Place, Shape
from bitrix_scrum_async.errors import (
    BitrixScrumError,
    DependencyFailed,
    ExpiredToken,
    InternalServerError,
    NotExecuted,
    NotSaved,
    OperationTimeLimit,
    OutcomeUnknown,
    PortalError,
    SprintNotFound,
)
from bitrix_scrum_async.transport.envelope import Answer
from bitrix_scrum_async.transport.request import Request
from bitrix_scrum_async.transport.retry import RetryPolicy
from tests.batch.playing import (
    Fields,
    Nobody,
    Number,
    Portal,
    call,
    in_turn,
    new_lessons,
    play,
    refuses,
)

LOST = OutcomeUnknown("lost")
CRASHED = InternalServerError("INTERNAL_SERVER_ERROR", "", status=500)
ERROR = {"error": "INTERNAL_SERVER_ERROR", "error_description": "Internal server error"}
BLOCKED = {"error": "OPERATION_TIME_LIMIT", "error_description": "blocked"}
EXPIRED = {"error": "expired_token", "error_description": "expired"}


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
    portal = Portal(lambda text: error if text == "odd" else None)  # "odd?" when alone
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
                    calls=parcel.calls,
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
        if parcel.size > 4_000:
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
    write, read, update = call(), call("get", Effect.READ), call("update", Effect.REPEATABLE)
    outcomes = play([write, read, update], portal, crash=in_turn(LOST))
    assert isinstance(outcomes[0].error, OutcomeUnknown)
    assert outcomes[1].ok
    assert outcomes[2].ok
    assert portal.executed == ["get", "update"]


def test_what_leans_on_a_lost_write_is_unknown_too() -> None:
    portal = Portal()
    write = call()
    outcomes = play(
        [write, call("update", Effect.REPEATABLE, id=write.ref("id"))],
        portal,
        crash=in_turn(LOST),
    )
    assert [type(outcome.error) for outcome in outcomes] == [OutcomeUnknown, OutcomeUnknown]
    assert outcomes[0].error is not outcomes[1].error
    assert portal.executed == []


def test_what_was_lost_together_comes_back_together_after_one_pause() -> None:
    portal = Portal()
    reads = [call("get", Effect.READ, n=n) for n in range(20)]
    outcomes = play(reads, portal, crash=in_turn(LOST, LOST))
    assert all(outcome.ok for outcome in outcomes)
    assert [len(parcel.numbers) for _, parcel in portal.sent] == [20, 20, 20]
    first, second, third = (moment for moment, _ in portal.sent)
    assert second - first <= 0.5
    assert third - second <= 1.0
    assert portal.paused["failure"] == pytest.approx(third - first)


def test_commands_that_fail_inside_a_good_answer_wait_together_as_well() -> None:
    replies = iter([ERROR, ERROR, ERROR, ERROR, None, None])
    portal = Portal(lambda text: None if text == "get?x=1" else next(replies))
    outcomes = play([call("get", Effect.READ, x=n) for n in range(3)], portal)
    assert all(outcome.ok for outcome in outcomes)
    assert [[*parcel.numbers] for _, parcel in portal.sent] == [[0, 1, 2], [0, 2], [0, 2]]
    assert portal.paused["failure"] == pytest.approx(portal.sent[-1][0])


def test_a_command_that_the_answer_leaves_out_waits_as_well() -> None:
    class Forgetful(Portal):
        def answer(self, parcel: Parcel) -> Answer:
            answer = super().answer(parcel)
            if len(self.requests) == 1:
                del answer.result["result"]["c1"]
            return answer

    portal = Forgetful()
    outcomes = play([call(), call("get", Effect.READ), call()], portal)
    assert all(outcome.ok for outcome in outcomes)
    assert portal.paused["failure"] == portal.sent[1][0]
    portal = Forgetful()
    outcomes = play([call("get", Effect.READ), call(), call()], portal)
    assert isinstance(outcomes[1].error, OutcomeUnknown)
    assert len(portal.sent) == 1


def test_attempts_are_counted_for_each_call() -> None:
    portal = Portal()
    outcomes = play(
        [call(), call("get", Effect.READ), call("update", Effect.REPEATABLE)],
        portal,
        crash=lambda _: CRASHED,
        retry=RetryPolicy(attempts=3),
    )
    assert [len(parcel.numbers) for _, parcel in portal.sent] == [3, 2, 2]
    # Only what could not be repeated is unknown; else what the portal said last is told.
    assert [type(outcome.error) for outcome in outcomes] == [
        OutcomeUnknown,
        InternalServerError,
        InternalServerError,
    ]


def test_attempts_count_alone_and_in_batches_alike() -> None:
    """One of two is done at once; the other goes on alone, and goes on counting."""
    portal = Portal(lambda text: ERROR if "x=1" in text else None)
    reads = [call("get", Effect.READ, x=n) for n in range(2)]
    outcomes = play(reads, portal, retry=RetryPolicy(attempts=3))
    assert [outcome.ok for outcome in outcomes] == [True, False]
    assert [len(parcel.numbers) for _, parcel in portal.sent] == [2, 1, 1]


def test_the_sender_goes_on_counting_where_a_call_stands() -> None:
    portal = Portal()
    play([call("get", Effect.READ) for _ in range(2)], portal, crash=in_turn(LOST, LOST))
    requests = [parcel.request for _, parcel in portal.sent]
    assert [(request.sent, request.failed) for request in requests] == [(0, 0), (1, 1), (2, 2)]
    assert [request.waited for request in requests] == [moment for moment, _ in portal.sent]


def test_what_the_sender_did_counts_for_each_call() -> None:
    """It failed to connect three times, and waited; then the answer was lost."""
    portal = Portal()

    def after_trouble(parcel: Parcel) -> BitrixScrumError | None:
        if len(portal.sent) > 1:
            return None
        parcel.request.failed += 4
        parcel.request.waited += 7.0
        return LOST

    play([call("get", Effect.READ) for _ in range(2)], portal, crash=after_trouble)
    (_, again) = portal.sent[1]
    assert again.request.failed == 4
    assert again.request.waited == pytest.approx(7.0 + portal.paused["failure"])


def test_waiting_has_a_bound_for_each_call() -> None:
    portal = Portal()
    outcomes = play(
        [call("get", Effect.READ) for _ in range(2)],
        portal,
        crash=lambda _: LOST,
        retry=RetryPolicy(attempts=1_000, max_wait=20.0),
    )
    assert {type(outcome.error) for outcome in outcomes} == {OutcomeUnknown}
    assert len(portal.sent) < 100
    assert portal.sent[-1][0] <= 20.0


def test_a_blocked_method_and_repeats_wait_on_one_account() -> None:
    """60 s for the method, then a failure, then it is blocked again: more than 100 s in all."""
    replies = iter([BLOCKED, BLOCKED, ERROR, ERROR, BLOCKED, BLOCKED])
    portal = Portal(lambda text: next(replies) if text.startswith("slow") else None)
    calls = [call("slow", Effect.READ), call("slow", Effect.READ), call("get", Effect.READ)]
    outcomes = play(calls, portal, retry=RetryPolicy(max_wait=100.0))
    assert [type(outcome.error) for outcome in outcomes] == [
        OperationTimeLimit,
        OperationTimeLimit,
        type(None),
    ]
    assert len(portal.sent) == 3
    assert portal.paused["operating"] == 60.0


def test_without_waiting_nothing_is_held_and_the_bounds_stay() -> None:
    portal = Portal()
    retry = RetryPolicy(waiting=False)
    reads = [call("get", Effect.READ) for _ in range(2)]
    outcomes = play(reads, portal, crash=lambda _: LOST, retry=retry)
    assert {type(outcome.error) for outcome in outcomes} == {OutcomeUnknown}
    assert [moment for moment, _ in portal.sent] == [0.0] * 5
    assert not portal.paused

    portal = Portal(lambda _: BLOCKED)
    calls = [call("slow", Effect.READ) for _ in range(2)]
    outcomes = play(calls, portal, retry=RetryPolicy(waiting=False, max_wait=100.0))
    assert {type(outcome.error) for outcome in outcomes} == {OperationTimeLimit}
    assert [moment for moment, _ in portal.sent] == [0.0] * 2


def test_a_batch_that_was_cut_off_is_not_repeated_at_the_same_size() -> None:
    """Commands of two seconds; the portal cuts at sixty, whatever it has done."""
    portal = Portal()

    def cut(parcel: Parcel) -> BitrixScrumError | None:
        parcel.request.seconds = min(60.0, 2.0 * len(parcel.numbers))
        return LOST if 2.0 * len(parcel.numbers) > 60.0 else None

    outcomes = play([call("get", Effect.READ, n=n) for n in range(50)], portal, crash=cut)
    assert all(outcome.ok for outcome in outcomes)
    assert [len(parcel.numbers) for _, parcel in portal.sent] == [50, 33, 17, 22, 11]


def test_a_connection_that_dropped_at_once_teaches_nothing() -> None:
    portal = Portal()
    lessons = new_lessons()
    reads = [call("get", Effect.READ) for _ in range(50)]
    play(reads, portal, crash=in_turn(LOST), lessons=lessons)
    assert [len(parcel.numbers) for _, parcel in portal.sent] == [50, 50]
    assert lessons.expected_seconds("get") == 0.5


@pytest.mark.parametrize("halt", [False, True])
def test_a_command_whose_token_expired_goes_again_by_itself(halt: bool) -> None:
    replies = iter([EXPIRED, EXPIRED] if halt else [EXPIRED])
    portal = Portal(lambda text: next(replies, None) if text.startswith("second") else None)
    outcomes = play([call(name) for name in ("first", "second", "third")], portal, halt=halt)
    assert all(outcome.ok for outcome in outcomes)
    order = ["first", "second", "third"] if halt else ["first", "third", "second?"]
    assert portal.executed == order
    assert not portal.paused


@pytest.mark.parametrize("halt", [False, True])
def test_a_token_that_stays_expired_ends_in_the_error(halt: bool) -> None:
    portal = Portal(lambda text: EXPIRED if text.startswith("second") else None)
    calls = [call("second"), call("second"), call("third")]
    outcomes = play(calls, portal, halt=halt)
    assert isinstance(outcomes[0].error, ExpiredToken)
    assert outcomes[2].ok is not halt
    assert len(portal.sent) == 5


def test_halt_repeats_in_order_and_lets_nothing_overtake() -> None:
    replies = iter([ERROR, ERROR])
    portal = Portal(lambda text: next(replies, None) if text.startswith("get") else None)
    calls = [call("first"), call("get", Effect.READ), call("third"), call("fourth")]
    outcomes = play(calls, portal, halt=True)
    assert all(outcome.ok for outcome in outcomes)
    assert portal.executed == ["first", "get", "third", "fourth"]


def test_a_repeated_call_brings_those_that_lean_on_it() -> None:
    portal = Portal()
    first = call("get", Effect.READ, n=1)
    second = call("update", Effect.REPEATABLE, id=first.ref("id"))
    outcomes = play([first, second], portal, crash=in_turn(LOST))
    assert all(outcome.ok for outcome in outcomes)
    assert [len(parcel.numbers) for _, parcel in portal.sent] == [2, 2]


def test_what_never_left_is_taken_back() -> None:
    composition = Composition(new_lessons(), RetryPolicy())
    calls = [call() for _ in range(60)]
    composition.ledger.add(calls)
    parcel, other = composition.next_parcel(0.0), composition.next_parcel(0.0)
    assert parcel is not None
    assert other is not None
    composition.recall(parcel)
    composition.ledger.close()
    assert [made.spent for made in calls] == [False] * 50 + [True] * 10


def test_what_never_left_may_have_run_before() -> None:
    composition = Composition(new_lessons(), RetryPolicy(waiting=False))
    update = call("update", Effect.REPEATABLE)
    composition.ledger.add([update])
    for _ in range(2):
        parcel = composition.next_parcel(0.0)
        assert parcel is not None
        if parcel.request.sent:
            composition.recall(parcel)
        else:
            composition.crash(parcel, LOST, 0.0)
    composition.ledger.close()
    assert update.spent


def test_a_deletion_repeated_after_a_lost_answer_is_done_when_nothing_is_found() -> None:
    class Deleting(Number):
        def decode(self, value: Any, method: str) -> int:
            raise AssertionError("there is nothing to decode")

    deletions = [call("delete", Effect.DELETE, shape=Deleting(), id=n) for n in (1, 2)]
    portal = Portal(refuses("delete"))
    outcomes = play([*deletions, call()], portal, crash=in_turn(LOST))
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


def test_a_write_that_failed_inside_the_portal_is_unknown() -> None:
    portal = Portal(lambda text: ERROR if text.startswith("add") else None)
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

    first = play(deletions(), Refusing())
    assert {type(outcome.error) for outcome in first} == {NotSaved}
    again = play(deletions(), Refusing(), crash=in_turn(LOST))
    assert {type(outcome.error) for outcome in again} == {OutcomeUnknown}


def test_halt_sends_nothing_again_once_a_call_has_missed_a_value() -> None:
    """One of a batch gives no value for a later call, while another is to go again."""
    busy = {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}
    portal = Portal(lambda text: busy if text.startswith("busy") else None)
    first = call(shape=Fields("nowhere"))
    outcomes = play([first, call("busy"), call(x=first.ref("nowhere"))], portal, halt=True)
    assert [type(outcome.error) for outcome in outcomes] == [
        type(None),
        NotExecuted,
        DependencyFailed,
    ]
    assert len(portal.requests) == 1


def test_each_call_that_is_referred_to_counts_as_written_to() -> None:
    """B.8: also a later one of its method in a batch."""
    portal = Portal()
    made = [call() for _ in range(3)]
    claims: list[Claims] = [{("sprint", each): object()} for each in made]
    changes = [
        build_call(
            Nobody(),
            "change",
            {"id": each.ref("id")},
            effect=Effect.WRITE,
            shape=Number(),
            claims=claim,
        )
        for each, claim in zip(made, claims, strict=True)
    ]
    play([*made, *changes], portal)
    assert [len(parcel.numbers) for parcel in portal.requests] == [3, 3]


def test_what_goes_alone_is_not_written_as_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Call, "command", property(lambda _: pytest.fail("it was written")))
    portal = Portal()
    play([call("upload", x=1), call("upload", x=2)], portal)
    assert [parcel.request.params for parcel in portal.requests] == [{"x": 1}, {"x": 2}]
