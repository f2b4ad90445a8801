"""Groups as the documentation shows them."""

from typing import Any

from bitrix_scrum_async import Group, Member, MemberRole
from tests.answering import answered

from .example import Example

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

EXAMPLES = [
    Example(
        call=lambda portal: portal.groups.create("Shop", scrum_master_id=5),
        method="sonet_group.create",
        sends={"NAME": "Shop", "SCRUM_MASTER_ID": 5},
        answer=answered(143),
        gives=143,
    ),
    Example(
        call=lambda portal: portal.groups.update(143, name="Shop"),
        method="sonet_group.update",
        sends={"GROUP_ID": 143, "NAME": "Shop"},
        answer=answered(143),
        gives=None,
    ),
    Example(
        call=lambda portal: portal.groups.delete(143),
        method="sonet_group.delete",
        sends={"GROUP_ID": 143},
        answer=answered(result=True),
        gives=None,
    ),
    Example(
        call=lambda portal: portal.groups.get(143),
        method="socialnetwork.api.workgroup.get",
        answer=answered(GROUP),
        gives=GROUP_RECORD,
    ),
    Example(
        call=lambda portal: portal.groups.list(),
        method="socialnetwork.api.workgroup.list",
        answer=answered(
            {
                "workgroups": [
                    {"id": "143", "name": "Shop", "scrumMasterId": "5", "project": "Y"},
                    {"id": "144", "name": "Club", "scrumMasterId": None, "additionalData": []},
                ]
            },
            total=2,
        ),
        gives=[
            Group(id=143, name="Shop", scrum_master_id=5, project=True),
            Group(id=144, name="Club"),
        ],
    ),
    Example(
        call=lambda portal: portal.groups.members(143),
        method="sonet_group.user.get",
        sends={"ID": 143},
        answer=answered([{"USER_ID": "1269", "ROLE": "A"}, {"USER_ID": "1271", "ROLE": "K"}]),
        gives=[
            Member(user_id=1269, role=MemberRole.OWNER),
            Member(user_id=1271, role=MemberRole.MEMBER),
        ],
    ),
    Example(
        call=lambda portal: portal.groups.add_members(143, user_ids=[5, 6]),
        method="sonet_group.user.add",
        sends={"GROUP_ID": 143, "USER_ID": [5, 6]},
        answer=answered(["5", "6"]),
        gives=(5, 6),
    ),
]
