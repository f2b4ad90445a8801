"""The tree of errors, and what its members say."""

import inspect
from collections.abc import Iterator

import pytest

from bitrix_scrum_async import errors
from bitrix_scrum_async.errors import (
    BatchError,
    BitrixScrumError,
    DecodeError,
    InvalidCall,
    MethodError,
    NotFound,
    PortalError,
    PortalMoved,
    SprintNotFound,
    StageNotFound,
    TransportError,
    WrongSprintState,
)


def all_errors() -> Iterator[type[BaseException]]:
    for _, value in inspect.getmembers(errors, inspect.isclass):
        if issubclass(value, BaseException):
            yield value


@pytest.mark.parametrize("cls", [*all_errors()])
def test_every_error_is_one_of_ours_and_explained(cls: type[BaseException]) -> None:
    assert issubclass(cls, BitrixScrumError)
    assert cls.__doc__
    assert cls.__name__ in (errors.__doc__ or "")


def test_a_caller_can_catch_as_widely_as_they_like() -> None:
    assert [cls.__name__ for cls in SprintNotFound.__mro__[:5]] == [
        "SprintNotFound",
        "NotFound",
        "MethodError",
        "PortalError",
        "BitrixScrumError",
    ]


def test_an_invalid_call_names_method_argument_and_reason() -> None:
    error = InvalidCall("is below 1", method="m", argument="group_id")
    assert str(error) == "m: group_id: is below 1"
    assert isinstance(error, ValueError)


def test_a_decode_error_names_method_path_and_value() -> None:
    error = DecodeError("not a whole number", method="m", path="tasks[3].groupId", value="x")
    assert str(error) == "m: tasks[3].groupId is 'x': not a whole number"


def test_a_decode_error_shows_little_of_a_long_value() -> None:
    error = DecodeError("not a text", method="m", value=["x" * 1000])
    assert len(str(error)) < 150
    assert error.value == ["x" * 1000]


def test_a_portal_that_moved_is_named_without_its_secret() -> None:
    error = PortalMoved("https://new.example.com", method="m")
    assert isinstance(error, TransportError)
    assert "https://new.example.com" in str(error)


def test_the_errors_of_a_batch_are_taken_apart_by_class() -> None:
    missing = SprintNotFound("0", "Sprint not found", method="a")
    stage = StageNotFound("0", "Stage not found", method="b")
    state = WrongSprintState("0", "Sprint must be planned", method="c")
    batch = BatchError("3 of 4 calls failed", [missing, stage, state], outcomes=["o"])
    caught: list[list[BaseException]] = []
    try:
        raise batch
    except* NotFound as group:
        caught.append(list(group.exceptions))
        assert isinstance(group, BatchError)  # noqa: PT017 - there is no pytest.raises for except*
        assert group.outcomes == ["o"]  # noqa: PT017
    except* MethodError as group:
        caught.append(list(group.exceptions))
    assert caught == [[missing, stage], [state]]


def test_an_error_knows_its_call_only_where_there_is_one() -> None:
    assert PortalError("0", "x").call is None
