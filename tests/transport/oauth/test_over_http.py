"""The emulator's authorization server over HTTP: tokens are taken, shared, and survive faults."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bitrix_scrum_async.emulator import Emulator, OAuthGrant
from bitrix_scrum_async.errors import NotSent, OutcomeUnknown
from bitrix_scrum_async.transport import oauth as oauth_module
from bitrix_scrum_async.transport.auth import Ask
from bitrix_scrum_async.transport.oauth import OAuth
from bitrix_scrum_async.transport.raw import RawAnswer
from bitrix_scrum_async.transport.tokens import FileTokenStore

from .authorization import WAITERS, bearer, error_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def portal() -> AsyncIterator[Emulator]:
    async with Emulator() as emulator:
        yield emulator


@pytest.fixture
async def ask() -> AsyncIterator[Ask]:
    async with aiohttp.ClientSession() as http:

        async def get(url: str, query: Mapping[str, str]) -> RawAnswer:
            try:
                async with http.get(url, params=query, allow_redirects=False) as response:
                    return RawAnswer(response.status, await response.read(), None)
            except (aiohttp.ClientError, OSError) as error:
                reason = type(error).__name__
            raise OutcomeUnknown(f"no answer: {reason}")

        yield get


def of_grant(grant: OAuthGrant, **options: Any) -> OAuth:
    return OAuth(
        endpoint=grant.endpoint,
        client_id=grant.client_id,
        client_secret=grant.client_secret,
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
        token_url=grant.token_url,
        **options,
    )


async def is_let_in(oauth: OAuth) -> bool:
    async with (
        aiohttp.ClientSession() as http,
        http.post(oauth.url("profile"), headers=oauth.headers()) as response,
    ):
        return response.status == 200


async def test_a_portal_takes_the_new_token(portal: Emulator, ask: Ask) -> None:
    oauth = of_grant(portal.oauth())
    assert await is_let_in(oauth)
    portal.expire_tokens()
    assert not await is_let_in(oauth)
    await asyncio.gather(*(oauth.refresh(0, ask) for _ in range(WAITERS)))
    assert await is_let_in(oauth)
    assert [request.method for request in portal.requests].count("oauth/token") == 1


async def test_two_processes_share_a_file(portal: Emulator, ask: Ask, tmp_path: Path) -> None:
    grant = portal.oauth()
    one, two = (of_grant(grant, store=FileTokenStore(tmp_path / "t.json")) for _ in range(2))
    for _ in range(3):
        portal.expire_tokens()
        await one.refresh(one.generation, ask)
        await two.refresh(two.generation, ask)
        assert await is_let_in(one)
        assert await is_let_in(two)
    assert [request.method for request in portal.requests].count("oauth/token") == 3


async def test_two_processes_that_refresh_at_once_end_with_the_same_tokens(
    portal: Emulator, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oauth_module, "_LOOKS", (0.0, *[0.01] * 500))
    grant = portal.oauth()
    many = [of_grant(grant, store=FileTokenStore(tmp_path / "t.json")) for _ in range(5)]
    portal.expire_tokens()
    await asyncio.gather(*(each.refresh(0, ask) for each in many))
    assert len({bearer(each) for each in many}) == 1
    assert await is_let_in(many[0])


@pytest.mark.parametrize(
    "fault", ["drop", "cut", "truncated", "empty", "html", "bad_gateway", "redirect"]
)
async def test_a_fault_on_the_way_costs_one_call(portal: Emulator, ask: Ask, fault: str) -> None:
    oauth = of_grant(portal.oauth())
    portal.expire_tokens()
    # aiohttp asks a second time by itself when a connection was closed on a GET.
    portal.inject(fault, match="oauth/token", when="before", times=2 if fault == "drop" else 1)
    assert isinstance(await error_of(oauth.refresh(0, ask)), NotSent)
    assert await oauth.refresh(0, ask)
    assert await is_let_in(oauth)


async def test_the_portal_may_have_moved(portal: Emulator, ask: Ask) -> None:
    oauth = of_grant(portal.oauth())
    portal.tell_endpoint(portal.endpoint.replace("127.0.0.1", "localhost"))
    await oauth.refresh(0, ask)
    assert oauth.host == "localhost"
    assert oauth.plain_hosts == ("localhost", "127.0.0.1")
    assert await is_let_in(oauth)
