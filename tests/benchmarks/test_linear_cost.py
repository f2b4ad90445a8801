"""Costs of growing numbers: what counts of several rounds."""

from benchmarks.linear_cost import spread, there_and_back, typical


def test_a_round_in_which_the_machine_was_slow_counts_for_nothing() -> None:
    rounds = [
        {1_000: 30.0, 100_000: 33.0},
        {1_000: 60.0, 100_000: 66.0},  # slow all the time
        {1_000: 28.0, 100_000: 84.0},  # slow when it was the turn of the second
    ]
    found = typical(rounds)
    assert found[1_000] == 30.0
    assert abs(found[100_000] - 33.0) < 1e-9


def test_as_many_calls_are_made_of_each_number_around_the_most() -> None:
    plan = there_and_back([1_000, 100_000, 10_000])
    assert plan == [*reversed(plan)]
    assert plan[2] == (100_000, 1)
    for number in (1_000, 10_000, 100_000):
        assert sum(count * times for count, times in plan if count == number) == 100_000


def test_costs_are_apart_by_the_highest_over_the_lowest() -> None:
    assert spread({1_000: 40.0, 10_000: 30.0, 100_000: 33.0}) == 40 / 30
