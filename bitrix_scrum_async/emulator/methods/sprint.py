"""`tasks.api.scrum.sprint.*` without start and complete."""

from typing import Any

from ..binder import SCRUM, Params
from ..filters import (
    Column,
    UnknownName,
    ids_between,
    matcher,
    ordered,
    page_of,
    truthy_names,
    values_of,
)
from ..rows import Entity
from ..values import (
    is_empty,
    iso_date,
    read_date,
    to_int,
    to_list,
    to_map,
    to_str,
)
from ..visit import Visit
from .registry import method
from .scrum_rules import (
    NAME_LENGTH,
    SCOPE,
    described,
    fail,
    number,
    require_access,
    text,
    unknown_name,
    user,
)

STATUSES = ("planned", "active", "completed")
_COLUMNS = {
    "ID": Column(lambda row: row.id),
    "GROUP_ID": Column(lambda row: row.group_id),
    "ENTITY_TYPE": Column(lambda row: row.entity_type, "text"),
    "NAME": Column(lambda row: row.name, "text"),
    "SORT": Column(lambda row: row.sort),
    "CREATED_BY": Column(lambda row: row.created_by),
    "MODIFIED_BY": Column(lambda row: row.modified_by),
    # A date in a filter is not converted for the database and never matches.
    "DATE_START": Column(lambda row: row.date_start, "unmatched"),
    "DATE_END": Column(lambda row: row.date_end, "unmatched"),
    "STATUS": Column(lambda row: row.status, "text"),
    "INFO": Column(lambda row: row.goal, "text"),
}
_KEYS = {  # column -> key of the answer, and what stands there when it was not selected
    "ID": ("id", 0),
    "GROUP_ID": ("groupId", 0),
    "ENTITY_TYPE": ("entityType", ""),
    "NAME": ("name", ""),
    "INFO": ("goal", ""),
    "SORT": ("sort", 0),
    "CREATED_BY": ("createdBy", 0),
    "MODIFIED_BY": ("modifiedBy", 0),
    "DATE_START": ("dateStart", None),
    "DATE_END": ("dateEnd", None),
    "STATUS": ("status", ""),
}


def answer(visit: Visit, entity: Entity) -> dict[str, Any]:
    """The eleven keys of a sprint or backlog."""
    offset = visit.switches.utc_offset
    return {
        "id": entity.id,
        "groupId": entity.group_id,
        "entityType": entity.entity_type,
        "name": entity.name,
        "goal": entity.goal,
        "sort": entity.sort,
        "createdBy": entity.created_by,
        "modifiedBy": entity.modified_by,
        "dateStart": iso_date(entity.date_start, offset),
        "dateEnd": iso_date(entity.date_end, offset),
        "status": entity.status,
    }


def _stored(visit: Visit, entity_id: int) -> dict[str, Any]:
    """The answer as re-read from the database."""
    return answer(visit, visit.state.entities[entity_id])


@method("tasks.api.scrum.sprint.add", SCOPE)
def add(visit: Visit, params: Params) -> Any:
    """Create a sprint. As `active` it has no board: only a start makes stages."""
    fields = SCRUM.array(visit, params, "fields")
    group_id = to_int(fields.get("groupId"))
    if group_id == 0:
        raise fail(visit, "Group id not found")
    require_access(visit, group_id)
    created_by = user(visit, fields, "createdBy") or 0
    user(visit, fields, "modifiedBy")
    for name in ("dateStart", "dateEnd"):
        if name not in fields:
            raise fail(visit, f"Incorrect {name} format")
    status = to_str(fields.get("status"))
    if status not in STATUSES:
        raise fail(visit, "Incorrect sprint status")
    if status == "active" and visit.state.active_sprint(group_id) is not None:
        raise fail(visit, "Unable to add two active sprint")
    name = to_str(fields.get("name"))
    if created_by == 0 or not 0 < len(name) <= NAME_LENGTH:
        raise fail(visit, "Unable to add sprint")
    offset = visit.switches.utc_offset
    sprint = Entity(
        id=visit.state.next_id("entity"),
        group_id=group_id,
        entity_type="sprint",
        name=name,
        sort=number(fields, "sort") or 0,
        created_by=created_by,
        modified_by=created_by,
        date_start=read_date(fields["dateStart"], visit.now, offset),
        date_end=read_date(fields["dateEnd"], visit.now, offset),
        status=status,
    )
    visit.state.save_entity(sprint)
    visit.state.created["sprint", group_id, name] += 1
    return _stored(visit, sprint.id)


def found_sprint(visit: Visit, sprint_id: int) -> Entity:
    """The sprint with this id as this process sees it; a backlog is none."""
    if sprint_id == 0:
        raise fail(visit, "Sprint id not found")
    sprint = visit.entity(sprint_id)
    if sprint is None or sprint.entity_type != "sprint":
        raise fail(visit, "Sprint not found")
    return sprint


@method("tasks.api.scrum.sprint.update", SCOPE)
def update(visit: Visit, params: Params) -> Any:
    """Change a sprint. Any status follows any other, and nothing is moved.

    The sprint is changed while it is checked: with `batch_caches` a refused update leaves its
    beginning in the cache, to be saved by the next one.
    """
    sprint_id = SCRUM.integer(visit, params, "id")
    fields = SCRUM.array(visit, params, "fields")
    sprint = found_sprint(visit, sprint_id)
    require_access(visit, sprint.group_id)
    group_id = number(fields, "groupId")
    if group_id is not None:
        if group_id != sprint.group_id and visit.state.task_ids_of_entity(sprint_id):
            raise fail(visit, "It is forbidden move a sprint with items")
        sprint.group_id = group_id
    name = text(fields, "name")
    if not is_empty(name):
        sprint.name = to_str(name)
    sort = number(fields, "sort")
    sprint.sort = sprint.sort if sort is None else sort
    user(visit, fields, "createdBy")
    sprint.modified_by = user(visit, fields, "modifiedBy") or sprint.modified_by
    if "dateStart" in fields:
        sprint.date_start = read_date(fields["dateStart"], visit.now, visit.switches.utc_offset)
    if "dateEnd" in fields:
        sprint.date_end = read_date(fields["dateEnd"], visit.now, visit.switches.utc_offset)
    status = text(fields, "status")
    if status is not None:
        if status not in STATUSES:
            raise fail(visit, "Incorrect sprint status")
        sprint.status = status
        # The sprint itself counts, too: an active one cannot be made active.
        if status == "active" and visit.state.active_sprint(sprint.group_id) is not None:
            raise fail(visit, "Unable to add two active sprint")
    if len(sprint.name) > NAME_LENGTH or sprint_id not in visit.state.entities:
        raise fail(visit, "Sprint not updated")
    visit.state.save_entity(sprint)
    return _stored(visit, sprint_id)


@method("tasks.api.scrum.sprint.get", SCOPE)
def get(visit: Visit, params: Params) -> Any:
    """A sprint, or the backlog that has this id."""
    sprint_id = SCRUM.integer(visit, params, "id")
    if sprint_id == 0:
        raise fail(visit, "Sprint id not found")
    entity = visit.entity(sprint_id)
    if entity is None:
        raise fail(visit, "Sprint not found")
    require_access(visit, entity.group_id)
    return answer(visit, entity)


@method("tasks.api.scrum.sprint.delete", SCOPE)
def delete(visit: Visit, params: Params) -> Any:
    """Remove a sprint; its tasks go to the backlog."""
    sprint_id = SCRUM.integer(visit, params, "id")
    sprint = visit.entity(sprint_id)
    if sprint is None or sprint.entity_type != "sprint":
        raise fail(visit, "Sprint not found")
    require_access(visit, sprint.group_id)
    task_ids = visit.state.task_ids_of_entity(sprint_id)
    if task_ids:
        backlog = visit.state.backlog(sprint.group_id)
        if backlog is None:
            raise fail(visit, "It is forbidden remove a sprint with items")
        for task_id in task_ids:
            visit.state.move_item(visit.state.items[task_id], backlog.id)
    visit.state.delete_entity(sprint_id)
    empty: list[Any] = []
    return empty


@method("tasks.api.scrum.sprint.list", SCOPE)
def list_(visit: Visit, params: Params) -> Any:
    """Sprints of the caller's groups: a bare page, without total and next."""
    filter_: Any = params.get("filter", [])
    if isinstance(filter_, str):
        raise fail(visit, "Cannot access offset of type string on string")
    if filter_ is True or (isinstance(filter_, (int, float)) and filter_ is not False):
        raise fail(visit, "Cannot use a scalar value as an array")
    # The method overwrites this very key, whatever the caller wanted.
    filter_ = {key: one for key, one in to_map(filter_).items() if key != "=ENTITY_TYPE"}
    try:
        test = matcher(filter_, _COLUMNS)
        selected = _selected(params.get("select"))
        order: Any = params.get("order")
        if order and not isinstance(order, (dict, list)):
            raise UnknownName(to_str(order))
        rows = [row for row in _visible(visit, filter_) if test is None or test(row)]
        rows = ordered(rows, order, _COLUMNS, refuse_directions=True)
    except UnknownName as error:
        return unknown_name(visit, error)
    page = [answer(visit, row) for row in page_of(rows, visit.start)]
    return page if selected is None else [_partial(visit, row, selected) for row in page]


def groups_to_search(visit: Visit, filter_: Any) -> list[int]:
    """The groups of a list: those with a row for the caller, however far in, by id."""
    mine = visit.state.groups_of_user.get(visit.user_id, {})
    wanted = values_of(filter_, "GROUP_ID")
    if wanted is None:
        return sorted(mine)
    return sorted({group_id for one in wanted if (group_id := to_int(one)) in mine})


def _visible(visit: Visit, filter_: Any) -> list[Entity]:
    state = visit.state
    ids = values_of(filter_, "ID")
    mine = state.groups_of_user.get(visit.user_id, {})
    if ids is not None:
        found = (state.entities.get(one) for one in sorted({to_int(one) for one in ids}))
        return [
            row for row in found if row and row.entity_type == "sprint" and row.group_id in mine
        ]
    sprint_ids = [
        sprint_id
        for group_id in groups_to_search(visit, filter_)
        for sprint_id in state.sprint_ids(group_id)
    ]
    table = state.entities
    return [table[sprint_id] for sprint_id in ids_between(filter_, sorted(sprint_ids))]


def _selected(select: Any) -> set[str] | None:
    names = truthy_names(to_list(select))
    if not names or "*" in names:
        return None
    for name in names:
        if name not in _COLUMNS:
            raise UnknownName(name)
    return set(names)


def _partial(visit: Visit, row: dict[str, Any], selected: set[str]) -> dict[str, Any]:
    """A row without what was not selected: zeros, empty texts, and the current time."""
    now = iso_date(int(visit.now), visit.switches.utc_offset)
    shown = dict(row)
    for column, (key, missing) in _KEYS.items():
        if column not in selected:
            shown[key] = now if missing is None else missing
    return shown


@method("tasks.api.scrum.sprint.getFields", SCOPE)
def get_fields(visit: Visit, params: Params) -> Any:
    """The fields of a sprint."""
    return described(
        groupId="integer",
        name="string",
        sort="integer",
        createdBy="integer",
        modifiedBy="integer",
        dateStart="string",
        dateEnd="string",
        status="string",
    )
