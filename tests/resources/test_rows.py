"""Reading lists to their end while others change them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import aclosing
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.calls import Call
from bitrix_scrum_async.errors import BitrixScrumError, DecodeError, InvalidCall, NotSent
from bitrix_scrum_async.records import Epic
from bitrix_scrum_async.resources import Epics, Rows
from bitrix_scrum_async.resources.rows import AHEAD
from bitrix_scrum_async.resources.windows import TOGETHER

from ..fakes import RecordingSender

pytestmark = pytest.mark.anyio

NO_CHANGE: Mapping[int, bool] = {}


def ids_of(group_id: int) -> range:
    """The epics of group 1 are 1000, 1001, ..."""
    return range(group_id * 1000, (group_id + 1) * 1000)


def group_of(epic_id: int) -> int:
    return epic_id // 1000


class Table:
    """A table of epics, of which the portal gives 50 rows a page; what is planned changes it.

    Args:
        ids: The epics that are there.
        changes: For each page, what changes after it: ids to add or remove.
    """

    def __init__(self, ids: Iterable[int], changes: Iterable[Mapping[int, bool]] = ()) -> None:
        self.ids = set(ids)
        self.throughout = set(self.ids)
        self.given = 0
        self._changes = iter(changes)

    def answer(self, call: Call[Any]) -> list[dict[str, Any]]:
        """A page, and then the next change."""
        conditions = call.params["filter"]
        above, least = conditions[">ID"], conditions.get(">=ID", 0)
        most = conditions.get("<=ID", max(self.ids, default=0))
        group = conditions.get("GROUP_ID")
        there = self.ids if group is None else self.ids.intersection(ids_of(group))
        descending = call.params["order"]["ID"] == "desc"
        wanted = sorted((n for n in there if above < n <= most and n >= least), reverse=descending)
        wanted = wanted[:50]
        for n, comes in next(self._changes, NO_CHANGE).items():
            (self.ids.add if comes else self.ids.discard)(n)
            self.throughout.discard(n)
        self.given += 0 if descending else len(wanted)
        return [_epic(n) for n in wanted]


def _epic(n: int) -> dict[str, Any]:
    return {
        "id": n,
        "groupId": group_of(n),
        "name": f"Epic {n}",
        "description": "",
        "createdBy": 1,
        "modifiedBy": 0,
        "color": "",
    }


def rows_in(groups: Iterable[int], count: int) -> list[int]:
    """The ids of so many epics in each group, one group after the other."""
    return [n for group in groups for n in ids_of(group)[:count]]


def failing(
    table: Table, fails: Callable[[Call[Any]], bool], times: int
) -> Callable[[Call[Any]], Any]:
    """Answers from a table, of which some fail for so many times."""
    left = [times]

    def answer(call: Call[Any]) -> Any:
        if left[0] and fails(call):
            left[0] -= 1
            raise NotSent("no route", method=call.method)
        return table.answer(call)

    return answer


async def read(rows: Rows[Epic]) -> list[int]:
    return [epic.id async for epic in rows]


@pytest.mark.parametrize(
    ("count", "batches"),
    [(0, []), (49, []), (50, [9]), (51, [9]), (230, [9]), (400, [9]), (1000, [9, 12])],
)
async def test_a_short_first_page_is_all_and_more_come_together(
    count: int, batches: list[int]
) -> None:
    """The ninth is the page that tells where the list ends."""
    sender = RecordingSender(Table(range(1, count + 1)).answer)
    assert await read(Epics(sender).all()) == list(range(1, count + 1))
    assert sender.batches == batches
    assert len(sender.sent) == 1 + sum(batches)


@given(
    ids=st.sets(st.integers(1, 400), max_size=230),
    changes=st.lists(st.dictionaries(st.integers(1, 400), st.booleans()), max_size=8),
)
def test_what_stands_throughout_is_read_once(
    ids: set[int], changes: list[Mapping[int, bool]]
) -> None:
    table = Table(ids, changes)
    found = anyio.run(read, Epics(RecordingSender(table.answer)).all())
    assert len(found) == len(set(found))
    assert table.throughout <= set(found)


async def test_a_callers_own_condition_on_ids_holds() -> None:
    table = Table(range(1, 121))
    sender = RecordingSender(table.answer)
    assert await read(Epics(sender).all(filter={">ID": 100})) == list(range(101, 121))
    assert await read(Epics(sender).all(filter={">=id": 119})) == [119, 120]
    assert await read(Epics(sender).all(filter={">ID": "118"})) == [119, 120]
    assert await read(Epics(sender).all(filter={">ID": -5, "<GROUP_ID": 9})) == list(range(1, 121))
    assert await read(Epics(sender).all(filter={"<=ID": 115})) == list(range(1, 116))
    assert await read(Epics(sender).all(filter={">ID": 7, "<=ID": 10**12})) == list(range(8, 121))
    assert await read(Epics(sender).all(filter={"<=ID": -3})) == []


async def test_reading_can_stop_early() -> None:
    sender = RecordingSender(Table(range(1, 231)).answer)
    async with aclosing(Epics(sender).all()) as rows:
        async for epic in rows:
            if epic.id == 60:
                break
    assert sender.batches == [9]
    assert await read(rows) == []


async def test_reading_ends_once_and_for_all() -> None:
    table = Table({1, 2})
    rows = Epics(RecordingSender(table.answer)).all()
    assert await read(rows) == [1, 2]
    table.ids.add(3)
    assert await read(rows) == []


async def test_an_error_keeps_the_place() -> None:
    table = Table(range(1, 61))
    sender = RecordingSender(failing(table, lambda call: call.params["filter"][">ID"] == 50, 1))
    rows = Epics(sender).all()
    found = [(await anext(rows)).id for _ in range(50)]
    with pytest.raises(NotSent):
        await anext(rows)
    found += await read(rows)
    assert found == list(range(1, 61))


async def test_nothing_is_asked_before_the_first_row_is_wanted() -> None:
    sender = RecordingSender()
    Epics(sender).all()
    Epics(sender).all(group_ids=[1, 2])
    assert sender.sent == []


async def test_a_portal_that_ignores_the_filter_is_found_out() -> None:
    """Else the first page would come again and again."""
    sender = RecordingSender(lambda _: [_epic(n) for n in range(1, 51)])
    with pytest.raises(DecodeError, match="did not heed"):
        await read(Epics(sender).all())


async def test_a_reference_in_a_filter_is_refused_as_all_sends_at_once() -> None:
    epic = Epics(RecordingSender()).get(1)
    epic.handed_over = True
    with pytest.raises(InvalidCall, match="await that one"):
        Epics(RecordingSender()).all(filter={"GROUP_ID": epic.ref("group_id")})


@pytest.mark.parametrize(
    ("groups", "count", "batches"),
    [
        (120, 49, [50, 50, 20]),
        (120, 0, [50, 50, 20]),
        (50, 50, [50, 50]),
        (100, 60, [50, 50, 50, 50]),
        (2, 230, [2, 18]),
        (10, 500, [10, 50, 50, 13]),
    ],
)
async def test_pages_of_many_groups_travel_together(
    groups: int, count: int, batches: list[int]
) -> None:
    ids = rows_in(range(1, groups + 1), count)
    sender = RecordingSender(Table(ids).answer)
    assert await read(Epics(sender).all(group_ids=range(1, groups + 1))) == ids
    assert sender.batches == batches
    assert len(sender.sent) == sum(batches)


async def test_groups_come_in_the_order_given_and_each_once() -> None:
    sender = RecordingSender(Table(rows_in(range(1, 6), 3)).answer)
    rows = Epics(sender).all(group_ids=iter([4, 2, 4, 5, 2]))
    assert await read(rows) == rows_in([4, 2, 5], 3)
    assert [call.params["filter"]["GROUP_ID"] for call in sender.sent] == [4, 2, 5]


async def test_conditions_hold_in_every_group() -> None:
    sender = RecordingSender(Table(rows_in([1, 2], 3)).answer)
    rows = Epics(sender).all(group_ids=[1, 2], filter={">=ID": 1002, "%NAME": "Epic"})
    assert await read(rows) == [1002, 2000, 2001, 2002]
    assert {call.params["filter"]["%NAME"] for call in sender.sent} == {"Epic"}


async def test_no_groups_are_no_rows_and_no_request() -> None:
    sender = RecordingSender()
    assert await read(Epics(sender).all(group_ids=[])) == []
    assert sender.sent == []


async def test_pages_are_asked_for_only_as_they_are_needed() -> None:
    sender = RecordingSender(Table(rows_in(range(1, 121), 3)).answer)
    async with aclosing(Epics(sender).all(group_ids=range(1, 121))) as rows:
        for _ in range(150):
            await anext(rows)
        assert sender.batches == [50]
        await anext(rows)
        assert sender.batches == [50, 50]
    with pytest.raises(StopAsyncIteration):
        await anext(rows)
    assert sender.batches == [50, 50]


async def test_few_pages_are_held_however_many_groups_there_are() -> None:
    """Some groups have many pages and some have none."""
    sizes = {group: (0, 40, 120, 700)[group % 4] for group in range(1, 201)}
    ids = [n for group, size in sizes.items() for n in ids_of(group)[:size]]
    table = Table(ids)
    sender = RecordingSender(table.answer)
    found: list[int] = []
    most = 0
    async for epic in Epics(sender).all(group_ids=sizes):
        found.append(epic.id)
        most = max(most, table.given - len(found))
    assert found == ids
    assert 50 * TOGETHER < most <= 50 * (AHEAD + 1)
    asked = Counter(call.params["filter"]["GROUP_ID"] for call in sender.sent)
    assert all(asked[group] == 1 for group, size in sizes.items() if size < 50)
    assert len(sender.sent) < 1.25 * sum(size // 50 + 1 for size in sizes.values())


async def test_the_error_of_a_group_is_raised_when_its_turn_comes() -> None:
    ids = rows_in(range(1, 4), 2)
    sender = RecordingSender(
        failing(Table(ids), lambda call: call.params["filter"]["GROUP_ID"] == 2, 2)
    )
    rows = Epics(sender).all(group_ids=[1, 2, 3])
    found = [(await anext(rows)).id for _ in range(2)]
    for _ in range(2):
        with pytest.raises(NotSent):
            await anext(rows)
    found += await read(rows)
    assert found == ids
    assert [call.params["filter"]["GROUP_ID"] for call in sender.sent] == [1, 2, 3, 2, 2]


async def test_a_lost_batch_is_one_error_and_all_is_asked_again() -> None:
    ids = rows_in(range(1, 6), 2)
    sender = RecordingSender(failing(Table(ids), lambda _: True, 5))
    rows = Epics(sender).all(group_ids=range(1, 6))
    with pytest.raises(NotSent):
        await anext(rows)
    assert await read(rows) == ids
    assert sender.batches == [5, 5]


@pytest.mark.parametrize("readers", [2, 7])
async def test_tasks_that_read_together_share_the_rows(readers: int) -> None:
    ids = rows_in(range(1, 6), 120)
    sender = Slow(Table(ids).answer)
    rows = Epics(sender).all(group_ids=range(1, 6))
    found: list[int] = []

    async def take() -> None:
        async for epic in rows:
            found.append(epic.id)
            await checkpoint()

    async with anyio.create_task_group() as tasks:
        for _ in range(readers):
            tasks.start_soon(take)
    assert sorted(found) == ids
    assert sender.batches == sender.batches[:2]


async def test_reading_goes_on_where_it_was_cancelled() -> None:
    ids = rows_in(range(1, 6), 120)
    sender = Slow(Table(ids).answer)
    rows = Epics(sender).all(group_ids=range(1, 6))
    found: list[int] = []
    for _ in range(3):
        with anyio.CancelScope() as sender.next_is_cancelled:
            while True:
                found.append((await anext(rows)).id)
    assert sender.cancelled == 3
    assert [*found, *await read(rows)] == ids


class Slow(RecordingSender):
    """Lets other tasks run before it answers, or is cancelled there.

    Attributes:
        next_is_cancelled: What the next request cancels.
    """

    next_is_cancelled: anyio.CancelScope | None = None
    cancelled = 0

    async def send(self, call: Call[Any]) -> Any:
        call.handed_over = True
        await self._wait()
        return await super().send(call)

    async def batch(self, *calls: Call[Any], return_exceptions: bool) -> tuple[Any, ...]:
        for call in calls:
            call.handed_over = True
        await self._wait()
        return await super().batch(*calls, return_exceptions=return_exceptions)

    async def _wait(self) -> None:
        scope, self.next_is_cancelled = self.next_is_cancelled, None
        if scope is not None:
            scope.cancel()
            self.cancelled += 1
        await checkpoint()


async def test_what_a_batch_itself_raises_keeps_the_place() -> None:
    ids = rows_in(range(1, 6), 2)
    sender = Broken(Table(ids).answer)
    rows = Epics(sender).all(group_ids=range(1, 6))
    with pytest.raises(NotSent):
        await anext(rows)
    assert await read(rows) == ids


class Broken(RecordingSender):
    """Breaks down at the first batch."""

    async def batch(self, *calls: Call[Any], return_exceptions: bool) -> tuple[Any, ...]:
        if not self.batches:
            self.batches.append(0)
            for call in calls:
                call.handed_over = True
            raise NotSent("broken")
        return await super().batch(*calls, return_exceptions=return_exceptions)


IDS = st.integers(1, 12).flatmap(lambda group: st.sampled_from(ids_of(group)[:150]))


@given(
    blocks=st.lists(st.tuples(st.integers(1, 12), st.integers(0, 120)), max_size=12),
    changes=st.lists(st.dictionaries(IDS, st.booleans(), max_size=10), max_size=40),
    failures=st.sets(st.integers(0, 40), max_size=5),
    groups=st.lists(st.integers(1, 12), max_size=20),
)
def test_in_many_groups_too_what_stands_throughout_is_read_once(
    blocks: list[tuple[int, int]],
    changes: list[Mapping[int, bool]],
    failures: set[int],
    groups: list[int],
) -> None:
    table = Table({n for group, count in blocks for n in rows_in([group], count)}, changes)
    pages = iter(range(10_000))
    sender = RecordingSender(failing(table, lambda _: next(pages) in failures, 5))
    found = anyio.run(read_on, Epics(sender).all(group_ids=groups))
    assert len(found) == len(set(found))
    assert {n for n in table.throughout if group_of(n) in groups} <= set(found)
    order = {group: place for place, group in enumerate(dict.fromkeys(groups))}
    assert found == sorted(found, key=lambda n: (order[group_of(n)], n))


async def read_on(rows: Rows[Epic]) -> list[int]:
    """Read to the end, through whatever fails."""
    found: list[int] = []
    while True:
        try:
            found.append((await anext(rows)).id)
        except StopAsyncIteration:
            return found
        except BitrixScrumError:
            continue
