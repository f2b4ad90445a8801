"""What becomes of calls whose answer was lost, and of what never left."""

from typing import Any

import pytest

from bitrix_scrum_async.batch.composition import Composition
from bitrix_scrum_async.calls import Call, Effect
from bitrix_scrum_async.errors import NotSaved, OutcomeUnknown
from bitrix_scrum_async.transport.retry import RetryPolicy
from tests.batch.playing import Number, Portal, call, in_turn, new_lessons, play, refuses

from .failures import ERROR, LOST, Denying


def test_a_lost_answer_repeats_only_what_may_be_repeated() -> None:
    portal = Portal()
    write, read, update = call(), call("get", Effect.READ), call("update", Effect.REPEATABLE)
    outcomes = play([write, read, update], portal, crash=in_turn(LOST))
    assert isinstance(outcomes[0].error, OutcomeUnknown)
    assert outcomes[1].ok
    assert outcomes[2].ok
    assert portal.executed == ["get", "update"]


def test_what_leans_on_a_lost_write_is_unknown_too() -> None:
    portal = Portal()
    write = call()
    outcomes = play(
        [write, call("update", Effect.REPEATABLE, id=write.ref("id"))],
        portal,
        crash=in_turn(LOST),
    )
    assert [type(outcome.error) for outcome in outcomes] == [OutcomeUnknown, OutcomeUnknown]
    assert outcomes[0].error is not outcomes[1].error
    assert portal.executed == []


def test_a_repeated_call_brings_those_that_lean_on_it() -> None:
    portal = Portal()
    first = call("get", Effect.READ, n=1)
    second = call("update", Effect.REPEATABLE, id=first.ref("id"))
    outcomes = play([first, second], portal, crash=in_turn(LOST))
    assert all(outcome.ok for outcome in outcomes)
    assert [len(parcel.numbers) for _, parcel in portal.sent] == [2, 2]


def test_a_write_that_failed_inside_the_portal_is_unknown() -> None:
    portal = Portal(lambda text: ERROR if text.startswith("add") else None)
    outcomes = play([call(), call("get", Effect.READ)], portal)
    assert isinstance(outcomes[0].error, OutcomeUnknown)
    assert outcomes[1].ok


def test_a_deletion_repeated_after_a_lost_answer_is_done_when_nothing_is_found() -> None:
    class Deleting(Number):
        def decode(self, value: Any, method: str) -> int:
            raise AssertionError("there is nothing to decode")

    deletions = [call("delete", Effect.DELETE, shape=Deleting(), id=n) for n in (1, 2)]
    portal = Portal(refuses("delete"))
    outcomes = play([*deletions, call()], portal, crash=in_turn(LOST))
    assert [outcome.ok for outcome in outcomes] == [True, True, False]


@pytest.mark.parametrize("count", [1, 2], ids=["alone", "in a batch"])
def test_a_deletion_that_is_refused_on_a_repeat_is_unknown(count: int) -> None:
    """Some methods say `false`, or deny access, where nothing is left to delete."""

    def deletions() -> list[Call[int]]:
        shape = Number(may_hide_failure=True)
        return [call("delete", Effect.DELETE, shape) for _ in range(count)]

    first = play(deletions(), Denying())
    assert {type(outcome.error) for outcome in first} == {NotSaved}
    again = play(deletions(), Denying(), crash=in_turn(LOST))
    assert {type(outcome.error) for outcome in again} == {OutcomeUnknown}


def test_what_never_left_is_taken_back() -> None:
    composition = Composition(new_lessons(), RetryPolicy())
    calls = [call() for _ in range(60)]
    composition.ledger.add(calls)
    parcel, other = composition.next_parcel(0.0), composition.next_parcel(0.0)
    assert parcel is not None
    assert other is not None
    composition.recall(parcel)
    composition.ledger.close()
    assert [made.spent for made in calls] == [False] * 50 + [True] * 10


def test_what_never_left_may_have_run_before() -> None:
    composition = Composition(new_lessons(), RetryPolicy(waiting=False))
    update = call("update", Effect.REPEATABLE)
    composition.ledger.add([update])
    for _ in range(2):
        parcel = composition.next_parcel(0.0)
        assert parcel is not None
        if parcel.request.sent:
            composition.recall(parcel)
        else:
            composition.crash(parcel, LOST, 0.0)
    composition.ledger.close()
    assert update.spent
