"""The calls of a composition by number: how each is written, measured and referred to. Pure."""

from collections.abc import Hashable, Mapping
from typing import Any

import attrs

from ..calls import Call, Ref
from .bundle import Command
from .lessons import Lessons
from .packing import Load
from .parcels import value_at, with_values
from .php import NoQuery, Query, result_macro, write_query


@attrs.define(eq=False)
class Node:
    """One call of a composition.

    Attributes:
        call: The call.
        referred_to: Whether another call needs it.
        settled: Whether it has its outcome.
        raw: The portal's result, once it has succeeded.
        query: Its query; written once, and anew when a reference gets its value.
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
    query: Query | None = None
    alone: bool = False
    failed: int = 0
    repeats: int = 0
    waited: float = 0.0
    may_have_run: bool = False


class Nodes(dict[int, Node]):
    """Nodes by number, and numbers by call.

    Args:
        lessons: What the session knows of its portal.
    """

    def __init__(self, lessons: Lessons) -> None:
        super().__init__()
        self._lessons = lessons
        self._numbers: dict[int, int] = {}  # by the identity of calls, which their nodes keep

    def enter(self, number: int, call: Call[Any]) -> None:
        """Take in a call."""
        self[number] = Node(call)
        self._numbers[id(call)] = number

    def forget(self, number: int) -> None:
        """Let go of a call, if it is here."""
        node = self.pop(number, None)
        if node is not None:
            del self._numbers[id(node.call)]

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

    def load(self, number: int) -> Load:
        """What a call takes up in a batch."""
        node = self[number]
        call = node.call
        claims: Mapping[Hashable, Hashable] = call.claims
        if node.referred_to:
            # A sprint that this call makes counts as written to (B.8).
            claims = {**claims, ("sprint", call): "write"}
        size: int | None = None
        if not node.alone and not self._lessons.goes_alone(call.method):
            try:
                if self._query(node).variables <= self._lessons.limits.max_variables:
                    size = self.command(number).size
            except NoQuery:
                node.alone = True
        return Load(size, self._lessons.expected_seconds(call.method), claims)

    def command(self, number: int) -> Command:
        """A call as a command of a batch.

        Raises:
            NoQuery: It has to go alone.
        """
        node = self[number]
        method, query = node.call.method, self._query(node)
        return Command(_key(number), method, f"{method}?{query.text}" if query.text else method)

    def written(self, ref: Ref) -> Any:
        """What stands for a reference: its value, or the macro for it."""
        number = self.place(ref.call)
        node = self[number]
        if node.settled:
            return value_at(node.raw, ref)
        return result_macro(_key(number), ref.place.path)

    def _query(self, node: Node) -> Query:
        if node.query is None:
            node.query = write_query(node.call.params, self.written)
        return node.query


def _key(number: int) -> str:
    # Begins with a letter: PHP makes a list of numeric keys.
    return f"c{number}"
