"""The way to the portal: redirects, plain http, proxies, TLS, and a client of the caller's own."""

import ssl
from collections.abc import AsyncGenerator

import aiohttp
import pytest

from bitrix_scrum_async import (
    Effect,
    InvalidCall,
    NotSent,
    PortalMoved,
    PortalSession,
    RetryPolicy,
    Webhook,
    __version__,
)
from bitrix_scrum_async.emulator import Emulator
from tests.sprints import sprint

from .proxy import proxy
from .world import LoopClock, application, world

pytestmark = pytest.mark.anyio

ONCE = RetryPolicy(attempts=1)


@pytest.fixture
async def secure() -> AsyncGenerator[Emulator, None]:
    """A portal that speaks https, with a certificate that nobody knows."""
    async with Emulator(tls=True, clock=LoopClock()) as emulator:
        yield emulator


async def ask(portal: PortalSession) -> None:
    """Use a session twice, alone and in a batch, and close it."""
    async with portal:
        await portal.call("profile", effect=Effect.READ)
        await portal.batch(*(portal.call("profile", effect=Effect.READ) for _ in range(2)))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("number", [1, 3], ids=["alone", "in a batch"])
async def test_a_redirect_is_told_and_its_target_gets_nothing(number: int, status: int) -> None:
    async with world() as here, world() as new:
        secret = new.emulator.webhook
        here.emulator.inject("redirect", location=f"{secret}batch", status=status, times=None)
        got = await here.send(*(sprint(here.portal, n) for n in range(number)))
        for error in got:
            assert isinstance(error, PortalMoved)
            assert error.location == new.emulator.address
            assert secret.split("/")[-2] not in f"{error} {error!r} {vars(error)}"
        assert len(here.emulator.requests) == 1
        assert new.emulator.requests == ()


@pytest.mark.parametrize("host", ["acme.example", "10.0.0.1", "127.0.0.1.acme.example"])
def test_plain_http_leaves_this_machine_only_on_purpose(host: str) -> None:
    address = f"http://{host}/rest/1/secretcode/"
    for auth in (address, Webhook(address)):
        with pytest.raises(InvalidCall, match="allow_http=True") as caught:
            PortalSession(auth)
        assert "secretcode" not in str(caught.value)
        PortalSession(auth, allow_http=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "[::1]"])
def test_plain_http_within_this_machine_is_fine(host: str) -> None:
    PortalSession(f"http://{host}:8000/rest/1/secretcode/")


@pytest.mark.parametrize("number", [1, 3], ids=["alone", "in a batch"])
async def test_every_request_says_who_sends_it(number: int) -> None:
    async with world() as here:
        await here.send(*(sprint(here.portal, n) for n in range(number)))
        (request,) = here.emulator.requests
        assert request.http_method == "POST"
        assert request.headers["user-agent"] == f"bitrix-scrum-async/{__version__}"
        assert request.headers["content-type"] == "application/json"
        assert request.headers["accept"] == "application/json"


async def test_a_renewal_of_tokens_says_who_sends_it() -> None:
    async with world(by_oauth=True) as here:
        here.emulator.expire_tokens()
        await here.send(sprint(here.portal))
        assert [request.method for request in here.emulator.requests][1] == "oauth/token"
        names = {request.headers["user-agent"] for request in here.emulator.requests}
        assert names == {f"bitrix-scrum-async/{__version__}"}


async def test_an_unknown_certificate_is_not_accepted(secure: Emulator) -> None:
    with pytest.raises(NotSent, match="certificate"):
        await ask(PortalSession(secure.webhook, retry=ONCE))
    assert secure.requests == ()


async def test_a_context_of_the_callers_own_is_used(secure: Emulator) -> None:
    await ask(PortalSession(secure.webhook, ssl=secure.client_tls()))
    assert len(secure.requests) == 2


async def test_who_wants_no_verification_has_to_say_so(secure: Emulator) -> None:
    await ask(PortalSession(secure.webhook, ssl=False))
    assert len(secure.requests) == 2


async def test_a_client_of_the_callers_own_brings_its_certificates(secure: Emulator) -> None:
    connector = aiohttp.TCPConnector(ssl=secure.client_tls())
    async with aiohttp.ClientSession(connector=connector, headers={"X-Trace": "7"}) as client:
        await ask(PortalSession(secure.webhook, http=client))
        assert not client.closed
    assert [request.headers["x-trace"] for request in secure.requests] == ["7", "7"]


async def test_a_context_given_beside_the_client_comes_first(secure: Emulator) -> None:
    strict = aiohttp.TCPConnector(ssl=ssl.create_default_context())
    async with aiohttp.ClientSession(connector=strict) as client:
        with pytest.raises(NotSent):
            await ask(PortalSession(secure.webhook, http=client, retry=ONCE))
        await ask(PortalSession(secure.webhook, http=client, ssl=secure.client_tls()))


async def test_a_proxy_carries_everything_and_sees_no_secret(secure: Emulator) -> None:
    async with proxy() as between:
        await ask(PortalSession(secure.webhook, proxy=between.address, ssl=secure.client_tls()))
        assert len(secure.requests) == 2
        assert between.asked
        for head in between.asked:
            assert head.startswith(f"CONNECT {secure.address.removeprefix('https://')} HTTP/1.1")
            assert secure.webhook.split("/")[-2] not in head


async def test_a_client_of_the_callers_own_brings_its_proxy(secure: Emulator) -> None:
    connector = aiohttp.TCPConnector(ssl=secure.client_tls())
    async with (
        proxy() as between,
        aiohttp.ClientSession(connector=connector, proxy=between.address) as client,
    ):
        await ask(PortalSession(secure.webhook, http=client))
        assert between.asked
    assert len(secure.requests) == 2


async def test_a_proxy_that_refuses_has_sent_nothing(secure: Emulator) -> None:
    async with proxy() as between:
        between.refuses = True
        address = between.address.replace("//", "//user:password@")
        portal = PortalSession(
            secure.webhook, proxy=address, ssl=secure.client_tls(), clock=LoopClock()
        )
        async with portal:
            added = portal.call("profile")
            with pytest.raises(NotSent, match="the proxy said 407") as caught:
                await added
            assert "password" not in str(caught.value)
            assert len(between.asked) == 5
            between.refuses = False
            await added  # nothing was sent, so it may be sent again
    assert len(secure.requests) == 1


async def test_a_proxy_that_is_not_there_has_sent_nothing(secure: Emulator) -> None:
    async with proxy() as gone:
        address = gone.address
    portal = PortalSession(secure.webhook, proxy=address, ssl=secure.client_tls(), retry=ONCE)
    with pytest.raises(NotSent):
        await ask(portal)
    assert secure.requests == ()


async def test_tokens_are_renewed_through_the_proxy_too() -> None:
    async with Emulator(tls=True, clock=LoopClock()) as secure, proxy() as between:
        auth = application(secure)
        secure.expire_tokens()
        await ask(PortalSession(auth, proxy=between.address, ssl=secure.client_tls()))
        methods = [request.method for request in secure.requests]
        assert methods == ["profile", "oauth/token", "profile", "batch"]
        assert between.asked
