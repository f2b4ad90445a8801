"""One file a resource: its methods check their arguments and build calls. No I/O."""

from .backlogs import Backlogs
from .epics import Epics
from .groups import Groups
from .kanban import Kanban
from .rows import Rows
from .scrum_tasks import ScrumTasks
from .sprints import Sprints
from .tasks import Tasks
from .users import Users

__all__ = [
    "Backlogs",
    "Epics",
    "Groups",
    "Kanban",
    "Rows",
    "ScrumTasks",
    "Sprints",
    "Tasks",
    "Users",
]
