"""Under halt nothing is sent after the first error, and nothing overtakes."""

from bitrix_scrum_async.calls import Effect
from bitrix_scrum_async.errors import DependencyFailed, NotExecuted, NotSaved, SprintNotFound
from tests.batch.playing import Fields, Number, Portal, call, play, refuses

from .failures import ERROR, Denying


def test_halt_sends_nothing_after_the_first_error() -> None:
    portal = Portal(refuses("x=52&"))
    outcomes = play([call(x=n, y=0) for n in range(120)], portal, halt=True)
    assert len(portal.executed) == 52
    assert len(portal.requests) == 2
    assert isinstance(outcomes[52].error, SprintNotFound)
    assert {type(outcome.error) for outcome in outcomes[53:]} == {NotExecuted}


def test_halt_repeats_in_order_and_lets_nothing_overtake() -> None:
    replies = iter([ERROR, ERROR])
    portal = Portal(lambda text: next(replies, None) if text.startswith("get") else None)
    calls = [call("first"), call("get", Effect.READ), call("third"), call("fourth")]
    outcomes = play(calls, portal, halt=True)
    assert all(outcome.ok for outcome in outcomes)
    assert portal.executed == ["first", "get", "third", "fourth"]


def test_halt_lets_nothing_overtake_a_call_that_waits() -> None:
    portal = Portal(refuses("second"))
    first = call("first", shape=Number(immediate=False))
    second = call("second", id=first.ref("id"), end=0)
    outcomes = play([first, second, call("third")], portal, halt=True)
    assert portal.executed == ["first?"] or "third?" not in portal.executed
    assert isinstance(outcomes[2].error, NotExecuted)


def test_halt_ends_behind_a_failure_that_hides_in_a_success() -> None:
    portal = Denying()
    hidden = call("kanban", shape=Number(may_hide_failure=True))
    outcomes = play([hidden, call("a"), call("b")], portal, halt=True)
    assert portal.executed == ["kanban?"]
    assert [type(outcome.error) for outcome in outcomes] == [NotSaved, NotExecuted, NotExecuted]


def test_halt_sends_nothing_again_once_a_call_has_missed_a_value() -> None:
    """One of a batch gives no value for a later call, while another is to go again."""
    busy = {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}
    portal = Portal(lambda text: busy if text.startswith("busy") else None)
    first = call(shape=Fields("nowhere"))
    outcomes = play([first, call("busy"), call(x=first.ref("nowhere"))], portal, halt=True)
    assert [type(outcome.error) for outcome in outcomes] == [
        type(None),
        NotExecuted,
        DependencyFailed,
    ]
    assert len(portal.requests) == 1
