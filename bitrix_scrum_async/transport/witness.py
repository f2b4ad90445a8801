"""Sees what happens to requests: counts it, and tells it where somebody listens."""

import logging
from typing import TYPE_CHECKING, Any

from ..errors import BitrixScrumError
from .auth import Credentials
from .request import Request
from .tally import Tally

# The events themselves are imported where they are told: most sessions never tell one.
if TYPE_CHECKING:
    from .events import Cause, OnEvent

_log = logging.getLogger("bitrix_scrum_async")


class Witness:
    """Turns each step of a request into counts and an event.

    Args:
        credentials: Whose portal it is.
        tally: The counts.
        on_event: Who wants to know.
    """

    def __init__(self, credentials: Credentials, tally: Tally, on_event: "OnEvent | None") -> None:
        self._credentials = credentials
        self._tally = tally
        self._on_event = on_event

    def leaves(self, request: Request) -> None:
        """A request is about to be sent."""
        self._tally.requests += 1
        self._tally.commands += request.commands
        self._tally.batches += request.method == "batch"
        self._tally.retries += request.sent > 0
        request.sent += 1
        if self._is_heard():
            from .events import RequestSent, tell

            about = self._about(request, attempt=request.sent)
            tell(RequestSent(**about, commands=request.commands), self._on_event)

    def ended(
        self, request: Request, status: int | None, error: str | None, seconds: float
    ) -> None:
        """An answer has come, or none will."""
        if status is None:  # which is worth a warning in the log, whoever listens
            from .events import RequestLost, tell

            about = self._about(request, attempt=request.sent, seconds=seconds)
            tell(RequestLost(**about, error=error or "Cancelled"), self._on_event)
        elif self._is_heard():
            from .events import RequestAnswered, tell

            about = self._about(request, attempt=request.sent, seconds=seconds)
            tell(RequestAnswered(**about, status=status, error=error), self._on_event)

    def goes_again(self, request: Request, failure: BitrixScrumError, after: float) -> None:
        """A request will be sent again."""
        if self._is_heard():
            from .events import RequestRetried, tell

            about = self._about(request, attempt=request.sent + 1, after=after)
            tell(RequestRetried(**about, error=type(failure).__name__), self._on_event)

    def waits(self, request: Request, cause: "Cause", seconds: float) -> None:
        """A request begins to wait."""
        if self._is_heard():
            from .events import Waited, tell

            tell(Waited(**self._about(request), cause=cause, seconds=seconds), self._on_event)

    def refreshed(self, request: Request, seconds: float) -> None:
        """There are new tokens."""
        if self._is_heard():
            from .events import TokensRefreshed, tell

            tell(TokensRefreshed(**self._about(request), seconds=seconds), self._on_event)

    def _is_heard(self) -> bool:
        """Whether there is a listener, or a log of anything but warnings."""
        return self._on_event is not None or _log.isEnabledFor(logging.INFO)

    def _about(self, request: Request, **more: float) -> dict[str, Any]:
        host = self._credentials.host
        return {"portal": host, "method": request.method, "request": request.number, **more}
