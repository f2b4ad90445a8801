"""How far an import is."""

from collections.abc import Callable
from typing import TypeAlias

import attrs

WAITING = "waiting for lost requests"
"""A phase that counts seconds, and not writes."""


@attrs.frozen(kw_only=True)
class Progress:
    """How far one phase is; told at its begin, after each wave and at its end.

    Attributes:
        phase: What is being done, such as ``tasks``.
        done: Writes that are behind: created now or before, failed or skipped.
        total: All writes of the phase.
        failed: How many of those behind did not succeed.
    """

    phase: str
    done: int
    total: int
    failed: int = 0


OnProgress: TypeAlias = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """Tell nobody."""
