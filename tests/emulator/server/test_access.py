"""Who may call what, and in which order this is checked."""

import pytest

from tests.emulator.small_methods import Client, small_portal

pytestmark = pytest.mark.anyio


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


async def test_token_asks_for_a_signed_link(portal: Client) -> None:
    answer = await portal.call("test.echo", {"token": "x"})
    assert answer.status == 403
    assert answer.body == {
        "error": "ACCESS_DENIED",
        "error_description": "Access denied! Link check failed",
    }


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
