"""Reads a plan's records back from the portal and compares them field by field."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from os import PathLike
from typing import Any, TypeVar

import attrs

from ..calls import Call
from ..records import Epic, Group, Member, ScrumTask, Sprint, Stage, Task
from ..session import PortalSession
from .authors import Authors, identify
from .boards import match_board
from .journal import Journal, State, TaskMark
from .plan import GroupPlan, Plan, SprintPlan, TaskPlan
from .progress import OnProgress, Progress, silent
from .writes import xml_id

T = TypeVar("T")

_PAGE = 50
_AT_ONCE = 10
"""Groups whose tasks are read together: a page of long texts may have a megabyte."""


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
        pending = iter(plan.groups)
        done = 0
        while groups := list(islice(pending, _AT_ONCE)):
            on_progress(Progress(phase="reading back", done=done, total=len(keys)))
            looks = [_GroupLook(portal, known, group, authors, found) for group in groups]
            await _compare(portal, looks)
            done += len(groups)
        on_progress(Progress(phase="reading back", done=done, total=len(keys)))
    return found


@attrs.define
class _GroupLook:
    """One group: what the portal holds of it, and how it compares."""

    portal: PortalSession
    journal: Journal
    plan: GroupPlan
    authors: Authors
    found: Verification
    id: int = 0
    backlog: int = 0
    stage_ids: dict[str, dict[str, int]] = attrs.field(factory=dict[str, dict[str, int]])

    def ids(self, kind: str) -> dict[str, int]:
        """The ids that the journal knows, by key."""
        entries = self.journal.entries(kind, self.plan.key)
        return {
            key: entry.id
            for key, entry in entries.items()
            if entry.state is State.DONE and entry.id is not None
        }

    def differ(self, kind: str, key: str, field: str, planned: object, found: object) -> None:
        """Note a field that differs."""
        self._note(kind, key, field, _shown(planned), _shown(found))

    def count(self, kind: str, key: str, planned: str, found: object) -> None:
        """Note a record that is not there once."""
        self._note(kind, key, "", planned, str(found))

    def _note(self, kind: str, key: str, field: str, planned: str, found: str) -> None:
        group = self.plan.key
        self.found.differences.append(
            Difference(kind=kind, group=group, key=key, field=field, planned=planned, found=found)
        )

    def compare(self, kind: str, key: str, **fields: tuple[object, object]) -> None:
        """Compare a record: planned and found by field."""
        self.found.checked[kind] = self.found.checked.get(kind, 0) + 1
        for name, (planned, found) in fields.items():
            if planned != found:
                self.differ(kind, key, name, planned, found)

    def match(self, kind: str, planned: Iterable[str], rows: Mapping[int, T]) -> dict[str, T]:
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

    def group(
        self, record: Group | BaseException, members: Sequence[Member] | BaseException
    ) -> None:
        if isinstance(record, BaseException):
            self.count("group", "", "one", record)
            return
        master = self.authors.id(self.plan.scrum_master)
        planned = {master, *map(self.authors.id, self.plan.members)}
        # Whoever else belongs to it, such as who owns it, is not the plan's business.
        inside = (
            f"unknown: {members}"
            if isinstance(members, BaseException)
            else sorted(planned.intersection(each.user_id for each in members))
        )
        self.compare(
            "group",
            "",
            name=(self.plan.name, record.name),
            description=(self.plan.description, record.description),
            scrum_master=(master, record.scrum_master_id),
            members=(sorted(planned), inside),
        )

    def doubles(self, namesakes: Mapping[int, Group]) -> None:
        """Note other groups that carry the mark of this import."""
        entry = self.journal.entry("group", self.plan.key)
        marker = entry.tag if entry and entry.tag else self.journal.marker(self.plan.key)
        for row in namesakes.values():
            if row.keywords == marker and row.id != self.id:
                self.count("group", f"#{row.id}", "none", "one more")

    def epics(self, rows: Mapping[int, Epic]) -> None:
        planned = {epic.key: epic for epic in self.plan.epics}
        for key, row in self.match("epic", planned, rows).items():
            epic = planned[key]
            self.compare(
                "epic",
                key,
                name=(epic.name, row.name),
                description=(epic.description, row.description),
                color=(epic.color, row.color),
            )

    def sprints(self, rows: Mapping[int, Sprint]) -> None:
        planned = {sprint.key: sprint for sprint in self.plan.sprints}
        for key, row in self.match("sprint", planned, rows).items():
            sprint = planned[key]
            self.compare(
                "sprint",
                key,
                name=(sprint.name, row.name),
                start=(_second(sprint.start), row.date_start),
                end=(_second(sprint.end), row.date_end),
                status=(sprint.status, str(row.status)),
            )

    def stages(self, sprint: SprintPlan, rows: Sequence[Stage]) -> None:
        self.stage_ids[sprint.key] = match_board(self.plan.board(sprint), rows)
        if not sprint.stages:
            return
        colored = {stage.name for stage in sprint.stages if stage.color}
        self.compare(
            "board",
            sprint.key,
            stages=(
                [(stage.name, stage.type) for stage in sprint.stages],
                [(row.name, str(row.type)) for row in rows],
            ),
            colors=(
                {stage.name: _color(stage.color) for stage in sprint.stages if stage.color},
                {row.name: _color(row.color) for row in rows if row.name in colored},
            ),
        )

    def tasks(self, rows: Mapping[int, Task], items: Mapping[int, ScrumTask]) -> None:
        planned = {task.key: task for task in self.plan.tasks}
        epics, sprints = self.ids("epic"), self.ids("sprint")
        active = self.plan.active_sprint
        stored = self.journal.task_mark in (None, TaskMark.XML_ID)  # other portals drop it
        for key, row in self.match("task", planned, rows).items():
            task = planned[key]
            self.compare(
                "task",
                key,
                title=(task.title, row.title),
                description=(task.description, row.description),
                responsible=(self.authors.responsible_for(self.plan, task), row.responsible_id),
                xml_id=(xml_id(self.plan.key, key) if stored else row.xml_id, row.xml_id),
                done=(task.done, row.is_completed),
            )
            item = items.get(row.id)
            if item is None:
                self.count("place", key, "one", "none")
                continue
            place = self.backlog if task.sprint is None else sprints.get(task.sprint)
            self.compare(
                "place",
                key,
                sprint=(place, item.entity_id),
                epic=(0 if task.epic is None else epics.get(task.epic), item.epic_id),
                story_points=(task.story_points, item.story_points),
            )
            if active is not None and task.sprint == active.key:
                self.card(task, active, row)

    def card(self, task: TaskPlan, sprint: SprintPlan, row: Task) -> None:
        own = "FINISH" if task.done else "NEW"
        planned = [stage.name for stage in self.plan.board(sprint) if stage.type == own]
        # Without a stage in the plan it is the first; of finishing ones the portal takes any.
        allowed = [task.stage] if task.stage else planned if task.done else planned[:1]
        names = {id_: name for name, id_ in self.stage_ids.get(sprint.key, {}).items()}
        found = names.get(row.stage_id or 0, "none")
        moved = self.journal.entry("card", self.plan.key, task.key) is not None
        if found in allowed or not (moved or row.stage_id in (None, 0)):
            planned_ = found if found in allowed else " or ".join(allowed)
            self.compare("card", task.key, stage=(planned_, found))
            return
        # A task's stageId need not follow kanban.addTask, and no method reads a board.
        self.found.unseen["card"] = self.found.unseen.get("card", 0) + 1


async def _compare(portal: PortalSession, looks: list[_GroupLook]) -> None:
    for look in looks:
        look.id = look.ids("group").get("", 0)
        if not look.id:
            look.count("group", "", "one", "none")
    looks = [look for look in looks if look.id]
    heads: list[Call[Any]] = []
    for look in looks:
        heads += (
            portal.groups.get(look.id),
            portal.groups.members(look.id),
            portal.backlogs.get(look.id),
        )
    answers: Sequence[Any] = await _ask(portal, heads)
    for look, group, members, backlog in zip(
        looks, answers[::3], answers[1::3], answers[2::3], strict=True
    ):
        look.group(group, members)
        if isinstance(backlog, BaseException):
            look.count("backlog", "", "one", backlog)
        else:
            look.backlog = backlog.id
    namesakes = await _rows(
        looks,
        lambda look, last: portal.groups.list(filter={"NAME": look.plan.name, ">ID": last}),
    )
    for look, found in zip(looks, namesakes, strict=True):
        look.doubles(found)
    epics = await _rows(
        looks,
        lambda look, last: portal.epics.list(filter={"GROUP_ID": look.id, ">ID": last}),
    )
    sprints = await _rows(
        looks,
        lambda look, last: portal.sprints.list(filter={"GROUP_ID": look.id, ">ID": last}),
    )
    for look, of_epics, of_sprints in zip(looks, epics, sprints, strict=True):
        look.epics(of_epics)
        look.sprints(of_sprints)
    await _boards(portal, looks)
    tasks = await _rows(
        looks,
        lambda look, last: portal.tasks.list(filter={"GROUP_ID": look.id, ">ID": last}, start=-1),
    )
    for look, of_tasks in zip(looks, tasks, strict=True):
        items = await _ask(portal, [portal.scrum_tasks.get(task_id) for task_id in of_tasks])
        look.tasks(
            of_tasks,
            {
                task_id: item
                for task_id, item in zip(of_tasks, items, strict=True)
                if not isinstance(item, BaseException)
            },
        )


async def _boards(portal: PortalSession, looks: list[_GroupLook]) -> None:
    asked: list[tuple[_GroupLook, SprintPlan, int]] = []
    for look in looks:
        ids = look.ids("sprint")
        asked += [
            (look, sprint, ids[sprint.key])
            for sprint in look.plan.sprints
            if sprint.key in ids and (sprint.stages or sprint.status == "active")
        ]
    answers = await _ask(portal, [portal.kanban.get_stages(each) for _, _, each in asked])
    for (look, sprint, _), rows in zip(asked, answers, strict=True):
        look.stages(sprint, [] if isinstance(rows, BaseException) else rows)


async def _ask(portal: PortalSession, calls: Sequence[Call[T]]) -> Sequence[T | BaseException]:
    return await portal.batch(*calls, return_exceptions=True)


async def _rows(
    looks: Sequence[_GroupLook], page: Callable[[_GroupLook, int], Call[list[T]]]
) -> list[dict[int, T]]:
    """Read a list of each group to its end, the pages of many groups in one batch."""
    rows: list[dict[int, T]] = [{} for _ in looks]
    open_ = list(range(len(looks)))
    while open_:
        portal = looks[open_[0]].portal
        pages = await _ask(portal, [page(looks[n], max(rows[n], default=0)) for n in open_])
        more: list[int] = []
        for n, found in zip(open_, pages, strict=True):
            if isinstance(found, BaseException):
                raise found
            rows[n].update({_id_of(row): row for row in found})
            if len(found) == _PAGE:
                more.append(n)
        open_ = more
    return rows


def _id_of(record: Any) -> int:
    return int(record.id)


def _color(color: str) -> str:
    return color.removeprefix("#").upper()


def _second(moment: datetime) -> datetime:
    """The portal keeps whole seconds."""
    return moment.replace(microsecond=0)


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:60]}... ({len(text)} characters)"
