"""One HTTP request. The only place that knows aiohttp's client.

aiohttp has many ways to fail. What counts is one question: may the portal have got the request?
"""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import attrs
from attrs import validators

from ..errors import InvalidCall, NotSent, OutcomeUnknown
from .raw import RawAnswer

_JSON = "application/json"


@attrs.frozen
class Timeouts:
    """How long a session waits, in seconds.

    Attributes:
        connect: For the connection, name lookup and TLS included.
        answer: For each piece of the answer. The cloud cuts a request off at 60 s, so a longer
            wait learns what became of it.
        total: For the whole request; ``None`` sets no bound besides the other two.
    """

    connect: float = attrs.field(default=10.0, validator=validators.gt(0))
    answer: float = attrs.field(default=75.0, validator=validators.gt(0))
    total: float | None = attrs.field(default=None, validator=validators.optional(validators.gt(0)))


class Letter:
    """A body to post, which tells afterwards whether it ever left.

    Attributes:
        body: JSON.
        left: Whether it was handed to a connection. As long as it was not, the portal has at most
            the head of a request, and executes nothing.
    """

    # Written by hand: it is quick to import, and one is made for each request.
    __slots__ = ("body", "left")

    def __init__(self, body: bytes, *, left: bool = False) -> None:
        self.body = body
        self.left = left


class _Content(aiohttp.Payload):
    """A letter as aiohttp writes it: the moment of writing is the moment it leaves."""

    def __init__(self, letter: Letter) -> None:
        super().__init__(letter.body, content_type=_JSON)
        self._letter = letter
        self._size = len(letter.body)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return self._letter.body.decode(encoding, errors)

    async def write(self, writer: Any) -> None:
        self._letter.left = True
        await writer.write(self._letter.body)

    async def write_with_length(self, writer: Any, content_length: int | None) -> None:
        # Newer versions of aiohttp call this one; the length is always that of the body.
        await self.write(writer)


class Http:
    """Talks HTTP over an aiohttp session: its own, or one that was given and is never closed.

    Args:
        session: An aiohttp session to use, with its own settings.
        timeouts: How long to wait.
        user_agent: Name and version. Front-end filters of portals turn away requests without.
        proxy: The address of a proxy; ``None`` leaves that to the aiohttp session.
        tls: What aiohttp takes as ``ssl``; ``None`` leaves that to the aiohttp session.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession | None,
        timeouts: Timeouts,
        user_agent: str,
        *,
        proxy: str | None = None,
        tls: ssl.SSLContext | aiohttp.Fingerprint | bool | None = None,
    ) -> None:
        self._session = session
        self._owned = session is None
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timeout = aiohttp.ClientTimeout(
            total=timeouts.total, connect=timeouts.connect, sock_read=timeouts.answer
        )
        self._headers = {"Accept": _JSON, "User-Agent": user_agent}  # (A.2)
        self._route: dict[str, Any] = {} if proxy is None else {"proxy": proxy}
        if tls is not None:
            self._route["ssl"] = tls

    async def post(
        self, url: str, letter: Letter, headers: Mapping[str, str], *, method: str
    ) -> RawAnswer:
        """Post one body.

        Args:
            url: The address; it may hold a secret, so no error repeats it.
            letter: What to post.
            headers: Headers besides the usual ones.
            method: The portal's method, for errors.

        Raises:
            NotSent: The portal surely did not get the request.
            OutcomeUnknown: It may have.
        """
        if not self._owned:  # one that was given may have others of its own
            headers = {**self._headers, "Content-Type": _JSON, **headers}
        return await self._exchange(
            "POST", url, letter, method, data=_Content(letter), headers=headers
        )

    async def get(self, url: str, params: Mapping[str, str], *, method: str) -> RawAnswer:
        """Get an address.

        Args:
            url: The address.
            params: Its query; it may hold secrets.
            method: What to call it in errors.

        Raises:
            NotSent: The request surely did not arrive.
            OutcomeUnknown: It may have.
        """
        headers = None if self._owned else self._headers
        sent = Letter(b"", left=True)
        return await self._exchange("GET", url, sent, method, params=params, headers=headers)

    async def _exchange(
        self, verb: str, url: str, letter: Letter, method: str, **content: Any
    ) -> RawAnswer:
        session = self._open(method)
        # What is raised is raised outside of `except`: aiohttp's own errors may hold the address.
        try:
            response = await session.request(
                verb,
                url,
                timeout=self._timeout,
                allow_redirects=False,
                raise_for_status=False,
                **content,
                **self._route,
            )
            # Reading to the end gives the connection back, or closes it where that fails: what
            # `async with` would do once more.
            body = await response.read()
            return RawAnswer(response.status, body, _origin(response.headers.get("Location")))
        except asyncio.CancelledError:
            # aiohttp cancels a request by itself when its session closes under it.
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            reason = "the session closed under it"
        except TimeoutError:
            reason = "not in time"
        except UnicodeError:
            reason = "the host's name is not valid"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # A ValueError says that the settings of a session that was given contradict ours.
            reason = _reason(error)
        if letter.left:
            raise OutcomeUnknown(f"no answer: {reason}", method=method)
        raise NotSent(f"no connection: {reason}", method=method)

    def _open(self, method: str) -> aiohttp.ClientSession:
        if self._closed:
            raise InvalidCall("the session is closed", method=method)
        self.check_loop(method)
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),  # the session's own limiter counts
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=self._headers,  # copied for each request, which costs less than merging
            )
        if self._session.closed:
            raise InvalidCall("the aiohttp session it uses is closed", method=method)
        return self._session

    def check_loop(self, method: str) -> None:
        """See that this event loop is the one of the first request: connections belong to one.

        Raises:
            InvalidCall: It is another one.
        """
        loop = asyncio.get_running_loop()
        if self._loop is None:
            self._loop = loop
        elif self._loop is not loop:
            raise InvalidCall(
                "the session was opened in another event loop; open one in each", method=method
            )

    async def aclose(self) -> None:
        """Close the connections, unless the session was given. Nothing is sent any more."""
        self._closed = True
        if self._owned and self._session is not None:
            session, self._session = self._session, None
            await session.close()


def _reason(error: Exception) -> str:
    """What aiohttp says, without an address that may hold the secret."""
    if isinstance(error, aiohttp.ClientPayloadError):
        return "it was cut off"
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the proxy said {error.status}"
    if isinstance(error, aiohttp.InvalidURL):
        return "the address is not valid"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"{error.host}: its TLS certificate was not accepted"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"{error.host}: {error.os_error.strerror or error.os_error}"
    return type(error).__name__


def _origin(location: str | None) -> str | None:
    """Scheme and host of an address: its path holds the secret."""
    if not location:
        return None
    try:
        parts = urlsplit(location)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # an open bracket, a port that is no number
        return None
    if not parts.hostname:
        return None
    return f"{parts.scheme}://{parts.hostname}{port}"
