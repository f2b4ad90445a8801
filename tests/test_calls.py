"""Calls as values: building one sends nothing."""

import copy
import tracemalloc
from typing import Any

import pytest

from bitrix_scrum_async.calls import UNSET, Call, Effect, Outcome, build_call
from bitrix_scrum_async.decoding import JsonShape
from bitrix_scrum_async.errors import InvalidCall, SprintNotFound


class Echo:
    """Gives back the method of each call that is awaited."""

    def __init__(self) -> None:
        self.sent: list[Call[Any]] = []

    async def send(self, call: Call[Any]) -> Any:
        call.handed_over = True
        self.sent.append(call)
        return call.method


def build(sender: Echo, method: str = "m", **params: Any) -> Call[Any]:
    return build_call(sender, method, params, effect=Effect.WRITE, shape=JsonShape())


@pytest.mark.anyio
async def test_awaiting_a_call_sends_it() -> None:
    sender = Echo()
    call = build(sender, "tasks.api.scrum.sprint.get", id=5)
    assert sender.sent == []
    assert await call == "tasks.api.scrum.sprint.get"
    assert sender.sent == [call]


def test_a_call_shows_what_it_is() -> None:
    call = build(Echo(), "m", id=5)
    call.handed_over = True
    assert (call.method, call.params, call.effect) == ("m", {"id": 5}, Effect.WRITE)
    assert repr(call) == "<Call m {'id': 5}>"


def test_what_a_call_says_cannot_be_changed() -> None:
    call = build(Echo())
    call.handed_over = True
    with pytest.raises(AttributeError):
        call.method = "other"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def test_a_call_dropped_unsent_warns() -> None:
    with pytest.warns(RuntimeWarning, match=r"tasks\.add was never sent"):
        build(Echo(), "tasks.add")


def test_references_are_found_wherever_they_stand() -> None:
    first = build(Echo())
    second = build(Echo(), id=first.ref(), fields={"ids": [first.ref("a.b")]})
    first.handed_over = second.handed_over = True
    assert [ref.call for ref in second.references] == [first, first]
    assert [ref.place.path for ref in second.references] == [(), ("a", "b")]


def test_an_order_makes_a_call_that_takes_the_place_of_the_old() -> None:
    first, second = build(Echo()), build(Echo(), x=1)
    ordered = second.after(first)
    assert ordered.predecessors == (first,)
    assert ordered.params == {"x": 1}
    assert second.predecessors == ()
    assert second.handed_over
    first.handed_over = ordered.handed_over = True


def test_only_calls_come_before_a_call() -> None:
    others: list[Any] = [None, 5, []]
    for other in others:
        with pytest.raises(InvalidCall, match="is no call to come after"):
            build(Echo()).after(other)


def test_a_copy_is_another_call_of_the_same_session() -> None:
    """A deep copy too: a copied session could send nothing, and a copied reference means nobody."""
    sender = Echo()
    first = build(sender)
    second = build(sender, x=[first.ref()])
    for copied in (copy.copy(second), copy.deepcopy(second)):
        assert copied is not second
        assert copied.sender is sender
        assert [ref.call for ref in copied.references] == [first]
        copied.handed_over = True
    (ref,) = copy.deepcopy(list(second.references))
    assert ref.call is first
    first.handed_over = second.handed_over = True


def test_a_value_that_cannot_be_sent_is_refused_when_the_call_is_built() -> None:
    with pytest.raises(InvalidCall, match="None has no form"):
        build(Echo(), x=None)


@pytest.mark.parametrize(
    ("params", "command"),
    [
        ({}, "m"),
        ({"id": 5, "fields": {"name": "a b"}}, "m?id=5&fields[name]=a%20b"),
        ({"filter": {}}, None),
        ({"text": "$result[a]"}, None),
        ({"a.b": 1}, None),
    ],
)
def test_a_call_knows_its_text_in_a_batch(params: dict[str, Any], command: str | None) -> None:
    call = build(Echo(), "m", **params)
    call.handed_over = True
    assert call.command == command
    ordered = call.after()
    ordered.handed_over = True
    assert ordered.command == command


def test_a_long_text_is_not_kept() -> None:
    """It fits in no batch: it is of an upload, which goes alone."""
    call = build(Echo(), "m", file="x" * 2_000_000)
    call.handed_over = True
    tracemalloc.start()
    try:
        assert call.command == call.command == "m?file=" + "x" * 2_000_000
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 100_000


def test_parameters_that_are_changed_change_no_call() -> None:
    """Otherwise it would say one thing alone and another in a batch."""
    call = build(Echo(), "m", id=5, fields={"ids": [1, 2]})
    call.handed_over = True
    params: dict[str, Any] = {**call.params}
    params["fields"]["ids"].append(3)
    params["fields"]["name"] = "x"
    assert call.params == {"id": 5, "fields": {"ids": [1, 2]}}
    assert call.command == "m?id=5&fields[ids][0]=1&fields[ids][1]=2"


def test_a_call_that_refers_to_others_has_a_text_once_their_values_are_known() -> None:
    first = build(Echo())
    second = build(Echo(), id=first.ref())
    first.handed_over = second.handed_over = True
    assert second.command is None
    second.detach(lambda _: 7)
    assert second.command == "m?id=7"


def test_a_call_without_references_stays_as_it_is_when_those_before_it_are_let_go() -> None:
    first = build(Echo())
    second = build(Echo(), id=5).after(first)
    first.handed_over = second.handed_over = True
    command = second.command
    second.detach(lambda _: 7)
    assert second.predecessors == ()
    assert second.command is command
    assert second.params == {"id": 5}


def test_an_outcome_gives_its_result_or_raises_its_error() -> None:
    call = build(Echo())
    call.handed_over = True
    assert Outcome(call, 7).unwrap() == 7
    assert Outcome(call, None).ok
    failed: Outcome[Any] = Outcome(call, None, SprintNotFound("0", "Sprint not found"))
    assert not failed.ok
    with pytest.raises(SprintNotFound):
        failed.unwrap()


@pytest.mark.parametrize(
    ("effect", "repeatable"),
    [
        (Effect.READ, True),
        (Effect.REPEATABLE, True),
        (Effect.DELETE, True),
        (Effect.WRITE, False),
    ],
)
def test_only_other_writes_are_not_repeatable(effect: Effect, repeatable: bool) -> None:
    assert effect.repeatable is repeatable


def test_not_given_is_not_none() -> None:
    assert repr(UNSET) == "UNSET"
    assert UNSET is not None
