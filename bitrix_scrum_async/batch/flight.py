"""Carries the parcels of a composition through the sender, several at once."""

import asyncio
from typing import Any

import anyio

from ..errors import BitrixScrumError
from ..transport.clock import Clock
from ..transport.sender import Sender
from .composition import Composition
from .parcels import Parcel


class Flight:
    """A composition on its way.

    Args:
        composition: What to carry.
        sender: Who sends it.
        clock: Where time comes from.
        places: How many parcels are in flight at most.
    """

    def __init__(
        self, composition: Composition, sender: Sender, clock: Clock, *, places: int
    ) -> None:
        self.composition = composition
        self._sender = sender
        self._clock = clock
        self._places = places
        self._tasks: set[asyncio.Task[Any]] = set()
        self._alarm: asyncio.Task[Any] | None = None
        self._defect: BaseException | None = None
        self._changed = asyncio.Event()

    @property
    def empty(self) -> bool:
        """Whether nothing is in flight."""
        return not self._tasks

    def launch(self, *, full_only: bool = False) -> None:
        """Send as many parcels as there are places for.

        Args:
            full_only: Whether a batch that more calls may still fill has to wait.
        """
        full = self.composition.full_batch
        while len(self._tasks) < self._places:
            if full_only and self.composition.ready < full:
                return
            parcel = self.composition.next_parcel(self._clock.now())
            if parcel is None:
                self._set_alarm()
                return
            task = asyncio.create_task(self._carry(parcel))
            self._tasks.add(task)
            task.add_done_callback(self._landed)

    async def change(self) -> None:
        """Wait until something has landed, may go again, or was told of with `nudge`.

        Raises:
            Exception: What went wrong in carrying, which is a defect of this library.
        """
        await self._changed.wait()
        self._changed.clear()
        if self._defect is not None:
            raise self._defect

    def nudge(self) -> None:
        """Wake who waits for a change."""
        self._changed.set()

    async def aclose(self) -> None:
        """Let go of everything that is still in flight."""
        tasks = [*self._tasks, *([self._alarm] if self._alarm else [])]
        for task in tasks:
            task.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry(self, parcel: Parcel) -> None:
        try:
            answer = await self._sender.request(
                parcel.method, parcel.params, parcel.effect, commands=len(parcel.numbers)
            )
        except BitrixScrumError as error:
            self.composition.crash(parcel, error)
        else:
            self.composition.land(parcel, answer, self._clock.now())

    def _landed(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._defect = task.exception()
        self._changed.set()

    def _set_alarm(self) -> None:
        """Come back when the next blocked method is free."""
        seconds = self.composition.next_release(self._clock.now())
        if seconds is not None and (self._alarm is None or self._alarm.done()):
            self._alarm = asyncio.create_task(self._ring(seconds))

    async def _ring(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._changed.set()
