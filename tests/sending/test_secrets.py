"""Whatever fails, no webhook code, token, client secret or proxy password is shown anywhere."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from pathlib import Path
from typing import Any

import aiohttp
import anyio
import attrs
import pytest

from bitrix_scrum_async import (
    Call,
    Effect,
    FileTokenStore,
    InvalidCall,
    MemoryTokenStore,
    NotSent,
    OAuth,
    PortalSession,
    RetryPolicy,
    Timeouts,
    Tokens,
    Webhook,
)
from bitrix_scrum_async.emulator import Emulator, Fault
from bitrix_scrum_async.emulator.answers import RestError
from bitrix_scrum_async.emulator.faults import TRANSPORT_FAULTS
from bitrix_scrum_async.emulator.oauth import OAuthGrant
from bitrix_scrum_async.emulator.system_errors import SYSTEM_ERRORS
from bitrix_scrum_async.importer import Importer
from bitrix_scrum_async.testing import serving
from tests.fakes import unsent
from tests.importer import plans
from tests.sprints import sprint

from .evidence import Evidence, gathering, watch_loop

pytestmark = pytest.mark.anyio

SECRET = "sEcReT/of+the&app=%41"
PASSWORD = "pr0xy:p@ssw0rd"


@pytest.fixture
def anyio_backend() -> str:
    """The emulator has a thread of its own, so that its loop's words are not the session's."""
    return "asyncio"


@pytest.fixture
def evidence() -> Generator[Evidence, None, None]:
    with gathering() as evidence:
        yield evidence


@pytest.fixture
def emulator() -> Generator[Emulator, None, None]:
    with serving(Emulator()) as emulator:
        yield emulator


@pytest.fixture
def grant(emulator: Emulator) -> OAuthGrant:
    """An application whose secret looks different in an address."""
    grant = emulator.oauth()
    server = emulator._portal.authorization  # pyright: ignore[reportPrivateUsage]
    server._secrets[grant.client_id] = SECRET  # pyright: ignore[reportPrivateUsage]
    return attrs.evolve(grant, client_secret=SECRET)


def code_of(webhook: str) -> str:
    return webhook.rstrip("/").rpartition("/")[2]


def secrets_of(emulator: Emulator) -> list[str]:
    """All that there are."""
    server = emulator._portal.authorization  # pyright: ignore[reportPrivateUsage]
    tokens = (*server._access, *server._refresh)  # pyright: ignore[reportPrivateUsage]
    return [code_of(emulator.webhook), SECRET, PASSWORD, *tokens]


def oauth(grant: OAuthGrant, **more: Any) -> OAuth:
    held: dict[str, Any] = {
        "endpoint": grant.endpoint,
        "client_id": grant.client_id,
        "client_secret": grant.client_secret,
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "token_url": grant.token_url,
    }
    return OAuth(**(held | more))


@contextlib.asynccontextmanager
async def session(
    evidence: Evidence, auth: str | Webhook | OAuth, **options: Any
) -> AsyncGenerator[PortalSession, None]:
    """A session that does not wait, shows all its events, and itself in the end."""
    watch_loop()
    options = {
        "retry": RetryPolicy(attempts=2, max_wait=2.0, waiting=False),
        "timeouts": Timeouts(connect=0.1, answer=0.1),
        "on_event": evidence.show,
        **options,
    }
    async with PortalSession(auth, **options) as portal:
        yield portal
        evidence.show(portal, portal.stats, portal.host, auth if not isinstance(auth, str) else "")
    evidence.show(portal)


def profile(portal: PortalSession, effect: Effect = Effect.READ) -> Call[Any]:
    return unsent(portal.call("profile", effect=effect))


def ways(evidence: Evidence, portal: PortalSession) -> list[Callable[[], Coroutine[Any, Any, Any]]]:
    """Alone and in a batch, in a stream and coalescing, what may be repeated and what not."""

    async def batch(effect: Effect) -> object:
        return await portal.batch(profile(portal, effect), profile(portal, effect))

    async def stream() -> None:
        calls = [profile(portal, Effect.WRITE) for _ in range(2)]
        evidence.show(*calls)
        async for outcome in portal.stream(calls):
            evidence.show(outcome)
            outcome.unwrap()

    async def coalesce() -> None:
        async with portal.coalescing() as view, asyncio.TaskGroup() as tasks:
            evidence.show(view)
            for _ in range(2):
                tasks.create_task(view.send(unsent(view.call("profile"))))

    return [
        lambda: portal.send(profile(portal)),
        lambda: portal.send(profile(portal, Effect.WRITE)),
        lambda: batch(Effect.READ),
        lambda: batch(Effect.WRITE),
        stream,
        coalesce,
    ]


async def every_way(evidence: Evidence, portal: PortalSession) -> None:
    """Send in every way."""
    for work in ways(evidence, portal):
        await evidence.of(asyncio.wait_for(work(), 20))
        assert not any(type(error) is TimeoutError for error in evidence.errors)


FAULTS = [*TRANSPORT_FAULTS, *SYSTEM_ERRORS]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("by", ["webhook", "application"])
async def test_no_fault_of_a_portal_shows_a_secret(
    evidence: Evidence, emulator: Emulator, grant: OAuthGrant, fault: str, by: str
) -> None:
    async with session(evidence, emulator.webhook if by == "webhook" else oauth(grant)) as portal:
        for when in ("before", "after"):
            emulator.inject(fault, when=when, seconds=0.01, times=None, scope="request")
            await every_way(evidence, portal)
            emulator.clear_faults()
            if fault in SYSTEM_ERRORS:
                emulator.inject(fault, times=None, scope="command", when=when)
                await every_way(evidence, portal)
                emulator.clear_faults()
    assert evidence.errors or fault == "delay"
    evidence.check(secrets_of(emulator))


@pytest.mark.parametrize("fault", [*FAULTS, "nothing", "wrong client", "used up"])
async def test_no_refresh_that_fails_shows_a_secret(
    evidence: Evidence, emulator: Emulator, grant: OAuthGrant, fault: str
) -> None:
    emulator.expire_tokens()
    auth = oauth(grant)
    if fault == "wrong client":
        auth = oauth(grant, client_secret=f"{SECRET}!")
    elif fault == "used up":
        auth = oauth(grant, refresh_token=secrets.token_hex(16))
    elif fault != "nothing":
        emulator.inject(fault, seconds=0.01, times=None, match="oauth/token")
    async with session(evidence, auth) as portal:
        await every_way(evidence, portal)
    assert evidence.errors or fault in ("delay", "nothing")
    evidence.check([*secrets_of(emulator), *(tokens_in(auth))])


def tokens_in(auth: OAuth) -> tuple[str, ...]:
    return tuple(each for each in auth._tokens.secrets if each)  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("scope", ["request", "command"])
@pytest.mark.parametrize("by", ["webhook", "application"])
async def test_a_portal_that_repeats_a_secret_is_not_repeated(
    evidence: Evidence, emulator: Emulator, grant: OAuthGrant, scope: Any, by: str
) -> None:
    """Some errors quote the address, or the request."""
    url = f"{emulator.webhook}profile?auth={grant.access_token}&s={grant.refresh_token} {SECRET}"
    error = RestError("ERROR_CORE", f"Not done: {url}", 400, argument=url, more={"at": [url]})
    emulator.inject(Fault(name="quoting", error=error), times=None, scope=scope)
    emulator.inject(Fault(name="quoting", error=error), times=None, match="oauth/token")
    async with session(evidence, emulator.webhook if by == "webhook" else oauth(grant)) as portal:
        await every_way(evidence, portal)
        assert "Not done: http://127.0.0.1" in str(evidence.errors[0])
        emulator.expire_tokens()
        emulator.clear_faults()
        emulator.inject(Fault(name="quoting", error=error), times=None, match="oauth/token")
        await every_way(evidence, portal)
    own = [code_of(emulator.webhook)]
    if by == "application":
        own = [SECRET, grant.access_token, grant.refresh_token]
    evidence.check(own)


class Careless:
    """A store that tells what it holds when it fails."""

    def __init__(self, tokens: Tokens, *, loads: bool) -> None:
        self.tokens = tokens
        self.loads = loads

    async def load(self) -> Tokens | None:
        if not self.loads:
            raise OSError(f"cannot read {self.tokens.secrets}")
        return self.tokens

    async def save(self, tokens: Tokens) -> None:
        try:
            raise KeyError(tokens.access_token)
        except KeyError as error:
            raise RuntimeError(f"cannot write {tokens.secrets}") from error


@pytest.mark.parametrize("loads", [True, False])
async def test_no_store_that_fails_shows_a_secret(
    evidence: Evidence, emulator: Emulator, grant: OAuthGrant, loads: bool
) -> None:
    held = Tokens(
        access_token=grant.access_token, refresh_token=grant.refresh_token, endpoint=grant.endpoint
    )
    emulator.expire_tokens()
    evidence.show(held, grant)
    auth = oauth(grant, store=Careless(held, loads=loads))
    async with session(evidence, auth) as portal:
        await every_way(evidence, portal)
    assert evidence.errors
    evidence.check(secrets_of(emulator))


@pytest.mark.parametrize("content", ["not JSON {}", '{{"access_token": "{}"}}', '["{}"]'])
async def test_no_file_of_tokens_shows_them(
    evidence: Evidence, emulator: Emulator, grant: OAuthGrant, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "tokens"
    file.write_text(content.format(grant.access_token), encoding="utf-8")
    store = FileTokenStore(file)
    async with session(evidence, oauth(grant, store=store)) as portal:
        await every_way(evidence, portal)
    evidence.show(store, MemoryTokenStore())
    assert evidence.errors
    evidence.check(secrets_of(emulator))


async def test_no_listener_that_fails_shows_a_secret(
    evidence: Evidence, emulator: Emulator, grant: OAuthGrant
) -> None:
    def fail(what: Any) -> None:
        raise RuntimeError(getattr(what, "secrets", ""))

    emulator.expire_tokens()
    auth = oauth(grant, on_refresh=fail)
    async with session(evidence, auth, on_event=fail) as portal:
        await every_way(evidence, portal)
    evidence.check(secrets_of(emulator))


async def test_no_connection_that_fails_shows_a_secret(
    evidence: Evidence, emulator: Emulator, grant: OAuthGrant
) -> None:
    """Refused, nowhere, silent, without TLS, and with TLS that nobody vouches for."""
    webhook, code = emulator.webhook, code_of(emulator.webhook)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as silent:
        port = silent.getsockname()[1]
        addresses = [
            f"http://127.0.0.1:9/rest/1/{code}/",
            f"https://nowhere.invalid/rest/1/{code}/",
            f"https://{'x' * 64}.example/rest/1/{code}/",
            f"https://127.0.0.1:{port}/rest/1/{code}/",
            webhook.replace("http:", "https:"),
        ]
        for address in addresses:
            async with session(evidence, address) as portal:
                await every_way(evidence, portal)
            endpoint = f"{address.partition('/rest/')[0]}/rest/"
            async with session(evidence, oauth(grant, endpoint=endpoint)) as portal:
                await every_way(evidence, portal)
            emulator.expire_tokens()
            token_url = f"{address.partition('/rest/')[0]}/oauth/token/"
            async with session(evidence, oauth(grant, token_url=token_url)) as portal:
                await every_way(evidence, portal)
    with serving(Emulator(tls=True)) as other:
        async with session(evidence, other.webhook) as portal:
            await every_way(evidence, portal)
        assert any(isinstance(error, NotSent) for error in evidence.errors)
        evidence.check([*secrets_of(emulator), *secrets_of(other)])


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 407 Nope\r\nContent-Length: 0\r\n\r\n"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_no_proxy_that_fails_shows_a_secret(
    evidence: Evidence, emulator: Emulator, grant: OAuthGrant, answer: bytes, scheme: str
) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A slow machine may give up before it has asked.
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
        writer.close()

    user, _, password = PASSWORD.partition(":")
    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        for proxy_port in (port, 9):
            proxy = f"http://{user}:{password.replace('@', '%40')}@127.0.0.1:{proxy_port}"
            webhook = emulator.webhook.replace("http:", f"{scheme}:")
            async with session(evidence, webhook, proxy=proxy) as portal:
                await every_way(evidence, portal)
            async with session(evidence, oauth(grant), proxy=proxy) as portal:
                await every_way(evidence, portal)
    assert evidence.errors
    evidence.check([*secrets_of(emulator), password])


async def test_no_wrong_webhook_is_shown(evidence: Evidence, emulator: Emulator) -> None:
    wrong = secrets.token_hex(8)
    async with session(evidence, f"{emulator.endpoint}1/{wrong}/") as portal:
        await every_way(evidence, portal)
    assert evidence.errors
    evidence.check([wrong])


async def test_no_result_that_does_not_decode_shows_a_secret(
    evidence: Evidence, emulator: Emulator
) -> None:
    emulator._portal.command_seconds = {}  # pyright: ignore[reportPrivateUsage]
    async with session(evidence, emulator.webhook) as portal:
        await evidence.of(portal.epics.get(1))
        await evidence.of(portal.batch(portal.epics.get(1), portal.sprints.get(1), halt=True))
        first = sprint(portal)
        await evidence.of(portal.batch(first, portal.sprints.update(first.ref("id"), name="x")))
    evidence.check(secrets_of(emulator))


async def test_no_session_that_is_closed_or_cancelled_shows_a_secret(
    evidence: Evidence, emulator: Emulator, grant: OAuthGrant
) -> None:
    for auth in (emulator.webhook, oauth(grant)):
        emulator.inject("hang", times=None)
        async with session(evidence, auth, timeouts=Timeouts()) as portal:
            for work in ways(evidence, portal):
                task = asyncio.create_task(work())
                await anyio.sleep(0.05)
                evidence.show(task, *asyncio.all_tasks())
                task.cancel()
                await evidence.of(task)
                assert task.cancelled()
            under_way = asyncio.create_task(portal.send(profile(portal)))
            await anyio.sleep(0.05)
            await portal.aclose()
            await evidence.of(under_way)
        await every_way(evidence, portal)
    assert any(isinstance(error, InvalidCall) for error in evidence.errors)
    evidence.check(secrets_of(emulator))


async def test_a_client_that_was_given_does_not_show_a_secret(
    evidence: Evidence, emulator: Emulator
) -> None:
    async with aiohttp.ClientSession(raise_for_status=True) as client:
        emulator.inject("redirect", times=3, location=f"{emulator.webhook}profile")
        async with session(evidence, emulator.webhook, http=client) as portal:
            await every_way(evidence, portal)
    async with session(evidence, emulator.webhook, http=client) as portal:
        await every_way(evidence, portal)
    evidence.check(secrets_of(emulator))


async def test_no_import_that_fails_shows_a_secret(
    evidence: Evidence, emulator: Emulator, tmp_path: Path
) -> None:
    plan = plans.load()
    journal = tmp_path / "journal"
    for fault in ("ERROR_CORE", "drop", "INVALID_CREDENTIALS", "html", "redirect"):
        emulator.inject(fault, times=None, match="tasks.*")
        async with session(evidence, emulator.webhook) as portal:
            importer = Importer(portal, journal=journal, settle_after=0)
            evidence.show(importer)
            await evidence.of(importer.run(plan, evidence.show))
        emulator.clear_faults()
    evidence.texts.append(journal.read_bytes().decode("latin-1"))
    evidence.check(secrets_of(emulator))
