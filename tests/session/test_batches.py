"""Calls in batches: few requests, results in order, and failures that touch nothing else."""

from typing import Any, cast

import pytest

from bitrix_scrum_async import (
    BatchError,
    Call,
    DependencyFailed,
    Epic,
    InvalidCall,
    NotExecuted,
    PortalSession,
    Sprint,
    SprintNotFound,
)
from bitrix_scrum_async.emulator import Emulator
from tests.sprints import sprint

pytestmark = pytest.mark.anyio


async def test_a_batch_is_one_request_and_keeps_the_order(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    names = [f"Sprint {n}" for n in range(50)]
    sprints = await portal.batch(*(sprint(portal, name, group) for name in names))
    assert [record.name for record in sprints] == names
    assert [request.method for request in emulator.requests] == ["batch"]
    assert len(emulator.requests[0].commands) == 50


async def test_more_than_fifty_calls_are_more_than_one_request(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    names = [f"Sprint {n}" for n in range(120)]
    sprints = await portal.batch(*(sprint(portal, name, group) for name in names))
    assert [record.name for record in sprints] == names
    assert sorted(len(request.commands) for request in emulator.requests) == [20, 50, 50]


async def test_no_calls_make_no_request(portal: PortalSession, emulator: Emulator) -> None:
    assert await portal.batch() == ()
    assert emulator.requests == ()


async def test_a_list_instead_of_calls_is_told(portal: PortalSession, emulator: Emulator) -> None:
    with pytest.raises(InvalidCall, match="one by one"):
        await portal.batch(cast("Call[Any]", []))
    assert emulator.requests == ()


async def test_calls_refer_to_each_other_in_one_request(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    await portal.backlogs.add(group, created_by=1)
    task = await portal.tasks.add(title="Log in", responsible_id=1, group_id=group)
    emulator.clear_requests()
    added = sprint(portal, group=group)
    epic = portal.epics.add(group_id=group, name="Sign-in")
    place = portal.scrum_tasks.update(
        task.id, entity_id=added.ref("id"), epic_id=epic.ref("id"), story_points="3"
    )
    first, second, third = await portal.batch(added, epic, place)
    assert isinstance(first, Sprint)
    assert isinstance(second, Epic)
    assert third is None
    assert len(emulator.requests) == 1
    placed = await portal.scrum_tasks.get(task.id)
    assert (placed.entity_id, placed.epic_id, placed.story_points) == (first.id, second.id, "3")


async def test_a_failing_dependency_touches_no_other_record(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    """The emulator does as a portal: without `halt`, the macro of a failed command means id 1."""
    assert group == 1
    naive = {
        "halt": 0,
        "cmd": {
            "first": "profile",
            "a": "tasks.api.scrum.sprint.get?id=999",
            "b": "tasks.api.scrum.epic.add?fields[groupId]=$result[a][groupId]&fields[name]=x",
        },
    }
    answer = await portal.call("batch", naive)
    assert answer["result"]["b"]["groupId"] == 1
    emulator.clear_requests()

    missing = portal.sprints.get(999)
    with pytest.raises(BatchError) as caught:
        await portal.batch(
            portal.users.current(),
            missing,
            portal.epics.add(group_id=missing.ref("group_id"), name="Strayed"),
        )
    assert [type(outcome.error) for outcome in caught.value.outcomes] == [
        type(None),
        SprintNotFound,
        DependencyFailed,
    ]
    assert not any(epic.name == "Strayed" for epic in emulator.state.epics.values())


async def test_errors_stand_in_their_places_on_request(portal: PortalSession, group: int) -> None:
    added = await sprint(portal, group=group)
    found, missing = await portal.batch(
        portal.sprints.get(added.id), portal.sprints.get(999), return_exceptions=True
    )
    assert found == added
    assert isinstance(missing, SprintNotFound)
    assert missing.call is not None
    assert missing.call.method == "tasks.api.scrum.sprint.get"


async def test_a_failed_batch_says_how_many_and_keeps_every_outcome(
    portal: PortalSession, group: int
) -> None:
    added = await sprint(portal, group=group)
    with pytest.raises(
        BatchError, match=r"^1 of 2 calls failed; the first: .*Sprint not found"
    ) as caught:
        await portal.batch(portal.sprints.get(added.id), portal.sprints.get(999))
    first, second = caught.value.outcomes
    assert first.unwrap() == added
    with pytest.raises(SprintNotFound):
        second.unwrap()


async def test_halt_ends_after_the_first_error(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    results = await portal.batch(
        sprint(portal, "before", group),
        portal.sprints.get(999),
        sprint(portal, "after", group),
        halt=True,
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [Sprint, SprintNotFound, NotExecuted]
    assert emulator.state.created["sprint", group, "after"] == 0


@pytest.mark.parametrize(
    "text", ["pay $result[c0][id] now", "$total[x]", "$error_description[0]", "100 % + & = # ö 😀"]
)
async def test_a_text_is_stored_as_it_was_given(
    portal: PortalSession, emulator: Emulator, group: int, text: str
) -> None:
    results = await portal.batch(
        *(portal.epics.add(group_id=group, name=text, description=text) for _ in range(3))
    )
    assert {(record.name, record.description) for record in results} == {(text, text)}
    assert emulator.state.created["epic", group, text] == 3
