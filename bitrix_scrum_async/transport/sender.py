"""The one loop: limit -> send -> judge -> repeat."""

import logging
from collections.abc import Mapping
from typing import Any

import anyio
import attrs
import orjson

from ..calls import Effect
from ..errors import (
    BitrixScrumError,
    InvalidCall,
    LimitError,
    NotFound,
    NotSent,
    OperationTimeLimit,
    QueryLimitExceeded,
)
from .auth import Credentials
from .clock import Clock
from .envelope import Answer, read_answer
from .http import Http
from .limits import BucketShare, OperatingBudget
from .retry import (
    Raise,
    RetryPolicy,
    decide,
    may_have_run,
    told_of_repeat,
    unknown_after,
    was_turned_away,
)
from .stats import Tally

# After a refusal that our settings do not explain, in seconds.
_PAUSE = 1.0

_log = logging.getLogger("bitrix_scrum_async")


class Sender:
    """Sends requests to one portal within its limits, never twice where that would do harm."""

    def __init__(
        self,
        *,
        credentials: Credentials,
        http: Http,
        share: BucketShare,
        budget: OperatingBudget,
        concurrency: int,
        retry: RetryPolicy,
        clock: Clock,
    ) -> None:
        self._credentials = credentials
        self._http = http
        self._share = share  # the bucket counts it for as long as it is held
        self._bucket = share.bucket
        self._budget = budget
        self._retry = retry
        self._clock = clock
        self._places = anyio.Semaphore(concurrency)
        self.tally = Tally()

    async def request(
        self, method: str, params: Mapping[str, Any], effect: Effect, *, commands: int = 1
    ) -> Answer:
        """Send one request until there is an answer, or a reason to stop.

        Args:
            method: The portal's method.
            params: Its parameters, ready for JSON.
            effect: What sending it twice would do.
            commands: Calls that it carries, for the counts.

        Raises:
            TransportError: No usable answer; `OutcomeUnknown` where it may have been executed.
            PortalError: The portal answered with an error.
            InvalidCall: The parameters have no form in JSON.
        """
        body = _json(method, params)
        attempt, waited, may_be_done = 1, 0.0, False
        failure: BitrixScrumError | None = None
        while True:
            waited += await self._wait_for_method(method, failure, waited)
            async with self._places:
                waited += await self._take_place(failure, waited)
                self._count(method, commands, repeat=failure is not None)
                try:
                    return attrs.evolve(await self._exchange(method, body), repeated=may_be_done)
                except BitrixScrumError as error:
                    failure = error
            self._learn(method, failure)
            if may_be_done and effect is Effect.DELETE and isinstance(failure, NotFound):
                return Answer(result=None, repeated=True, deleted_before=True)
            decision = decide(failure, effect, attempt=attempt, waited=waited, policy=self._retry)
            if isinstance(decision, Raise):
                _log.info("%s failed: %s", method, type(decision.error).__name__)
                if may_be_done and effect is not Effect.READ and was_turned_away(failure):
                    raise unknown_after(failure)
                raise told_of_repeat(decision.error, effect) if may_be_done else decision.error
            attempt += not isinstance(failure, LimitError)
            may_be_done = may_be_done or may_have_run(failure)
            waited += await self._back_off(method, attempt, decision.after, failure)

    async def _wait_for_method(
        self, method: str, failure: BitrixScrumError | None, waited: float
    ) -> float:
        """Wait until a method that used up its working time is free again; give the seconds."""
        wait = self._budget.wait(method, self._clock.now())
        if waited + wait > self._retry.max_wait:
            raise failure or OperationTimeLimit(
                "OPERATION_TIME_LIMIT", f"blocked for another {wait:.0f} s", method=method
            )
        if wait > 0:
            await self._clock.sleep(wait)
            self.tally.waited["operating"] += wait
        return wait

    async def _take_place(self, failure: BitrixScrumError | None, waited: float) -> float:
        """Take a place in the bucket and wait for it; give the seconds to charge a failure."""
        wait = self._bucket.take(self._clock.now())
        if wait == 0 and isinstance(failure, QueryLimitExceeded):
            wait = _PAUSE  # by our settings the portal has no limit; it says that it has
        try:
            if failure is not None and waited + wait > self._retry.max_wait:
                raise failure
            if wait > 0:
                await self._clock.sleep(wait)
        except BaseException:  # cancelled, or out of patience: nothing was sent
            self._bucket.give_back(self._clock.now())
            raise
        self.tally.waited["bucket" if failure is None else "refused"] += wait
        return 0.0 if failure is None else wait

    async def _exchange(self, method: str, body: bytes) -> Answer:
        """Send one HTTP request and read its answer."""
        raw = await self._http.post(
            self._credentials.url(method), body, self._credentials.headers(), method=method
        )
        answer = read_answer(raw.status, raw.body, method=method, location=raw.location)
        self._budget.learn(method, answer.time, self._clock.now())
        return answer

    def _learn(self, method: str, failure: BitrixScrumError) -> None:
        """Keep our account of the portal's limits honest."""
        if isinstance(failure, OperationTimeLimit):
            self._budget.refused(method, self._clock.now())
        elif isinstance(failure, QueryLimitExceeded):
            self._bucket.fill(self._clock.now())
        elif isinstance(failure, NotSent):
            self._bucket.give_back(self._clock.now())

    async def _back_off(
        self, method: str, attempt: int, seconds: float, failure: BitrixScrumError
    ) -> float:
        _log.info(
            "%s: attempt %d in %.1f s after %s", method, attempt, seconds, type(failure).__name__
        )
        if seconds > 0:
            await self._clock.sleep(seconds)
            self.tally.waited["failure"] += seconds
        return seconds

    def _count(self, method: str, commands: int, *, repeat: bool) -> None:
        self.tally.requests += 1
        self.tally.commands += commands
        self.tally.batches += method == "batch"
        self.tally.retries += repeat


def _json(method: str, params: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(params)
    except orjson.JSONEncodeError as error:
        raise InvalidCall(f"the parameters have no form in JSON: {error}", method=method) from None
