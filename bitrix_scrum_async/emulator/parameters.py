"""The parameters of a request: query string and body, read as PHP and the portal read them."""

import re
from collections.abc import Sequence
from typing import Any, cast

import orjson
from aiohttp import BodyPartReader, web

from .incoming import Incoming
from .php import parse_str, register_form
from .record import Request
from .values import to_int

_BEARER = re.compile(r"Bearer\s+(\S+)", re.IGNORECASE)
_ROUTED = ("method", "aplogin", "ap", "auth_connector")


class BodyTooLarge(Exception):
    """The web server in front does not let a body of this size through."""


async def read_parameters(
    http: web.BaseRequest, *, max_input_vars: int | None, max_body_bytes: int | None
) -> tuple[dict[str, Any], int]:
    """Query and body together, and the size of the body. A key of the body replaces one of the
    query as a whole.

    Raises:
        BodyTooLarge: The body has more than `max_body_bytes`.
    """
    query = http.raw_path.partition("?")[2].encode("utf-8", "surrogateescape")
    params: dict[str, Any] = dict(parse_str(query, max_input_vars=max_input_vars))
    content_type = http.headers.get("Content-Type", "").partition(";")[0].strip()
    if content_type == "multipart/form-data":
        form, size = await _read_multipart(http, max_input_vars)
        if max_body_bytes is not None and size > max_body_bytes:
            raise BodyTooLarge
        return params | form, size
    body = await http.content.read()
    if max_body_bytes is not None and len(body) > max_body_bytes:
        raise BodyTooLarge
    if content_type == "application/json":
        return params | _read_json(body), len(body)
    return params | parse_str(body, max_input_vars=max_input_vars), len(body)


def _read_json(body: bytes) -> dict[str, Any]:
    """A JSON body; what is broken or no container counts as no parameters at all."""
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    if isinstance(read, dict):
        return cast("dict[str, Any]", read)
    if isinstance(read, list):
        return {str(place): value for place, value in enumerate(cast("Sequence[Any]", read))}
    return {}


async def _read_multipart(
    http: web.BaseRequest, max_input_vars: int | None
) -> tuple[dict[str, Any], int]:
    """The text fields of a multipart form; files are read and let go."""
    fields: list[tuple[str, str]] = []
    size = 0
    async for part in await http.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        content = await part.read(decode=True)
        size += len(content)
        if part.name and part.filename is None:
            fields.append((part.name, bytes(content).decode("utf-8", "surrogateescape")))
    return dict(register_form(fields, max_input_vars=max_input_vars)), size


def incoming(
    http: web.BaseRequest,
    record: Request,
    params: dict[str, Any],
    *,
    webhook: tuple[str, str] | None,
    transport: str,
) -> Incoming:
    """Take what belongs to the system out of the parameters: credentials, paging, routing."""
    bearer = _BEARER.fullmatch(http.headers.get("Authorization", ""))
    auth, access_token = params.pop("auth", None), params.pop("access_token", None)
    tokens = (bearer[1] if bearer else None, auth, access_token)
    for name in _ROUTED:
        params.pop(name, None)
    return Incoming(
        record=record,
        params=params,
        start=to_int(params.pop("start")) if "start" in params else None,
        webhook=webhook,
        token=next((token for token in tokens if isinstance(token, str) and token), None),
        signed=bool(params.pop("token", None)),
        state=params.pop("state", None),
        transport=transport,
        https=http.secure,
    )
