"""Calls that wait for a blocked method."""

import pytest

from bitrix_scrum_async.batch.holds import Holds
from bitrix_scrum_async.errors import OperationTimeLimit, PortalError, QueryLimitExceeded
from bitrix_scrum_async.transport.limits import OperatingBudget

BLOCKED = OperationTimeLimit("OPERATION_TIME_LIMIT", "blocked")
TOO_MANY = QueryLimitExceeded("QUERY_LIMIT_EXCEEDED", "Too many requests")


@pytest.fixture
def holds() -> Holds:
    return Holds(OperatingBudget(480.0), patience=100.0)


def test_nobody_waits_to_begin_with(holds: Holds) -> None:
    assert not holds
    assert holds.seconds("m", 0.0) == 0.0
    assert holds.next_release(0.0) is None


@pytest.mark.parametrize(("error", "seconds"), [(BLOCKED, 60.0), (TOO_MANY, 1.0)])
def test_a_refused_call_waits_until_its_method_is_free(
    holds: Holds, error: PortalError, seconds: float
) -> None:
    assert holds.refused(7, "m", error, now=0.0)
    assert holds.seconds("other", 0.0) == 0.0
    assert holds.keep(7, "m", now=0.0) is None
    assert holds
    assert holds.next_release(0.0) == seconds
    assert holds.released(seconds - 0.1) == []
    assert holds.released(seconds) == [7]
    assert not holds


def test_patience_counts_from_the_first_refusal(holds: Holds) -> None:
    assert holds.refused(7, "m", BLOCKED, now=0.0)
    assert not holds.refused(7, "m", BLOCKED, now=60.0)
    assert holds.refused(8, "m", BLOCKED, now=60.0)


def test_a_method_blocked_for_longer_than_a_call_may_wait_is_an_error() -> None:
    holds = Holds(OperatingBudget(480.0), patience=10.0)
    holds.refused(1, "m", BLOCKED, now=0.0)
    error = holds.keep(2, "m", now=0.0)
    assert isinstance(error, OperationTimeLimit)
    assert "another 60 s" in str(error)
    assert not holds


def test_a_call_with_an_outcome_is_forgotten(holds: Holds) -> None:
    holds.refused(7, "m", BLOCKED, now=0.0)
    holds.forget(7)
    assert holds.refused(7, "m", BLOCKED, now=60.0)
