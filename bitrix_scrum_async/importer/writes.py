"""What the plan of a group becomes: its writes, phase by phase, in the order that the portal needs.

The portal forces the order. Records come first. Starting a sprint needs an open task in it, sends
completed ones away and puts a card for each other on the board: so places come before the start,
and completion last. Completing a task of the running sprint moves its card.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote

import attrs

from ..calls import UNSET, Call
from ..errors import AccessDenied, WrongSprintState
from ..records import Sprint, SprintStatus, Task
from .journal import State
from .plan import SprintPlan, StagePlan, TaskPlan
from .record_writes import RecordWrites, xml_id
from .write import Ids, Marks, Needs, Standing, Write

__all__ = ["GroupWrites", "completed", "sprint_of_stage", "stage_key", "started", "xml_id"]


@attrs.frozen
class GroupWrites(RecordWrites):
    """The writes of one group, made anew for each phase: what they rest on is in the journal."""

    def stages(self) -> Iterator[Write]:
        """The stages that the plan gives a sprint. A start keeps what is there before it."""
        for sprint in self.plan.sprints:
            yield from self._stages(sprint, sprint.stages)

    def _stages(self, sprint: SprintPlan, stages: Iterable[StagePlan]) -> Iterator[Write]:
        for n, stage in enumerate(stages, start=1):
            yield self.write(
                "stage",
                stage_key(sprint, stage),
                stage.type,
                stage.color,
                n,
                needs=(("sprint", sprint.key),),
                build=partial(self._add_stage, stage, n),
                id_of=int,
                obstacle=partial(self._own_board, sprint),
                marks=Marks(name=stage.name),
            )

    def _own_board(self, sprint: SprintPlan) -> str | None:
        """Tell of a sprint that was started without stages of the plan, such as an exported one.

        The portal gave it a board, which would get every stage a second time.
        """
        start = self.journal.entry("start", self.plan.key, sprint.key)
        if start is None or start.state is not State.DONE:
            return None
        stages = self.journal.entries("stage", self.plan.key)
        if any(key.startswith(_stages_of(sprint)) for key in stages):
            return None
        return (
            "the sprint was started with the portal's own stages: change them in the portal, or "
            "leave the stages out of the plan"
        )

    def _add_stage(self, stage: StagePlan, n: int, ids: Ids) -> Call[Any]:
        return self.portal.kanban.add_stage(
            ids["sprint"],
            name=stage.name,
            type=stage.type,
            sort=n * 100,
            color=stage.color or UNSET,
        )

    def starts(self) -> Iterator[Write]:
        """The start of the active sprint, with as many of its tasks as got into it."""
        sprint = self.plan.active_sprint
        if sprint is None:
            return
        stages = tuple(("stage", stage_key(sprint, stage)) for stage in sprint.stages)
        yield self.write(
            "start",
            sprint.key,
            needs=(("sprint", sprint.key), *stages),
            obstacle=lambda: None if self._has_open_task(sprint) else "no open task got into it",
            build=lambda ids: self.portal.sprints.start(ids["sprint"]),
            standing=Standing(
                refusals=(WrongSprintState,),
                ask=lambda ids: self.portal.sprints.get(ids["sprint"]),
                id_of=started,
            ),
        )

    def _has_open_task(self, sprint: SprintPlan) -> bool:
        placed = self.journal.entries("place", self.plan.key)
        # Done tasks are still open then: they are completed last.
        return any(
            task.sprint == sprint.key
            and task.key in placed
            and placed[task.key].state is State.DONE
            for task in self.plan.tasks
        )

    def default_stages(self) -> Iterator[Write]:
        """The default stages for a sprint that the portal could not start without them.

        It copies the stages of the last completed sprint, and one that was never started has
        none: whether it then falls back to its defaults differs between versions.
        """
        sprint = self.plan.active_sprint
        if sprint is None or sprint.stages:
            return
        start = self.journal.entry("start", self.plan.key, sprint.key)
        if start is None or start.state is not State.FAILED:
            return
        if "Unable to start sprint" in (start.error or ""):
            yield from self._stages(sprint, self.plan.board(sprint))

    def cards_taken_off(self, *, done: bool) -> Iterator[Write]:
        """Cards that may stand in the portal's stage and shall stand in another: off first."""
        for task, _ in self._cards(done=done):
            yield self.write(
                "card off",
                task.key,
                needs=self._card_needs(task),
                build=lambda ids: self.portal.kanban.delete_task(
                    ids["sprint"], task_id=ids["task"]
                ),
            )

    def cards(self, stage_ids: Mapping[str, int], *, done: bool) -> Iterator[Write]:
        """Cards into their stages.

        Args:
            stage_ids: The ids of the running board's stages by their names in the plan.
            done: Whether of done tasks, which the portal moves when they are completed.
        """
        for task, stage in self._cards(done=done):
            stage_id = stage_ids.get(stage.name)
            yield self.write(
                "card",
                task.key,
                stage.name,
                needs=(*self._card_needs(task), ("card off", task.key)),
                obstacle=partial(_no_stage, stage, stage_id),
                build=partial(self._put_card, stage_id),
            )

    def has_cards(self) -> bool:
        """Whether any card has to be put by hand."""
        return any(any(self._cards(done=done)) for done in (False, True))

    def _put_card(self, stage_id: int | None, ids: Ids) -> Call[Any]:
        return self.portal.kanban.add_task(
            ids["sprint"], task_id=ids["task"], stage_id=stage_id or 0
        )

    def _card_needs(self, task: TaskPlan) -> Needs:
        needs: Needs = (
            ("task", task.key),
            ("place", task.key),
            ("sprint", task.sprint or ""),
            ("start", task.sprint or ""),
        )
        return (*needs, ("done", task.key)) if task.done else needs

    def _cards(self, *, done: bool) -> Iterator[tuple[TaskPlan, StagePlan]]:
        """The tasks whose cards the portal would not put into the right stage by itself."""
        sprint = self.plan.active_sprint
        if sprint is None:
            return
        board = self.plan.board(sprint)
        by_name = {stage.name: stage for stage in board}
        own = [stage for stage in board if stage.type == ("FINISH" if done else "NEW")]
        for task in self.plan.tasks:
            if task.sprint != sprint.key or task.done is not done:
                continue
            stage = own[0] if task.stage is None else by_name[task.stage]
            late = not self._there_at_start(task, sprint)
            # Of several finishing stages the portal takes one of its own choice.
            chosen = task.stage is not None and len(own) > 1
            if late or (chosen if done else stage != own[0]):
                yield task, stage

    def _there_at_start(self, task: TaskPlan, sprint: SprintPlan) -> bool:
        """Whether the start of the sprint made the card: not for what was placed later."""
        place = self.journal.entry("place", self.plan.key, task.key)
        start = self.journal.entry("start", self.plan.key, sprint.key)
        if place is None or place.settled_at is None or start is None or start.settled_at is None:
            return True
        return place.settled_at <= start.settled_at

    def completions(self) -> Iterator[Write]:
        """The completion of done tasks; in the active sprint only once it runs."""
        sprint = self.plan.active_sprint
        for task in self.plan.tasks:
            if not task.done:
                continue
            needs: Needs = (("task", task.key),)
            if sprint is not None and task.sprint == sprint.key:
                needs = (*needs, ("place", task.key), ("start", sprint.key))
            yield self.write(
                "done",
                task.key,
                needs=needs,
                build=lambda ids: self.portal.tasks.complete(ids["task"]),
                standing=Standing(
                    refusals=(AccessDenied,),
                    ask=lambda ids: self.portal.tasks.get(ids["task"]),
                    id_of=completed,
                ),
            )

    def no_longer_planned(self) -> Iterator[str]:
        """Name what was written to records that the plan still has, and that it asks no more.

        Such as the completion of a task that is open in the plan now.
        """
        tasks = {task.key for task in self.plan.tasks}
        sprints = {sprint.key for sprint in self.plan.sprints}
        of_stages = {
            entry.key
            for entry in self.journal.entries("stage", self.plan.key).values()
            for sprint in self.plan.sprints
            if sprint.stages and entry.key.startswith(_stages_of(sprint))
        }
        cards = {task.key for done in (False, True) for task, _ in self._cards(done=done)}
        for kind, asked, records in (
            ("stage", {write.key for write in self.stages()}, of_stages),
            ("place", {write.key for write in self.places()}, tasks),
            ("start", {write.key for write in self.starts()}, sprints),
            ("card", cards, tasks),
            ("done", {write.key for write in self.completions()}, tasks),
        ):
            for key, entry in self.journal.entries(kind, self.plan.key).items():
                if entry.state is State.DONE and key in records - asked:
                    yield f"{kind} {self.plan.key}/{key}"


def _no_stage(stage: StagePlan, stage_id: int | None) -> str | None:
    return None if stage_id else f"the board has no stage {stage.name!r}"


def started(sprint: Sprint) -> int | None:
    """Return the id of a sprint that was started, by whomever."""
    return None if sprint.status == SprintStatus.PLANNED else sprint.id


def completed(task: Task) -> int | None:
    """Return the id of a task that was completed, by whomever."""
    return task.id if task.is_completed else None


def stage_key(sprint: SprintPlan, stage: StagePlan) -> str:
    """Return what the journal calls a stage: the first slash ends the sprint's key."""
    return f"{_stages_of(sprint)}{stage.name}"


def _stages_of(sprint: SprintPlan) -> str:
    return sprint.key.replace("%", "%25").replace("/", "%2F") + "/"


def sprint_of_stage(key: str) -> str:
    """Return the key of the sprint in what the journal calls a stage."""
    return unquote(key.partition("/")[0])
