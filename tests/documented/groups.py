"""Groups as the documentation shows them."""

import attrs

from bitrix_scrum_async import Group, Member, MemberRole
from tests.answering import answered
from tests.answers import GROUP, GROUP_RECORD

from .example import Example

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
        answer=answered({**GROUP, "DESCRIPTION": ""}),
        gives=attrs.evolve(GROUP_RECORD, description=""),
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
