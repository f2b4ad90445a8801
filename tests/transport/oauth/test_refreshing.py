"""One refresh for all who wait, and one error for each of them when it fails."""

import asyncio

import pytest

from bitrix_scrum_async.errors import InvalidCall, InvalidCredentials, NotSent, OutcomeUnknown
from tests.transport.shown import all_shown

from .authorization import WAITERS, Server, answer, application, bearer, error_of, errors_of

pytestmark = pytest.mark.anyio


async def test_one_refresh_serves_all_who_wait(server: Server) -> None:
    oauth = application()
    outcomes = await asyncio.gather(*(oauth.refresh(0, server.ask) for _ in range(WAITERS)))
    assert outcomes == [True] * WAITERS
    assert server.queries == [
        {
            "grant_type": "refresh_token",
            "client_id": "local.1",
            "client_secret": "hunter2-client",
            "refresh_token": "hunter2-refresh-0",
        }
    ]
    assert (bearer(oauth), oauth.generation) == ("hunter2-access-1", 1)


async def test_who_comes_late_with_an_old_token_gets_the_new_one(server: Server) -> None:
    oauth = application()
    await oauth.refresh(0, server.ask)
    assert await oauth.refresh(0, server.ask)
    assert len(server.queries) == 1


async def test_each_refresh_uses_the_token_of_the_one_before(server: Server) -> None:
    oauth = application()
    for generation in range(3):
        assert await oauth.refresh(generation, server.ask)
    assert server.asked_with == [0, 1, 2]
    assert bearer(oauth) == "hunter2-access-3"


async def test_a_generation_that_never_was_is_taken_for_the_latest(server: Server) -> None:
    oauth = application()
    assert await oauth.refresh(99, server.ask)
    assert len(server.queries) == 1


async def test_when_it_fails_each_gets_the_error_and_the_next_tries_anew(server: Server) -> None:
    oauth = application()
    server.failures = [OutcomeUnknown("no answer: not in time", method="oauth/token")]
    errors = await errors_of(*(oauth.refresh(0, server.ask) for _ in range(WAITERS)))
    assert len({id(error) for error in errors}) == WAITERS
    for error in errors:
        assert isinstance(error, NotSent)
        assert "could not be refreshed: no answer: not in time" in str(error)
        assert "hunter2" not in all_shown(error)
    assert len(server.queries) == 1
    assert await oauth.refresh(0, server.ask)
    assert len(server.queries) == 2


async def test_a_refusal_is_told_as_it_is(server: Server) -> None:
    server.failures = [answer({"error": "invalid_client"}, 401)]
    error = await error_of(application().refresh(0, server.ask))
    assert isinstance(error, InvalidCredentials)
    assert len(server.queries) == 1


async def test_a_closed_session_is_no_failure_of_the_server(server: Server) -> None:
    server.failures = [InvalidCall("the session is closed", method="oauth/token")]
    assert isinstance(await error_of(application().refresh(0, server.ask)), InvalidCall)


async def test_without_a_refresh_token_nothing_can_be_renewed(server: Server) -> None:
    oauth = application(refresh_token=None)
    assert not await oauth.refresh(0, server.ask)
    assert not server.queries


async def test_without_an_access_token_the_first_request_gets_one(server: Server) -> None:
    oauth = application(access_token=None)
    await asyncio.gather(*(oauth.prepare(server.ask) for _ in range(WAITERS)))
    assert bearer(oauth) == "hunter2-access-1"
    assert len(server.queries) == 1


async def test_with_tokens_there_is_nothing_to_prepare(server: Server) -> None:
    oauth = application()
    await oauth.prepare(server.ask)
    await oauth.settle()
    assert not server.queries
