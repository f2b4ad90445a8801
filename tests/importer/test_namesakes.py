"""Records of one name in a group: sent together, made once each, and never taken for each other."""

import random
from pathlib import Path
from typing import Any

import pytest

from bitrix_scrum_async.emulator import Command, Emulator, Request
from bitrix_scrum_async.importer import Fate, Plan, verify
from bitrix_scrum_async.session import PortalSession
from bitrix_scrum_async.transport.limits import Limits
from bitrix_scrum_async.transport.retry import RetryPolicy
from tests.importer import plans
from tests.importer.running import missing, run
from tests.importer.tables import assert_as_planned

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("stores", [True, False], ids=["XML_ID", "tags"])
async def test_namesakes_fill_batches(journal: Path, *, stores: bool) -> None:
    """300 epics, sprints and tasks, each kind of one name: six batches of each kind."""
    plan = plans.load(
        plans.group(
            epics=[{"key": f"e{n}", "name": "Same"} for n in range(300)],
            sprints=[plans.sprint(f"s{n}", "planned", name="Same") for n in range(300)],
            tasks=[{"key": f"t{n}", "title": "Same"} for n in range(300)],
        )
    )
    async with (
        Emulator(store_xml_id=stores, limits="off") as emulator,
        PortalSession(emulator.webhook, limits=Limits.self_hosted()) as portal,
    ):
        report = await run(portal, journal, plan)
    assert report.complete
    # Who we are, users, a look around; group, members, backlog; marks of tasks.
    assert report.requests <= 3 * 6 + 3 + 3 + 5


async def test_a_portal_that_is_gone_is_not_asked_for_each_namesake(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    epics = [{"key": f"e{n}", "name": "Same"} for n in range(100)]
    emulator.inject("INVALID_CREDENTIALS", match=adds_epics, times=None)
    report = await run(portal, journal, plans.load(plans.group(epics=epics, tasks=[], sprints=[])))
    assert report.stopped is not None
    assert report.requests < 12


def adds_epics(asked: Request | Command) -> bool:
    """Tell whether a request adds epics."""
    commands = asked.commands if isinstance(asked, Request) else ()
    return any(command.method == "tasks.api.scrum.epic.add" for command in commands)


NAMESAKES: dict[str, dict[str, Any]] = {
    "epics": {"epics": [{"key": f"e{n}", "name": "Same", "description": f"{n}"} for n in range(4)]},
    "sprints": {
        "sprints": [
            plans.sprint(f"s{n}", "planned", name="Same", start=f"2026-11-0{n + 1}T09:00:00Z")
            for n in range(4)
        ]
    },
    "tasks": {
        "tasks": [{"key": f"t{n}", "title": "Same", "story_points": f"{n}"} for n in range(4)]
    },
}
ADDS = (
    "tasks.api.scrum.epic.add",
    "tasks.api.scrum.sprint.add",
    "tasks.task.add",
)


def adds(asked: Request | Command) -> bool:
    """Tell whether a request adds more than one record, or a command any."""
    if isinstance(asked, Command):
        return asked.method in ADDS
    return sum(command.method in ADDS for command in asked.commands) > 1


@pytest.mark.parametrize("executed", range(5))
@pytest.mark.parametrize("records", NAMESAKES.values(), ids=NAMESAKES.keys())
async def test_lost_namesakes_are_told_by_their_order(
    records: dict[str, Any], executed: int, journal: Path
) -> None:
    """They leave together, and as many of them as the portal has made are the first ones."""
    nothing: dict[str, Any] = {"epics": [], "sprints": [], "tasks": []}
    plan = plans.load(plans.group(**nothing | records))
    async with (
        Emulator(store_xml_id=False, task_stage_id="card") as emulator,
        PortalSession(emulator.webhook) as portal,
    ):
        loss = emulator.inject("drop", match=adds, when="before", commands=executed)
        report = await run(portal, journal, plan)
        assert loss.hits == 1
        lost = [each for each in report.missing if each.fate is Fate.UNKNOWN]
        assert len(lost) >= 3
        assert (await run(portal, journal, plan)).complete
        assert (await verify(portal, plan, journal=journal)).differences == []
        with emulator.hold() as state:
            assert_as_planned(state, plan)


async def test_blanks_around_a_name_make_no_other_name(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    """A portal may cut them off, so such records are looked for without them."""
    names = ("Same", "Same ", " Same", "Same")
    epics = [{"key": f"e{n}", "name": name} for n, name in enumerate(names)]
    plan = plans.load(plans.group(tasks=[], sprints=[], epics=epics))
    emulator.inject("drop", match=adds, when="before", commands=2)
    assert set(missing(await run(portal, journal, plan)).values()) == {"unknown"}
    assert (await run(portal, journal, plan)).complete
    assert (await verify(portal, plan, journal=journal)).differences == []
    assert [epic.name for epic in emulator.state.epics.values()] == list(names)


async def test_none_is_made_behind_a_namesake_that_fails(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    """Else the third would be taken for the second, when the answer to all is lost."""
    plan = plans.load(plans.group(tasks=[], sprints=[], **NAMESAKES["epics"]))
    emulator.inject("ERROR_ARGUMENT", match="tasks.api.scrum.epic.add", nth=2)
    emulator.inject("drop", match=adds, when="after")
    report = await run(portal, journal, plan)
    assert set(missing(report).values()) == {"unknown"}
    assert [epic.description for epic in emulator.state.epics.values()] == ["0"]
    assert (await run(portal, journal, plan)).complete
    assert (await verify(portal, plan, journal=journal)).differences == []


async def test_a_namesake_that_fails_does_not_hold_up_the_others(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    plan = plans.load(plans.group(tasks=[], sprints=[], **NAMESAKES["epics"]))
    emulator.inject("ERROR_ARGUMENT", match="tasks.api.scrum.epic.add", nth=2)
    report = await run(portal, journal, plan)
    assert missing(report) == {"epic e1": "failed"}
    assert (await run(portal, journal, plan)).complete
    assert (await verify(portal, plan, journal=journal)).differences == []


async def test_namesakes_of_one_that_is_still_open_wait(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    epics = NAMESAKES["epics"]["epics"]
    emulator.inject("drop", match="tasks.api.scrum.epic.add", when="after")
    await run(portal, journal, plans.load(plans.group(tasks=[], sprints=[], epics=epics[:1])))
    await portal.epics.add(1, name="Same")
    plan = plans.load(plans.group(tasks=[], sprints=[], epics=epics))
    report = await run(portal, journal, plan)
    assert missing(report) == {
        "epic e0": "unknown",
        "epic e1": "skipped",
        "epic e2": "skipped",
        "epic e3": "skipped",
    }
    assert report.missing[1].reason.startswith("waits for one of the same name")


def alike() -> Plan:
    """A group whose epics, sprints and tasks have one name each, and other contents."""
    return plans.load(
        plans.group(
            epics=[
                # What the portal would read as a reference goes alone.
                {
                    "key": f"e{n}",
                    "name": "Same",
                    "description": f"{n}" if n % 5 else f"{n} $result[c0][id]",
                }
                for n in range(25)
            ],
            sprints=[
                plans.sprint(f"s{n}", "planned", name="Same", start=f"2026-10-{n + 10}T09:00:00Z")
                for n in range(12)
            ],
            tasks=[
                {"key": f"t{n}", "title": "Same", "description": f"{n}", "epic": f"e{n % 25}"}
                for n in range(30)
            ],
        )
    )


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_happens_none_is_taken_for_another(seed: int, journal: Path) -> None:
    """Lost answers, failures and refusals for a while, in batches of any size."""
    chance = random.Random(seed)
    plan = alike()
    async with (
        Emulator(
            store_xml_id=seed % 3 == 0, max_commands=chance.choice([3, 7, 20, 50])
        ) as emulator,
        PortalSession(emulator.webhook, retry=RetryPolicy(waiting=False)) as portal,
    ):
        for _ in range(6):
            emulator.inject(
                "drop", nth=chance.randint(3, 20), when="before", commands=chance.randint(0, 6)
            )
            emulator.inject(
                chance.choice(["ERROR_CORE", "OPERATION_TIME_LIMIT"]),
                match=chance.choice(ADDS),
                nth=chance.randint(1, 25),
                scope="command",
            )
            await run(portal, journal, plan)
        emulator.clear_faults()
        await run(portal, journal, plan)
        report = await run(portal, journal, plan)
        assert report.complete, report.missing[:3]
        assert (await verify(portal, plan, journal=journal)).differences == []
        with emulator.hold() as state:
            assert_as_planned(state, plan)
