"""An application that a user has let in, and the server that renews its tokens."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any, Final

import anyio
import anyio.lowlevel
import orjson
import pytest

from bitrix_scrum_async.errors import BitrixScrumError
from bitrix_scrum_async.transport.oauth import OAuth
from bitrix_scrum_async.transport.raw import RawAnswer
from bitrix_scrum_async.transport.tokens import MemoryTokenStore, Tokens
from tests.transport.shown import all_shown

ENDPOINT: Final = "https://acme.bitrix24.com/rest/"
WAITERS: Final = 30


class Server:
    """An authorization server. Of each refresh token it knows whether it is still good."""

    def __init__(self) -> None:
        self.good = {"hunter2-refresh-0"}
        self.queries: list[dict[str, str]] = []
        self.failures: list[BitrixScrumError | RawAnswer] = []
        self.extra: dict[str, Any] = {}
        self.gate: asyncio.Event | None = None
        self._number = 0

    @property
    def asked_with(self) -> list[int]:
        """The numbers of the refresh tokens that it got."""
        return [int(query["refresh_token"].rpartition("-")[2]) for query in self.queries]

    def hold(self) -> asyncio.Event:
        """Answer only when the event that it gives is set."""
        self.gate = asyncio.Event()
        return self.gate

    def begin_again(self) -> None:
        """Answer at once, and take the first refresh token as if it had never come."""
        self.gate = None
        self.good.add("hunter2-refresh-0")

    async def ask(self, url: str, query: Mapping[str, str]) -> RawAnswer:
        assert url == "https://oauth.bitrix.info/oauth/token/"
        self.queries.append(dict(query))
        failure = self.failures.pop(0) if self.failures else None
        if isinstance(failure, RawAnswer):
            return failure
        if failure is not None:
            raise failure
        token = query["refresh_token"]
        if token not in self.good:
            return answer({"error": "invalid_grant", "error_description": f"No {token}."}, 400)
        self.good.discard(token)
        tokens = self._issue()
        if self.gate is None:
            await anyio.lowlevel.checkpoint()
        else:
            await self.gate.wait()
        return answer({**tokens, "expires_in": 3600, **self.extra})

    def _issue(self) -> dict[str, str]:
        """New tokens, as a user's consent gives them."""
        self._number += 1
        self.good.add(f"hunter2-refresh-{self._number}")
        return {
            "access_token": f"hunter2-access-{self._number}",
            "refresh_token": f"hunter2-refresh-{self._number}",
        }


def answer(value: Any, status: int = 200) -> RawAnswer:
    """An answer of the server."""
    return RawAnswer(status, orjson.dumps(value), None)


class FailingStore(MemoryTokenStore):
    """A store that fails as long as it is told to."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        super().__init__(tokens)
        self.load_fails: Exception | None = None
        self.save_fails: Exception | None = None
        self.saves = 0

    async def load(self) -> Tokens | None:
        if self.load_fails is not None:
            raise self.load_fails
        return await super().load()

    async def save(self, tokens: Tokens) -> None:
        self.saves += 1
        if self.save_fails is not None:
            raise self.save_fails
        await super().save(tokens)


def application(**options: Any) -> OAuth:
    """An application with tokens of number 0, unless told otherwise."""
    given: dict[str, Any] = {
        "endpoint": ENDPOINT,
        "client_id": "local.1",
        "client_secret": "hunter2-client",
        "access_token": "hunter2-access-0",
        "refresh_token": "hunter2-refresh-0",
    }
    return OAuth(**{**given, **options})


async def started(server: Server, **options: Any) -> OAuth:
    """An application that has looked into its store."""
    oauth = application(**options)
    await oauth.prepare(server.ask)
    return oauth


def pair(number: int, **options: Any) -> Tokens:
    """Tokens of a number."""
    given: dict[str, Any] = {
        "access_token": f"hunter2-access-{number}",
        "refresh_token": f"hunter2-refresh-{number}",
        "endpoint": ENDPOINT,
    }
    return Tokens(**{**given, **options})


def bearer(oauth: OAuth) -> str:
    """The access token that a request would carry."""
    return oauth.headers()["Authorization"].removeprefix("Bearer ")


async def errors_of(*work: Awaitable[Any]) -> list[BaseException]:
    """What several raise that work at the same time."""
    outcomes = await asyncio.gather(*work, return_exceptions=True)
    return [outcome for outcome in outcomes if isinstance(outcome, BaseException)]


async def error_of(work: Awaitable[Any]) -> BitrixScrumError:
    """The error that is raised. It shows no secret."""
    with pytest.raises(BitrixScrumError) as caught:
        await work
    assert "hunter2" not in all_shown(caught.value)
    return caught.value
