"""`Emulator`: an embedded portal for tests, demos and first steps."""

import asyncio
import errno
import secrets
import ssl
import threading
from collections import Counter
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import attrs
from aiohttp import web

from .certificates import Certificates
from .clock import Clock, SystemClock
from .faults import Fault, Injection, Match, Scope, named_fault
from .incoming import Caller
from .limits import Limits, LimitsName
from .methods import METHODS, Method
from .oauth import OAuthGrant
from .portal import Portal
from .record import Request
from .server import PortalServer
from .state import State
from .switches import Switches
from .visit import SCOPES


class EmulatorError(RuntimeError):
    """The emulator cannot do what it was asked to."""


class Emulator:
    """An embedded portal that answers REST calls over HTTP, in memory, for tests and first steps.

    Use it as an async context manager. `inject`, `requests`, `state` and the other controls may be
    used from any thread.

    Args:
        limits: `off`, `cloud`, `enterprise`, or a `Limits` value.
        users: How many users there are; their ids begin at 1, and user 1 is an administrator.
        clock: The portal's time: the system's, or a `VirtualClock` that a test turns.
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one.
        tls: Serve https, with a certificate made for this run. Needs the extra `tls`.
        latency: Seconds that every call takes on the portal's clock, whatever it does.
        record: How many requests to remember; `None` remembers all.
        methods: Other methods than the portal's own, by lower-cased name.
        switches: How this portal behaves where portals differ: the fields of `Switches`.

    Raises:
        ValueError: Limits, a switch or their values make no sense.
        ImportError: TLS is asked for and the extra is missing.
    """

    def __init__(
        self,
        *,
        limits: LimitsName | Limits = "off",
        users: int = 20,
        clock: Clock | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: bool = False,
        latency: float = 0.0,
        record: int | None = None,
        methods: Mapping[str, Method] = METHODS,
        **switches: Any,
    ) -> None:
        if users < 1:
            raise ValueError(f"a portal has at least one user, not users={users}")
        if not 0 <= port <= 65535:
            raise ValueError(f"a port is 0 (a free one) to 65535, not port={port}")
        if latency < 0 or (record is not None and record < 0):
            raise ValueError(f"neither negative: latency={latency}, record={record}")
        self.clock: Clock = clock or SystemClock()
        self.switches = _switches(switches)
        self.limits = limits if isinstance(limits, Limits) else Limits.named(limits)
        self._host = host
        self._port = port
        self._certificates = Certificates(host) if tls else None
        self._latency = latency
        self._requests = RequestLog(record)
        self._portal = Portal(
            state=State(users=users),
            methods=methods,
            switches=self.switches,
            limits=self.limits,
            clock=self.clock,
        )
        self._server: PortalServer | None = None
        self._runner: web.ServerRunner | None = None
        self._base = ""
        self._webhook = ""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            EmulatorError: The port is in use, or the emulator runs already.
        """
        if self._runner is not None:
            raise EmulatorError("this emulator runs already")
        server = PortalServer(self._portal, self._requests, self._latency)
        runner = web.ServerRunner(web.Server(server.handle, access_log=None), shutdown_timeout=1.0)
        await runner.setup()
        tls = None if self._certificates is None else self._certificates.server
        try:
            await web.TCPSite(runner, self._host, self._port, ssl_context=tls).start()
        except OSError as error:
            await runner.cleanup()
            if error.errno == errno.EADDRINUSE:
                raise EmulatorError(
                    f"port {self._port} of {self._host} is in use;"
                    " choose another one, or 0 for a free one"
                ) from error
            raise EmulatorError(f"cannot listen on {self._host}:{self._port}: {error}") from error
        self._server, self._runner = server, runner
        name = f"[{self._host}]" if ":" in self._host else self._host
        scheme = "http" if tls is None else "https"
        self._port = runner.addresses[0][1]  # started again, it is found where it was
        self._base = f"{scheme}://{name}:{self._port}"
        server.endpoint = self.endpoint
        if not self._webhook:
            self._webhook = self._new_webhook(1, frozenset(SCOPES))

    async def stop(self) -> None:
        """Close every connection and stop listening."""
        if self._server is None or self._runner is None:
            return
        server, runner = self._server, self._runner
        self._server = self._runner = None
        await server.close()
        connections = [] if runner.server is None else runner.server.connections
        transports = [each.transport for each in connections]
        await runner.cleanup()
        # With TLS a close waits for the client's goodbye, and an idle client sends none.
        for transport in transports:
            if transport is not None:
                transport.abort()
        await asyncio.sleep(0)  # the sockets are closed in the loop's next turn, perhaps its last

    # Addresses and credentials

    @property
    def address(self) -> str:
        """Scheme, host and port."""
        if not self._base:
            raise EmulatorError("the emulator has no address yet: use it with `async with`")
        return self._base

    @property
    def endpoint(self) -> str:
        """The address of calls with OAuth tokens, `.../rest/`."""
        return f"{self.address}/rest/"

    @property
    def token_url(self) -> str:
        """The token endpoint of the authorization server."""
        return f"{self.address}/oauth/token/"

    @property
    def webhook(self) -> str:
        """The address of an incoming webhook of user 1, the administrator, with all scopes."""
        return f"{self.address}{self._webhook}"

    def new_webhook(self, user_id: int = 1, scopes: Iterable[str] = SCOPES) -> str:
        """Another webhook: for another user, or with fewer scopes."""
        return f"{self.address}{self._new_webhook(user_id, frozenset(scopes))}"

    def _new_webhook(self, user_id: int, scopes: frozenset[str]) -> str:
        code = secrets.token_hex(8)
        self._portal.webhooks[str(user_id), code] = Caller(
            user_id=user_id, scopes=scopes, account=f"webhook {user_id} {code}"
        )
        return f"/rest/{user_id}/{code}/"

    def oauth(self, user_id: int = 1, scopes: Iterable[str] = SCOPES) -> OAuthGrant:
        """Install an application for a user: its tokens, secret and addresses."""
        return self._portal.authorization.register(
            user_id=user_id,
            scopes=frozenset(scopes),
            endpoint=self.endpoint,
            token_url=self.token_url,
        )

    def tell_endpoint(self, endpoint: str) -> None:
        """Let refreshes tell this address of calls, as after a change of the portal's address."""
        if self._server is None:
            raise EmulatorError("the emulator tells its own address when it starts; tell it later")
        self._server.endpoint = endpoint

    @property
    def ca_pem(self) -> bytes:
        """The certificate of the authority that signed this run's certificate."""
        return self._tls().ca_pem

    def client_tls(self) -> ssl.SSLContext:
        """A client's context that trusts this run's certificate."""
        return self._tls().client()

    def _tls(self) -> Certificates:
        if self._certificates is None:
            raise EmulatorError("this emulator speaks http; ask for Emulator(tls=True)")
        return self._certificates

    # Control

    def inject(
        self,
        fault: str | Fault,
        *,
        match: Match = None,
        nth: int = 1,
        times: int | None = 1,
        scope: Scope | None = None,
        **details: Any,
    ) -> Injection:
        """Let something go wrong.

        Args:
            fault: A name of `TRANSPORT_FAULTS`, the code of a system error such as
                `QUERY_LIMIT_EXCEEDED`, or a `Fault`.
            match: Which requests: the name of a method or a pattern such as `tasks.task.*` (a
                batch matches by its commands, too), or a function of the `Request`, or for
                `scope="command"` of the `Command`.
            nth: The first matching request that is hit.
            times: How many matching requests are hit from there on; `None` for all.
            scope: Whether a `request` is hit or one `command` of a batch. Left out: an error that
                a portal gives to a single command hits the command that `match` names, everything
                else the request. A direct call counts as a command.
            details: `when` ("before" or "after" executing), `commands`, `seconds`,
                `location`, `status`: see `Fault`.

        Returns:
            The injection; its `hits` counts.

        Raises:
            ValueError: The fault or a detail is unknown, or the values make no sense.
        """
        if isinstance(fault, str):
            fault = named_fault(fault, **details)
        elif details:
            fault = attrs.evolve(fault, **details)
        return self._portal.faults.inject(fault, match=match, nth=nth, times=times, scope=scope)

    def clear_faults(self) -> None:
        """Forget the faults that have not struck."""
        self._portal.faults.clear()

    @property
    def requests(self) -> tuple[Request, ...]:
        """Every request so far, in the order of arrival."""
        return self._requests.snapshot()

    def clear_requests(self) -> None:
        """Forget the requests so far."""
        self._requests.clear()

    @property
    def state(self) -> State:
        """The portal's tables. While requests run, look through them under `hold`."""
        return self._portal.state

    @contextmanager
    def hold(self) -> Generator[State, None, None]:
        """Stop the portal between two commands and give its tables, from any thread."""
        with self._portal.lock:
            yield self._portal.state

    @property
    def executed(self) -> Counter[str]:
        """How often each method ran, alone and in batches, by its documented name."""
        with self._portal.lock:
            return self._portal.executed.copy()

    def set_command_seconds(self, seconds: float | Mapping[str, float]) -> None:
        """How long commands take on the portal's clock: all, or by method (`*`: the others)."""
        by_method = seconds if isinstance(seconds, Mapping) else {"*": seconds}
        self._portal.command_seconds = {name.lower(): value for name, value in by_method.items()}

    def fill_bucket(self, address: str = "127.0.0.1") -> None:
        """Fill the leaky bucket, so that the next request from this address is refused."""
        bucket = self._portal.bucket(address)
        if bucket is None:
            raise EmulatorError("this emulator has no leaky bucket; ask for limits='cloud'")
        bucket.fill(self.clock.now())

    def use_operating_time(self, method: str, seconds: float) -> None:
        """Account operating time to a method, for every webhook and application there is."""
        if self.limits.operating_seconds is None:
            raise EmulatorError("this emulator accounts no operating time; ask for limits='cloud'")
        for account in self._portal.accounts():
            self._portal.operating(account, method).add(self.clock.now(), seconds)

    def expire_tokens(self) -> None:
        """Let every access token expire now."""
        self._portal.authorization.expire_access()


class RequestLog(list[Request]):
    """The requests, of which the oldest are dropped when there are too many."""

    def __init__(self, most: int | None) -> None:
        super().__init__()
        self._most = most
        self._lock = threading.Lock()

    def append(self, request: Request) -> None:
        with self._lock:
            super().append(request)
            if self._most is not None and len(self) > self._most:
                del self[: len(self) - self._most]

    def snapshot(self) -> tuple[Request, ...]:
        """The requests so far."""
        with self._lock:
            return tuple(self)


def _switches(given: Mapping[str, Any]) -> Switches:
    known = [field.name for field in attrs.fields(Switches)]
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ValueError(f"unknown switch {unknown[0]!r}: {', '.join(known)}")
    try:
        return Switches(**given)
    except (TypeError, ValueError) as error:
        raise ValueError(f"switch {error.args[0]}") from error
