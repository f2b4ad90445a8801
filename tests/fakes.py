"""Stand-ins for what sends calls."""

from collections.abc import Callable, Iterable
from typing import Any

from bitrix_scrum_async.calls import Call
from bitrix_scrum_async.errors import BitrixScrumError


class RecordingSender:
    """Keeps every call that is awaited, and decodes for each what it was told to answer.

    Args:
        answers: What the portal would give as ``result``, one by one, or a function of the call.
    """

    def __init__(self, answers: Iterable[Any] | Callable[[Call[Any]], Any] = ()) -> None:
        self.sent: list[Call[Any]] = []
        self.batches: list[int] = []
        self._answer = answers if callable(answers) else _one_by_one(answers)

    async def send(self, call: Call[Any]) -> Any:
        """Answer a call."""
        call.handed_over = True
        self.sent.append(call)
        return call.shape.decode(self._answer(call), call.method)

    async def batch(self, *calls: Call[Any], return_exceptions: bool) -> tuple[Any, ...]:
        """Answer calls one by one; errors stand in their places."""
        assert return_exceptions
        self.batches.append(len(calls))
        return tuple([await self._outcome(call) for call in calls])

    async def _outcome(self, call: Call[Any]) -> Any:
        try:
            return await self.send(call)
        except BitrixScrumError as error:
            return error


def _one_by_one(answers: Iterable[Any]) -> Callable[[Call[Any]], Any]:
    waiting = iter(answers)
    return lambda _: next(waiting)


def unsent(call: Call[Any]) -> Call[Any]:
    """A call that is only looked at, and so does not warn when it is dropped."""
    call.handed_over = True
    return call
