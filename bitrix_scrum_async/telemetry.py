"""Spans of OpenTelemetry for a session's requests. Needs the extra ``opentelemetry``.

A span is one attempt: from the moment a request is sent until its answer is there, or none comes.
It is named after the portal's method and hangs under the span that is current where the request
is sent. It holds no address, since a webhook's path is a password, and no parameters.
"""

from opentelemetry import trace

from .transport.events import (
    Event,
    RequestAnswered,
    RequestLost,
    RequestRetried,
    RequestSent,
    TokensRefreshed,
    Waited,
)
from .version import USER_AGENT


class Spans:
    """Turns a session's events into spans: ``PortalSession(..., on_event=Spans())``.

    Waiting, repeats and new tokens become events on the span that is current meanwhile. One
    instance may serve several sessions.

    Args:
        provider: Where spans go; the application's own when none is given.
    """

    def __init__(self, provider: trace.TracerProvider | None = None) -> None:
        name, _, version = USER_AGENT.partition("/")
        self._tracer = trace.get_tracer(name, version, tracer_provider=provider)
        self._open: dict[int, trace.Span] = {}

    def __call__(self, event: Event) -> None:
        """Take in an event."""
        match event:
            case RequestSent():
                self._open[event.request] = self._tracer.start_span(
                    event.method,
                    kind=trace.SpanKind.CLIENT,
                    attributes={
                        "server.address": event.portal,
                        "http.request.method": "POST",
                        "http.request.resend_count": event.attempt - 1,
                        "bitrix.method": event.method,
                        "bitrix.commands": event.commands,
                    },
                )
            case RequestAnswered():
                self._end(event.request, event.error, status=event.status)
            case RequestLost():
                self._end(event.request, event.error)
            case Waited():
                _note("bitrix.waited", event, cause=event.cause, seconds=event.seconds)
            case RequestRetried():
                _note("bitrix.retried", event, error=event.error, seconds=event.after)
            case TokensRefreshed():
                _note("bitrix.refreshed", event, seconds=event.seconds)
            case _:
                pass

    def _end(self, request: int, error: str | None, *, status: int | None = None) -> None:
        span = self._open.pop(request, None)
        if span is None:  # sent before somebody began to listen
            return
        if status is not None:
            span.set_attribute("http.response.status_code", status)
        if error is not None:
            span.set_attribute("error.type", error)
            span.set_status(trace.StatusCode.ERROR)
        span.end()


def _note(name: str, event: Event, **attributes: str | float) -> None:
    about = {"bitrix.method": event.method, **attributes}
    trace.get_current_span().add_event(name, about)
