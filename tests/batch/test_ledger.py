"""What calls wait for, and what becomes of them."""

import pytest

from bitrix_scrum_async.batch.composition import Composition
from bitrix_scrum_async.batch.parcels import Parcel
from bitrix_scrum_async.calls import Call, Effect
from bitrix_scrum_async.decoding import Place
from bitrix_scrum_async.errors import (
    DependencyFailed,
    InvalidCall,
    NotExecuted,
    NotSaved,
    NotSent,
    OutcomeUnknown,
    SprintNotFound,
)
from bitrix_scrum_async.transport.envelope import Answer
from bitrix_scrum_async.transport.retry import RetryPolicy
from tests.batch.playing import Fields, Number, Portal, call, new_lessons, play, refuses


def test_what_depends_on_a_failure_is_not_sent_and_the_rest_goes_on() -> None:
    portal = Portal(refuses("x=1&"))
    bad = call(x=1, y=0)
    dependent = call("update", id=bad.ref("id"))
    further = call("update", id=dependent.ref("id"))
    other = call(x=2, y=0)
    outcomes = play([bad, dependent, further, other], portal)
    assert portal.executed == ["add?x=2&y=0"]
    assert isinstance(outcomes[0].error, SprintNotFound)
    assert isinstance(outcomes[1].error, DependencyFailed)
    assert outcomes[1].error.cause_call is bad
    assert isinstance(outcomes[2].error, DependencyFailed)
    assert outcomes[2].error.cause_call is dependent
    assert outcomes[3].ok


def test_a_hidden_failure_holds_back_what_comes_after() -> None:
    """The portal does not halt at `false`, so such a call never has followers in its batch."""

    class Refusing(Portal):
        def execute(self, text: str) -> int:
            super().execute(text)
            return 0

        def answer(self, parcel: Parcel) -> Answer:
            super().answer(parcel)
            return Answer(result=False)

    portal = Refusing()
    hidden = call("kanban", shape=Number(may_hide_failure=True))
    outcomes = play([hidden, call("after").after(hidden)], portal)
    assert portal.executed == ["kanban?"]
    assert isinstance(outcomes[0].error, NotSaved)
    assert isinstance(outcomes[1].error, DependencyFailed)


def test_a_value_that_is_missing_fails_what_needs_it() -> None:
    class Elsewhere(Number):
        def locate(self, field: str | None, method: str) -> Place:
            return Place(("parent",), "int", immediate=False)

    portal = Portal()
    first = call(shape=Elsewhere())
    outcomes = play([first, call(id=first.ref("parent"))], portal)
    assert outcomes[0].ok
    assert isinstance(outcomes[1].error, DependencyFailed)
    assert portal.executed == ["add?"]


def test_a_call_that_misses_two_things_at_once_has_one_outcome() -> None:
    first = call(shape=Fields("nowhere"))
    second = call("update", id=first.ref("nowhere"))
    third = call("update", id=first.ref("nowhere"), other=second.ref("id"))
    outcomes = play([first, second, third, call()], Portal())
    assert [type(outcome.error) for outcome in outcomes] == [
        type(None),
        DependencyFailed,
        DependencyFailed,
        type(None),
    ]


def test_an_update_that_may_have_run_is_never_told_as_not_executed() -> None:
    """Its answer was lost with a write's; then the composition ends before it is repeated."""
    lost = iter([OutcomeUnknown("lost")])
    outcomes = play(
        [call(), call("update", Effect.REPEATABLE)],
        Portal(),
        halt=True,
        crash=lambda _: next(lost, None),
    )
    assert [type(outcome.error) for outcome in outcomes] == [OutcomeUnknown, OutcomeUnknown]

    lost = iter([OutcomeUnknown("lost")])
    refused_later = NotSent("no connection")
    outcomes = play(
        [call(), call("update", Effect.REPEATABLE)],
        Portal(),
        crash=lambda _: next(lost, refused_later),
    )
    assert [type(outcome.error) for outcome in outcomes] == [OutcomeUnknown, OutcomeUnknown]


def test_a_write_is_taken_once() -> None:
    made = call()
    play([made], Portal())
    with pytest.raises(InvalidCall, match="was sent before"):
        play([made], Portal())
    read = call("get", Effect.READ)
    play([read], Portal())
    play([read], Portal())


def test_a_write_that_was_surely_not_executed_may_be_taken_again() -> None:
    held, refused_one = call(), call("bad", y=0)
    outcomes = play([refused_one, call(), held], Portal(refuses("bad")), halt=True)
    assert isinstance(outcomes[2].error, NotExecuted)
    assert [outcome.ok for outcome in play([held], Portal())] == [True]


def test_what_was_not_sent_when_all_ends_may_be_sent_by_somebody_else() -> None:
    composition = Composition(new_lessons(), RetryPolicy())
    calls = [call() for _ in range(60)]
    composition.ledger.add(calls)
    composition.next_parcel(0.0)
    composition.ledger.close()
    assert [made.spent for made in calls] == [True] * 50 + [False] * 10


def refused(*calls: Call[int]) -> str:
    for made in calls:
        made.handed_over = True
    with pytest.raises(InvalidCall) as caught:
        play(calls, Portal())
    return str(caught.value)


def test_the_same_call_twice_is_refused() -> None:
    twice = call()
    assert "stands at places 0 and 2" in refused(twice, call(), twice)


def test_a_reference_to_a_call_elsewhere_is_refused() -> None:
    elsewhere = call("elsewhere")
    elsewhere.handed_over = True
    assert "needs elsewhere, which is not among the calls" in refused(
        call(), call(id=elsewhere.ref("id"))
    )
    assert "needs elsewhere, which is not among the calls" in refused(call().after(elsewhere))
