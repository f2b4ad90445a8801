"""OAuth: one refresh for all who wait, and a refresh token that is never lost."""

import asyncio
import gc
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import anyio
import anyio.lowlevel
import orjson
import pytest

from bitrix_scrum_async.emulator import Emulator, OAuthGrant
from bitrix_scrum_async.errors import (
    AuthError,
    BitrixScrumError,
    InvalidCall,
    InvalidCredentials,
    NotSent,
    OutcomeUnknown,
)
from bitrix_scrum_async.transport import oauth as oauth_module
from bitrix_scrum_async.transport.auth import Ask
from bitrix_scrum_async.transport.oauth import OAuth
from bitrix_scrum_async.transport.raw import RawAnswer
from bitrix_scrum_async.transport.tokens import FileTokenStore, MemoryTokenStore, Tokens
from tests.transport.shown import all_shown

ENDPOINT = "https://acme.bitrix24.com/rest/"
WAITERS = 30


class Server:
    """An authorization server. Of each refresh token it knows whether it is still good."""

    def __init__(self) -> None:
        self.good = {"hunter2-refresh-0"}
        self.queries: list[dict[str, str]] = []
        self.failures: list[BitrixScrumError | RawAnswer] = []
        self.extra: dict[str, Any] = {}
        self.gate: asyncio.Event | None = None
        self._number = 0

    async def ask(self, url: str, query: Mapping[str, str]) -> RawAnswer:
        assert url == "https://oauth.bitrix.info/oauth/token/"
        self.queries.append(dict(query))
        failure = self.failures.pop(0) if self.failures else None
        if isinstance(failure, RawAnswer):
            return failure
        if failure is not None:
            raise failure
        token = query["refresh_token"]
        if token not in self.good:
            return answer({"error": "invalid_grant", "error_description": f"No {token}."}, 400)
        self.good.discard(token)
        tokens = self.issue()
        if self.gate is None:
            await anyio.lowlevel.checkpoint()
        else:
            await self.gate.wait()
        return answer({**tokens, "expires_in": 3600, **self.extra})

    def issue(self) -> dict[str, str]:
        """New tokens, as a user's consent gives them."""
        self._number += 1
        self.good.add(f"hunter2-refresh-{self._number}")
        return {
            "access_token": f"hunter2-access-{self._number}",
            "refresh_token": f"hunter2-refresh-{self._number}",
        }


def answer(value: Any, status: int = 200) -> RawAnswer:
    return RawAnswer(status, orjson.dumps(value), None)


def application(**options: Any) -> OAuth:
    given: dict[str, Any] = {
        "endpoint": ENDPOINT,
        "client_id": "local.1",
        "client_secret": "hunter2-client",
        "access_token": "hunter2-access-0",
        "refresh_token": "hunter2-refresh-0",
    }
    return OAuth(**{**given, **options})


def pair(number: int, **options: Any) -> Tokens:
    given: dict[str, Any] = {
        "access_token": f"hunter2-access-{number}",
        "refresh_token": f"hunter2-refresh-{number}",
        "endpoint": ENDPOINT,
    }
    return Tokens(**{**given, **options})


def bearer(oauth: OAuth) -> str:
    return oauth.headers()["Authorization"].removeprefix("Bearer ")


async def errors_of(*work: Awaitable[Any]) -> list[BaseException]:
    outcomes = await asyncio.gather(*work, return_exceptions=True)
    return [outcome for outcome in outcomes if isinstance(outcome, BaseException)]


async def error_of(work: Awaitable[Any]) -> BitrixScrumError:
    with pytest.raises(BitrixScrumError) as caught:
        await work
    assert "hunter2" not in all_shown(caught.value)
    return caught.value


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oauth_module, "_LOOKS", (0.0, 0.0))


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Any:
    """Whatever happens, no secret is logged, and no task dies unheard."""
    with caplog.at_level(logging.DEBUG):
        yield
        gc.collect()
    assert "hunter2" not in caplog.text
    assert "never retrieved" not in caplog.text


# What it is


def test_it_addresses_the_portal_with_the_access_token() -> None:
    oauth = application()
    assert (oauth.host, oauth.port, oauth.generation) == ("acme.bitrix24.com", 443, 0)
    assert oauth.url("batch") == "https://acme.bitrix24.com/rest/batch"
    assert oauth.headers() == {"Authorization": "Bearer hunter2-access-0"}


def test_it_shows_host_and_application_only() -> None:
    assert repr(application()) == "OAuth(acme.bitrix24.com, client_id='local.1', ***)"


def test_each_object_is_itself() -> None:
    assert application() != application()


@pytest.mark.parametrize(
    ("endpoint", "token_url", "plain"),
    [
        (ENDPOINT, "https://oauth.example/oauth/token/", ()),
        ("http://a.example/rest/", "https://oauth.example/", ("a.example",)),
        (ENDPOINT, "http://o.example/token", ("o.example",)),
        ("http://a.example/rest", "http://o.example", ("a.example", "o.example")),
        ("http://[::1]:80/rest/", "http://[::1]:81/oauth/token/", ("::1",)),
    ],
)
def test_it_says_which_hosts_get_a_secret_by_plain_http(
    endpoint: str, token_url: str, plain: tuple[str, ...]
) -> None:
    oauth = application(endpoint=endpoint, token_url=token_url)
    assert oauth.plain_hosts == plain
    assert oauth.secure is not bool(plain)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("endpoint", "https://acme.bitrix24.com/rest/1/hunter2/"),
        ("endpoint", "https://acme.bitrix24.com/rest/?auth=hunter2"),
        ("endpoint", "https://hunter2@acme.bitrix24.com/rest/"),
        ("endpoint", None),
        ("token_url", "https://oauth.bitrix.info/oauth/token/?client_secret=hunter2"),
        ("token_url", "https://me:hunter2@oauth.bitrix.info/oauth/token/"),
        ("token_url", "oauth.bitrix.info"),
        ("token_url", None),
        ("client_id", None),
        ("client_id", ""),
        ("client_id", "hunter2 blank"),
        ("client_id", 7),
        ("client_secret", None),
        ("client_secret", ""),
        ("client_secret", "hunter2\n"),
        ("access_token", ""),
        ("access_token", "hunter2\r\nX-Evil: 1"),
        ("access_token", b"hunter2"),
        ("refresh_token", ""),
        ("refresh_token", "hunter2\n"),
        ("store", "hunter2.json"),
        ("store", object()),
        ("on_refresh", "print"),
        ("on_refresh", anyio.sleep),
    ],
)
def test_nonsense_is_refused_without_repeating_it(name: str, value: Any) -> None:
    with pytest.raises(InvalidCall) as caught:
        application(**{name: value})
    assert caught.value.argument == name
    assert "hunter2" not in str(caught.value)


def test_without_any_token_there_is_nothing_to_begin_with() -> None:
    with pytest.raises(InvalidCall, match="a token or a store"):
        application(access_token=None, refresh_token=None)


# One refresh


@pytest.mark.anyio
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


@pytest.mark.anyio
async def test_who_comes_late_with_an_old_token_gets_the_new_one(server: Server) -> None:
    oauth = application()
    await oauth.refresh(0, server.ask)
    assert await oauth.refresh(0, server.ask)
    assert len(server.queries) == 1


@pytest.mark.anyio
async def test_each_refresh_uses_the_token_of_the_one_before(server: Server) -> None:
    oauth = application()
    for generation in range(3):
        assert await oauth.refresh(generation, server.ask)
    assert [query["refresh_token"][-1] for query in server.queries] == ["0", "1", "2"]
    assert bearer(oauth) == "hunter2-access-3"


@pytest.mark.anyio
async def test_a_generation_that_never_was_is_taken_for_the_latest(server: Server) -> None:
    oauth = application()
    assert await oauth.refresh(99, server.ask)
    assert len(server.queries) == 1


@pytest.mark.anyio
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


@pytest.mark.anyio
async def test_a_refusal_is_told_as_it_is(server: Server) -> None:
    server.failures = [answer({"error": "invalid_client"}, 401)]
    error = await error_of(application().refresh(0, server.ask))
    assert isinstance(error, InvalidCredentials)
    assert len(server.queries) == 1


@pytest.mark.anyio
async def test_a_closed_session_is_no_failure_of_the_server(server: Server) -> None:
    server.failures = [InvalidCall("the session is closed", method="oauth/token")]
    assert isinstance(await error_of(application().refresh(0, server.ask)), InvalidCall)


@pytest.mark.anyio
async def test_without_a_refresh_token_nothing_can_be_renewed(server: Server) -> None:
    oauth = application(refresh_token=None)
    assert not await oauth.refresh(0, server.ask)
    assert not server.queries


@pytest.mark.anyio
async def test_without_an_access_token_the_first_request_gets_one(server: Server) -> None:
    oauth = application(access_token=None)
    await asyncio.gather(*(oauth.prepare(server.ask) for _ in range(WAITERS)))
    assert bearer(oauth) == "hunter2-access-1"
    assert len(server.queries) == 1


@pytest.mark.anyio
async def test_with_tokens_there_is_nothing_to_prepare(server: Server) -> None:
    oauth = application()
    await oauth.prepare(server.ask)
    await oauth.settle()
    assert not server.queries


# Cancellation, and the ends of event loops


@pytest.mark.anyio
async def test_a_cancelled_waiter_does_not_take_the_refresh_along(server: Server) -> None:
    server.gate = asyncio.Event()
    oauth = application()
    waiters = [asyncio.ensure_future(oauth.refresh(0, server.ask)) for _ in range(3)]
    await anyio.wait_all_tasks_blocked()
    waiters[0].cancel()  # the one that began it
    with anyio.move_on_after(0) as scope:
        await oauth.refresh(0, server.ask)
    assert scope.cancelled_caught
    server.gate.set()
    assert await waiters[1]
    assert await waiters[2]
    assert waiters[0].cancelled()
    assert len(server.queries) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("steps", range(12))
async def test_cancelled_anywhere_the_new_tokens_are_stored(server: Server, steps: int) -> None:
    store = MemoryTokenStore()
    oauth = application(store=store)
    waiter = asyncio.ensure_future(oauth.refresh(0, server.ask))
    for _ in range(steps):
        await asyncio.sleep(0)
    waiter.cancel()
    await errors_of(waiter)
    await oauth.settle()
    if server.queries:
        assert await store.load() is not None
    assert await oauth.refresh(0, server.ask)
    assert len(server.queries) == 1
    assert bearer(oauth) == "hunter2-access-1"


@pytest.mark.anyio
async def test_a_failure_that_nobody_waits_for_makes_no_noise(server: Server) -> None:
    server.failures = [NotSent("no connection: hunter2")]
    oauth = application()
    waiter = asyncio.ensure_future(oauth.refresh(0, server.ask))
    await asyncio.sleep(0)
    waiter.cancel()
    await errors_of(waiter)
    await oauth.settle()
    del oauth, waiter


@pytest.mark.anyio
async def test_settling_waits_for_the_refresh_and_can_be_left(server: Server) -> None:
    server.gate = asyncio.Event()
    store = MemoryTokenStore()
    oauth = application(store=store)
    waiter = asyncio.ensure_future(oauth.refresh(0, server.ask))
    await anyio.wait_all_tasks_blocked()
    with anyio.move_on_after(0):
        await oauth.settle()
    assert not waiter.done()
    waiter.cancel()
    settling = asyncio.ensure_future(oauth.settle())
    await anyio.wait_all_tasks_blocked()
    assert not settling.done()
    server.gate.set()
    await settling
    assert await store.load() is not None


def test_one_object_serves_one_event_loop_after_the_other(server: Server, tmp_path: Path) -> None:
    oauth = application(store=FileTokenStore(tmp_path / "tokens.json"))

    async def once() -> bool:
        await oauth.prepare(server.ask)
        return await oauth.refresh(oauth.generation, server.ask)

    assert asyncio.run(once())
    assert asyncio.run(once())
    assert bearer(oauth) == "hunter2-access-2"


def test_a_loop_that_ends_in_the_middle_leaves_nothing_behind(server: Server) -> None:
    oauth = application()

    async def interrupted() -> None:
        server.gate = asyncio.Event()
        with anyio.move_on_after(0.01):
            await oauth.refresh(0, server.ask)

    asyncio.run(interrupted())
    server.gate = None
    server.good.add("hunter2-refresh-0")
    assert asyncio.run(oauth.refresh(0, server.ask))
    asyncio.run(oauth.settle())


def test_a_save_that_was_cut_off_is_done_again(server: Server) -> None:
    class Slow(MemoryTokenStore):
        async def save(self, tokens: Tokens) -> None:
            await asyncio.Event().wait()

    oauth = application(store=Slow())

    async def interrupted() -> None:
        with anyio.move_on_after(0.01):
            await oauth.refresh(0, server.ask)

    asyncio.run(interrupted())
    assert bearer(oauth) == "hunter2-access-0"
    oauth._store = store = MemoryTokenStore()  # pyright: ignore[reportPrivateUsage]
    asyncio.run(oauth.prepare(server.ask))
    assert bearer(oauth) == "hunter2-access-1"
    assert asyncio.run(store.load()) is not None
    assert len(server.queries) == 1


@pytest.mark.anyio
async def test_a_refresh_that_is_cancelled_itself_is_told_and_done_again(server: Server) -> None:
    server.gate = asyncio.Event()
    oauth = application()
    before = asyncio.all_tasks()
    waiter = asyncio.ensure_future(oauth.refresh(0, server.ask))
    await anyio.wait_all_tasks_blocked()
    for task in asyncio.all_tasks() - before - {waiter}:
        task.cancel()
    error = await error_of(waiter)
    assert isinstance(error, NotSent)
    assert "it was interrupted" in str(error)
    server.gate = None
    server.good.add("hunter2-refresh-0")
    assert await oauth.refresh(0, server.ask)


def test_a_loop_that_stands_still_is_not_waited_for(server: Server) -> None:
    oauth = application()

    async def left() -> None:
        server.gate = asyncio.Event()
        with anyio.move_on_after(0.01):
            await oauth.refresh(0, server.ask)

    with asyncio.Runner() as runner:
        runner.run(left())
        server.gate = None
        server.good.add("hunter2-refresh-0")
        assert asyncio.run(oauth.refresh(0, server.ask))


@pytest.mark.anyio
async def test_two_threads_at_once_are_told_that_this_does_not_work(server: Server) -> None:
    server.gate = asyncio.Event()
    oauth = application()
    waiter = asyncio.ensure_future(oauth.refresh(0, server.ask))
    await anyio.wait_all_tasks_blocked()
    caught: list[BaseException] = []

    def other() -> None:
        caught.extend(asyncio.run(errors_of(oauth.refresh(0, server.ask), oauth.settle())))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert "in another event loop" in str(caught[0])
    server.gate.set()
    assert await waiter


# The store


@pytest.mark.anyio
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


@pytest.mark.anyio
async def test_an_empty_store_begins_with_the_tokens_given(server: Server) -> None:
    store = MemoryTokenStore()
    oauth = application(store=store)
    await oauth.prepare(server.ask)
    assert bearer(oauth) == "hunter2-access-0"
    assert await store.load() is None
    await oauth.refresh(0, server.ask)
    stored = await store.load()
    assert stored is not None
    assert stored.access_token == "hunter2-access-1"
    assert stored.expires_at == pytest.approx(time.time() + 3600, abs=60)


@pytest.mark.anyio
async def test_an_empty_store_and_no_tokens_are_told(server: Server) -> None:
    oauth = application(access_token=None, refresh_token=None, store=MemoryTokenStore())
    error = await error_of(oauth.prepare(server.ask))
    assert isinstance(error, InvalidCall)
    assert "neither given nor in the store" in str(error)


@pytest.mark.anyio
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


class Failing(MemoryTokenStore):
    """A store that fails as long as it is told to."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        super().__init__(tokens)
        self.load_fails: Exception | None = None
        self.save_fails: Exception | None = None
        self.saves = 0

    async def load(self) -> Tokens | None:
        if self.load_fails is not None:
            raise self.load_fails
        return await super().load()

    async def save(self, tokens: Tokens) -> None:
        self.saves += 1
        if self.save_fails is not None:
            raise self.save_fails
        await super().save(tokens)


TROUBLES = [
    (OSError(28, "hunter2", "/there/tokens.json"), "No space left on device (/there/tokens.json)"),
    (OSError("hunter2"), "OSError"),
    (OSError("hunter2", "hunter2"), "OSError"),
    (TimeoutError(), "TimeoutError"),
    (KeyError("hunter2"), "KeyError"),
    (InvalidCall("it is broken"), "it is broken"),
]


@pytest.mark.anyio
@pytest.mark.parametrize("again", ["refresh", "prepare"])
@pytest.mark.parametrize(("trouble", "said"), TROUBLES)
async def test_tokens_that_could_not_be_stored_are_kept_and_not_used(
    server: Server, trouble: Exception, said: str, again: str
) -> None:
    store = Failing()
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


@pytest.mark.anyio
@pytest.mark.parametrize(("trouble", "said"), TROUBLES)
async def test_a_store_that_cannot_be_read_costs_no_refresh_token(
    server: Server, trouble: Exception, said: str
) -> None:
    store = Failing(pair(7))
    store.load_fails = trouble
    oauth = application(store=store)
    for work in (oauth.prepare(server.ask), oauth.refresh(0, server.ask)):
        assert said in str(await error_of(work))
    assert not server.queries
    store.load_fails = None
    await oauth.prepare(server.ask)
    assert bearer(oauth) == "hunter2-access-7"


@pytest.mark.anyio
async def test_a_store_gives_tokens_or_nothing(server: Server) -> None:
    store: Any = MemoryTokenStore()
    store._tokens = {"access_token": "hunter2"}
    error = await error_of(application(store=store).prepare(server.ask))
    assert "its load gave a value of type dict, not Tokens" in str(error)


@pytest.mark.anyio
async def test_tokens_of_another_process_are_taken_over_without_a_refresh(server: Server) -> None:
    store = MemoryTokenStore()
    oauth = application(store=store)
    await oauth.prepare(server.ask)
    await store.save(pair(7, expires_at=time.time() + 1800))
    assert await oauth.refresh(0, server.ask)
    assert (bearer(oauth), oauth.generation) == ("hunter2-access-7", 1)
    assert not server.queries


@pytest.mark.anyio
async def test_those_that_have_expired_there_are_renewed_at_once(server: Server) -> None:
    store = MemoryTokenStore()
    oauth = application(store=store)
    await oauth.prepare(server.ask)
    server.good.add("hunter2-refresh-7")
    await store.save(pair(7, expires_at=time.time() - 1))
    assert await oauth.refresh(0, server.ask)
    assert [query["refresh_token"] for query in server.queries] == ["hunter2-refresh-7"]
    assert bearer(oauth) == "hunter2-access-1"


@pytest.mark.anyio
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


@pytest.mark.anyio
async def test_the_tokens_given_count_when_the_stored_ones_are_dead(server: Server) -> None:
    """Somebody has authorised the application again, by hand."""
    store = MemoryTokenStore(pair(7))
    oauth = application(store=store)
    await oauth.prepare(server.ask)
    assert bearer(oauth) == "hunter2-access-7"
    assert await oauth.refresh(oauth.generation, server.ask)
    assert [query["refresh_token"][-1] for query in server.queries] == ["7", "0"]
    assert bearer(oauth) == "hunter2-access-1"
    stored = await store.load()
    assert stored is not None
    assert stored.access_token == "hunter2-access-1"


@pytest.mark.anyio
async def test_when_all_are_dead_a_user_has_to_act(server: Server) -> None:
    server.good.clear()
    oauth = application(store=MemoryTokenStore(pair(7)))
    await oauth.prepare(server.ask)
    error = await error_of(oauth.refresh(oauth.generation, server.ask))
    assert type(error) is AuthError
    assert "authorise the application again" in str(error)
    assert [query["refresh_token"][-1] for query in server.queries] == ["7", "0"]


@pytest.mark.anyio
async def test_the_tokens_given_are_not_tried_a_second_time_once_used(server: Server) -> None:
    oauth = application()
    await oauth.refresh(0, server.ask)
    server.good.clear()
    await error_of(oauth.refresh(1, server.ask))
    assert [query["refresh_token"][-1] for query in server.queries] == ["0", "1"]


@pytest.mark.anyio
async def test_a_lost_answer_does_not_spoil_the_tokens_given(server: Server) -> None:
    oauth = application(store=MemoryTokenStore(pair(7)))
    await oauth.prepare(server.ask)
    dead = answer({"error": "invalid_grant"}, 400)
    server.failures = [dead, NotSent("no connection")]
    assert isinstance(await error_of(oauth.refresh(1, server.ask)), NotSent)
    assert await oauth.refresh(1, server.ask)
    assert bearer(oauth) == "hunter2-access-1"


# Where the portal may go


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("old", "new", "taken"),
    [
        (ENDPOINT, "https://renamed.example/rest/", True),
        (ENDPOINT, "http://127.0.0.1:8080/rest/", True),
        (ENDPOINT, "http://renamed.example/rest/", False),
        ("http://localhost/rest/", "http://renamed.example/rest/", False),
        ("http://acme.example/rest/", "http://renamed.example/rest/", True),
    ],
)
async def test_a_token_does_not_move_into_the_open(
    server: Server, old: str, new: str, taken: bool
) -> None:
    server.extra = {"client_endpoint": new}
    store = MemoryTokenStore()
    oauth = application(endpoint=old, store=store)
    if taken:
        assert await oauth.refresh(0, server.ask)
        assert oauth.url("") == new
        return
    error = await error_of(oauth.refresh(0, server.ask))
    assert isinstance(error, NotSent)
    assert "moved to http://renamed.example, where everyone" in str(error)
    # The new tokens are not lost: they are stored for the address that is known.
    assert oauth.url("") == old
    stored = await store.load()
    assert stored is not None
    assert (stored.endpoint, stored.access_token) == (old, "hunter2-access-1")


@pytest.mark.anyio
async def test_stored_tokens_do_not_lead_into_the_open(server: Server) -> None:
    oauth = application(store=MemoryTokenStore(pair(7, endpoint="http://renamed.example/rest/")))
    error = await error_of(oauth.prepare(server.ask))
    assert isinstance(error, InvalidCall)
    assert "http://renamed.example" in str(error)
    assert oauth.host == "acme.bitrix24.com"


@pytest.mark.anyio
async def test_stored_tokens_of_another_host_are_used_with_a_warning(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    oauth = application(store=MemoryTokenStore(pair(7, endpoint="https://other.example/rest/")))
    await oauth.prepare(server.ask)
    assert "the stored tokens are for other.example, not for acme.bitrix24.com" in caplog.text


# Who is told


@pytest.mark.anyio
async def test_a_listener_gets_the_tokens_when_they_are_safe(server: Server) -> None:
    store = Failing()
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


@pytest.mark.anyio
async def test_what_a_listener_raises_is_logged_by_type_and_costs_nobody_anything(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    def listener(tokens: Tokens) -> None:
        raise KeyError(tokens.access_token)

    oauth = application(on_refresh=listener)
    assert await oauth.refresh(0, server.ask)
    assert "on_refresh failed: KeyError" in caplog.text


# Against the emulator, over HTTP


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


@pytest.mark.anyio
async def test_a_portal_takes_the_new_token(portal: Emulator, ask: Ask) -> None:
    oauth = of_grant(portal.oauth())
    assert await is_let_in(oauth)
    portal.expire_tokens()
    assert not await is_let_in(oauth)
    await asyncio.gather(*(oauth.refresh(0, ask) for _ in range(WAITERS)))
    assert await is_let_in(oauth)
    assert [request.method for request in portal.requests].count("oauth/token") == 1


@pytest.mark.anyio
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


@pytest.mark.anyio
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


@pytest.mark.anyio
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


@pytest.mark.anyio
async def test_the_portal_may_have_moved(portal: Emulator, ask: Ask) -> None:
    oauth = of_grant(portal.oauth())
    portal.tell_endpoint(portal.endpoint.replace("127.0.0.1", "localhost"))
    await oauth.refresh(0, ask)
    assert oauth.host == "localhost"
    assert oauth.plain_hosts == ("localhost", "127.0.0.1")
    assert await is_let_in(oauth)
