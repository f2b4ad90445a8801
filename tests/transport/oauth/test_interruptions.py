"""Waiters that are cancelled, refreshes that are, and event loops that end: no token is lost."""

import asyncio
import threading
from pathlib import Path

import anyio
import pytest

from bitrix_scrum_async.errors import NotSent
from bitrix_scrum_async.transport.oauth import OAuth
from bitrix_scrum_async.transport.tokens import FileTokenStore, MemoryTokenStore, Tokens

from .authorization import Server, application, bearer, error_of, errors_of

pytestmark = pytest.mark.anyio


async def test_a_cancelled_waiter_does_not_take_the_refresh_along(server: Server) -> None:
    gate = server.hold()
    oauth = application()
    waiters = [asyncio.ensure_future(oauth.refresh(0, server.ask)) for _ in range(3)]
    await anyio.wait_all_tasks_blocked()
    waiters[0].cancel()  # the one that began it
    with anyio.move_on_after(0) as scope:
        await oauth.refresh(0, server.ask)
    assert scope.cancelled_caught
    gate.set()
    assert await waiters[1]
    assert await waiters[2]
    assert waiters[0].cancelled()
    assert len(server.queries) == 1


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


async def test_a_failure_that_nobody_waits_for_makes_no_noise(server: Server) -> None:
    server.failures = [NotSent("no connection: hunter2")]
    oauth = application()
    waiter = asyncio.ensure_future(oauth.refresh(0, server.ask))
    await asyncio.sleep(0)
    waiter.cancel()
    await errors_of(waiter)
    await oauth.settle()
    del oauth, waiter


async def test_settling_waits_for_the_refresh_and_can_be_left(server: Server) -> None:
    gate = server.hold()
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
    gate.set()
    await settling
    assert await store.load() is not None


async def test_a_refresh_that_is_cancelled_itself_is_told_and_done_again(server: Server) -> None:
    server.hold()
    oauth = application()
    before = asyncio.all_tasks()
    waiter = asyncio.ensure_future(oauth.refresh(0, server.ask))
    await anyio.wait_all_tasks_blocked()
    for task in asyncio.all_tasks() - before - {waiter}:
        task.cancel()
    error = await error_of(waiter)
    assert isinstance(error, NotSent)
    assert "it was interrupted" in str(error)
    server.begin_again()
    assert await oauth.refresh(0, server.ask)


async def given_up(oauth: OAuth, server: Server) -> None:
    """Wait for a refresh, but not to its end."""
    with anyio.move_on_after(0.01):
        await oauth.refresh(0, server.ask)


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
    server.hold()
    asyncio.run(given_up(oauth, server))
    server.begin_again()
    assert asyncio.run(oauth.refresh(0, server.ask))
    asyncio.run(oauth.settle())


def test_a_loop_that_stands_still_is_not_waited_for(server: Server) -> None:
    oauth = application()
    server.hold()
    with asyncio.Runner() as runner:
        runner.run(given_up(oauth, server))
        server.begin_again()
        assert asyncio.run(oauth.refresh(0, server.ask))


def test_a_save_that_was_cut_off_is_done_again(server: Server) -> None:
    class Slow(MemoryTokenStore):
        async def save(self, tokens: Tokens) -> None:
            await asyncio.Event().wait()

    oauth = application(store=Slow())
    asyncio.run(given_up(oauth, server))
    assert bearer(oauth) == "hunter2-access-0"
    oauth._store = store = MemoryTokenStore()  # pyright: ignore[reportPrivateUsage]
    asyncio.run(oauth.prepare(server.ask))
    assert bearer(oauth) == "hunter2-access-1"
    assert asyncio.run(store.load()) is not None
    assert len(server.queries) == 1


async def test_two_threads_at_once_are_told_that_this_does_not_work(server: Server) -> None:
    gate = server.hold()
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
    gate.set()
    assert await waiter
