"""The HTTP layer: addresses, parameters, envelopes, order of checks."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bitrix_scrum_async.emulator import Limits, VirtualClock
from bitrix_scrum_async.emulator.server import Route, route
from tests.emulator.small_methods import Client, small_portal

pytestmark = pytest.mark.anyio


@pytest.fixture
async def portal() -> AsyncIterator[Client]:
    async with small_portal() as client:
        yield client


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/rest/1/abc/a.b.get", Route("a.b.get", "json", ("1", "abc"))),
        ("/rest/1/abc/a.b.get/", Route("a.b.get", "json", ("1", "abc"))),
        ("/rest/1/abc/a.b.get.json", Route("a.b.get", "json", ("1", "abc"))),
        ("/rest/1/abc/a.b.get.xml/", Route("a.b.get", "xml", ("1", "abc"))),
        ("/rest/1/abc/a.b.JSON", Route("a.b.JSON", "json", ("1", "abc"))),
        ("/rest/a.b.get", Route("a.b.get", "json", None)),
        ("/rest/batch.json", Route("batch", "json", None)),
        ("/rest/1/abc", None),
        ("/rest/1/abc/x/y", None),
        ("/", None),
        ("/company/", None),
    ],
)
def test_addresses(path: str, expected: Route | None) -> None:
    assert route(path) == expected


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


@pytest.mark.parametrize("name", ["test.echo", "TEST.Echo", "test.echo.json", "test.echo/"])
async def test_names_of_methods_in_any_case_and_with_suffix(portal: Client, name: str) -> None:
    assert (await portal.call(name)).status == 200


async def test_only_the_json_transport_is_spoken(portal: Client) -> None:
    answer = await portal.call("test.echo.xml")
    assert (answer.status, answer.body["error"]) == (500, "INTERNAL_WRONG_TRANSPORT")


@pytest.mark.parametrize(
    ("options", "params"),
    [
        (
            {"json": {"a": [1, 2.5, None, True, {"b": "x"}]}},
            {"a": [1, 2.5, None, True, {"b": "x"}]},
        ),
        ({"json": [5, 6]}, {"0": 5, "1": 6}),
        ({"json": 5}, []),
        ({"json": None}, []),
        ({"data": b"{broken", "headers": {"Content-Type": "application/json"}}, []),
        (
            {"data": b'{"a":1}', "headers": {"Content-Type": "application/json; charset=utf-8"}},
            {"a": 1},
        ),
        ({"data": b'{"a":1}', "headers": {"Content-Type": "text/json"}}, {'{"a":1}': ""}),
        ({"data": {"a[b]": "1 +", "c": "2"}}, {"a": {"b": "1 +"}, "c": "2"}),
        ({"data": b"a[]=1&a[]=2", "headers": {"Content-Type": "text/plain"}}, {"a": ["1", "2"]}),
        ({"params": {"a": "1", "b[c]": "2"}}, {"a": "1", "b": {"c": "2"}}),
        (
            {"params": {"a[x]": "1", "b": "2"}, "json": {"a": {"y": 3}}},
            {"a": {"y": 3}, "b": "2"},
        ),
    ],
)
async def test_parameters_from_query_and_body(
    portal: Client, options: dict[str, Any], params: Any
) -> None:
    answer = await portal.send("POST", portal.emulator.webhook + "test.echo", **options)
    assert answer.body["result"]["params"] == params


async def test_a_multipart_form(portal: Client) -> None:
    form = aiohttp.FormData()
    form.add_field("fields[name]", "\u20ac %41+", content_type="text/plain")
    form.add_field("fields[file]", b"123", filename="f.txt")
    url = f"{portal.emulator.webhook}test.echo?fields[name]=query&a=1"
    answer = await portal.send("POST", url, data=form)
    assert answer.body["result"]["params"] == {"fields": {"name": "\u20ac %41+"}, "a": "1"}


async def test_get_works_too_and_other_verbs_do_not(portal: Client) -> None:
    url = portal.emulator.webhook + "test.echo"
    assert (await portal.send("GET", url + "?a=1")).body["result"]["params"] == {"a": "1"}
    assert (await portal.send("PUT", url)).status == 405


async def test_a_form_is_subject_to_max_input_vars_and_json_is_not(portal: Client) -> None:
    many = {f"x[{n}]": str(n) for n in range(1100)}
    url = portal.emulator.webhook + "test.echo"
    answer = await portal.send("POST", url, data=many)
    assert len(answer.body["result"]["params"]["x"]) == 1000
    answer = await portal.send("POST", url, json={"x": list(range(1100))})
    assert len(answer.body["result"]["params"]["x"]) == 1100


@pytest.mark.parametrize(
    ("sent", "start"),
    [
        (50, 50),
        ("50", 50),
        ("50x", 50),
        (" 7", 7),
        ("x", 0),
        (-1, -1),
        (2.9, 2),
        ([], 0),
        ([5], 1),
        (True, 1),
    ],
)
async def test_start_is_paging_and_no_parameter(portal: Client, sent: Any, start: int) -> None:
    result = (await portal.call("test.echo", {"start": sent})).body["result"]
    assert result == {"params": [], "start": start, "user": 1}


async def test_names_of_the_system_are_taken_out_of_the_parameters(portal: Client) -> None:
    sent = dict.fromkeys(("method", "aplogin", "ap", "auth", "access_token", "auth_connector"), "x")
    result = (await portal.call("test.echo", {**sent, "id": 1})).body["result"]
    assert result["params"] == {"id": 1}


async def test_state_is_answered_with_a_signature(portal: Client) -> None:
    body = (await portal.call("test.echo", {"state": "s"})).body
    assert body["result"]["params"] == []
    assert body["signature"]
    assert "signature" not in (await portal.call("test.echo")).body


async def test_token_asks_for_a_signed_link(portal: Client) -> None:
    answer = await portal.call("test.echo", {"token": "x"})
    assert answer.status == 403
    assert answer.body == {
        "error": "ACCESS_DENIED",
        "error_description": "Access denied! Link check failed",
    }


async def test_an_unknown_method_is_told_before_wrong_credentials(portal: Client) -> None:
    unknown = await portal.post("/rest/1/wrong/test.nope", json={})
    assert (unknown.status, unknown.body) == (
        404,
        {"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Method not found!"},
    )
    wrong = await portal.post("/rest/1/wrong/test.echo", json={})
    assert (wrong.status, wrong.body) == (
        401,
        {"error": "INVALID_CREDENTIALS", "error_description": "Invalid request credentials"},
    )
    none = await portal.post("/rest/test.echo", json={})
    assert (none.status, none.body) == (
        401,
        {"error": "NO_AUTH_FOUND", "error_description": "Wrong authorization data"},
    )


async def test_the_user_id_of_the_address_must_be_the_webhooks(portal: Client) -> None:
    other = portal.emulator.webhook.replace("/rest/1/", "/rest/2/")
    assert (await portal.send("POST", other + "test.echo")).status == 401


async def test_https_can_be_required() -> None:
    async with small_portal(require_https=True) as portal:
        answer = await portal.call("test.echo")
        assert (answer.status, answer.body["error"]) == (401, "INVALID_REQUEST")
        assert answer.body["error_description"] == "Https required."


async def test_a_missing_scope_has_a_text_alone_and_none_in_a_batch(portal: Client) -> None:
    poor = portal.emulator.new_webhook(2, scopes=["user_basic"])
    answer = await portal.send("POST", poor + "tasks.test.add")
    assert (answer.status, answer.body) == (
        401,
        {
            "error": "insufficient_scope",
            "error_description": "The request requires higher privileges than provided by the"
            " webhook token",
        },
    )
    answer = await portal.send("POST", poor + "batch", json={"cmd": ["tasks.test.add"]})
    assert answer.body["result"]["result_error"] == [
        {"error": "insufficient_scope", "error_description": ""}
    ]
    assert (await portal.send("POST", poor + "user.test")).status == 200
    assert (await portal.send("POST", poor + "test.echo")).body["result"]["user"] == 2


async def test_statuses_of_system_errors_by_edition() -> None:
    for edition, status in (("new", 401), ("old", 403), ("sdk", 401)):
        async with small_portal(system_statuses=edition) as portal:
            assert (await portal.post("/rest/1/wrong/test.echo")).status == status


async def test_another_address_is_a_page_of_the_web_server(portal: Client) -> None:
    answer = await portal.post("/company/")
    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_body_over_the_limit_is_413_with_html() -> None:
    async with small_portal(max_body_bytes=1000) as portal:
        answer = await portal.call("test.echo", {"x": "y" * 1000})
        assert answer.status == 413
        assert answer.headers["content-type"].startswith("text/html")
        assert (await portal.call("test.echo", {"x": "y" * 900})).status == 200
        form = aiohttp.FormData()
        form.add_field("f", b"y" * 1100, filename="f")
        url = portal.emulator.webhook + "test.echo"
        assert (await portal.send("POST", url, data=form)).status == 413
        assert [request.status for request in portal.emulator.requests] == [413, 200, 413]
        assert not portal.emulator.requests[0].executed


async def test_a_body_of_a_megabyte_is_no_trouble(portal: Client) -> None:
    assert (await portal.call("test.echo", {"x": "y" * 1_048_000})).status == 200


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


async def test_the_leaky_bucket_over_http() -> None:
    clock = VirtualClock()
    limits = Limits(threshold=3, per_second=1)
    async with small_portal(limits=limits, clock=clock) as portal:
        answers = [await portal.call("test.echo") for _ in range(5)]
        assert [answer.status for answer in answers] == [200, 200, 200, 200, 503]
        assert answers[-1].body == {
            "error": "QUERY_LIMIT_EXCEEDED",
            "error_description": "Too many requests",
        }
        assert "retry-after" not in answers[-1].headers
        clock.advance(1)
        assert (await portal.call("test.echo")).status == 200
        portal.emulator.fill_bucket()
        assert (await portal.call("test.echo")).status == 503


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere loopback is one address only")
async def test_every_address_has_its_own_bucket() -> None:
    async with small_portal(limits=Limits(threshold=0, per_second=1)) as limited:
        statuses: list[int] = []
        for address in ("127.0.0.1", "127.0.0.1", "127.0.0.2"):
            connector = aiohttp.TCPConnector(local_addr=(address, 0))
            async with aiohttp.ClientSession(connector=connector) as http:
                answer = await Client(limited.emulator, http).call("test.echo")
                statuses.append(answer.status)
        assert statuses == [200, 503, 200]
        assert [request.remote for request in limited.emulator.requests][-1] == "127.0.0.2"


async def test_every_call_can_take_its_time() -> None:
    clock = VirtualClock()
    began = clock.now()
    async with small_portal(latency=0.3, clock=clock) as portal:
        await portal.call("test.echo")
        await portal.batch("test.echo", "test.echo")
    assert clock.now() == pytest.approx(began + 0.6)


async def test_operating_time_is_told_and_blocks_one_method() -> None:
    clock = VirtualClock(start=1_200.0)
    limits = Limits(threshold=None, operating_seconds=10.0)
    async with small_portal(limits=limits, clock=clock) as portal:
        portal.emulator.set_command_seconds({"tasks.test.add": 4.0})
        times = [(await portal.call("tasks.test.add")).body["time"] for _ in range(3)]
        # The call that crosses the limit still completes.
        assert [time["operating"] for time in times] == [4.0, 8.0, 12.0]
        assert times[-1]["operating_reset_at"] == 1_804
        assert times[0]["duration"] == 4.0
        blocked = await portal.call("tasks.test.add")
        assert (blocked.status, blocked.body) == (
            429,
            {
                "error": "OPERATION_TIME_LIMIT",
                "error_description": "Method is blocked due to operation time limit.",
            },
        )
        inner = (await portal.batch("tasks.test.add", "test.echo")).body["result"]
        assert inner["result_error"]["c0"]["error"] == "OPERATION_TIME_LIMIT"
        assert "c1" in inner["result"]
        other = portal.emulator.new_webhook()
        assert (await portal.send("POST", other + "tasks.test.add")).status == 200
        clock.advance(600)
        assert (await portal.call("tasks.test.add")).status == 200


async def test_commands_of_a_batch_are_accounted_one_by_one() -> None:
    limits = Limits(threshold=None, operating_seconds=10.0)
    async with small_portal(limits=limits, clock=VirtualClock()) as portal:
        portal.emulator.set_command_seconds(4.0)
        inner = (await portal.batch(*["tasks.test.add"] * 5)).body
        times = inner["result"]["result_time"]
        assert [time["operating"] for time in times.values()] == [4.0, 8.0, 12.0]
        assert set(inner["result"]["result_error"]) == {"c3", "c4"}
        assert inner["time"]["operating"] == 0


async def test_operating_time_can_be_used_up() -> None:
    async with small_portal(limits="cloud", clock=VirtualClock()) as portal:
        portal.emulator.use_operating_time("tasks.test.add", 480.0)
        assert (await portal.call("tasks.test.add")).status == 200  # only more is too much
        portal.emulator.use_operating_time("tasks.test.add", 1.0)
        assert (await portal.call("tasks.test.add")).status == 429


async def test_a_request_is_cut_after_a_minute_and_its_writes_stay() -> None:
    clock = VirtualClock(start=1_200.0)
    async with small_portal(limits="cloud", clock=clock) as portal:
        portal.emulator.set_command_seconds(25.0)
        answer = await portal.batch(*["tasks.test.add"] * 4)
        assert answer.status == 504
        assert answer.headers["content-type"].startswith("text/html")
        assert portal.emulator.executed["tasks.test.add"] == 2
        assert clock.now() == 1_260.0
        request = portal.emulator.requests[0]
        assert [command.executed for command in request.commands] == [True, True, False, False]


async def test_the_work_behind_the_cut_may_go_on() -> None:
    clock = VirtualClock(runs_by_itself=False)
    limits = Limits(threshold=None, finishes_after_cut=True)
    async with small_portal(limits=limits, clock=clock) as portal:
        portal.emulator.set_command_seconds({"tasks.test.add": 25.0})
        async with asyncio.TaskGroup() as tasks:
            batch = tasks.create_task(portal.batch(*["tasks.test.add"] * 4))
            while not batch.done():
                clock.advance(5.0)
                await asyncio.sleep(0)
        assert batch.result().status == 504
        while portal.emulator.executed["tasks.test.add"] < 4:
            clock.advance(5.0)
            await asyncio.sleep(0)


async def test_closing_ends_the_work_behind_a_cut() -> None:
    clock = VirtualClock(runs_by_itself=False)
    limits = Limits(threshold=None, request_seconds=5.0, finishes_after_cut=True)
    async with small_portal(limits=limits, clock=clock) as portal:
        portal.emulator.set_command_seconds(1e9)
        async with asyncio.TaskGroup() as tasks:
            call = tasks.create_task(portal.call("tasks.test.add"))
            while not portal.emulator.requests:  # noqa: ASYNC110 - the other side is a server
                await asyncio.sleep(0)
            while not call.done():
                clock.advance(1.0)
                await asyncio.sleep(0)
        assert call.result().status == 504
    assert portal.emulator.executed == {}


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
