"""How one field of a plan is read: a value of a tree in, a typed value or a problem out.

A reader never raises. What does not fit is noted, `WRONG` stands in its place, and reading goes on,
so that one look at a plan finds everything there is to mend.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias, cast

import attrs

from .files import Plain
from .problems import Path

# What a column of ids holds, here and in the portal.
LARGEST_ID: Final = 2**63 - 1

type_names = {dict: "a map", list: "a list", str: "text", type(None): "nothing"}


class _Wrong:
    def __repr__(self) -> str:
        return "WRONG"


WRONG: Final[Any] = _Wrong()
"""Stands where a value could not be read. It never leaves a loader: the plan is refused."""


@attrs.frozen
class Place:
    """A place in a plan, and where its problems are noted."""

    path: Path
    note: Callable[[Path, str], None]

    def at(self, step: str | int) -> "Place":
        """Return the place one step further in."""
        return Place((*self.path, step), self.note)

    def wrong(self, text: str) -> Any:
        """Note a problem of this place."""
        self.note(self.path, text)
        return WRONG


Reader: TypeAlias = Callable[[Any, Place], Any]


@attrs.frozen(kw_only=True)
class Text:
    """Reads text; a number or a word such as ``on`` without quotes counts as it is spelled.

    Attributes:
        longest: How many characters the portal keeps.
        empty: Whether it may be empty.
        trimmed: Whether the portal cuts off blanks at its ends, so that there must be none.
        zero: Whether it may be 0, which the portal takes for nothing where it asks whether a text
            is empty in the way of PHP.
    """

    longest: int | None = None
    empty: bool = True
    trimmed: bool = False
    zero: bool = True

    def __call__(self, value: Any, place: Place) -> Any:
        if isinstance(value, Plain):
            value = value.text
        if not isinstance(value, str):
            return place.wrong(f"must be text, is {_kind(value)}")
        if not self.empty and not value.strip():
            return place.wrong("must not be empty")
        if self.trimmed and value != value.strip():
            return place.wrong(
                f"has blanks at an end, which the portal cuts off: write {value.strip()!r}"
            )
        if not self.zero and value == "0":
            return place.wrong("must not be 0, which the portal takes for nothing: write it out")
        if self.longest is not None and len(value) > self.longest:
            return place.wrong(
                f"has {len(value)} characters, the portal takes {self.longest}: shorten it"
            )
        if not value.isascii() and (half := re.search("[\ud800-\udfff]", value)):
            return place.wrong(
                f"holds half a character at position {half.start()}: "
                "write it whole, without \\u escapes"
            )
        return value


def flag(value: Any, place: Place) -> Any:
    """Read true or false."""
    if isinstance(value, Plain):
        value = value.value
    return value if isinstance(value, bool) else place.wrong("must be true or false")


def whole(value: Any, place: Place) -> Any:
    """Read a whole number."""
    if isinstance(value, Plain):
        value = value.value
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return place.wrong("must be a whole number")


def version(value: Any, place: Place) -> Any:
    """Read the version of a format."""
    number = whole(value, place)
    return number if number in (1, WRONG) else place.wrong("must be 1, the only version there is")


def user(value: Any, place: Place) -> Any:
    """Read who somebody is: a user id, or an e-mail address that the portal knows."""
    if isinstance(value, Plain):
        value = value.value
    if isinstance(value, str):
        if re.fullmatch(r"\d{1,19}", value, re.ASCII):
            value = int(value)
        elif re.fullmatch(r"[^@\s]+@[^@\s]+", value):
            return value
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_ID:
        return value
    return place.wrong("must be a user id such as 1, or an e-mail address that the portal knows")


def moment(value: Any, place: Place) -> Any:
    """Read a date and time with its offset."""
    if isinstance(value, Plain):
        value = value.text
    shown = "2026-01-05T09:00:00+03:00"
    if not isinstance(value, str):
        return place.wrong(f"must be a date and time such as {shown}")
    try:
        # YAML also allows blanks before the offset.
        when = datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d|Z$)", "", value.strip()))
    except ValueError:
        return place.wrong(f"{value!r} is no date and time: write it like {shown}")
    if when.utcoffset() is None:
        day = when.strftime("%Y-%m-%dT%H:%M:%S")
        return place.wrong(f"has no time zone: write {day}+03:00, with the offset you mean")
    return when


@attrs.frozen
class Choice:
    """Reads one of some words."""

    options: tuple[str, ...]

    def __call__(self, value: Any, place: Place) -> Any:
        if isinstance(value, Plain):
            value = value.text
        if value in self.options:
            return value
        known = ", ".join(self.options[:-1]) + f" or {self.options[-1]}"
        return place.wrong(f"must be {known}, is {_shown(value)}")


@attrs.frozen
class Listing:
    """Reads a list."""

    item: Reader

    def __call__(self, value: Any, place: Place) -> Any:
        if not isinstance(value, list):
            return place.wrong(f"must be a list, is {_kind(value)}")
        members = cast("Iterable[Any]", value)
        return tuple(self.item(member, place.at(n)) for n, member in enumerate(members))


@attrs.frozen
class Named:
    """Reads a map whose keys are names that the author chose.

    Attributes:
        item: Reads what stands under a name.
        nothing: Whether nothing may stand there; it is kept as ``None``.
    """

    item: Reader
    nothing: bool = attrs.field(default=False, kw_only=True)

    def __call__(self, value: Any, place: Place) -> Any:
        if not isinstance(value, dict):
            return place.wrong(f"must be a map of names, is {_kind(value)}")
        members = cast("dict[str, Any]", value)
        return {
            name: None if member is None and self.nothing else self.item(member, place.at(name))
            for name, member in members.items()
        }


def _fields(record: "Record") -> dict[str, "attrs.Attribute[Any]"]:
    return {field.name: field for field in attrs.fields(record.cls)}


@attrs.frozen(eq=False)
class Record:
    """Reads a map as an attrs class whose fields carry their readers."""

    cls: type[Any]
    fields: dict[str, "attrs.Attribute[Any]"] = attrs.field(
        init=False, repr=False, default=attrs.Factory(_fields, takes_self=True)
    )

    def __call__(self, value: Any, place: Place) -> Any:
        if not isinstance(value, dict):
            return place.wrong(f"must be a map with {', '.join(self.fields)}; is {_kind(value)}")
        members = cast("dict[str, Any]", value)
        for name in members:
            if name not in self.fields:
                place.at(name).wrong(_unknown(name, self.fields))
        values: dict[str, Any] = {}
        for name, field in self.fields.items():
            given = members.get(name)
            if given is not None:
                values[name] = field.metadata["read"](given, place.at(name))
            elif field.default is attrs.NOTHING:
                values[name] = place.at(name).wrong("is missing")
        return self.cls(**values)


def reads(reader: Reader) -> Mapping[str, Any]:
    """Return the metadata of a field that is read by a reader."""
    return {"read": reader}


def _unknown(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"is not known here: did you mean {near[0]}?"
    return f"is not known here; known are {', '.join(known)}"


def _kind(value: Any) -> str:
    if isinstance(value, Plain):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    return type_names[type(value)]


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, str) else _kind(value)
