"""How long calls wait before they go again, and with whom."""

import pytest

from bitrix_scrum_async.batch.parcels import Parcel
from bitrix_scrum_async.calls import Effect
from bitrix_scrum_async.errors import OperationTimeLimit, OutcomeUnknown
from bitrix_scrum_async.transport.envelope import Answer
from bitrix_scrum_async.transport.retry import RetryPolicy
from tests.batch.playing import Portal, call, in_turn, new_lessons, play

from .failures import ERROR, LOST

BLOCKED = {"error": "OPERATION_TIME_LIMIT", "error_description": "blocked"}


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


def test_a_method_blocked_longer_than_the_session_is_patient_fails_at_once() -> None:
    lessons = new_lessons()
    far = {"finish": 0.0, "operating_reset_at": 10_000_000, "operating": 481}
    lessons.budget.learn("add", far, now=0.0)
    blocked, other = play([call(), call("get", Effect.READ)], Portal(), lessons=lessons)
    assert isinstance(blocked.error, OperationTimeLimit)
    assert other.ok


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
