"""The portal's web server: addresses, HTTP answers, and the faults on the way."""

import asyncio
from typing import Any

import attrs
from aiohttp import web

from .answers import RestError
from .batch import read_commands
from .envelope import (
    HTML_HEADERS,
    JSON_HEADERS,
    Reply,
    encode,
    html_page,
)
from .faults import Fault
from .incoming import Incoming
from .parameters import BodyTooLarge, incoming, read_parameters
from .portal import (
    CommandsDone,
    Portal,
    RequestCut,
    error_reply,
)
from .record import Request

TOKEN_METHOD = "oauth/token"  # noqa: S105
"""What the token endpoint is called in the record of requests and in the match of a fault."""

_PAGES = {
    "html": 200,
    "bad_gateway": 502,
    "unavailable": 503,
    "gateway_timeout": 504,
    "too_large": 413,
}


@attrs.frozen
class Route:
    """What an address stands for."""

    method: str
    transport: str
    webhook: tuple[str, str] | None


def route(path: str) -> Route | None:
    """Read the path of a REST call; `None` for anything else."""
    parts = path.strip("/").split("/")
    if parts[0] != "rest":
        return None
    if len(parts) == 2:
        webhook = None
    elif len(parts) == 4:
        webhook = (parts[1], parts[2])
    else:
        return None
    name, dot, suffix = parts[-1].rpartition(".")
    if dot and suffix in ("json", "xml"):
        return Route(name, suffix, webhook)
    return Route(parts[-1], "json", webhook)


class PortalServer:
    """Serves one portal over HTTP.

    Args:
        portal: What answers.
        requests: Where every request is recorded.
        latency: Seconds that every REST call waits before it is looked at.

    `endpoint`, the address of calls, is set when it is known.
    """

    def __init__(self, portal: Portal, requests: "list[Request]", latency: float) -> None:
        self.portal = portal
        self.requests = requests
        self._latency = latency
        self.endpoint = ""
        self._closing = asyncio.Event()
        self._unfinished: set[asyncio.Task[Reply]] = set()

    async def close(self) -> None:
        """Let go of everything that hangs or still works behind a cut."""
        self._closing.set()
        for task in self._unfinished:
            task.cancel()
        await asyncio.gather(*self._unfinished, return_exceptions=True)

    async def handle(self, http: web.BaseRequest) -> web.StreamResponse:
        """Answer one HTTP request."""
        path = http.path
        if path.strip("/") == "oauth/token":
            return await self._token(http)
        routed = route(path)
        if routed is None:
            return _response(_page(404))
        if http.method not in ("GET", "POST"):
            return _response(_page(405))
        record = self._record(http, routed.method)
        try:
            params, record.body_bytes = await read_parameters(
                http,
                max_input_vars=self.portal.switches.max_input_vars,
                max_body_bytes=self.portal.switches.max_body_bytes,
            )
        except BodyTooLarge:
            self.requests.append(record)
            return self._send(record, _page(413))
        call = incoming(http, record, params, webhook=routed.webhook, transport=routed.transport)
        record.params = params
        if record.is_batch:
            record.commands = read_commands(params, self.portal.switches.max_input_vars)
        self.requests.append(record)
        if self._latency:
            await self.portal.clock.sleep(self._latency)
        fault = self.portal.faults.for_request(record)
        if fault is None:
            return self._send(record, await self._answer(call))
        return await self._with_fault(http, call, fault)

    def _record(self, http: web.BaseRequest, method: str) -> Request:
        return Request(
            method=method,
            params={},
            http_method=http.method,
            headers={name.lower(): value for name, value in http.headers.items()},
            remote=http.remote or "",
            time=self.portal.clock.now(),
        )

    def _send(self, record: Request, reply: Reply) -> web.Response:
        record.status = reply.status
        record.error = reply.error
        return _response(reply)

    async def _answer(self, call: Incoming, commands: int | None = None) -> Reply:
        """The portal's answer, or that of the web server when it waited too long."""
        if not self.portal.limits.finishes_after_cut:
            try:
                return await self.portal.answer(call, commands=commands)
            except RequestCut:
                return _page(504)
        cut = asyncio.Event()
        work = asyncio.ensure_future(self.portal.answer(call, commands=commands, on_cut=cut.set))
        self._unfinished.add(work)
        work.add_done_callback(self._finish)
        waiting = asyncio.ensure_future(cut.wait())
        await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        return _page(504) if cut.is_set() else await work

    def _finish(self, work: "asyncio.Task[Reply]") -> None:
        self._unfinished.discard(work)
        if not work.cancelled():
            work.exception()  # behind a cut nobody is left to be told

    async def _token(self, http: web.BaseRequest) -> web.StreamResponse:
        record = self._record(http, TOKEN_METHOD)
        record.params, record.body_bytes = await read_parameters(
            http, max_input_vars=None, max_body_bytes=None
        )
        self.requests.append(record)
        fault = self.portal.faults.for_request(record)
        if fault is None:
            return self._send(record, self._exchange(record))
        return await self._with_fault(http, record, fault)

    def _exchange(self, record: Request) -> Reply:
        record.executed = True
        try:
            tokens = self.portal.authorization.exchange(record.params, self.endpoint)
        except RestError as error:
            return error_reply(error)
        return Reply(status=200, body=encode(tokens), headers=JSON_HEADERS)

    # Faults

    async def _with_fault(
        self, http: web.BaseRequest, call: Incoming | Request, fault: Fault
    ) -> web.StreamResponse:
        record = call if isinstance(call, Request) else call.record
        record.fault = fault.name
        if fault.name == "delay" and fault.when == "before":
            await self.portal.clock.sleep(fault.seconds or 0.0)
        reply: Reply | None = None
        if fault.when == "after" or fault.commands is not None or fault.name == "delay":
            try:
                reply = (
                    self._exchange(record)
                    if isinstance(call, Request)
                    else await self._answer(call, fault.commands)
                )
            except CommandsDone:
                reply = None
        return await self._spoil(http, record, fault, reply)

    async def _spoil(
        self, http: web.BaseRequest, record: Request, fault: Fault, reply: Reply | None
    ) -> web.StreamResponse:
        """Answer as the fault wants it, with what the portal would have answered at hand."""
        match fault.name:
            case "delay":
                if fault.when == "after":
                    await self.portal.clock.sleep(fault.seconds or 0.0)
                return self._send(record, reply or _half_done())
            case "hang":
                await self._hang(fault.seconds)
                return _abort(http)
            case "drop":
                return _abort(http)
            case "cut":
                return await self._cut(http, record, reply or _half_done())
            case "truncated":
                whole = reply or _half_done()
                half = whole.body[: len(whole.body) // 2]
                return self._send(record, attrs.evolve(whole, body=half))
            case "empty":
                return self._send(
                    record, Reply(status=fault.status or 200, body=b"", headers=HTML_HEADERS)
                )
            case "redirect":
                location = fault.location or self._renamed(http)
                page = _page(fault.status or 302)
                return self._send(
                    record,
                    attrs.evolve(page, headers={**page.headers, "Location": location}),
                )
            case name if name in _PAGES:
                return self._send(record, _page(fault.status or _PAGES[name]))
            case _:
                routed = route(http.path)
                error = fault.rest_error(
                    self.portal.switches.system_statuses,
                    by_oauth=routed is not None and routed.webhook is None,
                )
                return self._send(record, error_reply(error))

    async def _hang(self, seconds: float | None) -> None:
        closing = asyncio.ensure_future(self._closing.wait())
        waits: set[asyncio.Future[Any]] = {closing}
        if seconds is not None:
            waits.add(asyncio.ensure_future(self.portal.clock.sleep(seconds)))
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for waiting in waits:
            waiting.cancel()

    async def _cut(
        self, http: web.BaseRequest, record: Request, whole: Reply
    ) -> web.StreamResponse:
        record.status = whole.status
        response = web.StreamResponse(status=whole.status, headers=whole.headers)
        response.content_length = len(whole.body)
        await response.prepare(http)
        await response.write(whole.body[: len(whole.body) // 2])
        if http.transport is not None:
            http.transport.close()  # after what is written, unlike abort
        return response

    def _renamed(self, http: web.BaseRequest) -> str:
        """The same address under the other name of this machine."""
        host, colon, port = http.host.rpartition(":")
        other = "localhost" if host != "localhost" else "127.0.0.1"
        return f"{http.scheme}://{other}{colon}{port}{http.raw_path}"


def _half_done() -> Reply:
    """What there is to spoil when the portal has not answered."""
    return Reply(status=200, body=encode({"result": {"result": []}}), headers=JSON_HEADERS)


def _page(status: int) -> Reply:
    return Reply(status=status, body=html_page(status), headers=HTML_HEADERS)


def _response(reply: Reply) -> web.Response:
    return web.Response(status=reply.status, body=reply.body, headers=reply.headers)


def _abort(http: web.BaseRequest) -> web.Response:
    if http.transport is not None:
        http.transport.abort()
    return web.Response()
