"""What becomes of a call after one attempt, row by row."""

from typing import Any

import pytest

from bitrix_scrum_async.batch.bundle import Failed, Halted, Lost, Trouble
from bitrix_scrum_async.batch.judging import (
    DoneBefore,
    GiveUp,
    GoAgain,
    TryAgain,
    Verdict,
    WaitForMethod,
    judge,
    judge_refusal,
)
from bitrix_scrum_async.batch.roll import Note
from bitrix_scrum_async.calls import Effect, build_call
from bitrix_scrum_async.decoding import JsonShape
from bitrix_scrum_async.errors import (
    AccessDenied,
    BatchLengthExceeded,
    BatchMethodNotAllowed,
    BitrixScrumError,
    CoreError,
    ExpiredToken,
    InternalServerError,
    OperationTimeLimit,
    OutcomeUnknown,
    OverloadLimit,
    PortalError,
    QueryLimitExceeded,
    SprintNotFound,
)
from bitrix_scrum_async.transport.retry import RetryPolicy
from tests.fakes import RecordingSender

REPEATABLE = [Effect.READ, Effect.REPEATABLE, Effect.DELETE]

CRASHED = InternalServerError("INTERNAL_SERVER_ERROR", "Internal server error")
EXPIRED = ExpiredToken("expired_token", "The access token provided has expired")
GONE = SprintNotFound("0", "Sprint not found")


def note(effect: Effect = Effect.WRITE, **history: Any) -> Note:
    made = build_call(RecordingSender(), "m", {}, effect=effect, shape=JsonShape())
    made.handed_over = True
    return Note(made, **history)


def judged(
    reply: Trouble, judged: Note, *, policy: RetryPolicy | None = None, place: int = 3
) -> Verdict:
    return judge(reply, judged, policy or RetryPolicy(), place=place, jitter=1.0)


@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (Halted(), GoAgain(cautious=True)),
        (Failed(BatchMethodNotAllowed("X", "")), GoAgain()),
        (Failed(BatchLengthExceeded("X", "")), GoAgain()),
    ],
)
def test_what_was_not_tried_goes_again(reply: Trouble, verdict: Verdict, effect: Effect) -> None:
    assert judged(reply, note(effect)) == verdict


@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize(
    "error", [OperationTimeLimit("OPERATION_TIME_LIMIT", ""), QueryLimitExceeded("X", "")]
)
def test_not_now_waits_however_often_it_is_said(error: PortalError, effect: Effect) -> None:
    assert judged(Failed(error), note(effect, failed=1_000)) == WaitForMethod(error)


@pytest.mark.parametrize("effect", REPEATABLE)
@pytest.mark.parametrize("reply", [Lost(), Failed(CRASHED), Failed(OutcomeUnknown("lost"))])
def test_an_unknown_outcome_of_a_repeatable_call_is_tried_again(
    reply: Trouble, effect: Effect
) -> None:
    waits: list[float] = []
    for failed in range(4):
        verdict = judged(reply, note(effect, failed=failed))
        assert isinstance(verdict, TryAgain)
        waits.append(verdict.after)
    assert waits == [0.5, 1.0, 2.0, 4.0]
    assert isinstance(judged(reply, note(effect, failed=4)), GiveUp)


@pytest.mark.parametrize("reply", [Lost(), Failed(CRASHED), Failed(OutcomeUnknown("lost"))])
def test_an_unknown_outcome_of_another_write_is_told_at_once(reply: Trouble) -> None:
    verdict = judged(reply, note())
    assert isinstance(verdict, GiveUp)
    assert isinstance(verdict.error, OutcomeUnknown)


def test_what_is_said_last_is_the_error_of_a_read() -> None:
    assert judged(Failed(CRASHED), note(Effect.READ, failed=4)) == GiveUp(CRASHED)


def test_a_call_that_has_waited_long_enough_is_given_up() -> None:
    policy = RetryPolicy(max_wait=10.0)
    assert judged(Failed(CRASHED), note(Effect.READ, waited=9.5), policy=policy) == TryAgain(
        CRASHED, 0.5
    )
    assert judged(Failed(CRASHED), note(Effect.READ, waited=9.6), policy=policy) == GiveUp(CRASHED)


@pytest.mark.parametrize("effect", list(Effect))
def test_an_expired_token_costs_attempts_and_no_waiting(effect: Effect) -> None:
    assert judged(Failed(EXPIRED), note(effect, failed=3)) == TryAgain(EXPIRED)
    assert judged(Failed(EXPIRED), note(effect, failed=4)) == GiveUp(EXPIRED)


@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize("error", [GONE, AccessDenied("0", ""), OverloadLimit("X", "")])
def test_other_errors_are_final(error: BitrixScrumError, effect: Effect) -> None:
    assert judged(Failed(error), note(effect)) == GiveUp(error)


def test_a_batch_that_is_too_long_for_its_first_command_is_final() -> None:
    error = BatchLengthExceeded("X", "")
    assert judged(Failed(error), note(), place=0) == GiveUp(error)


def test_a_deletion_that_may_have_run_is_done_when_nothing_is_found() -> None:
    assert judged(Failed(GONE), note(Effect.DELETE, may_have_run=True)) == DoneBefore()
    assert judged(Failed(GONE), note(Effect.DELETE)) == GiveUp(GONE)
    assert judged(Failed(GONE), note(Effect.REPEATABLE, may_have_run=True)) == GiveUp(GONE)
    assert judge_refusal(GONE, note(Effect.DELETE, may_have_run=True)) == DoneBefore()


def test_a_general_error_without_a_status_is_final() -> None:
    error = CoreError("ERROR_CORE", "?")
    assert judged(Failed(error), note(Effect.READ)) == GiveUp(error)
