"""The calls of a composition by number: how each is written and referred to. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import attrs

from ..calls import Call, Ref
from ..php import result_macro
from .lessons import Lessons
from .parcels import value_at

FAILED: Final = object()
"""Stands for the result of a call that has none."""


@attrs.define(eq=False)
class Note:
    """What is noted of one call of a composition.

    Attributes:
        call: The call.
        referred_to: Whether another call needs it.
        text: It as a command, where it has references; written anew when one gets its value.
        alone: Whether its parameters have no query.
        failed: How often it was sent in vain; refusals that end by waiting are not counted.
        repeats: How often it went again after an answer, or none, came to an attempt.
        waited: Seconds that it has waited because of these attempts, and for its method.
        may_have_run: Whether an attempt whose answer was lost may have been executed.
    """

    call: Call[Any]
    referred_to: bool = False
    text: str | None = None
    alone: bool = False
    failed: int = 0
    repeats: int = 0
    waited: float = 0.0
    may_have_run: bool = False


class Notes(dict[int, Note]):
    """What is noted of calls, by their numbers.

    Most calls go through without anything to note. Those have no note: one is made when it is asked
    for with ``[]``.

    Args:
        calls: All calls that are here.
    """

    def __init__(self, calls: Mapping[int, Call[Any]]) -> None:
        super().__init__()
        self._calls = calls

    def __missing__(self, number: int) -> Note:
        note = self[number] = Note(self._calls[number])
        return note


class Roll:
    """The calls of a composition, by their numbers.

    Args:
        lessons: What the session knows of its portal.

    Attributes:
        calls: The calls that are here.
        notes: What is noted of some of them.
        results: What the portal gave for those that others may refer to: raw, or `FAILED`.
    """

    def __init__(self, lessons: Lessons) -> None:
        self.calls: dict[int, Call[Any]] = {}
        self.notes = Notes(self.calls)
        self.results: dict[int, Any] = {}
        self._lessons = lessons
        # By the identity of the calls, from when somebody asks: most calls refer to none.
        self._numbers: dict[int, int] | None = None

    def enter(self, calls: Sequence[Call[Any]], numbers: range) -> None:
        """Take in calls.

        Args:
            calls: The calls.
            numbers: Their numbers, in the same order.
        """
        self.calls.update(zip(numbers, calls, strict=True))
        if self._numbers is not None:
            self._numbers.update(zip(map(id, calls), numbers, strict=True))

    def keep(self, number: int, call: Call[Any]) -> None:
        """Keep a call that was refused: it has a number, and no other call can need it."""
        self._by_identity()  # made now, since one that is made later would find this call
        self.calls[number] = call

    def forget(self, numbers: Iterable[int]) -> None:
        """Let go of calls, those of them that are here."""
        for number in numbers:
            call = self.calls.pop(number, None)
            if self._numbers is not None and self._numbers.get(id(call)) == number:
                del self._numbers[id(call)]
            self.notes.pop(number, None)
            self.results.pop(number, None)

    def detach(self, call: Call[Any]) -> None:
        """Put values in place of the references of a call, so that a chain does not keep all."""
        if call.references or call.predecessors:
            call.detach(self.written)

    def number_of(self, call: Call[Any]) -> int | None:
        """The number of a call, if it is here."""
        return self._by_identity().get(id(call))

    def number(self, call: Call[Any]) -> int:
        """The number of a call that is here."""
        return self._by_identity()[id(call)]

    def any_of(self, calls: Iterable[Call[Any]]) -> bool:
        """Whether one of several calls is here."""
        return bool(self.calls) and not self._by_identity().keys().isdisjoint(map(id, calls))

    def _by_identity(self) -> dict[int, int]:
        if self._numbers is None:
            self._numbers = {id(call): number for number, call in self.calls.items()}
        return self._numbers

    def text(self, number: int, call: Call[Any]) -> str | None:
        """A call as a command of a batch; ``None`` if it has to go alone."""
        text = self._with_references(number) if call.references else call.command
        most = self._lessons.limits.max_variables
        return None if text is not None and text.count("&") >= most else text

    def _with_references(self, number: int) -> str | None:
        note = self.notes[number]
        if note.text is None and not note.alone:
            note.text = note.call.command_with(self.written)
            note.alone = note.text is None
        return note.text

    def written(self, ref: Ref) -> Any:
        """What stands for a reference: its value, or the macro for it."""
        number = self.number(ref.call)
        if number in self.results:
            return value_at(self.results[number], ref)
        return result_macro(key_of(number), ref.place.path)


def key_of(number: int) -> str:
    """The key of a call's command."""
    # Begins with a letter: PHP makes a list of numeric keys.
    return f"c{number}"
