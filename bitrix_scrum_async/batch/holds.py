"""Calls that wait because the portal blocks their method for a while. Pure."""

from ..errors import OperationTimeLimit, PortalError
from ..transport.limits import OperatingBudget

# A command that is answered "too many requests" inside a batch tells of no moment to come back.
_PAUSE = 1.0


class Holds:
    """Who waits for which method, and since when.

    Args:
        budget: The working time of methods.
        patience: Seconds that a call waits at most, in all.
    """

    def __init__(self, budget: OperatingBudget, patience: float) -> None:
        self._budget = budget
        self._patience = patience
        self._pauses: dict[str, float] = {}
        self._kept: dict[str, list[int]] = {}
        self._since: dict[int, float] = {}

    def __bool__(self) -> bool:
        """Whether any call waits."""
        return bool(self._kept)

    def seconds(self, method: str, now: float) -> float:
        """Until a method may be called; 0 if it may be called now."""
        return max(self._budget.wait(method, now), self._pauses.get(method, now) - now)

    def refused(self, number: int, method: str, error: PortalError, now: float) -> bool:
        """A call was answered "not now"; ``False`` if it has waited too long to go on waiting."""
        if isinstance(error, OperationTimeLimit):
            self._budget.refused(method, now)
        else:
            self._pauses[method] = now + _PAUSE
        return self._is_patient(number, method, now)

    def keep(self, number: int, method: str, now: float) -> OperationTimeLimit | None:
        """Let a call wait for its method.

        Returns:
            The error, if that would take too long.
        """
        if self._is_patient(number, method, now):
            self._kept.setdefault(method, []).append(number)
            return None
        seconds = self.seconds(method, now)
        return OperationTimeLimit(
            "OPERATION_TIME_LIMIT", f"blocked for another {seconds:.0f} s", method=method
        )

    def released(self, now: float) -> list[int]:
        """The calls whose methods are free again; they wait no longer."""
        free = [method for method in self._kept if self.seconds(method, now) <= 0]
        return [number for method in free for number in self._kept.pop(method)]

    def next_release(self, now: float) -> float | None:
        """Seconds until the first method is free; ``None`` if no call waits."""
        return min((self.seconds(method, now) for method in self._kept), default=None)

    def forget(self, number: int) -> None:
        """A call has its outcome."""
        self._since.pop(number, None)

    def _is_patient(self, number: int, method: str, now: float) -> bool:
        since = self._since.setdefault(number, now)
        return now + self.seconds(method, now) - since <= self._patience
