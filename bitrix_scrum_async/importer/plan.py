"""The plan of a bulk import: groups with their epics, sprints, stages and tasks.

```yaml
version: 1
defaults: {created_by: 1, responsible: 1}
groups:
  - key: mobile
    name: Mobile app
    scrum_master: anna@example.com
    epics:
      - {key: sign-in, name: Sign-in, color: "#69dafc"}
    sprints:
      - key: s1
        name: Sprint 1
        start: 2026-11-02T09:00:00+03:00
        end: 2026-11-16T09:00:00+03:00
        status: active
    tasks:
      - {key: MOB-1, title: Log in with a code, epic: sign-in, sprint: s1, story_points: 3}
```
"""

from datetime import datetime
from os import PathLike
from pathlib import Path as FilePath
from typing import Any, Literal, Self, TypeAlias

import attrs

from . import checks, files
from .fields import Choice, Listing, Place, Record, Text, flag, moment, reads, user, version
from .problems import Path, PlanError, Problem

UserName: TypeAlias = int | str
"""A user id, or an e-mail address that the portal knows."""

# Two keys make the natural key of a task, and the portal's column for it is short.
_KEY = Text(longest=90, empty=False)
_NAME = Text(longest=255, empty=False)
_TITLE = Text(longest=255, empty=False, trimmed=True, zero=False)
_COLOR = Text(longest=18)


@attrs.frozen(kw_only=True)
class StagePlan:
    """A stage of a sprint's board.

    Attributes:
        name: What it is called; unique on its board.
        type: NEW takes the tasks when the sprint starts, FINISH the done ones; a board has both.
        color: Six hexadecimal digits, such as 00C4FB.
    """

    name: str = attrs.field(metadata=reads(_NAME))
    type: Literal["NEW", "WORK", "FINISH"] = attrs.field(
        default="WORK", metadata=reads(Choice(("NEW", "WORK", "FINISH")))
    )
    color: str = attrs.field(default="", metadata=reads(_COLOR))


@attrs.frozen(kw_only=True)
class EpicPlan:
    """An epic of a group.

    Attributes:
        key: Tasks and the journal name it so; unique in its group.
        name: What it is called.
        description: What it is about.
        color: A colour such as #69dafc.
    """

    key: str = attrs.field(metadata=reads(_KEY))
    name: str = attrs.field(metadata=reads(_NAME))
    description: str = attrs.field(default="", metadata=reads(Text()))
    color: str = attrs.field(default="", metadata=reads(_COLOR))


@attrs.frozen(kw_only=True)
class SprintPlan:
    """A sprint of a group; without stages its board gets the portal's own.

    Attributes:
        key: Tasks and the journal name it so; unique in its group.
        name: What it is called.
        start: When it begins, with its offset: 2026-01-05T09:00:00+03:00.
        end: When it ends; not before the start.
        status: One sprint of a group may be active; it needs an open task.
        stages: The columns of its board.
    """

    key: str = attrs.field(metadata=reads(_KEY))
    name: str = attrs.field(metadata=reads(_NAME))
    start: datetime = attrs.field(metadata=reads(moment))
    end: datetime = attrs.field(metadata=reads(moment))
    status: Literal["planned", "active", "completed"] = attrs.field(
        default="planned", metadata=reads(Choice(("planned", "active", "completed")))
    )
    stages: tuple[StagePlan, ...] = attrs.field(
        default=(), metadata=reads(Listing(Record(StagePlan)))
    )


@attrs.frozen(kw_only=True)
class TaskPlan:
    """A task of a group; without a sprint it stands in the backlog.

    Attributes:
        key: The journal names it so; unique in its group.
        title: What is to be done.
        description: The same at length.
        responsible: Who does it; absent: that of the defaults.
        epic: The key of its epic.
        sprint: The key of its sprint; absent: the backlog.
        stage: The name of its stage; only in the active sprint.
        story_points: Any text: 3, 0.5 or XL.
        done: Whether it is completed.
    """

    key: str = attrs.field(metadata=reads(_KEY))
    title: str = attrs.field(metadata=reads(_TITLE))
    description: str = attrs.field(default="", metadata=reads(Text()))
    responsible: UserName | None = attrs.field(default=None, metadata=reads(user))
    epic: str | None = attrs.field(default=None, metadata=reads(Text(empty=False)))
    sprint: str | None = attrs.field(default=None, metadata=reads(Text(empty=False)))
    stage: str | None = attrs.field(default=None, metadata=reads(Text(empty=False)))
    story_points: str = attrs.field(default="", metadata=reads(Text()))
    done: bool = attrs.field(default=False, metadata=reads(flag))


@attrs.frozen(kw_only=True)
class GroupPlan:
    """A Scrum group with all that stands in it.

    Attributes:
        key: The journal names it so; unique in the plan.
        name: What it is called.
        description: What it is about.
        scrum_master: Who leads it.
        members: Who belongs to it besides.
        epics: Its epics.
        sprints: Its sprints.
        tasks: Its tasks.
    """

    key: str = attrs.field(metadata=reads(_KEY))
    name: str = attrs.field(metadata=reads(_NAME))
    description: str = attrs.field(default="", metadata=reads(Text()))
    scrum_master: UserName = attrs.field(metadata=reads(user))
    members: tuple[UserName, ...] = attrs.field(default=(), metadata=reads(Listing(user)))
    epics: tuple[EpicPlan, ...] = attrs.field(default=(), metadata=reads(Listing(Record(EpicPlan))))
    sprints: tuple[SprintPlan, ...] = attrs.field(
        default=(), metadata=reads(Listing(Record(SprintPlan)))
    )
    tasks: tuple[TaskPlan, ...] = attrs.field(default=(), metadata=reads(Listing(Record(TaskPlan))))

    @property
    def active_sprint(self) -> SprintPlan | None:
        """The sprint that shall be running, or ``None``."""
        return next((sprint for sprint in self.sprints if sprint.status == "active"), None)

    def board(self, sprint: SprintPlan) -> tuple[StagePlan, ...]:
        """Return the stages that a sprint's board has once it is started.

        The portal copies those of the completed sprint that ended last;
        without one it makes its three defaults.
        """
        if sprint.stages:
            return sprint.stages
        completed = [each for each in self.sprints if each.status == "completed"]
        last = max(completed, key=lambda each: each.end, default=None)
        return (last.stages if last else ()) or DEFAULT_BOARD


DEFAULT_BOARD = (
    StagePlan(name="New", type="NEW", color="00C4FB"),
    StagePlan(name="In progress", type="WORK", color="47D1E2"),
    StagePlan(name="Done", type="FINISH", color="75D900"),
)
"""What the portal makes when it has no stages to copy. It shows the names in its own language."""


@attrs.frozen(kw_only=True)
class Defaults:
    """Who stands in where a record names nobody.

    Attributes:
        created_by: Who is the author of everything.
        responsible: Who does the tasks that name nobody.
    """

    created_by: UserName | None = attrs.field(default=None, metadata=reads(user))
    responsible: UserName | None = attrs.field(default=None, metadata=reads(user))


@attrs.frozen(kw_only=True)
class Plan:
    """All that an import shall create.

    Attributes:
        version: The version of this format.
        defaults: Who stands in where a record names nobody.
        groups: One Scrum group each.
    """

    version: int = attrs.field(default=1, metadata=reads(version))
    defaults: Defaults = attrs.field(factory=Defaults, metadata=reads(Record(Defaults)))
    groups: tuple[GroupPlan, ...] = attrs.field(metadata=reads(Listing(Record(GroupPlan))))

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read a plan from a YAML, JSON or JSON Lines file and check it as a whole.

        Args:
            path: A file named .yaml, .yml, .json, .jsonl or .ndjson. JSON Lines hold one group
                a line; a first line without a key may hold version and defaults.

        Raises:
            PlanError: With everything that is wrong, each with file, line and path.
        """
        source = files.read(FilePath(path))
        found: list[tuple[Path, str]] = []

        def note(at: Path, text: str) -> None:
            found.append((at, text))

        plan: Self = Record(cls)(source.tree, Place((), note))
        if isinstance(plan, cls):
            checks.check(plan, Place((), note))
        if found:
            raise PlanError(source.problems(found))
        return plan

    def check(self) -> None:
        """Check a plan that was built in Python; a loaded plan is checked already.

        Raises:
            PlanError: With everything that is wrong, each with its path.
        """
        problems: list[Problem] = []
        checks.check(
            self,
            Place((), lambda at, text: problems.append(Problem(text=text, path=at))),
        )
        if problems:
            raise PlanError(problems)

    def dump(self, path: str | PathLike[str]) -> None:
        """Write the plan to a file that `load` reads as the same plan."""
        files.write(FilePath(path), {"version": self.version, **_tree(self)})


def _tree(record: Any) -> dict[str, Any]:
    """Return a record as maps and lists, without what is as by default."""
    return attrs.asdict(
        record,
        filter=lambda field, value: value not in (field.default, Defaults()),
        value_serializer=lambda _, __, value: (
            value.isoformat() if isinstance(value, datetime) else value
        ),
    )
