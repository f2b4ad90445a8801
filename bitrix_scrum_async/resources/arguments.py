"""What a method's arguments may be. The portal takes nonsense without an error; we do not.

Every check takes an argument's name and value, gives the value as it is sent, and lets `UNSET`
pass: what was not given is not sent.
"""

import datetime as dt
import enum
import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import attrs

from ..calls import UNSET, Ref, Unset
from ..errors import InvalidCall, shown
from ..wire import is_decimal, is_list, is_map

if TYPE_CHECKING:
    import decimal

Id: TypeAlias = int | Ref
"""An id, or a reference to the one that another call will give."""

OptionalId: TypeAlias = int | Ref | Unset
OptionalText: TypeAlias = str | Unset
OptionalNumber: TypeAlias = int | Unset
OptionalFlag: TypeAlias = bool | Unset
OptionalMoment: TypeAlias = dt.datetime | Unset

LONGEST_NAME: Final = 255
LONGEST_COLOR: Final = 18
LARGEST_NUMBER: Final = 2**63 - 1

_CAPITALS = re.compile(r"[A-Z][A-Z0-9_]*")
_CAMEL_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def in_capitals(name: str) -> str:
    """``groupId`` and ``group_id`` -> ``GROUP_ID``."""
    return _CAMEL_HUMP.sub("_", name).upper()


def is_finite(value: "float | decimal.Decimal") -> bool:
    """Whether a number is one, however large, and neither infinite nor NaN."""
    if is_decimal(value):
        return value.is_finite()
    return isinstance(value, int) or math.isfinite(value)


@attrs.define(eq=False)
class Arguments:
    """The checks of one method's arguments. They know the name of what they refuse.

    Attributes:
        method: The portal's method, for messages.
    """

    method: str

    def refusal(self, name: str, value: Any, reason: str) -> InvalidCall:
        """What to raise for an argument: it shows the value, the reason, and what to pass."""
        if value is None:
            reason = f"{reason}; leave out what is not to be sent"
        return InvalidCall(f"{shown(value)} {reason}", method=self.method, argument=name)

    def id(self, name: str, value: OptionalId) -> OptionalId:
        """An id from 1 on, or a reference to one."""
        if value is UNSET:
            return value
        if isinstance(value, Ref):
            if value.place.kind == "text":
                raise self.refusal(
                    name, value, "refers to a text; pass a reference to an id, such as ref('id')"
                )
            return value
        return self._id(name, value)

    def _id(self, name: str, value: Any) -> int:
        return self._whole(name, value, least=1, what="an id is a whole number from 1 on")

    def ids(
        self, name: str, values: "Sequence[Id] | Unset", *, may_be_empty: bool = False
    ) -> "list[Id] | Unset":
        """Ids; at least one where the portal does not take none as none."""
        if values is UNSET:
            return values
        what = "pass a list of ids" if may_be_empty else "pass a list of at least one id"
        items = self._items(name, values, f"{what}, or leave it out", may_be_empty=may_be_empty)
        return [
            checked
            for index, value in enumerate(items)
            if not isinstance(checked := self.id(f"{name}[{index}]", value), Unset)
        ]

    def known_ids(self, name: str, values: Any) -> list[int]:
        """Any number of ids that are known by now, each once."""
        if isinstance(values, str) or not hasattr(values, "__iter__"):
            raise self.refusal(
                name, values, f"is a {type(values).__name__}; pass ids, such as [125, 126]"
            )
        found: dict[int, None] = {}
        for index, value in enumerate(values):
            argument = f"{name}[{index}]"
            if isinstance(value, Ref):
                raise self.refusal(
                    argument, value, "is only known after another call; await that one first"
                )
            found[self._id(argument, value)] = None
        return list(found)

    def number(self, name: str, value: OptionalNumber) -> OptionalNumber:
        """A whole number."""
        if value is UNSET:
            return value
        return self._whole(name, value, least=-LARGEST_NUMBER, what="pass a whole number")

    def _whole(self, name: str, value: Any, *, least: int, what: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.refusal(name, value, f"is a {type(value).__name__}; {what}")
        if not least <= value <= LARGEST_NUMBER:
            where = f"below {least}" if value < least else f"above {LARGEST_NUMBER}"
            raise self.refusal(name, value, f"is {where}; {what}")
        return value

    def text(self, name: str, value: OptionalText) -> OptionalText:
        """Any text."""
        if value is UNSET:
            return value
        return self._text(name, value)

    def _text(self, name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise self.refusal(
                name, value, f"is a {type(value).__name__}, which the portal ignores; pass a text"
            )
        return value

    def text_to_set(self, name: str, value: OptionalText) -> OptionalText:
        """A text for a field whose updates ignore what is empty to PHP."""
        if isinstance(value, str) and value in ("", "0"):
            raise self.refusal(
                name,
                value,
                "is empty to the portal, which ignores it; pass another, or leave it out",
            )
        return self.text(name, value)

    def name(self, name: str, value: OptionalText) -> OptionalText:
        """A text of 1 to 255 characters."""
        if value is UNSET:
            return value
        checked = self._text(name, value)
        if not checked:
            raise self.refusal(
                name, value, f"is empty; pass a text of 1 to {LONGEST_NAME} characters"
            )
        return self._short(name, checked, LONGEST_NAME)

    def title(self, name: str, value: OptionalText) -> OptionalText:
        """A name that the portal trims before it looks whether there is one."""
        if isinstance(value, str) and not value.strip():
            raise self.refusal(
                name, value, "is blank; pass a text of 1 to 255 characters that are not all blanks"
            )
        return self.name(name, value)

    def color(self, name: str, value: OptionalText) -> OptionalText:
        """A text of up to 18 characters."""
        if value is UNSET:
            return value
        return self._short(name, self._text(name, value), LONGEST_COLOR)

    def _short(self, name: str, value: str, longest: int) -> str:
        if len(value) > longest:
            raise self.refusal(
                name, value, f"has {len(value)} characters; the portal stores up to {longest}"
            )
        return value

    def flag(self, name: str, value: OptionalFlag) -> "Literal['Y', 'N'] | Unset":
        """A boolean, as the database methods write one."""
        if value is UNSET:
            return value
        if value is True or value is False:
            return "Y" if value else "N"
        raise self.refusal(name, value, "is no boolean; pass True or False")

    def choice(self, name: str, value: Any, kind: type[enum.Enum]) -> Any:
        """A member of an enum, or its value."""
        return self.one_of(name, value, [member.value for member in kind])

    def one_of(self, name: str, value: Any, choices: Sequence[Any]) -> Any:
        """One of several values. The portal takes another for one of them, or ignores it."""
        if value is UNSET:
            return value
        for choice in choices:
            if value == choice and not isinstance(value, bool):
                return choice
        raise self.refusal(name, value, f"is none of {', '.join(map(repr, choices))}")

    def moment(self, name: str, value: Any) -> OptionalMoment:
        """An aware date-time. The portal reads a naive one in its own zone, and text as it can."""
        if value is UNSET:
            return value
        if not isinstance(value, dt.datetime):
            raise self.refusal(
                name,
                value,
                f"is a {type(value).__name__}; pass an aware datetime, since the portal turns"
                " what it cannot read into 1970-01-01",
            )
        if value.utcoffset() is None:
            raise self.refusal(
                name,
                value,
                "has no time zone and would be read in the portal's own; pass an aware datetime,"
                " such as datetime(2026, 1, 5, tzinfo=timezone.utc)",
            )
        return value

    def period(self, start: tuple[str, OptionalMoment], end: tuple[str, OptionalMoment]) -> None:
        """Refuse two date-times, each with its argument's name, that are not in order."""
        first, last = self.moment(*start), self.moment(*end)
        if first is not UNSET and last is not UNSET and last < first:
            raise self.refusal(
                end[0],
                last.isoformat(),
                f"is before {start[0]} ({first.isoformat()}), which the portal would store;"
                " pass a later one",
            )

    def story_points(self, name: str, value: Any) -> OptionalText:
        """Story points as text: the portal ignores numbers. ``3`` becomes ``"3"``."""
        if isinstance(value, (Unset, str)):
            return self.text(name, value)
        if isinstance(value, bool) or not (isinstance(value, (int, float)) or is_decimal(value)):
            raise self.refusal(
                name, value, f"is a {type(value).__name__}; pass a text or a number, such as '3'"
            )
        if not is_finite(value):
            raise self.refusal(name, value, "is not a finite number; pass a text or a number")
        if not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
            raise self.refusal(name, value, "is larger than the portal's numbers; pass a text")
        # A normalized Decimal("100") would be written "1E+2".
        text = f"{value:f}" if is_decimal(value) else str(value)
        return text.removesuffix(".0")

    def seconds(self, name: str, value: "dt.timedelta | int | Unset") -> OptionalNumber:
        """A duration, as the whole seconds in which the portal keeps it."""
        if value is UNSET:
            return value
        what = "pass a timedelta, or seconds from 1 on"
        if isinstance(value, dt.timedelta):
            if value < dt.timedelta(seconds=1):
                raise self.refusal(name, value, f"is below a second; {what}")
            return int(value.total_seconds())
        return self._whole(name, value, least=1, what=what)

    def texts(self, name: str, values: "Sequence[str] | Unset") -> "list[str] | Unset":
        """Any number of texts, none of them blank, which the portal drops."""
        if values is UNSET:
            return values
        what = "pass a list of texts, or leave it out"
        items = self._items(name, values, what, may_be_empty=True)
        return [
            checked
            for index, value in enumerate(items)
            if isinstance(checked := self.title(f"{name}[{index}]", value), str)
        ]

    def _items(
        self, name: str, values: Any, what: str, *, may_be_empty: bool = False
    ) -> Sequence[Any]:
        if not is_list(values):
            raise self.refusal(name, values, f"is a {type(values).__name__}; {what}")
        if not values and not may_be_empty:
            raise self.refusal(name, values, f"is empty; {what}")
        return values

    def drive_files(
        self, name: str, values: "Sequence[int | str] | Unset", *, may_be_empty: bool
    ) -> "list[str] | Unset":
        """Ids of files on the portal's drive, which travel as ``"n12"``."""
        if values is UNSET:
            return values
        what = "pass ids of files on the drive, such as [12] or ['n12']"
        self._items(name, values, what, may_be_empty=may_be_empty)
        found: list[str] = []
        for index, value in enumerate(values):
            if isinstance(value, str) and re.fullmatch(r"n[1-9][0-9]*", value):
                found.append(value)
            else:
                number = self._whole(f"{name}[{index}]", value, least=1, what=what)
                found.append(f"n{number}")
        return found

    def more_fields(self, given: Mapping[str, Any], more: Mapping[str, Any]) -> None:
        """Refuse fields in the portal's own names that cannot join those of the arguments.

        Args:
            given: What the arguments gave, in the portal's names.
            more: The argument ``fields``.
        """
        if not is_map(more):
            raise self.refusal(
                "fields", more, "is no map; pass the portal's names and values, {'UF_X': '5'}"
            )
        for name in more:
            argument = f"fields[{shown(name)}]"
            if not isinstance(name, str):
                raise self.refusal(argument, name, "is no name; pass text")
            if not _CAPITALS.fullmatch(name):
                raise self.refusal(
                    argument, name, f"is not in capitals; write {shown(in_capitals(name))}"
                )
            if name in given:
                raise self.refusal(argument, name, "was given as an argument too; pass it once")
