"""One group of a portal as a plan: what a plan can hold, and notes on the rest."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import attrs

from ..records import Epic, Group, Sprint, SprintStatus, Stage, StageType, Task, TaskStatus
from .contents import Contents
from .journal import fingerprint
from .marks import import_of, marks_of
from .naming import natural, new_key, slug
from .plan import DEFAULT_BOARD, EpicPlan, GroupPlan, SprintPlan, StagePlan, TaskPlan

_LONGEST = 255
_ORDER = {"completed": 0, "active": 1, "planned": 2}

# No method reads a board, and `kanban.addTask` need not change the `stageId` of the task.
_PERHAPS_MOVED = (
    "a card is shown in the stage of the portal's own choice, also if somebody or an import has "
    "moved it: compare the board"
)

Status = Literal["planned", "active", "completed"]


@attrs.frozen
class Imported:
    """What the journal of an import knows of a group.

    Attributes:
        keys: The keys of its records, by kind and id.
        cards: The fingerprints of the stages into which cards were put, by task.
        stages: The fingerprints of the stages that were made, by id.
    """

    keys: dict[tuple[str, int], str] = attrs.field(factory=dict[tuple[str, int], str])
    cards: dict[int, str] = attrs.field(factory=dict[int, str])
    stages: dict[int, str] = attrs.field(factory=dict[int, str])


@attrs.frozen
class GroupExport:
    """What stands in a group, on its way into a plan.

    Attributes:
        contents: What the portal shows of it.
        known: What the journal of its import knows.
        notes: What the plan does not hold, and how often.
        authors: Who made its records.
    """

    contents: Contents
    known: Imported = attrs.field(factory=Imported)
    notes: Counter[str] = attrs.field(init=False, factory=Counter[str])
    authors: set[int] = attrs.field(init=False, factory=set[int])
    _stage_by_id: dict[int, StagePlan] = attrs.field(init=False, factory=dict[int, StagePlan])

    def plan(self) -> GroupPlan:
        """Return the group as a plan; users are ids, and its key may be taken by another group."""
        group = self.contents.group
        if group.closed:
            self.notes["the group is archived; an import makes one that is not"] += 1
        master = group.scrum_master_id or 0
        members = () if isinstance(self.contents.members, Exception) else self.contents.members
        imported_as = self._imported_as()
        epics = self._epics()
        sprints = self._sprints(self._statuses())
        plan = _without_own_boards(
            GroupPlan(
                key=imported_as or slug(group.name) or "group",
                name=_name(group),
                description=group.description,
                scrum_master=master,
                members=tuple(sorted({each.user_id for each in members} - {master})),
                epics=tuple(epics.values()),
                sprints=tuple(sprints.values()),
            )
        )
        keys = {id_: sprint.key for id_, sprint in sprints.items()}
        tasks = self._tasks(plan, imported_as, {id_: epic.key for id_, epic in epics.items()}, keys)
        for rows in (self.contents.epics, self.contents.sprints, self.contents.tasks):
            self.authors.update(row.created_by for row in rows.values())
        return attrs.evolve(plan, tasks=tuple(tasks))

    def _imported_as(self) -> str:
        """Return the key that an import gave the group; its tasks carry it."""
        known = self.known.keys.get(("group", self.contents.group.id))
        if known is not None:
            return known
        marks = marks_of(self.contents.group)
        if not any(mark.startswith("import-") for mark in marks):
            return ""
        tried: set[str] = set()
        for task in self.contents.tasks.values():
            parts = (task.xml_id or "").split("/")
            # Either key may hold a slash itself.
            for n in range(1, len(parts)):
                key = "/".join(parts[:n])
                if key not in tried and import_of(self.contents.group, key):
                    return key
                tried.add(key)
        return ""

    def _known(self, kind: str) -> set[str]:
        """Return the keys that are taken already, by records that may be gone."""
        return {key for (of_kind, _), key in self.known.keys.items() if of_kind == kind}

    def _key(self, kind: str, id_: int, wanted: str, otherwise: str, taken: set[str]) -> str:
        """Return the key of a record: the one that is known, or a new one."""
        key = self.known.keys.get((kind, id_)) or new_key(wanted, otherwise, taken)
        taken.add(key)
        return key

    def _epics(self) -> dict[int, EpicPlan]:
        found: dict[int, EpicPlan] = {}
        keys = self._known("epic")
        rows = self.contents.epics.values()
        for row in sorted(
            rows, key=lambda row: (natural(row.name), row.description, row.color, row.id)
        ):
            key = self._key("epic", row.id, slug(row.name), "epic", keys)
            found[row.id] = EpicPlan(
                key=key,
                name=_name(row),
                description=row.description,
                color=row.color,
            )
        return found

    def _statuses(self) -> dict[int, Status]:
        """Return how each sprint goes into the plan, of which one may be running."""
        sprints = self.contents.sprints.values()
        statuses: dict[int, Status] = {}
        for row in sprints:
            status = row.status
            if isinstance(status, SprintStatus):
                statuses[row.id] = status.value
            else:
                self.notes[f"a sprint is {status}: written as planned"] += 1
                statuses[row.id] = "planned"
        running = [row for row in sprints if row.is_active]
        running.sort(key=lambda row: (_time(row.date_start), row.id))
        for row in running[:-1]:
            self.notes["a second sprint is active: written as planned"] += 1
            statuses[row.id] = "planned"
        for row in running[-1:]:
            tasks = [task for task in self.contents.tasks.values() if self._entity(task) == row.id]
            if all(task.is_completed for task in tasks):
                other: Status = "completed" if tasks else "planned"
                self.notes[f"the active sprint has no open task: written as {other}"] += 1
                statuses[row.id] = other
        return statuses

    def _sprints(self, statuses: Mapping[int, Status]) -> dict[int, SprintPlan]:
        found: dict[int, SprintPlan] = {}
        keys = self._known("sprint")

        def place(row: Sprint) -> tuple[object, ...]:
            status = statuses[row.id]
            # The portal orders the planned ones by hand, and the others by their dates.
            by_hand = row.sort if status == "planned" else 0
            dates = (_time(row.date_end), _time(row.date_start))
            return (_ORDER[status], by_hand, *dates, natural(row.name), row.id)

        for row in sorted(self.contents.sprints.values(), key=place):
            start, end = row.date_start or row.date_end, row.date_end or row.date_start
            if start is None or end is None:
                self.notes["a sprint has no dates: left out, its tasks are in the backlog"] += 1
                continue
            if end < start:
                self.notes["a sprint ends before it starts: written as ending when it starts"] += 1
                end = start
            key = self._key("sprint", row.id, slug(row.name), "sprint", keys)
            found[row.id] = SprintPlan(
                key=key,
                name=_name(row),
                start=start,
                end=end,
                status=statuses[row.id],
                stages=self._stages(self.contents.boards[row.id]),
            )
        return found

    def _stages(self, rows: Sequence[Stage]) -> tuple[StagePlan, ...]:
        names: set[str] = set()
        stages: list[StagePlan] = []
        for n, row in enumerate(rows, start=1):
            type_ = row.type if isinstance(row.type, StageType) else StageType.WORK
            name = new_key(row.name, type_.capitalize(), names, _LONGEST)
            names.add(name)
            # Made without a color it has the portal's own, which the plan did not ask for.
            plain = self.known.stages.get(row.id) == fingerprint(type_.value, "", n)
            stages.append(StagePlan(name=name, type=type_.value, color="" if plain else row.color))
            self._stage_by_id[row.id] = stages[-1]
        types = {stage.type for stage in stages}
        if stages and not types >= {"NEW", "FINISH"}:
            self.notes["a board has no first or no last stage: written without its stages"] += 1
            return ()
        return tuple(stages)

    def _tasks(
        self,
        plan: GroupPlan,
        imported_as: str,
        epics: Mapping[int, str],
        sprints: Mapping[int, str],
    ) -> list[TaskPlan]:
        active = plan.active_sprint
        board = plan.board(active) if active else ()
        found: dict[str, TaskPlan] = {}
        keys = self._known("task")
        for row in sorted(self.contents.tasks.values(), key=lambda row: row.id):
            title = row.title.strip()
            if not title:
                self.notes["a task has no title: left out"] += 1
                continue
            if len(title) > _LONGEST:
                self.notes[f"a title is cut to {_LONGEST} characters"] += 1
                title = title[:_LONGEST].strip()
            self._note_rest(row)
            wanted = (row.xml_id or "").removeprefix(f"{imported_as}/" if imported_as else "")
            key = self._key("task", row.id, wanted, f"T-{row.id}", keys)
            place = self.contents.places.get(row.id)
            sprint = sprints.get(self._entity(row))
            epic = epics.get(place.epic_id) if place else None
            if place and place.epic_id and epic is None:
                self.notes["a task has an epic of another group: written without it"] += 1
            found[key] = TaskPlan(
                key=key,
                title=title,
                description=row.description,
                responsible=None if row.responsible_id == plan.scrum_master else row.responsible_id,
                epic=epic,
                sprint=sprint,
                stage=self._stage(row, board) if active and sprint == active.key else None,
                story_points=place.story_points if place else "",
                done=row.is_completed,
            )
        return [found[key] for key in sorted(found, key=lambda key: (natural(key), key))]

    def _entity(self, task: Task) -> int:
        place = self.contents.places.get(task.id)
        return place.entity_id if place else 0

    def _stage(self, task: Task, board: Sequence[StagePlan]) -> str | None:
        """Return the stage of a card, where an import would not put it there by itself."""
        stage = self._stage_by_id.get(task.stage_id or 0)
        if stage is None or stage not in board:
            self.notes["the portal does not show the stage of a card: written without it"] += 1
            return None
        if task.is_completed and stage.type != "FINISH":
            self.notes["a done task stands in a stage before the last: written without it"] += 1
            return None
        own = [each for each in board if each.type == ("FINISH" if task.is_completed else "NEW")]
        if stage == own[0]:
            # It may be where the portal put it, who need not tell that it was moved since.
            put = self._put_by_import(task, board)
            if put is not None and put != stage:
                self.notes["a card is shown in another stage: written where an import put it"] += 1
                return put.name
            others = own if task.is_completed else [s for s in board if s.type != "FINISH"]
            if len(others) > 1:
                self.notes[_PERHAPS_MOVED] += 1
        if stage == own[0] and (not task.is_completed or len(own) == 1):
            return None
        return stage.name

    def _put_by_import(self, task: Task, board: Sequence[StagePlan]) -> StagePlan | None:
        """Return the stage into which an import put a card, as far as that fits its task."""
        mark = self.known.cards.get(task.id)
        for stage in board:
            if fingerprint(stage.name) == mark and task.is_completed == (stage.type == "FINISH"):
                return stage
        return None

    def _note_rest(self, task: Task) -> None:
        """Count what a task has and a plan does not."""
        own_tags = [tag for tag in task.tags if not tag.startswith("import-")]
        for there, what in (
            (task.parent_id, "a task is part of another"),
            (task.deadline, "a task has a deadline"),
            (task.start_date_plan or task.end_date_plan, "a task has planned dates"),
            (task.accomplices or task.auditors, "a task has participants or observers"),
            (own_tags, "a task has tags"),
            (task.priority == 2, "a task has a high priority"),
            (
                task.status not in (TaskStatus.PENDING, TaskStatus.COMPLETED),
                "a task is in progress, waits or is deferred: written as open",
            ),
        ):
            if there:
                self.notes[what] += 1


def _without_own_boards(plan: GroupPlan) -> GroupPlan:
    """Leave out the stages that a sprint gets anyhow: the portal's own, or those it copies."""

    def stages(sprint: SprintPlan) -> tuple[StagePlan, ...]:
        made: tuple[StagePlan, ...] = DEFAULT_BOARD
        if sprint.status == "active":
            made = plan.board(attrs.evolve(sprint, stages=()))
        return () if sprint.stages == made else sprint.stages

    sprints = (attrs.evolve(sprint, stages=stages(sprint)) for sprint in plan.sprints)
    return attrs.evolve(plan, sprints=tuple(sprints))


def _name(row: Group | Epic | Sprint) -> str:
    """Return a name that a plan takes."""
    return row.name if row.name.strip() else f"{type(row).__name__} {row.id}"


def _time(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0
