"""Tokens come from the store, and are safe in it before anything else learns of them."""

import asyncio
import time
from typing import Any

import pytest

from bitrix_scrum_async.errors import InvalidCall, NotSent
from bitrix_scrum_async.transport.tokens import MemoryTokenStore, Tokens

from .authorization import (
    WAITERS,
    FailingStore,
    Server,
    application,
    bearer,
    error_of,
    pair,
    started,
)

pytestmark = pytest.mark.anyio

# What a store raises, and what is told of it: nothing of its own words.
TROUBLES = [
    (OSError(28, "hunter2", "/there/tokens.json"), "No space left on device (/there/tokens.json)"),
    (OSError("hunter2"), "OSError"),
    (OSError("hunter2", "hunter2"), "OSError"),
    (TimeoutError(), "TimeoutError"),
    (KeyError("hunter2"), "KeyError"),
    (InvalidCall("it is broken"), "it is broken"),
]


async def test_stored_tokens_come_first_and_are_loaded_once(server: Server) -> None:
    class Counting(MemoryTokenStore):
        loads = 0

        async def load(self) -> Tokens | None:
            self.loads += 1
            return await super().load()

    store = Counting(pair(7, endpoint="https://renamed.bitrix24.com/rest/"))
    oauth = application(store=store)
    await asyncio.gather(*(oauth.prepare(server.ask) for _ in range(WAITERS)))
    await oauth.prepare(server.ask)
    assert (bearer(oauth), oauth.host) == ("hunter2-access-7", "renamed.bitrix24.com")
    assert store.loads == 1


async def test_an_empty_store_begins_with_the_tokens_given(server: Server) -> None:
    store = MemoryTokenStore()
    oauth = await started(server, store=store)
    assert bearer(oauth) == "hunter2-access-0"
    assert await store.load() is None
    await oauth.refresh(0, server.ask)
    stored = await store.load()
    assert stored is not None
    assert stored.access_token == "hunter2-access-1"
    assert stored.expires_at == pytest.approx(time.time() + 3600, abs=60)


async def test_an_empty_store_and_no_tokens_are_told(server: Server) -> None:
    oauth = application(access_token=None, refresh_token=None, store=MemoryTokenStore())
    error = await error_of(oauth.prepare(server.ask))
    assert isinstance(error, InvalidCall)
    assert "neither given nor in the store" in str(error)


async def test_tokens_and_address_are_stored_before_they_are_used(server: Server) -> None:
    seen: list[tuple[str, str, str]] = []

    class Watching(MemoryTokenStore):
        async def save(self, tokens: Tokens) -> None:
            seen.append((tokens.endpoint, bearer(oauth), oauth.host))
            await super().save(tokens)

    server.extra = {"client_endpoint": "https://renamed.bitrix24.com/rest/"}
    oauth = application(store=Watching())
    await oauth.refresh(0, server.ask)
    assert seen == [("https://renamed.bitrix24.com/rest/", "hunter2-access-0", "acme.bitrix24.com")]
    assert (bearer(oauth), oauth.host) == ("hunter2-access-1", "renamed.bitrix24.com")


@pytest.mark.parametrize("again", ["refresh", "prepare"])
@pytest.mark.parametrize(("trouble", "said"), TROUBLES)
async def test_tokens_that_could_not_be_stored_are_kept_and_not_used(
    server: Server, trouble: Exception, said: str, again: str
) -> None:
    store = FailingStore()
    store.save_fails = trouble
    oauth = application(store=store)
    for _ in range(2):
        error = await error_of(oauth.refresh(0, server.ask))
        assert said in str(error)
        assert isinstance(error, (NotSent, InvalidCall))
        assert (bearer(oauth), oauth.generation) == ("hunter2-access-0", 0)
    store.save_fails = None
    if again == "refresh":
        assert await oauth.refresh(0, server.ask)
    else:
        await oauth.prepare(server.ask)
    assert (bearer(oauth), oauth.generation) == ("hunter2-access-1", 1)
    assert await store.load() is not None
    assert len(server.queries) == 1  # the refresh token was spent once
    assert store.saves == 3


@pytest.mark.parametrize(("trouble", "said"), TROUBLES)
async def test_a_store_that_cannot_be_read_costs_no_refresh_token(
    server: Server, trouble: Exception, said: str
) -> None:
    store = FailingStore(pair(7))
    store.load_fails = trouble
    oauth = application(store=store)
    for work in (oauth.prepare(server.ask), oauth.refresh(0, server.ask)):
        assert said in str(await error_of(work))
    assert not server.queries
    store.load_fails = None
    await oauth.prepare(server.ask)
    assert bearer(oauth) == "hunter2-access-7"


async def test_a_store_gives_tokens_or_nothing(server: Server) -> None:
    store: Any = MemoryTokenStore()
    store._tokens = {"access_token": "hunter2"}
    error = await error_of(application(store=store).prepare(server.ask))
    assert "its load gave a value of type dict, not Tokens" in str(error)


async def test_a_listener_gets_the_tokens_when_they_are_safe(server: Server) -> None:
    store = FailingStore()
    told: list[tuple[Tokens, int]] = []

    def listener(tokens: Tokens) -> None:
        told.append((tokens, store.saves))

    oauth = application(store=store, on_refresh=listener)
    store.save_fails = OSError(28, "full")
    await error_of(oauth.refresh(0, server.ask))
    assert not told
    store.save_fails = None
    await oauth.refresh(0, server.ask)
    assert told == [(await store.load(), 2)]


async def test_what_a_listener_raises_is_logged_by_type_and_costs_nobody_anything(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    def listener(tokens: Tokens) -> None:
        raise KeyError(tokens.access_token)

    oauth = application(on_refresh=listener)
    assert await oauth.refresh(0, server.ask)
    assert "on_refresh failed: KeyError" in caplog.text
