"""Calls that wait for a blocked method."""

import pytest

from bitrix_scrum_async.batch.holds import Holds
from bitrix_scrum_async.errors import OperationTimeLimit, PortalError, QueryLimitExceeded
from bitrix_scrum_async.transport.budget import OperatingBudget

BLOCKED = OperationTimeLimit("OPERATION_TIME_LIMIT", "blocked")
TOO_MANY = QueryLimitExceeded("QUERY_LIMIT_EXCEEDED", "Too many requests")


@pytest.fixture
def holds() -> Holds:
    return Holds(OperatingBudget(480.0))


def test_nobody_waits_to_begin_with(holds: Holds) -> None:
    assert not holds
    assert holds.blocked("m", 0.0) == 0.0
    assert holds.next_release(0.0) is None


@pytest.mark.parametrize(("error", "seconds"), [(BLOCKED, 60.0), (TOO_MANY, 1.0)])
def test_a_call_waits_until_its_method_is_free(
    holds: Holds, error: PortalError, seconds: float
) -> None:
    assert holds.refused("m", error, now=0.0) == seconds
    assert holds.blocked("other", 0.0) == 0.0
    assert holds.blocked("m", 0.0) == seconds
    holds.keep(7, "m")
    assert holds
    assert 7 in holds.numbers
    assert holds.next_release(0.0) == seconds
    assert holds.released(seconds - 0.1) == []
    assert holds.released(seconds) == [7]
    assert not holds


def test_calls_wait_for_moments_of_their_own(holds: Holds) -> None:
    holds.pause(1, 5.0, now=0.0)
    holds.pause(2, 3.0, now=0.0)
    holds.pause(3, 1.0, now=4.0)
    assert holds.next_release(0.0) == 3.0
    assert holds.released(2.9) == []
    assert holds.released(3.0) == [2]
    assert holds.released(5.0) == [1, 3]
    assert not holds


def test_the_first_to_be_free_counts_whatever_it_waits_for(holds: Holds) -> None:
    holds.refused("m", BLOCKED, now=0.0)
    holds.keep(1, "m")
    holds.pause(2, 5.0, now=0.0)
    assert holds.next_release(0.0) == 5.0
    assert holds.released(60.0) == [1, 2]


def test_a_pause_of_no_length_is_none(holds: Holds) -> None:
    holds.pause(7, 0.0, now=0.0)
    assert not holds


def test_without_waiting_nobody_is_held_and_the_seconds_are_told() -> None:
    holds = Holds(OperatingBudget(480.0), waiting=False)
    assert holds.refused("m", BLOCKED, now=0.0) == 60.0
    assert holds.blocked("m", 0.0) == 0.0
    holds.pause(7, 5.0, now=0.0)
    assert not holds
