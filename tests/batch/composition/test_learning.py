"""What a portal shows of its limits decides how the next calls are sent."""

from bitrix_scrum_async.batch.parcels import Parcel
from bitrix_scrum_async.calls import Effect
from bitrix_scrum_async.errors import BitrixScrumError, PortalError
from bitrix_scrum_async.transport.envelope import Answer
from bitrix_scrum_async.transport.request import Request
from tests.batch.playing import Portal, call, in_turn, new_lessons, play

from .failures import LOST


def test_a_method_refused_in_a_batch_is_sent_alone_and_remembered() -> None:
    error = {"error": "ERROR_BATCH_METHOD_NOT_ALLOWED", "error_description": "Not allowed"}
    portal = Portal(lambda text: error if text == "odd" else None)  # "odd?" when alone
    lessons = new_lessons()
    outcomes = play([call(), call("odd"), call()], portal, lessons=lessons)
    assert all(outcome.ok for outcome in outcomes)
    assert [len(parcel.numbers) for parcel in portal.requests] == [3, 1]
    play([call(), call("odd"), call()], portal, lessons=lessons)
    assert [len(parcel.numbers) for parcel in portal.requests[2:]] == [2, 1]


def test_a_portal_that_runs_fewer_commands_gets_fewer() -> None:
    class Short(Portal):
        def answer(self, parcel: Parcel) -> Answer:
            kept = dict(list(parcel.request.params.get("cmd", {}).items())[:20])
            answer = super().answer(
                Parcel(
                    numbers=parcel.numbers,
                    calls=parcel.calls,
                    request=Request("batch", {"halt": 0, "cmd": kept}, Effect.WRITE),
                    commands=parcel.commands,
                )
            )
            over = {"error": "ERROR_BATCH_LENGTH_EXCEEDED", "error_description": "Max batch"}
            errors = {key: over for key in parcel.request.params["cmd"] if key not in kept}
            return Answer(result={**answer.result, "result_error": errors or []})

    portal = Short()
    outcomes = play([call(x=n) for n in range(50)], portal)
    assert all(outcome.ok for outcome in outcomes)
    assert [len(parcel.numbers) for parcel in portal.requests] == [50, 20, 10]
    assert len(portal.executed) == 50


def test_a_body_refused_for_its_size_is_split() -> None:
    portal = Portal()

    def too_large(parcel: Parcel) -> BitrixScrumError | None:
        if parcel.size > 4_000:
            return PortalError("HTTP_413", "a page", status=413, method="batch")
        return None

    lessons = new_lessons()
    outcomes = play(
        [call(x="y" * 500, n=n) for n in range(20)], portal, crash=too_large, lessons=lessons
    )
    assert all(outcome.ok for outcome in outcomes)
    assert len(portal.executed) == 20
    assert lessons.limits.max_bytes < 6_000


def test_a_server_that_finds_every_body_too_large_is_not_asked_for_ever() -> None:
    sent: list[Parcel] = []

    def too_large(parcel: Parcel) -> BitrixScrumError:
        sent.append(parcel)
        return PortalError("HTTP_413", "a page", status=413, method=parcel.request.method)

    outcomes = play([call(x=n) for n in range(20)], Portal(), crash=too_large)
    assert {type(outcome.error) for outcome in outcomes} == {PortalError}
    assert len(sent) < 40


def test_what_commands_took_decides_how_many_share_the_next_batch() -> None:
    class Slow(Portal):
        def answer(self, parcel: Parcel) -> Answer:
            answer = super().answer(parcel)
            if not parcel.commands:
                return Answer(result=answer.result, time={"duration": 2.0})
            times = {key: {"duration": 2.0} for key in parcel.request.params["cmd"]}
            return Answer(result={**answer.result, "result_time": times})

    for first in (2, 1):  # in a batch, and alone
        lessons, portal = new_lessons(), Slow()
        play([call() for _ in range(first)], portal, lessons=lessons)
        play([call() for _ in range(50)], portal, lessons=lessons)
        assert [len(parcel.numbers) for parcel in portal.requests[1:]] == [20, 20, 10]


def test_a_batch_that_was_cut_off_is_not_repeated_at_the_same_size() -> None:
    """Commands of two seconds; the portal cuts at sixty, whatever it has done."""
    portal = Portal()

    def cut(parcel: Parcel) -> BitrixScrumError | None:
        parcel.request.seconds = min(60.0, 2.0 * len(parcel.numbers))
        return LOST if 2.0 * len(parcel.numbers) > 60.0 else None

    outcomes = play([call("get", Effect.READ, n=n) for n in range(50)], portal, crash=cut)
    assert all(outcome.ok for outcome in outcomes)
    assert [len(parcel.numbers) for _, parcel in portal.sent] == [50, 33, 17, 22, 11]


def test_a_connection_that_dropped_at_once_teaches_nothing() -> None:
    portal = Portal()
    lessons = new_lessons()
    reads = [call("get", Effect.READ) for _ in range(50)]
    play(reads, portal, crash=in_turn(LOST), lessons=lessons)
    assert [len(parcel.numbers) for _, parcel in portal.sent] == [50, 50]
    assert lessons.expected_seconds("get") == 0.5
