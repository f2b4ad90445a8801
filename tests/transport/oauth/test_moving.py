"""A portal may move to another address, but no token moves into the open."""

import pytest

from bitrix_scrum_async.errors import InvalidCall, NotSent
from bitrix_scrum_async.transport.tokens import MemoryTokenStore

from .authorization import ENDPOINT, Server, application, error_of, pair, started

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (ENDPOINT, "https://renamed.example/rest/"),
        (ENDPOINT, "http://127.0.0.1:8080/rest/"),
        ("http://acme.example/rest/", "http://renamed.example/rest/"),
    ],
)
async def test_the_address_that_comes_with_new_tokens_counts(
    server: Server, old: str, new: str
) -> None:
    server.extra = {"client_endpoint": new}
    oauth = application(endpoint=old, store=MemoryTokenStore())
    assert await oauth.refresh(0, server.ask)
    assert oauth.url("") == new


@pytest.mark.parametrize("old", [ENDPOINT, "http://localhost/rest/"])
async def test_a_token_does_not_move_into_the_open(server: Server, old: str) -> None:
    """The new tokens are not lost: they are stored for the address that is known."""
    server.extra = {"client_endpoint": "http://renamed.example/rest/"}
    store = MemoryTokenStore()
    oauth = application(endpoint=old, store=store)
    error = await error_of(oauth.refresh(0, server.ask))
    assert isinstance(error, NotSent)
    assert "moved to http://renamed.example, where everyone" in str(error)
    assert oauth.url("") == old
    stored = await store.load()
    assert stored is not None
    assert (stored.endpoint, stored.access_token) == (old, "hunter2-access-1")


async def test_stored_tokens_do_not_lead_into_the_open(server: Server) -> None:
    oauth = application(store=MemoryTokenStore(pair(7, endpoint="http://renamed.example/rest/")))
    error = await error_of(oauth.prepare(server.ask))
    assert isinstance(error, InvalidCall)
    assert "http://renamed.example" in str(error)
    assert oauth.host == "acme.bitrix24.com"


async def test_stored_tokens_of_another_host_are_used_with_a_warning(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere = pair(7, endpoint="https://other.example/rest/")
    await started(server, store=MemoryTokenStore(elsewhere))
    assert "the stored tokens are for other.example, not for acme.bitrix24.com" in caplog.text
