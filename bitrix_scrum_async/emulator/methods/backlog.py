"""`tasks.api.scrum.backlog.*`: the one backlog of a group."""

from typing import Any

from ..binder import SCRUM, Params
from ..rows import Entity
from ..values import to_int
from ..visit import Visit
from .registry import method
from .scrum_rules import (
    SCOPE,
    described,
    fail,
    number,
    require_access,
    user,
)


def _answer(backlog: Entity, created_by: int, modified_by: int) -> dict[str, int]:
    return {
        "id": backlog.id,
        "groupId": backlog.group_id,
        "createdBy": created_by,
        "modifiedBy": modified_by,
    }


def _found(visit: Visit, backlog_id: int) -> Entity:
    if backlog_id == 0:
        raise fail(visit, "Backlog id not found")
    backlog = visit.entity(backlog_id)
    if backlog is None or backlog.entity_type != "backlog":
        raise fail(visit, "Backlog not found")
    require_access(visit, backlog.group_id)
    return backlog


@method("tasks.api.scrum.backlog.get", SCOPE)
def get(visit: Visit, params: Params) -> Any:
    """The backlog of a group; `id` is the group's."""
    group_id = SCRUM.integer(visit, params, "id")
    if group_id == 0:
        raise fail(visit, "Group id not found")
    backlog = visit.state.backlog(group_id)
    if backlog is None:
        raise fail(visit, "Backlog not found")
    require_access(visit, group_id)
    return _answer(backlog, backlog.created_by, backlog.modified_by)


@method("tasks.api.scrum.backlog.add", SCOPE)
def add(visit: Visit, params: Params) -> Any:
    """Give a group its backlog."""
    fields = SCRUM.array(visit, params, "fields")
    group_id = to_int(fields.get("groupId"))
    if group_id == 0:
        raise fail(visit, "Group id not found")
    require_access(visit, group_id)
    if visit.state.backlog(group_id) is not None:
        raise fail(visit, "Backlog already added")
    created_by = user(visit, fields, "createdBy") or 0
    modified_by = user(visit, fields, "modifiedBy") or 0
    if created_by == 0:
        raise fail(visit, "Unable to add backlog")
    backlog = Entity(
        id=visit.state.next_id("entity"),
        group_id=group_id,
        entity_type="backlog",
        created_by=created_by,
        modified_by=created_by,
    )
    visit.state.save_entity(backlog)
    visit.state.created["backlog", group_id] += 1
    # The answer shows what was given, not what was stored.
    return _answer(backlog, created_by, modified_by)


@method("tasks.api.scrum.backlog.update", SCOPE)
def update(visit: Visit, params: Params) -> Any:
    """Change a backlog."""
    backlog_id = SCRUM.integer(visit, params, "id")
    fields = SCRUM.array(visit, params, "fields")
    backlog = _found(visit, backlog_id)
    group_id = number(fields, "groupId")
    if group_id is not None and group_id != backlog.group_id:
        if visit.state.task_ids_of_entity(backlog_id):
            raise fail(visit, "It is forbidden move a backlog with items")
        if visit.state.backlog(group_id) is not None:
            raise fail(visit, "The target group already has a backlog")
        backlog.group_id = group_id
    created_by = user(visit, fields, "createdBy")
    modified_by = user(visit, fields, "modifiedBy") or 0
    backlog.modified_by = modified_by or backlog.modified_by
    if visit.state.entities.get(backlog_id) is None:
        raise fail(visit, "Unable to update backlog")
    visit.state.save_entity(backlog)
    return _answer(backlog, backlog.created_by if created_by is None else created_by, modified_by)


@method("tasks.api.scrum.backlog.delete", SCOPE)
def delete(visit: Visit, params: Params) -> Any:
    """Remove an empty backlog."""
    backlog = _found(visit, SCRUM.integer(visit, params, "id"))
    if visit.state.task_ids_of_entity(backlog.id):
        raise fail(visit, "It is forbidden remove a backlog with items")
    visit.state.delete_entity(backlog.id)
    empty: list[Any] = []
    return empty


@method("tasks.api.scrum.backlog.getFields", SCOPE)
def get_fields(visit: Visit, params: Params) -> Any:
    """The fields of a backlog."""
    return described(groupId="integer", createdBy="integer", modifiedBy="integer")
