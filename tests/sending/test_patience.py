"""Repeats end: what the caller hears then, alone and in a batch, and how long that took."""

import pytest

from bitrix_scrum_async import (
    BitrixScrumError,
    Effect,
    ExpiredToken,
    InternalServerError,
    OperationTimeLimit,
    OutcomeUnknown,
    QueryLimitExceeded,
    RetryPolicy,
    Timeouts,
)

from .test_table import METHODS, call
from .world import world

pytestmark = pytest.mark.anyio

REPEATABLE = [effect for effect in Effect if effect.repeatable]

together = pytest.mark.parametrize("number", [1, 5], ids=["alone", "in a batch"])


@together
@pytest.mark.parametrize("effect", REPEATABLE)
@pytest.mark.parametrize(
    ("fault", "error"), [("drop", OutcomeUnknown), ("INTERNAL_SERVER_ERROR", InternalServerError)]
)
async def test_a_repeatable_call_is_sent_five_times_with_growing_pauses(
    fault: str, error: type[BitrixScrumError], effect: Effect, number: int
) -> None:
    async with world(epics=5) as here:
        here.emulator.inject(fault, times=None)
        watch = here.watch()
        calls = [call(here, effect, epic) for epic in range(1, number + 1)]
        got = await here.send(*calls)
        assert {type(each) for each in got} == {error}
        assert len(here.emulator.requests) == 5
        assert here.executed(METHODS[effect]) == 0
        assert 0.0 < watch.seconds <= 0.5 + 1.0 + 2.0 + 4.0


@together
@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize(
    ("fault", "error", "pauses"),
    [
        ("QUERY_LIMIT_EXCEEDED", QueryLimitExceeded, [0.75, 1.25, 2.25, 4.25, 4.25, 4.25, 4.25]),
        ("OPERATION_TIME_LIMIT", OperationTimeLimit, [60.0, 60.0, 60.0]),
    ],
)
async def test_not_now_is_waited_for_as_long_as_the_session_is_patient(
    fault: str, error: type[BitrixScrumError], pauses: list[float], effect: Effect, number: int
) -> None:
    async with world(epics=5, retry=RetryPolicy(max_wait=sum(pauses) + 0.1)) as here:
        here.emulator.inject(fault, times=None, scope="request")
        watch = here.watch()
        calls = [call(here, effect, epic) for epic in range(1, number + 1)]
        got = await here.send(*calls)
        assert {type(each) for each in got} == {error}
        assert here.executed(METHODS[effect]) == 0
        assert watch.seconds == pytest.approx(sum(pauses), abs=0.01)
        assert len(here.emulator.requests) == 1 + len(pauses)
        here.emulator.clear_faults()
        await here.clock.sleep(pauses[-1])
        await here.portal.batch(*calls)  # surely not executed, so they may be sent again


@together
@pytest.mark.parametrize("effect", list(Effect))
async def test_a_webhook_cannot_renew_a_token(effect: Effect, number: int) -> None:
    async with world(epics=5) as here:
        here.emulator.inject("expired_token", times=None, scope="request")
        calls = [call(here, effect, epic) for epic in range(1, number + 1)]
        got = await here.send(*calls)
        assert {type(each) for each in got} == {ExpiredToken}
        assert len(here.emulator.requests) == 1


@together
@pytest.mark.parametrize("effect", list(Effect))
async def test_an_application_whose_new_token_is_refused_too_hears_so(
    effect: Effect, number: int
) -> None:
    async with world(epics=5, by_oauth=True) as here:
        here.emulator.inject("expired_token", times=None, match=r"tasks.*", scope="request")
        calls = [call(here, effect, epic) for epic in range(1, number + 1)]
        got = await here.send(*calls)
        assert {type(each) for each in got} == {ExpiredToken}
        methods = [request.method for request in here.emulator.requests]
        assert len(methods) == 3
        assert methods[1] == "oauth/token"


@together
@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_slow_answer_is_an_answer(when: str, effect: Effect, number: int) -> None:
    async with world(epics=5, timeouts=Timeouts(answer=75.0)) as here:
        here.emulator.inject("delay", when=when, seconds=74.0)
        watch = here.watch()
        calls = [call(here, effect, epic) for epic in range(1, number + 1)]
        await here.send(*calls)
        assert here.executed(METHODS[effect]) == number
        assert len(here.emulator.requests) == 1
        assert watch.seconds == pytest.approx(74.0, abs=0.01)
