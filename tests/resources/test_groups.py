"""The calls of `Groups`."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bitrix_scrum_async.calls import Call, Effect
from bitrix_scrum_async.records import Member, MemberRole
from bitrix_scrum_async.resources import Groups

from ..answers import GROUP, GROUP_RECORD, LISTED_GROUP, LISTED_GROUP_RECORD
from ..fakes import RecordingSender, unsent
from .expecting import SENDER, expect_call, expect_result

W = "socialnetwork.api.workgroup"
SELECT = [
    "ID",
    "NAME",
    "DESCRIPTION",
    "OWNER_ID",
    "SCRUM_MASTER_ID",
    "SCRUM_OWNER_ID",
    "SCRUM_SPRINT_DURATION",
    "SCRUM_TASK_RESPONSIBLE",
    "ACTIVE",
    "VISIBLE",
    "OPENED",
    "CLOSED",
    "PROJECT",
    "KEYWORDS",
    "SUBJECT_ID",
    "NUMBER_OF_MEMBERS",
]
DAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
groups = Groups(SENDER)


@pytest.mark.parametrize(
    ("build", "method", "params", "effect"),
    [
        (
            lambda: groups.create(name="Mobile app", scrum_master_id=5),
            "sonet_group.create",
            {"NAME": "Mobile app", "SCRUM_MASTER_ID": 5},
            Effect.WRITE,
        ),
        (
            lambda: groups.create(
                name="Mobile app",
                scrum_master_id=5,
                description="Touch",
                owner_id=1,
                visible=False,
                opened=True,
                closed=False,
                keywords="a,b",
                subject_id=2,
                initiate_perms="E",
                sprint_duration=dt.timedelta(weeks=1),
                task_responsible="M",
                date_start=DAY,
                date_finish=DAY,
                fields={"LANDING": "Y"},
            ),
            "sonet_group.create",
            {
                "NAME": "Mobile app",
                "SCRUM_MASTER_ID": 5,
                "DESCRIPTION": "Touch",
                "OWNER_ID": 1,
                "VISIBLE": "N",
                "OPENED": "Y",
                "CLOSED": "N",
                "KEYWORDS": "a,b",
                "SUBJECT_ID": 2,
                "INITIATE_PERMS": "E",
                "SCRUM_SPRINT_DURATION": 604800,
                "SCRUM_TASK_RESPONSIBLE": "M",
                "PROJECT_DATE_START": "2026-01-05T00:00:00+00:00",
                "PROJECT_DATE_FINISH": "2026-01-05T00:00:00+00:00",
                "LANDING": "Y",
            },
            Effect.WRITE,
        ),
        (
            lambda: groups.update(143, description="", scrum_master_id=6, sprint_duration=1209600),
            "sonet_group.update",
            {
                "GROUP_ID": 143,
                "DESCRIPTION": "",
                "SCRUM_MASTER_ID": 6,
                "SCRUM_SPRINT_DURATION": 1209600,
            },
            Effect.REPEATABLE,
        ),
        (
            lambda: groups.update(143, fields={"IMAGE_FILE_ID": 7}),
            "sonet_group.update",
            {"GROUP_ID": 143, "IMAGE_FILE_ID": 7},
            Effect.REPEATABLE,
        ),
        (lambda: groups.delete(143), "sonet_group.delete", {"GROUP_ID": 143}, Effect.DELETE),
        (
            lambda: groups.get(143),
            f"{W}.get",
            {"params": {"groupId": 143, "select": SELECT}},
            Effect.READ,
        ),
        (lambda: groups.members(143), "sonet_group.user.get", {"ID": 143}, Effect.READ),
        (
            lambda: groups.add_members(143, user_ids=[5, 6]),
            "sonet_group.user.add",
            {"GROUP_ID": 143, "USER_ID": [5, 6]},
            Effect.WRITE,
        ),
        (
            lambda: groups.list(),
            f"{W}.list",
            {"select": SELECT, "order": {"ID": "asc"}},
            Effect.READ,
        ),
        (
            lambda: groups.list(filter={"%NAME": "mob", "closed": False}, start=-1),
            f"{W}.list",
            {
                "select": SELECT,
                "order": {"ID": "asc"},
                "filter": {"%NAME": "mob", "CLOSED": "N"},
                "start": -1,
            },
            Effect.READ,
        ),
    ],
)
def test_a_method_builds_its_call(
    build: Callable[[], Call[Any]], method: str, params: Mapping[str, Any], effect: Effect
) -> None:
    expect_call(build, method, params, effect)


@pytest.mark.parametrize(
    ("build", "answer", "result"),
    [
        (lambda: groups.create(name="x", scrum_master_id=5), 143, 143),
        (lambda: groups.create(name="x", scrum_master_id=5), "143", 143),
        (lambda: groups.update(143, name="x"), 143, None),
        (lambda: groups.delete(143), True, None),
        (lambda: groups.get(143), GROUP, GROUP_RECORD),
        (lambda: groups.list(), {"workgroups": [LISTED_GROUP]}, [LISTED_GROUP_RECORD]),
        (lambda: groups.list(), {"workgroups": []}, []),
        (
            lambda: groups.members(143),
            [{"USER_ID": "1269", "ROLE": "A"}, {"USER_ID": "5", "ROLE": "K"}],
            [
                Member(user_id=1269, role=MemberRole.OWNER),
                Member(user_id=5, role=MemberRole.MEMBER),
            ],
        ),
        (lambda: groups.add_members(143, user_ids=[5, 6]), ["5", "6"], (5, 6)),
        (lambda: groups.add_members(143, user_ids=[5, 6]), [], ()),
    ],
)
def test_an_answer_becomes_a_result(
    build: Callable[[], Call[Any]], answer: Any, result: Any
) -> None:
    expect_result(build, answer, result)


@pytest.mark.anyio
async def test_all_reads_by_id_without_counting() -> None:
    sender = RecordingSender([{"workgroups": [LISTED_GROUP]}])
    assert [group.id async for group in Groups(sender).all(filter={"PROJECT": True})] == [143]
    assert sender.sent[0].params == {
        "select": SELECT,
        "order": {"ID": "asc"},
        "filter": {"PROJECT": "Y", ">ID": 0},
        "start": -1,
    }


def test_a_new_group_is_not_used_in_the_same_batch() -> None:
    assert not unsent(groups.create(name="x", scrum_master_id=5)).ref().place.immediate
