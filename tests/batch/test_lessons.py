"""What a session learns about batches."""

import pytest

from bitrix_scrum_async.batch.bundle import Failed, Lost, Replies
from bitrix_scrum_async.batch.lessons import Lessons
from bitrix_scrum_async.batch.limits import BatchLimits
from bitrix_scrum_async.errors import (
    BatchLengthExceeded,
    BatchMethodNotAllowed,
    OperationTimeLimit,
)
from bitrix_scrum_async.transport.budget import OperatingBudget


@pytest.fixture
def lessons() -> Lessons:
    return Lessons(BatchLimits(), OperatingBudget(480.0))


@pytest.mark.parametrize("method", ["batch", "upload", "download", "BATCH"])
def test_some_methods_are_known_to_go_alone(lessons: Lessons, method: str) -> None:
    assert lessons.goes_alone(method)


def test_a_refused_method_is_remembered_whatever_its_case(lessons: Lessons) -> None:
    assert not lessons.goes_alone("some.Method")
    lessons.refused_in_batch("some.Method")
    assert lessons.goes_alone("SOME.method")


def test_limits_only_get_smaller(lessons: Lessons) -> None:
    lessons.too_long(20)
    lessons.too_long(30)
    assert lessons.limits.max_commands == 20
    lessons.too_large(400_000, commands=50)
    assert lessons.limits.max_bytes == 200_000
    lessons.too_large(900_000, commands=50)
    assert lessons.limits.max_bytes == 200_000


def test_limits_never_get_useless(lessons: Lessons) -> None:
    lessons.too_long(0)
    assert lessons.limits.max_commands == 1


def test_a_small_body_that_is_too_large_means_fewer_commands(lessons: Lessons) -> None:
    for commands in (10, 5, 2, 1):
        lessons.too_large(300, commands)
    assert lessons.limits.max_bytes >= 1_000
    assert lessons.limits.max_commands == 1


def test_an_account_teaches_both_duration_and_working_time(lessons: Lessons) -> None:
    time = {"duration": 2.0, "finish": 100.0, "operating_reset_at": 160, "operating": 481.0}
    lessons.took("m", time, now=0.0)
    assert lessons.expected_seconds("m") == 2.0
    assert lessons.budget.wait("m", 0.0) == 60.0


def test_a_batch_that_was_cut_off_teaches_that_its_methods_take_long(lessons: Lessons) -> None:
    lessons.took("slow", {"duration": 3.0}, now=0.0)
    lessons.took_at_least(["slow", "other", "other", "new"], 8.0)
    assert lessons.expected_seconds("slow") == 3.0
    assert lessons.expected_seconds("other") == 2.0
    assert lessons.expected_seconds("new") == 2.0


def test_replies_teach_what_goes_alone_and_how_many_go_together(lessons: Lessons) -> None:
    methods = [*["m"] * 19, "odd", "m", "m", "m"]
    replies = Replies(
        results=[1] * 19 + [None] * 4,
        times=[{"duration": 2.0}] * 19 + [{}] * 4,
        troubles={
            19: Failed(BatchMethodNotAllowed("X", "")),
            20: Failed(BatchLengthExceeded("X", "")),
            21: Failed(BatchLengthExceeded("X", "")),
            22: Lost(),
        },
    )
    lessons.heard(methods, replies, now=0.0)
    assert lessons.expected_seconds("m") == 2.0
    assert lessons.goes_alone("odd")
    assert lessons.limits.max_commands == 20


def test_a_method_is_one_however_it_is_spelled(lessons: Lessons) -> None:
    times = [{"duration": 1.0}, {"duration": 2.0}, {"duration": 3.0}]
    lessons.heard(["add", "Add", "add"], Replies([1, 2, 3], times, {}), now=0.0)
    assert lessons.expected_seconds("ADD") == pytest.approx(1.0 + 0.2 + 0.2 * 1.8)


def test_what_worked_teaches_though_many_failed_behind_it(lessons: Lessons) -> None:
    """Such is a batch whose method used up its working time: the failed have no account."""
    account = {"duration": 2.0, "finish": 100.0, "operating_reset_at": 400, "operating": 479.0}
    failed = Failed(OperationTimeLimit("OPERATION_TIME_LIMIT", ""))
    troubles = dict.fromkeys(range(25, 50), failed)
    replies = Replies([1] * 25 + [None] * 25, [account] * 25 + [None] * 25, troubles)
    lessons.heard(["m"] * 50, replies, now=0.0)
    assert lessons.expected_seconds("m") == 2.0
    lessons.budget.refused("m", 0.0)
    assert lessons.budget.wait("m", 0.0) == 300.0


def test_the_newest_accounts_count(lessons: Lessons) -> None:
    times = [{"duration": 9.0}] * 30 + [{"duration": 1.0}] * 20
    lessons.heard(["m"] * 50, Replies([1] * 50, times, {}), now=0.0)
    assert lessons.expected_seconds("m") < 1.2
