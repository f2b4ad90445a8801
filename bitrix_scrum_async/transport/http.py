"""One HTTP request. The only place that knows aiohttp's client.

aiohttp has many ways to fail. What counts is one question: may the portal have got the request?
"""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

import aiohttp
import attrs
from attrs import validators

from ..errors import InvalidCall, NotSent, OutcomeUnknown, TransportError

# Failures before the first byte of the request left: DNS, refused, TLS, proxy, wrong address.
_BEFORE_SENDING = (
    aiohttp.ClientConnectorError,
    aiohttp.ServerFingerprintMismatch,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)


@attrs.frozen(kw_only=True)
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


@attrs.frozen
class RawAnswer:
    """An HTTP answer as it came."""

    status: int
    body: bytes
    location: str | None


class Http:
    """Posts bodies over an aiohttp session: its own, or one that was given and is never closed."""

    def __init__(
        self, session: aiohttp.ClientSession | None, timeouts: Timeouts, user_agent: str
    ) -> None:
        self._session = session
        self._owned = session is None
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timeout = aiohttp.ClientTimeout(
            total=timeouts.total, connect=timeouts.connect, sock_read=timeouts.answer
        )
        self._headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            # Front-end filters of portals turn away requests without a name and version (A.2).
            "User-Agent": user_agent,
        }

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, method: str
    ) -> RawAnswer:
        """Post one body.

        Args:
            url: The address; it may hold a secret, so no error repeats it.
            body: JSON.
            headers: Headers besides the usual ones.
            method: The portal's method, for errors.

        Raises:
            NotSent: The portal surely did not get the request.
            OutcomeUnknown: It may have.
        """
        if self._closed:
            raise InvalidCall("the session is closed", method=method)
        loop = asyncio.get_running_loop()
        if self._session is None:
            self._loop = loop
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),  # the session's own limiter counts
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        if self._loop is not None and self._loop is not loop:
            raise InvalidCall(
                "the session was opened in another event loop; open one in each", method=method
            )
        # Raised outside the except block: aiohttp's exceptions may hold the address.
        failure: TransportError
        try:
            async with self._session.post(
                url,
                data=body,
                headers={**self._headers, **headers},
                timeout=self._timeout,
                allow_redirects=False,
                raise_for_status=False,
            ) as response:
                return RawAnswer(
                    response.status,
                    await response.read(),
                    _origin(response.headers.get("Location")),
                )
        except _BEFORE_SENDING as error:
            failure = NotSent(f"no connection: {_reason(error)}", method=method)
        except UnicodeError:
            failure = NotSent("no connection: the host's name is not valid", method=method)
        except TimeoutError:
            failure = OutcomeUnknown("no answer in time", method=method)
        except asyncio.CancelledError:
            # aiohttp cancels a request by itself when its session closes under it.
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            failure = OutcomeUnknown("the session closed under it", method=method)
        except aiohttp.ClientPayloadError:
            failure = OutcomeUnknown("the answer was cut off", method=method)
        except (aiohttp.ClientError, OSError) as error:
            failure = OutcomeUnknown(f"the answer was lost: {_reason(error)}", method=method)
        raise failure

    async def aclose(self) -> None:
        """Close the connections, unless the session was given. Nothing is sent any more."""
        self._closed = True
        if self._owned and self._session is not None:
            session, self._session = self._session, None
            await session.close()


def _reason(error: Exception) -> str:
    """What aiohttp says, without an address that may hold the secret."""
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
