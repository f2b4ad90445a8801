"""How long a request waits: for the bucket, for a method that is held, and not for ever."""

import anyio
import pytest

from bitrix_scrum_async.errors import (
    OperationTimeLimit,
    OutcomeUnknown,
    QueryLimitExceeded,
    SprintNotFound,
)
from bitrix_scrum_async.transport.raw import RawAnswer
from bitrix_scrum_async.transport.retry import RetryPolicy
from tests.clocks import VirtualClock

from .desk import BLOCKED, BUSY, EXPIRED, LOST, NO_SPRINT, OK, REFUSED, Desk, Renewable

pytestmark = pytest.mark.anyio


async def test_a_place_is_taken_before_sending() -> None:
    desk = Desk(OK, burst=3)
    for _ in range(5):
        await desk.send()
    assert desk.clock.slept == [0.5, 0.5]
    assert desk.stats.waited == {"bucket": 1.0}


async def test_what_was_not_sent_gives_its_place_back() -> None:
    desk = Desk(REFUSED, REFUSED, REFUSED, REFUSED, OK, burst=1, per_second=0.001)
    await desk.send()
    assert max(desk.clock.slept) < 10


async def test_cancelled_while_it_waits_a_request_gives_its_place_back() -> None:
    class Halting(VirtualClock):
        stands = False

        async def sleep(self, seconds: float) -> None:
            if self.stands:
                await anyio.sleep_forever()
            await super().sleep(seconds)

    clock = Halting()
    desk = Desk(OK, burst=1, per_second=1.0, clock=clock)
    await desk.send()
    clock.stands = True
    async with anyio.create_task_group() as group:
        group.start_soon(desk.send)
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    clock.stands = False
    await desk.send()
    assert desk.clock.slept == [1.0]


async def test_a_lost_answer_does_not_say_that_the_request_has_arrived() -> None:
    """The bucket cannot know when it begins to leak, so it leaks from two seconds on."""
    desk = Desk(LOST, OK, burst=1)
    with pytest.raises(OutcomeUnknown):
        await desk.send()
    desk.clock.turn(2.0)  # two places would have leaked out after the answer; now it is 0.9
    await desk.send()
    await desk.send()
    assert len(desk.clock.slept) == 2
    assert [waited.cause for waited in desk.waits] == ["bucket"] * 2


async def test_after_a_refusal_the_bucket_is_waited_for() -> None:
    desk = Desk(BUSY, BUSY, OK)
    await desk.send()
    assert desk.clock.slept == [0.75, 1.25]
    assert desk.stats.waited["refused"] == 2.0


async def test_a_no_to_what_was_asked_shows_that_the_bucket_has_room() -> None:
    desk = Desk(BUSY, NO_SPRINT, BUSY, OK)
    with pytest.raises(SprintNotFound):
        await desk.send()
    await desk.send()
    assert desk.clock.slept == [0.75, 0.5, 0.75]  # a second refusal in a row would cost more


async def test_a_limit_that_our_settings_do_not_know_is_waited_for_too() -> None:
    desk = Desk(BUSY, per_second=0.0, retry=RetryPolicy(max_wait=5.0))
    with pytest.raises(QueryLimitExceeded):
        await desk.send()
    assert desk.clock.slept == [1.0] * 5


async def test_a_portal_that_refuses_seconds_apart_is_asked_again() -> None:
    desk = Desk(BUSY, OK, OK, BUSY, OK, per_second=0.0)
    await desk.send()
    desk.clock.turn(2.2)
    await desk.send()
    await desk.send()
    assert desk.clock.slept == [1.0, 1.0]


async def test_a_blocked_method_is_held_until_its_reset_and_sent_again() -> None:
    told = RawAnswer(
        200, b'{"result": 1, "time": {"finish": 1000.5, "operating_reset_at": 1100}}', None
    )
    desk = Desk(told, BLOCKED, OK)
    await desk.send()
    assert await desk.send() == {"id": 7}
    assert desk.clock.slept == [99.5]
    assert desk.stats.waited["operating"] == 99.5


async def test_while_one_method_is_held_others_go_on() -> None:
    desk = Desk(BLOCKED, retry=RetryPolicy(max_wait=10.0))
    with pytest.raises(OperationTimeLimit):
        await desk.send(method="blocked")
    desk.http.script = [OK]
    assert await desk.send(method="other") == {"id": 7}
    assert desk.clock.slept == []
    with pytest.raises(OperationTimeLimit, match="blocked for another 60 s"):
        await desk.send(method="blocked")
    assert desk.requests == 2


async def test_waiting_for_the_portal_has_a_bound() -> None:
    desk = Desk(BUSY, retry=RetryPolicy(max_wait=3.0))
    with pytest.raises(QueryLimitExceeded):
        await desk.send()
    assert desk.clock.slept == [0.75, 1.25]  # and the next would be 2.25
    assert desk.requests == 3


async def test_waiting_for_our_own_limiter_is_no_question_of_patience() -> None:
    desk = Desk(EXPIRED, OK, credentials=Renewable(), retry=RetryPolicy(max_wait=1.0), burst=1)
    desk.bucket.take(desk.clock.now())
    desk.bucket.arrived(desk.clock.now())
    assert await desk.send() == {"id": 7}
    assert desk.clock.slept == [0.5, 0.5]
    assert desk.stats.waited == {"bucket": 1.0}


async def test_a_switch_turns_waiting_off_and_patience_ends_all_the_same() -> None:
    desk = Desk(BUSY, retry=RetryPolicy(max_wait=3.0, waiting=False), burst=1)
    with pytest.raises(QueryLimitExceeded):
        await desk.send()
    assert desk.clock.slept == []
    assert desk.stats.waited == {}
    assert 1 < desk.requests < 10
