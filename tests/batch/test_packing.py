"""Which calls ride together: pure numbers in, batches out."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.batch.limits import BatchLimits
from bitrix_scrum_async.batch.packing import Load, Packing
from bitrix_scrum_async.calls import Claims

LIGHT: Load = (100, 0.5, {}, False)


def light(_number: int) -> Load:
    return LIGHT


def packed(edges: Mapping[int, Mapping[int, bool]]) -> Packing:
    """Let calls wait: those that need none together, as they come."""
    packing = Packing()
    for number in edges:
        if edges[number] or number % 3 == 0:
            packing.add(number, edges[number])
        else:
            packing.add_free(range(number, number + 1))
    return packing


def in_order(edges: Mapping[int, Mapping[int, bool]]) -> Packing:
    packing = Packing(in_order=True)
    for number in edges:
        packing.add(number, edges[number])
    packing.keep_order(edges)
    return packing


def batches(packing: Packing, limits: BatchLimits | None = None) -> list[list[int]]:
    """Every batch, when all calls succeed one batch after the other."""
    result: list[list[int]] = []
    while packing:
        taken = packing.take(limits or BatchLimits(), light)
        assert taken, "calls are left, but none may go"
        result.append(taken)
        packing.succeeded(taken)
    return result


@pytest.mark.parametrize(
    ("calls", "requests"), [(0, 0), (1, 1), (50, 1), (51, 2), (500, 10), (1_001, 21)]
)
def test_batches_are_full(calls: int, requests: int) -> None:
    result = batches(packed({number: {} for number in range(calls)}))
    assert len(result) == requests
    assert [number for batch in result for number in batch] == list(range(calls))


def test_many_that_came_together_are_each_there() -> None:
    packing = Packing()
    packing.add_free(range(1_200))
    packing.add(1_200, {})
    packing.add_free(range(1_201, 5_000))
    assert (len(packing), packing.ready) == (5_000, 5_000)
    assert packing.waits(4_999)
    assert packing.has(4_999)
    assert not packing.has(5_000)
    assert packing.withdraw(2_500)
    assert not packing.withdraw(2_500)
    assert not packing.waits(2_500)
    assert (len(packing), packing.ready) == (4_999, 5_000)  # it is passed over when it comes up
    result = [number for _ in range(50) for number in packing.take(BatchLimits(), light)]
    assert result == [number for number in range(2_501) if number != 2_500]
    assert packing.take(BatchLimits(), light) == [*range(2_501, 2_551)]
    packing.succeeded(result)
    assert packing.abandon() == [*range(2_551, 5_000)]
    assert len(packing) == 50


def test_a_dependent_rides_with_what_it_needs() -> None:
    assert batches(packed({0: {}, 1: {0: True}, 2: {0: True, 1: True}})) == [[0, 1, 2]]


def test_a_dependent_that_may_not_ride_waits_for_the_result() -> None:
    assert batches(packed({0: {}, 1: {0: False}, 2: {}})) == [[0, 2], [1]]


def test_a_chain_longer_than_a_batch_goes_on_in_the_next() -> None:
    chain = {n: ({n - 1: True} if n else {}) for n in range(120)}
    assert [len(batch) for batch in batches(packed(chain))] == [50, 50, 20]


def test_a_call_may_need_one_that_stands_behind_it() -> None:
    assert batches(packed({0: {1: True}, 1: {}})) == [[1, 0]]


def test_nothing_comes_while_all_that_is_left_waits_for_calls_in_flight() -> None:
    packing = packed({0: {}, 1: {0: False}})
    assert packing.take(BatchLimits(), light) == [0]
    assert packing.take(BatchLimits(), light) == []
    packing.succeeded([0])
    assert packing.take(BatchLimits(), light) == [1]


def test_a_rider_does_not_go_twice() -> None:
    packing = packed({0: {}, 1: {0: True}})
    assert packing.take(BatchLimits(), light) == [0, 1]
    packing.succeeded([0])
    assert packing.take(BatchLimits(), light) == []


def test_bytes_are_limited() -> None:
    packing = packed({number: {} for number in range(6)})
    limits = BatchLimits(max_bytes=1_000)
    assert packing.take(limits, lambda _: (300, 0.5, {}, False)) == [0, 1, 2]


def test_expected_working_time_is_limited() -> None:
    packing = packed({number: {} for number in range(6)})
    limits = BatchLimits(max_seconds=40.0)
    assert packing.take(limits, lambda _: (100, 15.0, {}, False)) == [0, 1]


def test_one_call_slower_than_the_limit_still_goes() -> None:
    packing = packed({0: {}, 1: {}})
    assert packing.take(BatchLimits(), lambda _: (100, 55.0, {}, False)) == [0]


def test_a_small_call_fills_the_gap_that_a_large_one_leaves() -> None:
    sizes = {0: 700, 1: 700, 2: 200}
    packing = packed({number: {} for number in sizes})
    limits = BatchLimits(max_bytes=1_000)
    assert packing.take(limits, lambda number: (sizes[number], 0.5, {}, False)) == [0, 2]
    assert packing.take(limits, lambda number: (sizes[number], 0.5, {}, False)) == [1]


@pytest.mark.parametrize("size", [None, 5_000])
def test_what_fits_in_no_batch_goes_alone(size: int | None) -> None:
    packing = packed({0: {}, 1: {}, 2: {}})
    limits = BatchLimits(max_bytes=1_000)

    def load(number: int) -> Load:
        return (size, 0.5, {}, False) if number == 1 else LIGHT

    assert [packing.take(limits, load) for _ in range(2)] == [[0, 2], [1]]


def test_calls_with_different_claims_stay_apart() -> None:
    claims: dict[int, Claims] = {
        0: {"sprint 5": "write"},
        1: {"sprint 5": "update"},
        2: {"sprint 5": "write", "sprint 6": "write"},
        3: {"sprint 7": "update"},
    }
    packing = packed({number: {} for number in claims})

    def load(number: int) -> Load:
        return (100, 0.5, claims[number], False)

    assert packing.take(BatchLimits(), load) == [0, 2, 3]
    assert packing.take(BatchLimits(), load) == [1]


def test_in_order_nothing_is_looked_past() -> None:
    sizes = {0: 700, 1: 700, 2: 200}
    packing = in_order({number: {} for number in sizes})
    limits = BatchLimits(max_bytes=1_000)

    def load(number: int) -> Load:
        return (sizes[number], 0.5, {}, False)

    assert packing.take(limits, load) == [0]
    assert packing.take(limits, load) == []
    packing.succeeded([0])
    assert packing.take(limits, load) == [1, 2]


def test_in_order_a_call_that_has_to_wait_holds_back_those_behind_it() -> None:
    packing = in_order({0: {}, 1: {0: False}, 2: {}})
    assert packing.take(BatchLimits(), light) == [0]
    packing.succeeded([0])
    assert packing.take(BatchLimits(), light) == [1, 2]


def test_in_order_only_what_is_needed_comes_before_its_turn() -> None:
    assert batches(in_order({0: {2: True}, 1: {}, 2: {}})) == [[2, 0, 1]]
    assert batches(in_order({0: {2: False}, 1: {}, 2: {}})) == [[2], [0, 1]]


def test_in_order_what_was_not_executed_goes_again_in_its_place() -> None:
    packing = in_order({n: {} for n in range(4)})
    limits = BatchLimits(max_commands=2)
    assert packing.take(limits, light) == [0, 1]
    packing.succeeded([0])
    packing.put_back(1)
    assert packing.take(limits, light) == [1, 2]


def test_a_failure_takes_out_all_that_depends_on_it_with_its_cause() -> None:
    packing = packed({0: {}, 1: {0: False}, 2: {1: True}, 3: {}, 4: {3: False, 2: True}})
    packing.take(BatchLimits(), light)
    packing.finish(0)
    assert packing.strand(0) == [(1, 0), (2, 1), (4, 2)]
    packing.succeeded([3])
    assert not packing


def test_a_long_chain_falls_without_recursion() -> None:
    packing = packed({n: ({n - 1: False} if n else {}) for n in range(10_000)})
    packing.finish(0)
    assert len(packing.strand(0)) == 9_999


@st.composite
def graphs(draw: st.DrawFn) -> dict[int, dict[int, bool]]:
    size = draw(st.integers(1, 150))
    return {
        number: draw(
            st.dictionaries(st.integers(0, number - 1), st.booleans(), max_size=3)
            if number
            else st.just({})
        )
        for number in range(size)
    }


@given(st.integers(1, 120), st.integers(1, 20), st.data())
def test_the_lowest_that_may_go_goes_first_whatever_came_back(
    size: int, commands: int, data: st.DataObject
) -> None:
    packing = Packing()
    packing.add_free(range(size))
    limits = BatchLimits(max_commands=commands)
    left = list(range(size))
    while left:
        taken = packing.take(limits, light)
        assert taken == left[:commands]
        back = [number for number in taken if data.draw(st.booleans())]
        packing.succeeded([number for number in taken if number not in back])
        for number in back:
            packing.put_back(number)
        left = sorted(back + left[commands:])
    assert not packing


@given(graphs(), st.integers(1, 50))
def test_every_call_goes_once_and_after_what_it_needs(
    edges: dict[int, dict[int, bool]], commands: int
) -> None:
    result = batches(packed(edges), BatchLimits(max_commands=commands))
    flat = [number for batch in result for number in batch]
    assert sorted(flat) == sorted(edges)
    where = {number: (b, p) for b, batch in enumerate(result) for p, number in enumerate(batch)}
    for number, needs in edges.items():
        for earlier, rides in needs.items():
            assert where[earlier] < where[number]
            assert rides or where[earlier][0] < where[number][0]
    assert all(len(batch) <= commands for batch in result)
