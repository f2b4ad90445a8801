"""The calls of `Tasks`."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bitrix_scrum_async.calls import Call, Effect
from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.errors import TaskNotFound
from bitrix_scrum_async.records import TaskStatus
from bitrix_scrum_async.resources import Tasks
from bitrix_scrum_async.session import PortalSession

from ..answers import TASK, TASK_RECORD
from ..fakes import RecordingSender, unsent
from .expecting import SENDER, expect_call, expect_result

SELECT = [
    "ID",
    "TITLE",
    "DESCRIPTION",
    "STATUS",
    "CREATED_BY",
    "RESPONSIBLE_ID",
    "GROUP_ID",
    "PARENT_ID",
    "STAGE_ID",
    "PRIORITY",
    "DEADLINE",
    "START_DATE_PLAN",
    "END_DATE_PLAN",
    "CREATED_DATE",
    "CHANGED_DATE",
    "CLOSED_DATE",
    "ACCOMPLICES",
    "AUDITORS",
    "TAGS",
    "XML_ID",
]
DAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
NAIVE = DAY.replace(tzinfo=None)

tasks = Tasks(SENDER)


@pytest.mark.parametrize(
    ("build", "method", "params", "effect"),
    [
        (
            lambda: tasks.add(title="Log in", responsible_id=2, group_id=143),
            "tasks.task.add",
            {"fields": {"TITLE": "Log in", "RESPONSIBLE_ID": 2, "GROUP_ID": 143}},
            Effect.WRITE,
        ),
        (
            lambda: tasks.add(
                title="Log in",
                responsible_id=2,
                group_id=143,
                created_by=1,
                xml_id="MOB-1",
                description="",
                deadline=DAY,
                start_date_plan=DAY,
                end_date_plan=DAY,
                priority=2,
                status=TaskStatus.DEFERRED,
                parent_id=9,
                accomplices=[3],
                auditors=(4,),
                tags=["a"],
                fields={"UF_CRM_TASK": ["D_7"]},
            ),
            "tasks.task.add",
            {
                "fields": {
                    "TITLE": "Log in",
                    "RESPONSIBLE_ID": 2,
                    "GROUP_ID": 143,
                    "CREATED_BY": 1,
                    "XML_ID": "MOB-1",
                    "DESCRIPTION": "",
                    "DEADLINE": "2026-01-05T00:00:00+00:00",
                    "START_DATE_PLAN": "2026-01-05T00:00:00+00:00",
                    "END_DATE_PLAN": "2026-01-05T00:00:00+00:00",
                    "PRIORITY": 2,
                    "STATUS": 6,
                    "PARENT_ID": 9,
                    "ACCOMPLICES": [3],
                    "AUDITORS": [4],
                    "TAGS": ["a"],
                    "UF_CRM_TASK": ["D_7"],
                }
            },
            Effect.WRITE,
        ),
        (lambda: tasks.get(751), "tasks.task.get", {"taskId": 751, "select": SELECT}, Effect.READ),
        (
            lambda: tasks.update(751, title="New"),
            "tasks.task.update",
            {"taskId": 751, "fields": {"TITLE": "New"}},
            Effect.REPEATABLE,
        ),
        (lambda: tasks.complete(751), "tasks.task.complete", {"taskId": 751}, Effect.WRITE),
        (lambda: tasks.delete(751), "tasks.task.delete", {"taskId": 751}, Effect.DELETE),
        (
            lambda: tasks.list(),
            "tasks.task.list",
            {"select": SELECT, "order": {"ID": "asc"}},
            Effect.READ,
        ),
        (
            lambda: tasks.list(
                filter={
                    "GROUP_ID": 143,
                    "status": 5,
                    ">=created_date": DAY,
                    "UF_X": "1",
                    "tags": "a",
                },
                order={"DEADLINE": "desc"},
                start=50,
            ),
            "tasks.task.list",
            {
                "select": SELECT,
                "order": {"DEADLINE": "desc"},
                "filter": {
                    "GROUP_ID": 143,
                    "REAL_STATUS": 5,
                    ">=CREATED_DATE": "2026-01-05T00:00:00+00:00",
                    "UF_X": "1",
                    "TAG": "a",
                },
                "start": 50,
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
        (lambda: tasks.add(title="x", responsible_id=2, group_id=143), {"task": TASK}, TASK_RECORD),
        (lambda: tasks.get(751), {"task": TASK}, TASK_RECORD),
        (lambda: tasks.update(751, title="x"), {"task": TASK}, TASK_RECORD),
        (lambda: tasks.complete(751), {"task": TASK}, TASK_RECORD),
        (lambda: tasks.delete(751), {"task": True}, None),
        (lambda: tasks.list(), {"tasks": [TASK]}, [TASK_RECORD]),
        (lambda: tasks.list(), {"tasks": []}, []),
    ],
)
def test_an_answer_becomes_a_result(
    build: Callable[[], Call[Any]], answer: Any, result: Any
) -> None:
    expect_result(build, answer, result)


def test_a_task_that_is_not_there_is_an_error() -> None:
    call = unsent(tasks.get(751))
    with pytest.raises(TaskNotFound):
        call.shape.decode([], call.method)


def test_a_new_tasks_id_stands_under_its_key() -> None:
    place = unsent(tasks.add(title="x", responsible_id=2, group_id=143)).ref("id").place
    assert (place.path, place.kind, place.immediate) == (("task", "id"), "int", True)


@pytest.mark.anyio
async def test_all_reads_by_id_without_counting() -> None:
    pages = [[{**TASK, "id": str(n)} for n in range(1, 51)]]
    sender = RecordingSender(lambda _: {"tasks": pages.pop() if pages else []})
    found = [task.id async for task in Tasks(sender).all(filter={"GROUP_ID": 143})]
    assert found == list(range(1, 51))
    assert [call.params["filter"][">ID"] for call in sender.sent[:3]] == [0, 50, 99]
    assert {call.params["start"] for call in sender.sent} == {-1}


@pytest.mark.anyio
@pytest.mark.parametrize("alone", [True, False], ids=["alone", "in a batch"])
async def test_an_empty_list_clears_who_takes_part(alone: bool) -> None:
    async with Emulator(limits="off") as emulator, PortalSession(emulator.webhook) as portal:
        group_id = await portal.groups.create("Mobile", scrum_master_id=1)
        task = await portal.tasks.add(
            "Log in",
            responsible_id=1,
            group_id=group_id,
            auditors=[2, 3],
            accomplices=[4],
            tags=["urgent"],
        )
        change = portal.tasks.update(task.id, auditors=[], accomplices=[], tags=[])
        await (change if alone else portal.batch(change, portal.users.current()))
        (row,) = emulator.state.tasks.values()
    assert (row.auditors, row.accomplices, row.tags) == ([], [], [])
