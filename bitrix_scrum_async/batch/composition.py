"""The bookkeeping of calls that travel together: what each waits for, and what became of it. Pure.

`add` takes calls in; `next_parcel` gives what to send, `land` and `crash` take in what came of it;
`settled` gives outcomes as they become known, exactly one for each call.
"""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import attrs

from ..calls import Call, Effect, Outcome, check_unspent
from ..errors import (
    BatchLengthExceeded,
    BatchMethodNotAllowed,
    BitrixScrumError,
    DependencyFailed,
    InvalidCall,
    NotExecuted,
    NotFound,
    OutcomeUnknown,
    PortalError,
)
from ..transport.envelope import Answer
from ..transport.retry import (
    NOT_NOW,
    RetryPolicy,
    may_have_run,
    told_of_repeat,
    unknown_after,
    was_not_executed,
)
from .bundle import Done, Failed, Halted, Lost, read_replies
from .holds import Holds
from .lessons import Lessons
from .nodes import Nodes
from .packing import Load, Packing
from .parcels import Parcel, needed_by, parcel_of_many, parcel_of_one, value_at


class Composition:
    """Calls that travel together, and their outcomes.

    Args:
        lessons: What the session knows of its portal.
        retry: How patient to be.
        halt: Whether nothing more is sent after the first error.
        window: How many calls back a reference reaches, where calls are forgotten.
    """

    def __init__(
        self,
        lessons: Lessons,
        retry: RetryPolicy,
        *,
        halt: bool = False,
        window: int | None = None,
    ) -> None:
        self._lessons = lessons
        self._retry = retry
        self._halt = halt
        self._window = window
        self._nodes = Nodes(lessons)
        self._next_number = 0
        self._packing = Packing(in_order=halt)
        self._holds = Holds(lessons.budget, retry.max_wait)
        self._settled: list[tuple[int, Outcome[Any]]] = []
        self._overdue: list[tuple[int, PortalError]] = []  # waited too long for their method

    @property
    def done(self) -> bool:
        """Whether every call has its outcome."""
        return not self._packing

    @property
    def full_batch(self) -> int:
        """How many commands make a full batch."""
        return self._lessons.limits.max_commands

    @property
    def ready(self) -> int:
        """How many calls could go now, riders not counted."""
        return self._packing.ready

    def add(self, calls: Sequence[Call[Any]]) -> range:
        """Take calls in, all or none.

        Returns:
            Their numbers, in order.

        Raises:
            InvalidCall: A call that is here already, or one that needs a call that is not here.
        """
        for call in calls:
            if not isinstance(call, Call):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidCall(f"calls are wanted one by one, not {call!r:.60}")
            call.handed_over = True
            check_unspent(call)
        numbers = range(self._next_number, self._next_number + len(calls))
        places = {id(call): number for number, call in zip(numbers, calls, strict=True)}
        self._check(numbers, calls, places)
        self._next_number = numbers.stop
        for number, call in zip(numbers, calls, strict=True):
            call.spent = True
            self._nodes.enter(number, call)
        for number, call in zip(numbers, calls, strict=True):
            self._enter(number, call)
        self._packing.keep_order(numbers)
        return numbers

    def refuse(self, call: Call[Any], error: InvalidCall) -> int:
        """Give a call that cannot be taken in a number and its error as its outcome."""
        number = self._next_number
        self._next_number += 1
        self._settled.append((number, Outcome(call, None, error.belonging_to(call))))
        return number

    def settled(self) -> list[tuple[int, Outcome[Any]]]:
        """The outcomes that became known since the last time, with the calls' numbers."""
        found, self._settled = self._settled, []
        return found

    def forget(self, numbers: Iterable[int]) -> None:
        """Let go of calls that have their outcome; later calls cannot refer to them any more."""
        for number in numbers:
            self._nodes.forget(number)

    def withdraw(self, number: int) -> bool:
        """Take out a call that nobody wants any more; ``False`` if it is in flight or done."""
        if not self._packing.withdraw(number):
            return False
        node = self._nodes[number]
        node.settled = True
        node.call.spent = node.attempts > 0
        return True

    def close(self) -> None:
        """Let go of what was not sent: somebody else may send it."""
        for number in self._packing.abandon():
            self._nodes[number].call.spent = self._nodes[number].attempts > 0

    def may_have_run(self, number: int) -> bool:
        """Whether an attempt at a call may have been executed."""
        return self._nodes[number].attempts > 0

    def next_parcel(self, now: float) -> Parcel | None:
        """What to send next, or nothing as long as all that is left has to wait."""
        self._release(now)
        if self._halt and self._holds:
            return None  # what comes behind must not overtake
        numbers = self._packing.take(self._lessons.limits, lambda number: self._load(number, now))
        self._end_overdue()
        if not numbers:
            return None
        if len(numbers) == 1:
            return parcel_of_one(numbers[0], self._nodes[numbers[0]].call, self._nodes.written)
        calls = [self._nodes[number].call for number in numbers]
        commands = [self._nodes.command(number) for number in numbers]
        return parcel_of_many(numbers, calls, commands, halt=self._halt)

    def next_release(self, now: float) -> float | None:
        """Seconds until a call that waits for its method may go; ``None`` if none does."""
        return self._holds.next_release(now)

    def land(self, parcel: Parcel, answer: Answer, now: float) -> None:
        """Take in the answer to a parcel."""
        if parcel.commands:
            failed = self._land_batch(parcel, answer, now)
        elif answer.deleted_before:
            self._succeeded(parcel.numbers[0], None, None)
            failed = []
        else:
            self._lessons.took(parcel.method, answer.time, now)
            number = parcel.numbers[0]
            well = self._decode(number, answer.result, repeated=answer.repeated)
            failed = [] if well else [number]
        self._cascade(failed)

    def crash(self, parcel: Parcel, error: BitrixScrumError) -> None:
        """Take in that a parcel got no usable answer, or an error as a whole."""
        failed: list[int] = []
        too_large = self._was_too_large(parcel, error)
        for number in parcel.numbers:
            node = self._nodes[number]
            if too_large:
                if not self._put_back(number):
                    failed.append(number)
                continue
            if node.attempts and _deleted_before(node.call, error):
                self._succeeded(number, None, None)
                continue
            # What may be repeated was not, because it rode with calls that may not. Behind a call
            # whose outcome is unknown it cannot be: it may have been executed with its id.
            mixed = parcel.effect is Effect.WRITE and may_have_run(error)
            leaning = any(self._nodes.number_of(call) in failed for call in needed_by(node.call))
            if not (mixed and not leaning and self._try_again(number)):
                self._fail(number, error)
                failed.append(number)
        self._cascade(failed)

    def _land_batch(self, parcel: Parcel, answer: Answer, now: float) -> list[int]:
        failed: list[int] = []
        replies = read_replies(answer.result, parcel.commands, halt=parcel.halt)
        for place, (number, reply) in enumerate(zip(parcel.numbers, replies, strict=True)):
            node = self._nodes[number]
            call = node.call
            match reply:
                case Done(result, time):
                    self._lessons.took(call.method, time, now)
                    well = self._decode(number, result, repeated=answer.repeated)
                case Halted():
                    well = self._put_back(number, cautious=not self._halt)
                case Failed(BatchMethodNotAllowed()):
                    self._lessons.refused_in_batch(call.method)
                    well = self._put_back(number)
                case Failed(BatchLengthExceeded()) if place > 0:
                    self._lessons.too_long(place)
                    well = self._put_back(number)
                case Failed(error) if isinstance(error, NOT_NOW):
                    well = self._hold_back(number, error, now)
                case Failed(error) if _deleted_before(call, error) and (
                    answer.repeated or node.attempts
                ):
                    self._succeeded(number, None, None)
                    well = True
                case Failed(error):
                    well = may_have_run(error) and self._try_again(number)
                    if not well:
                        unknown = may_have_run(error) and not call.effect.repeatable
                        self._fail(number, unknown_after(error) if unknown else error)
                case Lost():
                    well = self._try_again(number)
                    if not well:
                        lost = OutcomeUnknown(
                            "the batch's answer leaves it out", method=call.method
                        )
                        self._fail(number, lost)
            if not well:
                failed.append(number)
        return failed

    # Taking calls in.

    def _check(self, numbers: range, calls: Sequence[Call[Any]], places: Mapping[int, int]) -> None:
        """Refuse what cannot be composed, before anything is sent."""
        for number, call in zip(numbers, calls, strict=True):
            known = self._nodes.number_of(call)
            other = places[id(call)] if known is None else known
            if other != number:
                first, second = sorted((number, other))
                raise InvalidCall(
                    f"the same call stands at places {first} and {second}; build it twice if it is"
                    " to be done twice",
                    method=call.method,
                )
            for earlier in needed_by(call):
                if self._nodes.number_of(earlier) is None and id(earlier) not in places:
                    back = f" (up to {self._window} calls before it)" if self._window else ""
                    raise InvalidCall(
                        f"call {number} needs {earlier.method}, which is not among the calls it is"
                        f" sent with{back}; add it, or pass the value itself",
                        method=call.method,
                    )

    def _enter(self, number: int, call: Call[Any]) -> None:
        """Let a call wait for what it needs."""
        edges: dict[int, bool] = {}
        error: DependencyFailed | None = None
        for earlier in call.predecessors:
            edges[self._nodes.place(earlier)] = not earlier.shape.may_hide_failure
        for ref in call.references:
            place = self._nodes.place(ref.call)
            rides = ref.place.immediate and not ref.call.shape.may_hide_failure
            edges[place] = edges.get(place, True) and rides
        for place in list(edges):
            needed = self._nodes[place]
            needed.referred_to = True
            if needed.settled:
                del edges[place]
                error = error or self._unmet(call, place)
        self._packing.add(number, edges)
        if error is not None:
            self._fail(number, error)

    # Methods that are blocked for a while.

    def _load(self, number: int, now: float) -> Load | None:
        """What a call takes up in a batch; ``None`` while its method is blocked."""
        call = self._nodes[number].call
        method = call.method
        if self._holds.seconds(method, now) <= 0:
            load = self._nodes.load(number)
            # The portal's own halt does not see a failure that hides in a success (B.2).
            hides = self._halt and call.shape.may_hide_failure
            return attrs.evolve(load, ends_batch=True) if hides else load
        error = self._holds.keep(number, method, now)
        if error is not None:
            self._overdue.append((number, error))
        return None

    def _hold_back(self, number: int, error: PortalError, now: float) -> bool:
        """Let a call wait that was answered "not now"; ``False`` once that has taken too long."""
        method = self._nodes[number].call.method
        if not self._holds.refused(number, method, error, now):
            self._fail(number, error)
            return False
        return self._put_back(number)

    def _end_overdue(self) -> None:
        """Fail what would have to wait for its method longer than the session is patient."""
        overdue, self._overdue = self._overdue, []
        for number, error in overdue:
            if not self._nodes[number].settled:
                self._fail(number, error)
                self._cascade([number])

    def _release(self, now: float) -> None:
        for number in self._holds.released(now):
            node = self._nodes.get(number)
            if node is not None and not node.settled and not self._put_back(number):
                self._cascade([number])

    # Outcomes.

    def _decode(self, number: int, result: Any, *, repeated: bool) -> bool:
        """Give a call its result; ``False`` if the result hides a failure or does not decode."""
        node = self._nodes[number]
        try:
            decoded = node.call.shape.decode(result, node.call.method)
        except BitrixScrumError as error:
            again = repeated or node.attempts > 0
            self._fail(number, told_of_repeat(error, node.call.effect) if again else error)
            return False
        self._succeeded(number, decoded, result)
        return True

    def _succeeded(self, number: int, decoded: Any, raw: Any) -> None:
        node = self._nodes[number]
        node.raw = raw
        if self._window is not None:
            self._nodes.detach(node)
        self._close(number, Outcome(node.call, decoded))
        for follower in self._packing.succeeded(number):
            self._bring_in(follower, number)

    def _bring_in(self, follower: int, number: int) -> None:
        """Let the values of a finished call take the place of references to it."""
        later = self._nodes[follower]
        later.query = None
        # What is in flight has its own answer coming, and what is settled has had it.
        if self._packing.waits(follower):
            error = self._unmet(later.call, number)
            if error is not None:
                self._fail(follower, error)
                self._cascade([follower])

    def _put_back(self, number: int, *, cautious: bool = False) -> bool:
        """Let a call wait again; ``False`` if what it needs has failed in the meantime."""
        node = self._nodes[number]
        for earlier in needed_by(node.call):
            place = self._nodes.number_of(earlier)
            if place is not None and self._nodes[place].settled:
                error = self._unmet(node.call, place)
                if error is not None:
                    self._fail(number, error)
                    return False
        self._packing.put_back(number, cautious=cautious)
        return True

    def _unmet(self, call: Call[Any], number: int) -> DependencyFailed | None:
        """Why a call cannot have what it needs of a finished one, if so."""
        needed = self._nodes[number]
        if needed.raw is _FAILED:
            return _not_sent_after(needed.call)
        for ref in call.references:
            if ref.call is needed.call and value_at(needed.raw, ref) is None:
                reason = f"{ref.call.method} succeeded, but gave no {ref.field or 'value'}"
                return DependencyFailed(reason, cause_call=ref.call)
        return None

    def _fail(self, number: int, error: BitrixScrumError) -> None:
        self._packing.finish(number)
        self._nodes[number].raw = _FAILED
        node = self._nodes[number]
        if node.attempts and node.call.effect is not Effect.READ and was_not_executed(error):
            error = unknown_after(error)  # an attempt whose answer was lost may have done it
        self._close(number, Outcome(node.call, None, error.belonging_to(node.call)))

    def _close(self, number: int, outcome: Outcome[Any]) -> None:
        node = self._nodes[number]
        node.settled = True
        self._holds.forget(number)
        node.call.spent = outcome.error is None or not was_not_executed(outcome.error)
        self._settled.append((number, outcome))

    def _cascade(self, failed: Sequence[int]) -> None:
        """End what waited for failed calls; with ``halt``, everything that is left."""
        for number in failed:
            for later, earlier in self._packing.strand(number):
                self._fail(later, _not_sent_after(self._nodes[earlier].call))
        if failed and self._halt:
            for number in self._packing.abandon():
                self._fail(number, NotExecuted("the batch was halted before this call"))

    def _try_again(self, number: int) -> bool:
        """Let a call wait again whose outcome is unknown, if that does no harm."""
        node = self._nodes[number]
        node.attempts += 1
        if not node.call.effect.repeatable or node.attempts >= self._retry.attempts:
            return False
        return self._put_back(number)

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


# Stands for the result of a call that has none.
_FAILED = object()


def _not_sent_after(cause: Call[Any]) -> DependencyFailed:
    return DependencyFailed(f"not sent, because {cause.method} did not succeed", cause_call=cause)


def _deleted_before(call: Call[Any], error: BitrixScrumError) -> bool:
    """Whether a repeated deletion failed because an attempt whose answer was lost has done it."""
    return call.effect is Effect.DELETE and isinstance(error, NotFound)
