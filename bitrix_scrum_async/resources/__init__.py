"""One file a resource: its methods check their arguments and build calls. No I/O."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand

if TYPE_CHECKING:
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

# A program pays for the resources that it uses: each brings records, filters and checks.
if not TYPE_CHECKING:
    _ROOMS = {name: name.lower() for name in __all__} | {"ScrumTasks": "scrum_tasks"}
    __getattr__ = on_demand(__name__, _ROOMS)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
