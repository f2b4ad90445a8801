"""`PortalSession`: the async front door to one portal."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias, TypeVar, cast, overload

import aiohttp

from .batch.composer import Composer
from .batch.composition import Lessons
from .batch.packing import BatchLimits
from .calls import Call, Effect, Outcome, build_call
from .decoding import JsonShape
from .errors import BatchError, BitrixScrumError, InvalidCall
from .resources import (
    Backlogs,
    Epics,
    Groups,
    Kanban,
    ScrumTasks,
    Sprints,
    Tasks,
    Users,
)
from .transport.auth import Credentials, Webhook, is_loopback
from .transport.clock import Clock, SystemClock
from .transport.http import Http, Timeouts
from .transport.limits import Limits, bucket_for
from .transport.retry import RetryPolicy
from .transport.sender import Sender
from .transport.stats import Stats
from .version import USER_AGENT

T = TypeVar("T")
T1 = TypeVar("T1")
T2 = TypeVar("T2")
T3 = TypeVar("T3")
T4 = TypeVar("T4")
T5 = TypeVar("T5")
T6 = TypeVar("T6")
E: TypeAlias = BitrixScrumError


class PortalSession:
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

    Attributes:
        backlogs: Backlogs of Scrum groups.
        sprints: Sprints, and their start and completion.
        epics: Epics.
        kanban: Stages of a sprint, and the cards on its board.
        scrum_tasks: Places of tasks in backlogs and sprints, story points, epics.
        groups: Groups; one with a scrum master is a Scrum.
        tasks: Tasks.
        users: Users of the portal.
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
        self._sender = Sender(
            credentials=credentials,
            http=self._http,
            bucket=bucket_for(credentials.host, credentials.port, limits),
            concurrency=limits.concurrency,
            retry=retry,
            clock=clock or SystemClock(),
        )
        self._composer = Composer(
            self._sender,
            Lessons(batching),
            concurrency=limits.concurrency,
            attempts=retry.attempts,
        )
        self._auth = credentials
        self.backlogs = Backlogs(self)
        self.sprints = Sprints(self)
        self.epics = Epics(self)
        self.kanban = Kanban(self)
        self.scrum_tasks = ScrumTasks(self)
        self.groups = Groups(self)
        self.tasks = Tasks(self)
        self.users = Users(self)

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

    def call(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        *,
        effect: Effect = Effect.WRITE,
    ) -> Call[Any]:
        """Build a call of any method of the portal; it gives plain JSON.

        Args:
            method: The method's name, such as ``"tasks.api.scrum.sprint.get"``.
            params: Its parameters in the portal's own spelling. Values may be references.
            effect: What sending it twice would do. Only what is not a write is repeated when an
                answer is lost.

        Raises:
            InvalidCall: A value that cannot be sent, or a name that the portal takes for itself.
        """
        return build_call(self, method, params or {}, effect=effect, shape=JsonShape())

    async def send(self, call: Call[T]) -> T:
        """Send one call and give its result; the same as awaiting it.

        Raises:
            InvalidCall: The call refers to another one: only a batch can do both.
            PortalError: The portal answered with an error.
            TransportError: There was no usable answer.
            DecodeError: The answer is not what the method documents.
        """
        call.handed_over = True
        if call.references or call.predecessors:
            raise InvalidCall(
                "it needs the result of another call; send both with `batch`", method=call.method
            )
        answer = await self._sender.request(call.method, call.params, call.effect)
        if answer.deleted_before:
            return cast("T", None)  # what deletions give
        return call.shape.decode(answer.result, call.method)

    @overload
    async def batch(
        self,
        call1: Call[T1],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[False] = False,
    ) -> tuple[T1]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[False] = False,
    ) -> tuple[T1, T2]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        call3: Call[T3],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[False] = False,
    ) -> tuple[T1, T2, T3]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        call3: Call[T3],
        call4: Call[T4],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[False] = False,
    ) -> tuple[T1, T2, T3, T4]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        call3: Call[T3],
        call4: Call[T4],
        call5: Call[T5],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[False] = False,
    ) -> tuple[T1, T2, T3, T4, T5]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        call3: Call[T3],
        call4: Call[T4],
        call5: Call[T5],
        call6: Call[T6],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[False] = False,
    ) -> tuple[T1, T2, T3, T4, T5, T6]: ...

    @overload
    async def batch(
        self, *calls: Call[T], halt: bool = False, return_exceptions: Literal[False] = False
    ) -> tuple[T, ...]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[True],
    ) -> tuple[T1 | E]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[True],
    ) -> tuple[T1 | E, T2 | E]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        call3: Call[T3],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[True],
    ) -> tuple[T1 | E, T2 | E, T3 | E]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        call3: Call[T3],
        call4: Call[T4],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[True],
    ) -> tuple[T1 | E, T2 | E, T3 | E, T4 | E]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        call3: Call[T3],
        call4: Call[T4],
        call5: Call[T5],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[True],
    ) -> tuple[T1 | E, T2 | E, T3 | E, T4 | E, T5 | E]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        call3: Call[T3],
        call4: Call[T4],
        call5: Call[T5],
        call6: Call[T6],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[True],
    ) -> tuple[T1 | E, T2 | E, T3 | E, T4 | E, T5 | E, T6 | E]: ...

    @overload
    async def batch(
        self, *calls: Call[T], halt: bool = False, return_exceptions: Literal[True]
    ) -> tuple[T | E, ...]: ...

    async def batch(
        self, *calls: Call[Any], halt: bool = False, return_exceptions: bool = False
    ) -> tuple[Any, ...]:
        """Send many calls in few requests of the portal's ``batch`` method.

        What fits into no batch goes alone. Calls may refer to each other with `Call.ref`; what
        depends on a failed call is not sent, everything else is.

        Args:
            calls: Any number of calls, each once; none makes no request.
            halt: Whether nothing more is sent after the first error.
            return_exceptions: Whether errors stand in their places instead of being raised.

        Returns:
            The results in the order given.

        Raises:
            InvalidCall: The calls do not belong together; nothing was sent.
            BatchError: Some calls failed; its ``outcomes`` tell of each.
        """
        outcomes = await self._composer.run(calls, halt=halt)
        errors = [outcome.error for outcome in outcomes if outcome.error is not None]
        if errors and not return_exceptions:
            raise BatchError(_summary(outcomes, errors), errors, outcomes)
        return tuple(
            outcome.result if outcome.error is None else outcome.error for outcome in outcomes
        )


def _summary(outcomes: Sequence[Outcome[Any]], errors: Sequence[BitrixScrumError]) -> str:
    return f"{len(errors)} of {len(outcomes)} calls failed; the first: {errors[0]}"


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
