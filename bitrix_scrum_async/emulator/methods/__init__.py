"""The portal's methods as plain functions: parameters in, PHP-shaped JSON out."""

from bitrix_scrum_async.emulator.methods import (
    backlog,
    basic,
    epic,
    group,
    kanban,
    scrum_task,
    sprint,
    sprint_lifecycle,
    task,
    task_list,
    user,
    workgroup,
)
from bitrix_scrum_async.emulator.methods.registry import METHODS, Method

__all__ = ["METHODS", "Method"]

# The families put themselves into the table when they are imported.
FAMILIES = (
    backlog,
    basic,
    epic,
    group,
    kanban,
    scrum_task,
    sprint,
    sprint_lifecycle,
    task,
    task_list,
    user,
    workgroup,
)
