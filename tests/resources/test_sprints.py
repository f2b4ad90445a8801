"""The calls of `Sprints`."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import pytest

from bitrix_scrum_async.calls import Call, Effect
from bitrix_scrum_async.errors import NotSaved, SprintNotFound
from bitrix_scrum_async.records import Field, SprintStatus
from bitrix_scrum_async.resources import Sprints

from ..answers import SPRINT, SPRINT_RECORD
from ..fakes import RecordingSender, unsent
from .expecting import SENDER, expect_call, expect_result

S = "tasks.api.scrum.sprint"
MOSCOW = dt.timezone(dt.timedelta(hours=3))
START = dt.datetime(2026, 1, 5, tzinfo=MOSCOW)
END = dt.datetime(2026, 1, 19, 18, 30, 15, 999, tzinfo=dt.UTC)
sprints = Sprints(SENDER)


def add(**changes: Any) -> Call[Any]:
    whole: dict[str, Any] = {
        "group_id": 143,
        "name": "Sprint 1",
        "created_by": 1,
        "date_start": START,
        "date_end": END,
    }
    return sprints.add(**{**whole, **changes})


ADDED = {
    "groupId": 143,
    "name": "Sprint 1",
    "createdBy": 1,
    "dateStart": "2026-01-05T00:00:00+03:00",
    "dateEnd": "2026-01-19T18:30:15+00:00",
    "status": "planned",
}


@pytest.mark.parametrize(
    ("build", "method", "params", "effect"),
    [
        (lambda: add(), f"{S}.add", {"fields": ADDED}, Effect.WRITE),
        (
            lambda: add(status=SprintStatus.COMPLETED, sort=3, modified_by=2),
            f"{S}.add",
            {"fields": {**ADDED, "status": "completed", "sort": 3, "modifiedBy": 2}},
            Effect.WRITE,
        ),
        (lambda: sprints.get(57), f"{S}.get", {"id": 57}, Effect.READ),
        (
            lambda: sprints.update(
                57,
                group_id=144,
                name="New",
                date_start=START,
                date_end=START,
                status="active",
                sort=0,
                created_by=1,
                modified_by=2,
            ),
            f"{S}.update",
            {
                "id": 57,
                "fields": {
                    "groupId": 144,
                    "name": "New",
                    "dateStart": "2026-01-05T00:00:00+03:00",
                    "dateEnd": "2026-01-05T00:00:00+03:00",
                    "status": "active",
                    "sort": 0,
                    "createdBy": 1,
                    "modifiedBy": 2,
                },
            },
            Effect.REPEATABLE,
        ),
        (lambda: sprints.start(57), f"{S}.start", {"id": 57}, Effect.WRITE),
        (lambda: sprints.complete(group_id=143), f"{S}.complete", {"id": 143}, Effect.WRITE),
        (lambda: sprints.delete(57), f"{S}.delete", {"id": 57}, Effect.DELETE),
        (lambda: sprints.list(), f"{S}.list", {"order": {"ID": "asc"}}, Effect.READ),
        (
            lambda: sprints.list(
                filter={"GROUP_ID": [143, 144], "!STATUS": "completed", ">id": 7},
                order={"sort": "DESC", "DATE_START": "asc"},
                start=50,
            ),
            f"{S}.list",
            {
                "order": {"SORT": "desc", "DATE_START": "asc"},
                "filter": {"GROUP_ID": [143, 144], "!STATUS": "completed", ">ID": 7},
                "start": 50,
            },
            Effect.READ,
        ),
        (
            lambda: sprints.active(143),
            f"{S}.list",
            {"order": {"ID": "asc"}, "filter": {"GROUP_ID": 143, "STATUS": "active"}},
            Effect.READ,
        ),
        (lambda: sprints.get_fields(), f"{S}.getFields", {}, Effect.READ),
    ],
)
def test_a_method_builds_its_call(
    build: Callable[[], Call[Any]], method: str, params: Mapping[str, Any], effect: Effect
) -> None:
    expect_call(build, method, params, effect)


def test_complete_wants_the_group_by_name() -> None:
    complete: Any = sprints.complete
    with pytest.raises(TypeError):
        complete(57)


def test_a_select_cannot_be_passed() -> None:
    for method in (sprints.list, sprints.all):
        call: Any = method
        with pytest.raises(TypeError):
            call(select=["ID"])


ACTIVE = attrs.evolve(SPRINT_RECORD, status=SprintStatus.ACTIVE)


@pytest.mark.parametrize(
    ("build", "answer", "result"),
    [
        (lambda: sprints.get(57), SPRINT, SPRINT_RECORD),
        (lambda: sprints.update(57, name="Sprint 12"), SPRINT, SPRINT_RECORD),
        (lambda: sprints.start(57), {**SPRINT, "status": "active"}, ACTIVE),
        (lambda: sprints.complete(group_id=143), SPRINT, SPRINT_RECORD),
        (lambda: sprints.delete(57), [], None),
        (lambda: sprints.list(), [SPRINT, SPRINT], [SPRINT_RECORD, SPRINT_RECORD]),
        (lambda: sprints.active(143), [{**SPRINT, "status": "active"}], ACTIVE),
        (lambda: sprints.active(143), [], None),
        (
            lambda: sprints.get_fields(),
            {"fields": {"sort": {"type": "integer"}}},
            {"sort": Field(type="integer")},
        ),
    ],
)
def test_an_answer_becomes_a_result(
    build: Callable[[], Call[Any]], answer: Any, result: Any
) -> None:
    expect_result(build, answer, result)


@pytest.mark.anyio
async def test_the_id_of_a_backlog_is_not_taken_for_a_sprint() -> None:
    sender = RecordingSender([{**SPRINT, "entityType": "backlog", "name": "", "status": ""}])
    with pytest.raises(SprintNotFound):
        await Sprints(sender).get(57)


@pytest.mark.anyio
async def test_a_sprint_that_could_not_be_completed_is_an_error() -> None:
    with pytest.raises(NotSaved):
        await Sprints(RecordingSender([None])).complete(group_id=143)


@pytest.mark.anyio
async def test_all_reads_a_page_and_then_windows_of_ids() -> None:
    pages = [[{**SPRINT, "id": n} for n in range(1, 51)], [{**SPRINT, "id": 51}]]
    sender = RecordingSender(lambda _: pages.pop(0) if pages else [])
    found = [sprint.id async for sprint in Sprints(sender).all(filter={"GROUP_ID": 143})]
    assert found == list(range(1, 52))
    assert [call.params for call in sender.sent[:3]] == [
        {"order": {"ID": "asc"}, "filter": {"GROUP_ID": 143, **window}}
        for window in ({">ID": 0}, {">ID": 50, "<=ID": 99}, {">ID": 99, "<=ID": 148})
    ]
    assert sender.sent[-1].params == {
        "order": {"ID": "desc"},
        "filter": {"GROUP_ID": 143, ">ID": 50},
    }


def test_a_new_sprints_id_goes_where_ids_go() -> None:
    sprint = unsent(add())
    start = unsent(sprints.start(sprint.ref("id")))
    assert [ref.call for ref in start.references] == [sprint]
