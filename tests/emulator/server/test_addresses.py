"""Which method, transport and verb an address stands for."""

import pytest

from bitrix_scrum_async.emulator.server import Route, route
from tests.emulator.small_methods import Client

pytestmark = pytest.mark.anyio


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


@pytest.mark.parametrize("name", ["test.echo", "TEST.Echo", "test.echo.json", "test.echo/"])
async def test_names_of_methods_in_any_case_and_with_suffix(portal: Client, name: str) -> None:
    assert (await portal.call(name)).status == 200


async def test_only_the_json_transport_is_spoken(portal: Client) -> None:
    answer = await portal.call("test.echo.xml")
    assert (answer.status, answer.body["error"]) == (500, "INTERNAL_WRONG_TRANSPORT")


async def test_another_address_is_a_page_of_the_web_server(portal: Client) -> None:
    answer = await portal.post("/company/")
    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/html")


async def test_get_works_too_and_other_verbs_do_not(portal: Client) -> None:
    url = portal.emulator.webhook + "test.echo"
    assert (await portal.send("GET", url + "?a=1")).body["result"]["params"] == {"a": "1"}
    assert (await portal.send("PUT", url)).status == 405
