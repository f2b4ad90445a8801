"""What a session learns from its portal about batches, for as long as it lives."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from ..errors import BatchLengthExceeded, BatchMethodNotAllowed
from ..transport.budget import OperatingBudget
from ..wire import is_map
from .bundle import Failed, Replies
from .limits import BatchLimits
from .pace import Pace

# Methods that the portal refuses in a batch (B.1).
_NEVER_IN_A_BATCH = frozenset({"batch", "upload", "download"})

# So many accounts of a method outweigh all before them.
_NEWEST = 20

# A body below this is not refused for its bytes.
_LEAST_BYTES = 1_000


class Lessons:
    """Limits that turned out smaller, methods that go alone, durations, blocked methods.

    Args:
        limits: What a batch may hold to begin with.
        budget: The working time of methods, shared with the sender.
    """

    def __init__(self, limits: BatchLimits, budget: OperatingBudget) -> None:
        self.limits = limits
        self.budget = budget
        self._pace = Pace()
        self._alone = set(_NEVER_IN_A_BATCH)

    def goes_alone(self, method: str) -> bool:
        """Whether the portal takes a method only alone."""
        return method.lower() in self._alone

    def heard(self, methods: Sequence[str], replies: Replies, now: float) -> None:
        """The portal's replies to the methods of a batch, in its order."""
        for place, trouble in replies.troubles.items():
            match trouble:
                case Failed(BatchMethodNotAllowed()):
                    self.refused_in_batch(methods[place])
                case Failed(BatchLengthExceeded()) if place > 0:
                    self.too_long(place)
                case _:
                    pass
        for name in {method.lower() for method in set(methods)}:
            pairs = zip(methods, replies.times, strict=True)
            # Those that failed have no account, and a batch may end with many of them.
            times = [time for own, time in pairs if is_map(time) and own.lower() == name]
            self.took(name, *times[-_NEWEST:], now=now)

    def refused_in_batch(self, method: str) -> None:
        """The portal takes this method only alone."""
        self._alone.add(method.lower())

    def too_long(self, commands: int) -> None:
        """The portal ran only so many commands of a batch."""
        fewest = max(1, min(commands, self.limits.max_commands))
        self.limits = attrs.evolve(self.limits, max_commands=fewest)

    def too_large(self, size: int, commands: int) -> None:
        """A body of so many bytes was refused."""
        # Of several that were in flight when the first one was refused, each tells the same once.
        smaller = min(size // 2, self.limits.max_bytes)
        if smaller >= _LEAST_BYTES:
            self.limits = attrs.evolve(self.limits, max_bytes=smaller)
        else:
            self.too_long(commands // 2)  # in the end each goes alone, and is told why

    def expected_seconds(self, method: str) -> float:
        """What one call of a method will probably take."""
        return self._pace.expected(method)

    def took(self, method: str, *times: Mapping[str, Any], now: float) -> None:
        """The portal's accounts of calls of a method, in their order."""
        self._pace.learn(method, *times)
        self.budget.learn(method, *times, now=now)

    def took_at_least(self, methods: Iterable[str], seconds: float) -> None:
        """A batch ran so long and was cut off; its commands share the time."""
        names = [*methods]
        for method in names:
            self._pace.at_least(method, seconds / len(names))
