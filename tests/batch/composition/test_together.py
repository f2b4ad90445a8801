"""Which calls share a batch, and which go alone."""

import pytest

from bitrix_scrum_async.calls import Call, Claims, Effect, build_call
from bitrix_scrum_async.errors import SprintNotFound
from tests.batch.playing import Nobody, Number, Portal, call, play, refuses


def test_no_calls_make_no_request() -> None:
    portal = Portal()
    assert play([], portal) == []
    assert portal.requests == []


def test_one_call_goes_alone_as_json() -> None:
    portal = Portal()
    play([call(x=1)], portal)
    assert [(parcel.request.method, parcel.request.params) for parcel in portal.requests] == [
        ("add", {"x": 1})
    ]


def test_independent_calls_fill_a_batch_without_halt() -> None:
    portal = Portal()
    outcomes = play([call(x=n) for n in range(60)], portal)
    assert [len(parcel.numbers) for parcel in portal.requests] == [50, 10]
    assert [parcel.request.params["halt"] for parcel in portal.requests] == [0, 0]
    assert all(outcome.ok for outcome in outcomes)


def test_a_failing_call_costs_its_neighbours_nothing() -> None:
    portal = Portal(refuses("x=3&", "x=7&"))
    outcomes = play([call(x=n, y=0) for n in range(50)], portal)
    assert [n for n, outcome in enumerate(outcomes) if not outcome.ok] == [3, 7]
    assert isinstance(outcomes[3].error, SprintNotFound)
    assert outcomes[3].error.call is outcomes[3].call
    assert len(portal.requests) == 1


def test_a_text_that_the_portal_would_rewrite_goes_alone() -> None:
    portal = Portal()
    play([call(x=1), call(x="$result[c0][id]"), call(x=2)], portal)
    assert [(parcel.request.method, len(parcel.numbers)) for parcel in portal.requests] == [
        ("batch", 2),
        ("add", 1),
    ]
    assert portal.requests[1].request.params == {"x": "$result[c0][id]"}


def test_more_variables_than_php_reads_go_alone() -> None:
    portal = Portal()
    play([call(x=1), call(ids=list(range(1001))), call(ids=list(range(1000)))], portal)
    assert [len(parcel.numbers) for parcel in portal.requests] == [2, 1]


@pytest.mark.parametrize("method", ["batch", "upload", "download"])
def test_what_the_portal_refuses_in_a_batch_goes_alone(method: str) -> None:
    portal = Portal()
    play([call(), call(method), call()], portal)
    assert [len(parcel.numbers) for parcel in portal.requests] == [2, 1]


def test_what_goes_alone_is_not_written_as_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Call, "command", property(lambda _: pytest.fail("it was written")))
    portal = Portal()
    play([call("upload", x=1), call("upload", x=2)], portal)
    assert [parcel.request.params for parcel in portal.requests] == [{"x": 1}, {"x": 2}]


def test_writes_to_one_sprint_stay_apart_where_a_cache_could_hold_it() -> None:
    portal = Portal()
    first = call("sprint.add")
    start = build_call(
        Nobody(),
        "sprint.start",
        {"id": first.ref("id")},
        effect=Effect.WRITE,
        shape=Number(),
        claims={("sprint", first): object()},
    )
    play([first, start], portal)
    assert [parcel.request.method for parcel in portal.requests] == ["sprint.add", "sprint.start"]


def test_each_call_that_is_referred_to_counts_as_written_to() -> None:
    """B.8: also a later one of its method in a batch."""
    portal = Portal()
    made = [call() for _ in range(3)]
    claims: list[Claims] = [{("sprint", each): object()} for each in made]
    changes = [
        build_call(
            Nobody(),
            "change",
            {"id": each.ref("id")},
            effect=Effect.WRITE,
            shape=Number(),
            claims=claim,
        )
        for each, claim in zip(made, claims, strict=True)
    ]
    play([*made, *changes], portal)
    assert [len(parcel.numbers) for parcel in portal.requests] == [3, 3]
