"""Filters and orders of lists. A portal answers a wrong one with nothing, or with everything."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import attrs

from ..calls import Ref, Unset
from ..wire import is_list, is_map
from .arguments import Arguments, in_capitals

Filter: TypeAlias = Mapping[str, Any] | Unset
"""The portal's own names with prefixes, ``{">ID": 7}``, or record fields: ``{">id": 7}``."""

Order: TypeAlias = Mapping[str, str] | Unset
"""Names as in a filter, with ``"asc"`` or ``"desc"``: ``{"sort": "asc"}``."""

PAGE: Final = 50
"""Rows in a page of every list; a page with fewer is the last."""

_PREFIX_SIGNS: Final = "!=<>%@?*~"

_COMPARISONS: Final = ("", "!", "<", "<=", ">", ">=")


@attrs.frozen(kw_only=True)
class Columns:
    """What one list method can be asked for.

    Attributes:
        names: The portal's names.
        dates: Those of the names whose filters never match, whatever they are compared with.
        flags: Those of the names that hold ``"Y"`` or ``"N"``.
        fields: Record fields, in snake_case, whose names are not just their capitals.
        families: Beginnings of further names, such as ``"UF_"``.
        prefixes: The comparisons that the portal knows.
        orderable: Names for an order beyond those of a filter.
        countable: Whether the method counts all rows, unless it is asked with ``start=-1``.
    """

    names: tuple[str, ...]
    dates: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    fields: Mapping[str, str] = attrs.field(factory=dict[str, str])
    families: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = (*_COMPARISONS, "=", "!=", "%", "=%", "%=", "!%", "!=%", "!%=")
    orderable: tuple[str, ...] = ()
    countable: bool = False

    def page(
        self, arguments: Arguments, conditions: Filter, order: Order, start: int
    ) -> dict[str, Any]:
        """Check what a page is asked with, and give it as parameters.

        Raises:
            InvalidCall: As `filter`, `order` and `start`.
        """
        params: dict[str, Any] = {"order": self.order(arguments, order)}
        # An empty map has no form in a batch: the parameter would become an empty text.
        if checked := self.filter(arguments, conditions):
            params["filter"] = checked
        return {**params, **self.start(arguments, start)}

    def filter(self, arguments: Arguments, conditions: Filter) -> dict[str, Any]:
        """Check a filter and write it in the portal's names.

        Raises:
            InvalidCall: A name or prefix that the portal does not know, a date condition where none
                ever matches, an empty list, the same condition twice.
        """
        if isinstance(conditions, Unset):
            return {}
        if not is_map(conditions):
            raise arguments.refusal(
                "filter", conditions, "is no map; pass names and values, {'GROUP_ID': 125}"
            )
        found: dict[str, Any] = {}
        for key, value in conditions.items():
            argument = f"filter[{key!r}]"
            if not isinstance(key, str):
                raise arguments.refusal(argument, key, "is no name; pass text")
            name = key.lstrip(_PREFIX_SIGNS)
            prefix = key.removesuffix(name)
            if prefix not in self.prefixes:
                raise arguments.refusal(
                    argument,
                    prefix,
                    "is no comparison that this method knows; there are"
                    f" {', '.join(known or 'none' for known in self.prefixes)}",
                )
            column = self._column(arguments, argument, name, self.names)
            if column in self.dates:
                raise arguments.refusal(
                    argument,
                    value,
                    "is compared with a date, which never matches in this method;"
                    " compare the dates of the records you get",
                )
            condition = f"{prefix}{column}"
            if condition in found:
                raise arguments.refusal(
                    argument, value, f"is a second condition {condition!r}; keep one"
                )
            found[condition] = self._value(arguments, argument, column, value)
        return found

    def _value(self, arguments: Arguments, argument: str, column: str, value: Any) -> Any:
        if is_list(value):
            if not value:
                raise arguments.refusal(
                    argument,
                    value,
                    "is empty and would match every row; do not ask at all when nothing can match",
                )
            return [self._value(arguments, argument, column, item) for item in value]
        if value is None or isinstance(value, Unset) or is_map(value):
            raise arguments.refusal(
                argument, value, "is no value to compare with; pass a number, a text or a list"
            )
        if isinstance(value, bool):
            if column not in self.flags:
                raise arguments.refusal(argument, value, f"is a boolean, which {column} is not")
            return "Y" if value else "N"
        if isinstance(value, dt.datetime):
            arguments.moment(argument, value)
        return value

    def order(self, arguments: Arguments, order: Order) -> dict[str, str]:
        """Check an order and write it in the portal's names; by id where there is none.

        A portal's own order is not fixed, so that rows could be on two pages or on none.

        Raises:
            InvalidCall: A name that the portal does not know, or another direction.
        """
        if isinstance(order, Unset):
            return {"ID": "asc"}
        if not is_map(order) or not order:
            raise arguments.refusal(
                "order", order, "is no order; pass names and directions, {'ID': 'asc'}"
            )
        found: dict[str, str] = {}
        for key, direction in order.items():
            argument = f"order[{key!r}]"
            column = self._column(arguments, argument, str(key), (*self.names, *self.orderable))
            if str(direction).lower() not in ("asc", "desc"):
                raise arguments.refusal(
                    argument, direction, "is no direction; pass 'asc' or 'desc'"
                )
            found[column] = str(direction).lower()
        return found

    def start(self, arguments: Arguments, start: Any) -> dict[str, int]:
        """Check where a page begins; the portal would round it down.

        Raises:
            InvalidCall: Not a multiple of 50.
        """
        if isinstance(start, Unset):
            return {}
        if start == -1 and self.countable:
            return {"start": -1}
        if isinstance(start, bool) or not isinstance(start, int) or start < 0 or start % PAGE:
            raise arguments.refusal(
                "start",
                start,
                f"is no beginning of a page, and would be rounded down to one; pass 0, {PAGE},"
                f" {2 * PAGE}, ...",
            )
        return {"start": start} if start else {}

    def floor(self, arguments: Arguments, conditions: Mapping[str, Any]) -> int:
        """Where reading by id begins: after the caller's own ``>ID``, or at the beginning.

        Raises:
            InvalidCall: A reference, or what is no id, as ``>ID``.
        """
        for condition, value in conditions.items():
            if any(isinstance(item, Ref) for item in (value if is_list(value) else [value])):
                raise arguments.refusal(
                    f"filter[{condition!r}]",
                    value,
                    "is only known after another call; await that one and pass its value",
                )
        after = conditions.get(">ID", 0)
        if isinstance(after, str) and after.isascii() and after.isdecimal():
            after = int(after)
        if isinstance(after, bool) or not isinstance(after, int):
            raise arguments.refusal("filter['>ID']", after, "is no id; pass a whole number")
        return max(after, 0)

    def _column(
        self, arguments: Arguments, argument: str, name: str, known: tuple[str, ...]
    ) -> str:
        column = self.fields.get(name)
        if column is None and (name.isupper() or name.islower()):
            column = name.upper()
        if column is not None and (column in known or column.startswith(self.families)):
            return column
        meant = self.fields.get(in_capitals(name).lower(), in_capitals(name))
        if meant in known:
            raise arguments.refusal(
                argument, name, f"is not how the portal writes it here; write {meant!r}"
            )
        raise arguments.refusal(
            argument, name, f"is no name that this method knows; there are {', '.join(known)}"
        )


SPRINTS: Final = Columns(
    names=(
        "ID",
        "GROUP_ID",
        "NAME",
        "SORT",
        "CREATED_BY",
        "MODIFIED_BY",
        "STATUS",
        "DATE_START",
        "DATE_END",
        "ENTITY_TYPE",
        "INFO",
    ),
    dates=frozenset({"DATE_START", "DATE_END"}),
)

EPICS: Final = Columns(
    names=("ID", "GROUP_ID", "NAME", "DESCRIPTION", "CREATED_BY", "MODIFIED_BY", "COLOR")
)

GROUPS: Final = Columns(
    names=(
        "ID",
        "NAME",
        "OWNER_ID",
        "ACTIVE",
        "VISIBLE",
        "OPENED",
        "CLOSED",
        "PROJECT",
        "SUBJECT_ID",
        "SITE_ID",
        "DATE_CREATE",
        "DATE_UPDATE",
        "DATE_ACTIVITY",
    ),
    flags=frozenset({"ACTIVE", "VISIBLE", "OPENED", "CLOSED", "PROJECT"}),
    countable=True,
)

TASKS: Final = Columns(
    names=(
        "ID",
        "PARENT_ID",
        "GROUP_ID",
        "CREATED_BY",
        "RESPONSIBLE_ID",
        "ACCOMPLICE",
        "AUDITOR",
        "TITLE",
        "TAG",
        "STATUS",
        "REAL_STATUS",
        "PRIORITY",
        "STAGE_ID",
        "SPRINT_ID",
        "BACKLOG_ID",
        "XML_ID",
        "DEADLINE",
        "START_DATE_PLAN",
        "END_DATE_PLAN",
        "CREATED_DATE",
        "CHANGED_DATE",
        "CLOSED_DATE",
    ),
    # The record's status is REAL_STATUS; the portal's STATUS knows more, such as "overdue".
    fields={
        "status": "REAL_STATUS",
        "accomplices": "ACCOMPLICE",
        "auditors": "AUDITOR",
        "tags": "TAG",
    },
    families=("UF_",),
    prefixes=(*_COMPARISONS, "="),
    countable=True,
)

USERS: Final = Columns(
    names=(
        "ID",
        "XML_ID",
        "ACTIVE",
        "NAME",
        "LAST_NAME",
        "SECOND_NAME",
        "EMAIL",
        "USER_TYPE",
        "IS_ONLINE",
        "NAME_SEARCH",
        "LAST_LOGIN",
        "DATE_REGISTER",
    ),
    flags=frozenset({"ACTIVE", "IS_ONLINE"}),
    fields={"departments": "UF_DEPARTMENT"},
    families=("UF_", "WORK_", "PERSONAL_"),
)
