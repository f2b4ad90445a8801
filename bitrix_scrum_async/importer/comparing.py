"""Compares a group of a portal with its plan, record by record and field by field."""

from collections.abc import Container, Iterator, Mapping
from datetime import datetime
from typing import TypeAlias

import attrs

from ..errors import BitrixScrumError
from ..records import Epic, Sprint, Task
from .authors import Authors
from .boards import match_board
from .contents import Contents
from .plan import EpicPlan, GroupPlan, SprintPlan, StagePlan, TaskPlan
from .writes import xml_id

Fields: TypeAlias = dict[str, tuple[object, object]]
"""Fields by name: what the plan says, and what the portal says."""

_BACKLOG = "the backlog"
_NO_EPIC = "no epic"


@attrs.frozen(kw_only=True)
class Comparison:
    """One group: what the portal holds of it, and what the plan says.

    Attributes:
        plan: What is planned.
        authors: Who stands behind the names of users.
        contents: What the portal holds.
        epics: The ids of epics, by key.
        sprints: The ids of sprints, by key.
        stores_xml_id: Whether the portal keeps ``XML_ID`` of tasks.
        moved: The keys of the tasks whose cards were put by hand.
    """

    plan: GroupPlan
    authors: Authors
    contents: Contents
    epics: Mapping[str, int]
    sprints: Mapping[str, int]
    stores_xml_id: bool = True
    moved: Container[str] = ()

    def group(self) -> Fields:
        """Compare the group itself."""
        record, members = self.contents.group, self.contents.members
        master = self.authors.id(self.plan.scrum_master)
        planned = {master, *map(self.authors.id, self.plan.members)}
        # Whoever else belongs to it, such as who owns it, is not the plan's business.
        inside = (
            f"unknown: {members}"
            if isinstance(members, BitrixScrumError)
            else sorted(planned.intersection(each.user_id for each in members))
        )
        return {
            "name": (self.plan.name, record.name),
            "description": (self.plan.description, record.description),
            "scrum_master": (master, record.scrum_master_id),
            "members": (sorted(planned), inside),
        }

    def epic(self, epic: EpicPlan, row: Epic) -> Fields:
        """Compare an epic."""
        return {
            "name": (epic.name, row.name),
            "description": (epic.description, row.description),
            "color": (epic.color, row.color),
        }

    def sprint(self, sprint: SprintPlan, row: Sprint) -> Fields:
        """Compare a sprint, without its board."""
        return {
            "name": (sprint.name, row.name),
            "start": (_second(sprint.start), row.date_start),
            "end": (_second(sprint.end), row.date_end),
            "status": (sprint.status, str(row.status)),
        }

    def board(self, sprint: SprintPlan, row: Sprint) -> Fields:
        """Compare the stages that the plan gives a sprint."""
        if not sprint.stages:
            return {}
        rows = self.contents.boards[row.id]
        colored = {stage.name for stage in sprint.stages if stage.color}
        return {
            "stages": (
                [(stage.name, stage.type) for stage in sprint.stages],
                [(each.name, str(each.type)) for each in rows],
            ),
            "colors": (
                {stage.name: _color(stage.color) for stage in sprint.stages if stage.color},
                {each.name: _color(each.color) for each in rows if each.name in colored},
            ),
        }

    def task(self, task: TaskPlan, row: Task) -> Fields:
        """Compare a task, without its place."""
        planned_id = xml_id(self.plan.key, task.key)
        return {
            "title": (task.title, row.title),
            "description": (task.description, row.description),
            "responsible": (
                self.authors.responsible_for(self.plan, task),
                row.responsible_id,
            ),
            "xml_id": (planned_id if self.stores_xml_id else row.xml_id, row.xml_id),
            "done": (task.done, row.is_completed),
        }

    def place(self, task: TaskPlan, row: Task) -> Fields | None:
        """Compare the place of a task; ``None`` where it has none."""
        item = self.contents.places.get(row.id)
        if item is None:
            return None
        return {
            "sprint": (task.sprint or _BACKLOG, self._entity(item.entity_id)),
            "epic": (task.epic or _NO_EPIC, _key_of(item.epic_id, self.epics)),
            "story_points": (task.story_points, item.story_points),
        }

    def _entity(self, id_: int) -> str:
        return _BACKLOG if id_ == self.contents.backlog else _key_of(id_, self.sprints)

    def card(self, task: TaskPlan, row: Task) -> Fields | None:
        """Compare in which stage of the running sprint a task stands.

        ``None`` where the portal does not tell: a task's ``stageId`` need not follow
        ``kanban.addTask``, and no method reads a board.
        """
        sprint = self.plan.active_sprint
        if sprint is None or task.sprint != sprint.key:
            return {}
        board = self.plan.board(sprint)
        allowed = [stage.name for stage in _allowed(board, task)]
        ids = match_board(board, self.contents.boards.get(self.sprints.get(sprint.key, 0), ()))
        names = {id_: name for name, id_ in ids.items()}
        found = names.get(row.stage_id or 0, "none")
        if found in allowed:
            return {"stage": (found, found)}
        if task.key in self.moved or row.stage_id in (None, 0):
            return None
        return {"stage": (" or ".join(allowed), found)}


def _allowed(board: tuple[StagePlan, ...], task: TaskPlan) -> Iterator[StagePlan]:
    """The stages in which a task may stand."""
    if task.stage is not None:
        yield from (stage for stage in board if stage.name == task.stage)
        return
    own = [stage for stage in board if stage.type == ("FINISH" if task.done else "NEW")]
    # Without a stage in the plan it is the first; of finishing ones the portal takes any.
    yield from own if task.done else own[:1]


def shown(value: object) -> str:
    """Write a value as it is shown to a person."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:60]}... ({len(text)} characters)"


def _key_of(id_: int, ids: Mapping[str, int]) -> str:
    """Return what the plan calls a record, or its id where it does not know it."""
    if not id_:
        return _NO_EPIC
    return next((key for key, known in ids.items() if known == id_), f"#{id_}")


def _color(color: str) -> str:
    return color.removeprefix("#").upper()


def _second(moment: datetime) -> datetime:
    """The portal keeps whole seconds."""
    return moment.replace(microsecond=0)
