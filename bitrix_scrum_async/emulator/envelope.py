"""What goes over the wire: JSON, the member `time`, and pages of the web server in front."""

import datetime as dt
from typing import Any

import attrs
import orjson

from .switches import TimeNumbers

JSON_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "origin, content-type, accept",
    "X-Content-Type-Options": "nosniff",
}
HTML_HEADERS = {"Content-Type": "text/html; charset=utf-8"}

_WRONG_ENCODING = b'{"error":"WRONG_ENCODING","error_description":"Wrong request encoding"}'
_REASONS = {
    200: "OK",
    302: "Found",
    403: "Forbidden",
    404: "Not Found",
    405: "Not Allowed",
    413: "Request Entity Too Large",
    414: "Request-URI Too Large",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}


@attrs.frozen(kw_only=True)
class Reply:
    """One HTTP answer."""

    status: int
    body: bytes
    headers: dict[str, str]
    error: int | str | None = None


def encode(body: Any) -> bytes:
    """JSON as the portal sends it; text that is no UTF-8 makes the whole answer an error."""
    try:
        return orjson.dumps(body)
    except TypeError as error:
        if "surrogates" not in str(error):
            raise
        return _WRONG_ENCODING


def html_page(status: int, title: str | None = None) -> bytes:
    """A page such as the web server in front of the portal makes."""
    heading = title or f"{status} {_REASONS.get(status, 'Error')}"
    return (
        f"<html><head><title>{heading}</title></head>"
        f"<body><h1>{heading}</h1><p>The portal could not answer.</p></body></html>\n"
    ).encode()


class TimeWriter:
    """Writes the member `time` of answers.

    Args:
        utc_offset: The zone of the server's clock, as `+03:00`.
        numbers: Which numbers are cut to ints, and whether the operating fields are there.
    """

    def __init__(self, utc_offset: str, numbers: TimeNumbers) -> None:
        sign = -1 if utc_offset[0] == "-" else 1
        hours, minutes = utc_offset[1:].split(":")
        self._zone = dt.timezone(sign * dt.timedelta(hours=int(hours), minutes=int(minutes)))
        self._numbers: TimeNumbers = numbers
        self._second = -1
        self._text = ""

    def write(
        self, start: float, finish: float, operating: float, reset_at: int | None
    ) -> dict[str, Any]:
        """The `time` of one call."""
        floats = self._numbers == "floats"
        time: dict[str, Any] = {
            "start": start if floats else int(start),
            "finish": finish,
            "duration": finish - start,
            "processing": finish - start if floats else int(finish - start),
            "date_start": self._iso(start),
            "date_finish": self._iso(finish),
        }
        if self._numbers != "no-operating":
            if reset_at is not None:
                time["operating_reset_at"] = reset_at
            time["operating"] = operating
        return time

    def _iso(self, at: float) -> str:
        second = int(at)
        if second != self._second:  # thousands of commands share one second
            self._second = second
            self._text = dt.datetime.fromtimestamp(second, self._zone).isoformat()
        return self._text
