"""`PortalSession`: the async front door to one portal."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import aiohttp

from .batch.composer import Composer
from .batch.lessons import Lessons
from .batch.packing import BatchLimits
from .calls import Call, check_unspent
from .errors import BitrixScrumError, InvalidCall
from .portal import CoalescingPortal, Portal
from .transport.auth import Credentials, Webhook, is_loopback
from .transport.clock import SYSTEM_CLOCK, Clock
from .transport.http import Http, Timeouts
from .transport.limits import Limits, OperatingBudget, share_of_bucket
from .transport.retry import RetryPolicy, told_of_repeat, was_not_executed
from .transport.sender import Sender
from .transport.stats import Stats
from .version import USER_AGENT

T = TypeVar("T")


class PortalSession(Portal):
    """An async session with one portal: builds calls, sends them one by one or in batches.

    Use it as an async context manager, or close it with `aclose`.

    Args:
        auth: A webhook's address, or credentials.
        http: An aiohttp session to use; it is never closed here. One is made when none is given.
        limits: What the portal allows, and how many requests are in flight at once.
        batching: What one batch may hold.
        timeouts: How long to wait for connections and answers, in seconds.
        retry: How patient to be with failures that may be repeated.
        allow_http: Whether plain http is allowed to hosts other than this machine.
        clock: Where time comes from; for tests.

    Raises:
        InvalidCall: An address that is no webhook's, or plain http to another machine.
    """

    def __init__(
        self,
        auth: str | Webhook,
        *,
        http: aiohttp.ClientSession | None = None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        batching: BatchLimits = BatchLimits(),  # noqa: B008 - frozen
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
        retry: RetryPolicy = RetryPolicy(),  # noqa: B008 - frozen
        allow_http: bool = False,
        clock: Clock | None = None,
    ) -> None:
        credentials: Credentials = Webhook(auth) if isinstance(auth, str) else auth
        if not (credentials.secure or allow_http or is_loopback(credentials.host)):
            raise InvalidCall(
                "plain http would show the webhook's secret to everyone on the way;"
                " use https, or pass allow_http=True",
                argument="auth",
            )
        self._http = Http(http, timeouts, USER_AGENT)
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
        )
        super().__init__(
            Composer(
                self._sender, Lessons(batching, budget), limits=limits, retry=retry, clock=clock
            )
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
        """Close the connections. An aiohttp session that was given stays open."""
        await self._http.aclose()

    @property
    def host(self) -> str:
        """The portal's host, with its port where that is not the usual one of https. No secret."""
        port = self._auth.port
        return self._auth.host if port == 443 else f"{self._auth.host}:{port}"

    @property
    def stats(self) -> Stats:
        """What the session has done so far: requests, commands, batches, retries, waiting."""
        return self._sender.tally.snapshot()

    async def send(self, call: Call[T]) -> T:
        """Send one call and give its result; the same as awaiting it."""
        call.handed_over = True
        self._check_own(call)
        check_unspent(call)
        if call.references or call.predecessors:
            raise InvalidCall(
                "it needs the result of another call; send both with `batch`", method=call.method
            )
        call.spent = True
        try:
            answer = await self._sender.request(call.method, call.params, call.effect)
        except BitrixScrumError as error:
            call.spent = not was_not_executed(error)
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
    try:
        return Path(name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise InvalidCall(f"BITRIX24_WEBHOOK_FILE names {name}, but: {reason}") from None
