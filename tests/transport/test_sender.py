"""The one loop: what is sent how often, how long it waits, and what the caller gets."""

from collections.abc import Callable, Mapping
from typing import Any

import anyio
import orjson
import pytest

from bitrix_scrum_async.calls import Effect
from bitrix_scrum_async.errors import (
    BitrixScrumError,
    InvalidCall,
    NotSent,
    OperationTimeLimit,
    OutcomeUnknown,
    OverloadLimit,
    QueryLimitExceeded,
    SprintNotFound,
)
from bitrix_scrum_async.transport.auth import Webhook
from bitrix_scrum_async.transport.http import Http, RawAnswer, Timeouts
from bitrix_scrum_async.transport.limits import LeakyBucket, OperatingBudget
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
        self, url: str, body: bytes, headers: Mapping[str, str], *, method: str
    ) -> RawAnswer:
        self.posted.append((url, orjson.loads(body)))
        await anyio.lowlevel.checkpoint()
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
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
    ) -> None:
        self.http = ScriptedHttp(*script)
        self.clock = VirtualClock()
        self.sender = Sender(
            credentials=Webhook("https://acme.example/rest/1/code/"),
            http=self.http,
            share=LeakyBucket().join(burst, per_second),
            budget=OperatingBudget(480.0),
            concurrency=concurrency,
            retry=retry or RetryPolicy(),
            clock=self.clock,
        )

    async def send(self, effect: Effect = Effect.WRITE, method: str = "m") -> Any:
        return (await self.sender.request(method, {"x": 1}, effect)).result

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
    answer = await desk.sender.request("m", {}, Effect.DELETE)
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
    assert desk.clock.slept == [0.5, 0.5]
    assert desk.sender.tally.snapshot().waited["refused"] == 1.0


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
    assert sum(desk.clock.slept) <= 3.0
    assert desk.requests == 7


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
            self, url: str, body: bytes, headers: Mapping[str, str], *, method: str
        ) -> RawAnswer:
            nonlocal flying, highest
            flying += 1
            highest = max(highest, flying)
            for _ in range(5):
                await anyio.lowlevel.checkpoint()
            flying -= 1
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
        await desk.sender.request("m", {"x": object()}, Effect.READ)
    assert desk.requests == 0


async def test_the_counts_tell_what_was_sent() -> None:
    desk = Desk(LOST, OK)
    await desk.sender.request("batch", {}, Effect.READ, commands=50)
    stats = desk.sender.tally.snapshot()
    assert (stats.requests, stats.batches, stats.commands, stats.retries) == (2, 2, 100, 1)


@pytest.mark.parametrize(
    "make", [lambda: Desk(NO_SPRINT), lambda: Desk(REFUSED), lambda: Desk(GATEWAY)]
)
async def test_no_error_holds_the_address(make: Callable[[], Desk]) -> None:
    with pytest.raises(BitrixScrumError) as caught:
        await make().send()
    assert "code/" not in str(caught.value)
    assert "/rest/" not in repr(caught.value)
