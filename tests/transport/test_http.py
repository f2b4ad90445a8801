"""One HTTP request against a raw socket: which failure means what."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable

import aiohttp
import pytest

from bitrix_scrum_async.errors import InvalidCall, NotSent, OutcomeUnknown
from bitrix_scrum_async.transport.http import Http, Letter, Timeouts
from bitrix_scrum_async.transport.raw import RawAnswer

pytestmark = pytest.mark.anyio

Behaviour = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def server(behaviour: Behaviour) -> AsyncGenerator[str, None]:
    """A server that reads one whole request and then does as it is told."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
                await behaviour(head + await reader.readexactly(length), writer)
        finally:
            writer.close()

    serving: set[asyncio.Task[None] | None] = set()
    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/rest/1/secret/m"
    listening.close()
    for task in serving:
        if task is not None:
            task.cancel()
    await asyncio.gather(*filter(None, serving), return_exceptions=True)


async def post(url: str, timeouts: Timeouts | None = None) -> RawAnswer:
    http = Http(None, timeouts or Timeouts(), "bitrix-scrum-async/test")
    try:
        return await http.post(url, Letter(b'{"x":1}'), {"X-Extra": "1"}, method="m")
    finally:
        await http.aclose()


def says(answer: bytes) -> Behaviour:
    async def behaviour(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    return behaviour


async def test_a_body_is_posted_as_json_with_a_name() -> None:
    seen: list[bytes] = []

    async def behaviour(request: bytes, writer: asyncio.StreamWriter) -> None:
        seen.append(request)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()

    async with server(behaviour) as url:
        answer = await post(url)
        assert (answer.status, answer.body, answer.location) == (200, b"{}", None)
    (request,) = seen
    assert request.startswith(b"POST /rest/1/secret/m HTTP/1.1\r\n")
    assert b"\r\nContent-Type: application/json\r\n" in request
    assert b"\r\nUser-Agent: bitrix-scrum-async/test\r\n" in request
    assert b"\r\nX-Extra: 1\r\n" in request
    assert request.endswith(b'\r\n\r\n{"x":1}')


async def test_a_redirect_is_not_followed_and_loses_its_path() -> None:
    answer = (
        b"HTTP/1.1 302 Found\r\nLocation: https://new.example:8443/rest/1/secret/m\r\n"
        b"Content-Length: 0\r\n\r\n"
    )
    async with server(says(answer)) as url:
        raw = await post(url)
        assert (raw.status, raw.location) == (302, "https://new.example:8443")


async def test_a_refused_connection_was_not_sent() -> None:
    async with server(says(b"")) as url:
        pass
    with pytest.raises(NotSent, match=r"^m: no connection: 127\.0\.0\.1: ") as caught:
        await post(url)
    assert "secret" not in str(caught.value)


async def test_a_handshake_that_does_not_end_was_not_sent() -> None:
    async with server(says(b"")) as url:
        with pytest.raises(NotSent):
            await post(url.replace("http:", "https:"), Timeouts(connect=0.05))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"result": ',
        b"not HTTP at all\r\n\r\n",
    ],
    ids=["closed", "cut head", "cut body", "noise"],
)
async def test_an_answer_lost_on_the_way_leaves_the_outcome_unknown(answer: bytes) -> None:
    async with server(says(answer)) as url:
        with pytest.raises(OutcomeUnknown) as caught:
            await post(url)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


async def test_no_answer_in_time_leaves_the_outcome_unknown() -> None:
    async def behaviour(_request: bytes, _writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with server(behaviour) as url:
        with pytest.raises(OutcomeUnknown, match="no answer: not in time"):
            await post(url, Timeouts(answer=0.01))


async def test_a_client_that_was_given_is_used_and_stays_open() -> None:
    async with (
        aiohttp.ClientSession() as client,
        server(says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")) as url,
    ):
        http = Http(client, Timeouts(), "test/0")
        await http.post(url, Letter(b"{}"), {}, method="m")
        await http.aclose()
        assert not client.closed


async def test_a_client_that_raises_by_itself_does_not_hide_the_portals_error() -> None:
    answer = b'HTTP/1.1 400 Bad Request\r\nContent-Length: 11\r\n\r\n{"error":0}'
    async with (
        aiohttp.ClientSession(raise_for_status=True) as client,
        server(says(answer)) as url,
    ):
        raw = await Http(client, Timeouts(), "test/0").post(url, Letter(b"{}"), {}, method="m")
    assert (raw.status, raw.body) == (400, b'{"error":0}')


async def test_after_closing_nothing_is_sent() -> None:
    http = Http(None, Timeouts(), "test/0")
    await http.aclose()
    with pytest.raises(InvalidCall, match="the session is closed"):
        await http.post("http://127.0.0.1:9/rest/1/x/m", Letter(b"{}"), {}, method="m")


def test_another_event_loop_needs_a_session_of_its_own() -> None:
    http = Http(None, Timeouts(), "test/0")

    async def send() -> None:
        with contextlib.suppress(NotSent):
            await http.post("http://127.0.0.1:9/rest/1/x/m", Letter(b"{}"), {}, method="m")

    async def send_and_close() -> None:
        await send()
        await http.aclose()

    with asyncio.Runner() as first:
        first.run(send())
        with asyncio.Runner() as second, pytest.raises(InvalidCall, match="another event loop"):
            second.run(send())
        first.run(send_and_close())


@pytest.mark.parametrize("host", ["acme..com", "x" * 64 + ".com"])
async def test_a_host_that_cannot_be_was_not_sent(host: str) -> None:
    with pytest.raises(NotSent):
        await post(f"https://{host}/rest/1/secret/m")


@pytest.mark.parametrize("location", ["https://[bad/", "https://x:port/", "/rest/", ""])
async def test_a_location_that_names_no_host_is_left_out(location: str) -> None:
    answer = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    async with server(says(answer.encode())) as url:
        assert (await post(url)).location is None


async def test_closing_without_ever_sending_is_fine() -> None:
    await Http(None, Timeouts(), "test/0").aclose()


def test_time_outs_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="answer"):
        Timeouts(answer=0)
