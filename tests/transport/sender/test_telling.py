"""What is told of a request on its way, and what is counted."""

import anyio
import pytest

from bitrix_scrum_async.calls import Effect
from bitrix_scrum_async.transport.events import (
    RequestAnswered,
    RequestLost,
    RequestRetried,
    RequestSent,
)
from bitrix_scrum_async.transport.http import Letter
from bitrix_scrum_async.transport.raw import RawAnswer
from bitrix_scrum_async.transport.request import Request

from .desk import BUSY, LOST, OK, Desk, ScriptedHttp

pytestmark = pytest.mark.anyio


async def test_every_step_is_told() -> None:
    desk = Desk(LOST, BUSY, OK)
    await desk.send(Effect.READ)
    assert desk.steps == [
        RequestSent,
        RequestLost,
        RequestRetried,
        RequestSent,
        RequestAnswered,
        RequestRetried,
        RequestSent,
        RequestAnswered,
    ]
    assert [event.attempt for event in desk.events if isinstance(event, RequestSent)] == [1, 2, 3]
    assert len({event.request for event in desk.events}) == 1
    assert [waited.cause for waited in desk.waits] == ["failure", "refused"]
    assert [waited.seconds for waited in desk.waits] == desk.clock.slept


@pytest.mark.parametrize("leaves", [True, False])
async def test_a_cancelled_request_is_told_of_and_says_whether_it_left(leaves: bool) -> None:
    class Silent(ScriptedHttp):
        async def answer(self, letter: Letter) -> RawAnswer:
            letter.left = leaves
            await anyio.sleep_forever()
            raise AssertionError

    desk = Desk(http=Silent())
    request = Request("m", {}, Effect.WRITE)
    with anyio.move_on_after(0.001):
        await desk.sender.request(request)
    assert request.may_have_run is leaves
    assert isinstance(desk.events[-1], RequestLost)
    assert desk.events[-1].error == "Cancelled"


async def test_the_counts_tell_what_was_sent() -> None:
    desk = Desk(LOST, OK)
    await desk.sender.request(Request("batch", {}, Effect.READ, commands=50))
    stats = desk.stats
    assert (stats.requests, stats.batches, stats.commands, stats.retries) == (2, 2, 100, 1)
