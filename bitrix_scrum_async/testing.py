"""A pytest plugin: the fixture `bitrix_portal`, an embedded portal for one test.

The portal runs in a thread with an event loop of its own, so it serves tests of any kind: plain
ones and those of any async plugin. The marker `bitrix_portal` takes the options of `Emulator`:

    @pytest.mark.bitrix_portal(limits="cloud", users=3)
    def test_something(bitrix_portal):
        ... bitrix_portal.webhook ...
"""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from .emulator import Emulator

_MARKER = "bitrix_portal"


@contextmanager
def serving(emulator: Emulator) -> Generator[Emulator, None, None]:
    """Run an emulator in a thread with its own event loop until the block ends.

    Raises:
        EmulatorError: It could not start; the caller's thread gets the error.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="bitrix-portal", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(emulator.start(), loop).result()
        try:
            yield emulator
        finally:
            asyncio.run_coroutine_threadsafe(emulator.stop(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
def bitrix_portal(request: pytest.FixtureRequest) -> Generator[Emulator, None, None]:
    """An embedded portal, empty but for its users, on a free port of this machine."""
    options: dict[str, Any] = {}
    marks: list[pytest.Mark] = list(request.node.iter_markers(_MARKER))
    for mark in reversed(marks):  # the closest mark comes first and has the last word
        if mark.args:
            raise pytest.UsageError(f"the marker {_MARKER} takes keyword arguments only")
        options |= mark.kwargs
    with serving(Emulator(**options)) as emulator:
        yield emulator


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(**options): options of Emulator for the fixture bitrix_portal",
    )
