"""Calls alone: one request each, the portal's errors by their meaning, and what is refused."""

import anyio
import pytest

from bitrix_scrum_async import (
    Backlog,
    BacklogNotFound,
    InvalidCall,
    InvalidCredentials,
    OverloadLimit,
    PortalMoved,
    PortalSession,
)
from bitrix_scrum_async.emulator import Emulator
from tests.sprints import sprint

pytestmark = pytest.mark.anyio


async def test_one_call_is_one_request(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    backlog = await portal.backlogs.add(group, created_by=1)
    assert isinstance(backlog, Backlog)
    assert backlog.group_id == group
    assert [request.method for request in emulator.requests] == ["tasks.api.scrum.backlog.add"]


async def test_send_is_await(portal: PortalSession, group: int) -> None:
    added = await portal.send(sprint(portal, group=group))
    assert await portal.sprints.get(added.id) == added


async def test_concurrent_calls_share_the_session(portal: PortalSession, group: int) -> None:
    async with anyio.create_task_group() as tasks:
        for n in range(30):
            tasks.start_soon(portal.send, sprint(portal, f"Sprint {n}", group))
    found = [record async for record in portal.sprints.all(filter={"group_id": group})]
    assert len({record.name for record in found}) == 30


async def test_an_error_of_the_portal_is_raised_as_what_it_means(
    portal: PortalSession, group: int
) -> None:
    with pytest.raises(BacklogNotFound) as caught:
        await portal.backlogs.get(group)
    assert (caught.value.code, caught.value.status) == ("0", 400)
    assert caught.value.method == "tasks.api.scrum.backlog.get"


async def test_a_redirect_is_an_error_that_names_the_new_host(
    portal: PortalSession, emulator: Emulator
) -> None:
    emulator.inject("redirect", location="https://new.example/rest/1/secret/profile")
    with pytest.raises(PortalMoved) as caught:
        await portal.call("profile")
    assert caught.value.location == "https://new.example"
    assert "secret" not in str(caught.value)


async def test_wrong_credentials_are_told_without_showing_them(emulator: Emulator) -> None:
    async with PortalSession(f"{emulator.endpoint}1/wrongcode/") as portal:
        with pytest.raises(InvalidCredentials) as caught:
            await portal.call("profile")
    assert "wrongcode" not in f"{caught.value!r} {caught.value} {portal!r}"


async def test_a_write_is_sent_once(portal: PortalSession, emulator: Emulator, group: int) -> None:
    added = sprint(portal, group=group)
    await added
    with pytest.raises(InvalidCall, match="was sent before"):
        await added
    assert emulator.state.created["sprint", group, "Sprint 1"] == 1
    read = portal.users.current()
    assert await read == await read


async def test_a_write_that_was_refused_may_be_sent_again(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    emulator.inject("OVERLOAD_LIMIT", match="tasks.api.scrum.sprint.add")
    added = sprint(portal, group=group)
    with pytest.raises(OverloadLimit):
        await added
    assert (await added).name == "Sprint 1"


async def test_a_call_with_a_reference_cannot_go_alone(portal: PortalSession, group: int) -> None:
    added = sprint(portal, group=group)
    with pytest.raises(InvalidCall, match="send both with `batch`"):
        await portal.sprints.start(added.ref("id"))
    added.handed_over = True


async def test_a_call_of_another_session_is_refused(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    async with Emulator() as elsewhere, PortalSession(elsewhere.webhook) as other:
        with pytest.raises(InvalidCall, match="built by another session"):
            await portal.batch(sprint(portal, group=group), sprint(other, group=group))
        with pytest.raises(InvalidCall, match="built by another session"):
            await portal.send(sprint(other, group=group))
        (outcome,) = [outcome async for outcome in portal.stream([sprint(other, group=group)])]
        assert isinstance(outcome.error, InvalidCall)
        assert not elsewhere.requests
    assert emulator.state.created["sprint", group, "Sprint 1"] == 0
