"""Gathers the calls of concurrent tasks into batches, while each task awaits its own."""

import asyncio
from types import TracebackType
from typing import Any, Self, TypeVar

from ..calls import Call
from ..errors import BitrixScrumError, InvalidCall, NotExecuted, OutcomeUnknown
from .flight import Flight

T = TypeVar("T")


class Coalescer:
    """Sends calls that are awaited one by one, many at a time. An async context manager."""

    def __init__(self, flight: Flight) -> None:
        self._flight = flight
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._pump: asyncio.Task[None] | None = None
        self._open = False

    async def __aenter__(self) -> Self:
        self._open = True
        self._pump = asyncio.create_task(self._run())
        self._pump.add_done_callback(self._ended)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open = False
        try:
            if error is None and self._pump is not None:
                self._flight.nudge()
                await self._pump
        finally:
            try:
                await self._flight.aclose(self._pump)
            finally:
                self._hand_out()
                self._give_up()
                self._flight.ledger.close()  # calls of cancelled tasks whose request never left

    async def send(self, call: Call[T]) -> T:
        """Send one call, together with those of other tasks, and give its result.

        A task that is cancelled takes its call back, unless it is in flight already.

        Raises:
            InvalidCall: The call refers to another one, or the coalescing has ended.
            BitrixScrumError: What sending it alone would raise.
        """
        call.handed_over = True
        if call.references or call.predecessors:
            raise InvalidCall(
                "it needs the result of another call; send both with `batch`", method=call.method
            )
        if not self._open:
            raise InvalidCall("the block of `coalescing` has ended", method=call.method)
        ledger = self._flight.ledger
        (number,) = ledger.add([call])
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._flight.nudge()
        try:
            settled: T | BitrixScrumError = await future
        finally:
            if self._waiting.pop(number, None) is not None and ledger.withdraw(number):
                ledger.forget([number])
        if isinstance(settled, BitrixScrumError):
            raise settled
        return settled

    async def _run(self) -> None:
        """Send what has gathered, and hand out outcomes, until the block ends."""
        ledger = self._flight.ledger
        while self._open or not ledger.done:
            await self._flight.change()
            self._hand_out()
            self._flight.launch(patient=self._open)
            self._hand_out()

    def _hand_out(self) -> None:
        ledger = self._flight.ledger
        for number, settled in ledger.settled().items():
            ledger.forget([number])
            future = self._waiting.pop(number, None)
            if future is not None and not future.done():
                future.set_result(settled)

    def _ended(self, pump: asyncio.Task[None]) -> None:
        """Let nobody wait for a pump that has broken down."""
        defect = None if pump.cancelled() else pump.exception()
        if defect is not None:
            self._open = False
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(defect)

    def _give_up(self) -> None:
        """Tell who still waits that the block has ended under them."""
        for number, future in self._waiting.items():
            if not future.done():
                ledger = self._flight.ledger
                ran = ledger.may_have_run(number) or not ledger.withdraw(number)
                reason = "the block of `coalescing` ended before the answer came"
                future.set_exception(OutcomeUnknown(reason) if ran else NotExecuted(reason))
