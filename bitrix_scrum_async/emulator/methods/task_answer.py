"""How a task looks from outside: camelCase, numbers as strings, empty maps as `[]`."""

from collections.abc import Callable, Iterable
from typing import Any

from ..rows import Entity, Task
from ..values import iso_date
from ..visit import Visit
from . import board

_DAY = 86400


def _date(visit: Visit, time: int | None) -> str | None:
    return iso_date(time, visit.switches.utc_offset) or None


def entity_of(visit: Visit, task: Task) -> Entity | None:
    """The backlog or sprint of a task."""
    item = visit.state.items.get(task.id)
    return None if item is None else visit.state.entities.get(item.entity_id)


def place(visit: Visit, task: Task, kind: str) -> int:
    """The task's sprint or backlog; 0 without one."""
    entity = entity_of(visit, task)
    return entity.id if entity is not None and entity.entity_type == kind else 0


def stage_of(visit: Visit, task: Task) -> int:
    """What `stageId` tells, as the switch `task_stage_id` says."""
    if visit.switches.task_stage_id == "moved":
        return task.stage_id
    entity = entity_of(visit, task)
    if visit.switches.task_stage_id == "none" or entity is None:
        return 0
    cards = visit.state.cards.get(task.id, {})
    return next((one.id for one in board.stages(visit, entity.id) if one.id in cards), 0)


def _text(number: int) -> str | None:
    return str(number) if number else None


def _person(visit: Visit, user_id: int) -> dict[str, Any]:
    user = visit.state.users[user_id]
    return {
        "id": str(user_id),
        "name": f"{user.name} {user.last_name}",
        "link": f"/company/personal/user/{user_id}/",
        "icon": "/bitrix/images/tasks/default_avatar.png",
        "workPosition": "",
    }


def _people(visit: Visit, user_ids: Iterable[int]) -> Any:
    return {str(user_id): _person(visit, user_id) for user_id in user_ids} or []


def _group(visit: Visit, task: Task) -> Any:
    group = visit.state.groups.get(task.group_id)
    if group is None:
        return []
    return {
        "id": str(group.id),
        "name": group.name,
        "opened": group.opened,
        "membersCount": len(visit.state.members[group.id]),
        "image": "/bitrix/images/tasks/default_group.png",
        "additionalData": [],
    }


def _tags(visit: Visit, task: Task) -> Any:
    ids = {tag: visit.state.tag_id(tag) for tag in task.tags}
    return {str(number): {"id": number, "title": tag} for tag, number in ids.items()} or []


def _duration(task: Task) -> str | None:
    if task.start_plan is None or task.end_plan is None:
        return None
    return str((task.end_plan - task.start_plan) // _DAY)


Reader = Callable[[Visit, Task], Any]
# Column of `select` -> key of the answer and how it is read.
FIELDS: dict[str, tuple[str, Reader]] = {
    "ID": ("id", lambda visit, task: str(task.id)),
    "PARENT_ID": ("parentId", lambda visit, task: _text(task.parent_id)),
    "TITLE": ("title", lambda visit, task: task.title),
    "DESCRIPTION": ("description", lambda visit, task: task.description),
    "MARK": ("mark", lambda visit, task: None),
    "PRIORITY": ("priority", lambda visit, task: str(task.priority)),
    "MULTITASK": ("multitask", lambda visit, task: "N"),
    "NOT_VIEWED": ("notViewed", lambda visit, task: "N"),
    "REPLICATE": ("replicate", lambda visit, task: "N"),
    "STAGE_ID": ("stageId", lambda visit, task: str(stage_of(visit, task))),
    "SPRINT_ID": ("sprintId", lambda visit, task: _text(place(visit, task, "sprint"))),
    "BACKLOG_ID": ("backlogId", lambda visit, task: _text(place(visit, task, "backlog"))),
    "CREATED_BY": ("createdBy", lambda visit, task: str(task.created_by)),
    "CREATED_DATE": ("createdDate", lambda visit, task: _date(visit, task.created)),
    "RESPONSIBLE_ID": ("responsibleId", lambda visit, task: str(task.responsible_id)),
    "CHANGED_BY": ("changedBy", lambda visit, task: str(task.changed_by)),
    "CHANGED_DATE": ("changedDate", lambda visit, task: _date(visit, task.changed)),
    "STATUS_CHANGED_BY": ("statusChangedBy", lambda visit, task: str(task.status_changed_by)),
    "STATUS_CHANGED_DATE": (
        "statusChangedDate",
        lambda visit, task: _date(visit, task.status_changed),
    ),
    "CLOSED_BY": ("closedBy", lambda visit, task: _text(task.closed_by)),
    "CLOSED_DATE": ("closedDate", lambda visit, task: _date(visit, task.closed)),
    "ACTIVITY_DATE": ("activityDate", lambda visit, task: _date(visit, task.changed)),
    "DATE_START": ("dateStart", lambda visit, task: None),
    "DEADLINE": ("deadline", lambda visit, task: _date(visit, task.deadline)),
    "START_DATE_PLAN": ("startDatePlan", lambda visit, task: _date(visit, task.start_plan)),
    "END_DATE_PLAN": ("endDatePlan", lambda visit, task: _date(visit, task.end_plan)),
    "GUID": ("guid", lambda visit, task: task.guid),
    "XML_ID": ("xmlId", lambda visit, task: task.xml_id),
    "COMMENTS_COUNT": ("commentsCount", lambda visit, task: None),
    "SERVICE_COMMENTS_COUNT": ("serviceCommentsCount", lambda visit, task: None),
    "ALLOW_CHANGE_DEADLINE": ("allowChangeDeadline", lambda visit, task: "N"),
    "ALLOW_TIME_TRACKING": ("allowTimeTracking", lambda visit, task: "N"),
    "TASK_CONTROL": ("taskControl", lambda visit, task: "N"),
    "ADD_IN_REPORT": ("addInReport", lambda visit, task: "N"),
    "FORKED_BY_TEMPLATE_ID": ("forkedByTemplateId", lambda visit, task: None),
    "TIME_ESTIMATE": ("timeEstimate", lambda visit, task: "0"),
    "TIME_SPENT_IN_LOGS": ("timeSpentInLogs", lambda visit, task: None),
    "MATCH_WORK_TIME": ("matchWorkTime", lambda visit, task: "N"),
    "FORUM_TOPIC_ID": ("forumTopicId", lambda visit, task: None),
    "FORUM_ID": ("forumId", lambda visit, task: None),
    "SITE_ID": ("siteId", lambda visit, task: "s1"),
    "SUBORDINATE": ("subordinate", lambda visit, task: "N"),
    "EXCHANGE_MODIFIED": ("exchangeModified", lambda visit, task: None),
    "EXCHANGE_ID": ("exchangeId", lambda visit, task: None),
    "OUTLOOK_VERSION": ("outlookVersion", lambda visit, task: "1"),
    "VIEWED_DATE": ("viewedDate", lambda visit, task: None),
    "SORTING": ("sorting", lambda visit, task: None),
    "DURATION_FACT": ("durationFact", lambda visit, task: None),
    "DURATION_PLAN": ("durationPlan", lambda visit, task: _duration(task)),
    "DURATION_TYPE": ("durationType", lambda visit, task: "days"),
    "IS_MUTED": ("isMuted", lambda visit, task: "N"),
    "IS_PINNED": ("isPinned", lambda visit, task: "N"),
    "IS_PINNED_IN_GROUP": ("isPinnedInGroup", lambda visit, task: "N"),
    "FLOW_ID": ("flowId", lambda visit, task: None),
    "DESCRIPTION_IN_BBCODE": ("descriptionInBbcode", lambda visit, task: "Y"),
    "STATUS": ("status", lambda visit, task: str(task.status)),
    "REAL_STATUS": ("realStatus", lambda visit, task: str(task.status)),
    "FAVORITE": ("favorite", lambda visit, task: "N"),
    "GROUP_ID": ("groupId", lambda visit, task: str(task.group_id)),
    "AUDITORS": ("auditors", lambda visit, task: [str(one) for one in task.auditors]),
    "ACCOMPLICES": ("accomplices", lambda visit, task: [str(one) for one in task.accomplices]),
    "TAGS": ("tags", _tags),
}
_NOT_BY_DEFAULT = ("REAL_STATUS", "TAGS")
_DEFAULT = {name: one for name, one in FIELDS.items() if name not in _NOT_BY_DEFAULT}


def _camel(name: str) -> str:
    first, *rest = name.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)


def row(visit: Visit, task: Task, names: list[str]) -> dict[str, Any]:
    """A row of a list: the selected fields, or the usual ones when nothing is selected.

    The group comes with its id, persons with theirs.
    """
    everything = not names or "*" in names
    fields = _DEFAULT if everything else {name: FIELDS[name] for name in names if name in FIELDS}
    shown = {key: read(visit, task) for key, read in fields.values()}
    if everything:
        shown.setdefault("id", str(task.id))
    for name in names:
        if name.startswith("UF_") and name not in FIELDS:
            shown[_camel(name)] = task.user_fields.get(name, False)
    if "TAGS" in names:
        shown["tags"] = _tags(visit, task)
    shown["group"] = _group(visit, task) if "GROUP_ID" in fields else []
    if "CREATED_BY" in fields:
        shown["creator"] = _person(visit, task.created_by)
    if "RESPONSIBLE_ID" in fields:
        shown["responsible"] = _person(visit, task.responsible_id)
    if "ACCOMPLICES" in fields:
        shown["accomplicesData"] = _people(visit, task.accomplices)
    if "AUDITORS" in fields:
        shown["auditorsData"] = _people(visit, task.auditors)
    return shown


def full(visit: Visit, task: Task, names: list[str] | None = None) -> dict[str, Any]:
    """A single task, with what only a single one has."""
    return {
        **row(visit, task, names or []),
        "tags": _tags(visit, task),
        "checklist": [],
        "newCommentsCount": 0,
        "checkListTree": {"nodeId": 0, "fields": {"id": None}, "action": [], "descendants": []},
        "checkListCanAdd": True,
        "action": dict.fromkeys(_ACTIONS, True),
    }


_ACTIONS = (
    "accept",
    "decline",
    "complete",
    "approve",
    "disapprove",
    "start",
    "pause",
    "delegate",
    "remove",
    "edit",
    "defer",
    "renew",
    "create",
    "changeDeadline",
    "checklistAddItems",
    "addFavorite",
    "deleteFavorite",
    "rate",
)
