"""The mapping: what the names of another tool become in a portal.

It is a YAML file that a person edits. Under each heading stands what the export names, and after
it what that becomes; nothing after a name leaves it out.
"""

import re
from collections.abc import Mapping as Names
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from ..fields import (
    WRONG,
    Choice,
    Listing,
    Named,
    Place,
    Reader,
    Record,
    Text,
    flag,
    moment,
    reads,
    user,
    version,
)
from ..files import Source
from ..plan import Defaults, UserName
from ..problems import Path, PlanError
from .export import Tool

Kind: TypeAlias = Literal["epic", "task", "subtask"]
Label: TypeAlias = Literal["epic", "label"]
Note: TypeAlias = Literal[
    "parent", "labels", "due", "checklists", "key", "type", "priority", "reporter"
]

_NOTES = ("parent", "labels", "due", "checklists", "key", "type", "priority", "reporter")
_KINDS = ("epic", "task", "subtask")
_NAME = Text(longest=255, empty=False)


def _zone(value: Any, place: Place) -> Any:
    """Read an offset such as +03:00, or a name such as Europe/Moscow."""
    name = Text()(value, place)
    if name is WRONG:
        return WRONG
    if name in ("Z", "UTC"):
        return UTC
    if offset := re.fullmatch(r"([+-])(\d\d?):?(\d\d)?", name):
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        if ahead < timedelta(hours=24):
            return timezone(-ahead if offset[1] == "-" else ahead)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return place.wrong(f"{name!r} is no time zone: write +03:00 or Europe/Moscow")


def _day(value: Any, place: Place) -> Any:
    """Read a day, or a date and time with its offset."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value.strip(), re.ASCII):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            return place.wrong(f"{value!r} is no day: write it like 2026-01-05")
    return moment(value, place)


def _or_nothing(item: Reader) -> Reader:
    return Named(item, nothing=True)


@attrs.frozen(kw_only=True)
class GroupRule:
    """What a project becomes."""

    name: str = attrs.field(metadata=reads(_NAME))
    description: str = attrs.field(default="", metadata=reads(Text()))
    scrum_master: UserName | None = attrs.field(default=None, metadata=reads(user))
    members: tuple[UserName, ...] = attrs.field(default=(), metadata=reads(Listing(user)))


@attrs.frozen(kw_only=True)
class StatusRule:
    """What a status or a list becomes: a stage of the board, the backlog, or a sprint.

    Attributes:
        stage: The stage of the active sprint's board.
        type: The type of that stage.
        done: Whether its tasks are done; absent: those of a FINISH stage are.
        backlog: Whether its tasks stand in the backlog whatever sprint they name.
        sprint: The sprint of its tasks that name none.
    """

    stage: str | None = attrs.field(default=None, metadata=reads(_NAME))
    type: Literal["NEW", "WORK", "FINISH"] = attrs.field(
        default="WORK", metadata=reads(Choice(("NEW", "WORK", "FINISH")))
    )
    done: bool | None = attrs.field(default=None, metadata=reads(flag))
    backlog: bool = attrs.field(default=False, metadata=reads(flag))
    sprint: str | None = attrs.field(default=None, metadata=reads(Text(empty=False)))

    @property
    def finishes(self) -> bool:
        """Whether tasks with this status are done."""
        return self.type == "FINISH" if self.done is None else self.done


@attrs.frozen(kw_only=True)
class SprintRule:
    """What a sprint becomes."""

    name: str | None = attrs.field(default=None, metadata=reads(_NAME))
    start: date = attrs.field(metadata=reads(_day))
    end: date = attrs.field(metadata=reads(_day))
    status: Literal["planned", "active", "completed"] = attrs.field(
        default="planned", metadata=reads(Choice(("planned", "active", "completed")))
    )


@attrs.frozen(kw_only=True)
class Mapping:
    """What all names of an export become."""

    version: int = attrs.field(default=1, metadata=reads(version))
    source: Tool = attrs.field(metadata=reads(Choice(("jira", "trello"))))
    time_zone: tzinfo = attrs.field(default=UTC, metadata=reads(_zone))
    defaults: Defaults = attrs.field(factory=Defaults, metadata=reads(Record(Defaults)))
    append: tuple[Note, ...] = attrs.field(default=(), metadata=reads(Listing(Choice(_NOTES))))
    archived: Literal["skip", "keep", "done"] = attrs.field(
        default="skip", metadata=reads(Choice(("skip", "keep", "done")))
    )
    groups: Names[str, GroupRule | None] = attrs.field(
        factory=dict[str, GroupRule | None], metadata=reads(_or_nothing(Record(GroupRule)))
    )
    types: Names[str, Kind | None] = attrs.field(
        factory=dict[str, Kind | None], metadata=reads(_or_nothing(Choice(_KINDS)))
    )
    statuses: Names[str, StatusRule | None] = attrs.field(
        factory=dict[str, StatusRule | None], metadata=reads(_or_nothing(Record(StatusRule)))
    )
    labels: Names[str, Label | None] = attrs.field(
        factory=dict[str, Label | None], metadata=reads(_or_nothing(Choice(("epic", "label"))))
    )
    sprints: Names[str, Names[str, SprintRule | None]] = attrs.field(
        factory=dict[str, Names[str, SprintRule | None]],
        metadata=reads(Named(_or_nothing(Record(SprintRule)))),
    )
    users: Names[str, UserName | None] = attrs.field(
        factory=dict[str, UserName | None], metadata=reads(_or_nothing(user))
    )

    @classmethod
    def read(cls, source: Source) -> Self:
        """Read a mapping from the tree of its file.

        Raises:
            PlanError: With everything that is wrong, each with file, line and path.
        """
        found: list[tuple[Path, str]] = []

        def note(at: Path, text: str) -> None:
            found.append((at, text))

        mapping: Self = Record(cls)(source.tree, Place((), note))
        if not found:
            mapping.check(Place((), note))
        if found:
            raise PlanError(source.problems(found))
        return mapping

    def check(self, place: Place) -> None:
        """Note what rules say against each other."""
        types: dict[str, str] = {}
        for name, rule in self.statuses.items():
            if rule is None or rule.stage is None:
                continue
            first = types.setdefault(rule.stage, rule.type)
            if first != rule.type:
                place.at("statuses").at(name).wrong(
                    f"calls the stage {rule.stage!r} {rule.type}, but it is {first} above: "
                    "write the same type, or another stage"
                )
        for project, sprints in self.sprints.items():
            active: str | None = None
            for name, sprint in sprints.items():
                at = place.at("sprints").at(project).at(name)
                if sprint is None:
                    continue
                if self.moment(sprint.end) < self.moment(sprint.start):
                    at.at("end").wrong(f"is before the start, {sprint.start.isoformat()}")
                if sprint.status == "active" and active is not None:
                    at.at("status").wrong(
                        f"is active as that of {active!r} is; the portal runs one sprint a group: "
                        "write completed or planned"
                    )
                elif sprint.status == "active":
                    active = name

    def moment(self, day: date) -> datetime:
        """Return when a day begins in this mapping's time zone; a moment stays what it is."""
        if isinstance(day, datetime):
            return day
        return datetime.combine(day, time(), self.time_zone)
