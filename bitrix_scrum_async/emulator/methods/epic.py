"""`tasks.api.scrum.epic.*`."""

import re
from typing import Any

import attrs

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
from ..rows import Epic
from ..values import is_empty, to_int, to_list, to_str
from ..visit import Visit
from .registry import method
from .scrum_rules import (
    ACCESS_DENIED,
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
from .sprint import groups_to_search

_COLOR_LENGTH = 18
_FILE = re.compile(r"n\d+")  # a file of the drive; the prefix tells it from an attachment
_COLUMNS = {
    "ID": Column(lambda row: row.id),
    "GROUP_ID": Column(lambda row: row.group_id),
    "NAME": Column(lambda row: row.name, "text"),
    "DESCRIPTION": Column(lambda row: row.description, "text"),
    "CREATED_BY": Column(lambda row: row.created_by),
    "MODIFIED_BY": Column(lambda row: row.modified_by),
    "COLOR": Column(lambda row: row.color, "text"),
}
_KEYS: dict[str, tuple[str, int | str]] = {
    "ID": ("id", 0),
    "GROUP_ID": ("groupId", 0),
    "NAME": ("name", ""),
    "DESCRIPTION": ("description", ""),
    "CREATED_BY": ("createdBy", 0),
    "MODIFIED_BY": ("modifiedBy", 0),
    "COLOR": ("color", ""),
}


def _answer(epic: Epic) -> dict[str, Any]:
    return {
        "id": epic.id,
        "groupId": epic.group_id,
        "name": epic.name,
        "description": epic.description,
        "createdBy": epic.created_by,
        "modifiedBy": epic.modified_by,
        "color": epic.color,
    }


def _files(epic: Epic) -> dict[str, Any]:
    """The field of the attachments, as the portal describes it."""
    return {
        "ID": "42",
        "ENTITY_ID": "TASKS_SCRUM_EPIC",
        "FIELD_NAME": "UF_SCRUM_EPIC_FILES",
        "USER_TYPE_ID": "disk_file",
        "XML_ID": None,
        "SORT": "100",
        "MULTIPLE": "Y",
        "MANDATORY": "N",
        "SHOW_FILTER": "N",
        "SHOW_IN_LIST": "N",
        "EDIT_IN_LIST": "Y",
        "IS_SEARCHABLE": "N",
        "SETTINGS": {"IBLOCK_ID": 0, "SECTION_ID": 0, "UF_TO_SAVE_ALLOW_EDIT": ""},
        "USER_TYPE": {"USER_TYPE_ID": "disk_file", "BASE_TYPE": "int"},
        "VALUE": [int(file[1:]) for file in epic.files],
        "ENTITY_VALUE_ID": str(epic.id),
    }


def _found(visit: Visit, epic_id: int) -> Epic:
    epic = visit.state.epics.get(epic_id)
    if epic is None:
        raise fail(visit, "Epic not found")
    require_access(visit, epic.group_id)
    return epic


def _attach(visit: Visit, epic: Epic, files: list[Any]) -> None:
    names = [to_str(file) for file in files]
    if not all(_FILE.fullmatch(name) for name in names):
        raise fail(visit, "Epic files not attached")
    epic.files = [*epic.files, *names]


@method("tasks.api.scrum.epic.add", SCOPE)
def add(visit: Visit, params: Params) -> Any:
    """Create an epic. Names need not be unique.

    A portal sends the description through its cleaner of HTML, which leaves plain text alone;
    here every text comes back as it was given.
    """
    fields = SCRUM.array(visit, params, "fields")
    created_by = user(visit, fields, "createdBy")
    group_id = to_int(fields.get("groupId"))
    if group_id == 0:
        raise fail(visit, "Group id not found")
    name = to_str(fields.get("name"))
    if name == "":
        raise fail(visit, "Name not found")
    require_access(visit, group_id)
    color = to_str(fields.get("color"))
    if len(name) > NAME_LENGTH or len(color) > _COLOR_LENGTH:
        raise fail(visit, "Epic not created")
    epic = Epic(
        id=visit.state.next_id("epic"),
        group_id=group_id,
        name=name,
        description=text(fields, "description") or "",
        color=color,
        # Only here a missing creator is the caller; `modifiedBy` is not read at all.
        created_by=visit.user_id if created_by is None else created_by,
    )
    visit.state.save_epic(epic)
    visit.state.created["epic", group_id, name] += 1
    files = fields.get("files")
    if isinstance(files, (dict, list)):
        _attach(visit, epic, to_list(files))
    return _answer(epic)


@method("tasks.api.scrum.epic.get", SCOPE)
def get(visit: Visit, params: Params) -> Any:
    """An epic with its files."""
    epic = _found(visit, SCRUM.integer(visit, params, "id"))
    return {**_answer(epic), "files": _files(epic)}


@method("tasks.api.scrum.epic.update", SCOPE)
def update(visit: Visit, params: Params) -> Any:
    """Change an epic; no text of it can be cleared."""
    epic_id = SCRUM.integer(visit, params, "id")
    fields = SCRUM.array(visit, params, "fields")
    epic = attrs.evolve(_found(visit, epic_id))
    group_id = number(fields, "groupId")
    if group_id is not None:
        if not visit.can_read(group_id):
            raise fail(visit, ACCESS_DENIED)
        epic.group_id = group_id
    user(visit, fields, "createdBy")
    modified_by = user(visit, fields, "modifiedBy")
    epic.modified_by = visit.user_id if modified_by is None else modified_by
    for name in ("name", "description", "color"):
        given = text(fields, name)
        if not is_empty(given):
            setattr(epic, name, given)
    if len(epic.name) > NAME_LENGTH or len(epic.color) > _COLOR_LENGTH:
        raise fail(visit, "Epic not updated")
    visit.state.save_epic(epic)
    if "files" in fields:
        files = fields["files"]
        # Anything but a list with members removes what is attached.
        if isinstance(files, (dict, list)) and files:
            _attach(visit, epic, to_list(files))
        else:
            epic.files = []
    return _answer(epic)


@method("tasks.api.scrum.epic.delete", SCOPE)
def delete(visit: Visit, params: Params) -> Any:
    """Remove an epic; its tasks stay."""
    visit.state.delete_epic(_found(visit, SCRUM.integer(visit, params, "id")).id)
    empty: list[Any] = []
    return empty


@method("tasks.api.scrum.epic.list", SCOPE)
def list_(visit: Visit, params: Params) -> Any:
    """Epics of the caller's groups: a bare page, without total and next."""
    filter_ = SCRUM.optional_array(visit, params, "filter")
    select = SCRUM.optional_array(visit, params, "select")
    order = SCRUM.optional_array(visit, params, "order")
    try:
        test = matcher(filter_, _COLUMNS)
        names = truthy_names(select)
        for name in names:
            if name not in _COLUMNS and name != "*":
                raise UnknownName(name)
        rows = [row for row in _visible(visit, filter_) if test is None or test(row)]
        rows = ordered(rows, order, _COLUMNS, refuse_directions=True)
    except UnknownName as error:
        return unknown_name(visit, error)
    page = [_answer(row) for row in page_of(rows, visit.start)]
    if not names or "*" in names:
        return page
    missing = {key: empty for name, (key, empty) in _KEYS.items() if name not in names}
    return [{**row, **missing} for row in page]


def _visible(visit: Visit, filter_: Any) -> list[Epic]:
    state = visit.state
    ids = values_of(filter_, "ID")
    mine = state.groups_of_user.get(visit.user_id, {})
    if ids is not None:
        found = (state.epics.get(one) for one in sorted({to_int(one) for one in ids}))
        return [row for row in found if row and row.group_id in mine]
    epic_ids = [
        epic_id
        for group_id in groups_to_search(visit, filter_)
        for epic_id in state.epic_ids(group_id)
    ]
    table = state.epics
    return [table[epic_id] for epic_id in ids_between(filter_, sorted(epic_ids))]


@method("tasks.api.scrum.epic.getFields", SCOPE)
def get_fields(visit: Visit, params: Params) -> Any:
    """The fields of an epic."""
    return described(
        name="string",
        description="string",
        groupId="integer",
        color="string",
        files="array",
        createdBy="integer",
        modifiedBy="integer",
    )
