"""OAuth: tokens in calls, and the token endpoint with its rotation."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bitrix_scrum_async.emulator import OAuthGrant, VirtualClock
from tests.emulator.small_methods import Client, Spoken, small_portal

pytestmark = pytest.mark.anyio

CLOCK_START = 1_790_580_587.0


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(CLOCK_START)


@pytest.fixture
async def portal(clock: VirtualClock) -> AsyncIterator[Client]:
    async with small_portal(clock=clock) as client:
        yield client


async def call(portal: Client, **options: Any) -> Spoken:
    return await portal.post("/rest/test.echo", **options)


async def exchange(portal: Client, grant: OAuthGrant, **changes: Any) -> Spoken:
    params = {
        "grant_type": "refresh_token",
        "client_id": grant.client_id,
        "client_secret": grant.client_secret,
        "refresh_token": grant.refresh_token,
        **changes,
    }
    params = {name: value for name, value in params.items() if value is not None}
    return await portal.send("GET", grant.token_url, params=params)


async def test_a_token_in_header_or_parameter(portal: Client) -> None:
    token = portal.emulator.oauth(user_id=3).access_token
    for options in (
        {"headers": {"Authorization": f"Bearer {token}"}},
        {"json": {"auth": token}},
        {"json": {"access_token": token}},
        {"params": {"auth": token}},
    ):
        answer = await call(portal, **options)
        assert answer.body["result"] == {"params": [], "start": None, "user": 3}
        assert answer.headers["x-bitrix-rest-application"].startswith("local.")


async def test_the_header_wins_over_the_parameters(portal: Client) -> None:
    token = portal.emulator.oauth().access_token
    good = await call(portal, headers={"Authorization": f"Bearer {token}"}, json={"auth": "x"})
    assert good.status == 200
    bad = await call(portal, headers={"Authorization": "Bearer x"}, json={"auth": token})
    assert bad.body["error"] == "NO_AUTH_FOUND"


async def test_auth_wins_over_access_token(portal: Client) -> None:
    token = portal.emulator.oauth().access_token
    assert (await call(portal, json={"auth": token, "access_token": "x"})).status == 200
    assert (await call(portal, json={"auth": "x", "access_token": token})).status == 401


async def test_a_header_without_bearer_is_not_read(portal: Client) -> None:
    token = portal.emulator.oauth().access_token
    answer = await call(portal, headers={"Authorization": token})
    assert (answer.status, answer.body["error"]) == (401, "NO_AUTH_FOUND")


async def test_a_token_lives_an_hour(portal: Client, clock: VirtualClock) -> None:
    token = portal.emulator.oauth().access_token
    clock.advance(3599)
    assert (await call(portal, json={"auth": token})).status == 200
    clock.advance(1)
    answer = await call(portal, json={"auth": token})
    assert (answer.status, answer.body) == (
        401,
        {
            "error": "expired_token",
            "error_description": "The access token provided has expired",
        },
    )


async def test_tokens_may_live_shorter(clock: VirtualClock) -> None:
    async with small_portal(token_seconds=5, clock=clock) as portal:
        grant = portal.emulator.oauth()
        clock.advance(5)
        answer = await call(portal, json={"auth": grant.access_token})
        assert answer.body["error"] == "expired_token"
        tokens = (await exchange(portal, grant)).body
        assert (tokens["expires_in"], tokens["expires"]) == (5, int(clock.now()) + 5)
        assert (await call(portal, json={"auth": tokens["access_token"]})).status == 200


async def test_tokens_can_be_let_expire(portal: Client) -> None:
    grant = portal.emulator.oauth()
    portal.emulator.expire_tokens()
    answer = await call(portal, json={"auth": grant.access_token})
    assert answer.body["error"] == "expired_token"
    assert not portal.emulator.executed


async def test_a_refresh_gives_new_tokens_and_uses_the_old_one_up(portal: Client) -> None:
    grant = portal.emulator.oauth(user_id=2, scopes=["task", "user"])
    answer = await exchange(portal, grant)
    assert answer.status == 200
    body = answer.body
    assert body["access_token"] != grant.access_token
    assert body["refresh_token"] != grant.refresh_token
    assert body == {
        "access_token": body["access_token"],
        "refresh_token": body["refresh_token"],
        "expires_in": 3600,
        "expires": int(CLOCK_START) + 3600,
        "user_id": 2,
        "client_endpoint": portal.emulator.endpoint,
        "server_endpoint": "https://oauth.bitrix.info/rest/",
        "domain": "oauth.bitrix.info",
        "member_id": grant.member_id,
        "scope": "task,user",
        "status": "L",
    }
    assert (await call(portal, json={"auth": body["access_token"]})).body["result"]["user"] == 2
    again = await exchange(portal, grant)
    assert (again.status, again.body["error"]) == (400, "invalid_grant")
    assert (await exchange(portal, grant, refresh_token=body["refresh_token"])).status == 200


async def test_a_refresh_token_lives_180_days(portal: Client, clock: VirtualClock) -> None:
    grant = portal.emulator.oauth()
    clock.advance(180 * 86_400)
    assert (await exchange(portal, grant)).body["error"] == "invalid_grant"


async def test_a_code_is_exchanged_once_and_within_30_seconds(
    portal: Client, clock: VirtualClock
) -> None:
    grant = portal.emulator.oauth()
    by_code = {"grant_type": "authorization_code", "code": grant.code, "refresh_token": None}
    assert (await exchange(portal, grant, **by_code)).status == 200
    assert (await exchange(portal, grant, **by_code)).body["error"] == "invalid_grant"
    late = portal.emulator.oauth()
    clock.advance(30)
    answer = await exchange(portal, late, **{**by_code, "code": late.code})
    assert answer.body["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "password"}, "invalid_request"),
        ({"grant_type": None}, "invalid_request"),
        ({"client_secret": None}, "invalid_request"),
        ({"refresh_token": ""}, "invalid_request"),
        ({"client_secret": "x"}, "invalid_client"),
        ({"client_id": "x"}, "invalid_client"),
        ({"refresh_token": "x"}, "invalid_grant"),
    ],
)
async def test_errors_of_the_token_endpoint(
    portal: Client, changes: dict[str, Any], error: str
) -> None:
    answer = await exchange(portal, portal.emulator.oauth(), **changes)
    assert (answer.status, answer.body["error"]) == (400, error)
    assert answer.body["error_description"]


async def test_a_refresh_token_belongs_to_its_application(portal: Client) -> None:
    mine, other = portal.emulator.oauth(), portal.emulator.oauth()
    answer = await exchange(portal, mine, refresh_token=other.refresh_token)
    assert answer.body["error"] == "invalid_grant"


async def test_the_status_of_a_wrong_application_is_a_switch() -> None:
    async with small_portal(invalid_client_status=401) as portal:
        answer = await exchange(portal, portal.emulator.oauth(), client_secret="x")
        assert (answer.status, answer.body["error"]) == (401, "invalid_client")


async def test_the_token_endpoint_takes_a_form_too(portal: Client) -> None:
    grant = portal.emulator.oauth()
    form = {
        "grant_type": "refresh_token",
        "client_id": grant.client_id,
        "client_secret": grant.client_secret,
        "refresh_token": grant.refresh_token,
    }
    assert (await portal.send("POST", grant.token_url, data=form)).status == 200


async def test_a_refresh_may_tell_a_new_address(portal: Client) -> None:
    grant = portal.emulator.oauth()
    portal.emulator.tell_endpoint("https://renamed.example/rest/")
    tokens = (await exchange(portal, grant)).body
    assert tokens["client_endpoint"] == "https://renamed.example/rest/"


async def test_a_missing_scope_of_a_token(portal: Client) -> None:
    token = portal.emulator.oauth(scopes=["user"]).access_token
    answer = await portal.post("/rest/tasks.test.add", json={"auth": token})
    assert answer.body == {
        "error": "insufficient_scope",
        "error_description": "The request requires higher privileges than provided by the"
        " access token",
    }


async def test_texts_differ_for_tokens_and_webhooks(portal: Client) -> None:
    token = portal.emulator.oauth().access_token
    portal.emulator.inject("ACCESS_DENIED", times=2)
    texts = [
        answer.body["error_description"]
        for answer in (await call(portal, json={"auth": token}), await portal.call("test.echo"))
    ]
    assert texts == [
        "REST is available only on commercial plans.",
        "REST is available only by subscription.",
    ]


async def test_a_dismissed_user_may_not_call(portal: Client) -> None:
    token = portal.emulator.oauth(user_id=2).access_token
    webhook = portal.emulator.new_webhook(2)
    assert (await call(portal, json={"auth": token})).status == 200
    portal.emulator.state.users[2].active = False
    by_token = await call(portal, json={"auth": token})
    by_webhook = await portal.send("POST", webhook + "test.echo")
    for answer in (by_token, by_webhook):
        assert (answer.status, answer.body["error"]) == (401, "authorization_error")


async def test_the_token_of_a_user_who_is_gone(portal: Client) -> None:
    token = portal.emulator.oauth(user_id=999).access_token
    answer = await call(portal, json={"auth": token})
    assert (answer.status, answer.body["error"]) == (401, "authorization_error")


async def test_credentials_of_a_batch_hold_for_its_commands(portal: Client) -> None:
    token = portal.emulator.oauth(user_id=3).access_token
    answer = await portal.post(
        "/rest/batch", json={"auth": token, "cmd": {"a": "test.echo?auth=other&x=1"}}
    )
    assert answer.body["result"]["result"]["a"] == {
        "params": {"x": "1"},
        "start": None,
        "user": 3,
    }


async def test_refreshes_are_recorded_and_can_be_hit_by_faults(portal: Client) -> None:
    grant = portal.emulator.oauth()
    portal.emulator.inject("drop", match="oauth/token", when="after")
    portal.emulator.inject("PAYMENT_REQUIRED", match="oauth/token", nth=2)
    form = {
        "grant_type": "refresh_token",
        "client_id": grant.client_id,
        "client_secret": grant.client_secret,
        "refresh_token": grant.refresh_token,
    }
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await portal.send("POST", grant.token_url, data=form)
    # The answer was lost, but the refresh token is used up.
    assert (await exchange(portal, grant)).body["error"] == "PAYMENT_REQUIRED"
    assert (await exchange(portal, grant)).body["error"] == "invalid_grant"
    assert [request.method for request in portal.emulator.requests] == ["oauth/token"] * 3


async def test_a_grant_shows_no_secret(portal: Client) -> None:
    grant = portal.emulator.oauth()
    for secret in (grant.client_secret, grant.access_token, grant.refresh_token, grant.code):
        assert secret not in repr(grant)
