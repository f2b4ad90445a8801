"""Boards of sprints as the documentation shows them."""

from bitrix_scrum_async import Stage, StageType
from tests.answering import answered

from .example import Example, fields

STAGES = [
    {"id": "58", "name": "New", "sort": "100", "type": "NEW", "sprintId": "5", "color": "00C4FB"},
    {
        "id": "59",
        "name": "In Progress",
        "sort": "200",
        "type": "WORK",
        "sprintId": "5",
        "color": "47D1E2",
    },
    {"id": 60, "name": "Done", "sort": 300, "type": "FINISH", "sprintId": 5, "color": "75D900"},
]
STAGE_RECORDS = [
    Stage(id=58, sprint_id=5, name="New", sort=100, type=StageType.NEW, color="00C4FB"),
    Stage(id=59, sprint_id=5, name="In Progress", sort=200, type=StageType.WORK, color="47D1E2"),
    Stage(id=60, sprint_id=5, name="Done", sort=300, type=StageType.FINISH, color="75D900"),
]

EXAMPLES = [
    Example(
        call=lambda portal: portal.kanban.get_stages(5),
        method="tasks.api.scrum.kanban.getStages",
        sends={"sprintId": 5},
        answer=answered(STAGES),
        gives=STAGE_RECORDS,
    ),
    Example(
        call=lambda portal: portal.kanban.get_stages(5),
        method="tasks.api.scrum.kanban.getStages",
        sends={"sprintId": 5},
        answer=answered([]),
        gives=[],
    ),
    Example(
        call=lambda portal: portal.kanban.add_stage(5, name="In review", type="WORK", sort=250),
        method="tasks.api.scrum.kanban.addStage",
        sends={"fields": {"sprintId": 5, "name": "In review", "type": "WORK", "sort": 250}},
        answer=answered(61),
        gives=61,
    ),
    Example(
        call=lambda portal: portal.kanban.update_stage(61, name="Review"),
        method="tasks.api.scrum.kanban.updateStage",
        sends={"stageId": 61, "fields": {"name": "Review"}},
        answer=answered(result=True),
        gives=None,
    ),
    Example(
        call=lambda portal: portal.kanban.delete_stage(61),
        method="tasks.api.scrum.kanban.deleteStage",
        sends={"stageId": 61},
        answer=answered(result=True),
        gives=None,
    ),
    Example(
        call=lambda portal: portal.kanban.add_task(5, task_id=751, stage_id=58),
        method="tasks.api.scrum.kanban.addTask",
        sends={"sprintId": 5, "taskId": 751, "stageId": 58},
        answer=answered(result=True),
        gives=None,
    ),
    Example(
        call=lambda portal: portal.kanban.delete_task(5, task_id=751),
        method="tasks.api.scrum.kanban.deleteTask",
        sends={"sprintId": 5, "taskId": 751},
        answer=answered(result=True),
        gives=None,
    ),
    fields(
        lambda portal: portal.kanban.get_fields(),
        "tasks.api.scrum.kanban.getFields",
        name="string",
        sort="integer",
        type="string",
        sprintId="integer",
        color="string",
    ),
]
