"""A session that is told to send nothing more."""

import asyncio

import anyio
import pytest

from bitrix_scrum_async.calls import Effect
from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.errors import NotExecuted
from bitrix_scrum_async.session import PortalSession
from bitrix_scrum_async.transport.limits import Limits

pytestmark = pytest.mark.anyio


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


async def test_it_may_send_again() -> None:
    async with Emulator() as emulator, PortalSession(emulator.webhook) as portal:
        portal.stop_sending()
        with pytest.raises(NotExecuted):
            await portal.users.list()
        portal.resume_sending()
        assert await portal.users.list()
