"""What every result's shape can do, and the shape of a result that is not known here. Pure.

The records' shapes are in `decoding`. They stand apart from this, which every call needs, so that
a session can be opened before the records are made.
"""

from abc import ABC, abstractmethod
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from .errors import InvalidCall

T_co = TypeVar("T_co", covariant=True)


class Place(NamedTuple):
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


class Shape(ABC, Generic[T_co]):
    """What a method's result looks like: how it is decoded, and what can be referred to.

    Attributes:
        may_hide_failure: Whether an answer without an error may still be a failure, so that
            what depends on the call must wait for its decoding.
    """

    may_hide_failure: bool = False

    @abstractmethod
    def decode(self, value: Any, method: str) -> T_co:
        """Turn the portal's ``result`` into a ``T``, or raise `DecodeError` or `MethodError`."""

    def locate(self, field: str | None, method: str) -> Place:
        """Find a field for a reference, or raise `InvalidCall`."""
        raise InvalidCall(
            f"there is no id or record in its result that a reference could name: {field!r}",
            method=method,
            argument="ref",
        )


class JsonShape(Shape[Any]):
    """Plain JSON, of a method that is not known here."""

    def decode(self, value: Any, method: str) -> Any:
        return value

    def locate(self, field: str | None, method: str) -> Place:
        """Nobody knows what stands there, so nothing may use it before it has been looked at."""
        path = tuple(field.split(".")) if field is not None else ()
        if not all(path):
            raise InvalidCall(
                f"{field!r} is no path; write keys with dots between, such as 'task.id'",
                method=method,
                argument="ref",
            )
        return Place(path, "json", immediate=False)
