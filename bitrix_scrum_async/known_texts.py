"""The texts with which the portal's methods refuse, and what each means. Pure."""

from typing import Final

from .errors import (
    AccessDenied,
    AlreadyExists,
    BacklogNotFound,
    EpicNotFound,
    GroupNotFound,
    InvalidParameter,
    MoveForbidden,
    NotSaved,
    RemovalForbidden,
    SprintNotFound,
    StageNotFound,
    TaskNotFound,
    UserNotFound,
    WrongSprintState,
)
from .known_errors import Known

# Beginnings of the binder's texts, which come from any method with the code 100.
BINDER_TEXTS: Final = (
    Known(
        "Could not find value for parameter {",
        InvalidParameter,
        (),
        "pass it, in the portal's spelling: names are case-sensitive",
    ),
    Known("Invalid value {", InvalidParameter, (), "pass a value of that type"),
)

_ID_OF_0: Final = "pass an id of 1 or more"
_KNOWN_USER: Final = "pass the id of a user: users.all lists them"
_RESAVE: Final = "compare with the portal's own page, and try again"
_NO_CREATOR: Final = "pass created_by, a user id, and a name of 255 characters at most"
_WRITES: Final = (
    "backlog.add",
    "backlog.update",
    "sprint.add",
    "sprint.update",
    "epic.add",
    "epic.update",
    "task.update",
)

# Texts of the methods: their code is 0, "0", "100" or empty. A text that several
# rows have means the same, and what to do depends on the method.
TEXTS: Final = (
    # of any resource
    Known(
        "Access denied",
        AccessDenied,
        ("sprint.start", "sprint.complete"),
        "it takes the group's owner, a moderator or an administrator",
    ),
    Known(
        "Access denied",
        AccessDenied,
        ("task.update",),
        "no such backlog or sprint, one of another group, or the caller may not see its tasks",
    ),
    Known("Access denied", AccessDenied, (), "no such group, or the caller may not see its tasks"),
    Known("createdBy user not found", UserNotFound, _WRITES, _KNOWN_USER),
    Known("modifiedBy user not found", UserNotFound, _WRITES, _KNOWN_USER),
    Known(
        "Group id not found",
        InvalidParameter,
        ("backlog.get", "backlog.add", "sprint.add", "sprint.complete", "epic.add"),
        _ID_OF_0,
    ),
    # backlogs
    Known("Backlog not found", BacklogNotFound, ("backlog.get",), "add one with backlogs.add"),
    Known(
        "Backlog not found",
        BacklogNotFound,
        ("backlog.update", "backlog.delete"),
        "pass the id of a backlog, not of its group",
    ),
    Known("Backlog id not found", InvalidParameter, ("backlog.update", "backlog.delete"), _ID_OF_0),
    Known("Backlog already added", AlreadyExists, ("backlog.add",), "use backlogs.get"),
    Known(
        "The target group already has a backlog",
        AlreadyExists,
        ("backlog.update",),
        "a group has one backlog at most",
    ),
    Known(
        "It is forbidden move a backlog with items",
        MoveForbidden,
        ("backlog.update",),
        "move its tasks first",
    ),
    Known(
        "It is forbidden remove a backlog with items",
        RemovalForbidden,
        ("backlog.delete",),
        "move its tasks first",
    ),
    Known("Unable to add backlog", NotSaved, ("backlog.add",), "pass created_by, a user id"),
    Known("Unable to update backlog", NotSaved, ("backlog.update",), _RESAVE),
    Known("Backlog not deleted", NotSaved, ("backlog.delete",), _RESAVE),
    # sprints
    Known(
        "Sprint not found",
        SprintNotFound,
        ("sprint.complete",),
        "the group has no active sprint; pass a group's id, not a sprint's",
    ),
    Known("Sprint not found", SprintNotFound, (), "pass the id of a sprint, not of a backlog"),
    Known(
        "Sprint id not found",
        InvalidParameter,
        (
            "sprint.get",
            "sprint.update",
            "sprint.start",
            "kanban.getStages",
            "kanban.addStage",
            "kanban.addTask",
            "kanban.deleteTask",
        ),
        _ID_OF_0,
    ),
    Known(
        "Incorrect dateStart format",
        InvalidParameter,
        ("sprint.add",),
        "pass date_start, an aware date-time",
    ),
    Known(
        "Incorrect dateEnd format",
        InvalidParameter,
        ("sprint.add",),
        "pass date_end, an aware date-time",
    ),
    Known(
        "Incorrect sprint status",
        InvalidParameter,
        ("sprint.add", "sprint.update"),
        "pass planned, active or completed",
    ),
    Known(
        "Unable to add two active sprint",
        WrongSprintState,
        ("sprint.add", "sprint.update"),
        "complete the group's active sprint first, which may be this one",
    ),
    Known("Unable to add sprint", NotSaved, ("sprint.add",), _NO_CREATOR),
    Known("Sprint not created", NotSaved, ("sprint.add",), _NO_CREATOR),
    Known(
        "It is forbidden move a sprint with items",
        MoveForbidden,
        ("sprint.update",),
        "move its tasks first",
    ),
    Known("Sprint not updated", NotSaved, ("sprint.update",), _RESAVE),
    Known(
        "It is forbidden remove a sprint with items",
        RemovalForbidden,
        ("sprint.delete",),
        "give the group a backlog for its tasks with backlogs.add",
    ),
    Known("Sprint items have not been moved to backlog", NotSaved, ("sprint.delete",), _RESAVE),
    Known("Sprint not deleted", NotSaved, ("sprint.delete",), _RESAVE),
    Known(
        "Sprint must be planned",
        WrongSprintState,
        ("sprint.start",),
        "only a planned sprint starts",
    ),
    Known(
        "Unable to start sprint",
        WrongSprintState,
        ("sprint.start",),
        "complete the group's active sprint, give this one a task that is not completed, and a"
        " stage of type NEW",
    ),
    Known(
        "Could not load list",
        InvalidParameter,
        ("sprint.list", "epic.list"),
        "write names in capitals, as in GROUP_ID",
    ),
    Known(
        "Cannot use a scalar value as an array",
        InvalidParameter,
        ("sprint.list",),
        "pass a map as the filter",
    ),
    Known(
        "Cannot access offset of type string on string",
        InvalidParameter,
        ("sprint.list",),
        "pass a map as the filter",
    ),
    # epics
    Known(
        "Epic not found",
        EpicNotFound,
        ("epic.get", "epic.update", "epic.delete", "task.update"),
        "pass the id of an epic; 0 is none",
    ),
    Known("Name not found", InvalidParameter, ("epic.add",), "pass a name"),
    Known("Name is not found", InvalidParameter, ("epic.add",), "pass a name"),
    # From the documentation; a call of this library always names a group, so it means that one.
    Known("Group is not found", GroupNotFound, ("epic.add",), "no such group"),
    Known(
        "Epic not created",
        NotSaved,
        ("epic.add",),
        "pass a name of 255 characters and a colour of 18 at most",
    ),
    Known(
        "Epic not updated",
        NotSaved,
        ("epic.update",),
        "pass a name of 255 characters and a colour of 18 at most",
    ),
    Known("Epic not deleted", NotSaved, ("epic.delete",), _RESAVE),
    Known(
        "Epic files not attached",
        NotSaved,
        ("epic.add", "epic.update"),
        "the rest is saved: do not add the epic again",
    ),
    # boards
    Known(
        "Stage not found",
        StageNotFound,
        ("kanban.updateStage", "kanban.deleteStage", "kanban.addTask"),
        "pass the id of a stage: kanban.get_stages lists them",
    ),
    Known(
        "Stage id not found",
        InvalidParameter,
        ("kanban.updateStage", "kanban.deleteStage", "kanban.addTask"),
        _ID_OF_0,
    ),
    Known("StageId id not found", InvalidParameter, ("kanban.addTask",), _ID_OF_0),
    Known("Incorrect name format", InvalidParameter, ("kanban.addStage",), "pass a text"),
    Known(
        "Incorrect sprintId value",
        InvalidParameter,
        ("kanban.updateStage",),
        "no such sprint, or the caller may not see it",
    ),
    Known(
        "Stage has tasks",
        RemovalForbidden,
        ("kanban.deleteStage",),
        "take its cards away first, with kanban.delete_task",
    ),
    Known(
        "System error",
        NotSaved,
        (
            "kanban.addStage",
            "kanban.updateStage",
            "kanban.deleteStage",
            "kanban.addTask",
            "kanban.deleteTask",
        ),
        _RESAVE,
    ),
    # places of tasks
    Known(
        "Task not found",
        TaskNotFound,
        ("task.get",),
        "no such task, or it has no place: give it one with scrum_tasks.update",
    ),
    Known("Task not found", TaskNotFound, ("task.update",), "no such task"),
    Known(
        "Task not found. The task must be with GROUP_ID",
        TaskNotFound,
        ("kanban.addTask", "kanban.deleteTask"),
        "the task has to be of the sprint's group",
    ),
    Known(
        "Task id not found",
        InvalidParameter,
        ("task.get", "task.update", "kanban.addTask", "kanban.deleteTask"),
        _ID_OF_0,
    ),
    Known(
        "TaskId id not found", InvalidParameter, ("kanban.addTask", "kanban.deleteTask"), _ID_OF_0
    ),
    Known(
        "Entity id not found",
        InvalidParameter,
        ("task.update",),
        "the task has no place yet: pass entity_id and created_by",
    ),
    Known(
        "Item not created",
        NotSaved,
        ("task.update",),
        "the task has no place yet: pass created_by, a user id",
    ),
    Known("Unable to update task", NotSaved, ("task.update",), _RESAVE),
    # groups
    Known("Incorrect input data", InvalidParameter, ("sonet_group.create",), "pass a name"),
    Known(
        "You have no permissions to create a group",
        AccessDenied,
        ("sonet_group.create",),
        "the caller needs the right to create groups",
    ),
    Known("Cannot create group", NotSaved, ("sonet_group.create",), _RESAVE),
    Known(
        "Image is incorrect: Invalid file type",
        InvalidParameter,
        ("sonet_group.create", "sonet_group.update"),
        "pass an image",
    ),
    Known(
        "Wrong group ID",
        InvalidParameter,
        ("sonet_group.update", "sonet_group.delete", "sonet_group.user.add"),
        "pass the id of a group that the caller may see",
    ),
    Known("Wrong socialnetwork group ID", InvalidParameter, ("sonet_group.user.get",), _ID_OF_0),
    Known(
        "Socialnetwork group not found",
        GroupNotFound,
        ("sonet_group.delete", "sonet_group.user.get", "sonet_group.user.add"),
        "no such group, or the caller may not see it",
    ),
    Known(
        "User has no permissions to update group",
        AccessDenied,
        ("sonet_group.update",),
        "it takes the group's owner or a moderator",
    ),
    Known("Cannot update group", NotSaved, ("sonet_group.update",), _RESAVE),
    Known(
        "User has no permissions to delete group",
        AccessDenied,
        ("sonet_group.delete",),
        "it takes the group's owner",
    ),
    Known("Cannot delete group", NotSaved, ("sonet_group.delete",), _RESAVE),
    Known(
        "No permissions to add users",
        AccessDenied,
        ("sonet_group.user.add",),
        "it takes the group's owner or an administrator",
    ),
    Known("Wrong user IDs", UserNotFound, ("sonet_group.user.add",), _KNOWN_USER),
    # tasks
    Known(
        "wrong task id",
        InvalidParameter,
        ("tasks.task.get", "tasks.task.update", "tasks.task.delete"),
        "pass a task's id",
    ),
    Known(
        "CTaskItem All parameters in the constructor must have real class type",
        InvalidParameter,
        ("tasks.task.get", "tasks.task.update", "tasks.task.delete"),
        "pass a task's id",
    ),
    Known(
        "Action on the task is not allowed",
        AccessDenied,
        ("tasks.task.update",),
        "no such task, or no right to change it",
    ),
    Known(
        "No access to delete the task",
        AccessDenied,
        ("tasks.task.delete",),
        "no such task, or no right to delete it",
    ),
    Known(
        "Invalid sorting key",
        InvalidParameter,
        ("tasks.task.list",),
        "sort by a field that the method knows, in capitals",
    ),
)
