"""The cattrs converter: the portal's JSON to records and back. Pure."""

import datetime as dt
import enum
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar, cast

import attrs
from cattrs import Converter
from cattrs.errors import AttributeValidationNote, BaseValidationError
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from .errors import DecodeError
from .field_forms import (
    Misfit,
    attachments,
    flag,
    ids,
    is_object,
    moment,
    one_of,
    tags,
    text,
    text_or_empty,
    text_or_none,
    whole,
    whole_or_none,
)
from .records import (
    Backlog,
    Epic,
    Field,
    Group,
    Member,
    MemberRole,
    ScrumTask,
    Sprint,
    SprintStatus,
    Stage,
    StageType,
    Task,
    TaskStatus,
    User,
)

T = TypeVar("T")

RECORDS: Final[tuple[type[Any], ...]] = (
    Backlog,
    Sprint,
    Epic,
    Stage,
    ScrumTask,
    Group,
    Member,
    Task,
    User,
    Field,
)


# How fields are spelled.


def camel(name: str) -> str:
    """``group_id`` -> ``groupId``."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


# The methods of these records answer in capitals only.
_IN_CAPITALS: Final = frozenset({Member, User})

# sonet_group.get and workgroup.get answer in capitals, workgroup.list in camel case.
_IN_BOTH: Final = frozenset({Group})

_ODD_SPELLINGS: Final[Mapping[tuple[type[Any], str], str]] = {
    (User, "departments"): "UF_DEPARTMENT",
}


def spelling(cls: type[Any], name: str, *, capitals: bool = False) -> str:
    """A record's field in the portal's spelling.

    Args:
        cls: The record's class.
        name: The field.
        capitals: Whether an answer in capitals is meant, for records that come in both.
    """
    odd = _ODD_SPELLINGS.get((cls, name))
    if odd is not None:
        return odd
    return name.upper() if capitals or cls in _IN_CAPITALS else camel(name)


Hook = Callable[[Any, Any], Any]

_HOOKS: Final[list[tuple[Any, Hook]]] = [
    (int, whole),
    (int | None, whole_or_none),
    (str, text),
    (str | None, text_or_none),
    (bool | None, flag),
    (dt.datetime | None, moment),
    (tuple[int, ...], ids),
    (tuple[str, ...], tags),
    (SprintStatus | str, one_of(SprintStatus, text_or_empty)),
    (StageType | str, one_of(StageType, text_or_empty)),
    (MemberRole | str, one_of(MemberRole, text)),
    (TaskStatus | int, one_of(TaskStatus, whole)),
]


def _hook(cls: type[Any], field: "attrs.Attribute[Any]") -> Hook:
    if cls is Epic and field.name == "files":
        return attachments
    if field.type is str and field.default is not attrs.NOTHING:
        return text_or_empty
    return next(hook for kind, hook in _HOOKS if kind == field.type)


def _plain(value: Any) -> Any:
    """A field's value as JSON."""
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, tuple):
        return [*value]
    return value


# The converter.


def configure_converter(converter: Converter) -> None:
    """Teach a cattrs converter the records. Nothing but the records is touched by it.

    They are structured from the portal's JSON and unstructured to JSON in its spelling
    (camel case, date-times as text), from which they can be structured again.
    """
    for cls in RECORDS:
        camel_case = _structure_hook(cls, converter, capitals=False)
        if cls in _IN_BOTH:
            hook = _either(camel_case, _structure_hook(cls, converter, capitals=True))
        else:
            hook = camel_case
        converter.register_structure_hook(cls, hook)
        overrides: dict[str, Any] = {
            field.name: override(rename=spelling(cls, field.name), unstruct_hook=_plain)
            for field in attrs.fields(cls)
        }
        converter.register_unstructure_hook(
            cls, make_dict_unstructure_fn(cls, converter, **overrides)
        )


def make_converter() -> Converter:
    """A cattrs converter that knows the records, for hooks of your own beside them."""
    converter = Converter()
    configure_converter(converter)
    return converter


def _structure_hook(cls: type[Any], converter: Converter, *, capitals: bool) -> Hook:
    overrides: dict[str, Any] = {
        field.name: override(
            rename=spelling(cls, field.name, capitals=capitals), struct_hook=_hook(cls, field)
        )
        for field in attrs.fields(cls)
    }
    return make_dict_structure_fn(cls, converter, **overrides)


def _either(camel_case: Hook, capitals: Hook) -> Hook:
    def structure(value: Any, cls: Any) -> Any:
        return capitals(value, cls) if _in_capitals(value) else camel_case(value, cls)

    return structure


def _in_capitals(value: Any) -> bool:
    return is_object(value) and "ID" in value


# The quick converter stops at the first fault and says little about it. Only then the thorough one
# looks again, to name the place.
_quick = Converter(detailed_validation=False)
_thorough = Converter(detailed_validation=True)
configure_converter(_quick)
configure_converter(_thorough)

# What generated code raises on JSON that has not the form of a record.
_FAULTS = (KeyError, TypeError, ValueError, AttributeError)


def decoder(cls: type[T]) -> Callable[[Any, str, str], T]:
    """A function from JSON, the method and the path of the JSON in its result, to a record.

    It raises `DecodeError`, whatever the JSON is.
    """
    quick = _quick.get_structure_hook(cls)

    def decode(value: Any, method: str, path: str = "") -> T:
        try:
            return cast(T, quick(value, cls))
        except _FAULTS:
            raise fault(cls, value, method, path) from None

    return decode


def fault(cls: type[Any], value: Any, method: str, path: str) -> DecodeError:
    """Find what in some JSON is not as a record needs it."""
    if not is_object(value):
        return DecodeError("not an object", method=method, path=path, value=value)
    try:
        _thorough.structure(value, cls)
    except BaseValidationError as group:
        for error in group.exceptions:
            for name in _noted_fields(error):
                at = spelling(cls, name, capitals=cls in _IN_BOTH and _in_capitals(value))
                return DecodeError(
                    error.reason if isinstance(error, Misfit) else "the key is missing",
                    method=method,
                    path=f"{path}.{at}" if path else at,
                    value=value.get(at),
                )
    return DecodeError(f"not a {cls.__name__}", method=method, path=path, value=value)


def _noted_fields(error: BaseException) -> Iterator[str]:
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            yield note.name
