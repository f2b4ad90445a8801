"""The calls of `Epics`."""

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import pytest

from bitrix_scrum_async.calls import Call, Effect
from bitrix_scrum_async.records import Field
from bitrix_scrum_async.resources import Epics

from ..answers import EPIC, EPIC_RECORD, FILES_FIELD
from .expecting import SENDER, expect_call, expect_result

E = "tasks.api.scrum.epic"
epics = Epics(SENDER)


@pytest.mark.parametrize(
    ("build", "method", "params", "effect"),
    [
        (
            lambda: epics.add(143, name="Sign-in"),
            f"{E}.add",
            {"fields": {"groupId": 143, "name": "Sign-in"}},
            Effect.WRITE,
        ),
        (
            lambda: epics.add(
                143,
                name="Sign-in",
                description="",
                color="#69dafc",
                files=[12, "n13"],
                created_by=1,
                modified_by=2,
            ),
            f"{E}.add",
            {
                "fields": {
                    "groupId": 143,
                    "name": "Sign-in",
                    "description": "",
                    "color": "#69dafc",
                    "files": ["n12", "n13"],
                    "createdBy": 1,
                    "modifiedBy": 2,
                }
            },
            Effect.WRITE,
        ),
        (lambda: epics.get(4), f"{E}.get", {"id": 4}, Effect.READ),
        (
            lambda: epics.update(
                4,
                group_id=144,
                name="N",
                description="D",
                color="red",
                files=["n1"],
                created_by=1,
                modified_by=2,
            ),
            f"{E}.update",
            {
                "id": 4,
                "fields": {
                    "groupId": 144,
                    "name": "N",
                    "description": "D",
                    "color": "red",
                    "files": ["n1"],
                    "createdBy": 1,
                    "modifiedBy": 2,
                },
            },
            Effect.REPEATABLE,
        ),
        (
            lambda: epics.update(4, files=[]),
            f"{E}.update",
            {"id": 4, "fields": {"files": []}},
            Effect.REPEATABLE,
        ),
        (lambda: epics.delete(4), f"{E}.delete", {"id": 4}, Effect.DELETE),
        (lambda: epics.list(), f"{E}.list", {"order": {"ID": "asc"}}, Effect.READ),
        (
            lambda: epics.list(
                filter={"%NAME": "sign", "group_id": 143}, order={"NAME": "asc"}, start=100
            ),
            f"{E}.list",
            {"order": {"NAME": "asc"}, "filter": {"%NAME": "sign", "GROUP_ID": 143}, "start": 100},
            Effect.READ,
        ),
        (lambda: epics.get_fields(), f"{E}.getFields", {}, Effect.READ),
    ],
)
def test_a_method_builds_its_call(
    build: Callable[[], Call[Any]], method: str, params: Mapping[str, Any], effect: Effect
) -> None:
    expect_call(build, method, params, effect)


@pytest.mark.parametrize(
    ("build", "answer", "result"),
    [
        (lambda: epics.add(143, name="Checkout"), EPIC, EPIC_RECORD),
        (
            lambda: epics.get(4),
            {**EPIC, "files": FILES_FIELD},
            attrs.evolve(EPIC_RECORD, files=(31, 32)),
        ),
        (lambda: epics.update(4, name="Checkout"), EPIC, EPIC_RECORD),
        (lambda: epics.delete(4), [], None),
        (lambda: epics.list(), [EPIC], [EPIC_RECORD]),
        (
            lambda: epics.get_fields(),
            {"fields": {"files": {"type": "array"}}},
            {"files": Field(type="array")},
        ),
    ],
)
def test_an_answer_becomes_a_result(
    build: Callable[[], Call[Any]], answer: Any, result: Any
) -> None:
    expect_result(build, answer, result)
