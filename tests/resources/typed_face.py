"""What type checkers see of the resources. Never run: mypy and pyright read it, both strict.

A wrong use is marked; a checker that lets one through reports the mark as unused.
"""
# pyright: reportUnnecessaryTypeIgnoreComment=true

import datetime as dt
from collections.abc import AsyncIterator
from typing import assert_type

from bitrix_scrum_async.calls import Call
from bitrix_scrum_async.records import (
    Backlog,
    Epic,
    Field,
    Group,
    Member,
    ScrumTask,
    Sprint,
    Stage,
    Task,
    User,
)
from bitrix_scrum_async.resources import (
    Backlogs,
    Epics,
    Groups,
    Kanban,
    Rows,
    ScrumTasks,
    Sprints,
    Tasks,
    Users,
)


async def right_uses(
    backlogs: Backlogs,
    sprints: Sprints,
    epics: Epics,
    kanban: Kanban,
    scrum_tasks: ScrumTasks,
    groups: Groups,
    tasks: Tasks,
    users: Users,
    day: dt.datetime,
) -> None:
    assert_type(backlogs.get(1), Call[Backlog])
    assert_type(await backlogs.get(1), Backlog)
    assert_type(await backlogs.delete(1), None)
    assert_type(await backlogs.get_fields(), dict[str, Field])
    sprint = sprints.add(1, name="S", created_by=1, date_start=day, date_end=day)
    assert_type(sprint, Call[Sprint])
    assert_type(sprint.after(backlogs.get(1)), Call[Sprint])
    assert_type(await sprints.list(), list[Sprint])
    assert_type(await sprints.active(1), Sprint | None)
    assert_type(sprints.all(), Rows[Sprint])
    assert_type(sprints.all(group_ids=[1, 2]), Rows[Sprint])
    assert_type(sprints.all({"GROUP_ID": 1}), Rows[Sprint])
    assert_type(await sprints.list({"GROUP_ID": 1}, order={"SORT": "asc"}), list[Sprint])
    rows: AsyncIterator[Epic] = epics.all()
    assert_type([epic async for epic in rows], list[Epic])
    assert_type(await epics.get(1), Epic)
    assert_type(await kanban.add_stage(sprint.ref("id"), name="New"), int)
    assert_type(await kanban.get_stages(1), list[Stage])
    assert_type(await kanban.delete_task(1, task_id=1), None)
    assert_type(await scrum_tasks.get(1), ScrumTask)
    assert_type(await scrum_tasks.update(1, story_points=3), None)
    assert_type(await groups.create(name="G", scrum_master_id=1), int)
    assert_type(await groups.get(1), Group)
    assert_type(await groups.members(1), list[Member])
    assert_type(await groups.add_members(1, user_ids=[1]), tuple[int, ...])
    assert_type(await tasks.add(title="T", responsible_id=1, group_id=1), Task)
    assert_type(await tasks.delete(1), None)
    assert_type(tasks.all(filter={"GROUP_ID": 1}), Rows[Task])
    assert_type(await users.current(), User)
    assert_type((await sprints.get(1)).date_start, dt.datetime | None)


def wrong_uses(
    sprints: Sprints, epics: Epics, kanban: Kanban, scrum_tasks: ScrumTasks, day: dt.datetime
) -> None:
    # Each of these a portal would take, and do something else.
    sprints.complete(5)  # type: ignore[call-arg]
    sprints.complete(sprint_id=5)  # type: ignore[call-arg]
    sprints.list(select=["ID"])  # type: ignore[call-arg]
    sprints.update(5, date_start="2026-01-05")  # type: ignore[arg-type]
    sprints.update(5, status="done")  # type: ignore[arg-type]
    sprints.update(5, name=None)  # type: ignore[arg-type]
    sprints.all([1, 2])  # type: ignore[arg-type]
    sprints.get("5")  # type: ignore[arg-type]
    sprints.add(1, "S", 1, day, day)  # type: ignore[call-arg]
    sprints.add(1, name="S", date_start=day, date_end=day)  # type: ignore[call-arg]
    epics.add(1, name="E", colour="red")  # type: ignore[call-arg]
    kanban.add_stage(1, name="New", type="DONE")  # type: ignore[arg-type]
    kanban.add_task(1, 2, 3)  # type: ignore[call-arg]
    scrum_tasks.update(1, story_points=[3])  # type: ignore[arg-type]
