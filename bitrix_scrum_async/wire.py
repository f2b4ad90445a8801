"""Python values as they travel: the forms that a portal reads the same alone and in a batch."""

import datetime as dt
import enum
import functools
import math
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

from .errors import InvalidCall, shown
from .unset import UNSET

if TYPE_CHECKING:
    import decimal

# Names that the portal's routing takes out of the top level of a method's parameters (A.1 of the
# REST layer): a call that used them would lose them, or would change who it is.
RESERVED = frozenset(
    {"access_token", "ap", "aplogin", "auth", "auth_connector", "method", "state", "token"}
)

# Deeper than any method of a portal, and PHP's own limit for JSON is not far.
_DEEPEST = 100


def iso_date_time(value: dt.datetime) -> str:
    """ISO 8601 with offset, in whole seconds: the portal keeps no fraction.

    Raises:
        ValueError: A date-time without a zone, which the portal would read in its own; or one whose
            offset has seconds, and that has no form in UTC.
    """
    offset = value.utcoffset()
    if offset is None:
        raise ValueError(
            "a date-time without a time zone would be read in the portal's own zone;"
            " pass an aware one, such as datetime(2026, 1, 5, tzinfo=timezone.utc)"
        )
    if offset.total_seconds() % 60:
        # Zones of the 19th century: PHP knows no seconds in an offset.
        try:
            value = value.astimezone(dt.UTC)
        except OverflowError:
            raise ValueError("this date-time lies outside of the years 1 to 9999 in UTC") from None
    return (value.replace(microsecond=0) if value.microsecond else value).isoformat()


def is_map(value: Any) -> TypeGuard[Mapping[Any, Any]]:
    """Whether the portal would see a map."""
    return value.__class__ is dict or isinstance(value, Mapping)  # the first is much quicker


def is_list(value: Any) -> TypeGuard[Sequence[Any]]:
    """Whether the portal would see a list."""
    return isinstance(value, (list, tuple))


def is_decimal(value: Any) -> "TypeGuard[decimal.Decimal]":
    """Whether it is a `Decimal`. Who has one has imported `decimal`, so this need not."""
    module = sys.modules.get("decimal")
    return module is not None and isinstance(value, module.Decimal)


def wire_params(
    method: str, params: Mapping[str, Any], opaque: type[Any]
) -> tuple[dict[str, Any], list[Any]]:
    """Bring a method's parameters to the form in which they travel.

    ``True`` becomes 1 and ``False`` 0, since inside a batch there are only strings; date-times
    become ISO 8601 with offset; tuples become lists, enum members their values.

    Args:
        method: The portal's method, for messages.
        params: The parameters, nested at will.
        opaque: The type of values that are left as they are and handed back (references).

    Returns:
        The parameters, and every opaque value met, in order.

    Raises:
        InvalidCall: ``None``, a value that has no wire form, or a reserved name.
    """
    if not RESERVED.isdisjoint(params):
        raise InvalidCall(
            "the portal's routing takes this name for itself; the method would never see it",
            method=method,
            argument=next(name for name in params if name in RESERVED),
        )
    found: list[Any] = []
    try:
        return _quick(params, opaque, found, _QUICK_DEPTH), found
    except ValueError:
        return _thorough(method, params, opaque)


class NotPlain(ValueError):
    """A value that needs a closer look. It may be a good one."""


# Few parameters are nested as deep as this.
_QUICK_DEPTH = 8


def _quick(value: Any, opaque: type[Any], found: list[Any], depth: int) -> Any:
    """Do what `_thorough` does, for the values that nearly all calls have.

    Raises:
        ValueError: There are others. Nobody can tell where from this.
    """
    kind = value.__class__
    if kind is dict and depth:
        wire: dict[str, Any] = {}
        for key, item in value.items():
            if key.__class__ is not str or not key.isascii():
                raise NotPlain
            # The two that most are cost no call.
            kind = item.__class__
            if kind is int:
                if not -(2**63) <= item < 2**63:
                    raise NotPlain
            elif kind is not str or not item.isascii():
                item = _quick(item, opaque, found, depth - 1)
            wire[key] = item
        return wire
    if kind is str:
        value.encode()  # a lone surrogate has no form in UTF-8
        return value
    if kind is int:
        if not -(2**63) <= value < 2**63:
            raise NotPlain
        return value
    if kind is opaque:
        found.append(value)
        return value
    if kind is dt.datetime:
        return _moment(value)
    if kind is list and depth:
        return [_quick(item, opaque, found, depth - 1) for item in value]
    raise NotPlain


def moment_writer(write: Callable[[dt.datetime], str]) -> Callable[[Any], str]:
    """Make a function remember what it wrote of aware date-times.

    Those of one sprint, or one day, come with many calls. What is made raises `ValueError` for
    others: naive ones, those of zones that may change their mind, and what is no date-time.
    """

    # Two that are equal may differ in zone and fold, and so in text.
    @functools.lru_cache(maxsize=1024)
    def known(value: dt.datetime, _zone: dt.tzinfo | None, _fold: int = 0) -> str:
        return write(value)

    def write_known(value: Any) -> str:
        if value.__class__ is dt.datetime:
            zone = value.tzinfo
            if zone.__class__ is dt.timezone:
                return known(value, zone)
            if zone.__class__.__module__ == "zoneinfo":
                return known(value, zone, value.fold)
        raise NotPlain

    return write_known


_moment = moment_writer(iso_date_time)


def _thorough(
    method: str, params: Mapping[str, Any], opaque: type[Any]
) -> tuple[dict[str, Any], list[Any]]:
    """Do what `wire_params` promises, and know the place of each value."""
    found: list[Any] = []

    def refuse(path: str, reason: str) -> InvalidCall:
        return InvalidCall(reason, method=method, argument=path)

    def wire(value: Any, path: str) -> Any:
        if value.__class__ is str:
            return value if value.isascii() else checked_text(value, path)
        if value.__class__ is int:
            return checked_int(value, path)
        if isinstance(value, opaque):
            found.append(value)
            return value
        if path.count("[") > _DEEPEST and (is_map(value) or is_list(value)):
            raise refuse(path[:60], f"it is nested deeper than {_DEEPEST} levels")
        if is_map(value):
            items = {
                (name := key_of(key, path)): wire(item, f"{path}[{name}]")
                for key, item in value.items()
            }
            if len(items) < len(value):
                raise refuse(path, "a number and the same number as text are one key to PHP")
            return items
        if is_list(value):
            return [wire(item, f"{path}[{index}]") for index, item in enumerate(value)]
        if value is None:
            raise refuse(
                path, "None has no form in a request; leave the argument out, or pass an empty text"
            )
        return scalar(value, path)

    def key_of(key: Any, path: str) -> str:
        if isinstance(key, bool) or not isinstance(key, (str, int)):
            raise refuse(f"{path}[{shown(key)}]", "a key must be text or a whole number")
        if isinstance(key, int):
            checked_int(key, path)
        text = str(key.value if isinstance(key, enum.Enum) else key)
        return text if text.isascii() else checked_text(text, f"{path}[{text!r}]")

    def checked_text(value: str, path: str) -> str:
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise refuse(
                path, f"a lone surrogate at position {error.start} has no form in UTF-8"
            ) from None
        return value

    def checked_int(value: int, path: str) -> int:
        if not -(2**63) <= value < 2**63:
            raise refuse(path, f"{shown(value)} is larger than the portal's numbers (64 bits)")
        return value

    def scalar(value: Any, path: str) -> Any:
        if value is UNSET:
            raise refuse(path, "it was not given; leave it out, or pass a value")
        if isinstance(value, enum.Enum):
            return wire(value.value, path)
        if isinstance(value, int):
            return checked_int(int(value), path)
        if isinstance(value, str):
            return checked_text(str(value), path)
        if isinstance(value, float):
            if not math.isfinite(value):
                raise refuse(path, f"{value} is not a number that JSON knows")
            return value
        if isinstance(value, dt.datetime):
            try:
                return iso_date_time(value)
            except ValueError as error:
                raise refuse(path, str(error)) from None
        if isinstance(value, (dt.date, uuid.UUID)) or is_decimal(value):
            return str(value)
        raise refuse(
            path, f"a value of type {type(value).__name__} has no form in a request: {shown(value)}"
        )

    return {key_of(name, ""): wire(value, name) for name, value in params.items()}, found
