"""Durations of methods, learned."""

import pytest

from bitrix_scrum_async.batch.pace import Pace


def test_a_method_not_measured_counts_as_half_a_second() -> None:
    assert Pace().expected("m") == 0.5


def test_the_first_measurement_counts_whole_and_later_ones_move_it() -> None:
    pace = Pace()
    pace.learn("m", {"duration": 2.0})
    assert pace.expected("m") == 2.0
    pace.learn("m", {"duration": 1.0})
    assert 1.0 < pace.expected("m") < 2.0
    assert pace.expected("other") == 0.5


@pytest.mark.parametrize("time", [{}, {"duration": None}, {"duration": "1"}, {"duration": -1}])
def test_an_account_without_a_duration_teaches_nothing(time: dict[str, object]) -> None:
    pace = Pace()
    pace.learn("m", time)
    assert pace.expected("m") == 0.5


def test_a_bound_from_below_raises_and_never_lowers() -> None:
    pace = Pace()
    pace.at_least("m", 0.2)
    assert pace.expected("m") == 0.5
    pace.at_least("M", 1.2)
    assert pace.expected("m") == 1.2
    pace.at_least("m", 0.7)
    assert pace.expected("m") == 1.2
    pace.learn("m", {"duration": 0.2})
    assert pace.expected("m") < 1.2


def test_a_row_of_accounts_counts_like_one_after_the_other() -> None:
    together, apart = Pace(), Pace()
    times: list[dict[str, float]] = [
        {"duration": 2.0},
        {},
        {"duration": 1.0},
        {"duration": -1.0},
        {"duration": 5},
    ]
    together.learn("m", *times)
    for time in times:
        apart.learn("m", time)
    assert together.expected("m") == apart.expected("m") == pytest.approx(2.44)
