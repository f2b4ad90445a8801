"""The calls of `Users`."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bitrix_scrum_async.calls import Call, Effect
from bitrix_scrum_async.records import User
from bitrix_scrum_async.resources import Users

from ..answers import USER
from ..fakes import RecordingSender
from .expecting import SENDER, expect_call, expect_result

users = Users(SENDER)
RECORD = User(
    id=5,
    active=True,
    name="Ada",
    last_name="Lovelace",
    email="ada@example.com",
    user_type="employee",
    departments=(1, 7),
)


@pytest.mark.parametrize(
    ("build", "method", "params", "effect"),
    [
        (lambda: users.current(), "user.current", {}, Effect.READ),
        (lambda: users.list(), "user.get", {"sort": "ID", "order": "ASC"}, Effect.READ),
        (
            lambda: users.list(
                filter={"EMAIL": "ada@example.com", "ACTIVE": True, "departments": 7},
                order={"last_name": "desc"},
                start=50,
            ),
            "user.get",
            {
                "sort": "LAST_NAME",
                "order": "DESC",
                "FILTER": {"EMAIL": "ada@example.com", "ACTIVE": "Y", "UF_DEPARTMENT": 7},
                "start": 50,
            },
            Effect.READ,
        ),
    ],
)
def test_a_method_builds_its_call(
    build: Callable[[], Call[Any]], method: str, params: Mapping[str, Any], effect: Effect
) -> None:
    expect_call(build, method, params, effect)


@pytest.mark.parametrize(
    ("build", "answer", "result"),
    [
        (lambda: users.current(), USER, RECORD),
        (lambda: users.list(), [USER], [RECORD]),
        (lambda: users.list(), [], []),
    ],
)
def test_an_answer_becomes_a_result(
    build: Callable[[], Call[Any]], answer: Any, result: Any
) -> None:
    expect_result(build, answer, result)


@pytest.mark.anyio
async def test_all_reads_by_id() -> None:
    sender = RecordingSender([[USER]])
    assert [user async for user in Users(sender).all(filter={"ACTIVE": True})] == [RECORD]
    assert sender.sent[0].params == {
        "sort": "ID",
        "order": "ASC",
        "FILTER": {"ACTIVE": "Y", ">ID": 0},
    }
