"""What happens to requests is told: to the log without parameters, and to whoever listens."""

import logging
from typing import Any

import attrs
import pytest

from bitrix_scrum_async.transport.events import (
    Event,
    RequestAnswered,
    RequestLost,
    RequestRetried,
    RequestSent,
    TokensRefreshed,
    Waited,
    tell,
)

ABOUT: dict[str, Any] = {"portal": "acme.example", "method": "m", "request": 1}

EVENTS = [
    (RequestSent(**ABOUT, attempt=1, commands=50), logging.DEBUG, "m: attempt 1, commands: 50"),
    (
        RequestAnswered(**ABOUT, attempt=1, status=200, seconds=0.5),
        logging.INFO,
        "m: attempt 1 answered 200 after 0.50 s",
    ),
    (
        RequestAnswered(**ABOUT, attempt=2, status=503, seconds=0.5, error="QueryLimitExceeded"),
        logging.INFO,
        "m: attempt 2 answered 503 after 0.50 s: QueryLimitExceeded",
    ),
    (
        RequestLost(**ABOUT, attempt=1, seconds=75.0, error="OutcomeUnknown"),
        logging.WARNING,
        "m: attempt 1 got no answer in 75.00 s: OutcomeUnknown",
    ),
    (
        RequestRetried(**ABOUT, attempt=2, after=0.3, error="NotSent"),
        logging.INFO,
        "m: attempt 2 in 0.3 s after NotSent",
    ),
    (Waited(**ABOUT, cause="operating", seconds=90.0), logging.INFO, "m: waits 90.0 s (operating)"),
    (Waited(**ABOUT, cause="bucket", seconds=0.5), logging.DEBUG, "m: waits 0.5 s (bucket)"),
    (TokensRefreshed(**ABOUT, seconds=0.2), logging.INFO, "m: new tokens after 0.20 s"),
]


@pytest.mark.parametrize(("event", "level", "text"), EVENTS, ids=lambda x: type(x).__name__)
def test_each_event_has_its_line_in_the_log(
    event: Event, level: int, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "bitrix_scrum_async"):
        tell(event, None)
    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (level, text)


@pytest.mark.parametrize("event", [event for event, _, _ in EVENTS], ids=repr)
def test_an_event_is_passed_on_and_cannot_be_changed(event: Event) -> None:
    heard: list[Event] = []
    tell(event, heard.append)
    assert heard == [event]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        event.method = "other"  # type: ignore[misc]


def test_a_listener_that_fails_costs_nobody_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: Event) -> None:
        raise RuntimeError("broken listener")

    tell(EVENTS[0][0], fail)
    (record,) = caplog.records
    assert record.getMessage() == "on_event failed for RequestSent"
    assert record.exc_info is not None
