"""What a caller may write into a task, and what the portal complains about."""

import uuid
from typing import Any

import attrs

from ..answers import LegacyError
from ..rows import Task
from ..values import is_empty, to_ids, to_int, to_list, to_str, to_time
from ..visit import Visit

_STATUSES = range(2, 7)
_DATES = {"DEADLINE": "deadline", "START_DATE_PLAN": "start_plan", "END_DATE_PLAN": "end_plan"}


def refused(text: str) -> LegacyError:
    """An error of the older layer below: a text that ends in HTML."""
    return LegacyError("ERROR_CORE", f"{text}<br>")


def guid(task_id: int) -> str:
    """The id that the portal makes up for a task."""
    return "{" + str(uuid.uuid5(uuid.NAMESPACE_OID, f"task {task_id}")) + "}"


def new_task(visit: Visit, fields: dict[str, Any]) -> Task:
    """A task from its fields, not stored yet.

    Raises:
        LegacyError: A field is missing or wrong.
    """
    if is_empty(to_str(fields.get("TITLE")).strip()):
        raise refused("Task name is not specified.")
    if to_int(fields.get("RESPONSIBLE_ID")) <= 0:
        raise refused("The responsible person is not specified.")
    now = int(visit.now)
    task = Task(
        id=0,
        title="",
        created_by=to_int(fields.get("CREATED_BY")) or visit.user_id,
        responsible_id=0,
        created=now,
        changed=now,
        changed_by=visit.user_id,
        status_changed=now,
        status_changed_by=visit.user_id,
        guid="",
    )
    return changed_task(visit, task, fields)


def changed_task(visit: Visit, old: Task, fields: dict[str, Any]) -> Task:
    """A task with the given fields, not stored yet; group, parent and external key included.

    Raises:
        LegacyError: A field is wrong.
    """
    task = attrs.evolve(old, changed=int(visit.now), changed_by=visit.user_id)
    _texts(visit, task, fields)
    _people(visit, task, fields)
    if "PARENT_ID" in fields:
        task.parent_id = _parent(visit, task, to_int(fields["PARENT_ID"]))
    if "GROUP_ID" in fields:
        task.group_id = to_int(fields["GROUP_ID"])
    if "STATUS" in fields:
        status = to_int(fields["STATUS"])
        if status not in _STATUSES:
            raise refused("The task status is incorrect.")
        task.status = status
    for name, attribute in _DATES.items():
        if name in fields:
            text = to_str(fields[name])
            setattr(task, attribute, to_time(text, visit.now, visit.switches.utc_offset))
    if task.start_plan and task.end_plan and task.end_plan < task.start_plan:
        raise refused("The planned end date is earlier than the start date.")
    return task


def _texts(visit: Visit, task: Task, fields: dict[str, Any]) -> None:
    if "TITLE" in fields:
        task.title = to_str(fields["TITLE"]).strip()
        if is_empty(task.title):
            raise refused("Task name is not specified.")
    if "DESCRIPTION" in fields:
        task.description = to_str(fields["DESCRIPTION"])
    if "PRIORITY" in fields:
        priority = to_int(fields["PRIORITY"])
        task.priority = priority if priority in (0, 1, 2) else 1
    if "STAGE_ID" in fields:
        task.stage_id = to_int(fields["STAGE_ID"])
    if "XML_ID" in fields and visit.switches.store_xml_id:
        task.xml_id = to_str(fields["XML_ID"]) or None
    if "TAGS" in fields:
        tags = fields["TAGS"]
        names = tags.split(",") if isinstance(tags, str) else map(to_str, to_list(tags))
        task.tags = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    extra = {name: value for name, value in fields.items() if name.startswith("UF_")}
    if extra:
        task.user_fields = {**task.user_fields, **extra}


def _people(visit: Visit, task: Task, fields: dict[str, Any]) -> None:
    users = visit.state.users
    if "RESPONSIBLE_ID" in fields:
        task.responsible_id = to_int(fields["RESPONSIBLE_ID"])
        if task.responsible_id <= 0:
            raise refused("The responsible person is not specified.")
        if task.responsible_id not in users:
            raise refused('The user specified in the field "Responsible" was not found.')
    if "CREATED_BY" in fields:
        task.created_by = to_int(fields["CREATED_BY"]) or task.created_by
        if task.created_by not in users:
            raise refused('The user specified in the field "Created by" was not found.')
        if task.created_by != visit.user_id and not visit.is_admin:
            raise refused("You cannot specify another user as the creator.")
    if "ACCOMPLICES" in fields:
        task.accomplices = [one for one in to_ids(fields["ACCOMPLICES"]) if one in users]
    if "AUDITORS" in fields:
        task.auditors = [one for one in to_ids(fields["AUDITORS"]) if one in users]


def _parent(visit: Visit, task: Task, parent_id: int) -> int:
    if parent_id <= 0:
        return 0
    if parent_id not in visit.state.tasks:
        raise refused("The parent task was not found.")
    if parent_id == task.id:
        raise refused("Cannot bind the node to itself")
    if task.id and parent_id in visit.state.descendants(task.id):
        raise refused("The task cannot be a subtask of its own subtask.")
    return parent_id
