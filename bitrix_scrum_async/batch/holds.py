"""Calls that wait: for a method that the portal blocks, or for the moment of their repeat. Pure."""

from ..errors import OperationTimeLimit, PortalError
from ..transport.budget import OperatingBudget

# A command that is answered "too many requests" inside a batch tells of no moment to come back.
_PAUSE = 1.0


class Holds:
    """Who waits for what.

    Args:
        budget: The working time of methods.
        waiting: Whether anybody waits at all; tests may switch that off.

    Attributes:
        numbers: The calls that wait.
    """

    def __init__(self, budget: OperatingBudget, *, waiting: bool = True) -> None:
        self._budget = budget
        self._waiting = waiting
        self._pauses: dict[str, float] = {}
        self._by_method: dict[str, list[int]] = {}
        self._by_moment: dict[float, list[int]] = {}
        self.numbers: set[int] = set()

    def __bool__(self) -> bool:
        """Whether any call waits."""
        return bool(self.numbers)

    def refused(self, method: str, error: PortalError, now: float) -> float:
        """A call was answered "not now": give the seconds until its method may be called."""
        if isinstance(error, OperationTimeLimit):
            self._budget.refused(method, now)
        else:
            self._pauses[method] = now + _PAUSE
        return self._seconds(method, now)

    def blocked(self, method: str, now: float) -> float:
        """Seconds that a call has to wait for its method; 0 if it may go now."""
        return self._seconds(method, now) if self._waiting else 0.0

    def keep(self, number: int, method: str) -> None:
        """Let a call wait until its method is free."""
        self._by_method.setdefault(method, []).append(number)
        self.numbers.add(number)

    def pause(self, number: int, seconds: float, now: float) -> None:
        """Let a call wait for so long, whatever its method does."""
        if self._waiting and seconds > 0:
            self._by_moment.setdefault(now + seconds, []).append(number)
            self.numbers.add(number)

    def released(self, now: float) -> list[int]:
        """The calls that wait no longer."""
        free = [method for method in self._by_method if self._seconds(method, now) <= 0]
        numbers = [number for method in free for number in self._by_method.pop(method)]
        for moment in sorted(moment for moment in self._by_moment if moment <= now):
            numbers += self._by_moment.pop(moment)
        self.numbers.difference_update(numbers)
        return numbers

    def next_release(self, now: float) -> float | None:
        """Seconds until the first that waits may go; ``None`` if no call waits."""
        if not self.numbers:
            return None
        moments = [moment - now for moment in self._by_moment]
        return min(moments + [self._seconds(method, now) for method in self._by_method])

    def _seconds(self, method: str, now: float) -> float:
        return max(self._budget.wait(method, now), self._pauses.get(method, now) - now)
