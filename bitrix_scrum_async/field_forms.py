"""What JSON a record's field may be. Pure.

Numbers come as numbers or as strings, an empty map as ``[]``, a missing date as ``""``, ``null`` or
``[]``. Each kind of field has one function that knows the forms it may have and raises `Misfit`
for all others, so that no answer whatever ends in another exception. The second argument is the
field's type, which cattrs passes.
"""

import datetime as dt
import enum
import re
from collections.abc import Callable
from typing import Any, TypeGuard


class Misfit(ValueError):
    """A value that a field cannot be. It becomes a `DecodeError` once its place is known."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# Nineteen digits hold every id there can be; int() itself refuses more than 4,300, takes
# underscores, and digits of all scripts.
_WHOLE = re.compile(r"-?[0-9]{1,19}")


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether the portal gave a map with something in it, or one that JSON can tell from a list."""
    return isinstance(value, dict)


def is_array(value: Any) -> TypeGuard[list[Any]]:
    """Whether the portal gave a list, or an empty map."""
    return isinstance(value, list)


def absent(value: Any) -> bool:
    """Whether this is one of PHP's ways to say that there is nothing."""
    return value is None or value == "" or value in ([], {})


def whole(value: Any, _: Any = None) -> int:
    if value.__class__ is int:
        return value
    if value.__class__ is str and _WHOLE.fullmatch(value):
        return int(value)
    raise Misfit("not a whole number")


def whole_or_none(value: Any, _: Any = None) -> int | None:
    return None if absent(value) else whole(value)


def text(value: Any, _: Any = None) -> str:
    if value.__class__ is str:
        return value
    raise Misfit("not a text")


def text_or_empty(value: Any, _: Any = None) -> str:
    if value.__class__ is str:
        return value
    return "" if value is None else text(value)


def text_or_none(value: Any, _: Any = None) -> str | None:
    return None if value is None else text(value)


# The same moments come again and again: rows that were written in one second, days that begin.
_known_moments: dict[str, dt.datetime] = {}
_MOST_MOMENTS = 256


def moment(value: Any, _: Any = None) -> dt.datetime | None:
    """Read an ISO date-time with offset."""
    is_plain = value.__class__ is str  # nothing else is sure to be found as itself
    if is_plain and (known := _known_moments.get(value)) is not None:
        return known
    if not value and absent(value):
        return None
    try:
        found = dt.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Misfit("not a date-time in ISO 8601") from None
    if found.tzinfo is None:
        raise Misfit("a date-time without an offset")
    if is_plain:
        if len(_known_moments) >= _MOST_MOMENTS:
            _known_moments.clear()  # cheaper than to find out which is the oldest
        _known_moments[value] = found
    return found


def flag(value: Any, _: Any = None) -> bool | None:
    """Read a real boolean, or the letter that database methods give."""
    if value.__class__ is bool:
        return value
    if absent(value):
        return None
    if value in ("Y", "N"):
        return bool(value == "Y")
    raise Misfit('neither a boolean nor "Y" or "N"')


def ids(value: Any, _: Any = None) -> tuple[int, ...]:
    """Read a list of ids; ``false`` is how a portal gives an empty user field."""
    if value is False or absent(value):
        return ()
    return tuple(whole(item) for item in rows(value))


def attachments(value: Any, _: Any = None) -> tuple[int, ...]:
    """Read the ids out of the user field's description, which `epics.get` gives."""
    if is_object(value):
        if "VALUE" not in value:
            raise Misfit("has no VALUE")
        return ids(value["VALUE"])
    return ids(value)


def tags(value: Any, _: Any = None) -> tuple[str, ...]:
    """Read tags: texts, or a map from a tag's id to its description."""
    if absent(value):
        return ()
    items = list(value.values()) if is_object(value) else rows(value)
    return tuple(text(item.get("title")) if is_object(item) else text(item) for item in items)


def rows(value: Any) -> list[Any]:
    """The items of a list; PHP writes one with gaps in its keys as an object."""
    if is_array(value):
        return value
    if is_object(value) and all(key.isdecimal() for key in value):
        return list(value.values())
    raise Misfit("not a list")


def one_of(kind: type[enum.Enum], plain: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    """Read an enum's value; one that is not known yet stays as it is."""
    known = {member.value: member for member in kind}

    def read(value: Any, _: Any = None) -> Any:
        try:
            return known[value]
        except (KeyError, TypeError):
            found = plain(value)
            return known.get(found, found)

    return read
