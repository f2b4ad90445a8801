"""`PortalSession`: the async front door to one portal."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from inspect import iscoroutinefunction
from pathlib import Path
from ssl import SSLContext
from types import TracebackType
from typing import Any, Self, TypeVar, cast
from urllib.parse import urlsplit

import aiohttp

from . import transport
from .batch.composer import Composer
from .batch.limits import BatchLimits
from .calls import Call, check_unspent
from .errors import BitrixScrumError, InvalidCall
from .portal import CoalescingPortal, Portal
from .transport import scopes
from .transport.auth import Webhook, is_loopback
from .transport.budget import OperatingBudget
from .transport.clock import SYSTEM_CLOCK, Clock
from .transport.http import Http, Timeouts
from .transport.limits import Limits, share_of_bucket
from .transport.request import Request
from .transport.retry import RetryPolicy, told_of_repeat, was_not_executed
from .transport.sender import Sender
from .version import USER_AGENT

T = TypeVar("T")

# How long a cancelled close waits for new tokens that are on their way, in seconds.
_LAST_CHANCE = 5.0


class PortalSession(Portal):
    """An async session with one portal: builds calls, sends them one by one or in batches.

    Use it as an async context manager, or close it with `aclose`.

    Args:
        auth: A webhook's address, a `Webhook`, or an application's tokens: `OAuth`.
        http: An aiohttp session to use; it is never closed here. One is made when none is given.
        limits: What the portal allows, and how many requests are in flight at once.
        batching: What one batch may hold.
        timeouts: How long to wait for connections and answers, in seconds.
        retry: How patient to be with failures that may be repeated.
        allow_http: Whether plain http is allowed to hosts other than this machine.
        on_event: Told what happens to requests, in values such as `RequestSent`. It is called in
            between, so it should be quick; what it raises goes to the log.
        proxy: The address of an HTTP proxy for every request. Without it that of the aiohttp
            session counts, if there is one.
        ssl: As aiohttp takes it: a context with your own certificates, a fingerprint, or ``False``
            for no verification at all. Without it the aiohttp session's, or the system's.
        clock: Where time comes from; for tests.

    Raises:
        InvalidCall: An address that is no webhook's, plain http to another machine, or an option
            of the wrong kind.
    """

    def __init__(
        self,
        auth: "str | Webhook | transport.OAuth",
        *,
        http: aiohttp.ClientSession | None = None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        batching: BatchLimits = BatchLimits(),  # noqa: B008 - frozen
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
        retry: RetryPolicy = RetryPolicy(),  # noqa: B008 - frozen
        allow_http: bool = False,
        on_event: "transport.OnEvent | None" = None,
        proxy: str | None = None,
        ssl: SSLContext | aiohttp.Fingerprint | bool | None = None,
        clock: Clock | None = None,
    ) -> None:
        credentials = _credentials(auth, allow_http=allow_http)
        _check_listener(on_event)
        self._http = Http(http, timeouts, USER_AGENT, proxy=_proxy(proxy), tls=ssl)
        clock = clock or SYSTEM_CLOCK
        budget = OperatingBudget(limits.operating_seconds)
        self._sender = Sender(
            credentials=credentials,
            http=self._http,
            share=share_of_bucket(credentials.host, credentials.port, limits, clock),
            budget=budget,
            concurrency=limits.concurrency,
            retry=retry,
            clock=clock,
            on_event=on_event,
        )
        super().__init__(
            Composer(self._sender, batching, budget, limits=limits, retry=retry, clock=clock)
        )
        self._auth = credentials

    @classmethod
    def from_env(cls, **options: Any) -> Self:
        """Open a session with the webhook that the environment names.

        ``BITRIX24_WEBHOOK`` holds the address; ``BITRIX24_WEBHOOK_FILE`` names a file with it.

        Args:
            options: As for the class.

        Raises:
            InvalidCall: Neither is set, the file cannot be read, or the address is no webhook's.
        """
        return cls(_webhook_from_env(), **options)

    def __repr__(self) -> str:
        return f"PortalSession({self._auth!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections. An aiohttp session that was given stays open.

        A refresh of tokens that is under way is waited for; if this is cancelled, for a few seconds
        more.
        """
        try:
            await self._auth.settle()
        except BaseException:  # cancelled
            # New tokens come only once: losing them would lock the application out.
            with scopes.shielded(), suppress(TimeoutError):
                async with asyncio.timeout(_LAST_CHANCE):
                    await self._auth.settle()
            raise
        finally:
            self._sender.close()
            await self._http.aclose()

    @property
    def host(self) -> str:
        """The portal's host, with its port where that is not the usual one of https. No secret."""
        port = self._auth.port
        return self._auth.host if port == 443 else f"{self._auth.host}:{port}"

    @property
    def stats(self) -> "transport.Stats":
        """What the session has done so far: requests, commands, batches, retries, waiting."""
        return self._sender.tally.snapshot()

    def stop_sending(self) -> None:
        """Send nothing more: what has not left yet ends as `NotExecuted`.

        What has left gets its answer. `resume_sending` lifts it.
        """
        self._sender.stop()

    def resume_sending(self) -> None:
        """Send again after `stop_sending`."""
        self._sender.resume()

    async def send(self, call: Call[T]) -> T:
        """Send one call and give its result; the same as awaiting it."""
        call.handed_over = True
        self._check_own(call)
        check_unspent(call)
        if call.references or call.predecessors:
            raise InvalidCall(
                "it needs the result of another call; send both with `batch`", method=call.method
            )
        await scopes.checkpoint()  # behind this, nothing may wait until it has left
        call.spent = True
        request = Request(call.method, call.params, call.effect)
        try:
            answer = await self._sender.request(request)
        except BitrixScrumError as error:
            call.spent = not was_not_executed(error)
            raise
        except BaseException:  # cancelled
            call.spent = request.may_have_run
            raise
        if answer.deleted_before:
            return cast("T", None)  # what deletions give
        try:
            return call.shape.decode(answer.result, call.method)
        except BitrixScrumError as error:
            told = told_of_repeat(error, call.effect) if answer.repeated else error
            if told is error:
                raise
            raise told from error

    @asynccontextmanager
    async def coalescing(self) -> AsyncGenerator[Portal, None]:
        """Gather what concurrent tasks await into batches.

        Gives a view of this session. Calls that it builds, awaited one by one in many tasks, travel
        together: at once while nothing is in flight, else when a batch is full or has waited for
        20 ms. Each task gets its own result or error. A task that is cancelled takes its call back
        unless it is in flight. Leaving the block waits for what is still on its way.
        """
        coalescer = self._composer.coalescer()
        async with coalescer:
            yield CoalescingPortal(self._composer, coalescer)


def _credentials(auth: object, *, allow_http: bool) -> "Webhook | transport.OAuth":
    if isinstance(auth, str):
        auth = Webhook(auth)
    # One after the other: what brings `OAuth` is imported when it is named.
    if not (isinstance(auth, Webhook) or isinstance(auth, transport.OAuth)):  # noqa: SIM101
        raise InvalidCall(
            f"a webhook's address, Webhook or OAuth is wanted, not {type(auth).__name__}",
            argument="auth",
        )
    if not allow_http and any(not is_loopback(host) for host in auth.plain_hosts):
        raise InvalidCall(
            "plain http would show the secret in it to everyone on the way; use https, or pass"
            " allow_http=True",
            argument="auth",
        )
    return auth


def _check_listener(on_event: object) -> None:
    if on_event is not None and (not callable(on_event) or iscoroutinefunction(on_event)):
        raise InvalidCall("it takes a plain function of one event", argument="on_event")


def _proxy(address: object) -> str | None:
    if address is None:
        return None
    # An address may hold a password: the error does not repeat it.
    refusal = InvalidCall("a proxy's address looks like http://proxy:3128", argument="proxy")
    if not isinstance(address, str):
        raise refusal
    try:
        parts = urlsplit(address)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, an open bracket
        sound = False
    if not sound:
        raise refusal
    return address


def _webhook_from_env() -> str:
    webhook = os.environ.get("BITRIX24_WEBHOOK", "").strip()
    if webhook:
        return webhook
    name = os.environ.get("BITRIX24_WEBHOOK_FILE", "").strip()
    if not name:
        raise InvalidCall(
            "no webhook: set BITRIX24_WEBHOOK to its address, or BITRIX24_WEBHOOK_FILE to a file"
            " that holds it"
        )
    if "/rest/" in name or "://" in name:
        raise InvalidCall(
            "BITRIX24_WEBHOOK_FILE holds an address; name a file that holds it, or set"
            " BITRIX24_WEBHOOK"
        )
    # Raised outside of `except`: an error about encoding holds what it could not decode.
    try:
        return Path(name).read_text(encoding="utf-8").strip()
    except OSError as error:
        reason = error.strerror
    except UnicodeDecodeError:
        reason = "it is not text"
    raise InvalidCall(f"BITRIX24_WEBHOOK_FILE names {name}, but: {reason}")
