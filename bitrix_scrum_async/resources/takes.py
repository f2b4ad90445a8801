"""What the arguments of methods take: where each travels, how it is checked, and how it is written.

A value is written for a batch in the same breath in which it is checked, since that is most of what
a call costs. That is done for values as nearly all calls have them. At others, good and bad, there
is a closer look, which knows the argument's name: the checks of `Arguments`. It costs several times
as much. Good ones that get it are references, story points as a `float`, durations as a
`timedelta`, files such as ``"n7"``, date-times in zones of other libraries, and values of a
caller's own classes. So does every call with ``fields=``.

Both must find the same. ``tests/resources/test_method.py`` gives each kind of argument many values,
and compares.
"""

import enum
import functools
from collections.abc import Callable, Sequence
from typing import Any

from ..php import quoted, unquoted
from ..wire import NotPlain, iso_date_time, moment_writer
from .arguments import LARGEST_NUMBER, LONGEST_COLOR, LONGEST_NAME, Arguments

Check = Callable[[Arguments, str, Any], Any]
"""Gives a value as it is sent, or refuses it by its argument's name."""

Write = Callable[[Any], str]
"""Gives a plain value as it stands in a query, with its place. Raises `ValueError`, `TypeError` or
`NoQuery` for others."""

Read = Callable[[str], int | str]


def parted(place: str) -> tuple[str, str]:
    """The map below the parameters in which something stands, or ``""``; and its key."""
    outer, _, inner = place.partition("[")
    return (outer, inner.removesuffix("]")) if inner else ("", outer)


class Argument:
    """One argument of a method.

    Attributes:
        place: Where it travels, such as ``fields[groupId]``.
        room: The map below the parameters that this names, such as ``fields``, or ``""``.
        key: Its name there.
        check: The closer look at a value.
        write: Writes a plain value.
        read: Reads what was written, after its place, as it travels alone.
        required: Whether it cannot be left out.
        is_list: Whether it takes lists; then `read` is for one item.
    """

    def __init__(
        self,
        place: str,
        check: Check,
        write: Write,
        *,
        read: Read = unquoted,
        required: bool = False,
        is_list: bool = False,
    ) -> None:
        self.place = place
        self.room, self.key = parted(place)
        self.check = check
        self.write = write
        self.read = read
        self.required = required
        self.is_list = is_list


def the_id(place: str) -> Argument:
    """The id of what the call is about."""
    return Argument(place, Arguments.id, _id_writer(f"{place}="), read=int, required=True)


def an_id(place: str) -> Argument:
    """The id of something else, such as a user. Many calls have the same, so it is written once."""
    # True and 1.0 equal 1, and are no ids. They do not find its text: `lru_cache` takes only an
    # exact `int` or `str` as the key itself, and wraps all others.
    write = functools.lru_cache(maxsize=256)(_id_writer(f"{place}="))
    return Argument(place, Arguments.id, write, read=int)


def _id_writer(begin: str) -> Write:
    def write(value: Any) -> str:
        if value.__class__ is int and 1 <= value <= LARGEST_NUMBER:
            return f"{begin}{value}"
        raise NotPlain

    return write


def ids(place: str, *, may_be_empty: bool = False, required: bool = False) -> Argument:
    """Several ids."""
    check = functools.partial(Arguments.ids, may_be_empty=may_be_empty)
    write = _list_writer(place, _id_writer, may_be_empty=may_be_empty)
    return Argument(place, check, write, read=int, required=required, is_list=True)


def number(place: str) -> Argument:
    """A whole number."""
    return Argument(place, Arguments.number, _number_writer(f"{place}="), read=int)


def _number_writer(begin: str) -> Write:
    def write(value: Any) -> str:
        if value.__class__ is int and -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
            return f"{begin}{value}"
        raise NotPlain

    return write


def text(place: str) -> Argument:
    """Any text."""
    return Argument(place, Arguments.text, _text_writer(f"{place}="))


def _text_writer(begin: str) -> Write:
    def write(value: Any) -> str:
        if value.__class__ is str:
            return f"{begin}{quoted(value)}"
        raise NotPlain

    return write


def name(place: str) -> Argument:
    """A text of 1 to 255 characters."""
    return Argument(place, Arguments.name, _name_writer(f"{place}="))


def _name_writer(begin: str) -> Write:
    def write(value: Any) -> str:
        if value.__class__ is str and 1 <= len(value) <= LONGEST_NAME:
            return f"{begin}{quoted(value)}"
        raise NotPlain

    return write


def title(place: str) -> Argument:
    """A name that is not blank."""
    return Argument(place, Arguments.title, _title_writer(f"{place}="))


def _title_writer(begin: str) -> Write:
    write_name = _name_writer(begin)

    def write(value: Any) -> str:
        written = write_name(value)
        if value.isspace():
            raise NotPlain
        return written

    return write


def color(place: str) -> Argument:
    """A text of up to 18 characters."""
    write_text = _text_writer(f"{place}=")

    def write(value: Any) -> str:
        if value.__class__ is str and len(value) <= LONGEST_COLOR:
            return write_text(value)
        raise NotPlain

    return Argument(place, Arguments.color, write)


def set_to(argument: Argument) -> Argument:
    """A text for a field whose updates ignore what is empty to PHP."""

    def check(arguments: Arguments, name: str, value: Any) -> Any:
        return argument.check(arguments, name, arguments.text_to_set(name, value))

    def write(value: Any) -> str:
        if value in ("", "0"):
            raise NotPlain
        return argument.write(value)

    return Argument(argument.place, check, write, read=argument.read)


def texts(place: str) -> Argument:
    """Several texts, none of them blank."""
    write = _list_writer(place, _title_writer, may_be_empty=True)
    return Argument(place, Arguments.texts, write, is_list=True)


def flag(place: str) -> Argument:
    """A boolean."""

    def write(value: Any) -> str:
        if value is True or value is False:
            return f"{place}={'Y' if value else 'N'}"
        raise NotPlain

    return Argument(place, Arguments.flag, write)


def choice(place: str, kind: type[enum.Enum]) -> Argument:
    """A member of an enum, or its value."""
    values = [member.value for member in kind]
    check = functools.partial(Arguments.choice, kind=kind)
    write = _known_writer(f"{place}=", values, kind)
    return Argument(place, check, write, read=_known_reader(values))


def one_of(place: str, *values: int | str) -> Argument:
    """One of several values."""
    check = functools.partial(Arguments.one_of, choices=values)
    write = _known_writer(f"{place}=", values)
    return Argument(place, check, write, read=_known_reader(values))


def _known_writer(
    begin: str, values: Sequence[int | str], members: type[enum.Enum] | None = None
) -> Write:
    # Members of an enum of texts or numbers are found as their values.
    written = {value: f"{begin}{quoted(str(value))}" for value in values}
    kinds = (values[0].__class__, members)

    def write(value: Any) -> str:
        # True would be found as 1.
        if value.__class__ in kinds and value in written:
            return written[value]
        raise NotPlain

    return write


def _known_reader(values: Sequence[int | str]) -> Read:
    return int if isinstance(values[0], int) else unquoted


def moment(place: str) -> Argument:
    """An aware date-time."""
    write = moment_writer(lambda value: f"{place}={quoted(iso_date_time(value))}")
    return Argument(place, Arguments.moment, write)


def story_points(place: str) -> Argument:
    """Story points, as text."""
    write_number, write_text = _number_writer(f"{place}="), _text_writer(f"{place}=")

    def write(value: Any) -> str:
        return write_number(value) if value.__class__ is int else write_text(value)

    return Argument(place, Arguments.story_points, write)


def seconds(place: str) -> Argument:
    """A duration."""
    return Argument(place, Arguments.seconds, _id_writer(f"{place}="), read=int)


def drive_files(place: str, *, may_be_empty: bool) -> Argument:
    """Ids of files on the portal's drive."""

    def writer(begin: str) -> Write:
        return _id_writer(f"{begin}n")

    check = functools.partial(Arguments.drive_files, may_be_empty=may_be_empty)
    write = _list_writer(place, writer, may_be_empty=may_be_empty)
    return Argument(place, check, write, is_list=True)


def _list_writer(place: str, writer: Callable[[str], Write], *, may_be_empty: bool) -> Write:
    write_item = writer("]=")

    def write(values: Any) -> str:
        if values.__class__ is list or values.__class__ is tuple:
            if values:
                items = [f"{place}[{at}{write_item(value)}" for at, value in enumerate(values)]
                return "&".join(items)
            if may_be_empty:
                return f"{place}="  # an empty text clears a field as an empty list does
        raise NotPlain

    return write
