"""What the columns of a list may be compared with.

A portal casts what it cannot read: ``"abc"`` becomes the id 0, ``"soon"`` the year 1970, a list
behind ``>`` the number 1, and an empty text is no condition at all in some methods. Each kind of
column lets through what means the same to the portal as to us.
"""

import datetime as dt
import decimal
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Set
from typing import Any, Final, cast

import attrs

from ..calls import Ref, Unset
from ..errors import InvalidCall
from ..wire import is_list, is_map
from .arguments import LARGEST_NUMBER, Arguments, is_finite

EQUALITIES: Final = ("", "=", "!", "!=")
COMPARISONS: Final = ("<", "<=", ">", ">=")
PATTERNS: Final = ("%", "=%", "%=", "!%", "!=%", "!%=")
PREFIXES: Final = (*EQUALITIES, *COMPARISONS, *PATTERNS)

# Twenty digits are more than any column holds; int() itself refuses more than 4,300.
_WHOLE: Final = re.compile(r"-?[0-9]{1,20}")


@attrs.frozen
class Condition:
    """One entry of a filter, without its value.

    Attributes:
        check: The checks of the call.
        argument: The entry as the caller wrote it, for messages.
        column: The portal's name.
        prefix: The comparison.
    """

    check: Arguments
    argument: str
    column: str
    prefix: str

    def refusal(self, value: Any, reason: str) -> InvalidCall:
        """What to raise for a value."""
        return self.check.refusal(self.argument, value, reason)


class Kind(ABC):
    """What a column holds.

    Attributes:
        prefixes: The comparisons that make sense for it.
        takes_lists: Whether it may be compared with several values at once.
    """

    prefixes: tuple[str, ...] = (*EQUALITIES, *COMPARISONS)
    takes_lists: bool = True

    def compare(self, condition: Condition, value: Any) -> Any:
        """Check what a column is compared with, and give it as it is sent.

        Raises:
            InvalidCall: The portal would take the value for another, or for none.
        """
        if isinstance(value, (Set, range)):
            value = [*cast("Iterable[Any]", value)]
        if not is_list(value):
            return self._one(condition, value)
        if not value:
            raise condition.refusal(
                value,
                "is empty and would match every row; do not ask at all when nothing can match",
            )
        if not self.takes_lists or condition.prefix not in EQUALITIES:
            raise condition.refusal(
                value,
                f"is a list, and '{condition.prefix}{condition.column}' compares with one value;"
                " pass one",
            )
        return [
            self._one(attrs.evolve(condition, argument=f"{condition.argument}[{index}]"), item)
            for index, item in enumerate(value)
        ]

    def _one(self, condition: Condition, value: Any) -> Any:
        if isinstance(value, Ref):
            return self.reference(condition, value)
        if value is None or isinstance(value, Unset) or is_map(value) or is_list(value):
            raise condition.refusal(
                value, "is no value to compare with; pass a number, a text or a list of them"
            )
        return self.single(condition, value)

    def reference(self, condition: Condition, ref: Ref) -> Ref:
        """Check a reference."""
        return ref

    @abstractmethod
    def single(self, condition: Condition, value: Any) -> Any:
        """Check a single value."""


@attrs.frozen
class Number(Kind):
    """Whole numbers.

    Attributes:
        least: The smallest that a row can have.
        among: All that a row can have, where they are known.
    """

    least: int = -LARGEST_NUMBER
    among: tuple[int, ...] = ()

    def single(self, condition: Condition, value: Any) -> Any:
        if isinstance(value, bool):
            raise condition.refusal(
                value, f"is a boolean, which {condition.column} is not; pass a whole number"
            )
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            value = int(value)
        if not isinstance(value, int):
            raise condition.refusal(
                value,
                f"is no whole number, and the portal would compare {condition.column} with"
                " another one; pass an int",
            )
        number = condition.check.number(condition.argument, int(value))
        if condition.prefix in COMPARISONS:  # bounds may lie outside of what there is
            return number
        if self.among:
            return condition.check.one_of(condition.argument, number, self.among)
        if value < self.least:
            raise condition.refusal(
                value,
                f"is below {self.least}, and no row has such a {condition.column};"
                f" pass one from {self.least} on",
            )
        return number

    def reference(self, condition: Condition, ref: Ref) -> Ref:
        if ref.place.kind == "text":
            raise condition.refusal(
                ref, "refers to a text; pass a reference to a number, such as ref('id')"
            )
        return ref


@attrs.frozen
class Text(Kind):
    """Texts.

    Attributes:
        may_be_empty: Whether rows can be asked for that have none.
    """

    prefixes = PREFIXES

    may_be_empty: bool = False

    def single(self, condition: Condition, value: Any) -> Any:
        if not isinstance(value, str):
            raise condition.refusal(
                value,
                f"is a {type(value).__name__}, which a database compares with texts in its own"
                " way; pass a text, such as '5'",
            )
        if not value and not (self.may_be_empty and condition.prefix in EQUALITIES):
            raise condition.refusal(
                value, "is empty and would match every row, or none; pass a text, or leave it out"
            )
        return value


@attrs.frozen
class Choice(Kind):
    """A few known texts."""

    prefixes = EQUALITIES

    choices: tuple[str, ...]

    def single(self, condition: Condition, value: Any) -> Any:
        return condition.check.one_of(condition.argument, value, self.choices)


class Flag(Kind):
    """``Y`` or ``N``."""

    prefixes = EQUALITIES
    takes_lists = False

    def single(self, condition: Condition, value: Any) -> Any:
        return value if value in ("Y", "N") else condition.check.flag(condition.argument, value)


class Moment(Kind):
    """Date-times, also as ISO 8601 with offset, which is how the portal itself writes them."""

    takes_lists = False

    def single(self, condition: Condition, value: Any) -> Any:
        return condition.check.moment(condition.argument, _aware(value) or value)


def _aware(value: Any) -> dt.datetime | None:
    """The date-time that a text surely means."""
    if not isinstance(value, str):
        return None
    try:
        found = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


class UnmatchedMoment(Kind):
    """Date-times of a method that does not convert what they are compared with."""

    prefixes = PREFIXES

    def single(self, condition: Condition, value: Any) -> Any:
        raise condition.refusal(
            value,
            "is compared with a date, which never matches in this method;"
            " compare the dates of the records you get",
        )


class OwnField(Kind):
    """A field whose type only the portal knows."""

    prefixes = PREFIXES

    def single(self, condition: Condition, value: Any) -> Any:
        if isinstance(value, dt.datetime):
            return condition.check.moment(condition.argument, value)
        if isinstance(value, bool) or not isinstance(value, (str, int, float, decimal.Decimal)):
            raise condition.refusal(
                value,
                f"is a {type(value).__name__}, which such fields do not hold; pass a text, a"
                " number or an aware datetime",
            )
        if isinstance(value, str):
            return Text().single(condition, value)
        if isinstance(value, int):
            return condition.check.number(condition.argument, value)
        if not is_finite(value):
            raise condition.refusal(value, "is not a finite number; pass one that is")
        return value
