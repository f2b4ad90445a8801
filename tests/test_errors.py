"""The tree of errors, and what its members say."""

import copy
import inspect
import pickle
import threading
from collections.abc import Iterator, Mapping
from typing import Any, cast

import attrs
import pytest

from bitrix_scrum_async import errors
from bitrix_scrum_async.calls import Call, Outcome
from bitrix_scrum_async.errors import (
    BatchError,
    BitrixScrumError,
    DecodeError,
    DependencyFailed,
    InvalidCall,
    MethodError,
    NotExecuted,
    NotFound,
    PortalError,
    PortalMoved,
    SprintNotFound,
    StageNotFound,
    TransportError,
    WrongSprintState,
)
from bitrix_scrum_async.records import Field


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


HOSTILE: list[Any] = [10**6000, [[[[[[[[[[]]]]]]]]]], {"a" * 500: "b" * 500}]


@pytest.mark.parametrize("value", HOSTILE, ids=["huge", "deep", "long"])
def test_a_decode_error_shows_any_value_on_one_short_line(value: Any) -> None:
    error = DecodeError("not a text", method="m", value=value)
    assert len(str(error)) < 150
    assert "\n" not in str(error)


# Copies, and errors that go to another process.


@attrs.frozen
class Sent:
    """A call that a session has sent."""

    method: str = "tasks.api.scrum.sprint.get"
    params: Mapping[str, Any] = {"id": 5, "fields": {"names": ["a", 1.5]}}
    session: Any = attrs.field(factory=threading.Lock)  # cannot be pickled, as a session


def one_of_each() -> list[BitrixScrumError]:
    made: list[BitrixScrumError] = [
        InvalidCall("is below 1", method="m", argument="group_id"),
        PortalMoved("https://new.example.com", method="m"),
        DependencyFailed("its group failed", cause_call=Sent()),
        NotExecuted("halted"),
        DecodeError("not a text", method="m", path="tasks[3].id", value={"a": [None]}),
    ]
    for cls in all_errors():
        if issubclass(cls, PortalError):
            made.append(cls("0", "No", status=400, method="m", extras={"argument": 1}, advice="x"))
        elif issubclass(cls, TransportError) and cls is not PortalMoved:
            made.append(cls("no answer", method="m"))
    return made


def told(error: BitrixScrumError) -> dict[str, Any]:
    """All that an error holds but calls, which are told by their names."""
    state = {
        name: (value.method, value.params) if name in ("call", "cause_call") else value
        for name, value in vars(error).items()
    }
    return {**state, "args": error.args, "str": str(error)}


@pytest.mark.parametrize("error", one_of_each(), ids=lambda error: type(error).__name__)
def test_an_error_survives_a_copy_and_a_pickle(error: BitrixScrumError) -> None:
    error = error.belonging_to(Sent())
    error.add_note("seen on Monday")
    error.__cause__ = ValueError("why")
    near, far = copy.copy(error), pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert type(near) is type(far) is type(error)
    assert told(near) == told(far) == told(error)
    assert near.call is error.call
    assert near.__cause__ is error.__cause__
    assert copy.copy(far).call == pickle.loads(pickle.dumps(error)).call  # noqa: S301 - our own
    assert far.call != NotExecuted("halted").belonging_to(Sent("other")).call
    assert repr(far.call) == (
        "<PastCall tasks.api.scrum.sprint.get {'id': 5, 'fields': {'names': ['a', 1.5]}}>"
    )


def test_a_pickled_batch_keeps_its_errors_and_outcomes() -> None:
    call = cast("Call[Any]", Sent())
    missing = SprintNotFound("0", "Sprint not found", method="a").belonging_to(call)
    outcomes = [Outcome(call, error=missing), Outcome(call, result=Field(type="string"))]
    far = pickle.loads(pickle.dumps(BatchError("1 of 2", [missing], outcomes)))  # noqa: S301
    assert isinstance(far, BatchError)
    assert [type(error) for error in far.exceptions] == [SprintNotFound]
    assert [(each.call.method, each.ok, each.result) for each in far.outcomes] == [
        (call.method, False, None),
        (call.method, True, Field(type="string")),
    ]


def test_a_reference_in_a_pickled_call_is_its_text() -> None:
    error = NotExecuted("halted").belonging_to(Sent(params={"id": threading.Lock()}))
    far = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert "lock" in far.call.params["id"]


def test_a_copied_error_shows_what_was_handled_when_it_is_raised() -> None:
    assert not copy.copy(NotExecuted("halted")).__suppress_context__


def test_an_error_knows_its_call_only_where_there_is_one() -> None:
    assert PortalError("0", "x").call is None
