"""Faults on request: what can go wrong between a client and a portal, at the n-th matching
request."""

import fnmatch
import threading
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import attrs

from .answers import RestError
from .record import Command, Request
from .switches import SystemStatuses
from .system_errors import SYSTEM_ERRORS, system_error

TRANSPORT_FAULTS = {
    "drop": "the connection is closed without an answer",
    "cut": "the connection is closed in the middle of the answer's body",
    "truncated": "a complete HTTP answer with half of the JSON",
    "empty": "status 200 (or `status`) with an empty body",
    "html": "status 200 (or `status`) with an HTML page",
    "bad_gateway": "status 502 with an HTML page",
    "unavailable": "status 503 with an HTML page",
    "gateway_timeout": "status 504 with an HTML page",
    "too_large": "status 413 with an HTML page",
    "hang": "no answer, for `seconds` or until the emulator closes; then the connection is closed",
    "delay": "`seconds` pass; then all goes its usual way",
    "redirect": "status 302 (or `status`) to `location`",
}
"""Names of the faults on the way; every code of a system error is a fault as well."""

_CUTS_THE_ANSWER = frozenset({"cut", "truncated"})
# Errors that a portal gives to one command; the others end the request around it.
_COMMAND_CODES = frozenset(
    {
        "OPERATION_TIME_LIMIT",
        "QUERY_LIMIT_EXCEEDED",
        "ERROR_BATCH_METHOD_NOT_ALLOWED",
        "ERROR_BATCH_LENGTH_EXCEEDED",
        "ERROR_METHOD_NOT_FOUND",
        "ERROR_CORE",
        "ERROR_ARGUMENT",
        "insufficient_scope",
        "INTERNAL_SERVER_ERROR",
        "ERROR_UNEXPECTED_ANSWER",
        "METHOD_CONFIRM_WAITING",
        "METHOD_CONFIRM_DENIED",
    }
)

When: TypeAlias = Literal["before", "after"]
Scope: TypeAlias = Literal["request", "command"]
Match: TypeAlias = str | Callable[[Request | Command], bool] | None


@attrs.frozen(kw_only=True)
class Fault:
    """One thing that goes wrong.

    Args:
        name: A name of `TRANSPORT_FAULTS`, or the code of a system error.
        when: Before or after the request is executed. Usually before; `cut` and `truncated` spoil
            a real answer, so they come after.
        commands: How many commands of a batch run before the fault; the others never do.
        seconds: How long `delay` and `hang` take.
        location: Where `redirect` points; usually the same path under another name of this host.
        status: The HTTP status of `redirect`, `html`, `empty`, or of an error.
        error: The error to answer instead of the one the name stands for.
    """

    name: str
    when: When = "before"
    commands: int | None = None
    seconds: float | None = None
    location: str | None = None
    status: int | None = None
    error: RestError | None = attrs.field(default=None, eq=False)

    @property
    def is_error(self) -> bool:
        """Whether the portal itself answers, with an error in JSON."""
        return self.error is not None or self.name in SYSTEM_ERRORS

    def rest_error(self, statuses: SystemStatuses, *, by_oauth: bool) -> RestError:
        """The error this fault answers with, to a webhook's call or one with a token."""
        error = self.error or system_error(self.name, statuses, by_oauth=by_oauth)
        if self.status is None:
            return error
        return RestError(error.code, error.description, self.status, **error.extras)


def named_fault(name: str, **details: Any) -> Fault:
    """A fault by its name.

    Raises:
        ValueError: The name or a detail is unknown, or a detail is missing.
    """
    known = [field.name for field in attrs.fields(Fault) if field.name != "name"]
    unknown = [detail for detail in details if detail not in known]
    if unknown:
        raise ValueError(f"unknown detail {unknown[0]!r} of a fault: {', '.join(known)}")
    details.setdefault("when", "after" if name in _CUTS_THE_ANSWER else "before")
    return Fault(name=name, **details)


def _check(fault: Fault) -> None:
    if fault.name not in TRANSPORT_FAULTS and not fault.is_error:
        names = ", ".join((*TRANSPORT_FAULTS, *SYSTEM_ERRORS))
        raise ValueError(f"unknown fault {fault.name!r}: {names}")
    if fault.when not in ("before", "after"):
        raise ValueError(f"a fault comes when='before' or 'after', not {fault.when!r}")
    if fault.name == "delay" and fault.seconds is None:
        raise ValueError("a delay needs seconds=")


@attrs.define(kw_only=True, eq=False)
class Injection:
    """A fault that waits for its request. `hits` counts how often it has struck."""

    fault: Fault
    match: Match
    scope: Scope
    first: int
    times: int | None
    seen: int = 0
    hits: int = 0

    @property
    def spent(self) -> bool:
        """Whether it has struck as often as it was told to."""
        return self.times is not None and self.hits >= self.times

    def sees(self, asked: Request | Command) -> bool:
        """Count this request or command if it matches; whether it is one to strike."""
        if not self._matches(asked):
            return False
        self.seen += 1
        return self.seen >= self.first

    def _matches(self, asked: Request | Command) -> bool:
        if self.match is None:
            return True
        if not isinstance(self.match, str):
            return self.match(asked)
        if _is_like(asked.method, self.match):
            return True
        return (
            self.scope == "request"
            and isinstance(asked, Request)
            and any(_is_like(command.method, self.match) for command in asked.commands)
        )


def _is_like(method: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(method.lower(), pattern.lower())


class Faults:
    """The faults that wait. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Injection] = []

    def inject(
        self,
        fault: Fault,
        *,
        match: Match = None,
        nth: int = 1,
        times: int | None = 1,
        scope: Scope | None = None,
    ) -> Injection:
        """Let a fault happen; see `Emulator.inject`."""
        _check(fault)
        if nth < 1:
            raise ValueError(f"nth counts from 1, not {nth}")
        if times is not None and times < 1:
            raise ValueError(f"times is at least 1, or None for always, not {times}")
        if scope not in (None, "request", "command"):
            raise ValueError(f"the scope of a fault is 'request' or 'command', not {scope!r}")
        if scope == "command" and not fault.is_error:
            raise ValueError(f"{fault.name} hits a whole request, not one command of a batch")
        if scope is None:
            scope = _usual_scope(fault, match)
        injection = Injection(fault=fault, match=match, scope=scope, first=nth, times=times)
        with self._lock:
            self._waiting.append(injection)
        return injection

    def clear(self) -> None:
        """Forget all faults that have not struck."""
        with self._lock:
            self._waiting.clear()

    def for_request(self, request: Request) -> Fault | None:
        """The fault that hits this request, if any. A direct call is also a command of its own."""
        if not self._waiting:
            return None
        return self._strike(
            request, lambda injection: injection.scope == "request" or not request.is_batch
        )

    def for_command(self, command: Command) -> Fault | None:
        """The fault that hits this command of a batch, if any."""
        if not self._waiting:
            return None
        return self._strike(command, lambda injection: injection.scope == "command")

    def _strike(
        self, asked: Request | Command, applies: Callable[[Injection], bool]
    ) -> Fault | None:
        with self._lock:
            # Each of them counts; of several that are due, the oldest strikes and the others wait
            # for the next.
            due = [each for each in self._waiting if applies(each) and each.sees(asked)]
            if not due:
                return None
            striking = due[0]
            striking.hits += 1
            if striking.spent:
                self._waiting.remove(striking)
            return striking.fault


def _usual_scope(fault: Fault, match: Match) -> Scope:
    """An error aimed at a method hits the method's command, where a portal does so too."""
    aims = isinstance(match, str) and not _is_like("batch", match)
    own_error = fault.error is not None and fault.name not in SYSTEM_ERRORS
    return "command" if aims and (own_error or fault.name in _COMMAND_CODES) else "request"
