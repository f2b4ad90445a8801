"""The one loop: limit -> send -> judge -> repeat."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

import orjson

from ..calls import Effect
from ..errors import (
    BitrixScrumError,
    ExpiredToken,
    InvalidCall,
    LimitError,
    NotExecuted,
    NotFound,
    OperationTimeLimit,
    PortalError,
    QueryLimitExceeded,
)
from .auth import Credentials
from .budget import OperatingBudget
from .clock import Clock
from .envelope import Answer, read_answer
from .http import Http, Letter
from .limits import BucketShare, renamed
from .raw import RawAnswer
from .request import Request
from .retry import (
    Raise,
    Refresh,
    Repeat,
    RetryPolicy,
    decide,
    may_have_run,
    told_of_repeat,
    unknown_after,
    was_not_executed,
)
from .tally import Tally
from .witness import Witness

if TYPE_CHECKING:
    from .events import Cause, OnEvent

# After a refusal that our settings do not explain, in seconds.
_PAUSE = 1.0


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
        on_event: "OnEvent | None" = None,
    ) -> None:
        self._credentials = credentials
        self._http = http
        self._share = share  # the bucket counts it for as long as it is held
        self._bucket = share.bucket
        self._budget = budget
        self._retry = retry
        self._clock = clock
        self._lanes = _Lanes(concurrency)
        self._known_generation = credentials.generation
        self.tally = Tally()
        self._witness = Witness(credentials, self.tally, on_event)
        self._stopped = False
        self._closed = False
        self._waits: set[asyncio.Future[None]] = set()

    def stop(self) -> None:
        """Let nothing leave any more: what waits to be sent ends as `NotExecuted`, at once."""
        self._stopped = True
        self._wake()

    @property
    def refusal(self) -> BitrixScrumError | None:
        """Why nothing leaves any more, if so."""
        if self._closed:
            return InvalidCall("the session is closed")
        if self._stopped:
            return NotExecuted("the session was told to send nothing more before this left")
        return None

    @property
    def in_flight(self) -> int:
        """Requests that are in flight, or wait for the bucket only."""
        return self._lanes.taken

    def resume(self) -> None:
        """Send again."""
        self._stopped = False

    async def rest(self, seconds: float) -> None:
        """Let time pass before something is sent; `stop` and `close` end it."""
        sleep = asyncio.ensure_future(self._clock.sleep(seconds))
        self._waits.add(sleep)
        try:
            await asyncio.wait((sleep,))
        finally:
            self._waits.discard(sleep)
            sleep.cancel()
        if not sleep.cancelled():
            sleep.result()

    def close(self) -> None:
        """Send nothing any more for good: hold nobody back, and let nobody wait."""
        self._closed = True
        self._bucket.leave(self._share)
        self._wake()

    def _wake(self) -> None:
        for sleep in self._waits:
            sleep.cancel()

    async def request(self, request: Request) -> Answer:
        """Send one request until there is an answer, or a reason to stop.

        Raises:
            TransportError: No usable answer; `OutcomeUnknown` where it may have been executed.
            PortalError: The portal answered with an error.
            InvalidCall: The parameters have no form in JSON, or an earlier request was sent in
                another event loop.
        """
        try:
            self._http.check_loop(request.method)  # before anything waits, which binds to a loop
            return await self._until_answered(request, _json(request))
        except BitrixScrumError as error:
            told = _last_word(request, error)
            if told is error:
                raise
            raise told from error

    async def _until_answered(self, request: Request, body: bytes) -> Answer:
        while True:
            await self._credentials.prepare(self._ask)
            self._follow()
            held = self._held_for(request)
            if held > 0:
                request.waited += await self._wait(request, "operating", held)
            ran_before = request.may_have_run
            async with self._lanes:
                if not await self._take_place(request):
                    continue
                try:
                    answer = await self._exchange(request, Letter(body))
                    answer.repeated = ran_before
                    return answer
                except BitrixScrumError as error:
                    request.failure = failure = error
            request.may_have_run = ran_before or may_have_run(failure)
            self._learn(request, failure)
            if ran_before and request.effect is Effect.DELETE and isinstance(failure, NotFound):
                return Answer(result=None, repeated=True, deleted_before=True)
            decision = decide(
                failure,
                request.effect,
                attempt=request.failed,
                waited=request.waited,
                policy=self._retry,
            )
            match decision:
                case Raise(last):
                    raise last
                case Refresh():
                    await self._refresh(request, failure)
                case Repeat(after):
                    self._witness.goes_again(request, failure, after)
                    request.waited += await self._wait(request, "failure", after)

    def _held_for(self, request: Request) -> float:
        """Seconds until a method that used up its working time is free again."""
        self._check_not_stopped()
        wait = self._budget.wait(request.method, self._clock.now())
        if request.waited + wait > self._retry.max_wait:
            raise request.failure or OperationTimeLimit(
                "OPERATION_TIME_LIMIT", f"blocked for another {wait:.0f} s", method=request.method
            )
        return wait

    async def _take_place(self, request: Request) -> bool:
        """Take a place in the bucket and wait for it; ``False`` if meanwhile its method is held."""
        self._check_not_stopped()
        now = self._clock.now()
        request.ticket = self._bucket.ticket
        wait = self._bucket.take(now)
        if wait > 0 or isinstance(request.failure, QueryLimitExceeded):
            try:
                await self._wait_for_place(request, wait)
            except BaseException:  # cancelled, or out of patience: nothing was sent
                self._bucket.give_back(self._clock.now())
                raise
            now = self._clock.now()
        if self._retry.waiting and self._budget.wait(request.method, now) > 0:
            self._bucket.give_back(now)
            return False
        return True

    async def _wait_for_place(self, request: Request, wait: float) -> None:
        refusal = request.failure
        if not isinstance(refusal, QueryLimitExceeded):
            await self._wait(request, "bucket", wait)
            return
        # By settings without a limit there is nothing to wait for; a portal that refuses has one.
        wait = wait or _PAUSE
        if request.waited + wait > self._retry.max_wait:
            raise refusal
        request.waited += await self._wait(request, "refused", wait)

    async def _exchange(self, request: Request, letter: Letter) -> Answer:
        """Send one HTTP request and read its answer."""
        credentials, method = self._credentials, request.method
        request.generation = credentials.generation
        self._witness.leaves(request)
        begun = self._clock.now()
        raw: RawAnswer | None = None
        error: str | None = "Cancelled"
        try:
            raw = await self._http.post(
                credentials.url(method), letter, credentials.headers(), method=method
            )
            answer = read_answer(
                raw.status,
                raw.body,
                method=method,
                location=raw.location,
                secrets=credentials.secrets,
            )
            error = None
        except BitrixScrumError as failure:
            error = type(failure).__name__
            raise
        finally:
            now = self._clock.now()
            request.seconds = now - begun
            if not letter.left:
                self._bucket.give_back(now)
            else:
                request.may_have_run = True
                if raw is not None:
                    self._bucket.arrived(now)
            status = None if raw is None else raw.status
            self._witness.ended(request, status, error, request.seconds)
        self._bucket.let_in()
        if method != "batch":  # the portal accounts what a batch holds, each for itself
            self._budget.learn(method, answer.time, now=now)
        return answer

    def _learn(self, request: Request, failure: BitrixScrumError) -> None:
        """Keep our account of the portal's limits, and of the attempts, honest."""
        request.failed += not isinstance(failure, (LimitError, ExpiredToken))
        if isinstance(failure, OperationTimeLimit):
            self._budget.refused(request.method, self._clock.now())
        elif isinstance(failure, QueryLimitExceeded):
            self._bucket.fill(self._clock.now(), request.ticket)
        elif isinstance(failure, PortalError):
            self._bucket.let_in()  # the portal said no to what it was asked, not to being asked

    async def _refresh(self, request: Request, failure: BitrixScrumError) -> None:
        """Get new tokens for a request whose token has expired: once, for all who wait."""
        if request.renewed is not None and request.generation >= request.renewed:
            raise failure  # the new token was refused like the old one
        begun = self._clock.now()
        if not await self._credentials.refresh(request.generation, self._ask):
            raise failure
        request.renewed = self._credentials.generation
        if self._follow():
            self._witness.refreshed(request, self._clock.now() - begun)
        self._witness.goes_again(request, failure, 0.0)

    def _follow(self) -> bool:
        """See whether there are new tokens, and with them perhaps a new address of the portal."""
        if self._known_generation == self._credentials.generation:
            return False
        self._known_generation = self._credentials.generation
        renamed(self._credentials.host, self._credentials.port, self._share, self._clock)
        return True

    def pauses(
        self, request: Request, cause: "Cause", seconds: float, error: BitrixScrumError | None
    ) -> None:
        """Count and tell that calls of a request wait, and go again with another one.

        Args:
            request: The request that they came with.
            cause: Why they wait.
            seconds: How long.
            error: What happened to them, where they were sent.
        """
        if error is not None:
            self._witness.goes_again(request, error, seconds if cause == "failure" else 0.0)
        if seconds > 0:
            self._witness.waits(request, cause, seconds)
            self.tally.waited[cause] += seconds

    async def _ask(self, url: str, params: Mapping[str, str]) -> RawAnswer:
        """Ask the authorization server. It is no part of the portal, so no limit counts."""
        return await self._http.get(url, params, method="oauth/token")

    async def _wait(self, request: Request, cause: "Cause", seconds: float) -> float:
        """Wait; give the seconds."""
        self._check_not_stopped()
        if seconds > 0 and self._retry.waiting:
            self._witness.waits(request, cause, seconds)
            await self.rest(seconds)
            self._check_not_stopped()
            self.tally.waited[cause] += seconds
        return seconds

    def _check_not_stopped(self) -> None:
        refusal = self.refusal
        if refusal is not None:
            raise refusal


class _Lanes:
    """So many requests in flight at once, and how many there are."""

    def __init__(self, number: int) -> None:
        self._free = asyncio.Semaphore(number)
        self.taken = 0

    async def __aenter__(self) -> None:
        await self._free.acquire()
        self.taken += 1

    async def __aexit__(self, *_: object) -> None:
        self.taken -= 1
        self._free.release()


def _json(request: Request) -> bytes:
    try:
        return orjson.dumps(request.params)
    except orjson.JSONEncodeError as error:
        raise InvalidCall(
            f"the parameters have no form in JSON: {error}", method=request.method
        ) from None


def _last_word(request: Request, error: BitrixScrumError) -> BitrixScrumError:
    """What to tell of a request: more than the last error where it may have been executed."""
    if not request.may_have_run:
        return error
    if request.effect is not Effect.READ and was_not_executed(error):
        return unknown_after(error)
    return told_of_repeat(error, request.effect)
