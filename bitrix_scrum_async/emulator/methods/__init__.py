"""The portal's methods as plain functions: parameters in, PHP-shaped JSON out."""

from . import (
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
from .registry import METHODS, Method

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
