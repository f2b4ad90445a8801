"""An emulated portal and a session with it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.session import PortalSession
from bitrix_scrum_async.transport.limits import Limits


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """A portal of its own for each test, one that shows in which stage a card stands."""
    async with Emulator(task_stage_id="card") as emulator:
        yield emulator


@pytest.fixture
async def portal(emulator: Emulator) -> AsyncIterator[PortalSession]:
    """A session with the emulated portal."""
    async with PortalSession(emulator.webhook, limits=Limits.self_hosted()) as portal:
        yield portal


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A place for a journal."""
    return tmp_path / "import.sqlite"
