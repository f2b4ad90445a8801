"""The cattrs converter, and the shapes of results."""

from typing import Any, Generic, Literal, TypeVar

import attrs

T = TypeVar("T")


@attrs.frozen
class Place:
    """Where in a result a value stands, for references.

    Attributes:
        path: Keys from the result down, as the portal spells them; empty for the result itself.
        kind: What the value is; ``"json"`` where the method is not known.
        immediate: Whether a later command of the same batch may use it: the portal surely gives
            it with a success (else its macro becomes all results, which PHP casts to id 1), and
            it is usable at once.
    """

    path: tuple[str, ...]
    kind: Literal["int", "text", "json"]
    immediate: bool = True


class Shape(Generic[T]):
    """What a method's result looks like: how it is decoded, and what can be referred to.

    Attributes:
        may_hide_failure: Whether an answer without an error may still be a failure, so that
            what depends on the call must wait for its decoding.
    """

    may_hide_failure: bool = False

    def decode(self, value: Any, method: str) -> T:
        """Turn the portal's ``result`` into a ``T``, or raise `DecodeError` or `MethodError`."""
        raise NotImplementedError

    def locate(self, field: str | None, method: str) -> Place:
        """Find a field for a reference, or raise `InvalidCall`."""
        raise NotImplementedError
