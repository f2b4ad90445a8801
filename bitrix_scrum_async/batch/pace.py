"""How long each method takes on this portal, learned while a session lives. Pure."""

from collections.abc import Mapping
from typing import Any

# A method not measured yet: fifty of them stay well below the cloud's cut at 60 s.
_UNKNOWN_SECONDS = 0.5

# The weight of the newest measurement in the running average.
_WEIGHT = 0.2


class Pace:
    """Running averages of each method's duration, in seconds."""

    def __init__(self) -> None:
        self._averages: dict[str, float] = {}

    def expected(self, method: str) -> float:
        """What one call of a method will probably take."""
        return self._averages.get(method.lower(), _UNKNOWN_SECONDS)

    def learn(self, method: str, *times: Mapping[str, Any]) -> None:
        """Take in the portal's own accounts of calls; every member of them is optional."""
        name = method.lower()
        average = self._averages.get(name)
        for time in times:
            seconds = time.get("duration")
            if isinstance(seconds, (int, float)) and seconds >= 0:
                average = seconds if average is None else average + _WEIGHT * (seconds - average)
        if average is not None:
            self._averages[name] = average

    def at_least(self, method: str, seconds: float) -> None:
        """A call took so long or longer; nobody knows how much."""
        if seconds > self.expected(method):
            self._averages[method.lower()] = seconds
