"""The methods behind the protocol: a few calls all the way through."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bitrix_scrum_async.emulator import Emulator

pytestmark = pytest.mark.anyio


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """A portal of its own."""
    async with Emulator() as emulator:
        yield emulator


async def post(emulator: Emulator, method: str, body: Any) -> tuple[int, Any]:
    """Status and body of a call."""
    async with (
        aiohttp.ClientSession() as http,
        http.post(emulator.webhook + method, json=body) as answer,
    ):
        return answer.status, await answer.json()


async def test_answers_and_errors_come_in_their_envelopes(emulator: Emulator) -> None:
    """Codes as ints for the scrum, as strings for tasks, empty for groups."""
    status, body = await post(emulator, "sonet_group.create", {"NAME": "G", "SCRUM_MASTER_ID": 1})
    assert (status, body["result"]) == (200, 1)
    status, body = await post(emulator, "tasks.api.scrum.backlog.get", {"id": 1})
    assert (status, body) == (400, {"error": 0, "error_description": "Backlog not found"})
    status, body = await post(emulator, "tasks.task.add", {})
    assert (status, body["error"]) == (400, "100")
    status, body = await post(emulator, "sonet_group.delete", {})
    assert (status, body) == (400, {"error": "", "error_description": "Wrong group ID"})
    status, body = await post(emulator, "tasks.api.scrum.kanban.DELETESTAGE", {"stageId": 9})
    assert (status, body["result"]) == (200, False)
    status, body = await post(emulator, "sonet_group.get", {})
    assert (status, body["total"], "next" in body) == (200, 1, False)


async def test_a_batch_builds_a_scrum_and_starts_it(emulator: Emulator) -> None:
    """Strings all the way, and references between the commands."""
    await post(emulator, "sonet_group.create", {"NAME": "G", "SCRUM_MASTER_ID": 1})
    sprint = (
        "fields[groupId]=1&fields[name]=S%201&fields[createdBy]=1&fields[status]=planned"
        "&fields[dateStart]=2026-10-05T00%3A00%3A00%2B03%3A00&fields[dateEnd]=2026-10-19"
    )
    commands = {
        "backlog": "tasks.api.scrum.backlog.add?fields[groupId]=1&fields[createdBy]=1",
        "sprint": f"tasks.api.scrum.sprint.add?{sprint}",
        "task": "tasks.task.add?fields[TITLE]=T&fields[RESPONSIBLE_ID]=1&fields[GROUP_ID]=1",
        "place": "tasks.api.scrum.task.update?id=$result[task][task][id]"
        "&fields[entityId]=$result[sprint][id]&fields[storyPoints]=5",
        "start": "tasks.api.scrum.sprint.start?id=$result[sprint][id]",
        "again": "tasks.api.scrum.sprint.start?id=$result[sprint][id]",
    }
    status, body = await post(emulator, "batch", {"halt": 0, "cmd": commands})
    result = body["result"]
    assert status == 200
    assert result["result"]["place"] is True
    assert result["result"]["start"]["status"] == "active"
    assert result["result"]["start"]["dateStart"] == "2026-10-05T00:00:00+03:00"
    assert result["result_error"] == {
        "again": {"error": 0, "error_description": "Sprint must be planned"}
    }
    assert emulator.state.cards[1]
    assert set(emulator.state.created.values()) == {1}


async def test_a_batch_shares_its_caches(emulator: Emulator) -> None:
    """The switch `batch_caches`: a failed start is believed by the rest of the batch."""
    async with Emulator(batch_caches=True) as cached:
        for portal, text in (
            (emulator, "Unable to start sprint"),
            (cached, "Sprint must be planned"),
        ):
            await post(portal, "sonet_group.create", {"NAME": "G", "SCRUM_MASTER_ID": 1})
            fields = {
                "groupId": 1,
                "name": "S",
                "createdBy": 1,
                "dateStart": 0,
                "dateEnd": 0,
                "status": "planned",
            }
            await post(portal, "tasks.api.scrum.sprint.add", {"fields": fields})
            start = "tasks.api.scrum.sprint.start?id=1"
            _, body = await post(portal, "batch", {"cmd": {"a": start, "b": start}})
            assert body["result"]["result_error"]["b"]["error_description"] == text


async def test_a_reference_that_finds_nothing_writes_to_group_1(emulator: Emulator) -> None:
    """It becomes the map of all results, and PHP casts an array that is not empty to 1."""
    for name in ("One", "Two"):
        await post(emulator, "sonet_group.create", {"NAME": name, "SCRUM_MASTER_ID": 1})
    commands = {
        "two": "sonet_group.update?GROUP_ID=2&NAME=New",
        "wrong": "tasks.api.scrum.epic.add?fields[groupId]=$result[tow]&fields[name]=Lost",
        "get": "tasks.api.scrum.sprint.get?id=$result[tow]",
    }
    _, body = await post(emulator, "batch", {"halt": 0, "cmd": commands})
    assert body["result"]["result"]["wrong"]["groupId"] == 1
    assert body["result"]["result_error"] == {
        "get": {
            "error": 100,
            "error_description": "Invalid value {Array} to match with parameter {id}."
            " Should be value of type int.",
        }
    }
