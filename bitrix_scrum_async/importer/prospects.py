"""What would become of one group of a plan: the look of a dry run at it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

import attrs

from ..errors import BitrixScrumError, InvalidCall
from .comparing import Comparison, Fields, shown
from .contents import Contents, not_read
from .finding import FoundGroup, FoundRecords, find_named, find_tasks
from .foresight import FieldDifference, Foreseen, Verdict
from .journal import State, TaskMark
from .plan import EpicPlan, GroupPlan, SprintPlan, TaskPlan, UserName
from .scopes import called
from .write import Write
from .writes import GroupWrites, stage_key

_NO_MEMBER = (
    "the webhook's user does not belong to it, and the portal shows epics and sprints to members "
    "only: use the webhook that began the import"
)
_OTHER_JOURNAL = (
    "another journal knows it: give that one, or the import refuses; with --again it makes a "
    "second one"
)
_GONE = "an import made it, and it is gone"

_Later = Mapping[str, Iterable[tuple[str, str]]]
"""Fields that are written apart from their record, and the kinds and keys of those writes."""


@attrs.define(kw_only=True, slots=False)
class Prospects:
    """One group of a plan, and what would become of it and of all that stands in it.

    Attributes:
        writes: The writes of the group.
        found: Where it stands in the portal.
        strangers: Ids of users whom the portal does not show.
        lacking: Scopes that the credentials do not have.
    """

    writes: GroupWrites
    found: FoundGroup
    strangers: Collection[int]
    lacking: Collection[str]
    _cannot: set[tuple[str, str]] = attrs.field(init=False, factory=set[tuple[str, str]])

    def without(self) -> list[Foreseen]:
        """Tell of a group that does not stand in the portal, or not surely."""
        return [
            self._absent("group", "", self.found.obstacle or self._obstacle()),
            *self._records(_Standing()),
        ]

    def within(self, contents: Contents | BitrixScrumError) -> list[Foreseen]:
        """Tell of a group that stands there."""
        reason = ""
        if isinstance(contents, BitrixScrumError):
            reason = f"the journal knows it, and {not_read(contents)}"
        elif contents.has_member(self.writes.authors.caller) is False:
            reason = _NO_MEMBER
        if reason or isinstance(contents, BitrixScrumError):
            return [self._absent("group", "", reason), *self._records(_Standing())]
        standing = self._standing(contents)
        group = self._present(
            ("group", ""),
            contents.group.id,
            standing.comparison.group() if standing.comparison else {},
            {"members": [("members", "")]},
            reason=_OTHER_JOURNAL if self.found.import_id else "",
        )
        return [group, *self._records(standing)]

    @property
    def _plan(self) -> GroupPlan:
        return self.writes.plan

    # What stands in the way

    def _obstacle(self) -> str:
        """Tell why the group cannot be made; empty where it can."""
        if self.lacking:
            return f"the webhook lacks {called(self.lacking)}, which an import of this plan needs"
        authors = self.writes.authors
        return self._unknown(
            self._plan.scrum_master, *self._plan.members, authors.created_by
        ) or self._refusals.get(("group", ""), "")

    def _unknown(self, *users: UserName) -> str:
        """Tell which users the portal does not show."""
        ids = {self.writes.authors.id(user) for user in users}
        unknown = ", ".join(str(id_) for id_ in sorted(ids.intersection(self.strangers)))
        return f"the portal shows no user {unknown}: write another id" if unknown else ""

    @cached_property
    def _refusals(self) -> dict[tuple[str, str], str]:
        """Why a write would be refused before it is sent, by kind and key."""
        found: dict[tuple[str, str], str] = {}
        for write in self._asked_writes():
            try:
                write.build(dict.fromkeys((kind for kind, _ in write.needs), 1)).handed_over = True
            except InvalidCall as error:
                found[write.kind, write.key] = str(error)
        return found

    def _asked_writes(self) -> Iterator[Write]:
        writes = self.writes
        yield from writes.groups()
        yield from writes.members()
        yield from writes.epics()
        yield from writes.sprints()
        yield from writes.tasks()
        yield from writes.places()
        yield from writes.stages()
        yield from writes.starts()
        yield from writes.completions()

    @cached_property
    def _to_write(self) -> set[tuple[str, str]]:
        """The writes that are asked for and not done, by kind and key."""
        if self.found.import_id:
            return set()  # this journal does not know
        asked = {
            (write.kind, write.key)
            for write in self._asked_writes()
            if write.kind != "stage" or write.obstacle is None or not write.obstacle()
        }
        for done in (False, True):
            asked.update((write.kind, write.key) for write in self.writes.cards({}, done=done))
        kinds = {kind for kind, _ in asked}
        known = {kind: self.writes.journal.entries(kind, self._plan.key) for kind in kinds}
        return {
            (kind, key)
            for kind, key in asked
            if key not in known[kind] or known[kind][key].state is not State.DONE
        }

    # What stands there

    def _standing(self, contents: Contents) -> "_Standing":
        """Find which record of the portal is which of the plan."""
        journal, key = self.writes.journal, self._plan.key
        elsewhere = bool(self.found.import_id)
        epics = find_named(
            {epic.key: epic.name for epic in self._plan.epics},
            {row.id: row.name for row in contents.epics.values()},
            journal.entries("epic", key),
            all_=elsewhere,
        )
        sprints = find_named(
            {sprint.key: sprint.name for sprint in self._plan.sprints},
            {row.id: row.name for row in contents.sprints.values()},
            journal.entries("sprint", key),
            all_=elsewhere,
        )
        stored = journal.task_mark
        tag: str | None = ""
        if elsewhere:
            tag = self.found.import_id
        elif stored is not None:
            tag = {TaskMark.XML_ID: None, TaskMark.TAG: journal.tag, TaskMark.TITLE: ""}[stored]
        tasks = find_tasks(
            self._plan, contents.tasks, journal.entries("task", key), tag=tag, all_=elsewhere
        )
        comparison = Comparison(
            plan=self._plan,
            authors=self.writes.authors,
            contents=contents,
            epics=epics.ids,
            sprints=sprints.ids,
            stores_xml_id=stored in (None, TaskMark.XML_ID) and not elsewhere,
            # What the other import moved by hand is in its journal alone.
            moved=(
                {task.key for task in self._plan.tasks}
                if elsewhere
                else journal.entries("card", key).keys()
            ),
        )
        return _Standing(epics=epics, sprints=sprints, tasks=tasks, comparison=comparison)

    def _records(self, standing: "_Standing") -> Iterator[Foreseen]:
        """Tell of the epics, sprints and tasks."""
        for epic in self._plan.epics:
            yield self._record("epic", epic.key, standing.epics, standing.epic(epic))
        for sprint in self._plan.sprints:
            stages = [("stage", stage_key(sprint, stage)) for stage in sprint.stages]
            yield self._record(
                "sprint",
                sprint.key,
                standing.sprints,
                standing.sprint(sprint),
                {"status": [("start", sprint.key)], "stages": stages, "colors": stages},
                parts=stages,
            )
        for task in self._plan.tasks:
            yield self._task(task, standing.tasks, standing.task(task))

    def _task(self, task: TaskPlan, found: FoundRecords, fields: Fields | None) -> Foreseen:
        place, done = ("place", task.key), ("done", task.key)
        needs = [("epic", task.epic or ""), ("sprint", task.sprint or "")]
        return self._record(
            "task",
            task.key,
            found,
            fields,
            {
                "place": [place],
                "sprint": [place],
                "epic": [place],
                "story_points": [place],
                "done": [done],
                "stage": [place, done, ("start", task.sprint or ""), ("card", task.key)],
            },
            parts=[place],
            needs=needs,
            unknown="" if task.responsible is None else self._unknown(task.responsible),
        )

    def _record(
        self,
        kind: str,
        key: str,
        found: FoundRecords,
        fields: Fields | None,
        later: _Later | None = None,
        *,
        parts: Iterable[tuple[str, str]] = (),
        needs: Iterable[tuple[str, str]] = (),
        unknown: str = "",
    ) -> Foreseen:
        """Tell of one record.

        Args:
            kind: What it is.
            key: Its key.
            found: Where records of its kind stand.
            fields: How it compares, where it stands in the portal.
            later: What of it is written apart.
            parts: The writes that it takes besides its own.
            needs: Records without which it cannot be made as planned.
            unknown: Why a user that it names is not known.
        """
        id_ = found.ids.get(key)
        if id_ is not None and fields is not None:
            return self._present((kind, key), id_, fields, later or {})
        if id_ is not None:
            return self._entry((kind, key), Verdict.DIFFERS, id=id_, reason=_GONE)
        lacking = [each for each in (("group", ""), *needs) if each in self._cannot]
        reason = found.doubtful.get(key, "") or unknown
        for part in ((kind, key), *parts):
            reason = reason or self._refusals.get(part, "")
        if lacking and not reason:
            needed = " ".join(lacking[0]).strip()
            self._cannot.add((kind, key))
            return self._entry((kind, key), Verdict.CANNOT, needs=needed)
        return self._absent(kind, key, reason)

    def _absent(self, kind: str, key: str, reason: str) -> Foreseen:
        """Tell of a record that does not stand in the portal."""
        if reason:
            self._cannot.add((kind, key))
        verdict = Verdict.CANNOT if reason else Verdict.CREATE
        return self._entry((kind, key), verdict, reason=reason)

    def _present(
        self,
        record: tuple[str, str],
        id_: int,
        fields: Fields,
        later: _Later,
        *,
        reason: str = "",
    ) -> Foreseen:
        """Tell of a record that stands in the portal."""
        differing = {name: each for name, each in fields.items() if each[0] != each[1]}
        to_write = [
            name for name in differing if not self._to_write.isdisjoint(later.get(name, ()))
        ]
        differences = tuple(
            FieldDifference(field=name, planned=shown(planned), found=shown(found))
            for name, (planned, found) in differing.items()
            if name not in to_write
        )
        return self._entry(
            record,
            Verdict.DIFFERS if differences else Verdict.EXISTS,
            id=id_,
            differences=differences,
            to_write=tuple(to_write),
            reason=reason,
        )

    def _entry(
        self,
        record: tuple[str, str],
        verdict: Verdict,
        *,
        id: int | None = None,  # noqa: A002 - the portal's own word
        differences: tuple[FieldDifference, ...] = (),
        to_write: tuple[str, ...] = (),
        reason: str = "",
        needs: str = "",
    ) -> Foreseen:
        kind, key = record
        return Foreseen(
            kind=kind,
            group=self._plan.key,
            key=key,
            verdict=verdict,
            id=id,
            differences=differences,
            to_write=to_write,
            reason=reason,
            needs=needs,
        )


@attrs.frozen(kw_only=True)
class _Standing:
    """Where the records of a group stand, and how they compare: nowhere, unless said otherwise."""

    epics: FoundRecords = attrs.field(factory=FoundRecords)
    sprints: FoundRecords = attrs.field(factory=FoundRecords)
    tasks: FoundRecords = attrs.field(factory=FoundRecords)
    comparison: Comparison | None = None

    def epic(self, epic: EpicPlan) -> Fields | None:
        """Compare an epic; ``None`` where it is not there."""
        if self.comparison is None:
            return None
        row = self.comparison.contents.epics.get(self.epics.ids.get(epic.key, 0))
        return None if row is None else self.comparison.epic(epic, row)

    def sprint(self, sprint: SprintPlan) -> Fields | None:
        """Compare a sprint with its board."""
        if self.comparison is None:
            return None
        row = self.comparison.contents.sprints.get(self.sprints.ids.get(sprint.key, 0))
        if row is None:
            return None
        return self.comparison.sprint(sprint, row) | self.comparison.board(sprint, row)

    def task(self, task: TaskPlan) -> Fields | None:
        """Compare a task with its place and its card."""
        if self.comparison is None:
            return None
        row = self.comparison.contents.tasks.get(self.tasks.ids.get(task.key, 0))
        if row is None:
            return None
        fields = self.comparison.task(task, row)
        place = self.comparison.place(task, row)
        if place is None:
            return {**fields, "place": ("one", "none")}
        return {**fields, **place, **(self.comparison.card(task, row) or {})}
