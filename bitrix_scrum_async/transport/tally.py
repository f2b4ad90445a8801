"""Counts what a session does."""

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .stats import Stats


class Tally:
    """The running counts behind `Stats`, which is imported when somebody asks for it."""

    def __init__(self) -> None:
        self.requests = 0
        self.commands = 0
        self.batches = 0
        self.retries = 0
        self.waited: defaultdict[str, float] = defaultdict(float)

    def snapshot(self) -> "Stats":
        """The counts as they stand."""
        from .stats import Stats

        return Stats(
            requests=self.requests,
            commands=self.commands,
            batches=self.batches,
            retries=self.retries,
            waited=dict(self.waited),
        )
