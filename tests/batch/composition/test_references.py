"""Calls that refer to what others will return, or only come after them."""

import pytest

from bitrix_scrum_async.batch.parcels import Parcel
from bitrix_scrum_async.calls import Call
from bitrix_scrum_async.decoding import Place, Shape
from bitrix_scrum_async.errors import DependencyFailed, SprintNotFound
from bitrix_scrum_async.transport.envelope import Answer
from tests.batch.playing import Fields, Number, Portal, call, play, refuses


def test_a_reference_rides_as_a_macro_under_halt() -> None:
    portal = Portal()
    first = call(x=1)
    outcomes = play([first, call("update", id=first.ref("id"))], portal)
    (parcel,) = portal.requests
    assert parcel.request.params == {
        "halt": 1,
        "cmd": {"c0": "add?x=1", "c1": "update?id=$result[c0][id]"},
    }
    assert portal.executed == ["add?x=1", "update?id=101"]
    assert [outcome.unwrap() for outcome in outcomes] == [101, 102]


@pytest.mark.parametrize("shape", [Number(immediate=False), Number(may_hide_failure=True)])
def test_a_reference_that_may_not_ride_becomes_the_value(shape: Shape[int]) -> None:
    portal = Portal()
    first = call(x=1, shape=shape)
    play([first, call("update", id=first.ref("id"))], portal)
    assert [(parcel.request.method, parcel.request.params) for parcel in portal.requests] == [
        ("add", {"x": 1}),
        ("update", {"id": 101}),
    ]


def test_a_chain_goes_on_across_batches_with_values() -> None:
    portal = Portal()
    chain = [call(x=0)]
    for n in range(1, 120):
        chain.append(call(x=n, id=chain[-1].ref("id")))
    outcomes = play(chain, portal)
    assert [len(parcel.numbers) for parcel in portal.requests] == [50, 50, 20]
    assert portal.executed[50] == "add?x=50&id=150"
    assert all(outcome.ok for outcome in outcomes)


def test_an_order_without_data_rides_under_halt() -> None:
    portal = Portal()
    first = call(x=1)
    play([call(x=2).after(first), first], portal)
    assert portal.requests[0].request.params == {
        "halt": 1,
        "cmd": {"c1": "add?x=1", "c0": "add?x=2"},
    }


def test_an_order_and_a_value_of_the_same_call_ride_only_if_both_may() -> None:
    portal = Portal()
    first = call(shape=Number(immediate=False))
    play([first, call("update", id=first.ref("id")).after(first), call()], portal)
    assert [len(parcel.numbers) for parcel in portal.requests] == [2, 1]


def test_a_value_brought_in_is_checked_as_any_text() -> None:
    class Text(Number):
        def locate(self, field: str | None, method: str) -> Place:
            return Place(("name",), "text", immediate=False)

    class Naming(Portal):
        def answer(self, parcel: Parcel) -> Answer:
            self.requests.append(parcel)
            row = {"id": 1, "name": "$result[c1]"}
            if not parcel.commands:
                return Answer(result=row)
            return Answer(result={"result": dict.fromkeys(parcel.request.params["cmd"], row)})

    portal = Naming()
    first = call(shape=Text())
    play([first, call(x=first.ref("name")), call(x=1).after(first)], portal)
    assert {"x": "$result[c1]"} in [parcel.request.params for parcel in portal.requests]


@pytest.mark.parametrize("value", [True, False])
def test_a_boolean_travels_as_a_number_alone_and_in_a_batch(value: bool) -> None:
    class Flags(Portal):
        def answer(self, parcel: Parcel) -> Answer:
            answer = super().answer(parcel)
            return answer if parcel.commands else Answer(result={"flag": value})

    portal = Flags()
    first = call(shape=Fields("flag"))
    a, b = (call(name, shape=Fields("flag"), x=first.ref("flag")) for name in "ab")
    play([first, a, b], portal)
    assert portal.executed == ["add?", f"a?x={int(value)}", f"b?x={int(value)}"]
    portal = Flags()
    first = call(shape=Fields("flag"))
    play([first, call("a", shape=Fields("flag"), x=first.ref("flag"))], portal)
    assert portal.requests[1].request.params == {"x": int(value)}


def test_what_rode_along_keeps_its_own_result_whatever_the_first_gave() -> None:
    class Odd(Portal):
        def answer(self, parcel: Parcel) -> Answer:
            self.requests.append(parcel)
            return Answer(result={"result": {"c0": {"id": None}, "c1": {"id": 7}}})

    first = call(shape=Fields("id", immediate=True))
    outcomes = play([first, call("update", id=first.ref("id"))], Odd())
    assert [outcome.ok for outcome in outcomes] == [True, True]


def test_many_failures_in_front_of_references_cost_few_requests() -> None:
    portal = Portal(refuses("bad"))
    calls: list[Call[int]] = []
    for n in range(100):
        first = call("bad", x=n, y=0)
        calls += [first, call("update", id=first.ref("id"))]
    outcomes = play(calls, portal)
    assert [type(outcome.error) for outcome in outcomes] == [SprintNotFound, DependencyFailed] * 100
    assert portal.executed == []
    assert len(portal.requests) < 12
