"""Which failure may be repeated, and when. Pure: a decision from (error, effect, attempt).

| what happened                          | executed? | repeatable calls | other writes     |
|----------------------------------------|-----------|------------------|------------------|
| could not connect, TLS, DNS            | no        | repeat           | repeat           |
| QUERY_LIMIT_EXCEEDED                   | no        | repeat           | repeat           |
| OPERATION_TIME_LIMIT                   | no        | repeat           | repeat           |
| expired_token                          | no        | refresh, repeat  | refresh, repeat  |
| other errors of the portal             | no        | raise            | raise            |
| answer lost, 5xx, not the portal's JSON| unknown   | repeat           | `OutcomeUnknown` |
"""

import random
from typing import NamedTuple

import attrs
from attrs import validators

from ..calls import Effect
from ..errors import (
    AccessDenied,
    AuthError,
    BatchRefused,
    BitrixScrumError,
    CoreError,
    DependencyFailed,
    ExpiredToken,
    InternalServerError,
    InvalidArgument,
    InvalidCall,
    LimitError,
    MethodError,
    NotExecuted,
    NotSaved,
    NotSent,
    OperationTimeLimit,
    OutcomeUnknown,
    PortalError,
    PortalMoved,
    QueryLimitExceeded,
    UnexpectedAnswer,
    WrongEncoding,
)

_FIRST_WAIT = 0.5
_LONGEST_WAIT = 30.0

NOT_NOW = (QueryLimitExceeded, OperationTimeLimit)
"""Refusals that end by waiting: the limits say for how long, and no attempt is counted."""

# WrongEncoding says that the result could not be written, so there was one (A.6).
_AFTER_EXECUTING = (OutcomeUnknown, InternalServerError, UnexpectedAnswer, WrongEncoding)
# A failure in the database has the status 500 (A.7). Inside a batch there is no status, only this.
_IN_THE_DATABASE = "sql query error"


@attrs.frozen
class RetryPolicy:
    """How patient a session is.

    Attributes:
        attempts: How often one request is sent at most when it fails to get through.
        max_wait: Seconds that one request waits in all for the portal to take it again.
        waiting: Whether it really waits. Tests may switch that off: repeats then follow at once,
            limits are not waited for, and what would have been waited still counts.
    """

    attempts: int = attrs.field(default=5, validator=validators.ge(1))
    max_wait: float = attrs.field(default=900.0, validator=validators.ge(0))
    waiting: bool = attrs.field(default=True, kw_only=True)


class Repeat(NamedTuple):
    """Send it again after so many seconds."""

    after: float


class Refresh(NamedTuple):
    """Get new tokens, then send it again; give the error where there are none to get."""


class Raise(NamedTuple):
    """Give this error to the caller."""

    error: BitrixScrumError


def may_have_run(error: BitrixScrumError) -> bool:
    """Whether the portal may have executed the call although an error came."""
    if isinstance(error, _AFTER_EXECUTING):
        return True
    if isinstance(error, CoreError) and error.description.lower().startswith(_IN_THE_DATABASE):
        return True
    # Errors are told by code; the status counts only where the code says little.
    general = type(error) in (PortalError, MethodError, CoreError, InvalidArgument)
    return (
        general
        and isinstance(error, PortalError)
        and error.status is not None
        and error.status >= 500
    )


def decide(
    error: BitrixScrumError,
    effect: Effect,
    *,
    attempt: int,
    waited: float,
    policy: RetryPolicy,
    jitter: float | None = None,
) -> Repeat | Refresh | Raise:
    """Say what to do about a failed attempt.

    Args:
        error: What happened.
        effect: What repeating the call would do.
        attempt: How often it was sent, this time included; refusals by the limiter not counted.
        waited: Seconds that the request has waited because of earlier failures.
        policy: The session's patience.
        jitter: A number from 0 to 1; drawn at random unless given.
    """
    if may_have_run(error):
        if not effect.repeatable:
            return Raise(unknown_after(error))
    elif isinstance(error, ExpiredToken):
        return Refresh()
    elif not isinstance(error, (NotSent, *NOT_NOW)):
        return Raise(error)
    refused = isinstance(error, NOT_NOW)
    if not refused and attempt >= policy.attempts:
        return Raise(error)
    # Full jitter: many clients that failed together do not come back together.
    share = random.random() if jitter is None else jitter
    after = 0.0 if refused else share * min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (attempt - 1))
    if waited + after > policy.max_wait:
        return Raise(error)
    return Repeat(after)


def was_turned_away(error: BitrixScrumError) -> bool:
    """Whether an error says that this attempt never reached the method."""
    if isinstance(error, (NotSent, PortalMoved, LimitError, AuthError, BatchRefused)):
        return True
    return isinstance(error, PortalError) and error.code.startswith("HTTP_")


def was_not_executed(error: BitrixScrumError) -> bool:
    """Whether an error says that the portal surely did not execute a call."""
    return was_turned_away(error) or isinstance(error, (InvalidCall, DependencyFailed, NotExecuted))


def told_of_repeat(error: BitrixScrumError, effect: Effect) -> BitrixScrumError:
    """What to tell of a refusal that answers a repeat.

    A deletion that finds nothing to delete is refused by some methods as if access were denied, or
    with ``false``: when an earlier attempt may have deleted it, nobody knows.
    """
    if effect is Effect.DELETE and isinstance(error, (AccessDenied, NotSaved)):
        return unknown_after(error)
    return error


def unknown_after(error: BitrixScrumError) -> OutcomeUnknown:
    """What to tell of a call that may have been executed, whatever was said last."""
    if isinstance(error, OutcomeUnknown):
        return error
    unknown = OutcomeUnknown(
        f"it may have been executed; last, {error}", method=getattr(error, "method", None)
    )
    unknown.__cause__ = error
    return unknown
