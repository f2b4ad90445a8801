"""The service over real HTTP: users on one side, an emulated portal on the other."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import anyio
import pytest
from aiohttp import web

from bitrix_scrum_async import Limits, PortalSession, RetryPolicy, Timeouts
from bitrix_scrum_async.emulator import Emulator, Injection, VirtualClock
from examples import service

from .conftest import END, START, until

pytestmark = pytest.mark.anyio

Serve = Callable[..., Awaitable[aiohttp.ClientSession]]


@pytest.fixture
async def serve(emulator: Emulator) -> AsyncGenerator[Serve, None]:
    """Starts the service, as its `main` does, and gives a user's HTTP session with it."""
    async with AsyncExitStack() as stops:

        async def start(
            concurrency: int = 10, deadline: float = service.DEADLINE
        ) -> aiohttp.ClientSession:
            def open_session() -> PortalSession:
                return PortalSession(
                    emulator.webhook,
                    limits=Limits(concurrency=concurrency),
                    timeouts=Timeouts(answer=5 * deadline),
                    retry=RetryPolicy(attempts=2, waiting=False),
                )

            app = service.build_app(open_session, deadline=deadline)
            runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=2.0)
            await runner.setup()
            stops.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            return await stops.enter_async_context(
                aiohttp.ClientSession(
                    f"http://127.0.0.1:{runner.addresses[0][1]}",
                    connector=aiohttp.TCPConnector(limit=0),
                )
            )

        yield start


async def ask(user: aiohttp.ClientSession, path: str, **more: Any) -> tuple[int, Any]:
    """GET, or POST where there is something to send."""
    method = "POST" if more else "GET"
    async with user.request(method, path, **more) as response:
        return response.status, await response.json()


async def test_a_hundred_users_at_once_are_a_few_requests(
    serve: Serve, emulator: Emulator, portal: PortalSession
) -> None:
    for number in range(3):
        await portal.sprints.add(
            1, name=f"Sprint {number}", created_by=1, date_start=START, date_end=END
        )
    user = await serve()
    emulator.clear_requests()
    answers = await asyncio.gather(*(ask(user, "/groups/1/sprints") for _ in range(100)))
    assert {status for status, _ in answers} == {200}
    assert all(content == answers[0][1] for _, content in answers)
    assert [each["name"] for each in answers[0][1]["sprints"]] == [
        "Sprint 0",
        "Sprint 1",
        "Sprint 2",
    ]
    assert answers[0][1]["group"]["name"] == "Mobile app"
    # Each user's two calls make 200; alone they would be 200 requests and take the cloud 75 s.
    assert len(emulator.requests) <= 8


async def test_a_hundred_users_add_a_task_each(serve: Serve, emulator: Emulator) -> None:
    user = await serve()
    answers = await asyncio.gather(
        *(
            ask(
                user,
                "/groups/1/tasks",
                json={"title": f"Task {n}", "responsible_id": 2, "story_points": "3"},
            )
            for n in range(100)
        )
    )
    assert {status for status, _ in answers} == {201}
    assert {content["task"]["title"] for _, content in answers} == {f"Task {n}" for n in range(100)}
    assert len(emulator.state.tasks) == 100
    assert {item.story_points for item in emulator.state.items.values()} == {"3"}
    assert len(emulator.requests) <= 12


async def test_a_task_goes_into_the_sprint_that_is_named(
    serve: Serve, portal: PortalSession
) -> None:
    sprint = await portal.sprints.add(
        1, name="Sprint 1", created_by=1, date_start=START, date_end=END
    )
    user = await serve()
    wanted = {"title": "A $result[c0] text", "responsible_id": 1, "sprint_id": sprint.id}
    status, content = await ask(user, "/groups/1/tasks", json=wanted)
    assert (status, content["problem"]) == (201, None)
    status, content = await ask(user, f"/tasks/{content['task']['id']}")
    assert (status, content["place"]["entity_id"]) == (200, sprint.id)
    assert content["task"]["title"] == "A $result[c0] text"


async def test_a_sprint_of_another_group_takes_no_task(
    serve: Serve, portal: PortalSession, emulator: Emulator
) -> None:
    sprint = await portal.sprints.add(
        2, name="Theirs", created_by=1, date_start=START, date_end=END
    )
    user = await serve()
    wanted = {"title": "Mine", "responsible_id": 1, "sprint_id": sprint.id}
    status, content = await ask(user, "/groups/1/tasks", json=wanted)
    assert (status, content["error"]) == (409, f"sprint {sprint.id} belongs to group 2")
    assert not emulator.state.tasks


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("/groups/77/sprints", None, 404, "group"),
        ("/tasks/77", None, 404, "task"),
        ("/groups/0/sprints", None, 400, "group_id"),
        ("/groups/1/tasks", {"title": "", "responsible_id": 1}, 400, "title"),
        ("/groups/1/tasks", {"title": "One"}, 400, "a JSON object with title, responsible_id"),
        ("/groups/1/tasks", {"titel": "One"}, 400, "title, responsible_id"),
        ("/groups/1/tasks", [1], 400, "JSON object"),
        ("/groups/1/tasks", {"title": "One", "responsible_id": 99}, 422, "esponsible"),
        ("/groups/1/tasks", {"title": "One", "responsible_id": 1, "sprint_id": 9}, 404, "print"),
    ],
)
async def test_an_error_has_a_status_and_says_why(
    serve: Serve, emulator: Emulator, path: str, body: Any, status: int, says: str
) -> None:
    user = await serve()
    got, content = await ask(user, path, **({} if body is None else {"json": body}))
    assert got == status
    assert says in content["error"]
    assert not content["may_be_done"]
    assert not emulator.state.tasks


async def test_a_lost_answer_to_a_write_says_that_it_may_be_done(
    serve: Serve, emulator: Emulator
) -> None:
    emulator.inject("drop", match="tasks.task.add", when="after")
    user = await serve()
    status, content = await ask(user, "/groups/1/tasks", json={"title": "One", "responsible_id": 1})
    assert (status, content["may_be_done"]) == (504, True)
    assert len(emulator.state.tasks) == 1


async def test_a_lost_answer_to_a_read_is_asked_for_again(serve: Serve, emulator: Emulator) -> None:
    emulator.inject("drop", match="*workgroup.get", when="after")
    user = await serve()
    status, _ = await ask(user, "/groups/1/sprints")
    assert status == 200


async def test_a_task_that_cannot_be_placed_is_told_with_the_reason(
    serve: Serve, emulator: Emulator
) -> None:
    emulator.inject("OVERLOAD_LIMIT", match="tasks.api.scrum.task.update")
    user = await serve()
    wanted = {"title": "One", "responsible_id": 1, "story_points": "3"}
    status, content = await ask(user, "/groups/1/tasks", json=wanted)
    assert status == 201
    assert "OVERLOAD_LIMIT" in content["problem"]


async def test_a_user_does_not_wait_beyond_the_deadline(serve: Serve, emulator: Emulator) -> None:
    emulator.inject("hang", match="*workgroup.get")
    user = await serve(deadline=0.1)
    status, content = await ask(user, "/groups/1/sprints")
    assert (status, content["may_be_done"]) == (504, False)


async def test_a_read_of_a_user_who_went_away_never_reaches_the_portal(
    serve: Serve, emulator: Emulator, clock: VirtualClock
) -> None:
    """The only place in flight is taken; what waits behind it is taken back."""
    slow = emulator.inject("delay", match="user.current", seconds=1)
    user = await serve(concurrency=1)
    first = asyncio.create_task(ask(user, "/ready"))
    await until(lambda: slow.hits)
    with anyio.move_on_after(0.05):
        await ask(user, "/tasks/77")
    for _ in range(3):  # the service has heard of it by then
        await ask(user, "/health")
    clock.advance(1)
    assert (await first)[0] == 200
    assert (await ask(user, "/groups/1/sprints"))[0] == 200
    assert emulator.executed["tasks.task.get"] == 0


async def test_a_write_of_a_user_who_went_away_is_finished(
    serve: Serve, emulator: Emulator, clock: VirtualClock
) -> None:
    slow = emulator.inject("delay", match="tasks.task.add", seconds=1)
    user = await serve()
    wanted = {"title": "One", "responsible_id": 1, "story_points": "5"}
    gone = asyncio.create_task(ask(user, "/groups/1/tasks", json=wanted))
    await until(lambda: slow.hits)
    gone.cancel()
    await asyncio.wait([gone])
    for _ in range(3):
        await ask(user, "/health")
    clock.advance(1)
    await until(lambda: [item.story_points for item in emulator.state.items.values()] == ["5"])


async def test_health_asks_nobody_and_ready_asks_the_portal(
    serve: Serve, emulator: Emulator
) -> None:
    user = await serve()
    assert (await ask(user, "/health"))[0] == 200
    assert not emulator.requests
    assert await ask(user, "/ready") == (
        200,
        {"portal": emulator.address.removeprefix("http://"), "user": 1},
    )
    emulator.inject("INVALID_CREDENTIALS", times=None)
    assert (await ask(user, "/ready"))[0] == 503
    assert (await ask(user, "/health"))[0] == 200


@pytest.mark.skipif(sys.platform == "win32", reason="there it ends by Ctrl-C only")
async def test_a_signal_ends_it_when_what_was_asked_is_answered(
    emulator: Emulator, clock: VirtualClock
) -> None:
    slow = emulator.inject("delay", match="*workgroup.get", seconds=1)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-W", "error", "-c", PROGRAM),
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "BITRIX24_WEBHOOK": emulator.webhook},
    )
    try:
        with anyio.fail_after(60):
            rest = await until_a_signal(process, slow, clock)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0
    assert b"Traceback" not in rest
    assert emulator.webhook.encode() not in rest


async def until_a_signal(process: Process, slow: Injection, clock: VirtualClock) -> bytes:
    """Ask the service for something slow, end it meanwhile, and give what it has said."""
    assert process.stderr is not None
    said = await process.stderr.readline()
    port = int(said)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as user:
        asked = asyncio.create_task(ask(user, "/groups/1/sprints"))
        await until(lambda: slow.hits)
        process.send_signal(signal.SIGTERM)
        await until(lambda: nobody_listens(port))
        clock.advance(1)
        status, told = await asked
        assert status == 200, told
    rest = await process.stderr.read()
    await process.wait()
    return said + rest


def nobody_listens(port: int) -> bool:
    """Whether a port is free. Nobody connects to it: who came at the last moment had no answer."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


# On a free port, which it tells once it listens.
PROGRAM = """
import socket, sys
from aiohttp import web
from examples import service
run_app = web.run_app
def telling(app, host, port, **options):
    free = socket.create_server((host, 0))
    options["print"] = lambda _: print(free.getsockname()[1], file=sys.stderr, flush=True)
    run_app(app, sock=free, **options)
web.run_app = telling
service.main()
"""


async def test_without_a_webhook_it_says_what_to_set() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        service.__file__,
        stderr=asyncio.subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if "BITRIX24" not in name},
    )
    _, said = await process.communicate()
    assert process.returncode == 1
    assert said.splitlines()[-1].startswith(b"service: no webhook: set BITRIX24_WEBHOOK")
