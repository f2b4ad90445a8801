"""The calls of `Kanban`."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bitrix_scrum_async.calls import Call, Effect
from bitrix_scrum_async.errors import NotSaved
from bitrix_scrum_async.records import Field, Stage, StageType
from bitrix_scrum_async.resources import Kanban

from ..fakes import unsent
from .expecting import SENDER, expect_call, expect_result

K = "tasks.api.scrum.kanban"
kanban = Kanban(SENDER)


@pytest.mark.parametrize(
    ("build", "method", "params", "effect"),
    [
        (
            lambda: kanban.add_stage(57, name="New"),
            f"{K}.addStage",
            {"fields": {"sprintId": 57, "name": "New"}},
            Effect.WRITE,
        ),
        (
            lambda: kanban.add_stage(
                57, name="In review", type=StageType.WORK, sort=200, color="47D1E2"
            ),
            f"{K}.addStage",
            {
                "fields": {
                    "sprintId": 57,
                    "name": "In review",
                    "type": "WORK",
                    "sort": 200,
                    "color": "47D1E2",
                }
            },
            Effect.WRITE,
        ),
        (lambda: kanban.get_stages(57), f"{K}.getStages", {"sprintId": 57}, Effect.READ),
        (
            lambda: kanban.update_stage(
                58, name="Done", type="FINISH", sort=300, color="75D900", sprint_id=57
            ),
            f"{K}.updateStage",
            {
                "stageId": 58,
                "fields": {
                    "name": "Done",
                    "type": "FINISH",
                    "sort": 300,
                    "color": "75D900",
                    "sprintId": 57,
                },
            },
            Effect.REPEATABLE,
        ),
        (lambda: kanban.delete_stage(58), f"{K}.deleteStage", {"stageId": 58}, Effect.DELETE),
        (
            lambda: kanban.add_task(57, task_id=751, stage_id=58),
            f"{K}.addTask",
            {"sprintId": 57, "taskId": 751, "stageId": 58},
            Effect.WRITE,
        ),
        (
            lambda: kanban.delete_task(57, task_id=751),
            f"{K}.deleteTask",
            {"sprintId": 57, "taskId": 751},
            Effect.DELETE,
        ),
        (lambda: kanban.get_fields(), f"{K}.getFields", {}, Effect.READ),
    ],
)
def test_a_method_builds_its_call(
    build: Callable[[], Call[Any]], method: str, params: Mapping[str, Any], effect: Effect
) -> None:
    expect_call(build, method, params, effect)


@pytest.mark.parametrize(
    ("build", "answer", "result"),
    [
        (lambda: kanban.add_stage(57, name="New"), 58, 58),
        (
            lambda: kanban.get_stages(5),
            [
                {
                    "id": "58",
                    "name": "New",
                    "sort": "100",
                    "type": "NEW",
                    "sprintId": "5",
                    "color": "00C4FB",
                }
            ],
            [Stage(id=58, sprint_id=5, name="New", sort=100, type=StageType.NEW, color="00C4FB")],
        ),
        (lambda: kanban.get_stages(5), [], []),
        (lambda: kanban.update_stage(58, sort=1), True, None),
        (lambda: kanban.delete_stage(58), True, None),
        (lambda: kanban.add_task(57, task_id=751, stage_id=58), True, None),
        (lambda: kanban.delete_task(57, task_id=751), True, None),
        (
            lambda: kanban.get_fields(),
            {"fields": {"sort": {"type": "integer"}}},
            {"sort": Field(type="integer")},
        ),
    ],
)
def test_an_answer_becomes_a_result(
    build: Callable[[], Call[Any]], answer: Any, result: Any
) -> None:
    expect_result(build, answer, result)


@pytest.mark.parametrize(
    "build",
    [
        lambda: kanban.update_stage(58, sort=1),
        lambda: kanban.delete_stage(58),
        lambda: kanban.add_task(57, task_id=751, stage_id=58),
        lambda: kanban.delete_task(57, task_id=751),
    ],
)
def test_a_change_that_was_not_made_is_an_error(build: Callable[[], Call[None]]) -> None:
    call = unsent(build())
    with pytest.raises(NotSaved):
        call.shape.decode(False, call.method)  # noqa: FBT003 - the portal's answer


def test_a_new_stage_may_be_used_in_the_same_batch() -> None:
    assert unsent(kanban.add_stage(57, name="New")).ref().place.immediate
