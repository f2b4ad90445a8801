"""The calls of a composition by number: how each is written, measured and referred to. Pure."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import attrs

from ..calls import Call, Ref
from ..php import NoQuery, result_macro, write_query
from .bundle import Command
from .lessons import Lessons
from .packing import Load
from .parcels import value_at, with_values


@attrs.define(eq=False)
class Node:
    """One call of a composition.

    Attributes:
        call: The call.
        referred_to: Whether another call needs it.
        settled: Whether it has its outcome.
        raw: The portal's result, once it has succeeded.
        command: It in a batch; written once, and anew when a reference gets its value.
        alone: Whether its parameters have no query.
        failed: How often it was sent in vain; refusals that end by waiting are not counted.
        repeats: How often it went again after an answer, or none, came to an attempt.
        waited: Seconds that it has waited because of these attempts, and for its method.
        may_have_run: Whether an attempt whose answer was lost may have been executed.
    """

    call: Call[Any]
    referred_to: bool = False
    settled: bool = False
    raw: Any = None
    command: Command | None = None
    alone: bool = False
    failed: int = 0
    repeats: int = 0
    waited: float = 0.0
    may_have_run: bool = False


class Nodes(dict[int, Node]):
    """Nodes by number, and numbers by call.

    A call gets its node when somebody asks for it: of the many that wait most have none.

    Args:
        lessons: What the session knows of its portal.
    """

    def __init__(self, lessons: Lessons) -> None:
        super().__init__()
        self._lessons = lessons
        self._calls: dict[int, Call[Any]] = {}  # those that are here
        self._numbers: dict[int, int] = {}  # by the identity of the calls

    def enter(self, number: int, call: Call[Any]) -> None:
        """Take in a call."""
        self._calls[number] = call
        self._numbers[id(call)] = number

    def __missing__(self, number: int) -> Node:
        node = self[number] = Node(self._calls[number])
        return node

    def find(self, number: int) -> Node | None:
        """The node of a call, if the call is here."""
        return self[number] if number in self._calls else None

    def forget(self, number: int) -> None:
        """Let go of a call, if it is here."""
        call = self._calls.pop(number, None)
        if call is not None:
            del self._numbers[id(call)]
            self.pop(number, None)

    def detach(self, node: Node) -> None:
        """Put values in place of the references of a call, so that a chain does not keep all."""
        call = node.call
        if call.references or call.predecessors:
            call.detach(with_values(call.params, self.written))

    def number_of(self, call: Call[Any]) -> int | None:
        """The number of a call, if it is here."""
        return self._numbers.get(id(call))

    def place(self, call: Call[Any]) -> int:
        """The number of a call that is here."""
        return self._numbers[id(call)]

    def load(self, number: int, node: Node, *, alone: bool, seconds: float) -> Load:
        """What a call takes up in a batch.

        Args:
            number: The call.
            node: Its node.
            alone: Whether the portal takes its method only alone.
            seconds: What it will probably take.
        """
        call = node.call
        claims: Mapping[Hashable, Hashable] = call.claims
        if node.referred_to:
            # A sprint that this call makes counts as written to (B.8).
            claims = {**claims, ("sprint", call): "write"}
        command = None
        if not (alone or node.alone):
            command = node.command or self._write(number, node)
        return Load(None if command is None else command.size, seconds, claims)

    def commands(self, numbers: Sequence[int]) -> list[Command]:
        """Calls as commands of a batch; those whose load has a size."""
        return [command for number in numbers if (command := self[number].command) is not None]

    def _write(self, number: int, node: Node) -> Command | None:
        """Write a call as a command; ``None`` if it has to go alone."""
        method = node.call.method
        try:
            query = write_query(node.call.params, self.written)
        except NoQuery:
            node.alone = True
            return None
        if query.variables > self._lessons.limits.max_variables:
            node.alone = True
            return None
        text = f"{method}?{query.text}" if query.text else method
        node.command = Command(_key(number), method, text)
        return node.command

    def written(self, ref: Ref) -> Any:
        """What stands for a reference: its value, or the macro for it."""
        number = self.place(ref.call)
        node = self[number]
        if node.settled:
            return value_at(node.raw, ref)
        return result_macro(_key(number), ref.place.path)


def _key(number: int) -> str:
    # Begins with a letter: PHP makes a list of numeric keys.
    return f"c{number}"
