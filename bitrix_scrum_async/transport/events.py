"""What happens on the way to the portal and back, as frozen values.

A session tells them to its ``on_event`` and to the log. They say which method, which attempt, how
long and what came of it: never an address, a parameter or a result.
"""

import logging
from collections.abc import Callable
from typing import Literal, TypeAlias

import attrs

_log = logging.getLogger("bitrix_scrum_async")

Cause: TypeAlias = Literal["bucket", "refused", "operating", "failure"]
"""Why a request waits: our own limiter, the portal's limiter, a method that used up its working
time, a failure before it is repeated."""


@attrs.frozen(kw_only=True)
class Event:
    """Something happened to a request.

    Attributes:
        portal: The portal's host.
        method: The portal's method; ``"batch"`` for many calls.
        request: A number that all attempts of one request share, unique in this process.
    """

    portal: str
    method: str
    request: int


@attrs.frozen(kw_only=True)
class RequestSent(Event):
    """A request is about to leave. `RequestAnswered` or `RequestLost` follows, always.

    Attributes:
        attempt: 1 for the first time it is sent.
        commands: How many calls it carries.
    """

    attempt: int
    commands: int


@attrs.frozen(kw_only=True)
class RequestAnswered(Event):
    """An HTTP answer has come, good or bad.

    Attributes:
        attempt: Of which attempt.
        status: The HTTP status.
        seconds: How long it took.
        error: The error's class, or ``None`` for a result.
    """

    attempt: int
    status: int
    seconds: float
    error: str | None = None


@attrs.frozen(kw_only=True)
class RequestLost(Event):
    """No answer comes: no connection, a time-out, a cut answer, or a cancellation.

    Attributes:
        attempt: Of which attempt.
        seconds: How long was waited for it.
        error: The error's class.
    """

    attempt: int
    seconds: float
    error: str


@attrs.frozen(kw_only=True)
class RequestRetried(Event):
    """A request will be sent again.

    Attributes:
        attempt: The number of the attempt that comes.
        after: Seconds until then, besides what the limits make it wait.
        error: The class of the error behind it.
    """

    attempt: int
    after: float
    error: str


@attrs.frozen(kw_only=True)
class Waited(Event):
    """A request begins to wait.

    Attributes:
        cause: Why.
        seconds: How long.
    """

    cause: Cause
    seconds: float


@attrs.frozen(kw_only=True)
class TokensRefreshed(Event):
    """The session has new tokens.

    Attributes:
        seconds: How long it took.
    """

    seconds: float


OnEvent: TypeAlias = Callable[[Event], object]


def tell(event: Event, on_event: OnEvent | None) -> None:
    """Write an event to the log and pass it on.

    What a listener raises goes to the log: it must not cost anybody an answer.
    """
    _write(event)
    if on_event is not None:
        try:
            on_event(event)
        except Exception:  # noqa: BLE001 - whatever the listener raises
            _log.exception("on_event failed for %s", type(event).__name__)


def _write(event: Event) -> None:
    match event:
        case RequestSent():
            _log.debug("%s: attempt %d, commands: %d", event.method, event.attempt, event.commands)
        case RequestAnswered():
            _log.info(
                "%s: attempt %d answered %d after %.2f s%s",
                event.method,
                event.attempt,
                event.status,
                event.seconds,
                f": {event.error}" if event.error else "",
            )
        case RequestLost():
            _log.warning(
                "%s: attempt %d got no answer in %.2f s: %s",
                event.method,
                event.attempt,
                event.seconds,
                event.error,
            )
        case RequestRetried():
            _log.info(
                "%s: attempt %d in %.1f s after %s",
                event.method,
                event.attempt,
                event.after,
                event.error,
            )
        case Waited():
            # Our own limiter holds back every second request of a bulk import: that is no news.
            level = logging.DEBUG if event.cause == "bucket" else logging.INFO
            _log.log(level, "%s: waits %.1f s (%s)", event.method, event.seconds, event.cause)
        case TokensRefreshed():
            _log.info("%s: new tokens after %.2f s", event.method, event.seconds)
        case _:  # a class of the caller's own
            pass
