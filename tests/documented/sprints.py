"""Sprints as the documentation shows them."""

import datetime as dt
from typing import Any

import attrs

from bitrix_scrum_async import Sprint, SprintStatus
from tests.answering import answered
from tests.answers import SPRINT, SPRINT_RECORD

from .example import Example, fields

EASTERN_EUROPE = dt.timezone(dt.timedelta(hours=2))
START = dt.datetime(2021, 11, 22, tzinfo=EASTERN_EUROPE)
END = dt.datetime(2021, 11, 29, tzinfo=EASTERN_EUROPE)
DATES = {"dateStart": "2021-11-22T00:00:00+02:00", "dateEnd": "2021-11-29T00:00:00+02:00"}
PLANNED: dict[str, Any] = {
    "id": 2,
    "groupId": 1,
    "entityType": "sprint",
    "name": "Sprint 2",
    "goal": "",
    "sort": 1,
    "createdBy": 1,
    "modifiedBy": 1,
    **DATES,
    "status": "planned",
}
PLANNED_RECORD = Sprint(
    id=2,
    group_id=1,
    entity_type="sprint",
    name="Sprint 2",
    goal="",
    sort=1,
    created_by=1,
    modified_by=1,
    date_start=START,
    date_end=END,
    status=SprintStatus.PLANNED,
)
STARTED = {**PLANNED, "status": "active", "sort": 0}
STARTED_RECORD = attrs.evolve(PLANNED_RECORD, status=SprintStatus.ACTIVE, sort=0)

EXAMPLES = [
    Example(
        call=lambda portal: portal.sprints.add(
            1, name="Sprint 2", created_by=1, date_start=START, date_end=END, sort=1
        ),
        method="tasks.api.scrum.sprint.add",
        sends={
            "fields": {
                "groupId": 1,
                "name": "Sprint 2",
                "createdBy": 1,
                "sort": 1,
                **DATES,
                "status": "planned",
            }
        },
        answer=answered(PLANNED),
        gives=PLANNED_RECORD,
    ),
    Example(
        call=lambda portal: portal.sprints.update(
            2, name="Sprint 2", group_id=1, date_start=START, date_end=END
        ),
        method="tasks.api.scrum.sprint.update",
        sends={"id": 2, "fields": {"name": "Sprint 2", "groupId": 1, **DATES}},
        answer={"result": PLANNED},
        gives=PLANNED_RECORD,
    ),
    Example(
        call=lambda portal: portal.sprints.get(57),
        method="tasks.api.scrum.sprint.get",
        sends={"id": 57},
        answer=answered(SPRINT),
        gives=SPRINT_RECORD,
    ),
    Example(
        call=lambda portal: portal.sprints.start(2),
        method="tasks.api.scrum.sprint.start",
        sends={"id": 2},
        answer=answered(STARTED),
        gives=STARTED_RECORD,
    ),
    Example(
        call=lambda portal: portal.sprints.complete(group_id=1),
        method="tasks.api.scrum.sprint.complete",
        sends={"id": 1},
        answer=answered({**STARTED, "status": "completed"}),
        gives=attrs.evolve(STARTED_RECORD, status=SprintStatus.COMPLETED),
    ),
    Example(
        call=lambda portal: portal.sprints.delete(2),
        method="tasks.api.scrum.sprint.delete",
        sends={"id": 2},
        answer=answered([]),
        gives=None,
    ),
    Example(
        call=lambda portal: portal.sprints.list(filter={"GROUP_ID": 1}, order={"ID": "asc"}),
        method="tasks.api.scrum.sprint.list",
        sends={"filter": {"GROUP_ID": 1}, "order": {"ID": "asc"}},
        answer=answered([PLANNED, {**PLANNED, "id": 3, "dateStart": "", "dateEnd": ""}]),
        gives=[PLANNED_RECORD, attrs.evolve(PLANNED_RECORD, id=3, date_start=None, date_end=None)],
    ),
    Example(
        call=lambda portal: portal.sprints.active(1),
        method="tasks.api.scrum.sprint.list",
        sends={"filter": {"GROUP_ID": 1, "STATUS": "active"}, "order": {"ID": "asc"}},
        answer=answered([STARTED]),
        gives=STARTED_RECORD,
    ),
    fields(
        lambda portal: portal.sprints.get_fields(),
        "tasks.api.scrum.sprint.getFields",
        groupId="integer",
        name="string",
        sort="integer",
        createdBy="integer",
        modifiedBy="integer",
        dateStart="string",
        dateEnd="string",
        status="string",
    ),
]
