"""Answers of portals, and the records that they hold."""

import datetime as dt
from typing import Any

import attrs

from bitrix_scrum_async.records import (
    Backlog,
    Epic,
    Field,
    Group,
    Member,
    MemberRole,
    ScrumTask,
    Sprint,
    SprintStatus,
    Stage,
    StageType,
    Task,
    TaskStatus,
    User,
)

MOSCOW = dt.timezone(dt.timedelta(hours=3))

SPRINT: dict[str, Any] = {
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
SPRINT_RECORD = Sprint(
    id=57,
    group_id=143,
    name="Sprint 12",
    sort=1,
    created_by=1,
    modified_by=1,
    date_start=dt.datetime(2026, 10, 5, tzinfo=MOSCOW),
    date_end=dt.datetime(2026, 10, 19, tzinfo=MOSCOW),
    status=SprintStatus.PLANNED,
)

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
FILES_FIELD: dict[str, Any] = {
    "ID": "108",
    "ENTITY_ID": "TASKS_SCRUM_EPIC",
    "FIELD_NAME": "UF_SCRUM_EPIC_FILES",
    "USER_TYPE_ID": "disk_file",
    "MULTIPLE": "Y",
    "SETTINGS": {"IBLOCK_ID": 0},
    "VALUE": [31, "32"],
}

TASK: dict[str, Any] = {
    "id": "751",
    "title": "Log in with a code",
    "description": "[B]Six[/B] digits",
    "status": "3",
    "priority": "1",
    "groupId": "143",
    "parentId": None,
    "stageId": "0",
    "createdBy": "1",
    "responsibleId": "2",
    "deadline": None,
    "createdDate": "2026-10-05T09:30:00+03:00",
    "closedDate": None,
    "xmlId": None,
    "accomplices": [],
    "auditors": ["5", "6"],
    "auditorsData": {"5": {"id": "5"}},
    "tags": {"9": {"id": 9, "title": "sign-in"}},
    "group": {"id": "143", "name": "Mobile app", "opened": False},
    "creator": {"id": "1", "name": "Ada"},
    "action": {"accept": False},
    "newCommentsCount": 0,
    "guid": "{d1}",
}
TASK_RECORD = Task(
    id=751,
    title="Log in with a code",
    description="[B]Six[/B] digits",
    status=TaskStatus.IN_PROGRESS,
    priority=1,
    group_id=143,
    stage_id=0,
    created_by=1,
    responsible_id=2,
    created_date=dt.datetime(2026, 10, 5, 9, 30, tzinfo=MOSCOW),
    auditors=(5, 6),
    tags=("sign-in",),
)

# Of `sonet_group.get`, `socialnetwork.api.workgroup.list` and `socialnetwork.api.workgroup.get`.
OLD_GROUP: dict[str, Any] = {
    "ID": "143",
    "SITE_ID": "s1",
    "NAME": "Mobile app",
    "DESCRIPTION": None,
    "DATE_CREATE": "2026-09-01T10:00:00+03:00",
    "ACTIVE": "Y",
    "VISIBLE": "Y",
    "OPENED": "N",
    "CLOSED": "N",
    "SUBJECT_ID": "1",
    "OWNER_ID": "1",
    "KEYWORDS": "",
    "NUMBER_OF_MEMBERS": "3",
    "PROJECT": "Y",
    "IS_EXTRANET": "N",
}
LISTED_GROUP: dict[str, Any] = {
    "id": "143",
    "name": "Mobile app",
    "description": "Touch",
    "active": "Y",
    "project": "Y",
    "ownerId": "1",
    "numberOfMembers": "3",
    "scrumMasterId": "5",
    "scrumSprintDuration": "604800",
    "scrumTaskResponsible": "A",
}
LISTED_GROUP_RECORD = Group(
    id=143,
    name="Mobile app",
    description="Touch",
    active=True,
    project=True,
    owner_id=1,
    number_of_members=3,
    scrum_master_id=5,
    scrum_sprint_duration=604800,
    scrum_task_responsible="A",
)
GROUP: dict[str, Any] = {
    "ID": 143,
    "NAME": "Mobile app",
    "DESCRIPTION": "Touch",
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
    "DATE_CREATE": "1 September, 10:00",
    "PROJECT_DATE_START": None,
}
GROUP_RECORD = attrs.evolve(
    LISTED_GROUP_RECORD,
    visible=True,
    opened=False,
    closed=False,
    subject_id=1,
    scrum_owner_id=1,
)

USER: dict[str, Any] = {
    "ID": "5",
    "ACTIVE": True,
    "NAME": "Ada",
    "LAST_NAME": "Lovelace",
    "EMAIL": "ada@example.com",
    "IS_ONLINE": "Y",
    "TIMESTAMP_X": {},
    "LAST_ACTIVITY_DATE": {},
    "UF_DEPARTMENT": [1, 7],
    "WORK_POSITION": None,
    "USER_TYPE": "employee",
}

# One of each kind, and what portals vary: empty, missing and unknown values.
EXAMPLES: list[tuple[dict[str, Any], attrs.AttrsInstance]] = [
    (
        {"id": 11, "groupId": 143, "createdBy": 1, "modifiedBy": 1},
        Backlog(id=11, group_id=143, created_by=1, modified_by=1),
    ),
    (SPRINT, SPRINT_RECORD),
    ({**SPRINT, "dateStart": ""}, attrs.evolve(SPRINT_RECORD, date_start=None)),
    ({**SPRINT, "goal": "Ship"}, attrs.evolve(SPRINT_RECORD, goal="Ship")),
    ({**SPRINT, "status": "active"}, attrs.evolve(SPRINT_RECORD, status=SprintStatus.ACTIVE)),
    ({**SPRINT, "status": "paused"}, attrs.evolve(SPRINT_RECORD, status="paused")),
    (EPIC, EPIC_RECORD),
    ({**EPIC, "files": FILES_FIELD}, attrs.evolve(EPIC_RECORD, files=(31, 32))),
    ({**EPIC, "files": {**FILES_FIELD, "VALUE": []}}, EPIC_RECORD),
    ({**EPIC, "files": {**FILES_FIELD, "VALUE": False}}, EPIC_RECORD),
    (
        {
            "id": "58",
            "name": "New",
            "sort": "100",
            "type": "NEW",
            "sprintId": "5",
            "color": "00C4FB",
        },
        Stage(id=58, sprint_id=5, name="New", sort=100, type=StageType.NEW, color="00C4FB"),
    ),
    (
        {
            "entityId": 2,
            "storyPoints": "3",
            "epicId": 4,
            "sort": 1,
            "createdBy": 1,
            "modifiedBy": 1,
        },
        ScrumTask(entity_id=2, story_points="3", epic_id=4, sort=1, created_by=1, modified_by=1),
    ),
    (
        OLD_GROUP,
        Group(
            id=143,
            name="Mobile app",
            owner_id=1,
            active=True,
            visible=True,
            opened=False,
            closed=False,
            project=True,
            subject_id=1,
            number_of_members=3,
        ),
    ),
    (LISTED_GROUP, LISTED_GROUP_RECORD),
    (GROUP, GROUP_RECORD),
    ({"USER_ID": "1269", "ROLE": "A"}, Member(user_id=1269, role=MemberRole.OWNER)),
    ({"USER_ID": "1270", "ROLE": "Z"}, Member(user_id=1270, role="Z")),
    (TASK, TASK_RECORD),
    ({**TASK, "tags": [], "auditors": []}, attrs.evolve(TASK_RECORD, tags=(), auditors=())),
    ({**TASK, "status": "8"}, attrs.evolve(TASK_RECORD, status=8)),
    ({**TASK, "xmlId": "MOB-1"}, attrs.evolve(TASK_RECORD, xml_id="MOB-1")),
    (
        USER,
        User(
            id=5,
            active=True,
            name="Ada",
            last_name="Lovelace",
            email="ada@example.com",
            user_type="employee",
            departments=(1, 7),
        ),
    ),
    ({"ID": "5"}, User(id=5)),
    ({"type": "integer"}, Field(type="integer")),
]
