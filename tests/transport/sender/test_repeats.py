"""What is sent again and what is not, and what the caller gets in the end."""

from collections.abc import Callable

import pytest

from bitrix_scrum_async.calls import Effect
from bitrix_scrum_async.errors import (
    BitrixScrumError,
    InvalidCall,
    NotExecuted,
    NotSent,
    OutcomeUnknown,
    OverloadLimit,
    SprintNotFound,
)
from bitrix_scrum_async.transport.raw import RawAnswer
from bitrix_scrum_async.transport.request import Request
from bitrix_scrum_async.transport.retry import RetryPolicy

from .desk import BLOCKED, BUSY, CRASHED, GATEWAY, LOST, NO_SPRINT, OK, OVERLOAD, REFUSED, Desk

pytestmark = pytest.mark.anyio

# Whether these were executed nobody knows.
unknown = pytest.mark.parametrize("failure", [LOST, GATEWAY, CRASHED], ids=["lost", "504", "500"])


async def test_a_request_goes_to_its_method_as_json() -> None:
    desk = Desk(OK)
    assert await desk.send() == {"id": 7}
    assert desk.http.posted == [("https://acme.example/rest/1/code/m", {"x": 1})]
    assert desk.clock.slept == []


async def test_what_has_no_form_in_json_is_refused_unsent() -> None:
    desk = Desk(OK)
    with pytest.raises(InvalidCall):
        await desk.sender.request(Request("m", {"x": object()}, Effect.READ))
    assert desk.requests == 0


@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize("failure", [REFUSED, BUSY], ids=["no connection", "busy"])
async def test_what_was_not_executed_is_sent_again(
    failure: RawAnswer | BitrixScrumError, effect: Effect
) -> None:
    desk = Desk(failure, failure, OK)
    assert await desk.send(effect) == {"id": 7}
    assert desk.requests == 3


@pytest.mark.parametrize("effect", [Effect.READ, Effect.REPEATABLE, Effect.DELETE])
@unknown
async def test_a_repeatable_call_survives_lost_answers(
    failure: RawAnswer | BitrixScrumError, effect: Effect
) -> None:
    desk = Desk(failure, failure, OK)
    assert await desk.send(effect) == {"id": 7}
    assert desk.requests == 3


@unknown
async def test_another_write_is_never_sent_twice(failure: RawAnswer | BitrixScrumError) -> None:
    desk = Desk(failure, OK)
    with pytest.raises(OutcomeUnknown):
        await desk.send(Effect.WRITE)
    assert desk.requests == 1
    assert desk.clock.slept == []


@pytest.mark.parametrize(
    ("answer", "error"), [(OVERLOAD, OverloadLimit), (NO_SPRINT, SprintNotFound)]
)
async def test_a_plain_no_is_raised_at_once(
    answer: RawAnswer, error: type[BitrixScrumError]
) -> None:
    desk = Desk(answer)
    with pytest.raises(error):
        await desk.send(Effect.READ)
    assert desk.requests == 1


async def test_a_deletion_whose_answer_was_lost_is_done_when_nothing_is_found() -> None:
    desk = Desk(LOST, NO_SPRINT)
    answer = await desk.sender.request(Request("m", {}, Effect.DELETE))
    assert answer.deleted_before
    assert answer.result is None


async def test_a_deletion_of_nothing_is_an_error() -> None:
    with pytest.raises(SprintNotFound):
        await Desk(NO_SPRINT).send(Effect.DELETE)


async def test_attempts_end() -> None:
    desk = Desk(REFUSED)
    with pytest.raises(NotSent):
        await desk.send()
    assert desk.requests == 5


@pytest.mark.parametrize("answer", [BUSY, BLOCKED], ids=["busy", "blocked"])
async def test_out_of_patience_after_a_lost_answer_a_write_is_unknown(answer: RawAnswer) -> None:
    """The last refusal alone would say that nothing was executed."""
    desk = Desk(LOST, answer, retry=RetryPolicy(max_wait=3.0))
    with pytest.raises(OutcomeUnknown, match="it may have been executed"):
        await desk.send(Effect.REPEATABLE)


@pytest.mark.parametrize("effect", [Effect.REPEATABLE, Effect.DELETE])
@pytest.mark.parametrize("error", [NotExecuted("stopped"), InvalidCall("the session is closed")])
async def test_a_repeat_that_is_not_sent_says_nothing_of_the_lost_attempt_before(
    error: BitrixScrumError, effect: Effect
) -> None:
    desk = Desk(LOST, error)
    with pytest.raises(OutcomeUnknown, match=str(error)):
        await desk.send(effect)


@pytest.mark.parametrize(
    "make", [lambda: Desk(NO_SPRINT), lambda: Desk(REFUSED), lambda: Desk(GATEWAY)]
)
async def test_no_error_holds_the_address(make: Callable[[], Desk]) -> None:
    with pytest.raises(BitrixScrumError) as caught:
        await make().send()
    assert "code/" not in str(caught.value)
    assert "/rest/" not in repr(caught.value)
