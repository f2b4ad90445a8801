"""What becomes of a call after one attempt: the table of `retry`, for each call by itself. Pure.

Of a batch that got no usable answer, each command is judged as if that had been the answer to it.
"""

from typing import TypeAlias

import attrs

from ..calls import Effect
from ..errors import (
    BatchLengthExceeded,
    BatchMethodNotAllowed,
    BitrixScrumError,
    NotFound,
    OutcomeUnknown,
    PortalError,
)
from ..transport.retry import NOT_NOW, Raise, Refresh, Repeat, RetryPolicy, decide
from .bundle import Failed, Halted, Lost, Trouble
from .roll import Note


@attrs.frozen
class DoneBefore:
    """A deletion finds nothing, because an attempt whose answer was lost has done it."""


@attrs.frozen
class GoAgain:
    """It was not executed, by no fault of its own, and goes with another batch.

    Attributes:
        cautious: Whether that is one in which no error of another call ends the batch before it.
    """

    cautious: bool = False


@attrs.frozen
class WaitForMethod:
    """It was not executed, and goes again when the portal takes its method."""

    error: PortalError


@attrs.frozen
class TryAgain:
    """It failed, and goes again after so many seconds."""

    error: BitrixScrumError
    after: float = 0.0


@attrs.frozen
class GiveUp:
    """It has failed for good."""

    error: BitrixScrumError


Verdict: TypeAlias = DoneBefore | GoAgain | WaitForMethod | TryAgain | GiveUp


def judge(reply: Trouble, note: Note, policy: RetryPolicy, *, place: int, jitter: float) -> Verdict:
    """Say what becomes of a call that has no result.

    Args:
        reply: What the portal said of it.
        note: The call, and what earlier attempts came to.
        policy: The session's patience.
        place: Where in its batch the call stood, from 0.
        jitter: A number from 0 to 1, the same for all calls that failed together.
    """
    match reply:
        case Halted():
            return GoAgain(cautious=True)
        case Lost():
            lost = OutcomeUnknown("the batch's answer leaves it out", method=note.call.method)
            return _judge_failure(lost, note, policy, jitter)
        case Failed(BatchMethodNotAllowed()):
            return GoAgain()
        case Failed(BatchLengthExceeded()) if place > 0:
            return GoAgain()
        case Failed(error) if isinstance(error, NOT_NOW):
            return WaitForMethod(error)
        case Failed(error):
            return _judge_failure(error, note, policy, jitter)


def judge_refusal(error: BitrixScrumError, note: Note) -> DoneBefore | GiveUp:
    """Say what becomes of a call that is not sent again."""
    if note.may_have_run and note.call.effect is Effect.DELETE and isinstance(error, NotFound):
        return DoneBefore()
    return GiveUp(error)


def _judge_failure(
    error: BitrixScrumError, note: Note, policy: RetryPolicy, jitter: float
) -> Verdict:
    decision = decide(
        error,
        note.call.effect,
        attempt=note.failed + 1,
        waited=note.waited,
        policy=policy,
        jitter=jitter,
    )
    match decision:
        case Repeat(after):
            return TryAgain(error, after)
        case Refresh() if note.failed + 1 < policy.attempts:
            return TryAgain(error)  # a token that has expired is renewed by the sender, by then
        case Refresh():
            return judge_refusal(error, note)
        case Raise(told):
            return judge_refusal(told, note)
