"""Reading a list to its end while others change it."""

from collections.abc import Iterable, Mapping
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.calls import Call
from bitrix_scrum_async.errors import DecodeError, InvalidCall, NotSent
from bitrix_scrum_async.records import Epic
from bitrix_scrum_async.resources import Epics, Rows

from ..fakes import RecordingSender

pytestmark = pytest.mark.anyio


class Table:
    """A table of epics, of which the portal gives 50 rows a page; what is planned changes it."""

    def __init__(self, ids: set[int], changes: Iterable[Mapping[int, bool]] = ()) -> None:
        self.ids = set(ids)
        self.throughout = set(ids)
        self._changes = iter(changes)

    def answer(self, call: Call[Any]) -> list[dict[str, Any]]:
        """A page, and then the next change: ids to add or remove."""
        conditions = call.params["filter"]
        wanted = sorted(
            n for n in self.ids if n > conditions[">ID"] and n >= conditions.get(">=ID", 0)
        )
        nothing: Mapping[int, bool] = {}
        for n, there in next(self._changes, nothing).items():
            (self.ids.add if there else self.ids.discard)(n)
            self.throughout.discard(n)
        return [_epic(n) for n in wanted[:50]]


def _epic(n: int) -> dict[str, Any]:
    return {
        "id": n,
        "groupId": 143,
        "name": f"Epic {n}",
        "description": "",
        "createdBy": 1,
        "modifiedBy": 0,
        "color": "",
    }


async def read(rows: Rows[Epic]) -> list[int]:
    return [epic.id async for epic in rows]


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (49, 1), (50, 2), (51, 2), (230, 5)])
async def test_the_first_short_page_is_the_last(count: int, requests: int) -> None:
    sender = RecordingSender(Table(set(range(1, count + 1))).answer)
    assert await read(Epics(sender).all()) == list(range(1, count + 1))
    assert len(sender.sent) == requests


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
    table = Table(set(range(1, 121)))
    sender = RecordingSender(table.answer)
    assert await read(Epics(sender).all(filter={">ID": 100})) == list(range(101, 121))
    assert await read(Epics(sender).all(filter={">=id": 119})) == [119, 120]
    assert await read(Epics(sender).all(filter={">ID": "118"})) == [119, 120]
    assert await read(Epics(sender).all(filter={">ID": -5, "<GROUP_ID": 9})) == list(range(1, 121))


async def test_reading_can_stop_early() -> None:
    sender = RecordingSender(Table(set(range(1, 231))).answer)
    rows = Epics(sender).all()
    async for epic in rows:
        if epic.id == 60:
            break
    await rows.aclose()
    assert len(sender.sent) == 2
    assert await read(rows) == []


async def test_reading_ends_once_and_for_all() -> None:
    table = Table({1, 2})
    rows = Epics(RecordingSender(table.answer)).all()
    assert await read(rows) == [1, 2]
    table.ids.add(3)
    assert await read(rows) == []


async def test_an_error_keeps_the_place() -> None:
    table = Table(set(range(1, 61)))
    failures = iter([False, True, False])

    def answer(call: Call[Any]) -> Any:
        if next(failures):
            raise NotSent("no route", method=call.method)
        return table.answer(call)

    rows = Epics(RecordingSender(answer)).all()
    found = [(await anext(rows)).id for _ in range(50)]
    with pytest.raises(NotSent):
        await anext(rows)
    found += await read(rows)
    assert found == list(range(1, 61))


async def test_nothing_is_asked_before_the_first_row_is_wanted() -> None:
    sender = RecordingSender()
    Epics(sender).all()
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
