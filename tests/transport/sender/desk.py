"""One sender, its clock and its limits, and the answers that it gets."""

from collections.abc import Mapping
from typing import Any

import anyio
import attrs
import orjson

from bitrix_scrum_async.calls import Effect
from bitrix_scrum_async.errors import BitrixScrumError, NotSent, OutcomeUnknown
from bitrix_scrum_async.transport.auth import Ask, Credentials, Webhook
from bitrix_scrum_async.transport.budget import OperatingBudget
from bitrix_scrum_async.transport.events import Event, Waited
from bitrix_scrum_async.transport.http import Http, Letter, Timeouts
from bitrix_scrum_async.transport.limits import LeakyBucket
from bitrix_scrum_async.transport.raw import RawAnswer
from bitrix_scrum_async.transport.request import Request
from bitrix_scrum_async.transport.retry import RetryPolicy
from bitrix_scrum_async.transport.sender import Sender
from bitrix_scrum_async.transport.stats import Stats
from tests.clocks import VirtualClock

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
        return await self.answer(letter)

    async def answer(self, letter: Letter) -> RawAnswer:
        """Answer one request."""
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
        http: ScriptedHttp | None = None,
        clock: VirtualClock | None = None,
        burst: int = 50,
        per_second: float = 2.0,
        retry: RetryPolicy | None = None,
        concurrency: int = 10,
        credentials: Credentials | None = None,
    ) -> None:
        self.http = http or ScriptedHttp(*script)
        self.clock = clock or VirtualClock()
        self.events: list[Event] = []
        self.bucket = LeakyBucket()
        self.budget = OperatingBudget(480.0)
        self.sender = Sender(
            credentials=credentials or Webhook("https://acme.example/rest/1/code/"),
            http=self.http,
            share=self.bucket.join(burst, per_second),
            budget=self.budget,
            concurrency=concurrency,
            retry=retry or RetryPolicy(),
            clock=self.clock,
            on_event=self.events.append,
        )

    async def send(self, effect: Effect = Effect.WRITE, method: str = "m") -> Any:
        """Send a request and give its result."""
        return (await self.sender.request(Request(method, {"x": 1}, effect))).result

    @property
    def requests(self) -> int:
        """How many have been sent."""
        return len(self.http.posted)

    @property
    def stats(self) -> Stats:
        """What the sender has counted."""
        return self.sender.tally.snapshot()

    @property
    def waits(self) -> list[Waited]:
        """What it has told of its waiting."""
        return [event for event in self.events if isinstance(event, Waited)]

    @property
    def steps(self) -> list[type[Event]]:
        """What else it has told of."""
        return [type(event) for event in self.events if not isinstance(event, Waited)]


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
