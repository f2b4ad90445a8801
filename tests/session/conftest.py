"""An emulated portal, a session with it over HTTP, and a Scrum group."""

from collections.abc import AsyncIterator

import pytest

from bitrix_scrum_async import PortalSession
from bitrix_scrum_async.emulator import Emulator


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with Emulator() as emulator:
        yield emulator


@pytest.fixture
async def portal(emulator: Emulator) -> AsyncIterator[PortalSession]:
    async with PortalSession(emulator.webhook) as portal:
        yield portal


@pytest.fixture
async def group(portal: PortalSession, emulator: Emulator) -> int:
    """A Scrum group; what making it took is not listed."""
    group_id = await portal.groups.create(name="Mobile app", scrum_master_id=1)
    emulator.clear_requests()
    return group_id
