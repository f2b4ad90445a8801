"""Imports into the emulated portal: everything once, whatever goes wrong."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import anyio
import pytest

from bitrix_scrum_async.emulator import Command, Emulator, Request
from bitrix_scrum_async.errors import InvalidCredentials
from bitrix_scrum_async.importer import (
    EpicPlan,
    Fate,
    GroupPlan,
    Importer,
    JournalError,
    Plan,
    PlanError,
    Progress,
    Report,
    verify,
)
from bitrix_scrum_async.importer.journal import Journal, TaskMark
from bitrix_scrum_async.session import PortalSession
from bitrix_scrum_async.transport.limits import Limits
from tests.importer import plans

pytestmark = pytest.mark.anyio

READS = ("profile", "user.get", "tasks.api.scrum.kanban.getStages")
WRITES = Counter(
    {
        "group": 1,
        "members": 1,
        "backlog": 1,
        "epic": 2,
        "sprint": 3,
        "task": 6,
        "place": 6,
        "stage": 3,
        "start": 1,
        "card off": 1,
        "card": 1,
        "done": 2,
    }
)


async def run(
    portal: PortalSession, journal: Path, plan: Plan | None = None, **options: Any
) -> Report:
    """Import a plan, the small one where none is given."""
    importer = Importer(portal, journal=journal, settle_after=0, **options)
    return await importer.run(plan or plans.load())


def fates(report: Report, fate: Fate) -> Counter[str]:
    """Count the writes that met a fate, by kind."""
    return Counter({kind: n for (_, kind), f in report.counts.items() if (n := f.get(fate, 0))})


def missing(report: Report) -> dict[str, str]:
    """Name what is missing, with its fate."""
    return {f"{each.kind} {each.key}".strip(): str(each.fate) for each in report.missing}


def writes(emulator: Emulator) -> Counter[str]:
    """Count the executed methods that change something."""
    return Counter({name: n for name, n in emulator.executed.items() if name not in READS})


def assert_nothing_twice(emulator: Emulator) -> None:
    """No record was created more than once."""
    assert emulator.state.created
    assert {key: n for key, n in emulator.state.created.items() if n > 1} == {}


async def test_an_import_creates_all_of_the_plan(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    report = await run(portal, journal)
    assert report.complete
    assert fates(report, Fate.CREATED) == WRITES
    assert_nothing_twice(emulator)
    found = await verify(portal, plans.load(), journal=journal)
    assert found.differences == []
    assert found.checked == {
        "group": 1,
        "epic": 2,
        "sprint": 3,
        "board": 1,
        "task": 6,
        "place": 6,
        "card": 3,
    }


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


async def test_groups_fold_into_the_same_batches(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    """Eight groups need no more requests than one, as long as their writes fill no batch."""
    groups = [plans.group(f"g{n}", tasks=plans.group()["tasks"][3:]) for n in range(8)]
    await run(portal, journal, plans.load(*groups))
    batches = [request for request in emulator.requests if request.method == "batch"]
    methods = [{command.method for command in batch.commands} for batch in batches]
    assert all(len(of_one_phase) == 1 for of_one_phase in methods)
    assert len(methods) == 9


async def test_small_waves_create_the_same(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    report = await run(portal, journal, wave=1)
    assert fates(report, Fate.CREATED) == WRITES
    assert (await verify(portal, plans.load(), journal=journal)).same


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


async def test_a_failing_group_does_not_hold_up_the_others(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("ERROR_CORE", match="sonet_group.create", nth=1)
    plan = plans.load(plans.group("a"), plans.group("b"))
    report = await run(portal, journal, plan)
    assert {each.group for each in report.missing} == {"a"}
    assert fates(report, Fate.CREATED) == WRITES
    assert (await run(portal, journal, plan)).complete
    assert (await verify(portal, plan, journal=journal)).same


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


async def test_the_journal_holds_no_secret(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("ERROR_CORE", match="tasks.api.scrum.epic.add", times=None)
    await run(portal, journal)
    code = emulator.webhook.rstrip("/").rsplit("/", 1)[1].encode()
    assert all(code not in file.read_bytes() for file in journal.parent.iterdir())


async def test_users_may_be_named_by_their_address(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    plan = plans.load(
        plans.group(scrum_master="User2@example.com", members=["user3@example.com", 4]),
        defaults={"responsible": "user5@example.com"},
    )
    assert (await run(portal, journal, plan)).complete
    assert (await verify(portal, plan, journal=journal)).differences == []
    (group,) = await portal.groups.list(filter={"NAME": "The shop"})
    assert group.number_of_members == 4


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


async def test_what_the_client_refuses_is_a_failed_record(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    """A plan built in Python has not been read by a loader."""
    epics = (EpicPlan(key="long", name="x" * 256), EpicPlan(key="fine", name="x"))
    group = GroupPlan(key="g", name="g", scrum_master=1, epics=epics)
    report = await run(portal, journal, Plan(groups=(group,)))
    assert missing(report) == {"epic long": "failed"}
    assert fates(report, Fate.CREATED)["epic"] == 1


async def test_a_plan_that_contradicts_itself_is_not_sent(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    group = GroupPlan(key="g", name="g", scrum_master=1)
    with pytest.raises(PlanError, match="stands here twice"):
        await run(portal, journal, Plan(groups=(group, group)))
    assert emulator.requests == ()


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


async def test_a_user_id_beyond_64_bits_is_a_failed_record(
    portal: PortalSession, journal: Path
) -> None:
    """A plan built in Python has not been read by a loader."""
    group = GroupPlan(key="g", name="g", scrum_master=1, members=(2**70,))
    report = await run(portal, journal, Plan(groups=(group,)))
    assert missing(report) == {"members": "failed"}


async def test_a_portal_that_cannot_be_used_leaves_no_journal(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("INVALID_CREDENTIALS", times=None)
    with pytest.raises(InvalidCredentials):
        await run(portal, journal)
    assert not list(journal.parent.iterdir())


async def test_each_phase_is_told_from_nothing_to_all(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    told: list[Progress] = []
    await Importer(portal, journal=journal, wave=2).run(plans.load(), told.append)
    phases = list(dict.fromkeys(progress.phase for progress in told))
    assert phases[0] == "groups"
    assert phases[-1] == "completions"
    for phase in phases:
        done = [progress.done for progress in told if progress.phase == phase]
        assert done == sorted(done)
        assert done[0] == 0
        assert done[-1] == next(each.total for each in told if each.phase == phase)


@pytest.mark.parametrize("stages", [True, False])
async def test_a_board_is_the_last_completed_sprints_or_the_portals_own(
    *, stages: bool, emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    group = plans.group()
    board = group["sprints"][1].pop("stages")
    if stages:
        group["sprints"][0]["stages"] = board
    else:
        group["tasks"][1]["stage"] = "In progress"
    plan = plans.load(group)
    assert (await run(portal, journal, plan)).complete
    assert (await verify(portal, plan, journal=journal)).differences == []


async def test_a_sprint_that_cannot_start_without_stages_gets_the_default_ones(
    journal: Path,
) -> None:
    """Old portals copy the stages of the last completed sprint, even where it has none."""
    group = plans.group()
    del group["sprints"][1]["stages"]
    group["tasks"][1]["stage"] = "In progress"
    plan = plans.load(group)
    async with (
        Emulator(stageless_history="fails", task_stage_id="card") as emulator,
        PortalSession(emulator.webhook) as portal,
    ):
        report = await run(portal, journal, plan)
        assert report.complete
        assert fates(report, Fate.CREATED) == WRITES
        assert (await verify(portal, plan, journal=journal)).differences == []
        assert fates(await run(portal, journal, plan), Fate.CREATED) == {}


@pytest.mark.parametrize("stage", ["Shipped", "Dropped"])
async def test_a_done_task_stands_in_the_finish_that_the_plan_names(
    stage: str, portal: PortalSession, journal: Path
) -> None:
    group = plans.group()
    group["sprints"][1]["stages"].append({"name": "Dropped", "type": "FINISH"})
    group["tasks"][2]["stage"] = stage
    plan = plans.load(group)
    assert (await run(portal, journal, plan)).complete
    assert (await verify(portal, plan, journal=journal)).differences == []


@pytest.mark.parametrize(
    "switches",
    [
        {"kanban_errors": "error", "error_codes": "strings", "time_numbers": "floats"},
        {"batch_caches": True, "binder_suffix": True},
        {"utc_offset": "-09:30", "max_commands": 20},
    ],
)
async def test_an_import_suits_other_versions_of_the_portal(
    switches: dict[str, Any], journal: Path
) -> None:
    async with (
        Emulator(task_stage_id="card", **switches) as emulator,
        PortalSession(emulator.webhook) as portal,
    ):
        assert (await run(portal, journal)).complete
        assert (await verify(portal, plans.load(), journal=journal)).differences == []


async def test_only_the_groups_that_were_asked_for_are_imported(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    plan = plans.load(*(plans.group(key) for key in ("a", "b", "c")))
    report = await run(portal, journal, plan, only=("c", "a"))
    assert report.complete
    assert report.groups() == ["a", "c"]
    report = await run(portal, journal, plan, only=("b",))
    assert fates(report, Fate.CREATED) == WRITES
    assert (await run(portal, journal, plan)).complete
    assert_nothing_twice(emulator)
    assert (await verify(portal, plan, journal=journal)).same


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


async def test_a_portal_that_drops_xml_ids_gets_one_tag_for_all(journal: Path) -> None:
    async with (
        Emulator(store_xml_id=False, task_stage_id="card") as emulator,
        PortalSession(emulator.webhook) as portal,
    ):
        assert (await run(portal, journal)).complete
        with Journal.read(journal) as known:
            assert known.task_mark is TaskMark.TAG
            assert {tuple(task.tags) for task in emulator.state.tasks.values()} == {(known.tag,)}
        assert (await verify(portal, plans.load(), journal=journal)).differences == []


async def test_what_the_portal_stores_is_asked_once_for_all_groups(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    await run(portal, journal, plans.load(*(plans.group(f"g{n}") for n in range(5))))
    assert emulator.executed["tasks.task.get"] == 1
    assert emulator.executed["tasks.task.update"] == 0
    assert all(task.tags == [] for task in emulator.state.tasks.values())


async def test_a_plan_whose_tasks_all_fail_does_not_cost_a_request_for_each(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    tasks = [{"key": f"T-{n}", "title": f"{n}"} for n in range(200)]
    emulator.inject("ERROR_ARGUMENT", match="tasks.task.add", times=None)
    report = await run(portal, journal, plans.load(plans.group(tasks=tasks, sprints=[])))
    assert fates(report, Fate.FAILED)["task"] == 200
    assert report.requests < 20


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


async def test_two_of_one_name_are_never_under_way_together(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    """So that one that is found after a lost answer can be told from the other."""
    epics = [{"key": f"e{n}", "name": "Same", "description": str(n)} for n in range(3)]
    plan = plans.load(plans.group(epics=epics, tasks=[], sprints=[]))
    emulator.inject("drop", match="tasks.api.scrum.epic.add", when="after")
    report = await run(portal, journal, plan)
    assert missing(report) == {"epic e0": "unknown", "epic e1": "skipped", "epic e2": "skipped"}
    assert report.missing[1].reason.startswith("waits for one of the same name")
    assert (await run(portal, journal, plan)).complete
    assert {epic.description for epic in emulator.state.epics.values()} == {"0", "1", "2"}


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
