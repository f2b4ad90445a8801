"""The one loop: what is sent how often, how long it waits, and what the caller gets."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import anyio
import attrs
import orjson
import pytest

from bitrix_scrum_async.calls import Effect
from bitrix_scrum_async.errors import (
    BitrixScrumError,
    ExpiredToken,
    InvalidCall,
    NotExecuted,
    NotSent,
    OperationTimeLimit,
    OutcomeUnknown,
    OverloadLimit,
    QueryLimitExceeded,
    SprintNotFound,
)
from bitrix_scrum_async.transport.auth import Ask, Credentials, Webhook
from bitrix_scrum_async.transport.budget import OperatingBudget
from bitrix_scrum_async.transport.events import (
    Event,
    RequestAnswered,
    RequestLost,
    RequestRetried,
    RequestSent,
    TokensRefreshed,
    Waited,
)
from bitrix_scrum_async.transport.http import Http, Letter, Timeouts
from bitrix_scrum_async.transport.limits import LeakyBucket
from bitrix_scrum_async.transport.raw import RawAnswer
from bitrix_scrum_async.transport.request import Request
from bitrix_scrum_async.transport.retry import RetryPolicy
from bitrix_scrum_async.transport.sender import Sender
from tests.clocks import VirtualClock

pytestmark = pytest.mark.anyio

OK = RawAnswer(200, b'{"result": {"id": 7}}', None)
BUSY = RawAnswer(503, b'{"error": "QUERY_LIMIT_EXCEEDED", "error_description": "x"}', None)
BLOCKED = RawAnswer(429, b'{"error": "OPERATION_TIME_LIMIT", "error_description": "x"}', None)
OVERLOAD = RawAnswer(503, b'{"error": "OVERLOAD_LIMIT", "error_description": "x"}', None)
GATEWAY = RawAnswer(504, b"<html>Gateway Time-out</html>", None)
CRASHED = RawAnswer(500, b'{"error": "INTERNAL_SERVER_ERROR"}', None)
EXPIRED = RawAnswer(401, b'{"error": "expired_token", "error_description": "x"}', None)
NO_SPRINT = RawAnswer(400, b'{"error": 0, "error_description": "Sprint not found"}', None)
REFUSED = NotSent("no connection")
LOST = OutcomeUnknown("the answer was lost")


class ScriptedHttp(Http):
    """Gives prepared answers in turn, the last one for ever."""

    def __init__(self, *script: RawAnswer | BitrixScrumError) -> None:
        super().__init__(None, Timeouts(), "test/0")
        self.script: list[RawAnswer | BitrixScrumError] = list(script)
        self.posted: list[tuple[str, Any]] = []

    async def post(
        self, url: str, letter: Letter, headers: Mapping[str, str], *, method: str
    ) -> RawAnswer:
        self.posted.append((url, orjson.loads(letter.body)))
        await anyio.lowlevel.checkpoint()
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        letter.left = not isinstance(step, NotSent)
        if isinstance(step, BitrixScrumError):
            raise step
        return step


class Desk:
    """A sender with everything around it in reach."""

    def __init__(
        self,
        *script: RawAnswer | BitrixScrumError,
        burst: int = 50,
        per_second: float = 2.0,
        retry: RetryPolicy | None = None,
        concurrency: int = 10,
        credentials: Credentials | None = None,
    ) -> None:
        self.http = ScriptedHttp(*script)
        self.clock = VirtualClock()
        self.events: list[Event] = []
        self.sender = Sender(
            credentials=credentials or Webhook("https://acme.example/rest/1/code/"),
            http=self.http,
            share=LeakyBucket().join(burst, per_second),
            budget=OperatingBudget(480.0),
            concurrency=concurrency,
            retry=retry or RetryPolicy(),
            clock=self.clock,
            on_event=self.events.append,
        )

    async def send(self, effect: Effect = Effect.WRITE, method: str = "m") -> Any:
        return (await self.sender.request(Request(method, {"x": 1}, effect))).result

    @property
    def requests(self) -> int:
        return len(self.http.posted)


async def test_a_request_goes_to_its_method_as_json() -> None:
    desk = Desk(OK)
    assert await desk.send() == {"id": 7}
    assert desk.http.posted == [("https://acme.example/rest/1/code/m", {"x": 1})]
    assert desk.clock.slept == []


@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize("failure", [REFUSED, BUSY], ids=["no connection", "busy"])
async def test_what_was_not_executed_is_sent_again(
    failure: RawAnswer | BitrixScrumError, effect: Effect
) -> None:
    desk = Desk(failure, failure, OK)
    assert await desk.send(effect) == {"id": 7}
    assert desk.requests == 3


@pytest.mark.parametrize("effect", [Effect.READ, Effect.REPEATABLE, Effect.DELETE])
@pytest.mark.parametrize("failure", [LOST, GATEWAY, CRASHED], ids=["lost", "504", "500"])
async def test_a_repeatable_call_survives_lost_answers(
    failure: RawAnswer | BitrixScrumError, effect: Effect
) -> None:
    desk = Desk(failure, failure, OK)
    assert await desk.send(effect) == {"id": 7}
    assert desk.requests == 3


@pytest.mark.parametrize("failure", [LOST, GATEWAY, CRASHED], ids=["lost", "504", "500"])
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


async def test_a_place_is_taken_before_sending() -> None:
    desk = Desk(OK, burst=3)
    for _ in range(5):
        await desk.send()
    assert desk.clock.slept == [0.5, 0.5]
    assert desk.sender.tally.snapshot().waited == {"bucket": 1.0}


async def test_after_a_refusal_the_bucket_is_waited_for() -> None:
    desk = Desk(BUSY, BUSY, OK)
    await desk.send()
    assert desk.clock.slept == [0.75, 1.25]
    assert desk.sender.tally.snapshot().waited["refused"] == 2.0


async def test_a_blocked_method_is_held_until_its_reset_and_sent_again() -> None:
    told = RawAnswer(
        200, b'{"result": 1, "time": {"finish": 1000.5, "operating_reset_at": 1100}}', None
    )
    desk = Desk(told, BLOCKED, OK)
    await desk.send()
    assert await desk.send() == {"id": 7}
    assert desk.clock.slept == [99.5]
    assert desk.sender.tally.snapshot().waited["operating"] == 99.5


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


async def test_a_limit_that_our_settings_do_not_know_is_waited_for_too() -> None:
    desk = Desk(BUSY, per_second=0.0, retry=RetryPolicy(max_wait=5.0))
    with pytest.raises(QueryLimitExceeded):
        await desk.send()
    assert desk.clock.slept == [1.0] * 5


async def test_waiting_for_the_portal_has_a_bound() -> None:
    desk = Desk(BUSY, retry=RetryPolicy(max_wait=3.0))
    with pytest.raises(QueryLimitExceeded):
        await desk.send()
    assert desk.clock.slept == [0.75, 1.25]  # and the next would be 2.25
    assert desk.requests == 3


async def test_what_was_not_sent_gives_its_place_back() -> None:
    desk = Desk(REFUSED, REFUSED, REFUSED, REFUSED, OK, burst=1, per_second=0.001)
    await desk.send()
    assert max(desk.clock.slept) < 10


async def test_cancelled_while_it_waits_a_request_gives_its_place_back() -> None:
    class Patient(VirtualClock):
        async def sleep(self, seconds: float) -> None:
            await anyio.sleep_forever()

    desk = Desk(OK, burst=1, per_second=1.0)
    await desk.send()
    waiting = Patient()
    desk.sender._clock = waiting  # pyright: ignore[reportPrivateUsage]
    with anyio.move_on_after(0):
        await desk.send()
    desk.sender._clock = desk.clock  # pyright: ignore[reportPrivateUsage]
    await desk.send()
    assert desk.clock.slept == [1.0]


async def test_so_many_fly_at_once_and_no_more() -> None:
    flying = highest = 0

    class Slow(ScriptedHttp):
        async def post(
            self, url: str, letter: Letter, headers: Mapping[str, str], *, method: str
        ) -> RawAnswer:
            nonlocal flying, highest
            flying += 1
            highest = max(highest, flying)
            for _ in range(5):
                await anyio.lowlevel.checkpoint()
            flying -= 1
            letter.left = True
            return OK

    desk = Desk(OK, concurrency=3)
    desk.sender._http = Slow(OK)  # pyright: ignore[reportPrivateUsage]
    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(desk.send)
    assert highest == 3


async def test_what_has_no_form_in_json_is_refused_unsent() -> None:
    desk = Desk(OK)
    with pytest.raises(InvalidCall):
        await desk.sender.request(Request("m", {"x": object()}, Effect.READ))
    assert desk.requests == 0


async def test_the_counts_tell_what_was_sent() -> None:
    desk = Desk(LOST, OK)
    await desk.sender.request(Request("batch", {}, Effect.READ, commands=50))
    stats = desk.sender.tally.snapshot()
    assert (stats.requests, stats.batches, stats.commands, stats.retries) == (2, 2, 100, 1)


@pytest.mark.parametrize("answer", [BUSY, BLOCKED], ids=["busy", "blocked"])
async def test_out_of_patience_after_a_lost_answer_a_write_is_unknown(answer: RawAnswer) -> None:
    """The last refusal alone would say that nothing was executed."""
    desk = Desk(LOST, answer, retry=RetryPolicy(max_wait=3.0))
    with pytest.raises(OutcomeUnknown, match="it may have been executed"):
        await desk.send(Effect.REPEATABLE)


async def test_a_switch_turns_waiting_off_and_patience_ends_all_the_same() -> None:
    desk = Desk(BUSY, retry=RetryPolicy(max_wait=3.0, waiting=False), burst=1)
    with pytest.raises(QueryLimitExceeded):
        await desk.send()
    assert desk.clock.slept == []
    assert desk.sender.tally.snapshot().waited == {}
    assert 1 < desk.requests < 10


async def test_every_step_is_told() -> None:
    desk = Desk(LOST, BUSY, OK)
    await desk.send(Effect.READ)
    told = [type(event) for event in desk.events if not isinstance(event, Waited)]
    assert told == [
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
    waited = [event for event in desk.events if isinstance(event, Waited)]
    assert [event.cause for event in waited] == ["failure", "refused"]
    assert [event.seconds for event in waited] == desk.clock.slept


async def test_a_cancelled_request_is_told_of_and_says_whether_it_left() -> None:
    desk = Desk(OK)

    class Silent(ScriptedHttp):
        async def post(
            self, url: str, letter: Letter, headers: Mapping[str, str], *, method: str
        ) -> RawAnswer:
            letter.left = leaves
            await anyio.sleep_forever()
            raise AssertionError

    desk.sender._http = Silent()  # pyright: ignore[reportPrivateUsage]
    for leaves in (True, False):
        request = Request("m", {}, Effect.WRITE)
        with anyio.move_on_after(0.001):
            await desk.sender.request(request)
        assert request.may_have_run is leaves
        assert isinstance(desk.events[-1], RequestLost)
        assert desk.events[-1].error == "Cancelled"


@attrs.define(eq=False)
class Renewable:
    """Credentials with a secret that can be renewed so many times."""

    lives: int = 1
    refreshed: int = 0
    host: str = "acme.example"
    port: int = 443
    secure: bool = True
    plain_hosts: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()

    def url(self, method: str) -> str:
        return f"https://acme.example/rest/{method}"

    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.refreshed}"}

    async def prepare(self, ask: Ask) -> None:
        pass

    async def settle(self) -> None:
        pass

    @property
    def generation(self) -> int:
        return self.refreshed

    async def refresh(self, seen: int, ask: Ask) -> bool:
        if seen == self.refreshed:
            if self.lives == self.refreshed:
                raise NotSent("the authorization server is away")
            self.refreshed += 1
        return True


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


async def test_who_waits_until_others_have_landed_learns_that_the_method_is_held() -> None:
    desk = Desk(OK, concurrency=1)
    lanes = desk.sender._lanes  # pyright: ignore[reportPrivateUsage]
    budget = desk.sender._budget  # pyright: ignore[reportPrivateUsage]
    async with anyio.create_task_group() as tasks, lanes:
        tasks.start_soon(desk.send)
        await anyio.wait_all_tasks_blocked()
        budget.refused("m", desk.clock.now())
    assert desk.clock.slept == [60.0]
    assert desk.requests == 1


async def test_waiting_for_our_own_limiter_is_no_question_of_patience() -> None:
    desk = Desk(EXPIRED, OK, credentials=Renewable(), retry=RetryPolicy(max_wait=1.0), burst=1)
    bucket = desk.sender._bucket  # pyright: ignore[reportPrivateUsage]
    bucket.take(desk.clock.now())
    bucket.arrived(desk.clock.now())
    assert await desk.send() == {"id": 7}
    assert desk.clock.slept == [0.5, 0.5]
    assert desk.sender.tally.snapshot().waited == {"bucket": 1.0}


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


async def test_a_renewal_that_fails_is_raised_and_after_a_lost_answer_it_says_so() -> None:
    with pytest.raises(NotSent, match="the authorization server is away"):
        await Desk(EXPIRED, credentials=Renewable(lives=0)).send()
    desk = Desk(LOST, EXPIRED, credentials=Renewable(lives=0))
    with pytest.raises(OutcomeUnknown, match="the authorization server is away"):
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


async def test_a_no_to_what_was_asked_shows_that_the_bucket_has_room() -> None:
    desk = Desk(BUSY, NO_SPRINT, BUSY, OK)
    with pytest.raises(SprintNotFound):
        await desk.send()
    await desk.send()
    assert desk.clock.slept == [0.75, 0.5, 0.75]  # a second refusal in a row would cost more


async def test_a_lost_answer_does_not_say_that_the_request_has_arrived() -> None:
    """The bucket cannot know when it begins to leak, so it leaks from two seconds on."""
    desk = Desk(LOST, OK, burst=1)
    with pytest.raises(OutcomeUnknown):
        await desk.send()
    desk.clock.turn(2.0)  # two places would have leaked out after the answer; now it is 0.9
    await desk.send()
    await desk.send()
    assert len(desk.clock.slept) == 2
    assert [event.cause for event in desk.events if isinstance(event, Waited)] == ["bucket"] * 2


async def test_a_portal_that_refuses_seconds_apart_is_asked_again() -> None:
    desk = Desk(BUSY, OK, OK, BUSY, OK, per_second=0.0)
    await desk.send()
    desk.clock.turn(2.2)
    await desk.send()
    await desk.send()
    assert desk.clock.slept == [1.0, 1.0]


async def test_those_who_have_no_connection_at_once_do_not_wait_for_each_other() -> None:
    desk = Desk(REFUSED, REFUSED, REFUSED, OK, burst=1)
    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(desk.send)
    assert desk.requests == 6
    assert desk.sender.in_flight == 0


def test_a_session_that_is_busy_in_one_event_loop_says_so_in_another() -> None:
    desk = Desk(OK, concurrency=1)

    async def crowd() -> None:
        await asyncio.gather(*(desk.send() for _ in range(3)))

    with asyncio.Runner() as first, asyncio.Runner() as second:
        first.run(crowd())
        with pytest.raises(InvalidCall, match="opened in another event loop"):
            second.run(crowd())
        first.run(crowd())
