"""The cattrs converter: the portal's JSON to records and back. Pure."""

import datetime as dt
import enum
from collections.abc import Callable, Iterator
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
from .spelling import IN_BOTH, spelling

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


def _hook(cls: type[Any], name: str) -> Hook:
    field = attrs.fields_dict(cls)[name]
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
        converter.register_structure_hook(cls, _structure_hook(cls, converter))
        converter.register_unstructure_hook(cls, _unstructure_hook(cls, converter))


def make_converter() -> Converter:
    """Make a cattrs converter that knows the records, for hooks of your own beside them.

    It is cattrs' own: what does not fit raises cattrs' errors, not `DecodeError`, which names a
    portal's method. A hook that you register for a record replaces the one from here, and the
    answers of a session are decoded as before.

    >>> import datetime as dt
    >>> import attrs
    >>> from bitrix_scrum_async import Backlog, make_converter

    A record inside a class of your own, with a type that needs a hook:

    >>> @attrs.frozen
    ... class Audit:
    ...     backlog: Backlog
    ...     day: dt.date
    >>> converter = make_converter()
    >>> converter.register_structure_hook(dt.date, lambda text, _: dt.date.fromisoformat(text))
    >>> converter.register_unstructure_hook(dt.date, dt.date.isoformat)
    >>> backlog = Backlog(id=11, group_id=143, created_by=1, modified_by=1)
    >>> stored = converter.unstructure(Audit(backlog, dt.date(2026, 10, 5)))
    >>> stored["backlog"]
    {'id': 11, 'groupId': 143, 'createdBy': 1, 'modifiedBy': 1}
    >>> converter.structure(stored, Audit).day
    datetime.date(2026, 10, 5)

    Any converter of cattrs can learn the records too, such as one that writes JSON:

    >>> from bitrix_scrum_async import configure_converter
    >>> from cattrs.preconf.json import make_converter as make_json_converter
    >>> converter = make_json_converter()
    >>> configure_converter(converter)
    >>> converter.loads(converter.dumps(backlog), Backlog) == backlog
    True
    """
    converter = Converter()
    configure_converter(converter)
    return converter


def _structure_hook(record: type[Any], converter: Converter) -> Hook:
    """Structure a record, and classes that users make from it with fields of their own."""
    made: dict[type[Any], Hook] = {}

    def structure(value: Any, cls: Any) -> Any:
        if cls not in made:
            made[cls] = _reader(cls, record, converter)
        return made[cls](value, cls)

    return structure


def _unstructure_hook(record: type[Any], converter: Converter) -> Callable[[Any], Any]:
    made: dict[type[Any], Callable[[Any], Any]] = {}

    def unstructure(value: Any) -> Any:
        cls: type[Any] = value.__class__
        if cls not in made:
            overrides: dict[str, Any] = {
                field.name: override(
                    rename=spelling(record, field.name),
                    unstruct_hook=_plain if _is_ours(field, record) else None,
                )
                for field in attrs.fields(cls)
            }
            made[cls] = make_dict_unstructure_fn(cls, converter, **overrides)
        return made[cls](value)

    return unstructure


def _reader(cls: type[Any], record: type[Any], converter: Converter) -> Hook:
    """Generated code that structures a class in whatever spelling it comes."""
    camel_case = _reader_of(cls, record, converter, capitals=False)
    if record not in IN_BOTH:
        return camel_case
    capitals = _reader_of(cls, record, converter, capitals=True)

    def read(value: Any, cls: Any) -> Any:
        return capitals(value, cls) if _in_capitals(value) else camel_case(value, cls)

    return read


def _reader_of(cls: type[Any], record: type[Any], converter: Converter, *, capitals: bool) -> Hook:
    overrides: dict[str, Any] = {
        field.name: override(
            rename=spelling(record, field.name, capitals=capitals),
            struct_hook=_hook(record, field.name) if _is_ours(field, record) else None,
        )
        for field in attrs.fields(cls)
    }
    return make_dict_structure_fn(cls, converter, **overrides)


def _twin(cls: type[Any], *, whole: bool) -> Hook:
    """Structure an object of the layout of a record of ours, which then becomes one.

    That costs half as much as the record's own constructor: of a frozen class it sets every field
    through a function.

    Args:
        cls: The record.
        whole: Whether the answer has every field. Where that is known, none is looked for first,
            and all stand in the constructor's order.
    """
    if (cls, whole) in _TWINS:
        return _TWINS[cls, whole]
    fields = {
        field.name: attrs.field(
            default=attrs.NOTHING if whole else field.default, type=field.type, kw_only=not whole
        )
        for field in attrs.fields(cls)
    }
    twin = attrs.make_class(
        cls.__name__, fields, slots=True, weakref_slot=False, eq=False, repr=False
    )
    reader = _TWINS[cls, whole] = _reader(twin, cls, _quick)
    return reader


_TWINS: Final[dict[tuple[type[Any], bool], Hook]] = {}


def _is_ours(field: "attrs.Attribute[Any]", record: type[Any]) -> bool:
    """Whether a field of a class is the record's own, with its type."""
    own = attrs.fields_dict(record).get(field.name)
    return own is not None and own.type == field.type


def _in_capitals(value: Any) -> bool:
    return is_object(value) and "ID" in value


# The quick converter stops at the first fault and says little about it. Only then the thorough one
# looks again, to name the place. Both write code for a record when its first answer comes.
_quick = Converter(detailed_validation=False)
_thorough = Converter(detailed_validation=True)
configure_converter(_thorough)

# What generated code raises on JSON that has not the form of a record.
_FAULTS = (KeyError, TypeError, ValueError, AttributeError)


def decoder(cls: type[T]) -> Callable[[Any, str, str], T]:
    """A function from JSON, the method and the path of the JSON in its result, to a record.

    It raises `DecodeError`, whatever the JSON is.
    """
    structure = _twin(cls, whole=True)

    def decode(value: Any, method: str, path: str = "") -> T:
        nonlocal structure
        try:
            try:
                record = structure(value, cls)
            except KeyError:
                with_gaps = _twin(cls, whole=False)
                record = with_gaps(value, cls)
                structure = with_gaps  # portals of one age leave out the same, time and again
            record.__class__ = cls
            return cast(T, record)
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
                at = spelling(cls, name, capitals=cls in IN_BOTH and _in_capitals(value))
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
