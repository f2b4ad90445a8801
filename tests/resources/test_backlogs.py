"""The calls of `Backlogs`."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bitrix_scrum_async.calls import Call, Effect
from bitrix_scrum_async.records import Backlog, Field
from bitrix_scrum_async.resources import Backlogs

from .expecting import SENDER, expect_call, expect_result

B = "tasks.api.scrum.backlog"
backlogs = Backlogs(SENDER)


@pytest.mark.parametrize(
    ("build", "method", "params", "effect"),
    [
        (
            lambda: backlogs.add(143, created_by=1),
            f"{B}.add",
            {"fields": {"groupId": 143, "createdBy": 1}},
            Effect.WRITE,
        ),
        (
            lambda: backlogs.add(143, created_by=1, modified_by=2),
            f"{B}.add",
            {"fields": {"groupId": 143, "createdBy": 1, "modifiedBy": 2}},
            Effect.WRITE,
        ),
        (lambda: backlogs.get(143), f"{B}.get", {"id": 143}, Effect.READ),
        (
            lambda: backlogs.update(11, group_id=144, created_by=1, modified_by=2),
            f"{B}.update",
            {"id": 11, "fields": {"groupId": 144, "createdBy": 1, "modifiedBy": 2}},
            Effect.REPEATABLE,
        ),
        (lambda: backlogs.delete(11), f"{B}.delete", {"id": 11}, Effect.DELETE),
        (lambda: backlogs.get_fields(), f"{B}.getFields", {}, Effect.READ),
    ],
)
def test_a_method_builds_its_call(
    build: Callable[[], Call[Any]], method: str, params: Mapping[str, Any], effect: Effect
) -> None:
    expect_call(build, method, params, effect)


BACKLOG = {"id": 11, "groupId": 143, "createdBy": 1, "modifiedBy": 1}
RECORD = Backlog(id=11, group_id=143, created_by=1, modified_by=1)


@pytest.mark.parametrize(
    ("build", "answer", "result"),
    [
        (lambda: backlogs.add(143, created_by=1), BACKLOG, RECORD),
        (lambda: backlogs.get(143), BACKLOG, RECORD),
        (lambda: backlogs.update(11, modified_by=1), BACKLOG, RECORD),
        (lambda: backlogs.delete(11), [], None),
        (
            lambda: backlogs.get_fields(),
            {"fields": {"groupId": {"type": "integer"}}},
            {"groupId": Field(type="integer")},
        ),
    ],
)
def test_an_answer_becomes_a_result(
    build: Callable[[], Call[Any]], answer: Any, result: Any
) -> None:
    expect_result(build, answer, result)
