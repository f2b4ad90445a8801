"""Imports that never begin, or end before their end: what was written then, and what not."""

from pathlib import Path

import anyio
import pytest

from bitrix_scrum_async.emulator import Command, Emulator, Request
from bitrix_scrum_async.errors import InvalidCredentials
from bitrix_scrum_async.importer import (
    Fate,
    GroupPlan,
    Importer,
    JournalError,
    Plan,
    PlanError,
    Progress,
)
from bitrix_scrum_async.importer.journal import Journal
from bitrix_scrum_async.session import PortalSession
from bitrix_scrum_async.transport.limits import Limits
from tests.importer import plans
from tests.importer.running import assert_nothing_twice, fates, run, writes

pytestmark = pytest.mark.anyio


async def test_a_portal_that_refuses_everything_ends_the_run(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("insufficient_scope", match="sonet_group.create", times=None)
    report = await run(portal, journal)
    assert report.stopped is not None
    assert not report.complete
    assert writes(emulator) == {}
    emulator.clear_faults()
    assert (await run(portal, journal)).complete


async def test_bad_credentials_end_the_run_before_anything_is_written(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("INVALID_CREDENTIALS", times=None)
    with pytest.raises(Exception, match=r"INVALID_CREDENTIALS|Invalid request credentials"):
        await run(portal, journal)
    assert writes(emulator) == {}


async def test_the_journal_of_another_portal_is_refused(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    await run(portal, journal)
    async with Emulator() as other, PortalSession(other.webhook) as elsewhere:
        with pytest.raises(JournalError, match=f"not {elsewhere.host}"):
            await run(elsewhere, journal)
        assert other.requests == ()


async def test_an_unknown_address_is_a_problem_of_the_plan(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    with pytest.raises(PlanError) as caught:
        await run(portal, journal, plans.load(plans.group(members=[1, "nobody@example.com"])))
    assert str(caught.value) == (
        "groups[0].members[1]: the portal knows no single user with the address "
        "nobody@example.com: write a user id"
    )
    assert writes(emulator) == {}


async def test_a_plan_that_contradicts_itself_is_not_sent(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    group = GroupPlan(key="g", name="g", scrum_master=1)
    with pytest.raises(PlanError, match="stands here twice"):
        await run(portal, journal, Plan(groups=(group, group)))
    assert emulator.requests == ()


async def test_a_portal_that_cannot_be_used_leaves_no_journal(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("INVALID_CREDENTIALS", times=None)
    with pytest.raises(InvalidCredentials):
        await run(portal, journal)
    assert not list(journal.parent.iterdir())


async def test_a_group_that_the_plan_does_not_have_is_a_problem_of_the_plan(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    plan = plans.load(plans.group("shop"), plans.group("office"))
    with pytest.raises(PlanError) as caught:
        await run(portal, journal, plan, only=("shops", "office", "x"))
    assert str(caught.value).splitlines() == [
        "groups: no group has the key 'shops': did you mean 'shop'?",
        "groups: no group has the key 'x'; there are 'shop', 'office'",
    ]
    assert emulator.requests == ()


async def test_a_run_ends_after_so_many_failures_and_the_next_goes_on(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    refusal = emulator.inject("ERROR_ARGUMENT", match="tasks.api.scrum.epic.add", times=None)
    report = await run(portal, journal, max_errors=2)
    assert report.stopped == "2 writes failed, and no more than that was asked for"
    assert refusal.hits == 2
    assert emulator.executed["tasks.api.scrum.sprint.add"] == 0
    emulator.clear_faults()
    report = await run(portal, journal, max_errors=2)
    assert report.complete
    assert_nothing_twice(emulator)


async def test_fewer_failures_than_that_end_nothing(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("ERROR_ARGUMENT", match="tasks.api.scrum.epic.add", times=2)
    report = await run(portal, journal, max_errors=3)
    assert report.stopped is None
    assert fates(report, Fate.CREATED)["sprint"] == 3


async def test_an_interrupted_run_gets_the_answers_to_what_it_sent(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    stop = anyio.Event()
    tasks = [{"key": f"T-{n}", "title": f"Task {n}"} for n in range(120)]
    plan = plans.load(plans.group(tasks=tasks, sprints=[]))
    limits = Limits(per_second=0, concurrency=1)

    def tell(progress: Progress) -> None:
        if progress.phase == "tasks" and progress.done == 1:
            emulator.inject("delay", match=is_batch_of_tasks, seconds=0.05)

    def is_batch_of_tasks(asked: Request | Command) -> bool:
        """Stop the run once one of three is at the portal; the others wait for its place."""
        commands = asked.commands if isinstance(asked, Request) else ()
        if not any(command.method == "tasks.task.add" for command in commands):
            return False
        stop.set()
        return True

    async with PortalSession(emulator.webhook, limits=limits) as slow:
        importer = Importer(slow, journal=journal, settle_after=0)
        with anyio.fail_after(10):
            report = await importer.run(plan, tell, stop=stop)
    assert report.stopped == "it was interrupted"
    assert report.missing == []
    made = emulator.executed["tasks.task.add"]
    assert 51 <= made < 120
    assert fates(report, Fate.CREATED)["task"] == made
    with Journal.read(journal) as known:
        assert known.intended() == []
    report = await run(portal, journal, plan)
    assert report.complete
    assert_nothing_twice(emulator)


async def test_a_run_that_is_interrupted_while_it_waits_ends_at_once(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("drop", match="tasks.api.scrum.epic.add", when="after")
    await run(portal, journal)
    stop = anyio.Event()
    importer = Importer(portal, journal=journal, settle_after=3600)
    with anyio.fail_after(5):
        report = await importer.run(plans.load(), lambda _: stop.set(), stop=stop)
    assert report.stopped == "it was interrupted"
    assert (await run(portal, journal)).complete
    assert_nothing_twice(emulator)
