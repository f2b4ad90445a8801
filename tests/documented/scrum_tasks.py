"""Places of tasks as the documentation shows them."""

import attrs

from bitrix_scrum_async import ScrumTask
from tests.answering import answered

from .example import Example, fields

PLACE = {"entityId": 2, "storyPoints": "3", "epicId": 4, "sort": 1, "createdBy": 1, "modifiedBy": 1}
PLACE_RECORD = ScrumTask(
    entity_id=2, story_points="3", epic_id=4, sort=1, created_by=1, modified_by=1
)

EXAMPLES = [
    Example(
        call=lambda portal: portal.scrum_tasks.get(751),
        method="tasks.api.scrum.task.get",
        sends={"id": 751},
        answer=answered(PLACE),
        gives=PLACE_RECORD,
    ),
    Example(
        call=lambda portal: portal.scrum_tasks.get(751),
        method="tasks.api.scrum.task.get",
        sends={"id": 751},
        answer=answered({**PLACE, "storyPoints": "", "epicId": 0}),
        gives=attrs.evolve(PLACE_RECORD, story_points="", epic_id=0),
    ),
    Example(
        call=lambda portal: portal.scrum_tasks.update(751, entity_id=2, story_points=3, epic_id=4),
        method="tasks.api.scrum.task.update",
        sends={"id": 751, "fields": {"entityId": 2, "storyPoints": "3", "epicId": 4}},
        answer=answered(result=True),
        gives=None,
    ),
    Example(  # with the envelope that the portal keeps to itself
        call=lambda portal: portal.scrum_tasks.update(751, entity_id=2),
        method="tasks.api.scrum.task.update",
        sends={"id": 751, "fields": {"entityId": 2}},
        answer=answered({"status": "success", "data": True, "errors": []}),
        gives=None,
    ),
    fields(
        lambda portal: portal.scrum_tasks.get_fields(),
        "tasks.api.scrum.task.getFields",
        entityId="integer",
        storyPoints="string",
        epicId="integer",
        sort="integer",
        createdBy="integer",
        modifiedBy="integer",
    ),
]
