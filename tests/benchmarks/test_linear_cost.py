"""Costs of growing numbers: what counts of several rounds."""

from benchmarks.linear_cost import typical


def test_a_round_in_which_the_machine_was_slow_counts_for_nothing() -> None:
    rounds = [
        {1_000: 30.0, 100_000: 33.0},
        {1_000: 60.0, 100_000: 66.0},  # slow all the time
        {1_000: 28.0, 100_000: 84.0},  # slow when it was the turn of the second
    ]
    found = typical(rounds)
    assert found[1_000] == 30.0
    assert abs(found[100_000] - 33.0) < 1e-9
