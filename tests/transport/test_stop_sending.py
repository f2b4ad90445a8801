"""A session that is told to send nothing more."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

import anyio
import pytest

from bitrix_scrum_async.calls import Effect
from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.errors import InvalidCall, NotExecuted
from bitrix_scrum_async.portal import Portal
from bitrix_scrum_async.session import PortalSession
from bitrix_scrum_async.transport.events import Event, Waited
from bitrix_scrum_async.transport.limits import Limits

pytestmark = pytest.mark.anyio

Road: TypeAlias = Callable[[PortalSession], Coroutine[Any, Any, list[object]]]


async def test_what_has_left_gets_its_answer_and_what_waits_ends_at_once() -> None:
    """One request is at the portal, others wait for the bucket, others for a place."""
    async with Emulator() as emulator:
        emulator.inject("delay", seconds=0.2)
        limits = Limits(burst=1, per_second=0.001, concurrency=3)
        async with PortalSession(emulator.webhook, limits=limits) as portal:
            asked = [
                asyncio.create_task(portal.send(portal.call("profile", effect=Effect.READ)))
                for _ in range(6)
            ]
            while not emulator.requests:
                await anyio.lowlevel.checkpoint()
            portal.stop_sending()
            with anyio.fail_after(5):
                answers = await asyncio.gather(*asked, return_exceptions=True)
            assert [type(each) for each in answers] == [dict] + [NotExecuted] * 5
            assert len(emulator.requests) == 1


async def test_a_batch_ends_with_what_was_answered_and_what_never_left() -> None:
    async with (
        Emulator() as emulator,
        PortalSession(emulator.webhook, limits=Limits(burst=1, per_second=0.001)) as portal,
    ):
        calls = [portal.groups.create(name="g", scrum_master_id=1) for _ in range(100)]
        running = asyncio.create_task(portal.batch(*calls, return_exceptions=True))
        while not portal.stats.requests:
            await anyio.lowlevel.checkpoint()
        portal.stop_sending()
        with anyio.fail_after(5):
            made = await running
        assert [type(each) for each in made] == [int] * 50 + [NotExecuted] * 50
        assert [call.spent for call in calls] == [True] * 50 + [False] * 50
        assert len(emulator.state.groups) == 50


async def alone(portal: Portal) -> list[object]:
    sent = [portal.send(portal.call("profile")) for _ in range(3)]
    return [*await asyncio.gather(*sent, return_exceptions=True)]


async def in_a_batch(portal: PortalSession) -> list[object]:
    calls = [portal.call("profile") for _ in range(3)]
    return [*await portal.batch(*calls, return_exceptions=True)]


async def in_a_stream(portal: PortalSession) -> list[object]:
    calls = [portal.call("profile") for _ in range(3)]
    return [outcome.error async for outcome in portal.stream(calls)]


async def coalescing(portal: PortalSession) -> list[object]:
    async with portal.coalescing() as view:
        return await alone(view)


roads = pytest.mark.parametrize("road", [alone, in_a_batch, in_a_stream, coalescing])


@roads
@pytest.mark.parametrize("waits_for", ["bucket", "method"])
async def test_who_waits_when_a_session_is_closed_hears_so_at_once(
    road: Road, waits_for: str
) -> None:
    slow = Limits(burst=1, per_second=0.001) if waits_for == "bucket" else Limits()
    events: list[Event] = []
    async with Emulator() as emulator:
        portal = PortalSession(emulator.webhook, limits=slow, on_event=events.append)
        if waits_for == "bucket":
            await portal.users.current()
        else:
            emulator.inject("OPERATION_TIME_LIMIT", times=None)
        asked = asyncio.create_task(road(portal))
        while not any(isinstance(event, Waited) for event in events) and (
            "operating" not in portal.stats.waited
        ):
            await anyio.lowlevel.checkpoint()
        await portal.aclose()
        with anyio.fail_after(5):
            answers = await asked
        assert [type(each) for each in answers] == [InvalidCall] * 3
        assert all("the session is closed" in str(each) for each in answers)


@roads
async def test_a_closed_session_sends_nothing(
    road: Road,
) -> None:
    async with Emulator() as emulator:
        portal = PortalSession(emulator.webhook)
        await portal.aclose()
        answers = await road(portal)
        assert [type(each) for each in answers] == [InvalidCall] * 3
        assert all("the session is closed" in str(each) for each in answers)
        assert not emulator.requests
        assert portal.stats.requests == 0


async def test_it_may_send_again() -> None:
    async with Emulator() as emulator, PortalSession(emulator.webhook) as portal:
        portal.stop_sending()
        with pytest.raises(NotExecuted):
            await portal.users.list()
        portal.resume_sending()
        assert await portal.users.list()
