"""Success answers that hide a failure: it is raised, alone and in a batch."""

from typing import Any

import pytest

from bitrix_scrum_async import Effect, MethodError, NotSaved, SprintNotFound, TaskNotFound
from tests.answering import answered, answering
from tests.answers import SPRINT
from tests.documented.example import Build

pytestmark = pytest.mark.anyio

NO_SPRINT = {**SPRINT, "entityType": "backlog", "dateStart": "", "dateEnd": "", "status": ""}
NOT_SAVED = {"status": "error", "data": None, "errors": [{"message": "No", "code": 0}]}

# The call; its method; the result that hides a failure; what is raised.
HIDDEN: list[tuple[Build, str, Any, type[MethodError]]] = [
    (
        lambda portal: portal.backlogs.delete(1),
        "tasks.api.scrum.backlog.delete",
        False,
        NotSaved,
    ),
    (
        lambda portal: portal.sprints.get(11),
        "tasks.api.scrum.sprint.get",
        NO_SPRINT,
        SprintNotFound,
    ),
    (
        lambda portal: portal.sprints.complete(group_id=1),
        "tasks.api.scrum.sprint.complete",
        None,
        NotSaved,
    ),
    (
        lambda portal: portal.sprints.delete(1),
        "tasks.api.scrum.sprint.delete",
        False,
        NotSaved,
    ),
    (
        lambda portal: portal.epics.delete(1),
        "tasks.api.scrum.epic.delete",
        False,
        NotSaved,
    ),
    (
        lambda portal: portal.kanban.update_stage(9, sort=100),
        "tasks.api.scrum.kanban.updateStage",
        False,
        NotSaved,
    ),
    (
        lambda portal: portal.kanban.delete_stage(9),
        "tasks.api.scrum.kanban.deleteStage",
        False,
        NotSaved,
    ),
    (
        lambda portal: portal.kanban.add_task(5, task_id=7, stage_id=9),
        "tasks.api.scrum.kanban.addTask",
        False,
        NotSaved,
    ),
    (
        lambda portal: portal.kanban.delete_task(5, task_id=7),
        "tasks.api.scrum.kanban.deleteTask",
        False,
        NotSaved,
    ),
    (
        lambda portal: portal.scrum_tasks.update(7, sort=1),
        "tasks.api.scrum.task.update",
        False,
        NotSaved,
    ),
    (
        lambda portal: portal.scrum_tasks.update(7, sort=1),
        "tasks.api.scrum.task.update",
        NOT_SAVED,
        NotSaved,
    ),
    (
        lambda portal: portal.tasks.get(7),
        "tasks.task.get",
        [],
        TaskNotFound,
    ),
    (
        lambda portal: portal.tasks.get(7),
        "tasks.task.get",
        {"task": []},
        TaskNotFound,
    ),
    (
        lambda portal: portal.tasks.delete(7),
        "tasks.task.delete",
        {"task": False},
        NotSaved,
    ),
    (
        lambda portal: portal.groups.update(1, name="X"),
        "sonet_group.update",
        False,
        NotSaved,
    ),
    (
        lambda portal: portal.groups.delete(1),
        "sonet_group.delete",
        False,
        NotSaved,
    ),
]
each = pytest.mark.parametrize(
    ("build", "method", "result", "error"), HIDDEN, ids=[method for _, method, *_ in HIDDEN]
)


@each
async def test_a_failure_that_the_portal_does_not_tell_is_raised(
    build: Build, method: str, result: Any, error: type[MethodError]
) -> None:
    async with answering(answered(result)) as (portal, _):
        with pytest.raises(MethodError) as caught:
            await build(portal)
    assert type(caught.value) is error
    assert (caught.value.code, caught.value.method, caught.value.call) == ("", method, None)
    assert caught.value.advice


@each
async def test_in_a_batch_it_stands_in_the_place_of_its_call(
    build: Build, method: str, result: Any, error: type[MethodError]
) -> None:
    async with answering(answered(result)) as (portal, asked):
        call = build(portal)
        company = portal.call("server.time", effect=Effect.READ)  # a lone call goes as it is
        found, _ = await portal.batch(call, company, return_exceptions=True)
        assert [name for name, _ in asked] == ["batch"]
    assert isinstance(found, MethodError)
    assert type(found) is error
    assert (found.code, found.method, found.call) == ("", method, call)
    assert found.advice
