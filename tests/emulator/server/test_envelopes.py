"""What stands around a result or an error: time, paging, headers."""

import pytest

from tests.emulator.small_methods import Client, small_portal

pytestmark = pytest.mark.anyio


async def test_a_success_has_result_and_time(portal: Client) -> None:
    answer = await portal.call("test.echo", {"id": 5})
    assert answer.status == 200
    assert answer.body["result"] == {"params": {"id": 5}, "start": None, "user": 1}
    time = answer.body["time"]
    assert list(time) == [
        "start",
        "finish",
        "duration",
        "processing",
        "date_start",
        "date_finish",
        "operating_reset_at",
        "operating",
    ]
    assert isinstance(time["start"], int)
    assert isinstance(time["processing"], int)
    assert isinstance(time["finish"], float)
    assert time["date_start"].endswith("+03:00")


async def test_time_as_floats_and_without_operating() -> None:
    async with small_portal(time_numbers="floats") as portal:
        time = (await portal.call("test.echo")).body["time"]
        assert isinstance(time["start"], float)
        assert isinstance(time["processing"], float)
    async with small_portal(time_numbers="no-operating", utc_offset="-05:30") as portal:
        time = (await portal.call("test.echo")).body["time"]
        assert "operating" not in time
        assert "operating_reset_at" not in time
        assert time["date_start"].endswith("-05:30")


async def test_headers_of_every_json_answer(portal: Client) -> None:
    for method in ("test.echo", "test.fail"):
        headers = (await portal.call(method)).headers
        assert headers["content-type"] == "application/json; charset=utf-8"
        assert headers["access-control-allow-origin"] == "*"
        assert headers["access-control-allow-headers"] == "origin, content-type, accept"
        assert headers["x-content-type-options"] == "nosniff"


async def test_an_error_has_neither_result_nor_time(portal: Client) -> None:
    answer = await portal.call("test.fail")
    assert (answer.status, answer.body) == (
        400,
        {"error": 0, "error_description": "Sprint not found"},
    )
    assert (await portal.call("test.argument")).body == {
        "error": "ERROR_ARGUMENT",
        "error_description": "Argument is wrong",
        "argument": "id",
    }


async def test_total_and_next_stand_in_the_envelope(portal: Client) -> None:
    body = (await portal.call("test.page")).body
    assert (body["result"], body["total"], body["next"]) == ([1], 137, 50)


async def test_a_null_result_is_there(portal: Client) -> None:
    body = (await portal.call("test.null")).body
    assert body["result"] is None


async def test_a_result_that_looks_like_an_error_is_sent_raw(portal: Client) -> None:
    answer = await portal.call("test.raw")
    assert (answer.status, answer.body) == (200, {"error": "E", "error_description": "D"})


async def test_text_that_is_no_utf_8_spoils_the_answer(portal: Client) -> None:
    for answer in (await portal.call("test.broken"), await portal.batch("test.echo?x=%ff")):
        assert answer.body == {
            "error": "WRONG_ENCODING",
            "error_description": "Wrong request encoding",
        }


async def test_state_is_answered_with_a_signature(portal: Client) -> None:
    body = (await portal.call("test.echo", {"state": "s"})).body
    assert body["result"]["params"] == []
    assert body["signature"]
    assert "signature" not in (await portal.call("test.echo")).body
