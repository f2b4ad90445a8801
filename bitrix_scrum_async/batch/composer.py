"""Drives compositions through the sender: several batches in flight, one outcome for each call."""

from collections.abc import Sequence
from typing import TypeVar

import anyio
import attrs

from ..calls import Call, Outcome
from ..errors import BitrixScrumError
from ..transport.sender import Sender
from .composition import Composition, Lessons, Parcel

T = TypeVar("T")


class Composer:
    """Folds calls into batches and sends them."""

    def __init__(
        self, sender: Sender, lessons: Lessons, *, concurrency: int, attempts: int
    ) -> None:
        self._sender = sender
        self._lessons = lessons
        self._concurrency = concurrency
        self._attempts = attempts

    async def run(self, calls: Sequence[Call[T]], *, halt: bool = False) -> list[Outcome[T]]:
        """Send calls and give one outcome for each, in the order given.

        Args:
            calls: Any number of them; none makes no request.
            halt: Whether nothing more is sent after the first error. Then one batch flies at a
                time, in order.

        Raises:
            InvalidCall: The calls do not belong together; nothing was sent.
        """
        composition = Composition(calls, self._lessons, halt=halt, attempts=self._attempts)
        flight = _Flight(composition, self._sender, 1 if halt else self._concurrency)
        await flight.fly()
        return composition.outcomes


@attrs.define(eq=False)
class _Flight:
    """A composition on its way."""

    composition: Composition
    sender: Sender
    places: int
    landed: anyio.Event = attrs.field(factory=anyio.Event)

    async def fly(self) -> None:
        async with anyio.create_task_group() as group:
            while not self.composition.done:
                while self.places and (parcel := self.composition.next_parcel()):
                    self.places -= 1
                    group.start_soon(self._carry, parcel)
                await self.landed.wait()
                self.landed = anyio.Event()

    async def _carry(self, parcel: Parcel) -> None:
        try:
            answer = await self.sender.request(
                parcel.method, parcel.params, parcel.effect, commands=len(parcel.numbers)
            )
        except BitrixScrumError as error:
            self.composition.crash(parcel, error)
        else:
            self.composition.land(parcel, answer)
        self.places += 1
        self.landed.set()
