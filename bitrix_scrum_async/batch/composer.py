"""Sends calls together: a given number of them, a stream, or those of concurrent tasks.

What does it is imported with the first of them: a program that sends calls one by one needs none.
"""

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from ..calls import Call, Outcome
from ..errors import BitrixScrumError
from ..transport.budget import OperatingBudget
from ..transport.clock import Clock
from ..transport.limits import Limits
from ..transport.retry import RetryPolicy
from ..transport.sender import Sender
from .limits import BatchLimits

if TYPE_CHECKING:
    from .coalescing import Coalescer
    from .flight import Flight
    from .lessons import Lessons

T = TypeVar("T")


class Composer:
    """Folds calls into batches and sends them.

    Args:
        sender: Who sends requests.
        batching: What one batch may hold, to begin with.
        budget: The working time of methods, shared with the sender.
        limits: How many requests fly at once.
        retry: How patient to be.
        clock: Where time comes from.
    """

    def __init__(
        self,
        sender: Sender,
        batching: BatchLimits,
        budget: OperatingBudget,
        *,
        limits: Limits,
        retry: RetryPolicy,
        clock: Clock,
    ) -> None:
        self._sender = sender
        self._batching = batching
        self._budget = budget
        self._places = limits.concurrency
        self._retry = retry
        self._clock = clock

    @cached_property
    def _lessons(self) -> "Lessons":
        """What the session learns about batches, for all that it will send."""
        from .lessons import Lessons

        return Lessons(self._batching, self._budget)

    async def run(
        self, calls: Sequence[Call[T]], *, halt: bool = False
    ) -> list[T | BitrixScrumError]:
        """Send calls and give for each its result or its error, in the order given.

        Args:
            calls: Any number of them; none makes no request.
            halt: Whether nothing more is sent after the first error. Then one batch flies at a
                time, in order.

        Raises:
            InvalidCall: The calls do not belong together; nothing was sent.
        """
        flight = self._flight(halt=halt)
        flight.ledger.add(calls)
        settled: list[Any] = [None] * len(calls)  # by the calls' numbers, which begin at 0
        left = len(calls)
        try:
            while True:
                flight.launch()
                found = flight.ledger.settled()
                left -= len(found)
                for number, value in found.items():
                    settled[number] = value
                if flight.ledger.done:
                    break
                await flight.change()
        finally:
            try:
                await flight.aclose()
            finally:
                flight.ledger.close()
        if left:  # `None` would say that they succeeded
            raise RuntimeError(f"{left} calls have no outcome; this is a defect of this library")
        return settled

    def stream(
        self,
        calls: Iterable[Call[T]] | AsyncIterable[Call[T]],
        check: Callable[[Call[Any]], None],
    ) -> AsyncGenerator[Outcome[T], None]:
        """Send calls as they come and give their outcomes, in order.

        Args:
            calls: The calls.
            check: Refuses a call that must not be sent here, with `InvalidCall`.
        """
        from .streaming import WINDOW, Stream

        return Stream(self._flight(window=WINDOW), check).run(calls)

    def coalescer(self) -> "Coalescer":
        """Gather the calls of concurrent tasks."""
        from .coalescing import Coalescer

        return Coalescer(self._flight())

    def _flight(self, *, halt: bool = False, window: int | None = None) -> "Flight":
        from .composition import Composition
        from .flight import Flight

        composition = Composition(self._lessons, self._retry, halt=halt, window=window)
        return Flight(composition, self._sender, self._clock, places=1 if halt else self._places)
