"""`sonet_group.*`: groups in the classic form, flat and upper-case.

Errors of these methods have an empty text for a code, and all ids of rows are strings.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from ..answers import LegacyError, Page, RestError
from ..binder import Params
from ..filters import (
    PAGE,
    Column,
    matcher,
    ordered,
    page_start,
    values_of,
)
from ..rows import Group
from ..values import (
    is_empty,
    iso_date,
    to_ids,
    to_int,
    to_list,
    to_map,
    to_str,
    to_time,
)
from ..visit import Visit
from .registry import method

Row = TypeVar("Row")

_SCOPE = "sonet_group"
_SITE = "s1"
_SUBJECT = "General"
_NAME_LENGTH = 255
_INSIDE = ("A", "E", "K")  # an invited user is not in yet
_MAY_INVITE = {"A": ("A",), "E": ("A", "E"), "K": _INSIDE}


def flag(value: bool) -> str:
    """A yes or no as the database has it."""
    return "Y" if value else "N"


COLUMNS = {
    "ID": Column(lambda row: row.id),
    "NAME": Column(lambda row: row.name, "text"),
    "OWNER_ID": Column(lambda row: row.owner_id),
    "SUBJECT_ID": Column(lambda row: row.subject_id),
    "SITE_ID": Column(lambda row: _SITE, "text"),
    "ACTIVE": Column(lambda row: "Y", "text"),
    "VISIBLE": Column(lambda row: flag(row.visible), "text"),
    "OPENED": Column(lambda row: flag(row.opened), "text"),
    "CLOSED": Column(lambda row: flag(row.closed), "text"),
    "PROJECT": Column(lambda row: flag(row.project), "text"),
    "IS_EXTRANET": Column(lambda row: "N", "text"),
    "DATE_CREATE": Column(lambda row: row.created, "date"),
    "DATE_UPDATE": Column(lambda row: row.updated, "date"),
    "DATE_ACTIVITY": Column(lambda row: row.updated, "date"),
}


def _fail(text: str) -> RestError:
    return RestError("", text)


def is_visible(visit: Visit, group: Group) -> bool:
    """Whether the caller sees that a group exists, not counting an administrator's rights."""
    return group.visible or visit.state.role(group.id, visit.user_id) is not None


def members(visit: Visit, group_id: int) -> list[int]:
    """The users who are in a group."""
    roles = visit.state.members.get(group_id, {})
    return [user_id for user_id, role in roles.items() if role in _INSIDE]


def search(
    visit: Visit, filter_: Any, order: Any, *, all_groups: bool, default: str = "ASC"
) -> list[Group]:
    """The groups of a list: unknown names in filter and order are ignored."""
    groups = visit.state.groups
    ids = values_of(filter_, "ID")
    candidates = (
        groups.values()
        if ids is None
        else [groups[one] for one in sorted({to_int(one) for one in ids}) if one in groups]
    )
    test = matcher(
        filter_,
        COLUMNS,
        skip_unknown=True,
        read_time=lambda value: to_time(to_str(value), visit.now, visit.switches.utc_offset),
    )
    rows = [
        row
        for row in candidates
        if (test is None or test(row)) and (all_groups or is_visible(visit, row))
    ]
    known = {name: one for name, one in to_map(order).items() if name in COLUMNS}
    return ordered(rows, known or {"ID": default}, COLUMNS)


def _flag_of(params: Params, name: str, *, default: bool) -> bool:
    return to_str(params[name]) == "Y" if name in params else default


def _date_of(visit: Visit, params: Params, name: str, default: int | None) -> int | None:
    if is_empty(params.get(name)):
        return default
    return to_time(to_str(params[name]), visit.now, visit.switches.utc_offset)


def _apply(visit: Visit, group: Group, params: Params) -> Group:
    """A group with the given fields; names it does not know, as `~NAME`, count for nothing."""
    if "IMAGE" in params and not is_empty(params["IMAGE"]):
        _check_image(params["IMAGE"])
    scrum_master_id = to_int(params.get("SCRUM_MASTER_ID", group.scrum_master_id))
    return attrs.evolve(
        group,
        name=to_str(params.get("NAME", group.name)),
        description=to_str(params.get("DESCRIPTION", group.description)),
        visible=_flag_of(params, "VISIBLE", default=group.visible),
        opened=_flag_of(params, "OPENED", default=group.opened),
        closed=_flag_of(params, "CLOSED", default=group.closed),
        # A scrum is a project, whatever the caller says.
        project=scrum_master_id > 0 or _flag_of(params, "PROJECT", default=group.project),
        keywords=to_str(params.get("KEYWORDS", group.keywords)),
        initiate_perms=to_str(params.get("INITIATE_PERMS", group.initiate_perms)),
        subject_id=to_int(params.get("SUBJECT_ID")) or group.subject_id,
        scrum_master_id=scrum_master_id,
        scrum_sprint_duration=to_int(
            params.get("SCRUM_SPRINT_DURATION", group.scrum_sprint_duration)
        ),
        scrum_task_responsible=to_str(
            params.get("SCRUM_TASK_RESPONSIBLE", group.scrum_task_responsible)
        ),
        date_start=_date_of(visit, params, "PROJECT_DATE_START", group.date_start),
        date_finish=_date_of(visit, params, "PROJECT_DATE_FINISH", group.date_finish),
        updated=int(visit.now),
    )


def _check_image(image: Any) -> None:
    names = [to_str(one) for one in to_list(image)]
    if not names[0].lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp")):
        raise RestError("ERROR_IMAGE_ID", "Image is incorrect: Invalid file type")


def _check_name(group: Group) -> None:
    if not group.name.strip():
        # The text of the older layer below takes the place of "Cannot create group".
        raise LegacyError("ERROR_NO_TITLE", "Group title is not specified.<br>")


@method("sonet_group.create", _SCOPE)
def create(visit: Visit, params: Params) -> Any:
    """Create a group; one with a scrum master is a scrum. The answer is its id."""
    if not params:
        raise _fail("Incorrect input data")
    now = int(visit.now)
    owner_id = to_int(params.get("OWNER_ID"))
    if owner_id <= 0 or not visit.is_admin:
        owner_id = visit.user_id
    group = Group(id=0, name="", owner_id=owner_id, created=now, updated=now)
    group = _apply(visit, group, params)
    _check_name(group)
    if owner_id not in visit.state.users or len(group.name) > _NAME_LENGTH:
        raise _fail("Cannot create group")
    group.id = visit.state.next_id("group")
    visit.state.save_group(group)
    visit.state.set_role(group.id, owner_id, "A")
    visit.state.created["group", group.name] += 1
    if visit.switches.batch_caches:
        # The rights of this process were read before the group was there.
        visit.caches.new_groups.add(group.id)
    return group.id


def _owned(visit: Visit, params: Params, deed: str) -> Group:
    group_id = to_int(params.get("GROUP_ID"))
    if group_id <= 0:
        raise _fail("Wrong group ID")
    group = visit.state.groups.get(group_id)
    if group is None or not (visit.is_admin or is_visible(visit, group)):
        raise _fail("Socialnetwork group not found")
    if group.owner_id != visit.user_id and not visit.is_admin:
        raise _fail(f"User has no permissions to {deed} group")
    return group


@method("sonet_group.update", _SCOPE)
def update(visit: Visit, params: Params) -> Any:
    """Change a group; the answer is its id."""
    old = _owned(visit, params, "update")
    group = _apply(visit, old, params)
    owner_id = to_int(params.get("OWNER_ID", old.owner_id))
    if not group.name.strip() or len(group.name) > _NAME_LENGTH:
        raise _fail("Cannot update group")
    if owner_id != old.owner_id:
        if owner_id not in visit.state.users:
            raise _fail("Cannot update group")
        visit.state.set_role(group.id, old.owner_id, "K")
        visit.state.set_role(group.id, owner_id, "A")
        group.owner_id = owner_id
    visit.state.save_group(group)
    return group.id


@method("sonet_group.delete", _SCOPE)
def delete(visit: Visit, params: Params) -> Any:
    """Remove a group with its scrum; its tasks stay without a group."""
    visit.state.delete_group(_owned(visit, params, "delete").id)
    return True


@method("sonet_group.get", _SCOPE)
def get(visit: Visit, params: Params) -> Any:
    """A page of groups. No row tells that a group is a scrum."""
    filter_ = dict(to_map(params.get("FILTER")))
    if to_int(params.get("GROUP_ID")) > 0:
        filter_["ID"] = params["GROUP_ID"]
    all_groups = params.get("IS_ADMIN") == "Y" and visit.is_admin
    rows = search(visit, filter_, params.get("ORDER"), all_groups=all_groups, default="DESC")
    return page(rows, visit.start, lambda group: _row(visit, group))


def page(rows: list[Row], start: int | None, shown: Callable[[Row], Any]) -> Page:
    """A page of a classic list with its total, and where the next one begins."""
    first = page_start(start)
    end = first + PAGE
    return Page(
        [shown(row) for row in rows[first:end]],
        total=len(rows),
        next=end if end < len(rows) else None,
    )


def _row(visit: Visit, group: Group) -> dict[str, Any]:
    offset = visit.switches.utc_offset
    return {
        "ID": str(group.id),
        "SITE_ID": _SITE,
        "NAME": group.name,
        "DESCRIPTION": group.description or None,
        "DATE_CREATE": iso_date(group.created, offset),
        "DATE_UPDATE": iso_date(group.updated, offset),
        "ACTIVE": "Y",
        "VISIBLE": flag(group.visible),
        "OPENED": flag(group.opened),
        "CLOSED": flag(group.closed),
        "SUBJECT_ID": str(group.subject_id),
        "OWNER_ID": str(group.owner_id),
        "KEYWORDS": group.keywords,
        "NUMBER_OF_MEMBERS": str(len(members(visit, group.id))),
        "DATE_ACTIVITY": iso_date(group.updated, offset),
        "SUBJECT_NAME": _SUBJECT,
        "PROJECT": flag(group.project),
        "IS_EXTRANET": "N",
    }


@method("sonet_group.user.get", _SCOPE)
def user_get(visit: Visit, params: Params) -> Any:
    """The members of a group; who is only invited is not among them."""
    group_id = to_int(params.get("ID"))
    if group_id <= 0:
        raise _fail("Wrong socialnetwork group ID")
    group = visit.state.groups.get(group_id)
    if group is None or not (visit.is_admin or is_visible(visit, group)):
        raise _fail("Socialnetwork group not found")
    roles = visit.state.members[group_id]
    return [
        {"USER_ID": str(user_id), "ROLE": roles[user_id]}
        for user_id in members(visit, group_id)
        if visit.state.users[user_id].active
    ]


@method("sonet_group.user.groups", _SCOPE)
def user_groups(visit: Visit, params: Params) -> Any:
    """The groups of the caller."""
    state = visit.state
    return [
        {
            "GROUP_ID": str(group_id),
            "GROUP_NAME": state.groups[group_id].name,
            "ROLE": role,
            "GROUP_IMAGE_ID": None,
            "GROUP_IMAGE": "",
        }
        for group_id in state.groups_of_user.get(visit.user_id, {})
        if (role := state.role(group_id, visit.user_id)) in _INSIDE
    ]


def _group_of(params: Params) -> int:
    group_id = to_int(params.get("GROUP_ID"))
    if group_id <= 0:
        raise _fail("Wrong group ID")
    return group_id


def _user_ids(params: Params) -> list[int]:
    user_ids = to_ids(params.get("USER_ID"))
    if not user_ids:
        raise _fail("Wrong user IDs")
    return user_ids


@method("sonet_group.user.add", _SCOPE)
def user_add(visit: Visit, params: Params) -> Any:
    """Make users members at once. Members already, and unknown users, are passed over."""
    group_id, state = _group_of(params), visit.state
    if not visit.is_admin and state.role(group_id, visit.user_id) != "A":
        raise _fail("No permissions to add users")
    user_ids = _user_ids(params)
    if group_id not in state.groups:
        raise _fail("Socialnetwork group not found")
    added = [one for one in user_ids if one in state.users and state.role(group_id, one) is None]
    for user_id in added:
        state.set_role(group_id, user_id, "K")
    return [str(user_id) for user_id in added]


@method("sonet_group.user.invite", _SCOPE)
def user_invite(visit: Visit, params: Params) -> Any:
    """Invite users. Until they accept they see the group in lists, but not its tasks."""
    group_id, user_ids, state = _group_of(params), _user_ids(params), visit.state
    group = state.groups.get(group_id)
    if group is None or not is_visible(visit, group):
        raise _fail("Socialnetwork group not found")
    invited: list[str] = []
    role = state.role(group_id, visit.user_id)
    if visit.is_admin or role in _MAY_INVITE.get(group.initiate_perms, ("A",)):
        for user_id in user_ids:
            known = user_id in state.users and user_id != visit.user_id
            if known and state.role(group_id, user_id) is None:
                state.set_role(group_id, user_id, "Z")
                invited.append(str(user_id))
    return invited
