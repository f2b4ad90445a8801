"""An emulated portal, its webhook in the environment, and a plan."""

import json
from collections.abc import Iterator
from pathlib import Path

import anyio
import anyio.from_thread
import pytest

from bitrix_scrum_async.emulator import Emulator
from tests.cli.running import command
from tests.importer import plans


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulated portal in a thread: commands run event loops of their own."""
    with (
        anyio.from_thread.start_blocking_portal("asyncio") as thread,
        thread.wrap_async_context_manager(Emulator()) as emulator,
    ):
        yield emulator


@pytest.fixture
def webhook(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> str:
    """The emulated portal's webhook, in the environment."""
    monkeypatch.setenv("BITRIX24_WEBHOOK", emulator.webhook)
    return emulator.webhook


@pytest.fixture(autouse=True)
def no_webhook(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the webhook of whoever runs it."""
    monkeypatch.delenv("BITRIX24_WEBHOOK", raising=False)
    monkeypatch.delenv("BITRIX24_WEBHOOK_FILE", raising=False)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan of one small group."""
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plans.plan(), indent=1), encoding="utf-8")
    return file


@pytest.fixture
def unused_port() -> int:
    """A port on which nobody listens."""

    async def find() -> int:
        async with Emulator() as emulator:
            return int(emulator.address.rsplit(":", 1)[1])

    return anyio.run(find)


@pytest.fixture
def imported(
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The plan's group in the portal, with the id 1."""
    assert command(monkeypatch, "import", plan) == 0
    capsys.readouterr()
