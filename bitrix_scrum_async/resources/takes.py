"""What the arguments of methods take: how each travels, how it is checked, and its text in a batch.

A text is written in the same breath in which its value is checked, since that is what a call costs.
It is written for the values that nearly all calls have. For others, good and bad, there is a closer
look, which knows the argument's name: the checks of `Arguments`.
"""

import datetime as dt
import enum
import functools
from collections.abc import Callable
from typing import Any

from ..php import quoted, would_be_rewritten
from ..wire import iso_date_time, keeps_its_time
from .arguments import LARGEST_NUMBER, LONGEST_COLOR, LONGEST_NAME, Arguments

Check = Callable[[Arguments, str, Any], Any]
"""Gives a value as it is sent, or refuses it by its argument's name."""


class NotPlain(ValueError):
    """A value that needs a closer look. Nobody can tell from this whether it is a good one."""


def parted(place: str) -> tuple[str, str]:
    """The map below the parameters in which something stands, if not in themselves; and its key."""
    outer, _, inner = place.partition("[")
    return (outer, inner.removesuffix("]")) if inner else ("", outer)


class Argument:
    """One argument of a method.

    Attributes:
        room: The map below the parameters in which it travels, such as ``fields``, or ``""``.
        key: Its name there.
        check: The closer look at a value.
        text: Gives the text of a plain value, or raises `ValueError`.
        begin: What stands before that text.
        required: Whether it cannot be left out.
        is_list: Whether it takes lists; their texts hold the name of each item.
    """

    def __init__(
        self,
        place: str,
        check: Check,
        text: Callable[[Any], str],
        *,
        required: bool = False,
        is_list: bool = False,
    ) -> None:
        """Say where it travels, such as ``fields[groupId]``, and what it may be."""
        self.place = place
        self.room, self.key = parted(place)
        self.check = check
        self.text = text
        self.begin = "" if is_list else f"{place}="
        self.required = required
        self.is_list = is_list


def the_id(place: str) -> Argument:
    """The id of what the call is about."""
    return Argument(place, Arguments.id, _id, required=True)


def an_id(place: str) -> Argument:
    """The id of something else."""
    return Argument(place, Arguments.id, _id)


def _id(value: Any) -> str:
    if value.__class__ is int and 1 <= value <= LARGEST_NUMBER:
        return str(value)
    raise NotPlain


def ids(place: str, *, may_be_empty: bool = False, required: bool = False) -> Argument:
    """Several ids."""
    check = functools.partial(Arguments.ids, may_be_empty=may_be_empty)
    text = _list_text(place, _id, may_be_empty=may_be_empty)
    return Argument(place, check, text, required=required, is_list=True)


def _list_text(
    place: str, text_of: Callable[[Any], str], *, may_be_empty: bool
) -> Callable[[Any], str]:
    def text(values: Any) -> str:
        if values.__class__ is list or values.__class__ is tuple:
            if values:
                return "&".join(
                    [f"{place}[{index}]={text_of(value)}" for index, value in enumerate(values)]
                )
            if may_be_empty:
                return f"{place}="  # an empty text clears a field as an empty list does
        raise NotPlain

    return text


def number(place: str) -> Argument:
    """A whole number."""
    return Argument(place, Arguments.number, _number)


def _number(value: Any) -> str:
    if value.__class__ is int and -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        return str(value)
    raise NotPlain


def text(place: str) -> Argument:
    """Any text."""
    return Argument(place, Arguments.text, _text)


def _text(value: Any) -> str:
    if value.__class__ is str and ("$" not in value or not would_be_rewritten(value)):
        return quoted(value)
    raise NotPlain


def name(place: str) -> Argument:
    """A text of 1 to 255 characters."""
    return Argument(place, Arguments.name, _name)


def _name(value: Any) -> str:
    if value.__class__ is str and 1 <= len(value) <= LONGEST_NAME and "$" not in value:
        return quoted(value)
    raise NotPlain


def title(place: str) -> Argument:
    """A name that is not blank."""
    return Argument(place, Arguments.title, _title)


def _title(value: Any) -> str:
    text = _name(value)
    if value.isspace():
        raise NotPlain
    return text


def color(place: str) -> Argument:
    """A text of up to 18 characters."""
    return Argument(place, Arguments.color, _color)


def _color(value: Any) -> str:
    if value.__class__ is str and len(value) <= LONGEST_COLOR:
        return _text(value)
    raise NotPlain


def set_to(argument: Argument) -> Argument:
    """A text for a field whose updates ignore what is empty to PHP."""

    def check(arguments: Arguments, name: str, value: Any) -> Any:
        return argument.check(arguments, name, arguments.text_to_set(name, value))

    def text(value: Any) -> str:
        if value in ("", "0"):
            raise NotPlain
        return argument.text(value)

    return Argument(argument.place, check, text)


def texts(place: str) -> Argument:
    """Several texts, none of them blank."""
    text = _list_text(place, _title, may_be_empty=True)
    return Argument(place, Arguments.texts, text, is_list=True)


def flag(place: str) -> Argument:
    """A boolean."""
    return Argument(place, Arguments.flag, _flag)


def _flag(value: Any) -> str:
    if value is True:
        return "Y"
    if value is False:
        return "N"
    raise NotPlain


def choice(place: str, kind: type[enum.Enum]) -> Argument:
    """A member of an enum, or its value."""
    check = functools.partial(Arguments.choice, kind=kind)
    return Argument(place, check, _known_text([member.value for member in kind]))


def one_of(place: str, *choices: Any) -> Argument:
    """One of several values."""
    check = functools.partial(Arguments.one_of, choices=choices)
    return Argument(place, check, _known_text(choices))


def _known_text(choices: Any) -> Callable[[Any], str]:
    texts = {value: quoted(str(value)) for value in choices}
    kind = choices[0].__class__

    def text(value: Any) -> str:
        if value.__class__ is kind and value in texts:  # True would be found as 1
            return texts[value]
        raise NotPlain

    return text


def moment(place: str) -> Argument:
    """An aware date-time."""
    return Argument(place, Arguments.moment, _moment)


def _moment(value: Any) -> str:
    if value.__class__ is dt.datetime:
        zone = value.tzinfo
        if zone.__class__ is dt.timezone:
            return _moment_text(value, zone)
        if keeps_its_time(zone):
            return _moment_text(value, zone, value.fold)
    raise NotPlain


# Those of one sprint, or one day, come with many calls. Two that are equal may differ in zone and
# fold, and so in text.
@functools.lru_cache(maxsize=1024)
def _moment_text(value: dt.datetime, _zone: dt.tzinfo, _fold: int = 0) -> str:
    return quoted(iso_date_time(value))


def story_points(place: str) -> Argument:
    """Story points, as text."""
    return Argument(place, Arguments.story_points, _story_points)


def _story_points(value: Any) -> str:
    return _number(value) if value.__class__ is int else _text(value)


def seconds(place: str) -> Argument:
    """A duration."""
    return Argument(place, Arguments.seconds, _id)


def drive_files(place: str, *, may_be_empty: bool) -> Argument:
    """Ids of files on the portal's drive."""
    check = functools.partial(Arguments.drive_files, may_be_empty=may_be_empty)
    text = _list_text(place, _file, may_be_empty=may_be_empty)
    return Argument(place, check, text, is_list=True)


def _file(value: Any) -> str:
    return f"n{_id(value)}"
