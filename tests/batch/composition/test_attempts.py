"""How often a call is sent, whoever sent it before."""

import pytest

from bitrix_scrum_async.batch.parcels import Parcel
from bitrix_scrum_async.calls import Effect
from bitrix_scrum_async.errors import (
    BitrixScrumError,
    ExpiredToken,
    InternalServerError,
    OutcomeUnknown,
)
from bitrix_scrum_async.transport.retry import RetryPolicy
from tests.batch.playing import Portal, call, in_turn, play

from .failures import ERROR, LOST

CRASHED = InternalServerError("INTERNAL_SERVER_ERROR", "", status=500)
EXPIRED = {"error": "expired_token", "error_description": "expired"}


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
