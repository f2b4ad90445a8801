"""Reading back: whatever differs from the plan is found and named."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.importer import Importer, JournalError, Verification, verify
from bitrix_scrum_async.importer.journal import Journal
from bitrix_scrum_async.session import PortalSession
from tests.importer import plans

pytestmark = pytest.mark.anyio

Ids: TypeAlias = Callable[[str, str], int]


async def look(portal: PortalSession, journal: Path) -> list[str]:
    """Return what differs from the small plan."""
    found = await verify(portal, plans.load(), journal=journal)
    return [str(difference) for difference in found.differences]


@pytest.fixture
async def ids(portal: PortalSession, journal: Path) -> Ids:
    """Import the small plan; give the ids of its records."""
    assert (await Importer(portal, journal=journal).run(plans.load())).complete

    def find(kind: str, key: str = "") -> int:
        with Journal.open(journal, portal=portal.host) as known:
            entry = known.entry(kind, "shop", key)
            assert entry is not None
            assert entry.id is not None
            return entry.id

    return find


Change: TypeAlias = Callable[[PortalSession, Ids], Awaitable[Any]]

CHANGES: dict[str, tuple[Change, str]] = {
    "a group's text": (
        lambda portal, ids: portal.groups.update(ids("group", ""), description="Buys things"),
        "group shop description: planned 'Sells things', found 'Buys things'",
    ),
    "an epic's name": (
        lambda portal, ids: portal.epics.update(ids("epic", "pay"), name="Pay"),
        "epic shop/pay name: planned 'Payment', found 'Pay'",
    ),
    "an epic gone": (
        lambda portal, ids: portal.epics.delete(ids("epic", "find")),
        "epic shop/find: planned one, found none",
    ),
    "a sprint's status": (
        lambda portal, ids: portal.sprints.update(ids("sprint", "s3"), status="completed"),
        "sprint shop/s3 status: planned 'planned', found 'completed'",
    ),
    "a stage's name": (
        lambda portal, ids: portal.kanban.update_stage(ids("stage", "s2/To do"), name="Soon"),
        (
            "board shop/s2 stages: planned [('To do', 'NEW'), ('Review', 'WORK'), "
            "('Shipped', 'FINISH')], "
            "found [('Soon', 'NEW'), "
        ),
    ),
    "a stage's colour": (
        lambda portal, ids: portal.kanban.update_stage(ids("stage", "s2/To do"), color="ffffff"),
        "board shop/s2 colors: planned {'To do': '00C4FB'}, found {'To do': 'FFFFFF'}",
    ),
    "another scrum master": (
        lambda portal, ids: portal.groups.update(ids("group", ""), scrum_master_id=2),
        "group shop scrum_master: planned 1, found 2",
    ),
    "a task's text": (
        lambda portal, ids: portal.tasks.update(ids("task", "T-1"), description=" "),
        "task shop/T-1 description: planned '', found ' '",
    ),
    "a task done": (
        lambda portal, ids: portal.tasks.complete(ids("task", "T-6")),
        "task shop/T-6 done: planned False, found True",
    ),
    "a task in another place": (
        lambda portal, ids: portal.scrum_tasks.update(
            ids("task", "T-5"), entity_id=ids("sprint", "s1")
        ),
        "place shop/T-5 sprint: planned ",
    ),
    "story points": (
        lambda portal, ids: portal.scrum_tasks.update(ids("task", "T-5"), story_points="5"),
        "place shop/T-5 story_points: planned '3', found '5'",
    ),
    "one task more": (
        lambda portal, ids: portal.tasks.add(
            title="More", responsible_id=1, group_id=ids("group", "")
        ),
        ": planned none, found one more",
    ),
    "one sprint more": (
        lambda portal, ids: portal.sprints.add(
            ids("group", ""),
            name="More",
            created_by=1,
            date_start=plans.load().groups[0].sprints[0].start,
            date_end=plans.load().groups[0].sprints[0].end,
        ),
        ": planned none, found one more",
    ),
}


@pytest.mark.parametrize(("change", "said"), CHANGES.values(), ids=CHANGES.keys())
async def test_a_change_in_the_portal_is_found(
    change: Change, said: str, portal: PortalSession, ids: Ids, journal: Path
) -> None:
    await change(portal, ids)
    found = await look(portal, journal)
    assert said in found[0]


async def test_a_card_in_another_stage_is_found(
    portal: PortalSession, ids: Ids, journal: Path
) -> None:
    sprint_id, task_id = ids("sprint", "s2"), ids("task", "T-4")
    await portal.kanban.delete_task(sprint_id, task_id=task_id)
    await portal.kanban.add_task(sprint_id, task_id=task_id, stage_id=ids("stage", "s2/Review"))
    (found,) = await look(portal, journal)
    assert found == "card shop/T-4 stage: planned 'To do', found 'Review'"


async def test_a_group_that_was_made_twice_is_found(
    portal: PortalSession, ids: Ids, journal: Path
) -> None:
    made = await portal.groups.get(ids("group", ""))
    await portal.groups.create(name=made.name, scrum_master_id=1, keywords="another import")
    double = await portal.groups.create(
        name=made.name, scrum_master_id=1, keywords=made.keywords or ""
    )
    assert await look(portal, journal) == [f"group shop/#{double}: planned none, found one more"]


async def test_a_member_that_is_missing_is_found(
    portal: PortalSession, ids: Ids, journal: Path
) -> None:
    plan = plans.load(plans.group(members=[2, 3, 4]))
    (found,) = (await verify(portal, plan, journal=journal)).differences
    assert str(found) == "group shop members: planned [1, 2, 3, 4], found [1, 2, 3]"


async def test_a_group_that_is_gone_is_found(
    portal: PortalSession, ids: Ids, journal: Path
) -> None:
    await portal.groups.delete(ids("group", ""))
    assert (await look(portal, journal))[0] == (
        "group shop: planned one, found none: the portal does not show it"
    )


async def test_what_was_never_imported_is_missing(portal: PortalSession, journal: Path) -> None:
    Journal.open(journal, portal=portal.host).close()
    assert await look(portal, journal) == ["group shop: planned one, found none"]


async def test_without_a_journal_nothing_is_compared_and_none_begun(
    portal: PortalSession, journal: Path
) -> None:
    with pytest.raises(JournalError, match="there is no journal"):
        await look(portal, journal)
    assert not list(journal.parent.iterdir())


async def test_the_journal_of_another_portal_is_refused(
    portal: PortalSession, ids: Ids, journal: Path
) -> None:
    async with Emulator() as other, PortalSession(other.webhook) as elsewhere:
        with pytest.raises(JournalError):
            await look(elsewhere, journal)


async def test_many_tasks_are_read_in_few_requests(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    tasks = [{"key": f"T-{n}", "title": f"Task {n}"} for n in range(120)]
    groups = [plans.group(key, tasks=tasks, sprints=[]) for key in ("a", "b", "c")]
    plan = plans.load(*groups)
    await Importer(portal, journal=journal).run(plan)
    emulator.clear_requests()
    found = await verify(portal, plan, journal=journal)
    assert found.same
    assert found.checked["task"] == 360
    # profile; groups, their namesakes, epics and sprints; three pages of tasks; 3 x 120 places.
    assert len(emulator.requests) <= 1 + 4 + 3 + 9


def test_a_verification_is_plain_json() -> None:
    assert Verification(checked={"task": 1}).as_json() == {
        "same": True,
        "checked": {"task": 1},
        "differences": [],
        "unseen": {},
    }


@pytest.mark.parametrize(("shown", "unseen"), [("moved", 1), ("none", 3)])
async def test_cards_that_the_portal_does_not_show_are_no_differences(
    shown: str, unseen: int, journal: Path
) -> None:
    async with Emulator(task_stage_id=shown) as emulator, PortalSession(emulator.webhook) as portal:
        await Importer(portal, journal=journal).run(plans.load())
        found = await verify(portal, plans.load(), journal=journal)
        assert found.same
        assert found.unseen == {"card": unseen}
