"""The shapes of results: what they give, what they refuse, and what can be referred to."""

import contextlib
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import decoding as decoding_benchmark
from bitrix_scrum_async.decoding import (
    CompletedSprintShape,
    DoneShape,
    FieldsShape,
    FirstShape,
    FoundTaskShape,
    IdShape,
    IdsShape,
    JsonShape,
    ListShape,
    NothingShape,
    Place,
    RecordShape,
    ScrumTaskSavedShape,
    Shape,
    SprintShape,
)
from bitrix_scrum_async.errors import (
    DecodeError,
    InvalidCall,
    MethodError,
    NotSaved,
    SprintNotFound,
    TaskNotFound,
)
from bitrix_scrum_async.records import Backlog, Epic, Field, Group, Sprint, Stage, Task, User

from .answers import EPIC, EPIC_RECORD, SPRINT, SPRINT_RECORD, TASK, TASK_RECORD
from .any_json import JSON

BACKLOG = {"id": 11, "groupId": 143, "createdBy": 1, "modifiedBy": 1}
BACKLOG_RECORD = Backlog(id=11, group_id=143, created_by=1, modified_by=1)

SHAPES: list[Shape[Any]] = [
    RecordShape(Backlog),
    RecordShape(Task, key="task"),
    RecordShape(Group, capitals=True),
    SprintShape(),
    CompletedSprintShape(),
    FoundTaskShape(),
    ListShape(Stage),
    ListShape(Task, key="tasks"),
    FirstShape(Sprint),
    IdShape(),
    IdsShape(),
    NothingShape(),
    DoneShape(),
    DoneShape(key="task"),
    ScrumTaskSavedShape(),
    FieldsShape(),
    JsonShape(),
]


@pytest.mark.parametrize(
    ("shape", "answer", "result"),
    [
        (RecordShape(Backlog), BACKLOG, BACKLOG_RECORD),
        (RecordShape(Task, key="task"), {"task": TASK}, TASK_RECORD),
        (SprintShape(), SPRINT, SPRINT_RECORD),
        (CompletedSprintShape(), SPRINT, SPRINT_RECORD),
        (FoundTaskShape(), {"task": TASK}, TASK_RECORD),
        (ListShape(Epic), [EPIC, EPIC], [EPIC_RECORD, EPIC_RECORD]),
        (ListShape(Epic), [], []),
        (ListShape(Epic), {"0": EPIC, "2": EPIC}, [EPIC_RECORD, EPIC_RECORD]),
        (ListShape(Task, key="tasks"), {"tasks": [TASK]}, [TASK_RECORD]),
        (ListShape(Task, key="tasks"), {"tasks": []}, []),
        (FirstShape(Sprint), [SPRINT], SPRINT_RECORD),
        (FirstShape(Sprint), [], None),
        (IdShape(), 143, 143),
        (IdShape(), "143", 143),
        (IdsShape(), ["5", 6], (5, 6)),
        (IdsShape(), [], ()),
        (NothingShape(), [], None),
        (NothingShape(), True, None),
        (NothingShape(), None, None),
        (NothingShape(), 143, None),
        (DoneShape(), True, None),
        (DoneShape(key="task"), {"task": True}, None),
        (ScrumTaskSavedShape(), True, None),
        (ScrumTaskSavedShape(), {"status": "success", "data": True, "errors": []}, None),
        (FieldsShape(), {"fields": {"sort": {"type": "integer"}}}, {"sort": Field(type="integer")}),
        (FieldsShape(), {"fields": []}, {}),
        (JsonShape(), {"a": [1, None]}, {"a": [1, None]}),
        (JsonShape(), None, None),
    ],
)
def test_an_answer_gives_its_result(shape: Shape[Any], answer: Any, result: Any) -> None:
    assert shape.decode(answer, "m") == result


@pytest.mark.parametrize(
    ("shape", "answer", "error"),
    [
        (DoneShape(), False, NotSaved),
        (DoneShape(key="task"), {"task": False}, NotSaved),
        (NothingShape(), False, NotSaved),
        (CompletedSprintShape(), None, NotSaved),
        (ScrumTaskSavedShape(), False, NotSaved),
        (ScrumTaskSavedShape(), {"status": "error", "errors": [{"message": "No"}]}, NotSaved),
        (FoundTaskShape(), [], TaskNotFound),
        (FoundTaskShape(), {"task": []}, TaskNotFound),
        (SprintShape(), {**SPRINT, "entityType": "backlog"}, SprintNotFound),
    ],
)
def test_a_failure_that_is_hidden_in_an_answer_is_raised(
    shape: Shape[Any], answer: Any, error: type[MethodError]
) -> None:
    with pytest.raises(error) as caught:
        shape.decode(answer, "the.method")
    assert caught.value.method == "the.method"
    assert caught.value.code == ""


@pytest.mark.parametrize(
    ("shape", "hides"),
    [
        (SprintShape(), True),
        (CompletedSprintShape(), True),
        (FoundTaskShape(), True),
        (DoneShape(), True),
        (RecordShape(Sprint), False),
        (ListShape(Sprint), False),
        (IdShape(), False),
        (NothingShape(), False),
        (JsonShape(), False),
    ],
)
def test_shapes_know_whether_a_success_may_be_a_failure(shape: Shape[Any], hides: bool) -> None:
    assert shape.may_hide_failure is hides


WRONG_SHAPES: list[tuple[Shape[Any], Any, str]] = [
    (RecordShape(Task, key="task"), [], ""),
    (RecordShape(Task, key="task"), {}, "task"),
    (RecordShape(Task, key="task"), {"task": {**TASK, "id": None}}, "task.id"),
    (ListShape(Epic), None, ""),
    (ListShape(Epic), {"total": 5}, ""),
    (ListShape(Epic), [EPIC, {**EPIC, "id": []}], "[1].id"),
    (ListShape(Epic), [EPIC, None], "[1]"),
    (ListShape(Task, key="tasks"), {"tasks": "none"}, "tasks"),
    (
        ListShape(Task, key="tasks"),
        {"tasks": [TASK, {**TASK, "groupId": "x"}]},
        "tasks[1].groupId",
    ),
    (IdShape(), [], ""),
    (IdShape(), True, ""),
    (IdShape(), 0, ""),
    (IdsShape(), ["x"], ""),
    (NothingShape(), "done", ""),
    (DoneShape(), None, ""),
    (DoneShape(key="task"), {"task": 1}, "task"),
    (FieldsShape(), {"fields": 5}, "fields"),
    (FieldsShape(), {"fields": {"sort": "integer"}}, "fields.sort"),
]


@pytest.mark.parametrize(
    ("shape", "answer", "path"),
    WRONG_SHAPES,
)
def test_an_answer_of_another_shape_is_refused_with_its_place(
    shape: Shape[Any], answer: Any, path: str
) -> None:
    with pytest.raises(DecodeError) as caught:
        shape.decode(answer, "m")
    assert caught.value.path == path


@given(st.sampled_from(SHAPES), JSON)
def test_any_json_gives_a_result_or_an_error_of_ours(shape: Shape[Any], answer: Any) -> None:
    with contextlib.suppress(DecodeError, MethodError):
        shape.decode(answer, "m")


@pytest.mark.skipif(sys.gettrace() is not None, reason="tracing costs only what is not C")
def test_records_cost_little_more_than_json() -> None:
    """Loosely: the best of several, since other programs run too. The benchmark measures it."""
    parsing, decoding = decoding_benchmark.measure(200)
    assert min(decoding) <= 10 * min(parsing)


# References.


@pytest.mark.parametrize(
    ("shape", "field", "place"),
    [
        (RecordShape(Sprint), "id", Place(("id",), "int")),
        (RecordShape(Sprint), "group_id", Place(("groupId",), "int")),
        (RecordShape(Sprint), "name", Place(("name",), "text")),
        (RecordShape(Sprint), "status", Place(("status",), "text", immediate=False)),
        # "" where there is none, and the portal reads an empty date as 1970-01-01.
        (RecordShape(Sprint), "date_end", Place(("dateEnd",), "text", immediate=False)),
        (RecordShape(Task, key="task"), "id", Place(("task", "id"), "int")),
        (
            RecordShape(Task, key="task"),
            "group_id",
            Place(("task", "groupId"), "int", immediate=False),
        ),
        (RecordShape(Epic), "files", Place(("files",), "json", immediate=False)),
        (RecordShape(Group, capitals=True), "id", Place(("ID",), "int")),
        (RecordShape(User), "id", Place(("ID",), "int")),
        (IdShape(), None, Place((), "int")),
        (IdShape(immediate=False), None, Place((), "int", immediate=False)),
        (JsonShape(), None, Place((), "json", immediate=False)),
        (JsonShape(), "task.id", Place(("task", "id"), "json", immediate=False)),
    ],
)
def test_a_reference_knows_its_place(shape: Shape[Any], field: str | None, place: Place) -> None:
    assert shape.locate(field, "m") == place


@pytest.mark.parametrize(
    ("shape", "field", "says"),
    [
        (RecordShape(Backlog), "groupId", "id, group_id, created_by, modified_by"),
        (RecordShape(Backlog), None, "say which; there are id, group_id"),
        (IdShape(), "id", "without a field"),
        (NothingShape(), "id", "no id or record"),
        (NothingShape(), None, "no id or record"),
        (ListShape(Sprint), "id", "no id or record"),
        (FieldsShape(), "sort", "no id or record"),
        (JsonShape(), "task..id", "no path"),
    ],
)
def test_a_reference_to_what_is_not_there_is_refused(
    shape: Shape[Any], field: str | None, says: str
) -> None:
    with pytest.raises(InvalidCall, match=says) as caught:
        shape.locate(field, "m")
    assert caught.value.method == "m"
