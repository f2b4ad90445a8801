"""The example calls of the portal's documentation, one file a resource."""

from . import backlogs, epics, groups, kanban, scrum_tasks, sprints, tasks, users

EXAMPLES = [
    *backlogs.EXAMPLES,
    *sprints.EXAMPLES,
    *epics.EXAMPLES,
    *kanban.EXAMPLES,
    *scrum_tasks.EXAMPLES,
    *groups.EXAMPLES,
    *tasks.EXAMPLES,
    *users.EXAMPLES,
]
