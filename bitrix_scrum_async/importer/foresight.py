"""What a dry run foresees: of each record whether it would be created, or stands there already."""

import enum
from collections import Counter
from collections.abc import Iterator
from typing import Any

import attrs


class Verdict(enum.StrEnum):
    """What a dry run says of a record."""

    CREATE = "create"
    """It does not stand in the portal: the import would create it."""
    EXISTS = "exists"
    """It stands there as planned, or the import would still write the rest of it."""
    DIFFERS = "differs"
    """It stands there otherwise than planned, and an import leaves it so."""
    CANNOT = "cannot"
    """The import would not get it into the portal."""


@attrs.frozen(kw_only=True)
class FieldDifference:
    """A field that stands otherwise in the portal than in the plan."""

    field: str
    planned: str
    found: str

    def __str__(self) -> str:
        return f"{self.field}: planned {self.planned}, found {self.found}"


@attrs.frozen(kw_only=True)
class Foreseen:
    """What a dry run says of one record of a plan.

    Attributes:
        kind: ``group``, ``epic``, ``sprint`` or ``task``.
        group: The key of its group.
        key: Its key; empty for the group itself.
        verdict: What would become of it.
        id: Its id in the portal, where it stands there.
        differences: The fields that differ.
        to_write: The fields that the import has still to write.
        reason: Why it cannot be created, or what is to be known about it.
        needs: The record because of which it cannot be created: the reason stands there.
    """

    kind: str
    group: str
    key: str = ""
    verdict: Verdict
    id: int | None = None
    differences: tuple[FieldDifference, ...] = ()
    to_write: tuple[str, ...] = ()
    reason: str = ""
    needs: str = ""

    def __str__(self) -> str:
        name = f"{self.group}/{self.key}" if self.key else self.group
        said = [f"{self.kind} {name}: {self.verdict}"]
        if self.id is not None:
            said[0] += f" (#{self.id})"
        if self.differences:
            said.append("; ".join(map(str, self.differences)))
        if self.to_write:
            said.append(f"still to be written: {', '.join(self.to_write)}")
        if self.reason or self.needs:
            said.append(self.reason or f"needs {self.needs}")
        return ": ".join(said)


def _counted(found: "DryRun") -> Counter[tuple[str, str, Verdict]]:
    return Counter((each.group, each.kind, each.verdict) for each in found.entries)


@attrs.frozen(kw_only=True)
class DryRun:
    """What an import would do, as far as a portal can be asked without writing.

    Attributes:
        portal: The portal's host.
        entries: What would become of each record, in the order of the plan.
        unknown: The keys of groups that an import made whose journal is another one: one with
            this journal refuses to make them a second time.
        gone: The keys of groups that the journal knows and the portal does not show: an import does
            not begin with them.
        requests: HTTP requests that it took.
    """

    portal: str
    entries: tuple[Foreseen, ...]
    unknown: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    requests: int = 0
    _counts: Counter[tuple[str, str, Verdict]] = attrs.field(
        init=False, repr=False, eq=False, default=attrs.Factory(_counted, takes_self=True)
    )

    @property
    def runs_through(self) -> bool:
        """Whether the import would get all of the plan into the portal, each record once."""
        return not self.unknown and all(
            each.verdict in (Verdict.CREATE, Verdict.EXISTS) for each in self.entries
        )

    def count(self, verdict: Verdict, *, kind: str | None = None, group: str | None = None) -> int:
        """Return of how many records a verdict is, of one kind or group where one is named."""
        return sum(
            n
            for (of_group, of_kind, found), n in self._counts.items()
            if found is verdict and kind in (None, of_kind) and group in (None, of_group)
        )

    def notable(self) -> Iterator[Foreseen]:
        """Give the entries that a person should look at: each reason once, where it stands."""
        for each in self.entries:
            if not each.needs and (each.differences or each.reason):
                yield each

    @property
    def in_part(self) -> int:
        """How many records stand there of which the import has something left to write."""
        return sum(bool(each.to_write) for each in self.entries)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "portal": self.portal,
            "runs_through": self.runs_through,
            "counts": {str(verdict): self.count(verdict) for verdict in Verdict},
            "made_by_another_import": list(self.unknown),
            "gone": list(self.gone),
            "entries": [attrs.asdict(each) for each in self.entries],
            "requests": self.requests,
        }
