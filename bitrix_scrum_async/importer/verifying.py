"""Reads a plan's records back from the portal and compares them field by field."""

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any, TypeVar

import attrs

from ..errors import BitrixScrumError
from ..records import Group
from ..session import PortalSession
from .authors import Authors, identify
from .comparing import Comparison, Fields, shown
from .contents import Contents, not_read, read_contents
from .finding import namesakes
from .journal import Journal, State, TaskMark
from .marks import marks_of
from .plan import GroupPlan, Plan
from .progress import OnProgress, Progress, silent

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Difference:
    """Something that stands otherwise in the portal than in the plan.

    Attributes:
        kind: What it is about.
        group: The key of its group.
        key: Its key, or its id in the portal where the plan has no such record.
        field: The field that differs; empty for the record as a whole.
        planned: What the plan says.
        found: What the portal says.
    """

    kind: str
    group: str
    key: str
    field: str
    planned: str
    found: str

    def __str__(self) -> str:
        name = f"{self.group}/{self.key}" if self.key else self.group
        field = f" {self.field}" if self.field else ""
        return f"{self.kind} {name}{field}: planned {self.planned}, found {self.found}"


@attrs.define
class Verification:
    """What a look at the portal found.

    Attributes:
        checked: Records that were compared, by kind.
        differences: What is not as planned.
        unseen: Records of which the portal does not show how they stand, by kind.
    """

    checked: dict[str, int] = attrs.field(factory=dict[str, int])
    differences: list[Difference] = attrs.field(factory=list[Difference])
    unseen: dict[str, int] = attrs.field(factory=dict[str, int])

    @property
    def same(self) -> bool:
        """Whether the portal holds the plan: every record once, every field as planned."""
        return not self.differences

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {"same": self.same, **attrs.asdict(self)}


async def verify(
    portal: PortalSession,
    plan: Plan,
    *,
    journal: str | PathLike[str],
    on_progress: OnProgress = silent,
) -> Verification:
    """Compare the portal with a plan that was imported into it. Only reads.

    Args:
        portal: The session to read with.
        plan: What shall be there.
        journal: The journal of the import: it knows which record is which.
        on_progress: Told after each group.

    Raises:
        JournalError: The journal is not one of this import.
    """
    authors = await identify(portal, plan)
    keys = [group.key for group in plan.groups]
    found = Verification()
    with Journal.read(journal, portal=portal.host, groups=keys) as known:
        looks = [_GroupLook(known, group, authors, found) for group in plan.groups]
        there: dict[int, _GroupLook] = {}
        for look in looks:
            if group_id := look.ids("group").get(""):
                there[group_id] = look
            else:
                look.count("group", "", "one", "none")
        done = len(looks) - len(there)
        on_progress(Progress(phase="reading back", done=done, total=len(looks)))
        async for group_id, contents in read_contents(portal, there):
            there[group_id].compare(contents)
            done += 1
            on_progress(Progress(phase="reading back", done=done, total=len(looks)))
        for look, rows in zip(looks, await namesakes(portal, plan.groups), strict=True):
            look.doubles(rows)
    return found


@attrs.frozen
class _GroupLook:
    """One group: how what the portal holds of it compares with the plan."""

    journal: Journal
    plan: GroupPlan
    authors: Authors
    found: Verification

    def ids(self, kind: str) -> dict[str, int]:
        """The ids that the journal knows, by key."""
        entries = self.journal.entries(kind, self.plan.key)
        return {
            key: entry.id
            for key, entry in entries.items()
            if entry.state is State.DONE and entry.id is not None
        }

    def count(self, kind: str, key: str, planned: str, found: object) -> None:
        """Note a record that is not there once."""
        self._note(kind, key, "", planned, str(found))

    def _note(self, kind: str, key: str, field: str, planned: str, found: str) -> None:
        group = self.plan.key
        self.found.differences.append(
            Difference(kind=kind, group=group, key=key, field=field, planned=planned, found=found)
        )

    def compare(self, contents: Contents | BitrixScrumError) -> None:
        """Compare the group with all that stands in it."""
        if isinstance(contents, BitrixScrumError):
            self.count("group", "", "one", f"none: {not_read(contents)}")
            return
        comparison = Comparison(
            plan=self.plan,
            authors=self.authors,
            contents=contents,
            epics=self.ids("epic"),
            sprints=self.ids("sprint"),
            # Other portals drop it.
            stores_xml_id=self.journal.task_mark in (None, TaskMark.XML_ID),
            moved=self.journal.entries("card", self.plan.key).keys(),
        )
        self._fields("group", "", comparison.group())
        if isinstance(contents.backlog, BitrixScrumError):
            self.count("backlog", "", "one", contents.backlog)
        epics = {epic.key: epic for epic in self.plan.epics}
        for key, epic in self._match("epic", epics, contents.epics).items():
            self._fields("epic", key, comparison.epic(epics[key], epic))
        sprints = {sprint.key: sprint for sprint in self.plan.sprints}
        for key, sprint in self._match("sprint", sprints, contents.sprints).items():
            self._fields("sprint", key, comparison.sprint(sprints[key], sprint))
            if board := comparison.board(sprints[key], sprint):
                self._fields("board", key, board)
        self._tasks(comparison)

    def _tasks(self, comparison: Comparison) -> None:
        planned = {task.key: task for task in self.plan.tasks}
        for key, row in self._match("task", planned, comparison.contents.tasks).items():
            task = planned[key]
            self._fields("task", key, comparison.task(task, row))
            place = comparison.place(task, row)
            if place is None:
                self.count("place", key, "one", "none")
                continue
            self._fields("place", key, place)
            card = comparison.card(task, row)
            if card is None:
                self.found.unseen["card"] = self.found.unseen.get("card", 0) + 1
            elif card:
                self._fields("card", key, card)

    def _fields(self, kind: str, key: str, fields: Fields) -> None:
        """Note the fields of a record that differ."""
        self.found.checked[kind] = self.found.checked.get(kind, 0) + 1
        for name, (planned, found) in fields.items():
            if planned != found:
                self._note(kind, key, name, shown(planned), shown(found))

    def _match(self, kind: str, planned: Iterable[str], rows: Mapping[int, T]) -> dict[str, T]:
        """Bring keys and rows together; note what is missing, and what nobody planned."""
        ids = self.ids(kind)
        matched: dict[str, T] = {}
        for key in planned:
            row = rows.get(ids.get(key, 0))
            if row is None:
                self.count(kind, key, "one", "none")
            else:
                matched[key] = row
        known = set(ids.values())
        for row_id in rows:
            if row_id not in known:
                self.count(kind, f"#{row_id}", "none", "one more")
        return matched

    def doubles(self, rows: Mapping[int, Group]) -> None:
        """Note other groups that carry the mark of this import."""
        group_id = self.ids("group").get("")
        entry = self.journal.entry("group", self.plan.key)
        marker = entry.tag if entry and entry.tag else self.journal.marker(self.plan.key)
        for row in rows.values():
            if row.id != group_id and marker in marks_of(row):
                self.count("group", f"#{row.id}", "none", "one more")
