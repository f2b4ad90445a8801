"""Settling: one record found is adopted, none means not written, two are never guessed between."""

from pathlib import Path

import anyio
import pytest

from bitrix_scrum_async.importer import Progress
from bitrix_scrum_async.importer.journal import Entry, Journal, Settled, State
from bitrix_scrum_async.importer.settle import Settling
from bitrix_scrum_async.session import PortalSession
from tests.importer import plans

pytestmark = pytest.mark.anyio


async def settled(
    portal: PortalSession, journal: Path, names: list[str], known: tuple[Settled, ...] = ()
) -> Entry | None:
    """Settle the open write of the epic "pay" in a group that holds some epics."""
    group = await portal.groups.create(name="The shop", scrum_master_id=1)
    for name in names:
        await portal.epics.add(group, name=name)
    with Journal.open(journal, portal=portal.host) as book:
        done = (Settled("group", "shop", "", State.DONE, id=group), *known)
        book.intend([(each.kind, each.group, each.key, "f") for each in done])
        book.settle(done)
        book.intend([("epic", "shop", "pay", "f")])
        await Settling(
            portal=portal,
            journal=book,
            plan=plans.load(),
            settle_after=0,
            on_progress=lambda _: None,
        ).run()
        return book.entry("epic", "shop", "pay")


async def test_one_record_is_adopted(portal: PortalSession, journal: Path) -> None:
    entry = await settled(portal, journal, ["Search", "Payment"])
    assert entry is not None
    assert (entry.state, entry.id) == (State.DONE, 2)


async def test_none_was_not_written(portal: PortalSession, journal: Path) -> None:
    assert await settled(portal, journal, ["Search", "Payments"]) is None


async def test_two_are_not_guessed_between(portal: PortalSession, journal: Path) -> None:
    entry = await settled(portal, journal, ["Payment", "Payment"])
    assert entry is not None
    assert entry.state is State.INTENDED


async def test_what_belongs_to_another_record_is_left_out(
    portal: PortalSession, journal: Path
) -> None:
    other = Settled("epic", "shop", "find", State.DONE, id=1)
    entry = await settled(portal, journal, ["Payment", "Payment"], (other,))
    assert entry is not None
    assert (entry.state, entry.id) == (State.DONE, 2)


async def test_a_lost_request_gets_its_time(
    portal: PortalSession, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(anyio, "sleep", sleep)
    told: list[Progress] = []
    with Journal.open(journal, portal=portal.host, now=lambda: 1000.0) as book:
        book.intend([("group", "shop", "", "f")])
        await Settling(
            portal=portal,
            journal=book,
            plan=plans.load(),
            settle_after=60,
            on_progress=told.append,
            now=lambda: 1015.0,
        ).run()
        assert book.intended() == []
    assert slept == [45.0]
    assert [(each.done, each.total) for each in told] == [(0, 45), (45, 45)]
