"""The composer's promises against the emulator, over HTTP."""

from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitrix_scrum_async import (
    BatchLimits,
    BitrixScrumError,
    Call,
    DependencyFailed,
    Effect,
    Epic,
    Limits,
    OperationTimeLimit,
    OutcomeUnknown,
    RetryPolicy,
    Sprint,
    SprintNotFound,
)
from bitrix_scrum_async.batch.ledger import Ledger
from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.emulator.clock import VirtualClock as PortalClock
from tests.batch.portals import epic, portals
from tests.sprints import sprint

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("calls", "requests"), [(500, 10), (1_001, 21)])
async def test_independent_calls_need_a_fiftieth_of_the_requests(calls: int, requests: int) -> None:
    async with portals() as (portal, emulator):
        epics = await portal.batch(*(epic(portal, f"E{n}") for n in range(calls)))
        assert [record.name for record in epics] == [f"E{n}" for n in range(calls)]
        assert len(emulator.requests) == requests


async def test_five_in_flight_take_a_fifth_of_the_time() -> None:
    """500 calls at 10 ms a command, on the portal's own clock, turned only when all are waiting."""
    clock = PortalClock(runs_by_itself=False)
    begun = clock.now()
    async with portals(Emulator(clock=clock), limits=Limits(per_second=0, concurrency=5)) as (
        portal,
        emulator,
    ):
        emulator.set_command_seconds(0.01)
        names: list[str] = []

        async def send() -> None:
            epics = await portal.batch(*(epic(portal, f"E{n}") for n in range(500)))
            names.extend(record.name for record in epics)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send)
            while not names:
                answered = sum(request.status is not None for request in emulator.requests)
                if clock.sleepers == min(5, 10 - answered):
                    clock.advance(0.01)
                await anyio.lowlevel.checkpoint()
        assert names == [f"E{n}" for n in range(500)]
        assert clock.now() - begun == pytest.approx(500 * 0.01 / 5, rel=0.05)


@settings(max_examples=25)
@given(
    graph=st.lists(
        st.tuples(st.lists(st.integers(0, 59), max_size=2), st.booleans()),
        min_size=2,
        max_size=60,
    )
)
async def test_each_call_has_one_outcome_whatever_fails(
    graph: list[tuple[list[int], bool]],
) -> None:
    """Updates of sprints that exist or not, each after some of those before it."""
    async with portals() as (portal, emulator):
        base = await portal.batch(*(sprint(portal, f"S{n}") for n in range(len(graph))))
        calls: list[Call[Sprint]] = []
        for number, (before, fails) in enumerate(graph):
            target = 10_000 + number if fails else base[number].id
            call = portal.sprints.update(target, name=f"Done {number}")
            needs = [calls[n] for n in before if n < number]
            calls.append(call.after(*needs) if needs else call)
        results = await portal.batch(*calls, return_exceptions=True)
        doomed: set[int] = set()
        for number, (before, fails) in enumerate(graph):
            if doomed.intersection(n for n in before if n < number):
                doomed.add(number)
                assert isinstance(results[number], DependencyFailed)
            elif fails:
                doomed.add(number)
                assert isinstance(results[number], SprintNotFound)
            else:
                assert isinstance(results[number], Sprint)
        done = {entity.name for entity in emulator.state.entities.values()}
        for number in range(len(graph)):
            assert (f"Done {number}" in done) == (number not in doomed)
        updates = emulator.executed["tasks.api.scrum.sprint.update"]
        failures = sum(isinstance(result, SprintNotFound) for result in results)
        assert updates == len(graph) - len(doomed) + failures


@settings(max_examples=25)
@given(
    texts=st.lists(
        st.one_of(
            st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
            st.sampled_from(["$result[c0][id]", "a $TOTAL[x], b", "$error[0]$next[1]", "+%2B&=#;"]),
        ),
        min_size=2,
        max_size=60,
    )
)
async def test_what_is_stored_is_what_was_given(texts: list[str]) -> None:
    async with portals() as (portal, emulator):
        epics = await portal.batch(*(epic(portal, "E", text) for text in texts))
        assert [record.description for record in epics] == texts
        stored = [record.description for record in emulator.state.epics.values()]
        assert sorted(stored) == sorted(texts)


async def test_more_variables_than_php_reads_arrive_whole() -> None:
    async with portals() as (portal, emulator):
        ids = list(range(1, 1_202))
        wide = portal.call("tasks.api.scrum.epic.list", {"filter": {"ID": ids}}, effect=Effect.READ)
        await portal.batch(epic(portal, "E"), wide, epic(portal, "F"))
        assert sorted(len(request.commands) for request in emulator.requests) == [0, 2]
        (alone,) = [r for r in emulator.requests if not r.is_batch]
        assert alone.params["filter"]["ID"] == ids


async def test_bodies_stay_below_the_limit() -> None:
    text = "ö" * 5_000
    async with portals(batching=BatchLimits(max_bytes=200_000)) as (portal, emulator):
        await portal.batch(*(epic(portal, f"E{n}", text) for n in range(20)))
        assert len(emulator.requests) > 1
        assert max(request.body_bytes for request in emulator.requests) <= 200_000
        assert {stored.description for stored in emulator.state.epics.values()} == {text}


async def test_a_body_that_the_server_finds_too_large_is_split() -> None:
    async with portals(Emulator(max_body_bytes=50_000)) as (portal, emulator):
        epics = await portal.batch(*(epic(portal, f"E{n}", "x" * 5_000) for n in range(30)))
        assert len(epics) == 30
        assert len(emulator.state.epics) == 30
        assert emulator.requests[0].status == 413
        before = len(emulator.requests)
        await portal.batch(*(epic(portal, f"F{n}", "x" * 5_000) for n in range(30)))
        assert all(request.status == 200 for request in emulator.requests[before:])


async def test_many_refusals_for_size_at_once_tell_the_same_once() -> None:
    async with portals(Emulator(max_body_bytes=60_000)) as (portal, emulator):
        await portal.batch(*(epic(portal, f"E{n}", "x" * 2_000) for n in range(500)))
        assert len(emulator.state.epics) == 500
        assert sum(request.status == 413 for request in emulator.requests) == 10
        assert len(emulator.requests) < 40


@pytest.mark.parametrize("by_name", [False, True])
async def test_updates_of_one_sprint_never_share_a_batch(by_name: bool) -> None:
    async with portals(Emulator(batch_caches=True)) as (portal, emulator):
        added = await sprint(portal, "S")

        def update(name: str) -> Call[Any]:
            if not by_name:
                return portal.sprints.update(added.id, name=name)
            params = {"id": str(added.id), "fields": {"name": name}}
            return portal.call("tasks.api.scrum.sprint.update", params)

        await portal.batch(update("A"), update("B"), sprint(portal, "T"), sprint(portal, "U"))
        for request in emulator.requests:
            updates = [c for c in request.commands if c.method.endswith("sprint.update")]
            assert len(updates) <= 1


async def test_a_sprint_that_was_read_and_one_named_by_its_id_stay_apart() -> None:
    async with portals() as (portal, emulator):
        added = await sprint(portal, "S")
        emulator.clear_requests()
        found = portal.sprints.active(1)
        listed = portal.sprints.list(filter={"GROUP_ID": 1})
        got = portal.sprints.get(added.id)
        await portal.batch(
            found,
            listed,
            got,
            portal.sprints.update(got.ref("id"), name="A"),
            portal.sprints.update(added.id, name="B"),
        )
        for request in emulator.requests:
            updates = [c for c in request.commands if c.method.endswith("sprint.update")]
            assert len(updates) <= 1


async def test_a_portal_with_shorter_batches_gets_shorter_batches() -> None:
    async with portals(Emulator(max_commands=20)) as (portal, emulator):
        assert len(await portal.batch(*(epic(portal, f"E{n}") for n in range(70)))) == 70
        assert len(emulator.state.epics) == 70
        before = len(emulator.requests)
        await portal.batch(*(epic(portal, f"F{n}") for n in range(40)))
        assert [len(request.commands) for request in emulator.requests[before:]] == [20, 20]


async def test_a_method_refused_in_a_batch_goes_alone_from_then_on() -> None:
    async with portals() as (portal, emulator):
        emulator.inject(
            "ERROR_BATCH_METHOD_NOT_ALLOWED", match="tasks.api.scrum.epic.add", scope="command"
        )
        await portal.batch(epic(portal, "E"), sprint(portal, "S"))
        await portal.batch(epic(portal, "F"), sprint(portal, "T"), sprint(portal, "U"))
        assert [request.method for request in emulator.requests] == [
            "batch",
            "tasks.api.scrum.epic.add",
            "tasks.api.scrum.epic.add",
            "batch",
        ]
        assert len(emulator.state.epics) == 2


async def test_a_crash_that_names_no_command_leaves_writes_unknown_and_repeats_reads() -> None:
    async with portals() as (portal, emulator):
        emulator.inject("INTERNAL_SERVER_ERROR", match="batch", commands=2)
        results = await portal.batch(
            epic(portal, "E"),
            epic(portal, "F"),
            epic(portal, "G"),
            portal.users.current(),
            return_exceptions=True,
        )
        assert [isinstance(result, OutcomeUnknown) for result in results] == [True] * 3 + [False]
        assert [emulator.state.created["epic", 1, name] for name in "EFG"] == [1, 1, 0]


async def test_a_blocked_method_waits_while_its_neighbours_keep_their_results() -> None:
    async with portals() as (portal, emulator):
        emulator.inject("OPERATION_TIME_LIMIT", match="tasks.api.scrum.epic.add", scope="command")
        results = await portal.batch(
            epic(portal, "E"), sprint(portal, "S"), epic(portal, "F"), sprint(portal, "T")
        )
        assert [record.name for record in results] == ["E", "S", "F", "T"]
        created = emulator.state.created
        assert [created["epic", 1, "E"], created["epic", 1, "F"]] == [1, 1]
        assert [created["sprint", 1, "S"], created["sprint", 1, "T"]] == [1, 1]


async def test_waiting_for_a_blocked_method_has_a_bound() -> None:
    async with portals(retry=RetryPolicy(max_wait=100.0)) as (portal, emulator):
        emulator.inject(
            "OPERATION_TIME_LIMIT", match="tasks.api.scrum.epic.add", scope="command", times=None
        )
        blocked, done = await portal.batch(
            epic(portal, "E"), sprint(portal, "S"), return_exceptions=True
        )
        assert isinstance(blocked, OperationTimeLimit)
        assert isinstance(done, Sprint)


async def test_a_command_answered_too_many_requests_is_sent_again() -> None:
    async with portals() as (portal, emulator):
        emulator.inject("QUERY_LIMIT_EXCEEDED", match="tasks.api.scrum.epic.add", scope="command")
        results = await portal.batch(epic(portal, "E"), sprint(portal, "S"))
        assert [record.name for record in results] == ["E", "S"]
        assert len(emulator.state.epics) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", ["drop", "cut", "truncated", "empty", "html", "gateway_timeout"])
async def test_no_way_to_lose_an_answer_doubles_a_write(fault: str, when: str) -> None:
    async with portals() as (portal, emulator):
        emulator.inject(fault, match="batch", when=when)
        results = await portal.batch(
            *(epic(portal, f"E{n}") for n in range(60)), return_exceptions=True
        )
        lost = [result for result in results if isinstance(result, BitrixScrumError)]
        assert {type(error) for error in lost} == {OutcomeUnknown}
        assert len(lost) in (10, 50)
        assert max(emulator.state.created.values()) == 1
        assert sum(isinstance(result, Epic) for result in results) == 60 - len(lost)


async def test_a_call_without_an_outcome_is_never_taken_for_a_success(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settled = Ledger.settled

    def loses_one(ledger: Ledger) -> dict[int, Any]:
        return {number: value for number, value in settled(ledger).items() if number != 3}

    monkeypatch.setattr(Ledger, "settled", loses_one)
    async with portals() as (portal, _):
        with pytest.raises(RuntimeError, match="1 calls have no outcome"):
            await portal.batch(*(epic(portal, f"E{n}") for n in range(10)))
