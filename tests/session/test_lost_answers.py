"""Answers that get lost on the way back: what was a write is not sent again."""

import pytest

from bitrix_scrum_async import Backlog, Effect, OutcomeUnknown, PortalSession
from bitrix_scrum_async.emulator import Emulator
from tests.sprints import sprint

pytestmark = pytest.mark.anyio


async def test_an_answer_lost_after_a_write_is_not_sent_again(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    emulator.inject("drop", match="tasks.api.scrum.sprint.add", when="after")
    with pytest.raises(OutcomeUnknown):
        await sprint(portal, group=group)
    assert emulator.state.created["sprint", group, "Sprint 1"] == 1


async def test_an_answer_lost_after_a_batch_tells_writes_from_reads(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    await portal.backlogs.add(group, created_by=1)
    emulator.inject("drop", match="batch", when="after")
    results = await portal.batch(
        sprint(portal, group=group), portal.backlogs.get(group), return_exceptions=True
    )
    assert [type(result) for result in results] == [OutcomeUnknown, Backlog]
    assert emulator.state.created["sprint", group, "Sprint 1"] == 1


@pytest.mark.parametrize("together", [False, True], ids=["alone", "in a batch"])
async def test_a_deletion_whose_answer_was_lost_is_done(
    portal: PortalSession, emulator: Emulator, group: int, together: bool
) -> None:
    """Every deletion: repeated after a lost answer, it finds nothing, and that is success."""
    added = await sprint(portal, group=group)
    epic = await portal.epics.add(group_id=group, name="Sign-in")
    for delete in (
        portal.sprints.delete(added.id),
        portal.epics.delete(epic.id),
        portal.groups.delete(group),
    ):
        emulator.inject("drop", when="after")
        if together:
            await portal.batch(delete, portal.call("profile", effect=Effect.READ))
        else:
            await delete
    assert emulator.state.groups.get(group) is None
