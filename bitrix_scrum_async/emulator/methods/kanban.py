"""`tasks.api.scrum.kanban.*`: the stages of a sprint and its cards.

Four methods are declared to return a bool, so what they complain about is lost: the answer is
`false` with status 200. The switch `kanban_errors` answers as the documents say.
"""

from typing import Any

import attrs

from ..binder import SCRUM, Params
from ..rows import Entity, Stage, StageType
from ..values import to_int
from ..visit import Visit
from .board import DEFAULT_COLOR, shown_title, stages
from .registry import method
from .scrum_rules import (
    ACCESS_DENIED,
    SCOPE,
    described,
    fail,
    number,
    require_access,
    text,
)
from .sprint import found_sprint

_TYPES: dict[Any, StageType] = {"NEW": "NEW", "WORK": "WORK", "FINISH": "FINISH"}


class _Refused(Exception):
    """A complaint that a method with a bool for its result cannot make."""


def _refused(visit: Visit, refused: _Refused) -> bool:
    if visit.switches.kanban_errors == "error":
        raise fail(visit, str(refused)) from refused
    return False


def _type(value: Any) -> StageType | None:
    return _TYPES.get(value) if isinstance(value, str) else None


@method("tasks.api.scrum.kanban.getStages", SCOPE)
def get_stages(visit: Visit, params: Params) -> Any:
    """The stages of a sprint by sort: raw rows of the database."""
    sprint = found_sprint(visit, SCRUM.integer(visit, params, "sprintId"))
    require_access(visit, sprint.group_id)
    visit.stage_ids(sprint.id)  # what this process knows from now on
    as_text = visit.switches.stage_numbers == "strings"
    return [
        {
            "id": str(stage.id) if as_text else stage.id,
            "name": shown_title(stage),
            "sort": str(stage.sort) if as_text else stage.sort,
            "type": stage.type,
            "sprintId": str(stage.sprint_id) if as_text else stage.sprint_id,
            "color": stage.color,
        }
        for stage in stages(visit, sprint.id)
    ]


@method("tasks.api.scrum.kanban.addStage", SCOPE)
def add_stage(visit: Visit, params: Params) -> Any:
    """Add a stage to a sprint of any status; a backlog's id passes, too."""
    fields = SCRUM.array(visit, params, "fields")
    sprint_id = to_int(fields.get("sprintId"))
    if sprint_id == 0:
        raise fail(visit, "Sprint id not found")
    sprint = visit.entity(sprint_id)
    if sprint is None:
        raise fail(visit, "Sprint not found")
    require_access(visit, sprint.group_id)
    name = text(fields, "name")
    if name is None:
        raise fail(visit, "Incorrect name format")
    sort = number(fields, "sort")
    stage = Stage(
        id=visit.state.next_id("stage"),
        sprint_id=sprint_id,
        title=name,
        sort=100 if sort is None else sort,
        type=_type(fields.get("type")) or "WORK",
        color=text(fields, "color") or DEFAULT_COLOR,
    )
    visit.state.save_stage(stage)
    visit.state.created["stage", sprint_id, name] += 1
    return stage.id


def _stage(visit: Visit, stage_id: int) -> Stage:
    if stage_id == 0:
        raise _Refused("Stage id not found")
    stage = visit.state.stages.get(stage_id)
    if stage is None:
        raise _Refused("Stage not found")
    if not _readable(visit, visit.entity(stage.sprint_id)):
        raise _Refused(ACCESS_DENIED)
    return stage


def _readable(visit: Visit, sprint: Entity | None) -> bool:
    return sprint is not None and visit.can_read(sprint.group_id)


@method("tasks.api.scrum.kanban.updateStage", SCOPE)
def update_stage(visit: Visit, params: Params) -> Any:
    """Change a stage, found by its id alone."""
    stage_id = SCRUM.integer(visit, params, "stageId")
    fields = SCRUM.array(visit, params, "fields")
    try:
        stage = attrs.evolve(_stage(visit, stage_id))
        sprint_id = number(fields, "sprintId")
        if sprint_id is not None:
            if not _readable(visit, visit.entity(sprint_id)):
                raise _Refused("Incorrect sprintId value")
            stage.sprint_id = sprint_id
    except _Refused as refused:
        return _refused(visit, refused)
    name, color, sort = text(fields, "name"), text(fields, "color"), number(fields, "sort")
    stage.title = stage.title if name is None else name
    stage.color = stage.color if color is None else color
    stage.sort = stage.sort if sort is None else sort
    stage.type = _type(fields.get("type")) or stage.type
    visit.state.save_stage(stage)
    return True


@method("tasks.api.scrum.kanban.deleteStage", SCOPE)
def delete_stage(visit: Visit, params: Params) -> Any:
    """Remove an empty stage."""
    stage_id = SCRUM.integer(visit, params, "stageId")
    try:
        _stage(visit, stage_id)
        if visit.state.task_ids_of_stage(stage_id):
            raise _Refused("Stage has tasks")
    except _Refused as refused:
        return _refused(visit, refused)
    visit.state.delete_stage(stage_id)
    return True


def _sprint_and_task(visit: Visit, sprint_id: int, task_id: int, stage_id: int | None) -> None:
    if sprint_id == 0:
        raise _Refused("Sprint id not found")
    if task_id == 0:
        raise _Refused("Task id not found")
    if stage_id == 0:
        raise _Refused("Stage id not found")
    sprint = visit.entity(sprint_id)
    if sprint is None:
        raise _Refused("Sprint not found")
    if not visit.can_read(sprint.group_id):
        raise _Refused(ACCESS_DENIED)
    if stage_id is not None and stage_id not in visit.state.stages:
        raise _Refused("Stage not found")
    task = visit.state.tasks.get(task_id)
    if task is None or task.group_id != sprint.group_id:
        raise _Refused("Task not found. The task must be with GROUP_ID")


@method("tasks.api.scrum.kanban.addTask", SCOPE)
def add_task(visit: Visit, params: Params) -> Any:
    """Put a card into a stage, which may be another sprint's. An earlier card stays."""
    sprint_id = SCRUM.integer(visit, params, "sprintId")
    task_id = SCRUM.integer(visit, params, "taskId")
    stage_id = SCRUM.integer(visit, params, "stageId")
    try:
        _sprint_and_task(visit, sprint_id, task_id, stage_id)
    except _Refused as refused:
        return _refused(visit, refused)
    visit.state.put_card(task_id, stage_id)
    return True


@method("tasks.api.scrum.kanban.deleteTask", SCOPE)
def delete_task(visit: Visit, params: Params) -> Any:
    """Take a task's cards off the board; the task stays in the sprint."""
    sprint_id = SCRUM.integer(visit, params, "sprintId")
    task_id = SCRUM.integer(visit, params, "taskId")
    try:
        _sprint_and_task(visit, sprint_id, task_id, None)
    except _Refused as refused:
        return _refused(visit, refused)
    visit.state.take_cards(task_id, visit.stage_ids(sprint_id))
    return True


@method("tasks.api.scrum.kanban.getFields", SCOPE)
def get_fields(visit: Visit, params: Params) -> Any:
    """The fields of a stage."""
    return described(
        name="string", sort="integer", type="string", sprintId="integer", color="string"
    )
