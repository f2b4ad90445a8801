"""Requests become spans, one an attempt, without the address."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from bitrix_scrum_async import OutcomeUnknown, PortalSession, RetryPolicy
from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.telemetry import Spans
from bitrix_scrum_async.transport.events import RequestAnswered

pytestmark = pytest.mark.anyio


class Traced:
    """A provider that keeps its spans."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self._exporter.get_finished_spans()


@pytest.fixture
def traced() -> Iterator[Traced]:
    made = Traced()
    yield made
    made.provider.shutdown()


async def test_a_batch_is_one_span(traced: Traced) -> None:
    async with (
        Emulator() as emulator,
        PortalSession(emulator.webhook, on_event=Spans(traced.provider)) as portal,
    ):
        await portal.batch(portal.users.current(), portal.users.current())
    (span,) = traced.spans
    assert (span.name, span.kind) == ("batch", SpanKind.CLIENT)
    assert dict(span.attributes or {}) == {
        "server.address": "127.0.0.1",
        "http.request.method": "POST",
        "http.request.resend_count": 0,
        "http.response.status_code": 200,
        "bitrix.method": "batch",
        "bitrix.commands": 2,
    }
    assert span.status.status_code is StatusCode.UNSET


async def test_each_attempt_is_a_span_and_a_repeat_is_noted(traced: Traced) -> None:
    async with (
        Emulator() as emulator,
        PortalSession(
            emulator.webhook, on_event=Spans(traced.provider), retry=RetryPolicy(waiting=False)
        ) as portal,
    ):
        emulator.inject("drop")
        with traced.provider.get_tracer("test").start_as_current_span("nightly"):
            await portal.users.current()
    lost, answered, outer = traced.spans
    assert lost.status.status_code is StatusCode.ERROR
    assert (lost.attributes or {})["error.type"] == "OutcomeUnknown"
    assert (answered.attributes or {})["http.request.resend_count"] == 1
    assert [event.name for event in outer.events] == ["bitrix.retried"]
    assert lost.parent is not None
    assert lost.parent.span_id == answered.parent.span_id == outer.context.span_id  # type: ignore[union-attr]


async def test_no_span_holds_the_secret(traced: Traced) -> None:
    async with (
        Emulator() as emulator,
        PortalSession(emulator.webhook, on_event=Spans(traced.provider)) as portal,
    ):
        emulator.inject("drop")
        with pytest.raises(OutcomeUnknown):
            await portal.backlogs.add(1, created_by=1)
        code = emulator.webhook.rstrip("/").rpartition("/")[2]
    assert traced.spans
    for span in traced.spans:
        assert code not in span.to_json()


async def test_an_end_without_a_beginning_is_no_span(traced: Traced) -> None:
    Spans(traced.provider)(
        RequestAnswered(portal="p", method="m", request=1, attempt=1, status=200, seconds=0.1)
    )
    assert traced.spans == ()
