"""A portal that gives one answer to every call, whatever it is asked."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import TestServer

from bitrix_scrum_async import PortalSession

TIME: Final = {
    "start": 1790580587,
    "finish": 1790580587.57,
    "duration": 0.57,
    "processing": 0,
    "date_start": "2026-09-28T10:29:47+03:00",
    "date_finish": "2026-09-28T10:29:47+03:00",
    "operating_reset_at": 1790581187,
    "operating": 0.12,
}


def answered(result: Any, **more: Any) -> dict[str, Any]:
    """A success answer."""
    return {"result": result, "time": TIME, **more}


@asynccontextmanager
async def answering(answer: Any) -> AsyncGenerator[tuple[PortalSession, list[tuple[str, Any]]]]:
    """A session with such a portal, and the methods and parameters that it was asked for.

    A batch gets the same result for each of its commands.
    """
    asked: list[tuple[str, Any]] = []

    async def reply(request: web.Request) -> web.Response:
        method, params = request.path.removeprefix("/rest/1/code/"), await request.json()
        asked.append((method, params))
        if method != "batch":
            return web.json_response(answer)
        maps: dict[str, Any] = {"result_error": [], "result_total": [], "result_next": []}
        maps["result"] = dict.fromkeys(params["cmd"], answer["result"])
        maps["result_time"] = dict.fromkeys(params["cmd"], TIME)
        return web.json_response(answered(maps))

    app = web.Application()
    app.router.add_post("/rest/{tail:.*}", reply)
    async with (
        TestServer(app, host="127.0.0.1") as server,
        PortalSession(str(server.make_url("/rest/1/code/"))) as portal,
    ):
        yield portal, asked
