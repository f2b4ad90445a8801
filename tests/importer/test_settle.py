"""Settling: one record found is adopted, none means not written, two are never guessed between."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import anyio
import pytest

from bitrix_scrum_async.calls import UNSET
from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.importer import Progress
from bitrix_scrum_async.importer.journal import (
    Entry,
    Intent,
    Journal,
    Settled,
    State,
    TaskMark,
)
from bitrix_scrum_async.importer.settle import Settling
from bitrix_scrum_async.session import PortalSession

pytestmark = pytest.mark.anyio


def intent(kind: str, key: str = "", name: str = "", xml_id: str = "", tag: str = "") -> Intent:
    """An intent in the group "shop"."""
    return Intent(
        kind=kind, group="shop", key=key, fingerprint="f", name=name, xml_id=xml_id, tag=tag
    )


def note(book: Journal, kind: str, key: str, id_: int) -> None:
    """Note a record that the import has made."""
    book.intend([intent(kind, key)])
    book.settle([Settled(kind, "shop", key, State.DONE, id=id_)])


async def settle(
    portal: PortalSession, book: Journal, *open_: Intent, caller: int = 1
) -> list[Entry | None]:
    """Settle open writes and give what is known of them then."""
    book.intend(open_)
    await Settling(
        portal=portal,
        journal=book,
        groups=frozenset({"shop"}),
        caller=caller,
        settle_after=0,
        on_progress=lambda _: None,
        now=lambda: 1000.0,
    ).run()
    return [book.entry(each.kind, "shop", each.key) for each in open_]


async def shop(portal: PortalSession, book: Journal) -> int:
    """Make our group."""
    group = await portal.groups.create(name="The shop", scrum_master_id=1)
    note(book, "group", "", group)
    return group


async def settled_epic(
    portal: PortalSession, journal: Path, names: Sequence[str], known: int | None = None
) -> Entry | None:
    """Settle the open write of the epic "Payment" in a group that holds some epics."""
    with Journal.open(journal, portal=portal.host) as book:
        group = await shop(portal, book)
        for name in names:
            await portal.epics.add(group, name=name)
        if known:
            note(book, "epic", "find", known)
        return (await settle(portal, book, intent("epic", "pay", "Payment")))[0]


async def test_one_record_is_adopted(portal: PortalSession, journal: Path) -> None:
    entry = await settled_epic(portal, journal, ["Search", "Payment"])
    assert entry is not None
    assert (entry.state, entry.id) == (State.DONE, 2)


async def test_none_was_not_written(portal: PortalSession, journal: Path) -> None:
    assert await settled_epic(portal, journal, ["Search", "Payments"]) is None


async def test_two_are_not_guessed_between(portal: PortalSession, journal: Path) -> None:
    entry = await settled_epic(portal, journal, ["Payment", "Search", "Payment"])
    assert entry is not None
    assert entry.state is State.INTENDED
    assert entry.error == "it may be what has the id 1, 3"


async def test_what_belongs_to_another_record_is_left_out(
    portal: PortalSession, journal: Path
) -> None:
    entry = await settled_epic(portal, journal, ["Payment", "Payment"], known=1)
    assert entry is not None
    assert (entry.state, entry.id) == (State.DONE, 2)


async def test_a_record_behind_the_first_page_is_found(
    portal: PortalSession, journal: Path
) -> None:
    entry = await settled_epic(portal, journal, [f"Epic {n}" for n in range(60)] + ["Payment"])
    assert entry is not None
    assert entry.id == 61


async def test_who_is_no_member_sees_no_epics_and_settles_none(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    """To whoever does not belong to the group its lists look empty, which proves nothing."""
    with Journal.open(journal, portal=portal.host) as book:
        group = await shop(portal, book)
        await portal.epics.add(group, name="Payment")
        async with PortalSession(emulator.new_webhook(7)) as other:
            (entry,) = await settle(other, book, intent("epic", "pay", "Payment"), caller=7)
    assert entry is not None
    assert entry.state is State.INTENDED
    assert "use the webhook that began the import" in (entry.error or "")


async def test_what_cannot_be_asked_for_stays_open(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("ERROR_CORE", match="tasks.api.scrum.epic.list", times=None)
    entry = await settled_epic(portal, journal, ["Payment"])
    assert entry is not None
    assert entry.state is State.INTENDED
    assert (entry.error or "").startswith("the portal could not be asked for it: ")


@pytest.mark.parametrize("keywords", ["import-1", "toys, import-1 ,games", "import-10,import-2"])
async def test_a_group_is_known_by_its_mark(
    keywords: str, portal: PortalSession, journal: Path
) -> None:
    """Whoever leads the group may have added keywords."""
    await portal.groups.create(name="The shop", scrum_master_id=1)
    made = await portal.groups.create(name="The shop", scrum_master_id=1, keywords=keywords)
    with Journal.open(journal, portal=portal.host) as book:
        (entry,) = await settle(portal, book, intent("group", "", "The shop", tag="import-1"))
    found = None if entry is None else entry.id
    assert found == (None if keywords.startswith("import-10") else made)


async def task(portal: PortalSession, group: int, title: str, xml_id: str, tag: str) -> int:
    """Make a task; give its id."""
    made = await portal.tasks.add(
        title,
        responsible_id=1,
        group_id=group,
        xml_id=xml_id or UNSET,
        tags=[tag] if tag else UNSET,
    )
    return made.id


A = intent("task", "a", "Pay", "shop/a")
B = intent("task", "b", "Pay", "shop/b")
TAGGED = intent("task", "a", "Pay", "shop/a", "import-1")
NAMESAKE = intent("task", "b", "Pay", "shop/b", "import-1")
OTHER = intent("task", "b", "Search", "shop/b", "import-1")
OPEN = 0
Row: TypeAlias = tuple[str, str, str]
# What is stored; title, XML_ID and tag of each task that stands in the group, ids begin at 1; the
# open writes; the ids that they get.
TASKS: dict[str, tuple[TaskMark | None, list[Row], list[Intent], list[int | None]]] = {
    "by XML_ID, whatever the title": (
        TaskMark.XML_ID,
        [("Pay", "", ""), ("Paid", "shop/a", "")],
        [A],
        [2],
    ),
    "two of one title by XML_ID": (
        TaskMark.XML_ID,
        [("Pay", "shop/b", ""), ("Pay", "shop/a", "")],
        [A, B],
        [2, 1],
    ),
    "a title proves nothing where XML_ID is stored": (
        TaskMark.XML_ID,
        [("Pay", "", "")],
        [A],
        [None],
    ),
    "the first one by XML_ID": (None, [("Pay", "shop/a", "")], [A], [1]),
    "the first one by its title": (None, [("Pay", "", "")], [A], [1]),
    "the first one, with a namesake": (None, [("Pay", "", ""), ("Pay", "", "")], [A], [OPEN]),
    "by tag and title": (
        TaskMark.TAG,
        [("Pay", "", ""), ("Pay", "", "import-1"), ("Search", "", "import-1")],
        [TAGGED, OTHER],
        [2, 3],
    ),
    "a title without the tag proves nothing": (TaskMark.TAG, [("Pay", "", "")], [TAGGED], [None]),
    "the one tagged task that is left, whose title was changed": (
        TaskMark.TAG,
        [("Pay it", "", "import-1"), ("Search", "", "import-1")],
        [TAGGED, OTHER],
        [1, 2],
    ),
    "one tagged task and two that it may be": (
        TaskMark.TAG,
        [("Pay it", "", "import-1")],
        [TAGGED, OTHER],
        [OPEN, OPEN],
    ),
    "two of one title in their order": (
        TaskMark.TAG,
        [("Pay", "", "import-1"), ("Pay", "", "import-1")],
        [TAGGED, NAMESAKE],
        [1, 2],
    ),
    "the first of two of one title": (
        TaskMark.TAG,
        [("Pay", "", "import-1")],
        [TAGGED, NAMESAKE],
        [1, None],
    ),
    "three that may be two": (
        TaskMark.TAG,
        [("Pay", "", "import-1")] * 3,
        [TAGGED, NAMESAKE],
        [OPEN, OPEN],
    ),
    "two of one title that was changed": (
        TaskMark.TAG,
        [("Pay it", "", "import-1"), ("Pay it", "", "import-1")],
        [TAGGED, NAMESAKE],
        [1, 2],
    ),
    "by title where nothing else is stored": (TaskMark.TITLE, [("Pay", "", "")], [A], [1]),
}


@pytest.mark.parametrize(("stored", "rows", "open_", "ids"), TASKS.values(), ids=TASKS.keys())
async def test_a_task_is_known_by_what_the_portal_stores(
    stored: TaskMark | None,
    rows: list[tuple[str, str, str]],
    open_: list[Intent],
    ids: list[int | None],
    portal: PortalSession,
    journal: Path,
) -> None:
    with Journal.open(journal, portal=portal.host) as book:
        group = await shop(portal, book)
        if stored:
            book.task_mark = stored
        for title, xml_id, tag in rows:
            await task(portal, group, title, xml_id, tag)
        entries = await settle(portal, book, *open_)
    assert [None if entry is None else entry.id or OPEN for entry in entries] == ids


async def test_a_group_that_was_renamed_meanwhile_is_adopted(
    portal: PortalSession, journal: Path
) -> None:
    with Journal.open(journal, portal=portal.host) as book:
        group = await portal.groups.create(
            name="Renamed", scrum_master_id=1, keywords="soap, import-1"
        )
        (entry,) = await settle(portal, book, intent("group", name="The shop", tag="import-1"))
    assert entry is not None
    assert (entry.state, entry.id) == (State.DONE, group)


async def test_a_lost_request_gets_its_time(
    portal: PortalSession, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty seconds from the moment when it had surely left."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(anyio, "sleep", sleep)
    told: list[Progress] = []

    async def look(now: float, *, lost: bool) -> None:
        with Journal.open(journal, portal=portal.host, now=lambda: 1000.0) as book:
            book.intend([intent("group", name="The shop", tag="import-1")])
            if lost:
                book.settle([Settled("group", "shop", "", State.INTENDED, error="lost")])
        with Journal.open(journal, portal=portal.host, now=lambda: now) as book:
            await Settling(
                portal=portal,
                journal=book,
                groups=frozenset({"shop"}),
                caller=1,
                settle_after=60,
                on_progress=told.append,
                now=lambda: now + 15,
            ).run()
            assert book.intended() == []

    await look(1005.0, lost=True)
    assert slept == [40.0]
    assert [(each.done, each.total) for each in told] == [(0, 40), (40, 40)]
    # Killed: it may have sent until another could take the journal.
    await look(5000.0, lost=False)
    assert slept == [40.0, 45.0]
    # The clock was set back.
    await look(100.0, lost=True)
    assert slept == [40.0, 45.0, 60]
