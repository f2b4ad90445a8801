"""Calls that travel together: which go next, and what the answers mean for each. Pure.

`next_parcel` gives what to send; `land`, `crash` and `recall` take in what came of it.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import attrs

from ..calls import Call
from ..errors import (
    BatchLengthExceeded,
    BitrixScrumError,
    OperationTimeLimit,
    OutcomeUnknown,
    PortalError,
)
from ..transport.envelope import Answer
from ..transport.retry import RetryPolicy, may_have_run
from .bundle import COMMAND_BYTES, Failed, Replies, Trouble, read_replies
from .holds import Holds
from .judging import (
    DoneBefore,
    GiveUp,
    GoAgain,
    TryAgain,
    Verdict,
    WaitForMethod,
    judge,
    judge_refusal,
)
from .ledger import Ledger
from .lessons import Lessons
from .packing import Load
from .parcels import Parcel, parcel_of_many, parcel_of_one
from .roll import key_of

if TYPE_CHECKING:
    from ..transport.events import Cause


@attrs.frozen
class Pause:
    """Calls wait before they go again.

    Attributes:
        cause: Why.
        seconds: How long; 0 where they go again at once.
        error: What happened to them, where they were sent.
    """

    cause: "Cause"
    seconds: float
    error: BitrixScrumError | None


# More than a body needs for a command besides its text: the longest key there may be, and quotes.
_AROUND = 24 + COMMAND_BYTES


class Composition:
    """Calls that travel together.

    Args:
        lessons: What the session knows of its portal.
        retry: How patient to be.
        halt: Whether nothing more is sent after the first error.
        window: How many calls back a reference reaches, where calls are forgotten.

    Attributes:
        ledger: The calls and their outcomes.
    """

    def __init__(
        self,
        lessons: Lessons,
        retry: RetryPolicy,
        *,
        halt: bool = False,
        window: int | None = None,
    ) -> None:
        self.ledger = Ledger(lessons, halt=halt, window=window)
        self._roll = self.ledger.roll
        self._packing = self.ledger.packing
        self._lessons = lessons
        self._retry = retry
        self._halt = halt
        self._holds = Holds(lessons.budget, waiting=retry.waiting)
        self._pauses: dict[Cause, Pause] = {}
        self._overdue: list[tuple[int, PortalError]] = []  # waited too long for their method

    @property
    def full_batch(self) -> int:
        """How many commands make a full batch."""
        return self._lessons.limits.max_commands

    def ready(self, now: float) -> int:
        """How many calls could go now, riders not counted."""
        self._release(now)
        return self._packing.ready

    def next_parcel(self, now: float) -> Parcel | None:
        """What to send next, or nothing as long as all that is left has to wait."""
        self._release(now)
        if self._halt and self._holds:
            return None  # what comes behind must not overtake
        texts: dict[int, str] = {}
        numbers = self._packing.take(self._lessons.limits, self._scales(now, texts))
        self._end_overdue()
        if not numbers:
            return None
        calls = [self._roll.calls[number] for number in numbers]
        if len(calls) == 1:
            parcel = parcel_of_one(numbers[0], calls[0], self._roll.written)
        else:
            commands = {key_of(number): texts[number] for number in numbers}
            parcel = parcel_of_many(numbers, calls, commands, halt=self._halt)
        noted = [self._roll.notes[number] for number in numbers if number in self._roll.notes]
        if noted:
            # The sender goes on counting where the most patient of the calls stands.
            parcel.request.sent = max([note.repeats for note in noted])
            if len(noted) == len(numbers):
                parcel.request.failed = min([note.failed for note in noted])
                parcel.request.waited = min([note.waited for note in noted])
        return parcel

    def next_release(self, now: float) -> float | None:
        """Seconds until a call that waits may go; ``None`` if none does."""
        return self._holds.next_release(now)

    def pauses(self) -> list[Pause]:
        """The waiting that began since the last time: one pause for each cause."""
        found, self._pauses = [*self._pauses.values()], {}
        return found

    def land(self, parcel: Parcel, answer: Answer, now: float) -> None:
        """Take in the answer to a parcel."""
        self._charge(parcel, parcel.request.failed)
        methods = parcel.methods
        if parcel.commands:
            replies = read_replies(answer.result, parcel.commands, methods, halt=parcel.halt)
        else:
            replies = Replies([answer.result], [answer.time], {})
        self._lessons.heard(methods, replies, now)
        self._follow(parcel, replies.results, self._judged(parcel, replies.troubles), now)

    def crash(self, parcel: Parcel, error: BitrixScrumError, now: float) -> None:
        """Take in that a parcel got no usable answer, or an error as a whole."""
        self._charge(parcel, parcel.request.failed - 1)
        said = error.__cause__ if isinstance(error, OutcomeUnknown) else None
        if isinstance(said, BitrixScrumError):
            error = said  # the sender took all for writes
        verdicts: dict[int, Verdict]
        places = range(len(parcel.numbers))
        if self._was_too_large(parcel, error):
            verdicts = dict.fromkeys(places, GoAgain())
        elif may_have_run(error):
            if parcel.commands:
                self._lessons.took_at_least(parcel.methods, parcel.request.seconds)
            verdicts = self._judged(parcel, dict.fromkeys(places, Failed(error)))
        else:
            verdicts = {
                place: judge_refusal(error, self._roll.notes[number])
                for place, number in enumerate(parcel.numbers)
            }
        self._follow(parcel, (), verdicts, now)

    def recall(self, parcel: Parcel) -> None:
        """Take a parcel back that never left."""
        self._charge(parcel, parcel.request.failed)
        lost = [number for number in parcel.numbers if not self.ledger.put_back(number)]
        self.ledger.cascade(lost)

    # What becomes of calls that were sent.

    def _charge(self, parcel: Parcel, failed: int) -> None:
        """Count the waiting and the failures of a parcel for each of its calls."""
        notes = self._roll.notes
        noted = [notes[number] for number in parcel.numbers if number in notes]
        all_noted = len(noted) == len(parcel.numbers)
        waited, in_vain = parcel.request.waited, failed
        if all_noted:  # else it began with none
            waited -= min([note.waited for note in noted])
            in_vain -= min([note.failed for note in noted])
        if waited or in_vain > 0:
            for number in parcel.numbers:
                note = notes[number]
                note.waited += waited
                note.failed += max(0, in_vain)

    def _judged(self, parcel: Parcel, troubles: Mapping[int, Trouble]) -> dict[int, Verdict]:
        jitter = random.random()
        verdicts: dict[int, Verdict] = {}
        for place, trouble in troubles.items():
            note = self._roll.notes[parcel.numbers[place]]
            verdicts[place] = judge(trouble, note, self._retry, place=place, jitter=jitter)
        return verdicts

    def _follow(
        self,
        parcel: Parcel,
        results: Sequence[Any],
        verdicts: dict[int, Verdict],
        now: float,
    ) -> None:
        """Do with each call what was found.

        Those that failed come last, in order: they may lean on each other and on the others.

        Args:
            parcel: The calls.
            results: What they gave, by place.
            verdicts: What becomes of those that gave nothing, by place.
            now: When.
        """
        decoded: dict[int, Any] = {}
        for place, (number, call, result) in enumerate(
            zip(parcel.numbers, parcel.calls, results, strict=False)
        ):
            if place not in verdicts:
                try:
                    decoded[number] = call.shape.decode(result, call.method)
                except BitrixScrumError as error:  # it hides a failure, or has another form
                    verdicts[place] = GiveUp(error)
        self.ledger.succeeded(decoded, dict(zip(parcel.numbers, results, strict=False)))
        # What failed together comes back together: it may ride in one batch again.
        pauses = [each.after for each in verdicts.values() if isinstance(each, TryAgain)]
        pause = max(pauses, default=0.0)
        failed = [
            parcel.numbers[place]
            for place, verdict in sorted(verdicts.items())
            if not self._obey(parcel.numbers[place], verdict, pause, now)
        ]
        self.ledger.cascade(failed)

    def _obey(self, number: int, verdict: Verdict, pause: float, now: float) -> bool:
        """Do what a verdict says; ``False`` if the call has failed by it."""
        match verdict:
            case DoneBefore():
                self.ledger.succeeded({number: None}, {number: None})
                return True
            case GoAgain(cautious):
                return self.ledger.put_back(number, cautious=cautious and not self._halt)
            case WaitForMethod(error):
                return self._wait_for_method(number, error, now)
            case TryAgain(error):
                return self._try_again(number, error, pause, now)
            case GiveUp(error):
                self.ledger.fail(number, error)
                return False

    def _try_again(self, number: int, error: BitrixScrumError, pause: float, now: float) -> bool:
        note = self._roll.notes[number]
        note.failed += 1
        note.may_have_run = note.may_have_run or may_have_run(error)
        return self._wait(number, error, "failure", pause, now)

    def _wait_for_method(self, number: int, error: PortalError, now: float) -> bool:
        seconds = self._holds.refused(self._roll.notes[number].call.method, error, now)
        cause: Cause = "operating" if isinstance(error, OperationTimeLimit) else "refused"
        return self._wait(number, error, cause, seconds, now)

    def _wait(
        self, number: int, error: BitrixScrumError, cause: "Cause", seconds: float, now: float
    ) -> bool:
        """Let a call wait and go again; ``False`` if that would take too long."""
        note = self._roll.notes[number]
        if note.waited + seconds > self._retry.max_wait:
            self.ledger.fail(number, error)
            return False
        note.waited += seconds
        note.repeats += 1
        if not self.ledger.put_back(number):
            return False
        self._holds.pause(number, seconds, now)
        self._show_pause(cause, seconds, error)
        return True

    def _show_pause(
        self, cause: "Cause", seconds: float, error: BitrixScrumError | None = None
    ) -> None:
        """Tell of a pause once for all calls that make it together."""
        pause = Pause(cause, seconds if self._retry.waiting else 0.0, error)
        known = self._pauses.get(cause, pause)
        self._pauses[cause] = max(known, pause, key=lambda each: each.seconds)

    # Calls that may not go yet.

    def _scales(self, now: float, texts: dict[int, str]) -> Callable[[int], Load | None]:
        """Who weighs the calls of one batch.

        Args:
            now: When.
            texts: Takes up the calls as commands, by number; those that do not go alone.
        """
        roll, halt = self._roll, self._halt
        calls, notes, held = roll.calls, roll.notes, self._holds.numbers
        # A variable has three characters at least, so that few texts need to be looked through.
        short = 3 * self._lessons.limits.max_variables
        usual: dict[str, float] = {}  # seconds of methods that go now, and in a batch

        def load(number: int) -> Load | None:
            """What a call takes up; ``None`` while it waits, or its method is blocked."""
            if number in held:
                return None
            call = calls[number]
            seconds = usual.get(call.method)
            if seconds is not None and number not in notes:  # nearly all calls pass here
                text = call.command
                if text is not None and len(text) <= short:
                    texts[number] = text
                    ends = halt and call.shape.may_hide_failure
                    return len(text) + _AROUND, seconds, call.claims, ends
            return closely(number, call)

        def closely(number: int, call: Call[Any]) -> Load | None:
            blocked = self._holds.blocked(call.method, now)
            if blocked > 0:
                self._hold(number, call, blocked)
                return None
            seconds = self._lessons.expected_seconds(call.method)
            size = text = None
            if not self._lessons.goes_alone(call.method):
                usual[call.method] = seconds
                text = roll.text(number, call)
            if text is not None:
                texts[number] = text
                size = len(text) + _AROUND
            claims = call.claims
            if number in notes and notes[number].referred_to:
                # A sprint that this call makes counts as written to (B.8).
                claims = {**claims, ("sprint", call): "write"}
            # The portal's own halt does not see a failure that hides in a success (B.2).
            return size, seconds, claims, halt and call.shape.may_hide_failure

        return load

    def _hold(self, number: int, call: Call[Any], blocked: float) -> None:
        """Let a call wait for its method, if that is not too long."""
        note = self._roll.notes[number]
        if note.waited + blocked > self._retry.max_wait:
            reason = f"blocked for another {blocked:.0f} s"
            error = OperationTimeLimit("OPERATION_TIME_LIMIT", reason, method=call.method)
            self._overdue.append((number, error))
        else:
            note.waited += blocked
            self._holds.keep(number, call.method)
            self._show_pause("operating", blocked)

    def _end_overdue(self) -> None:
        """Fail what would have to wait for its method longer than the session is patient."""
        overdue, self._overdue = self._overdue, []
        for number, error in overdue:
            if self._packing.has(number):
                self.ledger.fail(number, error)
                self.ledger.cascade([number])

    def _release(self, now: float) -> None:
        for number in self._holds.released(now):
            if self._packing.has(number) and not self.ledger.put_back(number):
                self.ledger.cascade([number])

    def _was_too_large(self, parcel: Parcel, error: BitrixScrumError) -> bool:
        """Learn from a refusal of a whole batch for its size."""
        if not parcel.commands or not isinstance(error, PortalError):
            return False
        if isinstance(error, BatchLengthExceeded):
            self._lessons.too_long(len(parcel.commands) // 2)
        elif error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            self._lessons.too_large(parcel.size, len(parcel.commands))
        else:
            return False
        return True
