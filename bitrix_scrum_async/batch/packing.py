"""Which calls ride together, and in what order. Pure: no I/O, no clock.

Calls wait for others along edges. An edge *rides* when the later call may stand in the same batch
as the earlier one, behind it; else the later call waits until the earlier one has its result.
A batch is filled from the calls that are ready, lowest number first, and every call that enters
may bring others along: those whose last open edges ride on calls of this batch.
"""

import heapq
from collections import deque
from collections.abc import (
    Callable,
    Collection,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    MutableMapping,
)
from typing import TypeAlias

from ..calls import Claims
from .bundle import FRAME_BYTES
from .limits import BatchLimits

Load: TypeAlias = tuple[int | None, float, Claims, bool]
"""What a call takes up in a batch: bytes (``None`` for a call that must go alone), seconds of
expected working time, keys with values that all calls of a batch must agree on, and whether nothing
may stand behind it in its batch. A plain tuple, since each call is weighed and few are kept."""


# How many calls are brought forward at a time from those that came together: enough for several
# batches. Nothing is kept for each of the others, however many they are.
_BROUGHT = 1000

# How many calls that do not fit are looked past while a batch is filled: a bound on the work, so
# that filling a batch costs the same however many calls are waiting.
_LOOK_PAST = 100


_Edges: TypeAlias = MutableMapping[int, bool]

# Most calls wait for nothing.
_NO_EDGES: _Edges = {}


class _Filling:
    """A batch that is being filled."""

    def __init__(self, limits: BatchLimits) -> None:
        self._room = limits.max_bytes - FRAME_BYTES
        self._seconds = limits.max_seconds
        self._claims: dict[Hashable, Hashable] = {}
        self._agreed: Claims = {}

    def takes(self, load: Load) -> bool:
        """Take up room for one more call, if it fits."""
        size, seconds, claims, _ = load
        if size is None or size > self._room or seconds > self._seconds:
            return False
        # Calls of one kind often share what they claim; then there is nothing new to agree on.
        if claims is not self._agreed:
            for key, own in claims.items():
                if self._claims.get(key, own) != own:
                    return False
            self._claims.update(claims)
            self._agreed = claims
        self._room -= size
        self._seconds -= seconds
        return True


class Packing:
    """Calls that wait, by number, and the edges between them."""

    def __init__(self, *, in_order: bool = False) -> None:
        """Begin with no calls.

        Args:
            in_order: Whether no call may overtake an earlier one, except one that it needs.
        """
        self._order: list[int] | None = [] if in_order else None
        self._first = 0  # what stands before it in the order is finished
        # Those that wait for nothing. `_ready`, a heap, and `_fresh`, in order as they came, may
        # hold numbers that were taken since. Numbers in `_behind` are higher than all that are
        # fresh, and in no other collection. There are few ranges: neighbours join.
        self._ready: list[int] = []
        self._fresh: deque[int] = deque()
        self._behind: deque[range] = deque()
        self._open: dict[int, _Edges] = {}  # unfinished calls and their open edges
        self._waiting: set[int] = set()  # those not in flight
        self._followers: dict[int, list[int]] = {}
        self._cautious: set[int] = set()

    def __len__(self) -> int:
        """Calls without an outcome, in flight or not."""
        return len(self._open) + sum(map(len, self._behind))

    def add(self, number: int, edges: Mapping[int, bool]) -> None:
        """Let a call wait.

        Args:
            number: The call.
            edges: The calls that must have succeeded before it, each with whether the edge rides.
        """
        self._open[number] = dict(edges) if edges else _NO_EDGES
        for earlier in edges:
            self._followers.setdefault(earlier, []).append(number)
        self.put_back(number)

    def add_free(self, numbers: range) -> None:
        """Let calls wait that come behind all others and need none."""
        behind = self._behind
        if self._order is not None:
            for number in numbers:
                self.add(number, {})
        elif behind and behind[-1].stop == numbers.start:
            behind[-1] = range(behind[-1].start, numbers.stop)
        elif numbers:
            behind.append(numbers)

    def _bring_forward(self) -> None:
        """Bring forward the first of the calls that came together."""
        first = self._behind.popleft()
        brought, rest = first[:_BROUGHT], first[_BROUGHT:]
        if rest:
            self._behind.appendleft(rest)
        self._open.update(dict.fromkeys(brought, _NO_EDGES))
        self._waiting.update(brought)
        self._fresh.extend(brought)

    def keep_order(self, numbers: Iterable[int]) -> None:
        """Fix the order of calls that were added, each behind those that it needs."""
        if self._order is None:
            return
        placed = set(self._order)
        for number in numbers:
            stack = [number]
            while stack:
                top = stack[-1]
                open_needs = [n for n in self._open.get(top, ()) if n not in placed]
                if top in placed or not open_needs:
                    stack.pop()
                    if top not in placed:
                        placed.add(top)
                        self._order.append(top)
                else:
                    stack.append(min(open_needs))

    def put_back(self, number: int, *, cautious: bool = False) -> None:
        """Let a call wait again that was taken and not executed.

        Args:
            number: The call.
            cautious: Whether it goes next in a batch where nothing leans on it, so that no error
                of another call ends that batch before it.
        """
        self._waiting.add(number)
        if not self._open[number]:
            heapq.heappush(self._ready, number)
            if cautious:
                self._cautious.add(number)

    def succeeded(self, numbers: Collection[int]) -> list[tuple[int, int]]:
        """Calls that were taken have their results: what waited only for them becomes ready.

        Returns:
            Pairs of a call and an unfinished one that waited for it.
        """
        for number in numbers:
            self._open.pop(number, None)
        if self._followers.keys().isdisjoint(numbers):
            return []
        return [pair for number in numbers for pair in self._freed(number)]

    def _freed(self, number: int) -> Iterator[tuple[int, int]]:
        for follower in self._followers.pop(number, ()):
            edges = self._open.get(follower)
            if edges is None:
                continue
            del edges[number]
            if not edges and follower in self._waiting:
                heapq.heappush(self._ready, follower)
            yield number, follower

    @property
    def ready(self) -> int:
        """Calls that wait for nothing, at most: some of them may have gone since."""
        return len(self._fresh) + len(self._ready) + sum(map(len, self._behind))

    def waits(self, number: int) -> bool:
        """Whether a call is neither in flight nor finished."""
        return number in self._waiting or self._is_behind(number)

    def has(self, number: int) -> bool:
        """Whether a call is here and has no outcome."""
        return number in self._open or self._is_behind(number)

    def _is_behind(self, number: int) -> bool:
        return any(number in numbers for numbers in self._behind)

    def withdraw(self, number: int) -> bool:
        """Take out a call that nobody wants; ``False`` if it is in flight or finished."""
        while self._is_behind(number):
            self._bring_forward()
        if number not in self._waiting:
            return False
        self.finish(number)
        return True

    def abandon(self) -> list[int]:
        """Take out every call that is not in flight."""
        while self._behind:
            self._bring_forward()
        numbers = sorted(self._waiting)
        for number in numbers:
            self.finish(number)
        return numbers

    def finish(self, number: int) -> None:
        """A call has its outcome; what waited for it still waits."""
        self._open.pop(number, None)
        self._waiting.discard(number)

    def strand(self, number: int) -> list[tuple[int, int]]:
        """Take out all that waits for a call that failed.

        Returns:
            Pairs of a call that will not be sent and the call that it waited for.
        """
        lost: list[tuple[int, int]] = []
        failed = [number]
        for earlier in failed:  # grows while it is walked: chains may be long
            for follower in self._followers.pop(earlier, ()):
                if follower in self._open:
                    self.finish(follower)
                    lost.append((follower, earlier))
                    failed.append(follower)
        return lost

    def take(self, limits: BatchLimits, load_of: Callable[[int], Load | None]) -> list[int]:
        """Choose the calls of the next batch, in the order in which they are to be executed.

        A call that fits into no batch comes alone. Nothing comes when all that is left waits for
        calls in flight.

        Args:
            limits: What a batch may hold.
            load_of: What a call takes up; ``None`` for one that may not go now. It is kept out
                until it is put back.
        """
        taken: dict[int, None] = {}
        riders: list[int] = []  # a heap of calls that may follow those taken
        passed: list[int] = []
        filling = _Filling(limits)
        room = limits.max_commands
        riding = True
        while len(taken) < room and len(passed) < _LOOK_PAST:
            number = self._next(riders) if self._order is None else self._next_in_order(taken)
            load = None if number is None else load_of(number)
            if number is None or (load is None and self._order is not None):
                break
            if load is None:
                continue
            if not taken:
                riding = number not in self._cautious
                if not filling.takes(load):  # too large, or slower than a batch may be
                    taken[number] = None
                    break
            elif (riding and number in self._cautious) or not filling.takes(load):
                passed.append(number)
                if self._order is not None:
                    break
                continue
            taken[number] = None
            self._waiting.discard(number)
            _, _, _, ends_batch = load
            if ends_batch:
                break
            if riding and number in self._followers:
                self._bring_riders(number, taken, riders)
        for number in passed:
            self.put_back(number)
        self._waiting.difference_update(taken)
        self._cautious.difference_update(taken)
        return list(taken)

    def _bring_riders(self, number: int, taken: Mapping[int, None], riders: list[int]) -> None:
        """Find the calls that may ride now that one more is taken."""
        for follower in self._followers[number]:
            edges = self._open.get(follower)
            if edges and all(rides and earlier in taken for earlier, rides in edges.items()):
                heapq.heappush(riders, follower)

    def _next(self, riders: list[int]) -> int | None:
        """The lowest call that may come next."""
        fresh, ready, waiting = self._fresh, self._ready, self._waiting
        while fresh or ready or riders or self._behind:
            if not fresh and self._behind:
                self._bring_forward()
            if not (ready or riders):
                number = fresh.popleft()
            else:
                heap = riders if not ready or (riders and riders[0] < ready[0]) else ready
                first = bool(fresh) and fresh[0] < heap[0]
                number = fresh.popleft() if first else heapq.heappop(heap)
            if number in waiting:
                return number
        return None

    def _next_in_order(self, taken: Mapping[int, None]) -> int | None:
        """The next call of the order, if it may come now."""
        order = self._order or []
        while self._first < len(order) and order[self._first] not in self._open:
            self._first += 1
        for place in range(self._first, len(order)):
            number = order[place]
            if number not in self._open or number in taken:
                continue
            edges = self._open[number].items()
            may_come = all(rides and earlier in taken for earlier, rides in edges)
            return number if may_come and number in self._waiting else None
        return None
