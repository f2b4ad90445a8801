"""Compares an emulated portal's own tables with a plan: every record once, in its place."""

from collections import Counter
from typing import Any

from bitrix_scrum_async.emulator.rows import COMPLETED
from bitrix_scrum_async.emulator.state import State
from bitrix_scrum_async.importer import GroupPlan, Plan


def assert_as_planned(state: State, plan: Plan) -> None:
    """The portal holds the plan, every record once, and nothing else."""
    names = Counter(group.name for group in state.groups.values())
    assert names == Counter(group.name for group in plan.groups)
    for group in plan.groups:
        (group_id,) = [row.id for row in state.groups.values() if row.name == group.name]
        assert _found(state, group_id) == _planned(group)


def _found(state: State, group_id: int) -> dict[str, Any]:
    entities = [row for row in state.entities.values() if row.group_id == group_id]
    sprints = {row.id: row for row in entities if row.entity_type == "sprint"}
    epics = {row.id: row for row in state.epics.values() if row.group_id == group_id}
    tasks = [row for row in state.tasks.values() if row.group_id == group_id]
    return {
        "members": set(state.members[group_id]),
        "backlogs": sum(row.entity_type == "backlog" for row in entities),
        "epics": Counter((row.name, row.description, row.color) for row in epics.values()),
        "sprints": Counter((row.name, row.status) for row in sprints.values()),
        "stages": Counter(
            (sprints[row.sprint_id].name, row.title, row.type)
            for row in state.stages.values()
            if row.sprint_id in sprints
        ),
        "tasks": Counter((row.title, row.description, row.status == COMPLETED) for row in tasks),
        "places": Counter(
            (
                row.title,
                getattr(sprints.get(state.items[row.id].entity_id), "name", None),
                getattr(epics.get(state.items[row.id].epic_id), "description", None),
                state.items[row.id].story_points,
            )
            for row in tasks
        ),
        "cards": Counter(
            (row.title, state.stages[stage].title)
            for row in tasks
            for stage in state.cards.get(row.id, ())
        ),
    }


def _planned(group: GroupPlan) -> dict[str, Any]:
    sprints = {sprint.key: sprint for sprint in group.sprints}
    epics = {epic.key: epic for epic in group.epics}
    active = group.active_sprint
    board = group.board(active) if active else ()

    def stage(task: Any) -> str:
        own = "FINISH" if task.done else "NEW"
        return task.stage or next(each.name for each in board if each.type == own)

    return {
        "members": {group.scrum_master, *group.members},
        "backlogs": 1,
        "epics": Counter((epic.name, epic.description, epic.color) for epic in group.epics),
        "sprints": Counter((sprint.name, sprint.status) for sprint in group.sprints),
        "stages": Counter(
            (sprint.name, stage.name, stage.type)
            for sprint in group.sprints
            for stage in sprint.stages
        ),
        "tasks": Counter((task.title, task.description, task.done) for task in group.tasks),
        "places": Counter(
            (
                task.title,
                sprints[task.sprint].name if task.sprint else None,
                epics[task.epic].description if task.epic else None,
                task.story_points,
            )
            for task in group.tasks
        ),
        "cards": Counter(
            (task.title, stage(task))
            for task in group.tasks
            if active is not None and task.sprint == active.key
        ),
    }
