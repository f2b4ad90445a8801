"""Methods of our own: the protocol is tested apart from what a portal's methods do."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import attrs

from bitrix_scrum_async.emulator import Emulator, RestError
from bitrix_scrum_async.emulator.answers import Page
from bitrix_scrum_async.emulator.methods import Method
from bitrix_scrum_async.emulator.visit import Visit


def _echo(visit: Visit, params: dict[str, Any]) -> Any:
    return {"params": params or [], "start": visit.start, "user": visit.user_id}


def _fail(visit: Visit, params: dict[str, Any]) -> Any:
    raise RestError(0, "Sprint not found")


def _argument(visit: Visit, params: dict[str, Any]) -> Any:
    raise RestError("ERROR_ARGUMENT", "Argument is wrong", argument="id")


SMALL = {
    method.name.lower(): method
    for method in (
        Method("test.echo", None, _echo),
        Method("tasks.test.getFields", "task", _echo),
        Method("tasks.test.add", "task", lambda visit, params: {"id": 7}),
        Method("user.test", "user", lambda visit, params: True),
        Method("test.fail", None, _fail),
        Method("test.argument", None, _argument),
        Method("test.page", None, lambda visit, params: Page([1], 137, 50)),
        Method("test.null", None, lambda visit, params: None),
        Method("test.broken", None, lambda visit, params: "\udcff"),
        Method("test.raw", None, lambda visit, params: {"error": "E", "error_description": "D"}),
    )
}


@attrs.frozen
class Spoken:
    """An HTTP answer."""

    status: int
    body: Any
    headers: dict[str, str]
    text: str


@attrs.frozen
class Client:
    """Speaks to an emulator as simply as can be."""

    emulator: Emulator
    http: aiohttp.ClientSession

    async def post(self, path: str, **options: Any) -> Spoken:
        """POST to a path under the emulator's address."""
        return await self.send("POST", f"{self.emulator.address}{path}", **options)

    async def call(self, method: str, params: Any = None, **options: Any) -> Spoken:
        """Call a method through the webhook, with a JSON body."""
        body: Any = {} if params is None else params
        return await self.send("POST", self.emulator.webhook + method, json=body, **options)

    async def batch(self, *commands: str, halt: int = 0) -> Spoken:
        """A batch of commands `c0`, `c1`, ..."""
        cmd = {f"c{place}": command for place, command in enumerate(commands)}
        return await self.call("batch", {"halt": halt, "cmd": cmd})

    async def send(self, verb: str, url: str, **options: Any) -> Spoken:
        """Any request."""
        async with self.http.request(verb, url, allow_redirects=False, **options) as response:
            text = await response.text()
            is_json = response.content_type == "application/json" and text
            return Spoken(
                response.status,
                await response.json() if is_json else None,
                {name.lower(): value for name, value in response.headers.items()},
                text,
            )


@asynccontextmanager
async def small_portal(**options: Any) -> AsyncGenerator[Client, None]:
    """An emulator with the small methods, and a client for it."""
    async with (
        Emulator(methods=SMALL, **options) as emulator,
        aiohttp.ClientSession() as http,
    ):
        yield Client(emulator, http)
