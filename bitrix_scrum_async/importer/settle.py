"""Finds out what became of writes whose answer was lost, before anything is written again.

What can be done twice is simply done again. For everything else the portal is asked for the
record's natural key, once the lost request cannot be running there any more. One record found is
adopted, none means that the write never happened. Two are never guessed between: the write stays
open and goes into the report.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import anyio
import attrs

from ..calls import Call
from ..errors import BacklogNotFound, InvalidCall
from ..session import PortalSession
from .journal import Entry, Journal, Settled, State
from .plan import GroupPlan, Plan
from .progress import OnProgress, Progress
from .writes import stage_key, xml_id


@attrs.frozen(kw_only=True)
class Settling:
    """The look at the portal that a resumed import begins with."""

    portal: PortalSession
    journal: Journal
    plan: Plan
    settle_after: float
    on_progress: OnProgress
    now: Callable[[], float] = time.time

    async def run(self) -> None:
        """Settle every open intent that can be settled."""
        open_ = self.journal.intended()
        groups = {group.key: group for group in self.plan.groups}
        open_ = [entry for entry in open_ if entry.group in groups]
        if not open_:
            return
        await self._wait(max(entry.intended_at for entry in open_) + self.settle_after)
        asked = {entry.kind for entry in open_}
        for kind, look in _LOOKS.items():
            if kind in asked:
                await self._settle([e for e in open_ if e.kind == kind], groups, look)
        repeated = [entry for entry in open_ if entry.kind not in _LOOKS]
        # A card may stand on the board already: it is taken off once more before it is put there.
        cards = [entry for entry in repeated if entry.kind == "card"]
        repeated += [attrs.evolve(entry, kind="card off") for entry in cards]
        self.journal.withdraw(repeated)

    async def _wait(self, until: float) -> None:
        seconds = until - self.now()
        if seconds > 0:
            total = round(seconds) or 1
            self.on_progress(Progress(phase="waiting for lost requests", done=0, total=total))
            await anyio.sleep(seconds)
            self.on_progress(Progress(phase="waiting for lost requests", done=total, total=total))

    async def _settle(
        self, entries: list[Entry], groups: dict[str, GroupPlan], look: "_Look"
    ) -> None:
        settled: list[Settled] = []
        withdrawn: list[Entry] = []
        asked: list[tuple[Entry, Call[Any]]] = []
        for entry in entries:
            # What the plan has lost since cannot be asked for: it stays open.
            with suppress(InvalidCall):
                asked.append((entry, look.ask(self, groups[entry.group], entry)))
        answers: tuple[Any, ...] = await self.portal.batch(
            *(call for _, call in asked), return_exceptions=True
        )
        for (entry, _), answer in zip(asked, answers, strict=True):
            if isinstance(answer, BacklogNotFound):
                answer = []
            if isinstance(answer, BaseException):
                continue  # stays open: the report says so
            found = set(look.find(self, groups[entry.group], entry, answer))
            found -= self._known(entry)
            if not found:
                withdrawn.append(entry)
            elif len(found) == 1:
                where = (entry.kind, entry.group, entry.key)
                settled.append(Settled(*where, State.DONE, id=found.pop()))
        self.journal.settle(settled)
        self.journal.withdraw(withdrawn)

    def _known(self, entry: Entry) -> set[int]:
        """The ids of its kind that belong to other records of the plan."""
        others = self.journal.entries(entry.kind, entry.group).values()
        return {each.id for each in others if each.id is not None and each.key != entry.key}

    def id(self, kind: str, group: str, key: str = "") -> int:
        """Return the id of a record that was there before the open write was sent."""
        entry = self.journal.entry(kind, group, key)
        return (entry and entry.id) or 0


@attrs.frozen(kw_only=True)
class _Look:
    """How the portal is asked about one kind of write, and how its answer is read."""

    ask: Callable[[Settling, GroupPlan, Entry], Call[Any]]
    find: Callable[[Settling, GroupPlan, Entry, Any], Sequence[int]]


def _name(records: Sequence[Any], key: str) -> str:
    """The name of a record of the plan; no name where the plan has lost the record."""
    return next((record.name for record in records if record.key == key), "")


def _named(records: Sequence[Any], name: str) -> list[int]:
    return [record.id for record in records if record.name == name]


def _sprint_of_stage(group: GroupPlan, key: str) -> tuple[str, str]:
    for sprint in group.sprints:
        for stage in sprint.stages:
            if stage_key(sprint, stage) == key:
                return sprint.key, stage.name
    return "", ""


# In the order in which records need each other.
_LOOKS = {
    "group": _Look(
        ask=lambda s, group, _: s.portal.groups.list(filter={"NAME": group.name}),
        find=lambda s, group, _, found: [
            each.id for each in found if each.keywords == s.journal.marker(group.key)
        ],
    ),
    "backlog": _Look(
        ask=lambda s, group, _: s.portal.backlogs.get(s.id("group", group.key)),
        find=lambda s, _, __, found: [found.id] if found else [],
    ),
    "epic": _Look(
        ask=lambda s, group, entry: s.portal.epics.list(
            filter={"GROUP_ID": s.id("group", group.key), "NAME": _name(group.epics, entry.key)}
        ),
        find=lambda s, group, entry, found: _named(found, _name(group.epics, entry.key)),
    ),
    "sprint": _Look(
        ask=lambda s, group, entry: s.portal.sprints.list(
            filter={"GROUP_ID": s.id("group", group.key), "NAME": _name(group.sprints, entry.key)}
        ),
        find=lambda s, group, entry, found: _named(found, _name(group.sprints, entry.key)),
    ),
    "task": _Look(
        ask=lambda s, group, entry: s.portal.tasks.list(
            filter={"GROUP_ID": s.id("group", group.key), "XML_ID": xml_id(group.key, entry.key)},
        ),
        # An unknown filter name is ignored by the portal, so the answer is looked at again.
        find=lambda s, group, entry, found: [
            each.id for each in found if each.xml_id == xml_id(group.key, entry.key)
        ],
    ),
    "stage": _Look(
        ask=lambda s, group, entry: s.portal.kanban.get_stages(
            s.id("sprint", group.key, _sprint_of_stage(group, entry.key)[0])
        ),
        find=lambda s, group, entry, found: _named(found, _sprint_of_stage(group, entry.key)[1]),
    ),
    "start": _Look(
        ask=lambda s, group, entry: s.portal.sprints.get(s.id("sprint", group.key, entry.key)),
        find=lambda s, group, entry, found: [found.id] if found.is_active else [],
    ),
    "done": _Look(
        ask=lambda s, group, entry: s.portal.tasks.get(s.id("task", group.key, entry.key)),
        find=lambda s, group, entry, found: [found.id] if found.is_completed else [],
    ),
}
