"""The calls of a composition: what each waits for, and what became of it. Pure.

`add` takes calls in; `settled` gives outcomes as they become known, exactly one for each call.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..calls import Call, Effect, Outcome, check_unspent
from ..errors import BitrixScrumError, DependencyFailed, InvalidCall, NotExecuted
from ..transport.retry import told_of_repeat, unknown_after, was_not_executed
from .lessons import Lessons
from .nodes import Nodes
from .packing import Packing
from .parcels import needed_by, value_at


class Ledger:
    """Calls that were taken in, and their outcomes.

    Args:
        lessons: What the session knows of its portal.
        halt: Whether nothing more is sent after the first error.
        window: How many calls back a reference reaches, where calls are forgotten.

    Attributes:
        nodes: The calls by number.
        packing: Those that have no outcome.
    """

    def __init__(self, lessons: Lessons, *, halt: bool = False, window: int | None = None) -> None:
        self.nodes = Nodes(lessons)
        self.packing = Packing(in_order=halt)
        self._halt = halt
        self._window = window
        self._next_number = 0
        self._settled: dict[int, Outcome[Any]] = {}

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
        for call in calls:
            if not isinstance(call, Call):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidCall(f"calls are wanted one by one, not {call!r:.60}")
            call.handed_over = True
            if call.spent:
                check_unspent(call)
        numbers = range(self._next_number, self._next_number + len(calls))
        places = {id(call): number for number, call in zip(numbers, calls, strict=True)}
        self._check(numbers, calls, places)
        self._next_number = numbers.stop
        for number, call in zip(numbers, calls, strict=True):
            call.spent = True
            self.nodes.enter(number, call)
        for number, call in zip(numbers, calls, strict=True):
            self._enter(number, call)
        self.packing.keep_order(numbers)
        return numbers

    def refuse(self, call: Call[Any], error: InvalidCall) -> int:
        """Give a call that cannot be taken in a number and its error as its outcome."""
        number = self._next_number
        self._next_number += 1
        self._settled[number] = Outcome(call, None, error.belonging_to(call))
        return number

    def settled(self) -> dict[int, Outcome[Any]]:
        """The outcomes that became known since the last time, by the calls' numbers."""
        found, self._settled = self._settled, {}
        return found

    def forget(self, numbers: Iterable[int]) -> None:
        """Let go of calls that have their outcome; later calls cannot refer to them any more."""
        for number in numbers:
            self.nodes.forget(number)

    def withdraw(self, number: int) -> bool:
        """Take out a call that nobody wants any more; ``False`` if it is in flight or done."""
        if not self.packing.withdraw(number):
            return False
        node = self.nodes[number]
        node.settled = True
        node.call.spent = node.may_have_run
        return True

    def close(self) -> None:
        """Let go of what was not sent: somebody else may send it."""
        for number in self.packing.abandon():
            self.nodes[number].call.spent = self.nodes[number].may_have_run

    def may_have_run(self, number: int) -> bool:
        """Whether an attempt at a call may have been executed."""
        return self.nodes[number].may_have_run

    # What becomes of them.

    def succeeded(self, number: int, decoded: Any, raw: Any) -> None:
        """A call has its result, decoded and as the portal gave it."""
        node = self.nodes[number]
        if self._window is not None:
            node.raw = raw  # calls that refer to it may still come
            self.nodes.detach(node)
        elif node.referred_to:
            node.raw = raw
        self._close(number, Outcome(node.call, decoded))
        for follower in self.packing.succeeded(number):
            self._bring_in(follower, number)

    def fail(self, number: int, error: BitrixScrumError) -> None:
        """A call has failed for good; `cascade` is for what waited for it."""
        self.packing.finish(number)
        node = self.nodes[number]
        node.raw = _FAILED
        if node.may_have_run and node.call.effect is not Effect.READ:
            # An attempt whose answer was lost may have done it.
            unknown = was_not_executed(error)
            error = unknown_after(error) if unknown else told_of_repeat(error, node.call.effect)
        self._close(number, Outcome(node.call, None, error.belonging_to(node.call)))

    def put_back(self, number: int, *, cautious: bool = False) -> bool:
        """Let a call wait again; ``False`` if what it needs has failed in the meantime."""
        node = self.nodes[number]
        for earlier in needed_by(node.call):
            place = self.nodes.number_of(earlier)
            if place is not None and self.nodes[place].settled:
                error = self._unmet(node.call, place)
                if error is not None:
                    self.fail(number, error)
                    return False
        self.packing.put_back(number, cautious=cautious)
        return True

    def cascade(self, failed: Sequence[int]) -> None:
        """End what waited for failed calls; with ``halt``, everything that is left."""
        for number in failed:
            for later, earlier in self.packing.strand(number):
                self.fail(later, _not_sent_after(self.nodes[earlier].call))
        if failed and self._halt:
            self.end(NotExecuted("the batch was halted before this call"))

    def end(self, error: BitrixScrumError) -> None:
        """End every call that is not in flight with an error that says it was not executed."""
        for number in self.packing.abandon():
            self.fail(number, error)

    # Taking calls in.

    def _check(self, numbers: range, calls: Sequence[Call[Any]], places: Mapping[int, int]) -> None:
        """Refuse what cannot be composed, before anything is sent."""
        for number, call in zip(numbers, calls, strict=True):
            known = self.nodes.number_of(call)
            other = places[id(call)] if known is None else known
            if other != number:
                first, second = sorted((number, other))
                raise InvalidCall(
                    f"the same call stands at places {first} and {second}; build it twice if it is"
                    " to be done twice",
                    method=call.method,
                )
            if not (call.references or call.predecessors):
                continue
            for earlier in needed_by(call):
                if self.nodes.number_of(earlier) is None and id(earlier) not in places:
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
            edges[self.nodes.place(earlier)] = not earlier.shape.may_hide_failure
        for ref in call.references:
            place = self.nodes.place(ref.call)
            rides = ref.place.immediate and not ref.call.shape.may_hide_failure
            edges[place] = edges.get(place, True) and rides
        for place in list(edges):
            needed = self.nodes[place]
            needed.referred_to = True
            if needed.settled:
                del edges[place]
                error = error or self._unmet(call, place)
        self.packing.add(number, edges)
        if error is not None:
            self.fail(number, error)

    # What they need of each other.

    def _bring_in(self, follower: int, number: int) -> None:
        """Let the values of a finished call take the place of references to it."""
        later = self.nodes.find(follower)
        if later is None:
            return  # the one before it took it along
        later.command = None
        # What is in flight has its own answer coming, and what is settled has had it.
        if self.packing.waits(follower):
            error = self._unmet(later.call, number)
            if error is not None:
                self.fail(follower, error)
                self.cascade([follower])

    def _unmet(self, call: Call[Any], number: int) -> DependencyFailed | None:
        """Why a call cannot have what it needs of a finished one, if so."""
        needed = self.nodes[number]
        if needed.raw is _FAILED:
            return _not_sent_after(needed.call)
        for ref in call.references:
            if ref.call is needed.call and value_at(needed.raw, ref) is None:
                reason = f"{ref.call.method} succeeded, but gave no {ref.field or 'value'}"
                return DependencyFailed(reason, cause_call=ref.call)
        return None

    def _close(self, number: int, outcome: Outcome[Any]) -> None:
        node = self.nodes[number]
        node.settled = True
        node.command = None
        node.call.spent = outcome.error is None or not was_not_executed(outcome.error)
        self._settled[number] = outcome
        if self._window is None and not node.referred_to:
            self.nodes.forget(number)  # nobody will ask; the fewer objects live, the less GC walks


# Stands for the result of a call that has none.
_FAILED = object()


def _not_sent_after(cause: Call[Any]) -> DependencyFailed:
    return DependencyFailed(f"not sent, because {cause.method} did not succeed", cause_call=cause)
