"""`tasks.task.*` without the list. Codes of these methods are strings, even 0 and 100."""

from typing import Any

from ..answers import RestError
from ..binder import TASKS, Params
from ..filters import truthy_names
from ..rows import COMPLETED, Task
from ..values import is_numeric, to_int, to_list
from ..visit import Visit
from . import items
from .registry import method
from .sprint_lifecycle import set_status
from .task_answer import FIELDS, full
from .task_fields import changed_task, guid, new_task

_SCOPE = "task"
_PENDING = 2
_NOT_ALLOWED = "Action on the task is not allowed"
_NO_DELETE = "1048582"  # as a number these are flags of the task module's exceptions


def can_see(visit: Visit, task: Task) -> bool:
    """Whether the caller may read a task."""
    people = (task.created_by, task.responsible_id, *task.accomplices, *task.auditors)
    return visit.is_admin or visit.user_id in people or visit.can_read(task.group_id)


def _can_edit(visit: Visit, task: Task) -> bool:
    people = (task.created_by, task.responsible_id)
    return visit.user_id in people or visit.can_manage(task.group_id)


def _task_id(visit: Visit, params: Params) -> int:
    """The task of a controller that is given an object instead of an id."""
    if "taskId" not in params:
        text = "CTaskItem All parameters in the constructor must have real class type"
        raise TASKS.error(visit, text, 100)
    value = params["taskId"]
    if not is_numeric(value) or to_int(value) <= 0:
        raise TASKS.error(visit, "wrong task id")
    return to_int(value)


def _editable(visit: Visit, task_id: int) -> Task:
    task = visit.state.tasks.get(task_id)
    if task is None or not can_see(visit, task) or not _can_edit(visit, task):
        raise TASKS.error(visit, _NOT_ALLOWED)
    return task


@method("tasks.task.add", _SCOPE)
def add(visit: Visit, params: Params) -> Any:
    """Create a task; in a scrum with a backlog it gets its place there."""
    fields = TASKS.array(visit, params, "fields")
    task = new_task(visit, fields)
    if task.group_id and not visit.can_read(task.group_id):
        raise TASKS.error(visit, _NOT_ALLOWED)
    state = visit.state
    task.id = state.next_id("task")
    task.guid = guid(task.id)
    state.save_task(task)
    if task.status == COMPLETED:
        task.closed, task.closed_by = int(visit.now), visit.user_id
    state.created["task", task.group_id, task.xml_id or task.title] += 1
    items.task_added(visit, task)
    return {"task": full(visit, task)}


@method("tasks.task.update", _SCOPE)
def update(visit: Visit, params: Params) -> Any:
    """Change a task; its place follows its group and status."""
    task_id = _task_id(visit, params)
    fields = TASKS.array(visit, params, "fields")
    old = _editable(visit, task_id)
    new = changed_task(visit, old, fields)
    if new.group_id != old.group_id and new.group_id and not visit.can_read(new.group_id):
        raise TASKS.error(visit, _NOT_ALLOWED)
    _store(visit, old, new)
    return {"task": full(visit, old)}


def _store(visit: Visit, task: Task, new: Task) -> None:
    """Write a changed task over the old one, in the order in which events follow."""
    state = visit.state
    for name in (
        *("title", "description", "priority", "stage_id", "deadline", "start_plan", "end_plan"),
        *("created_by", "responsible_id", "accomplices", "auditors", "tags", "user_fields"),
        *("changed", "changed_by"),
    ):
        setattr(task, name, getattr(new, name))
    state.set_task_xml_id(task, new.xml_id)
    state.set_task_parent(task, new.parent_id)
    if new.group_id != task.group_id:
        state.set_task_group(task, new.group_id)
        items.task_changed_group(visit, task)
    if new.status != task.status:
        _change_status(visit, task, new.status)


def _change_status(visit: Visit, task: Task, status: int) -> None:
    was_completed = task.status == COMPLETED
    set_status(visit, task.id, status)
    if status == COMPLETED:
        items.task_completed(visit, task)
    elif was_completed:
        items.task_renewed(visit, task)


@method("tasks.task.get", _SCOPE)
def get(visit: Visit, params: Params) -> Any:
    """One task. One that is not there, or not for the caller, is an empty result."""
    task_id = _task_id(visit, params)
    select = TASKS.optional_array(visit, params, "select")
    task = visit.state.tasks.get(task_id)
    if task is None or not can_see(visit, task):
        empty: list[Any] = []
        return empty
    return {"task": full(visit, task, truthy_names(to_list(select)))}


@method("tasks.task.delete", _SCOPE)
def delete(visit: Visit, params: Params) -> Any:
    """Remove a task with its place and cards."""
    task = visit.state.tasks.get(_task_id(visit, params))
    mine = task is not None and (
        task.created_by == visit.user_id or visit.can_manage(task.group_id)
    )
    if task is None or not mine:
        raise RestError(_NO_DELETE, "No access to delete the task")
    visit.state.delete_task(task.id)
    return {"task": True}


@method("tasks.task.complete", _SCOPE)
def complete(visit: Visit, params: Params) -> Any:
    """Complete a task; one that is completed already cannot be completed again."""
    return _set_completed(visit, params, completed=True)


@method("tasks.task.renew", _SCOPE)
def renew(visit: Visit, params: Params) -> Any:
    """Open a completed task again."""
    return _set_completed(visit, params, completed=False)


def _set_completed(visit: Visit, params: Params, *, completed: bool) -> Any:
    task = _editable(visit, _task_id(visit, params))
    if (task.status == COMPLETED) != completed:
        _change_status(visit, task, COMPLETED if completed else _PENDING)
    elif visit.switches.repeated_complete == "refused":
        raise TASKS.error(visit, _NOT_ALLOWED)
    return {"task": full(visit, task)}


_REQUIRED = ("TITLE", "RESPONSIBLE_ID", "CREATED_BY")
_DATES = ("DATE", "DEADLINE", "DATE_PLAN", "DATE_START")
_ENUMS = {
    "PRIORITY": {"0": "Low", "1": "Medium", "2": "High"},
    "STATUS": {
        "2": "Pending",
        "3": "In progress",
        "4": "Awaiting control",
        "5": "Completed",
        "6": "Deferred",
    },
}


@method("tasks.task.getFields", _SCOPE)
def get_fields(visit: Visit, params: Params) -> Any:
    """The fields of a task; `XML_ID` is a text, null by default, and not read-only."""
    return {"fields": {name: _described(name) for name in FIELDS if name != "REAL_STATUS"}}


def _described(name: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"title": name.replace("_", " ").capitalize(), "type": "string"}
    if name in _ENUMS:
        shown |= {"type": "enum", "values": _ENUMS[name], "default": 1 + (name == "STATUS")}
    elif name.endswith(_DATES):
        shown |= {"type": "datetime", "default": None}
    elif name in ("AUDITORS", "ACCOMPLICES", "TAGS"):
        shown |= {"type": "array", "default": None}
    elif name == "ID" or name.endswith("_BY") or (name.endswith("_ID") and name != "XML_ID"):
        shown |= {"type": "integer", "default": None}
    else:
        shown["default"] = None
    if name == "ID":
        shown["primary"] = True
    if name in _REQUIRED:
        shown["required"] = True
    return shown
