"""Batches over HTTP, and what is recorded of each request."""

import pytest

from tests.emulator.small_methods import Client, small_portal

pytestmark = pytest.mark.anyio


async def test_a_batch_over_http(portal: Client) -> None:
    answer = await portal.batch("tasks.test.add", "test.echo?id=$result[c0][id]&start=7&auth=x")
    assert answer.status == 200
    inner = answer.body["result"]
    assert inner["result"]["c1"] == {"params": {"id": 7}, "start": 7, "user": 1}
    assert inner["result_error"] == []
    assert set(inner["result_time"]) == {"c0", "c1"}
    assert "operating" in inner["result_time"]["c0"]


async def test_commands_as_form_parameters(portal: Client) -> None:
    answer = await portal.send(
        "POST",
        portal.emulator.webhook + "batch",
        data={"cmd[a]": "test.echo?x=%2541", "cmd[b]": "test.null", "halt": "0"},
    )
    # Twice encoded: once as a value of the form, once inside the command.
    assert answer.body["result"]["result"]["a"]["params"] == {"x": "%41"}
    answer = await portal.send(
        "GET", portal.emulator.webhook + "batch?cmd[]=test.null&cmd[]=test.null"
    )
    assert answer.body["result"]["result"] == [None, None]


async def test_a_batch_that_dies_answers_500_and_keeps_what_ran() -> None:
    async with small_portal(partial_macro="crash") as portal:
        answer = await portal.batch(
            "tasks.test.add", "test.echo?x=a $result[c0] b", "tasks.test.add"
        )
        assert (answer.status, answer.body["error"]) == (500, "INTERNAL_SERVER_ERROR")
        assert portal.emulator.executed["tasks.test.add"] == 1


async def test_a_nested_batch_can_be_allowed() -> None:
    async with small_portal(nested_batch="executed") as portal:
        answer = await portal.batch("batch?cmd[a]=tasks.test.add&cmd[b]=test.fail")
        nested = answer.body["result"]["result"]["c0"]
        assert nested["result"] == {"a": {"id": 7}}
        assert nested["result_error"]["b"]["error"] == 0


async def test_every_request_is_recorded_with_its_commands(portal: Client) -> None:
    await portal.call("test.echo", {"id": 5})
    await portal.batch("tasks.test.add", "test.fail?id=$result[c0][id]", "nope", halt=1)
    single, batch = portal.emulator.requests
    assert (single.method, single.params, single.status, single.user_id) == (
        "test.echo",
        {"id": 5},
        200,
        1,
    )
    assert single.executed
    assert single.http_method == "POST"
    assert single.headers["content-type"] == "application/json"
    assert batch.is_batch
    rows = [(c.key, c.method, c.params, c.executed, c.error) for c in batch.commands]
    assert rows == [
        ("c0", "tasks.test.add", {}, True, None),
        ("c1", "test.fail", {"id": 7}, True, 0),
        ("c2", "nope", {}, False, None),
    ]
    assert portal.emulator.executed == {"test.echo": 1, "tasks.test.add": 1, "test.fail": 1}
