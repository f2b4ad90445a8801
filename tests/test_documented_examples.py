"""The example calls of the portal's documentation: what is sent, and the records that come back."""

import datetime as dt
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bitrix_scrum_async import (
    Backlog,
    Call,
    Effect,
    Epic,
    Field,
    Group,
    Member,
    MemberRole,
    MethodError,
    NotSaved,
    PortalSession,
    ScrumTask,
    Sprint,
    SprintNotFound,
    SprintStatus,
    Stage,
    StageType,
    Task,
    TaskNotFound,
    TaskStatus,
    User,
    resources,
)

pytestmark = pytest.mark.anyio

OLD_TIME = {
    "start": 1712137817.343984,
    "finish": 1712137817.605804,
    "duration": 0.26182007789611816,
    "processing": 0.018325090408325195,
    "date_start": "2024-04-03T12:50:17+03:00",
    "date_finish": "2024-04-03T12:50:17+03:00",
}
TIME = {
    "start": 1790580587,
    "finish": 1790580587.57,
    "duration": 0.57,
    "processing": 0,
    "date_start": "2026-09-28T10:29:47+03:00",
    "date_finish": "2026-09-28T10:29:47+03:00",
    "operating_reset_at": 1790581187,
    "operating": 0.12,
}
EASTERN_EUROPE = dt.timezone(dt.timedelta(hours=2))
MOSCOW = dt.timezone(dt.timedelta(hours=3))
START = dt.datetime(2021, 11, 22, tzinfo=EASTERN_EUROPE)
END = dt.datetime(2021, 11, 29, tzinfo=EASTERN_EUROPE)
DATES = {"dateStart": "2021-11-22T00:00:00+02:00", "dateEnd": "2021-11-29T00:00:00+02:00"}


def answered(result: Any, **more: Any) -> dict[str, Any]:
    """A success answer."""
    return {"result": result, **more, "time": TIME}


def fields(**types: str) -> tuple[dict[str, Any], dict[str, Field]]:
    """An answer of a `getFields`, and what it gives."""
    listed = {name: {"type": kind} for name, kind in types.items()}
    return answered({"fields": listed}), {name: Field(type=kind) for name, kind in types.items()}


DONE = answered(result=True)
BACKLOG = {"id": 1, "groupId": 125, "createdBy": 6, "modifiedBy": 1}
BACKLOG_RECORD = Backlog(id=1, group_id=125, created_by=6, modified_by=1)
SPRINT: dict[str, Any] = {
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
SPRINT_RECORD = Sprint(
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
STARTED = {**SPRINT, "status": "active", "sort": 0}
STARTED_RECORD = attrs.evolve(SPRINT_RECORD, status=SprintStatus.ACTIVE, sort=0)
EPIC: dict[str, Any] = {
    "id": 4,
    "groupId": 143,
    "name": "Checkout",
    "description": "",
    "createdBy": 1,
    "modifiedBy": 0,
    "color": "#69dafc",
}
EPIC_RECORD = Epic(
    id=4,
    group_id=143,
    name="Checkout",
    description="",
    created_by=1,
    modified_by=0,
    color="#69dafc",
)
EPIC_FILES: dict[str, Any] = {
    "ID": "298",
    "ENTITY_ID": "TASKS_SCRUM_EPIC",
    "FIELD_NAME": "UF_SCRUM_EPIC_FILES",
    "USER_TYPE_ID": "disk_file",
    "XML_ID": "",
    "SORT": "100",
    "MULTIPLE": "Y",
    "MANDATORY": "N",
    "SHOW_FILTER": "N",
    "SETTINGS": {"IBLOCK_ID": 0, "SECTION_ID": 0, "UF_TO_SAVE_ALLOW_EDIT": ""},
    "EDIT_FORM_LABEL": None,
    "USER_TYPE": {"USER_TYPE_ID": "disk_file", "DESCRIPTION": "File (Drive)"},
    "VALUE": [17, 18],
    "ENTITY_VALUE_ID": 4,
}
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
PLACE = {"entityId": 2, "storyPoints": "3", "epicId": 4, "sort": 1, "createdBy": 1, "modifiedBy": 1}
PLACE_RECORD = ScrumTask(
    entity_id=2, story_points="3", epic_id=4, sort=1, created_by=1, modified_by=1
)
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
GROUP: dict[str, Any] = {
    "ID": 143,
    "NAME": "Shop",
    "DESCRIPTION": "",
    "ACTIVE": "Y",
    "VISIBLE": "Y",
    "OPENED": "N",
    "CLOSED": "N",
    "PROJECT": "Y",
    "OWNER_ID": 1,
    "SUBJECT_ID": 1,
    "KEYWORDS": "",
    "NUMBER_OF_MEMBERS": 3,
    "SCRUM_OWNER_ID": 1,
    "SCRUM_MASTER_ID": 5,
    "SCRUM_SPRINT_DURATION": 604800,
    "SCRUM_TASK_RESPONSIBLE": "A",
    "TYPE": "scrum",
    "MEMBERS": [1, 5, 6],
    "SITE_IDS": ["s1"],
    "TAGS": [],
    "DATE_CREATE": "28 September, 10:29",
    "PROJECT_DATE_START": None,
}
GROUP_RECORD = Group(
    id=143,
    name="Shop",
    active=True,
    visible=True,
    opened=False,
    closed=False,
    project=True,
    owner_id=1,
    subject_id=1,
    number_of_members=3,
    scrum_owner_id=1,
    scrum_master_id=5,
    scrum_sprint_duration=604_800,
    scrum_task_responsible="A",
)
USER: dict[str, Any] = {
    "ID": "1",
    "XML_ID": "11",
    "ACTIVE": True,
    "NAME": "Ada",
    "LAST_NAME": "Lovelace",
    "SECOND_NAME": "",
    "EMAIL": "ada@example.com",
    "LAST_LOGIN": "2026-09-28T10:29:47+03:00",
    "DATE_REGISTER": "2024-04-03T03:00:00+03:00",
    "TIME_ZONE": "",
    "IS_ONLINE": "Y",
    "TIMESTAMP_X": {},
    "LAST_ACTIVITY_DATE": {},
    "PERSONAL_GENDER": "",
    "PERSONAL_BIRTHDAY": "",
    "WORK_POSITION": "Owner",
    "UF_DEPARTMENT": [1],
    "USER_TYPE": "employee",
}
USER_RECORD = User(
    id=1,
    active=True,
    name="Ada",
    last_name="Lovelace",
    email="ada@example.com",
    work_position="Owner",
    user_type="employee",
    departments=(1,),
)

Build: TypeAlias = Callable[[PortalSession], Call[Any]]

# The call; its method; what is sent (not looked at here where a resource's own tests do); the
# answer; what it gives.
EXAMPLES: list[tuple[Build, str, dict[str, Any] | None, dict[str, Any], Any]] = [
    # backlogs
    (
        lambda portal: portal.backlogs.get(125),
        "tasks.api.scrum.backlog.get",
        {"id": 125},
        {"result": BACKLOG, "time": OLD_TIME},
        BACKLOG_RECORD,
    ),
    (
        lambda portal: portal.backlogs.add(125, created_by=6),
        "tasks.api.scrum.backlog.add",
        {"fields": {"groupId": 125, "createdBy": 6}},
        {"result": {**BACKLOG, "modifiedBy": 0}, "time": OLD_TIME},
        attrs.evolve(BACKLOG_RECORD, modified_by=0),
    ),
    (
        lambda portal: portal.backlogs.update(1, group_id=125, created_by=6),
        "tasks.api.scrum.backlog.update",
        {"id": 1, "fields": {"groupId": 125, "createdBy": 6}},
        {"result": BACKLOG, "time": OLD_TIME},
        BACKLOG_RECORD,
    ),
    (
        lambda portal: portal.backlogs.delete(11),
        "tasks.api.scrum.backlog.delete",
        {"id": 11},
        answered([]),
        None,
    ),
    (
        lambda portal: portal.backlogs.get_fields(),
        "tasks.api.scrum.backlog.getFields",
        {},
        *fields(groupId="integer", createdBy="integer", modifiedBy="integer"),
    ),
    # sprints
    (
        lambda portal: portal.sprints.add(
            1, name="Sprint 2", created_by=1, date_start=START, date_end=END, sort=1
        ),
        "tasks.api.scrum.sprint.add",
        {
            "fields": {
                "groupId": 1,
                "name": "Sprint 2",
                "createdBy": 1,
                "sort": 1,
                **DATES,
                "status": "planned",
            }
        },
        answered(SPRINT),
        SPRINT_RECORD,
    ),
    (
        lambda portal: portal.sprints.update(
            2, name="Sprint 2", group_id=1, date_start=START, date_end=END
        ),
        "tasks.api.scrum.sprint.update",
        {"id": 2, "fields": {"name": "Sprint 2", "groupId": 1, **DATES}},
        {"result": SPRINT},
        SPRINT_RECORD,
    ),
    (
        lambda portal: portal.sprints.get(57),
        "tasks.api.scrum.sprint.get",
        {"id": 57},
        answered(
            {
                "id": 57,
                "groupId": 143,
                "entityType": "sprint",
                "name": "Sprint 12",
                "goal": "",
                "sort": 1,
                "createdBy": 1,
                "modifiedBy": 1,
                "dateStart": "2026-10-05T00:00:00+03:00",
                "dateEnd": "2026-10-19T00:00:00+03:00",
                "status": "planned",
            }
        ),
        Sprint(
            id=57,
            group_id=143,
            name="Sprint 12",
            sort=1,
            created_by=1,
            modified_by=1,
            date_start=dt.datetime(2026, 10, 5, tzinfo=MOSCOW),
            date_end=dt.datetime(2026, 10, 19, tzinfo=MOSCOW),
            status=SprintStatus.PLANNED,
        ),
    ),
    (
        lambda portal: portal.sprints.start(2),
        "tasks.api.scrum.sprint.start",
        {"id": 2},
        answered(STARTED),
        STARTED_RECORD,
    ),
    (
        lambda portal: portal.sprints.complete(group_id=1),
        "tasks.api.scrum.sprint.complete",
        {"id": 1},
        answered({**STARTED, "status": "completed"}),
        attrs.evolve(STARTED_RECORD, status=SprintStatus.COMPLETED),
    ),
    (
        lambda portal: portal.sprints.delete(2),
        "tasks.api.scrum.sprint.delete",
        {"id": 2},
        answered([]),
        None,
    ),
    (
        lambda portal: portal.sprints.list(filter={"GROUP_ID": 1}, order={"ID": "asc"}),
        "tasks.api.scrum.sprint.list",
        {"filter": {"GROUP_ID": 1}, "order": {"ID": "asc"}},
        answered([SPRINT, {**SPRINT, "id": 3, "dateStart": "", "dateEnd": ""}]),
        [SPRINT_RECORD, attrs.evolve(SPRINT_RECORD, id=3, date_start=None, date_end=None)],
    ),
    (
        lambda portal: portal.sprints.active(1),
        "tasks.api.scrum.sprint.list",
        {"filter": {"GROUP_ID": 1, "STATUS": "active"}, "order": {"ID": "asc"}},
        answered([STARTED]),
        STARTED_RECORD,
    ),
    (
        lambda portal: portal.sprints.get_fields(),
        "tasks.api.scrum.sprint.getFields",
        {},
        *fields(
            groupId="integer",
            name="string",
            sort="integer",
            createdBy="integer",
            modifiedBy="integer",
            dateStart="string",
            dateEnd="string",
            status="string",
        ),
    ),
    # epics
    (
        lambda portal: portal.epics.add(143, name="Checkout", color="#69dafc", files=["n428"]),
        "tasks.api.scrum.epic.add",
        {"fields": {"groupId": 143, "name": "Checkout", "color": "#69dafc", "files": ["n428"]}},
        answered(EPIC),
        EPIC_RECORD,
    ),
    (
        lambda portal: portal.epics.get(4),
        "tasks.api.scrum.epic.get",
        {"id": 4},
        answered({**EPIC, "files": EPIC_FILES}),
        attrs.evolve(EPIC_RECORD, files=(17, 18)),
    ),
    (
        lambda portal: portal.epics.get(4),
        "tasks.api.scrum.epic.get",
        {"id": 4},
        answered({**EPIC, "files": {**EPIC_FILES, "VALUE": False}}),
        EPIC_RECORD,
    ),
    (
        lambda portal: portal.epics.update(4, name="Checkout", description="All of it"),
        "tasks.api.scrum.epic.update",
        {"id": 4, "fields": {"name": "Checkout", "description": "All of it"}},
        answered({**EPIC, "description": "All of it", "modifiedBy": 1}),
        attrs.evolve(EPIC_RECORD, description="All of it", modified_by=1),
    ),
    (
        lambda portal: portal.epics.delete(4),
        "tasks.api.scrum.epic.delete",
        {"id": 4},
        answered([]),
        None,
    ),
    (
        lambda portal: portal.epics.list(filter={"GROUP_ID": 143}),
        "tasks.api.scrum.epic.list",
        None,
        answered([EPIC]),
        [EPIC_RECORD],
    ),
    (
        lambda portal: portal.epics.get_fields(),
        "tasks.api.scrum.epic.getFields",
        {},
        *fields(
            name="string",
            description="string",
            groupId="integer",
            color="string",
            files="array",
            createdBy="integer",
            modifiedBy="integer",
        ),
    ),
    # boards
    (
        lambda portal: portal.kanban.get_stages(5),
        "tasks.api.scrum.kanban.getStages",
        {"sprintId": 5},
        answered(STAGES),
        STAGE_RECORDS,
    ),
    (
        lambda portal: portal.kanban.get_stages(5),
        "tasks.api.scrum.kanban.getStages",
        {"sprintId": 5},
        answered([]),
        [],
    ),
    (
        lambda portal: portal.kanban.add_stage(5, name="In review", type="WORK", sort=250),
        "tasks.api.scrum.kanban.addStage",
        {"fields": {"sprintId": 5, "name": "In review", "type": "WORK", "sort": 250}},
        answered(61),
        61,
    ),
    (
        lambda portal: portal.kanban.update_stage(61, name="Review"),
        "tasks.api.scrum.kanban.updateStage",
        {"stageId": 61, "fields": {"name": "Review"}},
        DONE,
        None,
    ),
    (
        lambda portal: portal.kanban.delete_stage(61),
        "tasks.api.scrum.kanban.deleteStage",
        {"stageId": 61},
        DONE,
        None,
    ),
    (
        lambda portal: portal.kanban.add_task(5, task_id=751, stage_id=58),
        "tasks.api.scrum.kanban.addTask",
        {"sprintId": 5, "taskId": 751, "stageId": 58},
        DONE,
        None,
    ),
    (
        lambda portal: portal.kanban.delete_task(5, task_id=751),
        "tasks.api.scrum.kanban.deleteTask",
        {"sprintId": 5, "taskId": 751},
        DONE,
        None,
    ),
    (
        lambda portal: portal.kanban.get_fields(),
        "tasks.api.scrum.kanban.getFields",
        {},
        *fields(name="string", sort="integer", type="string", sprintId="integer", color="string"),
    ),
    # places of tasks
    (
        lambda portal: portal.scrum_tasks.get(751),
        "tasks.api.scrum.task.get",
        {"id": 751},
        answered(PLACE),
        PLACE_RECORD,
    ),
    (
        lambda portal: portal.scrum_tasks.get(751),
        "tasks.api.scrum.task.get",
        {"id": 751},
        answered({**PLACE, "storyPoints": "", "epicId": 0}),
        attrs.evolve(PLACE_RECORD, story_points="", epic_id=0),
    ),
    (
        lambda portal: portal.scrum_tasks.update(751, entity_id=2, story_points=3, epic_id=4),
        "tasks.api.scrum.task.update",
        {"id": 751, "fields": {"entityId": 2, "storyPoints": "3", "epicId": 4}},
        DONE,
        None,
    ),
    (  # as the documentation shows it: the envelope that the portal keeps to itself
        lambda portal: portal.scrum_tasks.update(751, entity_id=2),
        "tasks.api.scrum.task.update",
        {"id": 751, "fields": {"entityId": 2}},
        answered({"status": "success", "data": True, "errors": []}),
        None,
    ),
    (
        lambda portal: portal.scrum_tasks.get_fields(),
        "tasks.api.scrum.task.getFields",
        {},
        *fields(
            entityId="integer",
            storyPoints="string",
            epicId="integer",
            sort="integer",
            createdBy="integer",
            modifiedBy="integer",
        ),
    ),
    # groups
    (
        lambda portal: portal.groups.create("Shop", scrum_master_id=5),
        "sonet_group.create",
        {"NAME": "Shop", "SCRUM_MASTER_ID": 5},
        answered(143),
        143,
    ),
    (
        lambda portal: portal.groups.update(143, name="Shop"),
        "sonet_group.update",
        {"GROUP_ID": 143, "NAME": "Shop"},
        answered(143),
        None,
    ),
    (
        lambda portal: portal.groups.delete(143),
        "sonet_group.delete",
        {"GROUP_ID": 143},
        DONE,
        None,
    ),
    (
        lambda portal: portal.groups.get(143),
        "socialnetwork.api.workgroup.get",
        None,
        answered(GROUP),
        GROUP_RECORD,
    ),
    (
        lambda portal: portal.groups.list(),
        "socialnetwork.api.workgroup.list",
        None,
        answered(
            {
                "workgroups": [
                    {"id": "143", "name": "Shop", "scrumMasterId": "5", "project": "Y"},
                    {"id": "144", "name": "Club", "scrumMasterId": None, "additionalData": []},
                ]
            },
            total=2,
        ),
        [
            Group(id=143, name="Shop", scrum_master_id=5, project=True),
            Group(id=144, name="Club"),
        ],
    ),
    (
        lambda portal: portal.groups.members(143),
        "sonet_group.user.get",
        {"ID": 143},
        answered([{"USER_ID": "1269", "ROLE": "A"}, {"USER_ID": "1271", "ROLE": "K"}]),
        [Member(user_id=1269, role=MemberRole.OWNER), Member(user_id=1271, role=MemberRole.MEMBER)],
    ),
    (
        lambda portal: portal.groups.add_members(143, user_ids=[5, 6]),
        "sonet_group.user.add",
        {"GROUP_ID": 143, "USER_ID": [5, 6]},
        answered(["5", "6"]),
        (5, 6),
    ),
    # tasks
    (
        lambda portal: portal.tasks.add("Draw the form", responsible_id=547, group_id=143),
        "tasks.task.add",
        {"fields": {"TITLE": "Draw the form", "RESPONSIBLE_ID": 547, "GROUP_ID": 143}},
        answered({"task": TASK}),
        TASK_RECORD,
    ),
    (
        lambda portal: portal.tasks.get(8017),
        "tasks.task.get",
        None,
        answered({"task": PLAIN_TASK}),
        PLAIN_TASK_RECORD,
    ),
    (
        lambda portal: portal.tasks.update(8017, title="Draw the form"),
        "tasks.task.update",
        {"taskId": 8017, "fields": {"TITLE": "Draw the form"}},
        answered({"task": TASK}),
        TASK_RECORD,
    ),
    (
        lambda portal: portal.tasks.complete(8017),
        "tasks.task.complete",
        {"taskId": 8017},
        answered({"task": {**TASK, "status": "5", "closedDate": "2026-10-07T09:00:00+03:00"}}),
        attrs.evolve(
            TASK_RECORD,
            status=TaskStatus.COMPLETED,
            closed_date=dt.datetime(2026, 10, 7, 9, tzinfo=MOSCOW),
        ),
    ),
    (
        lambda portal: portal.tasks.delete(8017),
        "tasks.task.delete",
        {"taskId": 8017},
        answered({"task": True}),
        None,
    ),
    (
        lambda portal: portal.tasks.list(filter={"GROUP_ID": 143}),
        "tasks.task.list",
        None,
        answered({"tasks": [TASK, PLAIN_TASK]}, total=137, next=50),
        [TASK_RECORD, PLAIN_TASK_RECORD],
    ),
    (
        lambda portal: portal.tasks.list(filter={"GROUP_ID": 143}),
        "tasks.task.list",
        None,
        answered({"tasks": []}, total=0),
        [],
    ),
    # users
    (
        lambda portal: portal.users.current(),
        "user.current",
        {},
        answered(USER),
        USER_RECORD,
    ),
    (
        lambda portal: portal.users.list(),
        "user.get",
        None,
        answered([USER, {"ID": "7", "NAME": "Bo"}], total=2),
        [USER_RECORD, User(id=7, name="Bo")],
    ),
]


@asynccontextmanager
async def answering(answer: Any) -> AsyncGenerator[tuple[PortalSession, list[tuple[str, Any]]]]:
    """A portal that answers every call as it is told, and what it was asked."""
    asked: list[tuple[str, Any]] = []

    async def reply(request: web.Request) -> web.Response:
        method, params = request.path.removeprefix("/rest/1/code/"), await request.json()
        asked.append((method, params))
        if method != "batch":
            return web.json_response(answer)
        maps: dict[str, Any] = {"result_error": [], "result_total": [], "result_next": []}
        maps["result"] = dict.fromkeys(params["cmd"], answer["result"])
        maps["result_time"] = dict.fromkeys(params["cmd"], TIME)
        return web.json_response(answered(maps))

    app = web.Application()
    app.router.add_post("/rest/{tail:.*}", reply)
    async with (
        TestServer(app, host="127.0.0.1") as server,
        PortalSession(str(server.make_url("/rest/1/code/"))) as portal,
    ):
        yield portal, asked


def methods_of(rows: list[Any]) -> list[str]:
    """A name for each row of a table."""
    return [next(cell for cell in row if isinstance(cell, str)) for row in rows]


@pytest.mark.parametrize(
    ("build", "method", "params", "answer", "record"), EXAMPLES, ids=methods_of(EXAMPLES)
)
async def test_an_example_call_gives_the_documented_record(
    build: Build,
    method: str,
    params: dict[str, Any] | None,
    answer: dict[str, Any],
    record: Any,
) -> None:
    async with answering(answer) as (portal, asked):
        result = await build(portal)
    assert asked == [(method, params if params is not None else asked[0][1])]
    assert result == record
    assert type(result) is type(record)


def test_every_method_of_the_resources_has_an_example() -> None:
    sources = Path(resources.__file__).parent.glob("*.py")
    named = {
        method.lower()
        for path in sources
        for method in re.findall(r'"((?:[a-z_]+\.)+[A-Za-z]+)"', path.read_text(encoding="utf-8"))
    }
    assert named == {method.lower() for _, method, *_ in EXAMPLES}
    assert len({method for method in named if method.startswith("tasks.api.scrum.")}) == 29


# Success answers that hide a failure.

HIDDEN: list[tuple[Build, str, Any, type[MethodError]]] = [
    (lambda portal: portal.kanban.update_stage(9, sort=100), "updateStage", False, NotSaved),
    (lambda portal: portal.kanban.delete_stage(9), "deleteStage", False, NotSaved),
    (
        lambda portal: portal.kanban.add_task(5, task_id=7, stage_id=9),
        "addTask",
        False,
        NotSaved,
    ),
    (lambda portal: portal.kanban.delete_task(5, task_id=7), "deleteTask", False, NotSaved),
    (lambda portal: portal.sprints.complete(group_id=1), "sprint.complete", None, NotSaved),
    (
        lambda portal: portal.sprints.get(11),
        "sprint.get",
        {**SPRINT, "entityType": "backlog", "dateStart": "", "dateEnd": "", "status": ""},
        SprintNotFound,
    ),
    (lambda portal: portal.backlogs.delete(1), "backlog.delete", False, NotSaved),
    (lambda portal: portal.sprints.delete(1), "sprint.delete", False, NotSaved),
    (lambda portal: portal.epics.delete(1), "epic.delete", False, NotSaved),
    (lambda portal: portal.scrum_tasks.update(7, sort=1), "task.update", False, NotSaved),
    (
        lambda portal: portal.scrum_tasks.update(7, sort=1),
        "task.update",
        {"status": "error", "data": None, "errors": [{"message": "No", "code": 0}]},
        NotSaved,
    ),
    (lambda portal: portal.tasks.get(7), "tasks.task.get", [], TaskNotFound),
    (lambda portal: portal.tasks.get(7), "tasks.task.get", {"task": []}, TaskNotFound),
    (lambda portal: portal.tasks.delete(7), "tasks.task.delete", {"task": False}, NotSaved),
    (lambda portal: portal.groups.update(1, name="X"), "sonet_group.update", False, NotSaved),
    (lambda portal: portal.groups.delete(1), "sonet_group.delete", False, NotSaved),
]


@pytest.mark.parametrize("in_a_batch", [False, True], ids=["alone", "in a batch"])
@pytest.mark.parametrize(("build", "method", "result", "error"), HIDDEN, ids=methods_of(HIDDEN))
async def test_a_failure_that_the_portal_does_not_tell_is_raised(
    build: Build, method: str, result: Any, error: type[MethodError], in_a_batch: bool
) -> None:
    async with answering(answered(result)) as (portal, asked):
        call = build(portal)
        if in_a_batch:
            outcomes = await portal.batch(
                call, portal.call("server.time", effect=Effect.READ), return_exceptions=True
            )
            found = outcomes[0]
            assert [name for name, _ in asked] == ["batch"]
        else:
            with pytest.raises(MethodError) as caught:
                await call
            found = caught.value
    assert type(found) is error
    assert found.method is not None
    assert found.method.endswith(method)
    assert (found.code, found.call) == ("", call if in_a_batch else None)
    assert found.advice
