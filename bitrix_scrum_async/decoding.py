"""The shapes of results: how a method's answer is decoded, and what in it can be referred to. Pure.

Some answers without an error hide a failure: ``false``, ``null`` or ``[]`` where the documentation
shows something else. Their shapes raise what the portal did not say.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast

import attrs

from .errors import DecodeError, InvalidCall
from .field_forms import Misfit, ids, is_object, rows, whole
from .known_errors import hidden_failure
from .records import Field, MemberRole, Sprint, SprintStatus, StageType, Task, TaskStatus
from .shape import JsonShape, Place, Shape
from .spelling import spelling

__all__ = [
    "CompletedSprintShape",
    "DoneShape",
    "FieldsShape",
    "FirstShape",
    "FoundTaskShape",
    "IdShape",
    "IdsShape",
    "JsonShape",
    "ListShape",
    "NothingShape",
    "Place",
    "RecordShape",
    "ScrumTaskSavedShape",
    "Shape",
    "SprintShape",
]

T = TypeVar("T")

Decoder: TypeAlias = Callable[[Any, str, str], T]


def _decoder(cls: type[T]) -> Decoder[T]:
    """How a record is decoded, once an answer has come: only then cattrs is needed."""
    from .converter import decoder

    return decoder(cls)


def _under(key: str | None, value: Any, method: str) -> Any:
    """What stands under a key of a result, or the result itself where there is no key."""
    if key is None:
        return value
    if not is_object(value):
        raise DecodeError("not an object", method=method, value=value)
    if key not in value:
        raise DecodeError("the key is missing", method=method, path=key)
    return value[key]


class RecordShape(Shape[T]):
    """A record: ``{"id": 5, ...}``, or under a key: ``{"task": {"id": "5", ...}}``."""

    def __init__(self, cls: type[T], *, key: str | None = None, capitals: bool = False) -> None:
        self._cls = cls
        self._key = key
        self._capitals = capitals

    @cached_property
    def _decode(self) -> Decoder[T]:
        return _decoder(self._cls)

    @cached_property
    def _places(self) -> dict[str, Place]:
        return {
            field.name: _place(self._cls, field, key=self._key, capitals=self._capitals)
            for field in attrs.fields(cast("type[attrs.AttrsInstance]", self._cls))
        }

    def decode(self, value: Any, method: str) -> T:
        if self._key is None:
            return self._decode(value, method, "")
        return self._decode(_under(self._key, value, method), method, self._key)

    def locate(self, field: str | None, method: str) -> Place:
        if field in self._places:
            return self._places[field]
        said = "a record has fields: say which" if field is None else f"no field {field!r}"
        raise InvalidCall(
            f"{said}; there are {', '.join(self._places)}", method=method, argument="ref"
        )


def _place(
    cls: type[Any], field: "attrs.Attribute[Any]", *, key: str | None, capitals: bool
) -> Place:
    name = spelling(cls, field.name, capitals=capitals)
    return Place(
        path=(key, name) if key else (name,),
        kind=_KINDS.get(field.type, "json"),
        # A field with a default, or one that may be None, may be missing from an answer.
        immediate=field.type in (int, str) and field.default is attrs.NOTHING,
    )


_KINDS: Final[Mapping[Any, Literal["int", "text"]]] = {
    int: "int",
    int | None: "int",
    TaskStatus | int: "int",
    str: "text",
    str | None: "text",
    SprintStatus | str: "text",
    StageType | str: "text",
    MemberRole | str: "text",
    dt.datetime | None: "text",
}


class SprintShape(RecordShape[Sprint]):
    """What ``sprint.get`` gives: a backlog, when the id is a backlog's, without an error."""

    may_hide_failure = True

    def __init__(self) -> None:
        super().__init__(Sprint)

    def decode(self, value: Any, method: str) -> Sprint:
        if is_object(value) and value.get("entityType") == "backlog":
            raise hidden_failure("a backlog", method)
        return super().decode(value, method)


class CompletedSprintShape(RecordShape[Sprint]):
    """What ``sprint.complete`` gives: ``null`` where the portal could not, without an error."""

    may_hide_failure = True

    def __init__(self) -> None:
        super().__init__(Sprint)

    def decode(self, value: Any, method: str) -> Sprint:
        if value is None:
            raise hidden_failure("null", method)
        return super().decode(value, method)


class FoundTaskShape(RecordShape[Task]):
    """What ``tasks.task.get`` gives: ``[]`` where there is no such task, without an error."""

    may_hide_failure = True

    def __init__(self) -> None:
        super().__init__(Task, key="task")

    def decode(self, value: Any, method: str) -> Task:
        if value == [] or (is_object(value) and value.get("task") == []):
            raise hidden_failure("[]", method)
        return super().decode(value, method)


class ListShape(Shape[list[T]]):
    """A list of records, or under a key: ``{"tasks": [...]}``."""

    def __init__(self, cls: type[T], *, key: str | None = None) -> None:
        self._cls = cls
        self._key = key

    @cached_property
    def _decode(self) -> Decoder[T]:
        return _decoder(self._cls)

    def decode(self, value: Any, method: str) -> list[T]:
        path = self._key or ""
        decode = self._decode
        items = _items(_under(self._key, value, method), method, path)
        return [decode(item, method, f"{path}[{index}]") for index, item in enumerate(items)]


class FirstShape(Shape[T | None]):
    """The first record of a list; ``None`` for an empty one."""

    def __init__(self, cls: type[T]) -> None:
        self._rows = ListShape(cls)

    def decode(self, value: Any, method: str) -> T | None:
        found = self._rows.decode(value, method)
        return found[0] if found else None


class IdShape(Shape[int]):
    """The id of what was made: ``143`` or ``"143"``.

    Args:
        immediate: Whether a later command of the same batch may already use what was made.
    """

    def __init__(self, *, immediate: bool = True) -> None:
        self._place = Place((), "int", immediate)

    def decode(self, value: Any, method: str) -> int:
        try:
            found = whole(value)
        except Misfit as misfit:
            raise DecodeError(misfit.reason, method=method, value=value) from None
        if found < 1:
            raise DecodeError("not an id, which begin at 1", method=method, value=value)
        return found

    def locate(self, field: str | None, method: str) -> Place:
        if field is None:
            return self._place
        raise InvalidCall(
            f"the result is an id and has no field {field!r}: use ref() without a field",
            method=method,
            argument="ref",
        )


class IdsShape(Shape[tuple[int, ...]]):
    """A list of ids, as numbers or strings."""

    def decode(self, value: Any, method: str) -> tuple[int, ...]:
        try:
            return ids(value)
        except Misfit as misfit:
            raise DecodeError(misfit.reason, method=method, value=value) from None


class NothingShape(Shape[None]):
    """A result that says no more than the absence of an error: ``[]``, ``true``, ``null``, an id.

    ``false`` is a failure where a method gives it against its habit.
    """

    def decode(self, value: Any, method: str) -> None:
        if value is False:
            raise hidden_failure("false", method)
        if value is None or value is True or value in ([], {}) or isinstance(value, int):
            return
        raise DecodeError("neither empty nor true", method=method, value=value)


class DoneShape(NothingShape):
    """``true``, or ``false`` that hides an error; also under a key: ``{"task": true}``."""

    may_hide_failure = True

    def __init__(self, *, key: str | None = None) -> None:
        self._key = key

    def decode(self, value: Any, method: str) -> None:
        inner = _under(self._key, value, method)
        if inner is not True:
            if inner is False:
                raise hidden_failure("false", method)
            raise DecodeError(
                "neither true nor false", method=method, path=self._key or "", value=inner
            )


class ScrumTaskSavedShape(Shape[None]):
    """``true``; the documentation shows the portal's inner envelope, with ``status``, instead."""

    def decode(self, value: Any, method: str) -> None:
        if is_object(value) and "status" in value:
            if value["status"] != "success":
                raise hidden_failure("a status other than success", method, extras=value)
            return
        NothingShape().decode(value, method)


class FieldsShape(Shape[dict[str, Field]]):
    """A map from field names in the portal's spelling to what the portal says about them."""

    @cached_property
    def _decode(self) -> Decoder[Field]:
        return _decoder(Field)

    def decode(self, value: Any, method: str) -> dict[str, Field]:
        found = _under("fields", value, method)
        if found == []:  # an empty map in PHP
            return {}
        if not is_object(found):
            raise DecodeError("not an object", method=method, path="fields", value=found)
        return {
            name: self._decode(field, method, f"fields.{name}") for name, field in found.items()
        }


def _items(value: Any, method: str, path: str) -> list[Any]:
    try:
        return rows(value)
    except Misfit as misfit:
        raise DecodeError(misfit.reason, method=method, path=path, value=value) from None
