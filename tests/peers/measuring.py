"""What the peers' tests share: sprints and tasks to add, what the portal counted, and the table."""

from importlib.metadata import version
from typing import Any, Protocol

import attrs

from bitrix_scrum_async.emulator import Emulator

FAST = "fast_bitrix24"
PYSDK = "b24pysdk"
GROUP = 1  # the first group of an empty portal


def sprint(name: str, group_id: int = GROUP) -> dict[str, Any]:
    """The fields of a sprint."""
    return {
        "groupId": group_id,
        "name": name,
        "createdBy": 1,
        "status": "planned",
        "dateStart": "2026-01-05",
        "dateEnd": "2026-01-19",
    }


def task(title: str) -> dict[str, Any]:
    """The fields of a task."""
    return {"TITLE": title, "RESPONSIBLE_ID": 1, "GROUP_ID": GROUP}


def names(count: int, prefix: str = "S") -> list[str]:
    """Names that tell which is which."""
    return [f"{prefix}{place}" for place in range(count)]


def created(emulator: Emulator, table: str = "sprint") -> dict[str, int]:
    """How often a method made each sprint, or task, by its name."""
    with emulator.hold() as state:
        return {str(key[-1]): times for key, times in state.created.items() if key[0] == table}


def stored_names(emulator: Emulator) -> list[str]:
    """The names of all sprints in the order of their making."""
    with emulator.hold() as state:
        return [entity.name for entity in state.entities.values()]


def statuses(emulator: Emulator) -> list[int | None]:
    """The HTTP status of every request, `None` where no answer was sent."""
    return [request.status for request in emulator.requests]


@attrs.frozen
class Finding:
    """What one peer got in one case."""

    peer: str
    case: str
    outcome: str


class Note(Protocol):
    """Writes a case into the table: what the caller got, then what the portal counted."""

    def __call__(self, case: str, got: str, *, table: str | None = "sprint") -> None:
        """Note the case; `table` is what was to be written, `None` for a case of reading."""
        ...


def counted(emulator: Emulator, table: str | None) -> str:
    """What the portal saw, in words."""
    words = [_number(len(emulator.requests), "request")]
    if table is not None:
        made = created(emulator, table)
        times = "/".join(str(count) for count in sorted(set(made.values())))
        words.append(f"{_number(len(made), table)} made ×{times}")
    return ", ".join(words)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def as_markdown(findings: list[Finding]) -> str:
    """The table: a row for each case, a column for each peer."""
    rows: dict[str, dict[str, str]] = {}
    for finding in findings:
        rows.setdefault(finding.case, {})[finding.peer] = finding.outcome
    peers = (FAST, PYSDK)
    lines = [
        f"| case | {' | '.join(f'{peer} {version(peer)}' for peer in peers)} |",
        f"|---|{'---|' * len(peers)}",
    ]
    lines += [
        f"| {case} | {' | '.join(outcomes.get(peer, '—') for peer in peers)} |"
        for case, outcomes in rows.items()
    ]
    return "\n".join(lines) + "\n"
