"""The example calls of the portal's documentation: what is sent, and the records that come back."""

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bitrix_scrum_async import Backlog, Call, PortalSession, Sprint, SprintStatus

pytestmark = pytest.mark.anyio

TIME = {
    "start": 1712137817.343984,
    "finish": 1712137817.605804,
    "duration": 0.26182007789611816,
    "processing": 0.018325090408325195,
    "date_start": "2024-04-03T12:50:17+03:00",
    "date_finish": "2024-04-03T12:50:17+03:00",
}
EASTERN_EUROPE = dt.timezone(dt.timedelta(hours=2))
START = dt.datetime(2021, 11, 22, tzinfo=EASTERN_EUROPE)
END = dt.datetime(2021, 11, 29, tzinfo=EASTERN_EUROPE)
SPRINT = {
    "id": 2,
    "groupId": 1,
    "entityType": "sprint",
    "name": "Sprint 2",
    "goal": "",
    "sort": 1,
    "createdBy": 1,
    "modifiedBy": 1,
    "dateStart": "2021-11-22T00:00:00+02:00",
    "dateEnd": "2021-11-29T00:00:00+02:00",
    "status": "planned",
}


Build: TypeAlias = Callable[[PortalSession], Call[Any]]

EXAMPLES: list[tuple[Build, str, dict[str, Any], dict[str, Any], Any]] = [
    (
        lambda portal: portal.backlogs.get(125),
        "tasks.api.scrum.backlog.get",
        {"id": 125},
        {"result": {"id": 1, "groupId": 125, "createdBy": 6, "modifiedBy": 1}, "time": TIME},
        Backlog(id=1, group_id=125, created_by=6, modified_by=1),
    ),
    (
        lambda portal: portal.backlogs.add(125, created_by=6),
        "tasks.api.scrum.backlog.add",
        {"fields": {"groupId": 125, "createdBy": 6}},
        {"result": {"id": 1, "groupId": 125, "createdBy": 6, "modifiedBy": 0}, "time": TIME},
        Backlog(id=1, group_id=125, created_by=6, modified_by=0),
    ),
    (
        lambda portal: portal.backlogs.update(1, group_id=125, created_by=6),
        "tasks.api.scrum.backlog.update",
        {"id": 1, "fields": {"groupId": 125, "createdBy": 6}},
        {"result": {"id": 1, "groupId": 125, "createdBy": 6, "modifiedBy": 1}, "time": TIME},
        Backlog(id=1, group_id=125, created_by=6, modified_by=1),
    ),
    (
        lambda portal: portal.sprints.update(
            2, name="Sprint 2", group_id=1, date_start=START, date_end=END
        ),
        "tasks.api.scrum.sprint.update",
        {
            "id": 2,
            "fields": {
                "name": "Sprint 2",
                "groupId": 1,
                "dateStart": "2021-11-22T00:00:00+02:00",
                "dateEnd": "2021-11-29T00:00:00+02:00",
            },
        },
        {"result": SPRINT},
        Sprint(
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
        ),
    ),
]


@pytest.mark.parametrize(
    ("build", "method", "params", "answer", "record"),
    EXAMPLES,
    ids=["backlog.get", "backlog.add", "backlog.update", "sprint.update"],
)
async def test_an_example_call_gives_the_documented_record(
    build: Build,
    method: str,
    params: dict[str, Any],
    answer: dict[str, Any],
    record: Any,
) -> None:
    asked: list[tuple[str, Any]] = []

    async def answer_as_documented(request: web.Request) -> web.Response:
        asked.append((request.path, await request.json()))
        return web.json_response(answer)

    app = web.Application()
    app.router.add_post("/rest/{tail:.*}", answer_as_documented)
    async with (
        TestServer(app, host="127.0.0.1") as server,
        PortalSession(str(server.make_url("/rest/1/code/"))) as portal,
    ):
        result = await build(portal)
    assert asked == [(f"/rest/1/code/{method}", params)]
    assert result == record
    assert type(result) is type(record)
