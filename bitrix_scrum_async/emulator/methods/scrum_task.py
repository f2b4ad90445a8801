"""`tasks.api.scrum.task.*`: the place of a task in a backlog or sprint."""

from typing import Any

from ..binder import SCRUM, Params
from ..rows import Entity, Item
from ..values import to_int
from ..visit import Visit
from .registry import method
from .scrum_rules import (
    ACCESS_DENIED,
    SCOPE,
    described,
    fail,
    number,
    require_access,
    text,
    user,
)


@method("tasks.api.scrum.task.get", SCOPE)
def get(visit: Visit, params: Params) -> Any:
    """The place of a task; `id` is the task's."""
    task_id = SCRUM.integer(visit, params, "id")
    if task_id == 0:
        raise fail(visit, "Task id not found")
    task, item = visit.state.tasks.get(task_id), visit.state.items.get(task_id)
    if task is None or item is None:
        raise fail(visit, "Task not found")
    require_access(visit, task.group_id)
    return {
        "entityId": item.entity_id,
        "storyPoints": item.story_points,
        "epicId": item.epic_id,
        "sort": item.sort,
        "createdBy": item.created_by,
        "modifiedBy": item.modified_by,
    }


@method("tasks.api.scrum.task.update", SCOPE)
def update(visit: Visit, params: Params) -> Any:
    """Change the place of a task, or make it."""
    task_id = SCRUM.integer(visit, params, "id")
    fields = SCRUM.array(visit, params, "fields")
    if task_id == 0:
        raise fail(visit, "Task id not found")
    state = visit.state
    entity_id = to_int(fields.get("entityId"))
    entity = visit.entity(entity_id)
    if entity_id and (entity is None or not visit.can_read(entity.group_id)):
        raise fail(visit, ACCESS_DENIED)
    item = state.items.get(task_id)
    if item is None:
        item = _create(visit, task_id, entity, fields)
    else:
        here = visit.entity(item.entity_id)
        if here is None or not visit.can_read(here.group_id):
            raise fail(visit, ACCESS_DENIED)
    epic_id = number(fields, "epicId")
    if epic_id is not None and epic_id not in state.epics:
        raise fail(visit, "Epic not found")
    created_by = user(visit, fields, "createdBy")
    modified_by = user(visit, fields, "modifiedBy")
    # The group of an item that exists is not compared with that of its new place.
    if entity_id:
        state.move_item(item, entity_id)
    if epic_id is not None:
        state.set_epic(item, epic_id)
    story_points, sort = text(fields, "storyPoints"), number(fields, "sort")
    item.story_points = item.story_points if story_points is None else story_points
    item.sort = item.sort if sort is None else sort
    item.created_by = created_by or item.created_by
    item.modified_by = modified_by or item.modified_by
    return True


def _create(visit: Visit, task_id: int, entity: Entity | None, fields: dict[str, Any]) -> Item:
    """The item of a task that has none. It stays, even when the update fails later on."""
    state = visit.state
    if entity is None:
        raise fail(visit, "Entity id not found")
    task = state.tasks.get(task_id)
    if task is None:
        raise fail(visit, "Task not found.")
    if task.group_id != entity.group_id:
        raise fail(visit, ACCESS_DENIED)
    created_by = user(visit, fields, "createdBy") or 0
    if created_by == 0:
        raise fail(visit, "Item not created")
    item = Item(
        id=state.next_id("item"),
        task_id=task_id,
        entity_id=entity.id,
        created_by=created_by,
        modified_by=created_by,
    )
    state.save_item(item)
    state.created["item", task_id] += 1
    return item


@method("tasks.api.scrum.task.getFields", SCOPE)
def get_fields(visit: Visit, params: Params) -> Any:
    """The fields of a task's place."""
    return described(
        entityId="integer",
        storyPoints="string",
        epicId="integer",
        sort="integer",
        createdBy="integer",
        modifiedBy="integer",
    )
