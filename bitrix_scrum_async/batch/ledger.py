"""The calls of a composition: what each waits for, and what became of it. Pure.

`add` takes calls in; `settled` gives what came of them as it becomes known, once for each call.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from ..calls import Call, Effect, Outcome, check_unspent, outcome_of
from ..errors import BitrixScrumError, DependencyFailed, InvalidCall, NotExecuted
from ..transport.retry import told_of_repeat, unknown_after, was_not_executed
from .lessons import Lessons
from .packing import Packing
from .parcels import needed_by, value_at
from .roll import FAILED, Roll

T = TypeVar("T")


class Ledger:
    """Calls that were taken in, and their outcomes.

    Args:
        lessons: What the session knows of its portal.
        halt: Whether nothing more is sent after the first error.
        window: How many calls back a reference reaches, where calls are forgotten.

    Attributes:
        roll: The calls by number.
        packing: Those that have no outcome.
    """

    def __init__(self, lessons: Lessons, *, halt: bool = False, window: int | None = None) -> None:
        self.roll = Roll(lessons)
        self.packing = Packing(in_order=halt)
        self._halt = halt
        self._halted = False
        self._window = window
        self._next_number = 0
        self._settled: dict[int, Any] = {}

    @property
    def done(self) -> bool:
        """Whether every call has its outcome."""
        return not self.packing

    def add(self, calls: Sequence[Call[Any]]) -> range:
        """Take calls in, all or none.

        Returns:
            Their numbers, in order.

        Raises:
            InvalidCall: A call that is here already, or one that needs a call that is not here.
        """
        bound = False
        for call in calls:
            if call.__class__ is not Call and not isinstance(call, Call):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidCall(f"calls are wanted one by one, not {call!r:.60}")
            call.handed_over = True
            if call.spent:
                check_unspent(call)
            if call.references or call.predecessors:
                bound = True
        numbers = range(self._next_number, self._next_number + len(calls))
        if len({*calls}) < len(calls) or self.roll.any_of(calls):
            self._refuse_twice(numbers, calls)
        if bound:
            self._check_needs(numbers, calls)
        self._next_number = numbers.stop
        for call in calls:
            call.spent = True
        self.roll.enter(calls, numbers)
        if bound:
            for number, call in zip(numbers, calls, strict=True):
                self._enter(number, call)
        else:
            self.packing.add_free(numbers)
        self.packing.keep_order(numbers)
        return numbers

    def refuse(self, call: Call[Any], error: InvalidCall) -> int:
        """Give a call that cannot be taken in a number and its error as its outcome."""
        number = self._next_number
        self._next_number += 1
        self.roll.keep(number, call)
        self._settled[number] = error.belonging_to(call)
        return number

    def settled(self) -> dict[int, Any]:
        """What became known since the last time, by the calls' numbers: results, and errors."""
        found, self._settled = self._settled, {}
        return found

    def outcome(self, number: int, settled: Any) -> Outcome[Any]:
        """What became of a call that is still here, as a caller sees it."""
        return outcome_of(self.roll.calls[number], settled)

    def forget(self, numbers: Iterable[int]) -> None:
        """Let go of calls that have their outcome; later calls cannot refer to them any more."""
        self.roll.forget(numbers)

    def withdraw(self, number: int) -> bool:
        """Take out a call that nobody wants any more; ``False`` if it is in flight or done."""
        if not self.packing.withdraw(number):
            return False
        self.roll.calls[number].spent = self.may_have_run(number)
        return True

    def close(self) -> None:
        """Let go of what was not sent: somebody else may send it."""
        for number in self.packing.abandon():
            self.roll.calls[number].spent = self.may_have_run(number)

    def may_have_run(self, number: int) -> bool:
        """Whether an attempt at a call may have been executed."""
        note = self.roll.notes.get(number)
        return note is not None and note.may_have_run

    # What becomes of them.

    def succeeded(self, decoded: Mapping[int, Any], raw: Mapping[int, Any]) -> None:
        """Calls have their results.

        Args:
            decoded: The results by the calls' numbers.
            raw: The same as the portal gave them; there may be more.
        """
        self._settled.update(decoded)
        if self._window is not None:  # calls that refer to them may still come
            for number in decoded:
                self.roll.results[number] = raw[number]
                self.roll.detach(self.roll.calls[number])
        for number in self.roll.notes.keys() & decoded.keys():
            if self.roll.notes[number].referred_to:
                self.roll.results[number] = raw[number]
        for number, follower in self.packing.succeeded(decoded):
            self._bring_in(follower, number)

    def fail(self, number: int, error: BitrixScrumError) -> None:
        """A call has failed for good; `cascade` is for what waited for it."""
        self.packing.finish(number)
        call = self.roll.calls[number]
        self.roll.results[number] = FAILED
        if self.may_have_run(number) and call.effect is not Effect.READ:
            # An attempt whose answer was lost may have done it.
            unknown = was_not_executed(error)
            error = unknown_after(error) if unknown else told_of_repeat(error, call.effect)
        call.spent = not was_not_executed(error)
        self._settled[number] = error.belonging_to(call)

    def put_back(self, number: int, *, cautious: bool = False) -> bool:
        """Let a call wait again; ``False`` if it, or what it needs, has failed in the meantime."""
        if self._halted:
            self.fail(number, _halted())
            return False
        call = self.roll.calls[number]
        for earlier in needed_by(call):
            place = self.roll.number_of(earlier)
            if place is not None and place in self.roll.results:
                error = self._unmet(call, place)
                if error is not None:
                    self.fail(number, error)
                    return False
        self.packing.put_back(number, cautious=cautious)
        return True

    def cascade(self, failed: Sequence[int]) -> None:
        """End what waited for failed calls; with ``halt``, everything that is left."""
        for number in failed:
            for later, earlier in self.packing.strand(number):
                self.fail(later, _not_sent_after(self.roll.calls[earlier]))
        if failed and self._halt:
            self._halted = True
            self.end(_halted())

    def end(self, error: BitrixScrumError) -> None:
        """End every call that is not in flight with an error that says it was not executed."""
        for number in self.packing.abandon():
            self.fail(number, error)

    # Taking calls in.

    def _refuse_twice(self, numbers: range, calls: Sequence[Call[Any]]) -> None:
        """Refuse a call that stands at two places."""
        known: dict[int, int] = {}
        for number, call in zip(numbers, calls, strict=True):
            first = self.roll.number_of(call)
            first = known.setdefault(id(call), number) if first is None else first
            if first != number:
                raise InvalidCall(
                    f"the same call stands at places {first} and {number}; build it twice if it is"
                    " to be done twice",
                    method=call.method,
                )

    def _check_needs(self, numbers: range, calls: Sequence[Call[Any]]) -> None:
        """Refuse a call that needs one that is not here, or may be gone when it is its turn."""
        own = {*calls}
        for number, call in zip(numbers, calls, strict=True):
            for earlier in needed_by(call):
                if earlier in own:
                    continue
                place = self.roll.number_of(earlier)
                if place is None or (self._window is not None and number - place > self._window):
                    back = f" (up to {self._window} calls before it)" if self._window else ""
                    raise InvalidCall(
                        f"call {number} needs {earlier.method}, which is not among the calls it is"
                        f" sent with{back}; add it, or pass the value itself",
                        method=call.method,
                    )

    def _enter(self, number: int, call: Call[Any]) -> None:
        """Let a call wait for what it needs."""
        if not (call.references or call.predecessors):
            self.packing.add(number, {})
            return
        edges: dict[int, bool] = {}
        error: DependencyFailed | None = None
        for earlier in call.predecessors:
            edges[self.roll.number(earlier)] = not earlier.shape.may_hide_failure
        for ref in call.references:
            place = self.roll.number(ref.call)
            rides = ref.place.immediate and not ref.call.shape.may_hide_failure
            edges[place] = edges.get(place, True) and rides
        for place in list(edges):
            self.roll.notes[place].referred_to = True
            if place in self.roll.results:
                del edges[place]
                error = error or self._unmet(call, place)
        self.packing.add(number, edges)
        if error is not None:
            self.fail(number, error)

    # What they need of each other.

    def _bring_in(self, follower: int, number: int) -> None:
        """Let the values of a finished call take the place of references to it."""
        call = self.roll.calls.get(follower)
        if call is None:
            return  # the one before it took it along
        self.roll.notes[follower].text = None
        # What is in flight has its own answer coming, and what is settled has had it.
        if self.packing.waits(follower):
            error = self._unmet(call, number)
            if error is not None:
                self.fail(follower, error)
                self.cascade([follower])

    def _unmet(self, call: Call[Any], number: int) -> DependencyFailed | None:
        """Why a call cannot have what it needs of a finished one, if so."""
        needed, raw = self.roll.calls[number], self.roll.results[number]
        if raw is FAILED:
            return _not_sent_after(needed)
        for ref in call.references:
            if ref.call is needed and value_at(raw, ref) is None:
                reason = f"{ref.call.method} succeeded, but gave no {ref.field or 'value'}"
                return DependencyFailed(reason, cause_call=ref.call)
        return None


def _halted() -> NotExecuted:
    return NotExecuted("the batch was halted before this call")


def _not_sent_after(cause: Call[Any]) -> DependencyFailed:
    return DependencyFailed(f"not sent, because {cause.method} did not succeed", cause_call=cause)
