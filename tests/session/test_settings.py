"""What a session is made of and shows, and that the limits of a portal are shared and kept."""

import aiohttp
import pytest

from bitrix_scrum_async import (
    BatchLimits,
    Effect,
    InvalidCall,
    Limits,
    PortalSession,
    RetryPolicy,
    Timeouts,
    Webhook,
)
from bitrix_scrum_async.emulator import Emulator
from tests.clocks import VirtualClock

pytestmark = pytest.mark.anyio


def test_a_session_shows_its_portal_and_not_its_secret() -> None:
    portal = PortalSession(Webhook("https://acme.example/rest/7/secretcode/"))
    assert repr(portal) == "PortalSession(Webhook('https://acme.example/rest/7/***/'))"
    assert portal.host == "acme.example"
    assert PortalSession("https://acme.example:8443/rest/7/x/").host == "acme.example:8443"


@pytest.mark.parametrize("host", ["acme.example", "192.168.0.7"])
def test_plain_http_to_another_machine_is_refused(host: str) -> None:
    address = f"http://{host}/rest/1/secretcode/"
    with pytest.raises(InvalidCall, match="allow_http=True") as caught:
        PortalSession(address)
    assert "secretcode" not in str(caught.value)
    PortalSession(address, allow_http=True)


def test_settings_are_taken_in_the_order_that_is_documented() -> None:
    assert Limits(5, 1.0, 3, 60.0) == Limits(
        burst=5, per_second=1.0, concurrency=3, operating_seconds=60.0
    )
    assert BatchLimits(10) == BatchLimits(max_commands=10)
    assert Timeouts(1.0, 2.0, 3.0) == Timeouts(connect=1.0, answer=2.0, total=3.0)
    assert RetryPolicy(2, 30.0) == RetryPolicy(attempts=2, max_wait=30.0)


async def test_an_http_client_that_was_given_is_used_and_left_open(emulator: Emulator) -> None:
    async with aiohttp.ClientSession() as client:
        async with PortalSession(emulator.webhook, http=client) as portal:
            await portal.call("profile", effect=Effect.READ)
        assert not client.closed


async def test_the_portal_never_refuses_what_went_through_the_bucket() -> None:
    async with Emulator(limits="cloud") as emulator:
        limits = Limits(burst=50, per_second=2.0)
        async with PortalSession(emulator.webhook, limits=limits) as portal:
            for _ in range(50):
                await portal.call("profile", effect=Effect.READ)
    assert {request.status for request in emulator.requests} == {200}


async def test_a_closed_session_holds_no_other_back() -> None:
    clock = VirtualClock()
    async with Emulator(limits="off") as emulator:
        async with PortalSession(
            emulator.webhook, limits=Limits(burst=1, per_second=0.1), clock=clock
        ) as strict:
            await strict.users.current()
        async with PortalSession(emulator.webhook, clock=clock) as portal:
            await portal.users.current()
    assert clock.slept == []
