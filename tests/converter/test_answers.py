"""Answers become records, and what does not fit is named."""

from typing import Any

import attrs
import pytest

from bitrix_scrum_async.converter import decoder
from bitrix_scrum_async.errors import DecodeError
from bitrix_scrum_async.records import Backlog, Epic, Group, Sprint, Task, User
from bitrix_scrum_async.spelling import spelling
from tests.answers import EPIC, EXAMPLES, GROUP, LISTED_GROUP, SPRINT, TASK, USER


@pytest.mark.parametrize(("answer", "record"), EXAMPLES)
def test_a_documented_answer_gives_its_record(
    answer: dict[str, Any], record: attrs.AttrsInstance
) -> None:
    assert decoder(type(record))(answer, "m", "") == record


@pytest.mark.parametrize(("answer", "record"), EXAMPLES)
def test_a_record_is_the_same_whatever_the_answers_before_it_left_out(
    answer: dict[str, Any], record: attrs.AttrsInstance
) -> None:
    decode = decoder(type(record))
    fields = attrs.fields(type(record))
    defaults = {field.name: field.default for field in fields if field.default is not attrs.NOTHING}
    spelled = {spelling(type(record), name, capitals="ID" in answer) for name in defaults}
    bare = {key: value for key, value in answer.items() if key not in spelled}
    poor = {**attrs.asdict(record, recurse=False), **defaults}
    missing = {key: value for key, value in answer.items() if key != next(iter(answer))}
    for _ in range(2):
        assert decode(answer, "m", "") == record
        with pytest.raises(DecodeError, match="missing"):
            decode(missing, "m", "")
        assert attrs.asdict(decode(bare, "m", ""), recurse=False) == poor


@pytest.mark.parametrize(
    ("cls", "answer", "path", "value"),
    [
        (Backlog, None, "", None),
        (Backlog, [], "", []),
        (Backlog, "x", "", "x"),
        (Backlog, {}, "id", None),
        (Sprint, {**SPRINT, "groupId": None}, "groupId", None),
        (Sprint, {**SPRINT, "groupId": True}, "groupId", True),
        (Sprint, {**SPRINT, "groupId": 1.5}, "groupId", 1.5),
        (Sprint, {**SPRINT, "groupId": "1_000"}, "groupId", "1_000"),
        (Sprint, {**SPRINT, "groupId": "9" * 5000}, "groupId", "9" * 5000),
        (Sprint, {**SPRINT, "groupId": ""}, "groupId", ""),
        (Sprint, {**SPRINT, "name": None}, "name", None),
        (Sprint, {**SPRINT, "name": 5}, "name", 5),
        (Sprint, {**SPRINT, "status": []}, "status", []),
        (Sprint, {**SPRINT, "dateStart": "soon"}, "dateStart", "soon"),
        (Sprint, {**SPRINT, "dateEnd": "2026-10-05"}, "dateEnd", "2026-10-05"),
        (Sprint, {**SPRINT, "dateEnd": 1790580587}, "dateEnd", 1790580587),
        (Sprint, {k: v for k, v in SPRINT.items() if k != "dateEnd"}, "dateEnd", None),
        (Epic, {**EPIC, "files": {"ID": "108"}}, "files", {"ID": "108"}),
        (Epic, {**EPIC, "files": ["n12"]}, "files", ["n12"]),
        (Group, {**LISTED_GROUP, "ownerId": "me"}, "ownerId", "me"),
        (Group, {**GROUP, "OWNER_ID": "me"}, "OWNER_ID", "me"),
        (Group, {**GROUP, "ACTIVE": "yes"}, "ACTIVE", "yes"),
        (User, {**USER, "UF_DEPARTMENT": "1"}, "UF_DEPARTMENT", "1"),
        (Task, {**TASK, "tags": {"9": {"id": 9}}}, "tags", {"9": {"id": 9}}),
    ],
)
def test_what_does_not_fit_is_named(cls: type[Any], answer: Any, path: str, value: Any) -> None:
    with pytest.raises(DecodeError) as caught:
        decoder(cls)(answer, "tasks.task.list", "")
    assert (caught.value.method, caught.value.path) == ("tasks.task.list", path)
    assert caught.value.value == value


def test_a_path_goes_on_from_where_the_record_stands() -> None:
    with pytest.raises(DecodeError, match=r"tasks\[3\]\.groupId is 'none': not a whole number"):
        decoder(Task)({**TASK, "groupId": "none"}, "m", "tasks[3]")
