"""The table of what may be repeated, row by row."""

import pytest

from bitrix_scrum_async.calls import Effect
from bitrix_scrum_async.errors import (
    BitrixScrumError,
    CoreError,
    ExpiredToken,
    InternalServerError,
    NoAuthFound,
    NotSent,
    OutcomeUnknown,
    OverloadLimit,
    PortalDeleted,
    PortalError,
    PortalMoved,
    QueryLimitExceeded,
    RoutingError,
    SprintNotFound,
    WrongEncoding,
)
from bitrix_scrum_async.transport.retry import Raise, Refresh, Repeat, RetryPolicy, decide

ALL = list(Effect)
REPEATABLE = [Effect.READ, Effect.REPEATABLE, Effect.DELETE]

NOT_EXECUTED = [
    NotSent("refused"),
    QueryLimitExceeded("QUERY_LIMIT_EXCEEDED", "Too many requests", status=503),
]
UNKNOWN = [
    OutcomeUnknown("no answer"),
    InternalServerError("INTERNAL_SERVER_ERROR", "Internal server error", status=500),
    CoreError("ERROR_CORE", "SQL query error!", status=500),
    CoreError("ERROR_CORE", "SQL query error!"),  # of a command in a batch
    CoreError("ERROR_CORE", "?", status=500),
    PortalError("NEW_CODE", "?", status=502),
    # The result could not be written, so there was one.
    WrongEncoding("WRONG_ENCODING", "Wrong request encoding", status=200),
]
FINAL = [
    # Errors are told by code, not by status: these were not executed, whatever the server answers.
    PortalDeleted("PORTAL_DELETED", "Portal was deleted", status=500),
    NoAuthFound("NO_AUTH_FOUND", "Wrong authorization data", status=500),
    RoutingError("INTERNAL_WRONG_TRANSPORT", "Wrong transport!", status=500),
    SprintNotFound("0", "Sprint not found", status=400),
    OverloadLimit("OVERLOAD_LIMIT", "REST API is blocked due to overload.", status=503),
    PortalError("NEW_CODE", "?", status=400),
    CoreError("ERROR_CORE", "?"),
    PortalMoved("https://new.example"),
]


def decided(error: BitrixScrumError, effect: Effect, attempt: int = 1) -> Repeat | Refresh | Raise:
    return decide(error, effect, attempt=attempt, waited=0.0, policy=RetryPolicy(), jitter=1.0)


@pytest.mark.parametrize("effect", ALL)
@pytest.mark.parametrize("error", NOT_EXECUTED, ids=repr)
def test_what_was_surely_not_executed_is_repeated(error: BitrixScrumError, effect: Effect) -> None:
    assert isinstance(decided(error, effect), Repeat)


@pytest.mark.parametrize("effect", REPEATABLE)
@pytest.mark.parametrize("error", UNKNOWN, ids=repr)
def test_an_unknown_outcome_of_a_repeatable_call_is_repeated(
    error: BitrixScrumError, effect: Effect
) -> None:
    assert isinstance(decided(error, effect), Repeat)


@pytest.mark.parametrize("error", UNKNOWN, ids=repr)
def test_an_unknown_outcome_of_another_write_is_raised_at_once(error: BitrixScrumError) -> None:
    decision = decided(error, Effect.WRITE)
    assert isinstance(decision, Raise)
    assert isinstance(decision.error, OutcomeUnknown)


@pytest.mark.parametrize("effect", ALL)
@pytest.mark.parametrize("error", FINAL, ids=repr)
def test_other_errors_are_raised_as_they_are(error: BitrixScrumError, effect: Effect) -> None:
    assert decided(error, effect) == Raise(error)


@pytest.mark.parametrize("effect", ALL)
def test_an_expired_token_is_renewed_whatever_the_call_does(effect: Effect) -> None:
    error = ExpiredToken("expired_token", "The access token provided has expired", status=401)
    assert decided(error, effect) == Refresh()


def test_attempts_are_bounded() -> None:
    error = NotSent("refused")
    assert isinstance(decided(error, Effect.READ, attempt=4), Repeat)
    assert decided(error, Effect.READ, attempt=5) == Raise(error)


def test_a_full_bucket_costs_no_attempt_but_patience_ends() -> None:
    error = QueryLimitExceeded("QUERY_LIMIT_EXCEEDED", "Too many requests", status=503)
    assert isinstance(decided(error, Effect.WRITE, attempt=1_000), Repeat)
    policy = RetryPolicy(max_wait=10.0)
    assert decide(error, Effect.WRITE, attempt=1, waited=10.1, policy=policy) == Raise(error)


def test_waiting_grows_and_is_spread() -> None:
    error = NotSent("refused")
    longest = [decided(error, Effect.READ, attempt=n) for n in (1, 2, 3, 4)]
    assert longest == [Repeat(0.5), Repeat(1.0), Repeat(2.0), Repeat(4.0)]
    at_random = {
        decide(error, Effect.READ, attempt=3, waited=0.0, policy=RetryPolicy()) for _ in range(20)
    }
    assert len(at_random) > 1


def test_an_unknown_outcome_keeps_what_the_portal_said() -> None:
    said = InternalServerError("INTERNAL_SERVER_ERROR", "Internal server error", status=500)
    decision = decided(said, Effect.WRITE)
    assert isinstance(decision, Raise)
    assert decision.error.__cause__ is said
