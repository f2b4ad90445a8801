"""Carries the parcels of a composition through the sender, several at once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from ..errors import BitrixScrumError, OutcomeUnknown
from ..transport.clock import Clock
from ..transport.scopes import shielded
from ..transport.sender import Sender
from .composition import Composition
from .parcels import Parcel

# While others are in flight, a batch that is not full waits so long for more calls, in seconds.
_LINGER = 0.02


class _Alarm:
    """Rings once at the earliest moment that was asked for."""

    def __init__(
        self, clock: Clock, rest: Callable[[float], Awaitable[None]], ring: Callable[[], None]
    ) -> None:
        self._clock = clock
        self._rest = rest
        self._ring = ring
        self._due = 0.0
        self.task: asyncio.Task[None] | None = None  # runs until it rings

    @property
    def set(self) -> bool:
        """Whether it is going to ring."""
        return self.task is not None and not self.task.done()

    def ring_in(self, seconds: float) -> None:
        """Ring in so many seconds, unless it rings before that anyway."""
        due = self._clock.now() + seconds
        if self.set and self._due <= due:
            return
        self.cancel()
        self._due = due
        self.task = asyncio.create_task(self._wait(seconds))

    def cancel(self) -> None:
        """Do not ring."""
        if self.task is not None:
            self.task.cancel()

    async def _wait(self, seconds: float) -> None:
        await self._rest(seconds)
        self.task = None
        self._ring()


class Flight:
    """A composition on its way.

    Args:
        composition: What to carry.
        sender: Who sends it.
        clock: Where time comes from.
        places: How many parcels are in flight at most.

    Attributes:
        ledger: The calls that it carries, and their outcomes.
    """

    def __init__(
        self, composition: Composition, sender: Sender, clock: Clock, *, places: int
    ) -> None:
        self.ledger = composition.ledger
        self._composition = composition
        self._sender = sender
        self._clock = clock
        self._places = places
        self._carried: dict[asyncio.Task[Any], Parcel] = {}
        self._release = _Alarm(clock, sender.rest, self.nudge)
        self._linger = _Alarm(clock, clock.sleep, self._late)
        self._overdue = False
        self._closing = False
        self._defect: BaseException | None = None
        self._changed = asyncio.Event()

    @property
    def full_batch(self) -> int:
        """How many calls make a full batch."""
        return self._composition.full_batch

    @property
    def empty(self) -> bool:
        """Whether nothing is in flight."""
        return not self._carried

    def launch(self, *, patient: bool = False) -> None:
        """Send as many parcels as there are places for.

        Args:
            patient: Whether a batch that is not full waits a little for more calls while others
                are in flight.
        """
        refusal = self._sender.refusal
        if refusal is not None:  # nobody waits for the moment of a repeat that will not come
            self.ledger.end(refusal)
            return
        full = self.full_batch
        overdue, self._overdue = self._overdue, False
        while len(self._carried) < self._places:
            now = self._clock.now()
            ready = self._composition.ready(now)
            if patient and not overdue and self._carried and ready < full:
                if ready and not self._linger.set:
                    self._linger.ring_in(_LINGER)
                self._wait_for_release()
                return
            parcel = self._composition.next_parcel(now)
            if parcel is None:
                self._wait_for_release()
                return
            task = asyncio.create_task(self._carry(parcel))
            self._carried[task] = parcel
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

    async def aclose(self, *others: asyncio.Task[None] | None) -> None:
        """Let go of everything that is still in flight.

        Args:
            others: Tasks that work with it, and end with it.
        """
        self._closing = True
        own = (*self._carried, self._release.task, self._linger.task)
        tasks = [task for task in (*others, *own) if task is not None]
        for task in tasks:  # all of them before the first await, where a cancellation may strike
            task.cancel()
        with shielded():
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry(self, parcel: Parcel) -> None:
        try:
            answer = await self._sender.request(parcel.request)
        except BitrixScrumError as error:
            self._crash(parcel, error)
        else:
            self._composition.land(parcel, answer, self._clock.now())
            self._tell_of_pauses(parcel)

    def _crash(self, parcel: Parcel, error: BitrixScrumError) -> None:
        self._composition.crash(parcel, error, self._clock.now())
        self._tell_of_pauses(parcel)

    def _tell_of_pauses(self, parcel: Parcel) -> None:
        """Let the session show what goes again by itself, and how long that waits."""
        for pause in self._composition.pauses():
            self._sender.pauses(parcel.request, pause.cause, pause.seconds, pause.error)

    def _landed(self, task: asyncio.Task[Any]) -> None:
        parcel = self._carried.pop(task)
        if task.cancelled():
            if not parcel.request.may_have_run:
                self._composition.recall(parcel)
            elif not self._closing:  # somebody else cancelled it; its calls must not wait for ever
                method = parcel.request.method
                self._crash(parcel, OutcomeUnknown("the request was cancelled", method=method))
        elif task.exception() is not None:
            self._defect = task.exception()
        self.nudge()

    def _wait_for_release(self) -> None:
        """Come back when the next call that waits may go."""
        seconds = self._composition.next_release(self._clock.now())
        if seconds is not None:
            self._release.ring_in(seconds)

    def _late(self) -> None:
        self._overdue = True
        self.nudge()
