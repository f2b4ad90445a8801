"""The working time of methods."""

import pytest

from bitrix_scrum_async.transport.budget import OperatingBudget


def test_a_method_is_free_until_the_portal_says_otherwise() -> None:
    assert OperatingBudget(480.0).wait("tasks.task.add", 0.0) == 0.0


def test_a_refused_method_is_held_until_the_last_known_reset() -> None:
    budget = OperatingBudget(480.0)
    time = {"finish": 1_790_580_000.0, "operating_reset_at": 1_790_580_300, "operating": 470}
    budget.learn("tasks.task.add", time, now=50.0)
    assert budget.wait("tasks.task.add", 50.0) == 0.0
    budget.refused("tasks.task.ADD", now=60.0)
    assert budget.wait("tasks.task.add", 60.0) == 290.0
    assert budget.wait("tasks.task.add", 351.0) == 0.0


def test_without_a_known_reset_it_is_asked_again_after_a_minute() -> None:
    budget = OperatingBudget(480.0)
    budget.refused("m", now=0.0)
    assert budget.wait("m", 0.0) == 60.0
    assert budget.wait("m", 60.0) == 0.0


def test_a_sum_above_the_limit_holds_the_method_before_it_is_refused() -> None:
    budget = OperatingBudget(480.0)
    time = {"finish": 1_000.0, "operating_reset_at": 1_100, "operating": 480.5}
    budget.learn("m", time, now=0.0)
    assert budget.wait("m", 0.0) == 100.0


def test_of_a_row_of_accounts_the_last_that_tells_counts() -> None:
    budget = OperatingBudget(480.0)
    full = {"finish": 1_000.0, "operating_reset_at": 1_100, "operating": 481.0}
    silent = {"finish": 1_000.0, "operating_reset_at": 1_090}
    budget.learn("m", full, silent, {}, now=0.0)
    assert budget.wait("m", 0.0) == 90.0
    budget.learn("n", full, {**full, "operating": 3.0}, now=0.0)
    assert budget.wait("n", 0.0) == 0.0


def test_other_methods_go_on() -> None:
    budget = OperatingBudget(480.0)
    budget.refused("m", now=0.0)
    assert budget.wait("n", 0.0) == 0.0


@pytest.mark.parametrize(
    "time",
    [
        {},
        {"operating": 500},
        {"operating_reset_at": None, "finish": 1.0},
        {"operating_reset_at": "soon", "finish": 1.0},
        {"operating_reset_at": True, "finish": 1.0},
    ],
)
def test_an_account_with_gaps_blocks_nothing(time: dict[str, object]) -> None:
    budget = OperatingBudget(480.0)
    budget.learn("m", time, now=0.0)
    assert budget.wait("m", 0.0) == 0.0
