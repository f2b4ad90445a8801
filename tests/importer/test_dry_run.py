"""A dry run tells what an import would do, and writes nothing."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bitrix_scrum_async.emulator import Command, Emulator, Request
from bitrix_scrum_async.errors import InsufficientScope
from bitrix_scrum_async.importer import DryRun, Importer, JournalError, Plan, PlanError, Verdict
from bitrix_scrum_async.importer.journal import Journal
from bitrix_scrum_async.importer.plan import Defaults, EpicPlan, GroupPlan, TaskPlan
from bitrix_scrum_async.session import PortalSession
from bitrix_scrum_async.transport.limits import Limits
from tests.importer import plans

pytestmark = pytest.mark.anyio

READS = {
    "profile",
    "scope",
    "user.get",
    "socialnetwork.api.workgroup.get",
    "socialnetwork.api.workgroup.list",
    "sonet_group.user.get",
    "tasks.api.scrum.backlog.get",
    "tasks.api.scrum.epic.list",
    "tasks.api.scrum.sprint.list",
    "tasks.api.scrum.kanban.getStages",
    "tasks.api.scrum.task.get",
    "tasks.task.list",
}


async def look(
    emulator: Emulator, portal: PortalSession, journal: Path, plan: Plan | None = None
) -> DryRun:
    """Make a dry run; see that it only reads, and leaves the journal as it is."""
    before = files(journal)
    executed = emulator.executed
    found = await Importer(portal, journal=journal).dry_run(plan or plans.load())
    assert set(emulator.executed - executed) <= READS
    assert files(journal) == before
    return found


def files(journal: Path) -> dict[str, bytes]:
    """Read what stands in a journal's folder, without the files of SQLite's readers."""
    readers = ("-shm", "-wal")
    return {
        file.name: file.read_bytes()
        for file in journal.parent.iterdir()
        if not file.name.endswith(readers)
    }


async def run(
    portal: PortalSession, journal: Path, plan: Plan | None = None, *, again: bool = False
) -> bool:
    """Import a plan; tell whether all of it is there."""
    importer = Importer(portal, journal=journal, settle_after=0, again=again)
    return (await importer.run(plan or plans.load())).complete


def verdicts(found: DryRun) -> Counter[str]:
    """Count the verdicts."""
    return Counter(str(each.verdict) for each in found.entries)


def said(found: DryRun) -> list[str]:
    """Write out what a person should look at."""
    return [str(each) for each in found.notable()]


async def test_in_an_empty_portal_all_would_be_created(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    found = await look(emulator, portal, journal)
    assert verdicts(found) == {"create": 12}
    assert found.runs_through
    assert said(found) == []
    assert not list(journal.parent.iterdir())


async def test_after_an_import_all_is_there_as_planned(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    assert await run(portal, journal)
    found = await look(emulator, portal, journal)
    assert said(found) == []
    assert verdicts(found) == {"exists": 12}
    assert found.runs_through


@pytest.mark.parametrize(
    "switches",
    [{"task_stage_id": "card"}, {"task_stage_id": "moved"}, {"store_xml_id": False}],
)
async def test_with_another_journal_records_are_found_by_their_marks_and_names(
    journal: Path, switches: dict[str, Any]
) -> None:
    async with (
        Emulator(**switches) as emulator,
        PortalSession(emulator.webhook, limits=Limits.self_hosted()) as portal,
    ):
        assert await run(portal, journal)
        found = await look(emulator, portal, journal.with_name("another"))
    assert verdicts(found) == {"exists": 12}
    (line,) = said(found)
    assert line == (
        f"group shop: exists (#{found.entries[0].id}): another journal knows it: give that one, "
        "or the import refuses; with --again it makes a second one"
    )
    assert found.unknown == ("shop",)
    assert not found.runs_through


async def test_what_an_unfinished_import_has_still_to_write_is_no_difference(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("ERROR_CORE", match="tasks.api.scrum.sprint.start", scope="command", times=None)
    emulator.inject("ERROR_CORE", match=adds("Wish lists"), scope="command")
    emulator.inject("ERROR_CORE", match="tasks.task.complete", scope="command", times=None)
    assert not await run(portal, journal)
    found = await look(emulator, portal, journal)
    assert verdicts(found) == {"exists": 11, "create": 1}
    assert found.runs_through
    entries = {f"{each.kind} {each.key}": each for each in found.entries}
    assert entries["sprint s2"].to_write == ("status",)
    assert entries["task T-1"].to_write == ("done",)
    assert entries["task T-6"].verdict is Verdict.CREATE


def adds(title: str) -> Any:
    """Match the command that adds a task."""

    def match(asked: Request | Command) -> bool:
        return asked.method == "tasks.task.add" and asked.params["fields"]["TITLE"] == title

    return match


async def test_a_write_whose_answer_was_lost_is_found_as_the_next_run_finds_it(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("drop", match="tasks.api.scrum.epic.add", when="after")
    assert not await run(portal, journal)
    found = await look(emulator, portal, journal)
    epics = [str(each.verdict) for each in found.entries if each.kind == "epic"]
    assert epics == ["exists", "exists"]


async def test_what_was_changed_in_the_portal_differs(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    assert await run(portal, journal)
    with Journal.read(journal) as known:
        task, sprint, epic = (
            (entry.id or 0)
            for kind, key in (("task", "T-5"), ("sprint", "s3"), ("epic", "find"))
            if (entry := known.entry(kind, "shop", key))
        )
    await portal.scrum_tasks.update(task, story_points="5")
    await portal.sprints.update(sprint, name="Later")
    await portal.epics.delete(epic)
    found = await look(emulator, portal, journal)
    assert said(found) == [
        f"epic shop/find: differs (#{epic}): an import made it, and it is gone",
        f"sprint shop/s3: differs (#{sprint}): name: planned 'Sprint s3', found 'Later'",
        f"task shop/T-4: differs (#{found.entries[9].id}): epic: planned 'find', found 'no epic'",
        f"task shop/T-5: differs (#{task}): story_points: planned '3', found '5'",
        f"task shop/T-6: differs (#{found.entries[11].id}): epic: planned 'find', found 'no epic'",
    ]
    assert not found.runs_through


async def test_a_group_that_is_gone_cannot_be_imported_into(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    assert await run(portal, journal)
    with Journal.read(journal) as known:
        entry = known.entry("group", "shop")
    assert entry is not None
    await portal.groups.delete(entry.id or 0)
    found = await look(emulator, portal, journal)
    (line,) = said(found)
    assert line == "group shop: cannot: the journal knows it, and the portal does not show it"
    assert found.gone == ("shop",)
    assert verdicts(found) == {"cannot": 12}


async def test_a_group_of_the_same_name_that_nobody_imported(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    other = await portal.groups.create(name="The shop", scrum_master_id=1)
    found = await look(emulator, portal, journal)
    (line,) = said(found)
    assert line == (
        "group shop: cannot: the portal has a group of this name that no import made: "
        f"#{other}; name one of them otherwise"
    )
    assert verdicts(found) == {"cannot": 12}
    assert {each.needs for each in found.entries} == {"", "group"}


async def test_groups_whose_names_were_swapped_are_known_by_their_marks(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    plan = plans.load(plans.group("a"), plans.group("b"))
    await run(portal, journal, plan)
    await portal.groups.update(1, name="The b")
    await portal.groups.update(2, name="The a")
    found = await look(emulator, portal, journal.with_name("another"), plan)
    assert found.unknown == ("a", "b")
    assert [each.id for each in found.entries if each.kind == "group"] == [1, 2]
    # A journal that knows another group looks for the plan's names.
    third = journal.with_name("third")
    await run(portal, third, plans.load(plans.group("c")))
    plan = plans.load(plans.group("a", name="The b"), plans.group("c"))
    await portal.groups.update(2, name="Another")
    await portal.groups.update(1, name="The b", keywords="import-12ab-34cd")
    found = await look(emulator, portal, third, plan)
    assert said(found)[0] == (
        "group a: cannot: the portal has a group of this name that an import made for another key, "
        "with the mark import-12ab-34cd: #1; name one of them otherwise"
    )


async def test_a_group_that_was_imported_twice(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    for name in ("one", "two"):
        await run(portal, journal.with_name(name), again=True)
    (line,) = said(await look(emulator, portal, journal))
    assert line.startswith("group shop: cannot: imports have made it more than once: #")


@pytest.mark.parametrize("times", [1, 2])
async def test_what_another_import_has_made_can_be_made_again(
    times: int, emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    for n in range(times):
        await run(portal, journal.with_name(f"{n}"), again=True)
    found = await Importer(portal, journal=journal, again=True).dry_run(plans.load())
    assert verdicts(found) == {"create": 12}
    assert found.runs_through


async def test_users_that_the_portal_does_not_have(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    with pytest.raises(PlanError) as raised:
        await look(emulator, portal, journal, plans.load(plans.group(members=[2, 77])))
    assert str(raised.value) == (
        "groups[0].members[1]: the portal has no user 77: write another id"
    )


async def test_users_that_the_portal_does_not_show_to_who_is_no_administrator(
    emulator: Emulator, journal: Path
) -> None:
    group = plans.group(tasks=[{"key": "T-1", "title": "One", "responsible": 77}], sprints=[])
    async with PortalSession(emulator.new_webhook(2), limits=Limits.self_hosted()) as portal:
        found = await look(emulator, portal, journal, plans.load(group))
        assert said(found) == [
            "task shop/T-1: cannot: the portal shows no user 77: write another id"
        ]
        found = await look(emulator, portal, journal, plans.load(plans.group(scrum_master=77)))
        assert said(found) == ["group shop: cannot: the portal shows no user 77: write another id"]


async def test_credentials_that_may_not_write(emulator: Emulator, journal: Path) -> None:
    webhook = emulator.new_webhook(scopes=["socialnetwork", "user"])
    async with PortalSession(webhook, limits=Limits.self_hosted()) as portal:
        found = await look(emulator, portal, journal)
    (line,) = said(found)
    assert line.startswith(
        "group shop: cannot: the webhook lacks the scopes task and sonet_group, "
    )


@pytest.mark.parametrize("scope", ["socialnetwork", "user"])
async def test_credentials_that_may_not_read(scope: str, emulator: Emulator, journal: Path) -> None:
    scopes = {"task", "sonet_group", "socialnetwork", "user"} - {scope}
    plan = plans.load(plans.group(scrum_master="user1@example.com"))
    async with PortalSession(emulator.new_webhook(scopes=scopes)) as portal:
        with pytest.raises(InsufficientScope, match=f"lacks the scope {scope}, "):
            await look(emulator, portal, journal, plan)


async def test_a_webhook_of_somebody_who_does_not_belong_to_the_group(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    assert await run(portal, journal)
    async with PortalSession(emulator.new_webhook(4), limits=Limits.self_hosted()) as other:
        (line,) = said(await look(emulator, other, journal))
    assert "the webhook's user does not belong to it" in line


async def test_what_would_be_refused_unsent_cannot_be_created(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    plan = Plan(
        defaults=Defaults(created_by=1),
        groups=(
            GroupPlan(
                key="shop",
                name="The shop",
                scrum_master=1,
                epics=(EpicPlan(key="pay", name="P" * 300),),
                tasks=(TaskPlan(key="T-1", title="One", epic="pay"),),
            ),
        ),
    )
    found = await look(emulator, portal, journal, plan)
    (line,) = said(found)
    assert line.startswith("epic shop/pay: cannot: ")
    assert "255" in line
    assert str(found.entries[-1]) == "task shop/T-1: cannot: needs epic pay"


async def test_records_of_one_name_are_found_one_by_one(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    epics = [{"key": f"e{n}", "name": "Same", "description": f"No. {n}"} for n in range(3)]
    plan = plans.load(plans.group(epics=epics, sprints=[], tasks=[]))
    assert await run(portal, journal, plan)
    found = await look(emulator, portal, journal.with_name("another"), plan)
    assert verdicts(found) == {"exists": 4}
    await portal.epics.add(found.entries[0].id or 0, name="Same")
    found = await look(emulator, portal, journal.with_name("another"), plan)
    assert verdicts(found) == {"exists": 1, "cannot": 3}
    assert "several may be it: #" in str(found.entries[1])


async def test_the_journal_of_another_portal(portal: PortalSession, journal: Path) -> None:
    Journal.open(journal, portal="elsewhere.example", groups=["shop"]).close()
    with pytest.raises(JournalError, match="is the journal of an import into elsewhere"):
        await Importer(portal, journal=journal).dry_run(plans.load())


async def test_an_import_may_be_running_meanwhile(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    assert await run(portal, journal)
    with Journal.open(journal, portal=portal.host):
        found = await Importer(portal, journal=journal).dry_run(plans.load())
    assert verdicts(found) == {"exists": 12}


async def test_a_dry_run_takes_few_requests(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    tasks = [{"key": f"T-{n}", "title": f"Task {n}"} for n in range(40)]
    plan = plans.load(*(plans.group(f"g{n}", tasks=tasks, sprints=[]) for n in range(20)))
    found = await look(emulator, portal, journal, plan)
    # Who we are, scopes, users (twice), and the names of the groups.
    assert found.requests == 5
    assert await run(portal, journal, plan)
    found = await look(emulator, portal, journal, plan)
    assert found.runs_through
    # 16 and 4 groups: heads, lists and 40 places a group.
    assert found.requests <= 5 + (1 + 1 + 13) + (1 + 1 + 4)


async def test_a_part_of_the_plan(emulator: Emulator, portal: PortalSession, journal: Path) -> None:
    plan = plans.load(plans.group("a"), plans.group("b"))
    found = await Importer(portal, journal=journal, only=("b",)).dry_run(plan)
    assert {each.group for each in found.entries} == {"b"}


def test_a_dry_run_is_plain_json() -> None:
    assert DryRun(portal="acme", entries=()).as_json() == {
        "portal": "acme",
        "runs_through": True,
        "counts": {"create": 0, "exists": 0, "differs": 0, "cannot": 0},
        "made_by_another_import": [],
        "gone": [],
        "entries": [],
        "requests": 0,
    }
