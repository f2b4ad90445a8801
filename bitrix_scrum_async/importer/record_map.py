"""The map from the keys of a plan to ids in the portal, and what became of each record."""

from collections.abc import Iterable, Iterator

import attrs

from .journal import Entry, Journal, State
from .plan import GroupPlan, Plan
from .report import Missing
from .writes import stage_key

_NOT_TRIED = "not tried"
_STATES = {State.DONE: "there", State.FAILED: "failed", State.INTENDED: "unknown"}

# What a plan asks for besides records; listed only where it is missing.
_RECORDS = ("group", "backlog", "epic", "sprint", "stage", "task")


@attrs.frozen(kw_only=True)
class MappedRecord:
    """A record of a plan, or a write about one, and where it stands.

    Attributes:
        group: The key of its group.
        kind: What it is: ``group``, ``backlog``, ``epic``, ``sprint``, ``stage`` or ``task``; of
            what is missing also a write about one, such as ``place``.
        key: Its key; empty for the group itself and its backlog.
        id: Its id in the portal.
        state: ``there``, or why it is not: ``failed``, ``skipped``, ``unknown``, ``not tried``.
        reason: The same at length.
    """

    group: str
    kind: str
    key: str
    id: int | None
    state: str
    reason: str = ""


def map_records(
    plan: Plan, journal: Journal, missing: Iterable[Missing] = ()
) -> Iterator[MappedRecord]:
    """Give the records of a plan, group by group, then what else of a group is missing.

    Args:
        plan: The plan.
        journal: What is known of its import.
        missing: What the last run could not do.
    """
    lacking: dict[str, dict[tuple[str, str], Missing]] = {}
    for each in missing:
        lacking.setdefault(each.group, {})[each.kind, each.key] = each
    for group in plan.groups:
        yield from _of_group(group, journal, lacking.get(group.key, {}))


def _of_group(
    group: GroupPlan, journal: Journal, missing: dict[tuple[str, str], Missing]
) -> Iterator[MappedRecord]:
    known = {kind: journal.entries(kind, group.key) for kind in _RECORDS}
    for kind, key in _records(group):
        yield _mapped(group.key, kind, key, known[kind].get(key), missing.get((kind, key)))
    for (kind, key), each in missing.items():
        if kind not in _RECORDS:
            yield _mapped(group.key, kind, key, None, each)


def _records(group: GroupPlan) -> Iterator[tuple[str, str]]:
    yield "group", ""
    yield "backlog", ""
    for epic in group.epics:
        yield "epic", epic.key
    for sprint in group.sprints:
        yield "sprint", sprint.key
        for stage in sprint.stages:
            yield "stage", stage_key(sprint, stage)
    for task in group.tasks:
        yield "task", task.key


def _mapped(
    group: str, kind: str, key: str, entry: Entry | None, missing: Missing | None
) -> MappedRecord:
    state = _NOT_TRIED if entry is None else _STATES[entry.state]
    reason = (entry.error if entry else None) or ""
    if missing is not None:
        state, reason = str(missing.fate), missing.reason
    return MappedRecord(
        group=group,
        kind=kind,
        key=key,
        id=entry.id if entry else None,
        state=state,
        reason=reason,
    )
