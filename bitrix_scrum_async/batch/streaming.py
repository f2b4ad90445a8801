"""Calls that come one after the other, without end if need be, in bounded memory."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from ..calls import Call, Outcome
from ..errors import InvalidCall
from .flight import Flight

T = TypeVar("T")

WINDOW = 1000
"""Calls that are taken in ahead of the first one without an outcome. A reference, or an order,
reaches back as many calls and never forward."""


def _is_independent(call: object) -> bool:
    return isinstance(call, Call) and not (call.references or call.predecessors)


class Stream:
    """One stream of calls.

    Calls are read ahead as far as the window reaches, so that batches are full, and outcomes are
    given in the order of the calls. What was given is forgotten once no reference can reach it.
    """

    def __init__(self, flight: Flight, check: Callable[[Call[Any]], None]) -> None:
        self._flight = flight
        self._check = check
        self._settled: dict[int, Any] = {}
        self._taken = self._given = self._forgotten = 0
        self._room = asyncio.Event()
        self._ended = False

    async def run(
        self, calls: Iterable[Call[T]] | AsyncIterable[Call[T]]
    ) -> AsyncGenerator[Outcome[T], None]:
        """Send calls and give their outcomes.

        What the source itself raises comes after the outcomes of all calls that it gave.
        """
        reader: asyncio.Task[None] | None = None
        source: Iterator[Call[T]] | None = None
        failure: Exception | None = None
        if isinstance(calls, AsyncIterable):
            reader = asyncio.create_task(self._read(calls))
        else:
            source = iter(calls)
        try:
            while not (self._ended and self._given == self._taken):
                if source is not None and not self._ended:
                    failure = self._fill(source)
                self._launch()
                before = self._given
                self._collect()
                while self._given in self._settled:
                    number = self._given
                    self._given += 1
                    yield self._flight.ledger.outcome(number, self._settled.pop(number))
                if self._given > before:
                    self._make_room()
                elif source is not None and not self._ended and not self._full:
                    await asyncio.sleep(0)  # let leave what was launched, before more is taken in
                elif not (self._ended and self._given == self._taken):
                    await self._flight.change()
            if reader is not None:
                await reader
            if failure is not None:
                raise failure
        finally:
            try:
                await self._flight.aclose(reader)
            finally:
                self._flight.ledger.close()

    @property
    def _full(self) -> bool:
        return self._taken - self._given >= WINDOW

    def _take(self, call: Call[Any]) -> None:
        try:
            self._check(call)
            self._flight.ledger.add([call])
        except InvalidCall as error:
            self._flight.ledger.refuse(call, error)
        self._taken += 1

    def _fill(self, source: Iterator[Call[Any]]) -> Exception | None:
        """Take in a batch, or what the window has room for; give what the source raised."""
        calls: list[Call[Any]] = []
        failure: Exception | None = None
        room = min(self._flight.full_batch, WINDOW - (self._taken - self._given))
        try:
            while len(calls) < room:
                calls.append(next(source))
        except StopIteration:
            self._ended = True
        except Exception as error:  # noqa: BLE001 - raised when all outcomes were given
            self._ended = True
            failure = error
        self._take_all(calls)
        return failure

    def _take_all(self, calls: Sequence[Call[Any]]) -> None:
        """Take in calls: together, which costs less, unless one needs another or is refused."""
        if all(_is_independent(call) for call in calls):
            try:
                for call in calls:
                    self._check(call)
                self._flight.ledger.add(calls)
            except InvalidCall:
                pass  # none of them was taken in
            else:
                self._taken += len(calls)
                return
        for call in calls:
            self._take(call)

    async def _read(self, calls: AsyncIterable[Call[Any]]) -> None:
        """Take in calls as they come, and wait while the window has no room."""
        source = aiter(calls)
        try:
            async for call in source:
                self._take(call)
                self._flight.nudge()
                while self._full:
                    self._room.clear()
                    self._flight.nudge()
                    await self._room.wait()
        finally:
            self._ended = True
            self._flight.nudge()
            if isinstance(source, AsyncGenerator):
                await source.aclose()

    def _launch(self) -> None:
        """Send what is ready. What the source may still fill waits a little."""
        self._flight.launch(patient=not self._ended and not self._full)

    def _collect(self) -> None:
        self._settled.update(self._flight.ledger.settled())

    def _make_room(self) -> None:
        unreachable = max(self._forgotten, self._given - WINDOW)
        self._flight.ledger.forget(range(self._forgotten, unreachable))
        self._forgotten = unreachable
        self._room.set()
