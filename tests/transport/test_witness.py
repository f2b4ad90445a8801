"""What happens to requests is counted always, and told where somebody listens."""

import logging

import pytest

from bitrix_scrum_async.calls import Effect
from bitrix_scrum_async.errors import NotSent
from bitrix_scrum_async.transport.auth import Webhook
from bitrix_scrum_async.transport.events import Event, RequestAnswered, RequestSent, Waited
from bitrix_scrum_async.transport.request import Request
from bitrix_scrum_async.transport.tally import Tally
from bitrix_scrum_async.transport.witness import Witness

WEBHOOK = Webhook("https://acme.example/rest/1/code/")

LINES = [
    (logging.DEBUG, ["m: attempt 1, commands: 1", "m: waits 1.0 s (bucket)"]),
    (logging.INFO, ["m: attempt 2 in 0.3 s after NotSent", "m: new tokens after 0.20 s"]),
    (logging.INFO, ["m: attempt 1 answered 200 after 0.50 s"]),
    (logging.WARNING, ["m: attempt 1 got no answer in 0.50 s: Cancelled"]),
]


def go_through_everything(witness: Witness) -> None:
    request = Request("m", {}, Effect.READ)
    witness.leaves(request)
    witness.waits(request, "bucket", 1.0)
    witness.goes_again(request, NotSent("no"), 0.3)
    witness.refreshed(request, 0.2)
    witness.ended(request, 200, None, 0.5)
    witness.ended(request, None, None, 0.5)


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR])
def test_the_log_is_written_whether_somebody_listens_or_not(
    level: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(level, "bitrix_scrum_async"):
        go_through_everything(Witness(WEBHOOK, Tally(), None))
    written = [line for own, lines in LINES if own >= level for line in lines]
    assert caplog.messages == written


def test_a_listener_hears_what_the_log_does_not_want(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Event] = []
    with caplog.at_level(logging.ERROR, "bitrix_scrum_async"):
        go_through_everything(Witness(WEBHOOK, Tally(), heard.append))
    kinds = ["RequestSent", "Waited", "RequestRetried", "TokensRefreshed"]
    assert [type(event).__name__ for event in heard] == [*kinds, "RequestAnswered", "RequestLost"]
    sent, waited, *_, answered, _ = heard
    assert isinstance(sent, RequestSent)
    assert (sent.portal, sent.method, sent.attempt, sent.commands) == ("acme.example", "m", 1, 1)
    assert isinstance(waited, Waited)
    assert isinstance(answered, RequestAnswered)
    assert {event.request for event in heard} == {sent.request}


def test_every_attempt_is_counted_though_nobody_listens() -> None:
    tally = Tally()
    witness = Witness(WEBHOOK, tally, None)
    request = Request("batch", {}, Effect.WRITE, commands=50)
    witness.leaves(request)
    witness.leaves(request)
    stats = tally.snapshot()
    assert (stats.requests, stats.commands, stats.batches, stats.retries) == (2, 100, 2, 1)
