"""What must hold between the records of a plan.

A plan that breaks one of these rules would fail in the portal, or worse, succeed by half.
"""

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .fields import WRONG, Place

if TYPE_CHECKING:
    from .plan import GroupPlan, Plan, SprintPlan, StagePlan, TaskPlan


def check(plan: "Plan", place: Place) -> None:
    """Note every problem between the records of a plan.

    Records that could not be read are passed over.
    """
    place = place.at("groups")
    if plan.groups is WRONG:
        return
    if not plan.groups:
        place.wrong("holds no group: write at least one")
    _unique(plan.groups, place, "key", "the journal tells the plan's groups apart by it")
    for n, group in enumerate(plan.groups):
        if group is not WRONG:
            _Group(group, place.at(n)).check()


class _Group:
    def __init__(self, group: "GroupPlan", place: Place) -> None:
        self.group = group
        self.place = place

    def check(self) -> None:
        group = self.group
        for name, records in (
            ("epics", group.epics),
            ("sprints", group.sprints),
            ("tasks", group.tasks),
        ):
            _unique(records, self.place.at(name), "key", "tasks and the journal name it so")
        for n, sprint in enumerate(_all(group.sprints)):
            if sprint is not WRONG:
                self.sprint(sprint, self.place.at("sprints").at(n))
        self.active()
        epics = _keys(group.epics)
        sprints: dict[str, SprintPlan] | None = {
            sprint.key: sprint for sprint in _all(group.sprints) if sprint is not WRONG
        }
        if _keys(group.sprints) is None:
            sprints = None
        for n, task in enumerate(_all(group.tasks)):
            if task is not WRONG:
                self.task(task, epics, sprints, self.place.at("tasks").at(n))

    def sprint(self, sprint: "SprintPlan", place: Place) -> None:
        if WRONG not in (sprint.start, sprint.end) and sprint.end < sprint.start:
            place.at("end").wrong(f"is before the start, {sprint.start.isoformat()}")
        stages = _all(sprint.stages)
        _unique(stages, place.at("stages"), "name", "tasks name their stage so")
        if not stages or any(stage is WRONG or stage.type is WRONG for stage in stages):
            return
        types = [stage.type for stage in stages]
        for needed, why in (
            ("NEW", "the portal puts tasks there when the sprint starts"),
            ("FINISH", "the portal moves done tasks there"),
        ):
            if needed not in types:
                place.at("stages").wrong(f"need a stage with type: {needed}; {why}")

    def active(self) -> None:
        place = self.place.at("sprints")
        running: SprintPlan | None = None
        for n, sprint in enumerate(_all(self.group.sprints)):
            if sprint is WRONG or sprint.status != "active":
                continue
            if running is not None:
                place.at(n).at("status").wrong(
                    f"is active as that of {running.key!r} is; the portal runs one sprint a group: "
                    "write completed or planned"
                )
            elif not self.has_open_task(sprint):
                place.at(n).at("status").wrong(
                    "is active without an open task in it; the portal starts no such sprint: "
                    "write completed or planned, or place an open task in it"
                )
            running = running or sprint

    def has_open_task(self, sprint: "SprintPlan") -> bool:
        tasks = self.group.tasks
        return WRONG in (tasks, sprint.key) or any(
            task is WRONG or (task.sprint in (sprint.key, WRONG) and task.done is not True)
            for task in tasks
        )

    def task(
        self,
        task: "TaskPlan",
        epics: Iterable[str] | None,
        sprints: "dict[str, SprintPlan] | None",
        place: Place,
    ) -> None:
        if task.epic not in (None, WRONG) and epics is not None and task.epic not in epics:
            place.at("epic").wrong(_absent(task.epic, "epic", epics))
        sprint = None
        if task.sprint not in (None, WRONG) and sprints is not None:
            sprint = sprints.get(task.sprint)
            if sprint is None:
                place.at("sprint").wrong(_absent(task.sprint, "sprint", sprints))
                return
        if task.stage is None or task.stage is WRONG or task.sprint is WRONG or sprints is None:
            return
        if sprint is None:
            place.at("stage").wrong("is only for tasks of the active sprint: remove it")
        elif sprint.status is not WRONG and sprint.status != "active":
            place.at("stage").wrong(
                f"is only for tasks of the active sprint, and {sprint.key!r} is {sprint.status}: "
                "remove it"
            )
        elif sprint.status == "active":
            self.stage(task, task.stage, sprint, place)

    def stage(self, task: "TaskPlan", name: str, sprint: "SprintPlan", place: Place) -> None:
        # A board with an unreadable stage or end date is not known.
        if any(
            each is WRONG
            or each.end is WRONG
            or each.stages is WRONG
            or any(stage is WRONG or WRONG in (stage.name, stage.type) for stage in each.stages)
            for each in self.group.sprints
        ):
            return
        board = self.group.board(sprint)
        stage = find_stage(board, name)
        if stage is None:
            place.at("stage").wrong(
                _absent(name, "stage", [each.name for each in board], where="the active sprint")
            )
        elif task.done is True and stage.type != "FINISH":
            place.at("stage").wrong(
                f"is {stage.name!r}, but the task is done, and the portal moves done tasks "
                "to a FINISH stage: remove stage or done"
            )


def find_stage(board: "Iterable[StagePlan]", name: str | None) -> "StagePlan | None":
    """Find a stage of a board by its name."""
    return next((stage for stage in board if stage.name == name), None)


def _absent(name: str, kind: str, known: Iterable[str], where: str = "this group") -> str:
    said = f"{name!r} is no {kind} of {where}"
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"{said}: did you mean {near[0]!r}?"
    names = ", ".join(repr(each) for each in list(known)[:12])
    return (
        f"{said}; known are {names}" if names else f"{said}, which has none: add it or remove this"
    )


def _all(records: Any) -> Any:
    return () if records is WRONG else records


def _keys(records: Any) -> dict[str, None] | None:
    """Return the keys of all records in order, or ``None`` when not all could be read."""
    if records is WRONG or any(record is WRONG or record.key is WRONG for record in records):
        return None
    return dict.fromkeys(record.key for record in records)


def _unique(records: Any, place: Place, field: str, why: str) -> None:
    seen: set[str] = set()
    for n, record in enumerate(_all(records)):
        name = WRONG if record is WRONG else getattr(record, field)
        if name is WRONG:
            continue
        if name in seen:
            place.at(n).at(field).wrong(f"{name!r} stands here twice; {why}: choose another")
        seen.add(name)
