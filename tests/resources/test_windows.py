"""Long lists in few requests, however their ids lie and whatever comes and goes meanwhile."""

import math
import random
from bisect import bisect_right
from collections.abc import Callable, Iterable
from contextlib import aclosing
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.calls import Call
from bitrix_scrum_async.errors import BitrixScrumError, DecodeError, NotSent
from bitrix_scrum_async.records import Epic
from bitrix_scrum_async.resources import Epics, Rows
from bitrix_scrum_async.resources.rows import AHEAD

from ..fakes import RecordingSender

PAGE = 50


class Portal(RecordingSender):
    """A portal with one table of epics, which it may change after every page that it gives.

    Args:
        ids: The epics that are there.
        change: Changes the table.

    Attributes:
        ids: The epics that are there, ascending.
        throughout: Those that were there all the time.
        pages: How many pages were asked for.
        rows: How many rows it gave, besides those that tell where the list ends.
        fails: Tells by the number of the page whether it fails.
        heeds_ends: Whether it knows ``<=ID``.
    """

    def __init__(
        self, ids: Iterable[int], change: "Callable[[Portal], None] | None" = None
    ) -> None:
        super().__init__(self._page)
        self.ids = sorted(set(ids))
        self.throughout = set(self.ids)
        self.pages = 0
        self.rows = 0
        self.fails: Callable[[int], bool] = lambda _: False
        self.heeds_ends = True
        self._change = change

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return len(self.sent) - sum(self.batches) + len(self.batches)

    def add(self, n: int) -> None:
        """Put an epic into the table."""
        if n not in self.ids:
            self.ids.insert(bisect_right(self.ids, n), n)
            self.throughout.discard(n)

    def remove(self, n: int) -> None:
        """Take an epic from the table."""
        self.ids.remove(n)
        self.throughout.discard(n)

    def _page(self, call: Call[Any]) -> list[dict[str, Any]]:
        self.pages += 1
        if self.fails(self.pages):
            raise NotSent("no route", method=call.method)
        conditions, order = call.params["filter"], call.params["order"]["ID"]
        begin = bisect_right(self.ids, conditions[">ID"])
        end = len(self.ids)
        if self.heeds_ends and "<=ID" in conditions:
            end = bisect_right(self.ids, conditions["<=ID"])
        found = self.ids[begin:end][:PAGE] if order == "asc" else self.ids[begin:end][-PAGE:][::-1]
        self.rows += len(found) if order == "asc" else 0
        if self._change is not None:
            self._change(self)
        return [_epic(n) for n in found]


def _epic(n: int) -> dict[str, Any]:
    return {
        "id": n,
        "groupId": 1,
        "name": "E",
        "description": "",
        "createdBy": 1,
        "modifiedBy": 0,
        "color": "",
    }


async def read(rows: Rows[Epic]) -> list[int]:
    """Read to the end, through whatever fails."""
    found: list[int] = []
    while True:
        try:
            found.append((await anext(rows)).id)
        except StopAsyncIteration:
            return found
        except BitrixScrumError:
            continue


def spread(count: int, among: int) -> list[int]:
    """So many ids at random."""
    return sorted(random.Random(count + among).sample(range(1, among), count))


def bursts(count: int, size: int, gap: int) -> list[int]:
    """Ids in runs, as imports make them."""
    return [n // size * (size + gap) + n % size + 1 for n in range(count)]


DENSE_BEHIND_A_GAP = [*range(1, 101), *range(10**9, 10**9 + 4900)]
DENSE_BEHIND_SPARSE = [*range(1, 50 * 10**6, 10**6), *range(60 * 10**6, 60 * 10**6 + 4950)]
SPARSE_BEHIND_DENSE = [*range(1, 4001), *range(5000, 10**8, 10**5)]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("ids", "requests"),
    [
        (range(1, 50), 1),
        (range(1, 121), 2),
        (spread(120, 5000), 2),
        (spread(120, 10**9), 2),
        (range(1, 5001), 4),
        (range(10**6, 10**6 + 5000), 4),
        (range(7, 50007, 10), 5),
        (spread(5000, 50_000), 6),
        (spread(5000, 10**12), 6),
        (bursts(5000, 7, 300), 6),
        (bursts(5000, 60, 5000), 8),
        (DENSE_BEHIND_A_GAP, 5),
        (DENSE_BEHIND_SPARSE, 5),
        (SPARSE_BEHIND_DENSE, 6),
    ],
    ids=lambda value: f"{len(value)} rows" if not isinstance(value, int) else str(value),
)
async def test_few_requests_read_a_long_list(ids: Iterable[int], requests: int) -> None:
    portal = Portal(ids)
    assert await read(Epics(portal).all()) == [*ids]
    assert portal.requests <= requests


@pytest.mark.anyio
async def test_a_very_long_list_fills_its_batches() -> None:
    """Forty rows a page of fifty, and what overflowed."""
    portal = Portal(spread(100_000, 10**6))
    assert await read(Epics(portal).all()) == portal.ids
    assert portal.requests <= 1.2 * 100_000 / (40 * 50)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "ids",
    [
        [10**14 - int(1.02**n) for n in range(1600, 400, -1)],
        sorted({int(1.02**n) for n in range(1, 1600)}),
        bursts(20_000, 1000, 10**6),
        bursts(20_000, 500, 10**4),
    ],
    ids=["closer and closer", "farther and farther", "bursts", "narrow bursts"],
)
async def test_guesses_that_are_always_wrong_cost_no_more_than_page_after_page(
    ids: list[int],
) -> None:
    portal = Portal(ids)
    assert await read(Epics(portal).all()) == ids
    assert portal.requests <= len(ids) // PAGE + 1


@given(
    bends=st.lists(st.tuples(st.integers(1, 1500), st.integers(1, 10**6)), max_size=6),
    begin=st.integers(1, 10**9),
)
def test_a_list_costs_a_few_requests_for_each_bend_in_its_density(
    bends: list[tuple[int, int]], begin: int
) -> None:
    ids = [begin]
    for count, step in bends:
        ids += [ids[-1] + step * n for n in range(1, count + 1)]
    portal = Portal(ids)
    assert anyio.run(read, Epics(portal).all()) == ids
    assert portal.requests <= 2 + len(ids) / 1000 + 4 * len(bends)
    assert portal.requests <= len(ids) // PAGE + 1


@given(
    count=st.integers(0, 700),
    among=st.sampled_from([700, 5_000, 10**6]),
    seed=st.integers(0, 10**6),
    changes=st.integers(0, 8),
    failures=st.sets(st.integers(1, 60), max_size=8),
)
def test_what_stands_throughout_is_read_once_and_in_order(
    count: int, among: int, seed: int, changes: int, failures: set[int]
) -> None:
    """After every page rows come and go, in the middle and at the end, and pages fail."""
    chance = random.Random(seed)

    def change(portal: Portal) -> None:
        if portal.pages > 150:  # a list that grows as fast as it is read has no end
            return
        for _ in range(changes):
            if portal.ids and chance.random() < 0.5:
                portal.remove(chance.choice(portal.ids))
            else:
                newest = portal.ids[-1] if portal.ids else 0
                portal.add(chance.choice([newest + 1, chance.randrange(1, among + 1)]))

    portal = Portal(chance.sample(range(1, among + 1), count), change)
    portal.fails = failures.__contains__
    found = anyio.run(read, Epics(portal).all())
    assert found == sorted(set(found))
    assert portal.throughout <= set(found)


@given(
    ids=st.sets(st.integers(1, 3000), max_size=600),
    above=st.none() | st.integers(-5, 3005),
    upto=st.none() | st.integers(-5, 10**7),
    heeds_ends=st.booleans(),
)
def test_a_callers_own_ends_hold_and_a_portal_need_not_know_ours(
    ids: set[int], above: int | None, upto: int | None, heeds_ends: bool
) -> None:
    """Pages come in order from the last id on: what lies behind a window is only read again."""
    portal = Portal(ids)
    portal.heeds_ends = heeds_ends
    own = {">ID": above, "<=ID": upto}
    asked = {name: value for name, value in own.items() if value is not None}
    found = anyio.run(read, Epics(portal).all(filter=asked))
    least, most = -math.inf if above is None else above, math.inf if upto is None else upto
    assert found == [n for n in portal.ids if least < n <= most]


@pytest.mark.anyio
async def test_rows_behind_a_callers_own_end_stay_away_although_the_portal_gives_them() -> None:
    """It says that the list ends behind it, too."""
    portal = Portal(range(1, 3001))
    portal.heeds_ends = False
    assert await read(Epics(portal).all(filter={"<=ID": 1500})) == [*range(1, 1501)]


@pytest.mark.anyio
@pytest.mark.parametrize("count", [99, 100, 101, 5000])
@pytest.mark.parametrize("step", [1, 2**50])
async def test_ids_up_to_the_largest_number_there_is(count: int, step: int) -> None:
    portal = Portal(2**63 - 1 - step * n for n in range(count))
    assert await read(Epics(portal).all()) == portal.ids


@pytest.mark.anyio
async def test_a_row_that_came_last_of_all_is_read_too() -> None:
    """The end was looked up before it came."""

    def change(portal: Portal) -> None:
        if portal.pages == 10:
            for n in range(2000, 2300):
                portal.add(n)

    portal = Portal(range(1, 1001), change)
    assert await read(Epics(portal).all()) == portal.ids
    assert portal.ids[-1] == 2299


@pytest.mark.anyio
async def test_a_window_that_failed_raises_at_its_turn_and_alone_is_asked_again() -> None:
    portal = Portal(range(1, 1001))
    portal.fails = {13, 14}.__contains__  # the third and the fourth window of the second batch
    rows = Epics(portal).all()
    found = [(await anext(rows)).id for _ in range(537)]
    assert portal.batches == [9, 12]
    with pytest.raises(NotSent):
        await anext(rows)
    asked_before = len(portal.sent)
    found += await read(rows)
    assert found == portal.ids
    again = [call.params["filter"][">ID"] for call in portal.sent[asked_before:]]
    failed = [call.params["filter"][">ID"] for call in portal.sent[12:14]]
    assert again == failed


@pytest.mark.anyio
async def test_not_to_learn_where_a_list_ends_loses_nothing() -> None:
    portal = Portal(range(1, 1001))
    portal.fails = lambda _: portal.sent[-1].params["order"]["ID"] == "desc"
    assert await read(Epics(portal).all()) == portal.ids


@pytest.mark.anyio
async def test_rows_out_of_order_in_a_window_are_found_out() -> None:
    pages = [[_epic(n) for n in range(1, 51)], [_epic(60), _epic(59)]]
    rows = Epics(RecordingSender(lambda _: pages.pop(0) if pages else [])).all()
    with pytest.raises(DecodeError, match="did not heed"):
        async for _ in rows:
            pass


@pytest.mark.anyio
async def test_who_leaves_early_pays_for_a_few_pages() -> None:
    portal = Portal(range(1, 100_001))
    async with aclosing(Epics(portal).all()) as rows:
        for _ in range(200):
            await anext(rows)
    assert (portal.requests, portal.pages) == (2, 10)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "ids", [range(1, 30_001), spread(30_000, 10**6), bursts(30_000, 500, 9999)]
)
async def test_few_rows_are_held_however_long_the_list_is(ids: Iterable[int]) -> None:
    portal = Portal(ids)
    rows = Epics(portal).all()
    read_so_far = most = 0
    async for _ in rows:
        read_so_far += 1
        most = max(most, portal.rows - read_so_far)
    assert read_so_far == len(portal.ids)
    assert most <= PAGE * AHEAD
