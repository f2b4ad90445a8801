"""What reaches a method of a query and a body, and how large a body may be."""

from typing import Any

import aiohttp
import pytest

from tests.emulator.small_methods import Client, small_portal

pytestmark = pytest.mark.anyio


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
