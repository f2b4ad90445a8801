"""A portal with one scrum group, for programs to work on."""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

from bitrix_scrum_async import Limits, PortalSession
from bitrix_scrum_async.emulator import Emulator, VirtualClock

START = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
END = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)


@pytest.fixture
def clock() -> VirtualClock:
    """The portal's clock: what a portal is told to delay waits until somebody turns it."""
    return VirtualClock(runs_by_itself=False)


@pytest.fixture
def switches() -> dict[str, Any]:
    """How the portal differs from others; a test that parametrizes this says so."""
    return {}


@pytest.fixture
async def emulator(clock: VirtualClock, switches: dict[str, Any]) -> AsyncGenerator[Emulator, None]:
    """A portal with two scrum groups, 1 and 2, that have a backlog and no tasks."""
    async with Emulator(clock=clock, **switches) as emulator:
        async with PortalSession(emulator.webhook, limits=Limits.self_hosted()) as portal:
            for name in ("Mobile app", "Web shop"):
                group_id = await portal.groups.create(name, 1)
                await portal.groups.add_members(group_id, user_ids=[2, 3])
                await portal.backlogs.add(group_id, created_by=1)
        emulator.clear_requests()
        yield emulator


@pytest.fixture
async def portal(emulator: Emulator) -> AsyncGenerator[PortalSession, None]:
    """A session besides the program's own, to prepare the portal and to look at it."""
    async with PortalSession(emulator.webhook, limits=Limits.self_hosted()) as portal:
        yield portal


async def until(condition: Callable[[], object]) -> None:
    """Wait until something has become true on the other side of a connection."""
    while not condition():  # noqa: ASYNC110 - the other side is a server
        await asyncio.sleep(0.005)
