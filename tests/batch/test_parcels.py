"""Requests of a composition, and the values of references."""

from typing import Any

import pytest

from bitrix_scrum_async.batch.parcels import parcel_of_many, parcel_of_one, value_at
from bitrix_scrum_async.calls import Call, Effect, Ref, build_call
from bitrix_scrum_async.decoding import JsonShape, Place
from tests.fakes import RecordingSender


def call(method: str = "m", effect: Effect = Effect.WRITE, **params: Any) -> Call[Any]:
    made = build_call(RecordingSender(), method, params, effect=effect, shape=JsonShape())
    made.handed_over = True
    return made


def ref(*path: str, kind: Any = "json") -> Ref:
    return Ref(call(), None, Place(path, kind))


@pytest.mark.parametrize(
    ("result", "path", "value"),
    [
        (143, (), 143),
        ({"id": 5}, ("id",), 5),
        ({"task": {"id": "7"}}, ("task", "id"), "7"),
        ([{"id": 1}, {"id": 2}], ("1", "id"), 2),
        ({"id": None}, ("id",), None),
        ({}, ("id",), None),
        ([], ("task", "id"), None),
        ([1], ("5",), None),
        ("text", ("0",), None),
        (None, ("id",), None),
    ],
)
def test_a_reference_finds_its_value_or_none(
    result: Any, path: tuple[str, ...], value: Any
) -> None:
    assert value_at(result, ref(*path)) == value


@pytest.mark.parametrize(
    ("found", "value"), [("58", 58), (58, 58), ("x", None), (True, None), ([], None), (5.0, None)]
)
def test_an_id_is_a_number_or_nothing(found: Any, value: int | None) -> None:
    assert value_at({"id": found}, ref("id", kind="int")) == value


def test_a_call_alone_carries_the_values_of_its_references() -> None:
    first = call()
    parcel = parcel_of_one(3, call(id=first.ref(), fields={"ids": [first.ref()]}), lambda _: 7)
    assert (parcel.numbers, parcel.request.method) == ((3,), "m")
    assert parcel.request.params == {"id": 7, "fields": {"ids": [7]}}
    assert not parcel.commands


@pytest.mark.parametrize("effect", list(Effect))
def test_the_sender_never_repeats_what_may_have_been_executed(effect: Effect) -> None:
    """Whether to repeat is decided call by call; to the sender each request is a write."""
    commands = {"c0": "m", "c1": "m"}
    alone = parcel_of_one(0, call(effect=effect), lambda _: None)
    together = parcel_of_many((0, 1), [call(effect=effect), call()], commands, halt=False)
    assert [alone.request.effect, together.request.effect] == [Effect.WRITE] * 2
    assert [alone.request.commands, together.request.commands] == [1, 2]


def test_a_batch_halts_only_where_calls_lean_on_each_other() -> None:
    first, elsewhere = call(), call()
    commands = {"c0": "m", "c1": "m"}
    assert not parcel_of_many((0, 1), [first, call()], commands, halt=False).halt
    assert not parcel_of_many((0, 1), [first, call(id=elsewhere.ref())], commands, halt=False).halt
    assert parcel_of_many((0, 1), [first, call(id=first.ref())], commands, halt=False).halt
    assert parcel_of_many((0, 1), [first, call()], commands, halt=True).request.params["halt"] == 1
