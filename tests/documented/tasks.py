"""Tasks as the documentation shows them."""

import datetime as dt
from typing import Any

import attrs

from bitrix_scrum_async import Task, TaskStatus
from tests.answering import answered

from .example import Example

MOSCOW = dt.timezone(dt.timedelta(hours=3))

TASK: dict[str, Any] = {
    "id": "8017",
    "parentId": None,
    "title": "Draw the form",
    "description": "[B]Two[/B] fields",
    "mark": None,
    "priority": "1",
    "multitask": "N",
    "replicate": "N",
    "deadline": "2026-10-24T19:00:00+03:00",
    "startDatePlan": None,
    "endDatePlan": None,
    "createdBy": "503",
    "createdDate": "2026-10-06T17:02:43+03:00",
    "responsibleId": "547",
    "changedDate": "2026-10-06T17:02:43+03:00",
    "closedDate": None,
    "status": "2",
    "groupId": "143",
    "stageId": "0",
    "guid": "{0f1c}",
    "xmlId": None,
    "commentsCount": None,
    "newCommentsCount": 0,
    "allowChangeDeadline": "Y",
    "subStatus": "2",
    "ufCrmTask": ["C_627"],
    "ufTaskWebdavFiles": False,
    "auditors": ["1"],
    "auditorsData": {"1": {"id": "1", "name": "Ada", "link": "/company/personal/user/1/"}},
    "accomplices": [],
    "accomplicesData": [],
    "tags": {"5": {"id": 5, "title": "form"}},
    "favorite": "N",
    "group": {"id": "143", "name": "Shop", "opened": False, "membersCount": 3, "image": ""},
    "creator": {"id": "503", "name": "Ada", "link": "/company/", "icon": "", "workPosition": None},
    "responsible": {"id": "547", "name": "Bo", "link": "/company/", "icon": ""},
    "action": {"accept": False, "complete": True, "edit.plan": True},
    "checkListTree": {"nodeId": 0, "fields": {"id": None}, "action": [], "descendants": []},
    "checkListCanAdd": True,
}
TASK_RECORD = Task(
    id=8017,
    title="Draw the form",
    description="[B]Two[/B] fields",
    status=TaskStatus.PENDING,
    created_by=503,
    responsible_id=547,
    group_id=143,
    stage_id=0,
    priority=1,
    deadline=dt.datetime(2026, 10, 24, 19, tzinfo=MOSCOW),
    created_date=dt.datetime(2026, 10, 6, 17, 2, 43, tzinfo=MOSCOW),
    changed_date=dt.datetime(2026, 10, 6, 17, 2, 43, tzinfo=MOSCOW),
    auditors=(1,),
    tags=("form",),
)
PLAIN_TASK: dict[str, Any] = {
    **TASK,
    "groupId": "0",
    "group": [],
    "tags": [],
    "auditors": [],
    "auditorsData": [],
}
PLAIN_TASK_RECORD = attrs.evolve(TASK_RECORD, group_id=0, tags=(), auditors=())

EXAMPLES = [
    Example(
        call=lambda portal: portal.tasks.add("Draw the form", responsible_id=547, group_id=143),
        method="tasks.task.add",
        sends={"fields": {"TITLE": "Draw the form", "RESPONSIBLE_ID": 547, "GROUP_ID": 143}},
        answer=answered({"task": TASK}),
        gives=TASK_RECORD,
    ),
    Example(
        call=lambda portal: portal.tasks.get(8017),
        method="tasks.task.get",
        answer=answered({"task": PLAIN_TASK}),
        gives=PLAIN_TASK_RECORD,
    ),
    Example(
        call=lambda portal: portal.tasks.update(8017, title="Draw the form"),
        method="tasks.task.update",
        sends={"taskId": 8017, "fields": {"TITLE": "Draw the form"}},
        answer=answered({"task": TASK}),
        gives=TASK_RECORD,
    ),
    Example(
        call=lambda portal: portal.tasks.complete(8017),
        method="tasks.task.complete",
        sends={"taskId": 8017},
        answer=answered(
            {"task": {**TASK, "status": "5", "closedDate": "2026-10-07T09:00:00+03:00"}}
        ),
        gives=attrs.evolve(
            TASK_RECORD,
            status=TaskStatus.COMPLETED,
            closed_date=dt.datetime(2026, 10, 7, 9, tzinfo=MOSCOW),
        ),
    ),
    Example(
        call=lambda portal: portal.tasks.delete(8017),
        method="tasks.task.delete",
        sends={"taskId": 8017},
        answer=answered({"task": True}),
        gives=None,
    ),
    Example(
        call=lambda portal: portal.tasks.list(filter={"GROUP_ID": 143}),
        method="tasks.task.list",
        answer=answered({"tasks": [TASK, PLAIN_TASK]}, total=137, next=50),
        gives=[TASK_RECORD, PLAIN_TASK_RECORD],
    ),
    Example(
        call=lambda portal: portal.tasks.list(filter={"GROUP_ID": 143}),
        method="tasks.task.list",
        answer=answered({"tasks": []}, total=0),
        gives=[],
    ),
]
