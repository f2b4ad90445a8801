"""Which tokens count when others have used them, and when the server knows them no more."""

import time
from collections.abc import Mapping

import pytest

from bitrix_scrum_async.errors import AuthError, NotSent
from bitrix_scrum_async.transport.raw import RawAnswer
from bitrix_scrum_async.transport.tokens import MemoryTokenStore

from .authorization import Server, answer, application, bearer, error_of, pair, started

pytestmark = pytest.mark.anyio


async def test_tokens_of_another_process_are_taken_over_without_a_refresh(server: Server) -> None:
    store = MemoryTokenStore()
    oauth = await started(server, store=store)
    await store.save(pair(7, expires_at=time.time() + 1800))
    assert await oauth.refresh(0, server.ask)
    assert (bearer(oauth), oauth.generation) == ("hunter2-access-7", 1)
    assert not server.queries


async def test_those_that_have_expired_there_are_renewed_at_once(server: Server) -> None:
    store = MemoryTokenStore()
    oauth = await started(server, store=store)
    server.good.add("hunter2-refresh-7")
    await store.save(pair(7, expires_at=time.time() - 1))
    assert await oauth.refresh(0, server.ask)
    assert server.asked_with == [7]
    assert bearer(oauth) == "hunter2-access-1"


async def test_a_refused_token_may_have_been_used_by_another_process(server: Server) -> None:
    store = MemoryTokenStore()
    oauth = application(store=store)

    async def ask(url: str, query: Mapping[str, str]) -> RawAnswer:
        server.good.clear()
        await store.save(pair(7))  # meanwhile
        return await server.ask(url, query)

    assert await oauth.refresh(0, ask)
    assert bearer(oauth) == "hunter2-access-7"
    assert len(server.queries) == 1


async def test_the_tokens_given_count_when_the_stored_ones_are_dead(server: Server) -> None:
    """Somebody has authorised the application again, by hand."""
    store = MemoryTokenStore(pair(7))
    oauth = await started(server, store=store)
    assert bearer(oauth) == "hunter2-access-7"
    assert await oauth.refresh(oauth.generation, server.ask)
    assert server.asked_with == [7, 0]
    assert bearer(oauth) == "hunter2-access-1"
    stored = await store.load()
    assert stored is not None
    assert stored.access_token == "hunter2-access-1"


async def test_when_all_are_dead_a_user_has_to_act(server: Server) -> None:
    server.good.clear()
    oauth = await started(server, store=MemoryTokenStore(pair(7)))
    error = await error_of(oauth.refresh(oauth.generation, server.ask))
    assert type(error) is AuthError
    assert "authorise the application again" in str(error)
    assert server.asked_with == [7, 0]


async def test_the_tokens_given_are_not_tried_a_second_time_once_used(server: Server) -> None:
    oauth = application()
    await oauth.refresh(0, server.ask)
    server.good.clear()
    await error_of(oauth.refresh(1, server.ask))
    assert server.asked_with == [0, 1]


async def test_a_lost_answer_does_not_spoil_the_tokens_given(server: Server) -> None:
    oauth = await started(server, store=MemoryTokenStore(pair(7)))
    dead = answer({"error": "invalid_grant"}, 400)
    server.failures = [dead, NotSent("no connection")]
    assert isinstance(await error_of(oauth.refresh(1, server.ask)), NotSent)
    assert await oauth.refresh(1, server.ask)
    assert bearer(oauth) == "hunter2-access-1"
