"""What an import did: counts by group and kind, and what is not in the portal, with its reason."""

import enum
from typing import Any

import attrs

INTERRUPTED = "it was interrupted"


class Fate(enum.StrEnum):
    """What became of one write."""

    CREATED = "created"
    PRESENT = "present"
    """Done by an earlier run, or by somebody in the portal."""
    FAILED = "failed"
    """The portal, or this library, refused it."""
    SKIPPED = "skipped"
    """Not tried: something that it needs is not there."""
    UNKNOWN = "unknown"
    """Sent, and the answer was lost; the next run looks it up."""

    @property
    def missing(self) -> bool:
        """Whether the write is not known to be in the portal."""
        return self in (Fate.FAILED, Fate.SKIPPED, Fate.UNKNOWN)


@attrs.frozen(kw_only=True)
class Missing:
    """A write that is not known to be in the portal, and why."""

    kind: str
    group: str
    key: str
    fate: Fate
    reason: str

    def __str__(self) -> str:
        name = f"{self.group}/{self.key}" if self.key else self.group
        return f"{self.kind} {name}: {self.fate}: {self.reason}"


@attrs.define(kw_only=True)
class Report:
    """What one run of an import did.

    Attributes:
        portal: The portal's host.
        counts: How many writes met which fate, by group and kind.
        missing: What is not in the portal, in the order in which it was tried.
        changed: Writes of an earlier run of which the plan says otherwise now; left alone.
        stopped: Why the run ended before its end, or ``None``.
        requests: HTTP requests that were sent.
        seconds: How long it took.
    """

    portal: str
    counts: dict[tuple[str, str], dict[Fate, int]] = attrs.field(
        factory=dict[tuple[str, str], dict[Fate, int]]
    )
    missing: list[Missing] = attrs.field(factory=list[Missing])
    changed: list[str] = attrs.field(factory=list[str])
    stopped: str | None = None
    requests: int = 0
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether all of the plan is in the portal, as it reads now."""
        return not self.missing and not self.changed and self.stopped is None

    def count(self, kind: str, group: str, fate: Fate) -> None:
        """Count one write."""
        fates = self.counts.setdefault((group, kind), {})
        fates[fate] = fates.get(fate, 0) + 1

    def forget(self, kind: str, group: str) -> None:
        """Forget what became of the writes of one kind in a group: they are tried once more."""
        self.counts.pop((group, kind), None)
        self.missing = [each for each in self.missing if (each.group, each.kind) != (group, kind)]

    def total(self, fate: Fate, *, kind: str | None = None, group: str | None = None) -> int:
        """Return how many writes met a fate, of one kind or group where one is named."""
        return sum(
            fates.get(fate, 0)
            for (of_group, of_kind), fates in self.counts.items()
            if kind in (None, of_kind) and group in (None, of_group)
        )

    def groups(self) -> list[str]:
        """Return the keys of the groups, in the plan's order."""
        return list(dict.fromkeys(group for group, _ in self.counts))

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain JSON."""
        groups: dict[str, dict[str, dict[str, int]]] = {}
        for (group, kind), fates in self.counts.items():
            groups.setdefault(group, {})[kind] = {str(fate): n for fate, n in fates.items()}
        return {
            "portal": self.portal,
            "complete": self.complete,
            "stopped": self.stopped,
            "groups": groups,
            "missing": [attrs.asdict(each) for each in self.missing],
            "changed": self.changed,
            "requests": self.requests,
            "seconds": round(self.seconds, 3),
        }
