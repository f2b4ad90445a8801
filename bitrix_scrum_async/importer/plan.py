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
from .fields import (
    Place,
    choice,
    flag,
    listing,
    moment,
    reads,
    record,
    text,
    user,
    whole,
)
from .problems import Path, PlanError, Problem

UserName: TypeAlias = int | str
"""A user id, or an e-mail address that the portal knows."""

# Two keys make the natural key of a task, and the portal's column for it is short.
_KEY = text(longest=90, empty=False)
_NAME = text(longest=255, empty=False)
_COLOR = text(longest=18)


@attrs.frozen(kw_only=True)
class StagePlan:
    """A stage of a sprint's board."""

    name: str = attrs.field(metadata=reads(_NAME))
    type: Literal["NEW", "WORK", "FINISH"] = attrs.field(
        default="WORK", metadata=reads(choice("NEW", "WORK", "FINISH"))
    )
    color: str = attrs.field(default="", metadata=reads(_COLOR))


@attrs.frozen(kw_only=True)
class EpicPlan:
    """An epic of a group."""

    key: str = attrs.field(metadata=reads(_KEY))
    name: str = attrs.field(metadata=reads(_NAME))
    description: str = attrs.field(default="", metadata=reads(text()))
    color: str = attrs.field(default="", metadata=reads(_COLOR))


@attrs.frozen(kw_only=True)
class SprintPlan:
    """A sprint of a group; without stages its board gets the portal's own."""

    key: str = attrs.field(metadata=reads(_KEY))
    name: str = attrs.field(metadata=reads(_NAME))
    start: datetime = attrs.field(metadata=reads(moment))
    end: datetime = attrs.field(metadata=reads(moment))
    status: Literal["planned", "active", "completed"] = attrs.field(
        default="planned", metadata=reads(choice("planned", "active", "completed"))
    )
    stages: tuple[StagePlan, ...] = attrs.field(
        default=(), metadata=reads(listing(record(StagePlan)))
    )


@attrs.frozen(kw_only=True)
class TaskPlan:
    """A task of a group; without a sprint it stands in the backlog."""

    key: str = attrs.field(metadata=reads(_KEY))
    title: str = attrs.field(metadata=reads(text(longest=255, empty=False, trimmed=True)))
    description: str = attrs.field(default="", metadata=reads(text()))
    responsible: UserName | None = attrs.field(default=None, metadata=reads(user))
    epic: str | None = attrs.field(default=None, metadata=reads(text(empty=False)))
    sprint: str | None = attrs.field(default=None, metadata=reads(text(empty=False)))
    stage: str | None = attrs.field(default=None, metadata=reads(text(empty=False)))
    story_points: str = attrs.field(default="", metadata=reads(text()))
    done: bool = attrs.field(default=False, metadata=reads(flag))


@attrs.frozen(kw_only=True)
class GroupPlan:
    """A Scrum group with all that stands in it."""

    key: str = attrs.field(metadata=reads(_KEY))
    name: str = attrs.field(metadata=reads(_NAME))
    description: str = attrs.field(default="", metadata=reads(text()))
    scrum_master: UserName = attrs.field(metadata=reads(user))
    members: tuple[UserName, ...] = attrs.field(default=(), metadata=reads(listing(user)))
    epics: tuple[EpicPlan, ...] = attrs.field(default=(), metadata=reads(listing(record(EpicPlan))))
    sprints: tuple[SprintPlan, ...] = attrs.field(
        default=(), metadata=reads(listing(record(SprintPlan)))
    )
    tasks: tuple[TaskPlan, ...] = attrs.field(default=(), metadata=reads(listing(record(TaskPlan))))

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
    """Who stands in where a record names nobody."""

    created_by: UserName | None = attrs.field(default=None, metadata=reads(user))
    responsible: UserName | None = attrs.field(default=None, metadata=reads(user))


def _version(value: Any, place: Place) -> Any:
    version = whole(value, place)
    return version if version == 1 else place.wrong("must be 1, the only version there is")


@attrs.frozen(kw_only=True)
class Plan:
    """All that an import shall create."""

    version: int = attrs.field(default=1, metadata=reads(_version))
    defaults: Defaults = attrs.field(factory=Defaults, metadata=reads(record(Defaults)))
    groups: tuple[GroupPlan, ...] = attrs.field(metadata=reads(listing(record(GroupPlan))))

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

        plan: Self = record(cls)(source.tree, Place((), note))
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
