"""`tasks.api.scrum.sprint.start` and `.complete`, the two that move tasks."""

from typing import Any

from ..binder import SCRUM, Params
from ..rows import COMPLETED, Entity
from ..visit import Visit
from . import board
from .registry import method
from .scrum_rules import (
    ACCESS_DENIED,
    SCOPE,
    fail,
    require_access,
)
from .sprint import answer, found_sprint

_TWO_WEEKS = 1209600


def is_completed(visit: Visit, task_id: int) -> bool:
    """Whether a task is done."""
    return visit.state.tasks[task_id].status == COMPLETED


def set_status(visit: Visit, task_id: int, status: int) -> None:
    """Change the status of a task, with the dates and users that belong to it."""
    task, now = visit.state.tasks[task_id], int(visit.now)
    task.status, task.status_changed, task.status_changed_by = status, now, visit.user_id
    task.changed, task.changed_by = now, visit.user_id
    done = status == COMPLETED
    task.closed, task.closed_by = (now, visit.user_id) if done else (None, 0)


@method("tasks.api.scrum.sprint.start", SCOPE)
def start(visit: Visit, params: Params) -> Any:
    """Start a planned sprint."""
    sprint = found_sprint(visit, SCRUM.integer(visit, params, "id"))
    if sprint.status != "planned":
        raise fail(visit, "Sprint must be planned")
    if not visit.can_manage(sprint.group_id):
        raise fail(visit, ACCESS_DENIED)
    require_access(visit, sprint.group_id)
    # With `batch_caches` these stay in the cache when the start fails.
    sprint.status, sprint.sort = "active", 0
    if not _start(visit, sprint):
        raise fail(visit, "Unable to start sprint")
    visit.state.save_entity(sprint)
    return answer(visit, sprint)


def _start(visit: Visit, sprint: Entity) -> bool:
    """The work of a start. What it did before it fails stays done."""
    state = visit.state
    if sprint.id not in state.entities or state.active_sprint(sprint.group_id) is not None:
        return False
    done = [one for one in state.task_ids_of_entity(sprint.id) if is_completed(visit, one)]
    _to_backlog(visit, sprint, done)
    last = state.last_completed_sprint(sprint.group_id)
    if not state.stage_ids(sprint.id) and not board.create_stages(visit, sprint.id, last):
        return False
    # Counted now: a subtask, open or not, has left with its completed parent.
    open_ids = [one for one in state.task_ids_of_entity(sprint.id) if not is_completed(visit, one)]
    if not open_ids:
        return visit.switches.start_empty_sprint
    new_stage = board.first_stage(visit, sprint.id, "NEW")
    if new_stage is None:
        return False
    same = board.same_stages(visit, sprint.id, last)
    subtasks = (
        child
        for task_id in open_ids
        for child in state.descendants(task_id)
        if state.tasks[child].group_id == sprint.group_id
    )
    for task_id in dict.fromkeys((*open_ids, *subtasks)):
        before = next((one for one in state.cards.get(task_id, ()) if one in same), None)
        board.place(visit, sprint.id, task_id, new_stage if before is None else same[before])
    return True


def _to_backlog(visit: Visit, sprint: Entity, task_ids: list[int]) -> None:
    """Move completed tasks and their subtasks out of the sprint, if there is a backlog."""
    state = visit.state
    backlog = state.backlog(sprint.group_id)
    if backlog is None:
        return
    for task_id in task_ids:
        for moved in (task_id, *state.descendants(task_id)):
            item = state.items.get(moved)
            if item is not None and item.entity_id == sprint.id:
                state.move_item(item, backlog.id)


@method("tasks.api.scrum.sprint.complete", SCOPE)
def complete(visit: Visit, params: Params) -> Any:
    """Complete the active sprint of a group; `id` is the group's."""
    group_id = SCRUM.integer(visit, params, "id")
    if group_id == 0:
        raise fail(visit, "Group id not found")
    active = visit.state.active_sprint(group_id)
    if active is None:
        raise fail(visit, "Sprint not found")
    if not visit.can_manage(group_id):
        raise fail(visit, ACCESS_DENIED)
    require_access(visit, group_id)
    if visit.switches.complete_fails:
        return None  # the method copies an empty list of errors
    sprint = Entity(
        id=active.id,
        group_id=active.group_id,
        entity_type="sprint",
        name=active.name,
        goal=active.goal,
        created_by=active.created_by,
        modified_by=active.modified_by,
        date_start=active.date_start,
        date_end=int(visit.now),
        status="completed",
    )
    _complete(visit, sprint)
    visit.state.save_entity(sprint)
    return answer(visit, sprint)


def _complete(visit: Visit, sprint: Entity) -> None:
    state = visit.state
    finished: dict[int, None] = {}
    unfinished: dict[int, None] = {}
    for stage in board.stages(visit, sprint.id):
        tasks = finished if stage.type == "FINISH" else unfinished
        tasks.update(dict.fromkeys(state.task_ids_of_stage(stage.id)))
    for task_id in finished:
        if not is_completed(visit, task_id):
            set_status(visit, task_id, COMPLETED)
    finish_stage = board.last_stage(visit, sprint.id, "FINISH")
    moving: list[int] = []
    for task_id in unfinished:
        if not is_completed(visit, task_id):
            moving.append(task_id)
        elif finish_stage is not None:
            board.place(visit, sprint.id, task_id, finish_stage)
    target = state.backlog(sprint.group_id) or _next_sprint(visit, sprint)
    for task_id in moving:
        item = state.items.get(task_id)
        if item is not None and item.entity_id == sprint.id:
            state.move_item(item, target.id)


def _next_sprint(visit: Visit, sprint: Entity) -> Entity:
    """Without a backlog a new sprint takes what is not done."""
    state = visit.state
    group, now = state.groups.get(sprint.group_id), int(visit.now)
    duration = (group.scrum_sprint_duration if group else 0) or _TWO_WEEKS
    target = Entity(
        id=state.next_id("entity"),
        group_id=sprint.group_id,
        entity_type="sprint",
        name=f"Sprint {len(state.sprint_ids(sprint.group_id)) + 1}",
        created_by=visit.user_id,
        modified_by=visit.user_id,
        date_start=now,
        date_end=now + duration,
        status="planned",
    )
    state.save_entity(target)
    return target
