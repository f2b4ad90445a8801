"""Filters and orders of lists. A portal answers a wrong one with nothing, or with everything."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import attrs

from ..calls import Ref, Unset
from ..errors import shown
from ..records import SprintStatus, TaskStatus
from ..wire import is_list, is_map
from .arguments import Arguments, in_capitals
from .conditions import (
    COMPARISONS,
    PREFIXES,
    Choice,
    Condition,
    Flag,
    Kind,
    Moment,
    Number,
    OwnField,
    Text,
    UnmatchedMoment,
)

Filter: TypeAlias = Mapping[str, Any] | Unset
"""The portal's own names with prefixes, ``{">ID": 7}``, or record fields: ``{">id": 7}``."""

Order: TypeAlias = Mapping[str, str] | Unset
"""Names as in a filter, with ``"asc"`` or ``"desc"``: ``{"sort": "asc"}``."""

PAGE: Final = 50
"""Rows in a page of every list; a page with fewer is the last."""

_PREFIX_SIGNS: Final = "!=<>%@?*~"


@attrs.frozen(kw_only=True)
class Columns:
    """What one list method can be asked for.

    Attributes:
        kinds: The portal's names, and what each can be compared with.
        fields: Record fields, in snake_case, whose names are not just their capitals.
        families: Beginnings of further names, such as ``"UF_"``.
        sortable: Names that rows can only be ordered by.
        prefixes: The comparisons that the method knows.
        countable: Whether the method counts all rows, unless it is asked with ``start=-1``.
    """

    kinds: Mapping[str, Kind]
    fields: Mapping[str, str] = attrs.field(factory=dict[str, str])
    families: tuple[str, ...] = ()
    sortable: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = PREFIXES
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
            InvalidCall: A name or prefix that the portal does not know, a value that it would take
                for another or for none, a date where none ever matches, an empty list, the same
                condition twice.
        """
        if isinstance(conditions, Unset):
            return {}
        if not is_map(conditions):
            raise arguments.refusal(
                "filter", conditions, "is no map; pass names and values, {'GROUP_ID': 125}"
            )
        found: dict[str, Any] = {}
        for key, value in conditions.items():
            argument = f"filter[{shown(key)}]"
            if not isinstance(key, str):
                raise arguments.refusal(argument, key, "is no name; pass text")
            name = key.lstrip(_PREFIX_SIGNS)
            prefix = key.removesuffix(name)
            column = self._column(arguments, argument, name)
            kind = self.kinds.get(column, _OWN_FIELD)
            known = [sign for sign in kind.prefixes if sign in self.prefixes]
            if prefix not in known:
                raise arguments.refusal(
                    argument,
                    prefix,
                    f"is no comparison of {column} that this method knows; there are"
                    f" {', '.join(sign or 'none' for sign in known)}",
                )
            written = f"{prefix}{column}"
            if written in found:
                raise arguments.refusal(
                    argument, value, f"is a second condition {written!r}; keep one"
                )
            found[written] = kind.compare(Condition(arguments, argument, column, prefix), value)
        return found

    def order(self, arguments: Arguments, order: Order) -> dict[str, str]:
        """Check an order and write it in the portal's names; by id where there is none.

        A portal's own order is not fixed, so that rows could be on two pages or on none.

        Raises:
            InvalidCall: A name that the portal does not know or that was given, or another
                direction.
        """
        if isinstance(order, Unset) or order == {}:
            return {"ID": "asc"}
        if not is_map(order):
            raise arguments.refusal(
                "order", order, "is no order; pass names and directions, {'ID': 'asc'}"
            )
        found: dict[str, str] = {}
        for key, direction in order.items():
            argument = f"order[{shown(key)}]"
            if not isinstance(key, str):
                raise arguments.refusal(argument, key, "is no name; pass text")
            column = self._column(arguments, argument, key, self.sortable)
            if not isinstance(direction, str) or direction.lower() not in ("asc", "desc"):
                raise arguments.refusal(
                    argument, direction, "is no direction; pass 'asc' or 'desc'"
                )
            if column in found:
                raise arguments.refusal(argument, direction, f"orders by {column} again; keep one")
            found[column] = direction.lower()
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
            InvalidCall: A reference.
        """
        for condition, value in conditions.items():
            if any(isinstance(item, Ref) for item in (value if is_list(value) else [value])):
                raise arguments.refusal(
                    f"filter[{condition!r}]",
                    value,
                    "is only known after another call; await that one and pass its value",
                )
        after: int = conditions.get(">ID", 0)
        return max(after, 0)

    def _column(
        self, arguments: Arguments, argument: str, name: str, also: tuple[str, ...] = ()
    ) -> str:
        known = (*self.kinds, *also)
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


_OWN_FIELD: Final = OwnField()
_ID: Final = Number(least=1)
_ID_OR_NONE: Final = Number(least=0)  # 0 where a row has none
_NUMBER: Final = Number()
_TEXT: Final = Text()
_TEXT_OR_NONE: Final = Text(may_be_empty=True)
_FLAG: Final = Flag()
_MOMENT: Final = Moment()
_UNMATCHED: Final = UnmatchedMoment()

SPRINTS: Final = Columns(
    kinds={
        "ID": _ID,
        "GROUP_ID": _ID,
        "NAME": _TEXT,
        "SORT": _NUMBER,
        "CREATED_BY": _ID,
        "MODIFIED_BY": _ID_OR_NONE,
        "STATUS": Choice(tuple(status.value for status in SprintStatus)),
        "DATE_START": _UNMATCHED,
        "DATE_END": _UNMATCHED,
        "ENTITY_TYPE": Choice(("sprint",)),  # whatever is asked for, backlogs are never given
        "INFO": _TEXT,
    },
)

EPICS: Final = Columns(
    kinds={
        "ID": _ID,
        "GROUP_ID": _ID,
        "NAME": _TEXT,
        "DESCRIPTION": _TEXT_OR_NONE,
        "CREATED_BY": _ID,
        "MODIFIED_BY": _ID_OR_NONE,
        "COLOR": _TEXT_OR_NONE,
    }
)

GROUPS: Final = Columns(
    kinds={
        "ID": _ID,
        "NAME": _TEXT,
        "OWNER_ID": _ID,
        "ACTIVE": _FLAG,
        "VISIBLE": _FLAG,
        "OPENED": _FLAG,
        "CLOSED": _FLAG,
        "PROJECT": _FLAG,
        "SUBJECT_ID": _ID,
        "SITE_ID": _TEXT,
        "DATE_CREATE": _MOMENT,
        "DATE_UPDATE": _MOMENT,
        "DATE_ACTIVITY": _MOMENT,
    },
    countable=True,
)

TASKS: Final = Columns(
    kinds={
        "ID": _ID,
        "PARENT_ID": _ID_OR_NONE,
        "GROUP_ID": _ID_OR_NONE,
        "CREATED_BY": _ID,
        "RESPONSIBLE_ID": _ID,
        "ACCOMPLICE": _ID,
        "AUDITOR": _ID,
        "TITLE": _TEXT,
        "TAG": _TEXT,
        # The record's status is REAL_STATUS; the portal's STATUS knows more, such as "overdue".
        "STATUS": _NUMBER,
        "REAL_STATUS": Number(among=tuple(status.value for status in TaskStatus)),
        "PRIORITY": Number(among=(0, 1, 2)),
        "STAGE_ID": _ID_OR_NONE,
        "SPRINT_ID": _ID_OR_NONE,
        "BACKLOG_ID": _ID_OR_NONE,
        "XML_ID": _TEXT,
        "STATUS_CHANGED_BY": _ID,
        "DEPENDS_ON": _ID,
        "FORUM_TOPIC_ID": _ID,
        "MARK": _TEXT,
        "SITE_ID": _TEXT,
        "ADD_IN_REPORT": _FLAG,
        "ONLY_ROOT_TASKS": _FLAG,
        "DATE_START": _MOMENT,
        "DEADLINE": _MOMENT,
        "START_DATE_PLAN": _MOMENT,
        "END_DATE_PLAN": _MOMENT,
        "CREATED_DATE": _MOMENT,
        "CHANGED_DATE": _MOMENT,
        "CLOSED_DATE": _MOMENT,
    },
    fields={
        "status": "REAL_STATUS",
        "accomplices": "ACCOMPLICE",
        "auditors": "AUDITOR",
        "tags": "TAG",
    },
    families=("UF_",),
    sortable=(
        "ACTIVITY_DATE",
        "STATUS_COMPLETE",
        "CREATED_BY_LAST_NAME",
        "RESPONSIBLE_LAST_NAME",
        "TIME_ESTIMATE",
        "TIME_SPENT_IN_LOGS",
        "ALLOW_CHANGE_DEADLINE",
        "ALLOW_TIME_TRACKING",
        "MATCH_WORK_TIME",
        "FAVORITE",
        "SORTING",
        "IS_PINNED",
        "IS_PINNED_IN_GROUP",
    ),
    prefixes=("", "=", "!", *COMPARISONS),
    countable=True,
)

USERS: Final = Columns(
    kinds={
        "ID": _ID,
        "XML_ID": _TEXT,
        "ACTIVE": _FLAG,
        "NAME": _TEXT,
        "LAST_NAME": _TEXT,
        "SECOND_NAME": _TEXT,
        "EMAIL": _TEXT,
        "USER_TYPE": _TEXT,
        "IS_ONLINE": _FLAG,
        "NAME_SEARCH": _TEXT,
        "LAST_LOGIN": _MOMENT,
        "LAST_ACTIVITY_DATE": _MOMENT,
        "DATE_REGISTER": _MOMENT,
        "TIMESTAMP_X": _MOMENT,
    },
    fields={"departments": "UF_DEPARTMENT"},
    families=("UF_", "WORK_", "PERSONAL_"),
)
