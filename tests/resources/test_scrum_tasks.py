"""The calls of `ScrumTasks`."""

import decimal
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bitrix_scrum_async.calls import Call, Effect
from bitrix_scrum_async.records import Field, ScrumTask
from bitrix_scrum_async.resources import ScrumTasks

from ..fakes import unsent
from .expecting import SENDER, expect_call, expect_result

T = "tasks.api.scrum.task"
scrum_tasks = ScrumTasks(SENDER)


@pytest.mark.parametrize(
    ("build", "method", "params", "effect"),
    [
        (lambda: scrum_tasks.get(751), f"{T}.get", {"id": 751}, Effect.READ),
        (
            lambda: scrum_tasks.update(
                751, entity_id=57, story_points="XL", epic_id=4, sort=2, created_by=1, modified_by=2
            ),
            f"{T}.update",
            {
                "id": 751,
                "fields": {
                    "entityId": 57,
                    "storyPoints": "XL",
                    "epicId": 4,
                    "sort": 2,
                    "createdBy": 1,
                    "modifiedBy": 2,
                },
            },
            Effect.REPEATABLE,
        ),
        (lambda: scrum_tasks.get_fields(), f"{T}.getFields", {}, Effect.READ),
    ],
)
def test_a_method_builds_its_call(
    build: Callable[[], Call[Any]], method: str, params: Mapping[str, Any], effect: Effect
) -> None:
    expect_call(build, method, params, effect)


@pytest.mark.parametrize(
    ("build", "answer", "result"),
    [
        (
            lambda: scrum_tasks.get(751),
            {
                "entityId": 2,
                "storyPoints": "3",
                "epicId": 4,
                "sort": 1,
                "createdBy": 1,
                "modifiedBy": 1,
            },
            ScrumTask(
                entity_id=2, story_points="3", epic_id=4, sort=1, created_by=1, modified_by=1
            ),
        ),
        (lambda: scrum_tasks.update(751, sort=1), True, None),
        (
            lambda: scrum_tasks.update(751, sort=1),
            {"status": "success", "data": True, "errors": []},
            None,
        ),
        (
            lambda: scrum_tasks.get_fields(),
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
    ("given", "sent"),
    [
        ("3", "3"),
        (3, "3"),
        (3.0, "3"),
        (0.5, "0.5"),
        (decimal.Decimal("2.5"), "2.5"),
        (decimal.Decimal(100).normalize(), "100"),
        (0, "0"),
        ("XL", "XL"),
        ("", ""),
    ],
)
def test_story_points_always_travel_as_text(given: Any, sent: str) -> None:
    call = unsent(scrum_tasks.update(751, story_points=given))
    assert call.params["fields"] == {"storyPoints": sent}
