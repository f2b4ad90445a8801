"""Any calls and any failures: one outcome each, nothing twice, nothing lost, no end of waiting."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.batch.parcels import Parcel
from bitrix_scrum_async.calls import Call, Effect
from bitrix_scrum_async.errors import (
    DependencyFailed,
    InternalServerError,
    NotExecuted,
    OutcomeUnknown,
    SprintNotFound,
)
from bitrix_scrum_async.transport.envelope import Answer
from bitrix_scrum_async.transport.retry import RetryPolicy, was_not_executed
from tests.batch.playing import Number, Portal, call, play, refuses, with_results


@st.composite
def graphs(draw: st.DrawFn) -> list[tuple[list[int], list[int], bool]]:
    """For each call: what it refers to, what it comes after, and whether it may be leaned on."""
    size = draw(st.integers(2, 130))

    def earlier(number: int, most: int) -> list[int]:
        return draw(st.lists(st.integers(0, number - 1), max_size=most)) if number else []

    return [(earlier(n, 2), earlier(n, 1), draw(st.booleans())) for n in range(size)]


@given(graphs(), st.frozensets(st.integers(0, 129), max_size=8))
def test_each_call_has_one_outcome_whatever_fails(
    graph: list[tuple[list[int], list[int], bool]], failing: frozenset[int]
) -> None:
    """No dependent of a failure is sent, and all that does not depend on one is done once."""
    calls = built(graph, [Effect.WRITE] * len(graph))
    portal = Portal(refuses(*(f"?x={n}&" for n in failing)))
    outcomes = play(calls, portal)
    doomed: set[int] = set()
    for number, (needs, before, _) in enumerate(graph):
        if doomed.intersection(needs + before):
            doomed.add(number)
            assert isinstance(outcomes[number].error, DependencyFailed)
        elif number in failing:
            doomed.add(number)
            assert isinstance(outcomes[number].error, SprintNotFound)
    done = executed(portal)
    assert sorted(done.elements()) == [n for n in range(len(calls)) if n not in doomed]


TROUBLES = st.tuples(
    st.sampled_from(["crash", "lose", "fail", "fail after", "leave out", "expire"]),
    st.integers(0, 49),
)
ERROR = {"error": "INTERNAL_SERVER_ERROR", "error_description": ""}
EXPIRED = {"error": "expired_token", "error_description": ""}


class Troubled(Portal):
    """A portal with trouble at its first requests.

    It ends a request before the command at a place, by an error for all or without an answer; or
    the command there fails, fails although it was done, is left out of the answer, or is told that
    the token has expired.
    """

    def __init__(self, troubles: list[tuple[str, int]]) -> None:
        super().__init__()
        self.troubles = troubles

    def answer(self, parcel: Parcel) -> Answer:
        kind, place = self.troubles.pop(0) if self.troubles else ("none", 0)
        if not parcel.commands:
            return self._alone(parcel, kind, place)
        struck = list(parcel.request.params["cmd"])[place % len(parcel.commands)]
        results: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for key, text in parcel.request.params["cmd"].items():
            if key == struck and kind in ("crash", "lose"):
                raise CRASHED if kind == "crash" else LOST
            if key != struck or kind in ("fail after", "leave out", "none"):
                results[key] = {"id": self.execute(with_results(text, results))}
            if key == struck and kind in ("fail", "fail after", "expire"):
                results.pop(key, None)
                errors[key] = EXPIRED if kind == "expire" else ERROR
                if parcel.request.params["halt"]:
                    break
        if kind == "leave out":
            del results[struck]
        return Answer(result={"result": results or [], "result_error": errors or []})

    def _alone(self, parcel: Parcel, kind: str, place: int) -> Answer:
        done = None if kind in ("crash", "fail") and place % 2 else super().answer(parcel)
        if done is None or kind in ("crash", "fail", "fail after"):
            raise CRASHED
        if kind in ("lose", "leave out"):
            raise LOST
        return done  # a token that has expired is the sender's business


CRASHED = InternalServerError("INTERNAL_SERVER_ERROR", "", status=500)
LOST = OutcomeUnknown("lost")


@given(
    graphs(),
    st.lists(st.sampled_from(list(Effect)), min_size=1, max_size=10),
    st.lists(TROUBLES, max_size=4),
    st.booleans(),
)
def test_trouble_that_ends_costs_only_writes_and_does_nothing_twice(
    graph: list[tuple[list[int], list[int], bool]],
    effects: list[Effect],
    troubles: list[tuple[str, int]],
    halt: bool,
) -> None:
    """As many attempts as there is trouble and one more: whatever may be repeated succeeds."""
    calls = built(graph, [effects[n % len(effects)] for n in range(len(graph))])
    portal = Troubled([*troubles])
    outcomes = play(calls, portal, halt=halt, retry=RetryPolicy(attempts=len(troubles) + 1))
    done = executed(portal)
    unlucky: set[int] = set()
    for number, (needs, before, _) in enumerate(graph):
        error, effect = outcomes[number].error, calls[number].effect
        if effect is Effect.WRITE:
            assert done[number] <= 1
        if error is None:
            assert done[number] >= 1
            continue
        if was_not_executed(error) and effect is not Effect.READ:
            assert done[number] == 0
        if unlucky.intersection(needs + before):
            assert isinstance(error, (DependencyFailed, NotExecuted, OutcomeUnknown))
        elif halt and not isinstance(error, OutcomeUnknown):
            assert isinstance(error, NotExecuted)
            assert any(isinstance(outcome.error, OutcomeUnknown) for outcome in outcomes)
        elif halt:
            assert effect is not Effect.READ
        else:
            assert effect is Effect.WRITE
            assert isinstance(error, OutcomeUnknown)
        unlucky.add(number)


def built(graph: list[tuple[list[int], list[int], bool]], effects: list[Effect]) -> list[Call[int]]:
    """The calls of a graph; each carries its number as `x`."""
    calls: list[Call[int]] = []
    for number, (needs, before, immediate) in enumerate(graph):
        ids = [calls[n].ref("id") for n in needs]
        shape = Number(immediate=immediate)
        made = call("do", effects[number], x=number, shape=shape, end=0, ids=ids or "")
        calls.append(made.after(*(calls[n] for n in before)) if before else made)
    return calls


def executed(portal: Portal) -> Counter[int]:
    """How often each call was executed."""
    return Counter(int(text.partition("x=")[2].partition("&")[0]) for text in portal.executed)
