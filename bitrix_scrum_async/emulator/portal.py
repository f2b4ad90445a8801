"""The portal behind its web server: credentials, limits, methods and batches."""

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, cast

import attrs

from .answers import Page, RestError
from .batch import (
    Answer,
    BatchCrash,
    RunCommand,
    error_body,
    halts,
    read_commands,
    run_batch,
)
from .clock import Clock
from .envelope import JSON_HEADERS, Reply, TimeWriter, encode
from .faults import Faults
from .incoming import Caller, Incoming
from .limits import LeakyBucket, Limits, OperatingTime
from .methods.registry import Method
from .oauth import AuthorizationServer
from .record import Command, Request
from .state import State
from .switches import Switches
from .system_errors import system_error
from .values import to_int
from .visit import Caches, Visit

_USER_SCOPES = frozenset({"user", "user_basic", "user_brief"})


@attrs.define(kw_only=True)
class Hit:
    """What one HTTP request shares among its commands."""

    record: Request
    caller: Caller
    began: float
    commands_left: int | None
    cut: Callable[[], None]
    caches: Caches = attrs.field(factory=Caches)
    used: dict[str, float] = attrs.field(factory=dict[str, float])
    is_cut: bool = False


class RequestCut(Exception):
    """The request took longer than the portal allows."""


class CommandsDone(Exception):
    """A fault wanted only so many commands of the batch to run."""


class Portal:
    """Answers REST calls.

    Args:
        state: The tables.
        methods: The methods by lower-cased name.
        switches: How this portal behaves.
        limits: What it allows.
        clock: Its time.
    """

    def __init__(
        self,
        *,
        state: State,
        methods: Mapping[str, Method],
        switches: Switches,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self.state = state
        self.switches = switches
        self.limits = limits
        self.clock = clock
        self.faults = Faults()
        self.authorization = AuthorizationServer(clock, switches)
        self.webhooks: dict[tuple[str, str], Caller] = {}
        self.command_seconds: dict[str, float] = {}
        self.executed: Counter[str] = Counter()
        self.lock = threading.RLock()
        self._methods = methods
        self._time = TimeWriter(switches.utc_offset, switches.time_numbers)
        self._buckets: dict[str, LeakyBucket] = {}
        self._operating: dict[tuple[str, str], OperatingTime] = {}

    # Control

    def bucket(self, address: str) -> LeakyBucket | None:
        """The leaky bucket of an address, when there is such a limit."""
        if self.limits.threshold is None:
            return None
        if address not in self._buckets:
            self._buckets[address] = LeakyBucket(
                self.limits.threshold,
                self.limits.per_second,
                counts_refused=self.limits.counts_refused,
            )
        return self._buckets[address]

    def operating(self, account: str, method: str) -> OperatingTime:
        """The operating time of a method for an application or webhook."""
        return self._operating.setdefault((account, method.lower()), OperatingTime())

    def accounts(self) -> tuple[str, ...]:
        """All webhooks and applications, as operating time is accounted to them."""
        webhooks = (caller.account for caller in tuple(self.webhooks.values()))
        return (*webhooks, *self.authorization.applications)

    # One request

    async def answer(
        self,
        incoming: Incoming,
        *,
        commands: int | None = None,
        on_cut: Callable[[], None] = lambda: None,
    ) -> Reply:
        """Answer a request.

        Args:
            incoming: The request.
            commands: After so many commands of a batch the rest is not executed.
            on_cut: Called when the time is over but the work goes on.

        Raises:
            RequestCut: The time is over and the work ends with it.
            CommandsDone: `commands` have run.
        """
        began = self.clock.now()
        record = incoming.record
        headers = JSON_HEADERS
        hit: Hit | None = None
        try:
            self._take_from_bucket(record.remote)
            if incoming.transport != "json":
                raise self.error("INTERNAL_WRONG_TRANSPORT")
            method = None if record.is_batch else self._find(record.method)
            caller = self._authenticate(incoming, None if method is None else method.scope)
            record.user_id = caller.user_id
            if caller.application is not None:
                headers = {**headers, "X-Bitrix-Rest-Application": caller.application}
            hit = Hit(record=record, caller=caller, began=began, commands_left=commands, cut=on_cut)
            if method is None:
                body = await self._batch(hit, incoming)
            else:
                answer = await self._execute(hit, method, incoming.params, incoming.start, record)
                body = _envelope(answer)
        except RestError as error:
            record.error = error.code
            return error_reply(error, headers)
        except BatchCrash:
            crash = self.error("INTERNAL_SERVER_ERROR")
            record.error = crash.code
            return error_reply(crash, headers)
        finally:
            if hit is not None:
                self._account(hit)
        if incoming.state is not None:
            body["signature"] = hashlib.sha256(repr(incoming.state).encode()).hexdigest()
        return Reply(status=200, body=encode(body), headers=headers)

    def error(self, code: str, *, by_oauth: bool = False) -> RestError:
        """A system error with the status that this portal gives it."""
        return system_error(code, self.switches.system_statuses, by_oauth=by_oauth)

    def _take_from_bucket(self, address: str) -> None:
        bucket = self.bucket(address)
        if bucket is not None and not bucket.take(self.clock.now()):
            raise self.error("QUERY_LIMIT_EXCEEDED")

    def _find(self, name: str) -> Method:
        method = self._methods.get(name.lower())
        if method is None:
            raise self.error("ERROR_METHOD_NOT_FOUND")
        return method

    def _authenticate(self, incoming: Incoming, scope: str | None) -> Caller:
        if incoming.signed:
            raise RestError("ACCESS_DENIED", "Access denied! Link check failed", 403)
        if incoming.webhook is not None:
            if self.switches.require_https and not incoming.https:
                raise self.error("INVALID_REQUEST")
            caller = self.webhooks.get(incoming.webhook)
            if caller is None:
                raise self.error("INVALID_CREDENTIALS")
        else:
            token = self.authorization.check(incoming.token)
            caller = Caller(
                user_id=token.user_id,
                scopes=token.scopes,
                account=token.client_id,
                application=token.client_id,
            )
        if not _covers(caller.scopes, scope):
            raise self.error("insufficient_scope", by_oauth=incoming.webhook is None)
        user = self.state.users.get(caller.user_id)
        if user is None or not user.active:
            raise self.error("authorization_error")
        return caller

    # One command

    async def _batch(self, hit: Hit, incoming: Incoming) -> dict[str, Any]:
        record = incoming.record
        statuses, by_oauth = self.switches.system_statuses, incoming.webhook is None

        async def run(command: Command) -> Answer:
            if hit.commands_left is not None:
                if hit.commands_left == 0:
                    raise CommandsDone
                hit.commands_left -= 1
            fault = self.faults.for_command(command)
            if fault is not None:
                command.fault = fault.name
                if fault.when == "before":
                    raise fault.rest_error(statuses, by_oauth=by_oauth)
            params = command.params
            start = to_int(params["start"]) if "start" in params else None
            # The credentials of the outer call win, and paging is no parameter of a method.
            params = {key: value for key, value in params.items() if key not in _NOT_FOR_METHODS}
            if command.method.lower() == "batch":
                return await self._nested(hit, command, run)
            method = self._find(command.method)
            if not _covers(hit.caller.scopes, method.scope):
                raise RestError("insufficient_scope", "")
            answer = await self._execute(hit, method, params, start, command)
            if fault is not None:
                raise fault.rest_error(statuses, by_oauth=by_oauth)
            return answer

        result = await run_batch(
            record.commands, halt=halts(incoming.params), switches=self.switches, run=run
        )
        now = self.clock.now()
        return {"result": result, "time": self._time.write(hit.began, now, 0, int(now) + 600)}

    async def _nested(self, hit: Hit, command: Command, run: RunCommand) -> Answer:
        """A batch as a command of a batch, which old portals execute."""
        began = self.clock.now()
        result = await run_batch(
            read_commands(command.params, self.switches.max_input_vars),
            halt=halts(command.params),
            switches=self.switches,
            run=run,
        )
        now = self.clock.now()
        return Answer(result, self._time.write(began, now, 0, int(now) + 600))

    async def _execute(
        self,
        hit: Hit,
        method: Method,
        params: dict[str, Any],
        start: int | None,
        record: Request | Command,
    ) -> Answer:
        began = self.clock.now()
        name = method.name
        account = None
        if self.limits.operating_seconds is not None:
            account = self.operating(hit.caller.account, name)
            used = hit.used.get(name, 0.0)
            if account.total(began) + used > self.limits.operating_seconds:
                raise self.error("OPERATION_TIME_LIMIT")
        if self.command_seconds:
            await self._work(hit, name)
        visit = Visit(
            state=self.state,
            switches=self.switches,
            user_id=hit.caller.user_id,
            start=start,
            now=self.clock.now(),
            caches=hit.caches,
            scopes=hit.caller.scopes,
            application=hit.caller.application,
        )
        try:
            with self.lock:
                hit.record.executed = record.executed = True
                self.executed[name] += 1
                result = method.handler(visit, params)
        finally:
            now = self.clock.now()
            hit.used[name] = used = hit.used.get(name, 0.0) + (now - began)
        total = 0.0 if account is None else account.total(now) + used
        reset_at = int(now) + 600 if account is None else account.reset_at(now)
        time = self._time.write(began, now, total, reset_at)
        if isinstance(result, Page):
            return Answer(result.result, time, result.total, result.next)
        return Answer(result, time)

    async def _work(self, hit: Hit, name: str) -> None:
        """The time a command takes, as far as the request has it."""
        seconds = self.command_seconds.get(name.lower(), self.command_seconds.get("*", 0.0))
        if seconds <= 0:
            return
        limit = self.limits.request_seconds
        now = self.clock.now()
        if limit is not None and not hit.is_cut and now + seconds > hit.began + limit:
            left = max(0.0, hit.began + limit - now)
            await self.clock.sleep(left)
            seconds -= left
            hit.is_cut = True
            if not self.limits.finishes_after_cut:
                raise RequestCut
            hit.cut()
        await self.clock.sleep(seconds)

    def _account(self, hit: Hit) -> None:
        """Sums are kept at the end of a request, so concurrent ones can overshoot the limit."""
        if self.limits.operating_seconds is None:
            return
        for name, seconds in hit.used.items():
            self.operating(hit.caller.account, name).add(self.clock.now(), seconds)


_NOT_FOR_METHODS = frozenset({"start", "auth", "access_token", "ap", "aplogin"})


def _covers(scopes: frozenset[str], scope: str | None) -> bool:
    if scope is None or scope in scopes:
        return True
    return scope == "user" and not scopes.isdisjoint(_USER_SCOPES)


def _envelope(answer: Answer) -> dict[str, Any]:
    result: object = answer.result
    if isinstance(result, dict):
        members = cast("dict[str, Any]", result)
        if members.get("error") and members.get("error_description"):
            return members.copy()  # what looks like an error is sent without an envelope
    body: dict[str, Any] = {"result": result}
    if answer.next is not None:
        body["next"] = answer.next
    if answer.total is not None:
        body["total"] = answer.total
    body["time"] = answer.time
    return body


def error_reply(error: RestError, headers: dict[str, str] = JSON_HEADERS) -> Reply:
    """An error in JSON."""
    return Reply(
        status=error.status, body=encode(error_body(error)), headers=headers, error=error.code
    )
