"""A token that has expired is renewed once, and the request sent again."""

import pytest

from bitrix_scrum_async.calls import Effect
from bitrix_scrum_async.errors import ExpiredToken, NotSent, OutcomeUnknown
from bitrix_scrum_async.transport.events import (
    RequestAnswered,
    RequestRetried,
    RequestSent,
    TokensRefreshed,
)

from .desk import EXPIRED, LOST, OK, Desk, Renewable

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("effect", list(Effect))
async def test_an_expired_token_is_renewed_and_the_call_sent_again(effect: Effect) -> None:
    desk = Desk(EXPIRED, OK, credentials=Renewable())
    assert await desk.send(effect) == {"id": 7}
    assert desk.requests == 2
    assert desk.clock.slept == []
    assert [type(event) for event in desk.events] == [
        RequestSent,
        RequestAnswered,
        TokensRefreshed,
        RequestRetried,
        RequestSent,
        RequestAnswered,
    ]


async def test_a_new_token_that_is_refused_too_is_not_renewed_again() -> None:
    credentials = Renewable(lives=9)
    desk = Desk(EXPIRED, credentials=credentials)
    with pytest.raises(ExpiredToken):
        await desk.send()
    assert (desk.requests, credentials.refreshed) == (2, 1)


async def test_what_cannot_be_renewed_is_raised() -> None:
    desk = Desk(EXPIRED)
    with pytest.raises(ExpiredToken):
        await desk.send()
    assert desk.requests == 1


async def test_a_renewal_that_fails_is_raised() -> None:
    with pytest.raises(NotSent, match="the authorization server is away"):
        await Desk(EXPIRED, credentials=Renewable(lives=0)).send()


async def test_a_renewal_that_fails_after_a_lost_answer_leaves_the_outcome_unknown() -> None:
    desk = Desk(LOST, EXPIRED, credentials=Renewable(lives=0))
    with pytest.raises(OutcomeUnknown, match="the authorization server is away"):
        await desk.send(Effect.REPEATABLE)
