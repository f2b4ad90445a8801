"""Every public method of every resource, with arguments that a portal would take well."""

import datetime as dt
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

from bitrix_scrum_async.resources import (
    Backlogs,
    Epics,
    Groups,
    Kanban,
    ScrumTasks,
    Sprints,
    Tasks,
    Users,
)

from .expecting import SENDER

RESOURCES: Final[Mapping[str, Any]] = {
    "backlogs": Backlogs(SENDER),
    "sprints": Sprints(SENDER),
    "epics": Epics(SENDER),
    "kanban": Kanban(SENDER),
    "scrum_tasks": ScrumTasks(SENDER),
    "groups": Groups(SENDER),
    "tasks": Tasks(SENDER),
    "users": Users(SENDER),
}

START = dt.datetime(2026, 1, 5, tzinfo=dt.timezone(dt.timedelta(hours=3)))
END = START + dt.timedelta(weeks=2)

SPRINT: Final = {"group_id": 143, "name": "S", "created_by": 1, "date_start": START}
TASK: Final = {"title": "T", "responsible_id": 2, "group_id": 143}

# The portal's method, and the fewest arguments that make a call.
METHODS: Final[Mapping[str, tuple[str, dict[str, Any]]]] = {
    "backlogs.add": ("tasks.api.scrum.backlog.add", {"group_id": 143, "created_by": 1}),
    "backlogs.get": ("tasks.api.scrum.backlog.get", {"group_id": 143}),
    "backlogs.update": ("tasks.api.scrum.backlog.update", {"backlog_id": 11, "modified_by": 1}),
    "backlogs.delete": ("tasks.api.scrum.backlog.delete", {"backlog_id": 11}),
    "backlogs.get_fields": ("tasks.api.scrum.backlog.getFields", {}),
    "sprints.add": ("tasks.api.scrum.sprint.add", {**SPRINT, "date_end": END}),
    "sprints.get": ("tasks.api.scrum.sprint.get", {"sprint_id": 57}),
    "sprints.update": ("tasks.api.scrum.sprint.update", {"sprint_id": 57, "sort": 1}),
    "sprints.start": ("tasks.api.scrum.sprint.start", {"sprint_id": 57}),
    "sprints.complete": ("tasks.api.scrum.sprint.complete", {"group_id": 143}),
    "sprints.delete": ("tasks.api.scrum.sprint.delete", {"sprint_id": 57}),
    "sprints.list": ("tasks.api.scrum.sprint.list", {}),
    "sprints.all": ("tasks.api.scrum.sprint.list", {}),
    "sprints.active": ("tasks.api.scrum.sprint.list", {"group_id": 143}),
    "sprints.get_fields": ("tasks.api.scrum.sprint.getFields", {}),
    "epics.add": ("tasks.api.scrum.epic.add", {"group_id": 143, "name": "E"}),
    "epics.get": ("tasks.api.scrum.epic.get", {"epic_id": 4}),
    "epics.update": ("tasks.api.scrum.epic.update", {"epic_id": 4, "name": "E"}),
    "epics.delete": ("tasks.api.scrum.epic.delete", {"epic_id": 4}),
    "epics.list": ("tasks.api.scrum.epic.list", {}),
    "epics.all": ("tasks.api.scrum.epic.list", {}),
    "epics.get_fields": ("tasks.api.scrum.epic.getFields", {}),
    "kanban.add_stage": ("tasks.api.scrum.kanban.addStage", {"sprint_id": 57, "name": "New"}),
    "kanban.get_stages": ("tasks.api.scrum.kanban.getStages", {"sprint_id": 57}),
    "kanban.update_stage": ("tasks.api.scrum.kanban.updateStage", {"stage_id": 58, "name": "N"}),
    "kanban.delete_stage": ("tasks.api.scrum.kanban.deleteStage", {"stage_id": 58}),
    "kanban.add_task": (
        "tasks.api.scrum.kanban.addTask",
        {"sprint_id": 57, "task_id": 751, "stage_id": 58},
    ),
    "kanban.delete_task": (
        "tasks.api.scrum.kanban.deleteTask",
        {"sprint_id": 57, "task_id": 751},
    ),
    "kanban.get_fields": ("tasks.api.scrum.kanban.getFields", {}),
    "scrum_tasks.get": ("tasks.api.scrum.task.get", {"task_id": 751}),
    "scrum_tasks.update": ("tasks.api.scrum.task.update", {"task_id": 751, "sort": 1}),
    "scrum_tasks.get_fields": ("tasks.api.scrum.task.getFields", {}),
    "groups.create": ("sonet_group.create", {"name": "G", "scrum_master_id": 1}),
    "groups.update": ("sonet_group.update", {"group_id": 143, "closed": True}),
    "groups.delete": ("sonet_group.delete", {"group_id": 143}),
    "groups.get": ("socialnetwork.api.workgroup.get", {"group_id": 143}),
    "groups.members": ("sonet_group.user.get", {"group_id": 143}),
    "groups.add_members": ("sonet_group.user.add", {"group_id": 143, "user_ids": [2]}),
    "groups.list": ("socialnetwork.api.workgroup.list", {}),
    "groups.all": ("socialnetwork.api.workgroup.list", {}),
    "tasks.add": ("tasks.task.add", TASK),
    "tasks.get": ("tasks.task.get", {"task_id": 751}),
    "tasks.update": ("tasks.task.update", {"task_id": 751, "priority": 2}),
    "tasks.complete": ("tasks.task.complete", {"task_id": 751}),
    "tasks.delete": ("tasks.task.delete", {"task_id": 751}),
    "tasks.list": ("tasks.task.list", {}),
    "tasks.all": ("tasks.task.list", {}),
    "users.current": ("user.current", {}),
    "users.list": ("user.get", {}),
    "users.all": ("user.get", {}),
}


def method(name: str) -> Callable[..., Any]:
    """A method by its name, such as ``sprints.add``."""
    resource, _, short = name.partition(".")
    found: Callable[..., Any] = getattr(RESOURCES[resource], short)
    return found


def parameters(name: str) -> list[str]:
    """What a method takes."""
    return list(inspect.signature(method(name)).parameters)


def public_methods() -> set[str]:
    """The names of all methods."""
    return {
        f"{name}.{member}"
        for name, resource in RESOURCES.items()
        for member, _ in inspect.getmembers(resource, inspect.ismethod)
        if not member.startswith("_")
    }
