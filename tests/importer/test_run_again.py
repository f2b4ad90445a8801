"""An import that is run again: every record once, and nothing changed that is there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import anyio
import pytest

from bitrix_scrum_async.emulator import Command, Emulator, Request
from bitrix_scrum_async.importer import (
    Fate,
    Importer,
    Progress,
    verify,
)
from bitrix_scrum_async.session import PortalSession
from tests.importer import plans
from tests.importer.running import WRITES, assert_nothing_twice, fates, missing, run, writes

pytestmark = pytest.mark.anyio


async def test_a_second_run_writes_nothing(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    await run(portal, journal)
    before = writes(emulator)
    report = await run(portal, journal)
    assert report.complete
    assert fates(report, Fate.PRESENT) == WRITES
    assert writes(emulator) == before


async def test_a_later_run_creates_what_the_plan_has_more(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    await run(portal, journal, plans.load(plans.group("a")))
    more = plans.load(plans.group("a"), plans.group("b"))
    report = await run(portal, journal, more)
    assert fates(report, Fate.CREATED) == fates(report, Fate.PRESENT) == WRITES
    assert_nothing_twice(emulator)
    assert (await verify(portal, more, journal=journal)).same


def adds_a_refund(asked: Request | Command) -> bool:
    """Tell whether a command adds the task T-2."""
    fields = asked.params.get("fields", {})
    return asked.method == "tasks.task.add" and fields["TITLE"].startswith("Refund")


async def test_a_failing_task_is_reported_and_only_it_is_tried_again(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("ERROR_ARGUMENT", match=adds_a_refund, scope="command")
    report = await run(portal, journal)
    assert missing(report) == {
        "task T-2": "failed",
        "place T-2": "skipped",
        "card off T-2": "skipped",
        "card T-2": "skipped",
    }
    assert report.missing[1].reason == "needs task T-2, which is not there"
    before = writes(emulator)

    report = await run(portal, journal)
    assert report.complete
    assert fates(report, Fate.CREATED) == {"task": 1, "place": 1, "card off": 1, "card": 1}
    assert sum((writes(emulator) - before).values()) == 4
    assert_nothing_twice(emulator)
    assert (await verify(portal, plans.load(), journal=journal)).same


async def test_what_comes_into_a_running_sprint_gets_its_card(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    """The start makes cards only for what is there: the rest needs its own, done or not."""
    emulator.inject("ERROR_CORE", match="tasks.api.scrum.epic.add", nth=2)
    emulator.inject("ERROR_CORE", match="tasks.api.scrum.task.update", nth=3)
    first = await run(portal, journal)
    assert missing(first) == {
        "epic find": "failed",
        "place T-3": "failed",
        "place T-4": "skipped",
        "place T-6": "skipped",
        "card off T-3": "skipped",
        "card T-3": "skipped",
        "done T-3": "skipped",
    } or set(missing(first)) >= {"epic find", "place T-4", "place T-6"}
    assert (await run(portal, journal)).complete
    found = await verify(portal, plans.load(), journal=journal)
    assert found.differences == []


LOST = [
    "sonet_group.create",
    "sonet_group.user.add",
    "tasks.api.scrum.backlog.add",
    "tasks.api.scrum.epic.add",
    "tasks.api.scrum.sprint.add",
    "tasks.task.add",
    "tasks.api.scrum.task.update",
    "tasks.api.scrum.kanban.addStage",
    "tasks.api.scrum.sprint.start",
    "tasks.api.scrum.kanban.deleteTask",
    "tasks.api.scrum.kanban.addTask",
    "tasks.task.complete",
]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("method", LOST)
async def test_a_lost_answer_is_looked_up_by_the_next_run(
    method: str, when: str, emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("drop", match=method, when=when)
    await run(portal, journal)
    await run(portal, journal)
    report = await run(portal, journal)
    assert missing(report) == {}
    assert_nothing_twice(emulator)
    assert (await verify(portal, plans.load(), journal=journal)).differences == []


async def test_a_lost_answer_is_reported_as_unknown(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("drop", match="tasks.api.scrum.epic.add", when="after")
    report = await run(portal, journal)
    assert missing(report)["epic pay"] == "unknown"
    assert missing(report)["place T-1"] == "skipped"
    assert not report.complete


async def test_a_resumed_run_waits_for_what_may_still_be_running(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("drop", match="tasks.api.scrum.epic.add", when="after")
    await run(portal, journal)
    before = writes(emulator)

    def tell(progress: Progress) -> None:
        assert progress.phase == "waiting for lost requests"
        raise TimeoutError(progress.total)

    importer = Importer(portal, journal=journal, settle_after=3600)
    with pytest.raises(TimeoutError) as caught:
        await importer.run(plans.load(), tell)
    assert 3000 < caught.value.args[0] <= 3600
    assert writes(emulator) == before


Edit: TypeAlias = Callable[[dict[str, Any]], object]

EDITS: dict[str, tuple[Edit, list[str]]] = {
    "a group's text": (lambda group: group.update(description="x"), ["group shop"]),
    "a scrum master": (
        lambda group: group.update(scrum_master=4),
        ["group shop", "members shop"],
    ),
    "a member": (lambda group: group["members"].append(4), ["members shop"]),
    "an epic": (lambda group: group["epics"][0].update(color="#000000"), ["epic shop/pay"]),
    "a sprint's end": (
        lambda group: group["sprints"][0].update(end=plans.END),
        ["sprint shop/s1"],
    ),
    "a sprint completed": (
        lambda group: group["sprints"][2].update(status="completed"),
        ["sprint shop/s3"],
    ),
    "a stage": (
        lambda group: group["sprints"][1]["stages"][2].update(color="000000"),
        ["stage shop/s2/Shipped"],
    ),
    "a stage less": (
        lambda group: (group["sprints"][1]["stages"].pop(1), group["tasks"][1].pop("stage")),
        ["stage shop/s2/Shipped", "stage shop/s2/Review", "card shop/T-2"],
    ),
    "a title": (lambda group: group["tasks"][0].update(title="x"), ["task shop/T-1"]),
    "who is responsible": (
        lambda group: group["tasks"][0].update(responsible=3),
        ["task shop/T-1"],
    ),
    "story points": (lambda group: group["tasks"][4].update(story_points="5"), ["place shop/T-5"]),
    "a place less": (
        lambda group: (group["tasks"][4].pop("sprint"), group["tasks"][4].pop("story_points")),
        ["place shop/T-5"],
    ),
    "an open task": (lambda group: group["tasks"][0].pop("done"), ["done shop/T-1"]),
    "a card": (lambda group: group["tasks"][1].update(stage="To do"), ["card shop/T-2"]),
    "a sprint not started": (
        lambda group: (
            group["sprints"][1].update(status="planned"),
            group["tasks"][1].pop("stage"),
        ),
        ["start shop/s2", "card shop/T-2"],
    ),
}


@pytest.mark.parametrize(("edit", "said"), EDITS.values(), ids=EDITS.keys())
async def test_what_changed_in_the_plan_is_named_and_left_alone(
    edit: Edit, said: list[str], emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    await run(portal, journal)
    group = plans.group()
    edit(group)
    before = writes(emulator)
    report = await run(portal, journal, plans.load(group))
    assert report.changed == said
    assert not report.complete
    assert writes(emulator) == before


async def test_another_defaults_creator_is_a_change(portal: PortalSession, journal: Path) -> None:
    await run(portal, journal)
    report = await run(portal, journal, plans.load(defaults={"created_by": 2, "responsible": 1}))
    assert set(report.changed) >= {
        "backlog shop",
        "epic shop/pay",
        "sprint shop/s1",
        "task shop/T-1",
    }


async def test_another_user_may_go_on_with_an_import(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    """Who runs it is not part of the plan."""
    plan = plans.load(defaults={})
    assert (await run(portal, journal, plan)).complete
    async with PortalSession(emulator.new_webhook(2)) as other:
        assert (await run(other, journal, plan)).complete


async def test_what_the_plan_has_no_more_is_no_change(portal: PortalSession, journal: Path) -> None:
    await run(portal, journal)
    assert (
        await run(portal, journal, plans.load(plans.group(tasks=plans.group()["tasks"][:5])))
    ).complete


async def run_until(portal: PortalSession, journal: Path, phase: str) -> None:
    """Run the import until a phase begins."""
    stop = anyio.Event()

    def tell(progress: Progress) -> None:
        if progress.phase == phase:
            stop.set()

    importer = Importer(portal, journal=journal, settle_after=0)
    report = await importer.run(plans.load(), tell, stop=stop)
    assert report.stopped is not None


async def test_what_somebody_else_has_done_meanwhile_is_no_failure(
    portal: PortalSession, journal: Path
) -> None:
    """A backlog made by opening the planning page; a sprint started, a task completed by hand."""
    await run_until(portal, journal, "backlogs")
    await portal.backlogs.add(1, created_by=2)
    await run_until(portal, journal, "starts")
    (sprint,) = await portal.sprints.list(filter={"NAME": "Sprint s2"})
    await portal.sprints.start(sprint.id)
    await run_until(portal, journal, "completions")
    (task,) = await portal.tasks.list(filter={"TITLE": "Pay by card"})
    await portal.tasks.complete(task.id)
    report = await run(portal, journal)
    assert report.missing == []
    assert report.complete
    assert (await verify(portal, plans.load(), journal=journal)).differences == []


async def test_an_epic_that_was_renamed_in_the_plan_is_not_made_twice(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    """It is looked for by the name that it was sent with."""
    emulator.inject("drop", match="tasks.api.scrum.epic.add", when="after")
    await run(portal, journal)
    group = plans.group()
    group["epics"][0]["name"] = "Paying"
    report = await run(portal, journal, plans.load(group))
    assert report.changed == ["epic shop/pay"]
    assert {epic.name for epic in emulator.state.epics.values()} == {"Payment", "Search"}


async def test_of_two_that_may_be_it_neither_is_taken(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("drop", match="tasks.api.scrum.epic.add", when="after")
    await run(portal, journal)
    await portal.epics.add(1, name="Payment")
    report = await run(portal, journal)
    said = {f"{each.kind} {each.key}": each.reason for each in report.missing}
    assert "it may be what has the id 1, 3" in said["epic pay"]
    await portal.epics.delete(3)
    assert (await run(portal, journal)).complete


async def test_a_sprint_that_runs_with_the_portals_own_stages_gets_no_others(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    """As when an exported plan is imported with the journal of what was exported."""
    tasks = [{"key": "T-1", "title": "One", "sprint": "s1"}]
    bare = plans.load(plans.group(sprints=[plans.sprint("s1", "active")], tasks=tasks))
    assert (await run(portal, journal, bare)).complete
    stages = [{"name": "Neu", "type": "NEW"}, {"name": "Fertig", "type": "FINISH"}]
    sprint = plans.sprint("s1", "active", stages=stages)
    report = await run(portal, journal, plans.load(plans.group(sprints=[sprint], tasks=tasks)))
    assert missing(report) == {"stage s1/Neu": "skipped", "stage s1/Fertig": "skipped"}
    assert "the portal's own stages" in report.missing[0].reason
    assert len(emulator.state.stages) == 3
