"""Backlogs of groups as the documentation shows them."""

import attrs

from bitrix_scrum_async import Backlog
from tests.answering import answered

from .example import Example, fields

OLD_TIME = {
    "start": 1712137817.343984,
    "finish": 1712137817.605804,
    "duration": 0.26182007789611816,
    "processing": 0.018325090408325195,
    "date_start": "2024-04-03T12:50:17+03:00",
    "date_finish": "2024-04-03T12:50:17+03:00",
}
BACKLOG = {"id": 1, "groupId": 125, "createdBy": 6, "modifiedBy": 1}
BACKLOG_RECORD = Backlog(id=1, group_id=125, created_by=6, modified_by=1)

EXAMPLES = [
    Example(
        call=lambda portal: portal.backlogs.get(125),
        method="tasks.api.scrum.backlog.get",
        sends={"id": 125},
        answer=answered(BACKLOG, time=OLD_TIME),
        gives=BACKLOG_RECORD,
    ),
    Example(
        call=lambda portal: portal.backlogs.add(125, created_by=6),
        method="tasks.api.scrum.backlog.add",
        sends={"fields": {"groupId": 125, "createdBy": 6}},
        answer=answered({**BACKLOG, "modifiedBy": 0}, time=OLD_TIME),
        gives=attrs.evolve(BACKLOG_RECORD, modified_by=0),
    ),
    Example(
        call=lambda portal: portal.backlogs.update(1, group_id=125, created_by=6),
        method="tasks.api.scrum.backlog.update",
        sends={"id": 1, "fields": {"groupId": 125, "createdBy": 6}},
        answer=answered(BACKLOG, time=OLD_TIME),
        gives=BACKLOG_RECORD,
    ),
    Example(
        call=lambda portal: portal.backlogs.delete(11),
        method="tasks.api.scrum.backlog.delete",
        sends={"id": 11},
        answer=answered([]),
        gives=None,
    ),
    fields(
        lambda portal: portal.backlogs.get_fields(),
        "tasks.api.scrum.backlog.getFields",
        groupId="integer",
        createdBy="integer",
        modifiedBy="integer",
    ),
]
