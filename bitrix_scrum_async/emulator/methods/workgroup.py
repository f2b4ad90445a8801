"""`socialnetwork.api.workgroup.*`: groups with what makes them a scrum."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ..answers import Page, RestError
from ..binder import SCRUM, Params
from ..filters import truthy_names
from ..rows import Group
from ..values import iso_date, to_int, to_list, zone_of
from ..visit import Visit
from .group import flag, is_visible, members, page, search
from .registry import method

_SCOPE = "socialnetwork"


def _text(value: int) -> str | None:
    return str(value) if value else None


def _iso(visit: Visit, time: int | None) -> str | None:
    return iso_date(time, visit.switches.utc_offset) or None


_FIELDS: dict[str, Callable[[Visit, Group], Any]] = {
    "ID": lambda visit, group: str(group.id),
    "NAME": lambda visit, group: group.name,
    "DESCRIPTION": lambda visit, group: group.description or None,
    "ACTIVE": lambda visit, group: "Y",
    "VISIBLE": lambda visit, group: flag(group.visible),
    "OPENED": lambda visit, group: flag(group.opened),
    "CLOSED": lambda visit, group: flag(group.closed),
    "PROJECT": lambda visit, group: flag(group.project),
    "OWNER_ID": lambda visit, group: str(group.owner_id),
    "SUBJECT_ID": lambda visit, group: str(group.subject_id),
    "SITE_ID": lambda visit, group: "s1",
    "KEYWORDS": lambda visit, group: group.keywords or None,
    "IMAGE_ID": lambda visit, group: None,
    "INITIATE_PERMS": lambda visit, group: group.initiate_perms,
    "NUMBER_OF_MEMBERS": lambda visit, group: str(len(members(visit, group.id))),
    "DATE_CREATE": lambda visit, group: _iso(visit, group.created),
    "DATE_UPDATE": lambda visit, group: _iso(visit, group.updated),
    "DATE_ACTIVITY": lambda visit, group: _iso(visit, group.updated),
    "PROJECT_DATE_START": lambda visit, group: _iso(visit, group.date_start),
    "PROJECT_DATE_FINISH": lambda visit, group: _iso(visit, group.date_finish),
    "SCRUM_OWNER_ID": lambda visit, group: _text(group.scrum_master_id and group.owner_id),
    "SCRUM_MASTER_ID": lambda visit, group: _text(group.scrum_master_id),
    "SCRUM_SPRINT_DURATION": lambda visit, group: _text(group.scrum_sprint_duration),
    "SCRUM_TASK_RESPONSIBLE": lambda visit, group: group.scrum_task_responsible or None,
}


def _camel(name: str) -> str:
    first, *rest = name.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)


@method("socialnetwork.api.workgroup.list", _SCOPE)
def list_(visit: Visit, params: Params) -> Any:
    """A page of groups with the selected fields; only the id when nothing is selected."""
    filter_ = SCRUM.optional_array(visit, params, "filter")
    select = SCRUM.optional_array(visit, params, "select")
    order = SCRUM.optional_array(visit, params, "order")
    options = SCRUM.optional_array(visit, params, "params")
    all_groups = options.get("IS_ADMIN") == "Y" and visit.is_admin
    fields = [name for name in truthy_names(to_list(select)) if name in _FIELDS] or ["ID"]
    if "ID" not in fields:
        fields.insert(0, "ID")
    shown = {_camel(name): _FIELDS[name] for name in fields}
    found = page(
        search(visit, filter_, order, all_groups=all_groups),
        visit.start,
        lambda group: {key: read(visit, group) for key, read in shown.items()},
    )
    rows = {"workgroups": found.result}
    if visit.start == -1:
        return Page(rows)
    return Page(rows, total=found.total, next=found.next)


@method("socialnetwork.api.workgroup.get", _SCOPE)
def get(visit: Visit, params: Params) -> Any:
    """One group, flat and upper-case, with ids as ints."""
    options = SCRUM.optional_array(visit, params, "params")
    group_id = to_int(options.get("groupId"))
    if group_id <= 0:
        raise RestError(
            "SONET_CONTROLLER_WORKGROUP_EMPTY", "No value for the workgroup ID was provided."
        )
    group = visit.state.groups.get(group_id)
    if group is None or not (visit.is_admin or is_visible(visit, group)):
        raise RestError("SONET_CONTROLLER_WORKGROUP_NOT_FOUND", "Workgroup not found.")
    return _row(visit, group)


def _row(visit: Visit, group: Group) -> dict[str, Any]:
    scrum = group.scrum_master_id > 0
    inside = members(visit, group.id)
    return {
        "ID": group.id,
        "ACTIVE": "Y",
        "SUBJECT_ID": group.subject_id,
        "NAME": group.name,
        "DESCRIPTION": group.description,
        "KEYWORDS": group.keywords,
        "CLOSED": flag(group.closed),
        "VISIBLE": flag(group.visible),
        "OPENED": flag(group.opened),
        "DATE_CREATE": _display(visit, group.created),
        "DATE_UPDATE": _display(visit, group.updated),
        "DATE_ACTIVITY": _display(visit, group.updated),
        "IMAGE_ID": 0,
        "OWNER_ID": group.owner_id,
        "INITIATE_PERMS": group.initiate_perms,
        "NUMBER_OF_MEMBERS": len(inside),
        "NUMBER_OF_MODERATORS": list(visit.state.members[group.id].values()).count("E") + 1,
        "PROJECT": flag(group.project),
        "PROJECT_DATE_START": _display(visit, group.date_start),
        "PROJECT_DATE_FINISH": _display(visit, group.date_finish),
        "SCRUM_OWNER_ID": group.owner_id if scrum else None,
        "SCRUM_MASTER_ID": group.scrum_master_id or None,
        "SCRUM_SPRINT_DURATION": group.scrum_sprint_duration or None,
        "SCRUM_TASK_RESPONSIBLE": group.scrum_task_responsible or None,
        "TYPE": "scrum" if scrum else "project" if group.project else "group",
        "MEMBERS": inside,
        "SITE_IDS": ["s1"],
        "TAGS": [word.strip() for word in group.keywords.split(",") if word.strip()],
    }


def _display(visit: Visit, time: int | None) -> str | None:
    """A date as a person reads it, not ISO 8601."""
    if time is None:
        return None
    moment = datetime.fromtimestamp(time, zone_of(visit.switches.utc_offset))
    return moment.strftime("%d.%m.%Y %H:%M:%S")
