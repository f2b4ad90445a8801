"""Whether two plans say the same, whatever their keys are and in whatever order it stands."""

from collections import Counter
from typing import Any

from bitrix_scrum_async.importer import GroupPlan, Plan, TaskPlan
from bitrix_scrum_async.importer.plan import StagePlan


def meaning(plan: Plan, *, caller: int = 1) -> dict[str, dict[str, Any]]:
    """Return what a plan means, by the names of its groups.

    Args:
        plan: The plan; users are ids in it.
        caller: Who imports it, and so belongs to each group.
    """
    assert len({group.name for group in plan.groups}) == len(plan.groups)
    responsible = plan.defaults.responsible
    return {group.name: _group(group, responsible, caller) for group in plan.groups}


def _group(group: GroupPlan, responsible: Any, caller: int) -> dict[str, Any]:
    sprints = {sprint.key: sprint for sprint in group.sprints}
    epics = {epic.key: epic for epic in group.epics}

    def task(task: TaskPlan) -> tuple[object, ...]:
        sprint = sprints[task.sprint] if task.sprint else None
        epic = epics[task.epic] if task.epic else None
        return (
            task.title,
            task.description,
            task.responsible or responsible or group.scrum_master,
            epic and (epic.name, epic.description),
            sprint and (sprint.name, sprint.start),
            _stage(group, task),
            task.story_points,
            task.done,
        )

    return {
        "description": group.description,
        "scrum master": group.scrum_master,
        "members": {group.scrum_master, *group.members, caller},
        "epics": Counter((epic.name, epic.description, epic.color) for epic in group.epics),
        "sprints": Counter(
            (sprint.name, sprint.start, sprint.end, sprint.status) for sprint in group.sprints
        ),
        "boards": {
            (sprint.name, sprint.start): [_look(stage) for stage in group.board(sprint)]
            for sprint in group.sprints
            if sprint.stages or sprint.status == "active"
        },
        "tasks": Counter(map(task, group.tasks)),
    }


def _look(stage: StagePlan) -> tuple[str, str, str]:
    # Without a colour the portal gives its own.
    return stage.name, stage.type, stage.color or "00C4FB"


def _stage(group: GroupPlan, task: TaskPlan) -> str | None:
    """Return the stage of a task of the running sprint, also where the plan leaves it open."""
    sprint = group.active_sprint
    if sprint is None or task.sprint != sprint.key:
        return None
    own = [s.name for s in group.board(sprint) if s.type == ("FINISH" if task.done else "NEW")]
    return task.stage or own[0]
