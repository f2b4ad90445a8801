"""What every test shares: asyncio as anyio's only backend, and repeatable properties."""

import gc
import os

import hypothesis
import pytest

from bitrix_scrum_async.transport import limits

# Other libraries' clients, which only `nox -s peers` installs; it names the folder.
collect_ignore = ["peers"]

# Two cores and shared machines: a slow example is no failure, but examples must repeat.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True, max_examples=50)
# `HYPOTHESIS_PROFILE=thorough pytest` looks for what nobody has seen yet.
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=1_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture
def anyio_backend() -> str:
    """The client stands on aiohttp, which knows asyncio only."""
    return "asyncio"


def pytest_collection_finish() -> None:
    """Spare the collector thousands of tests: many of them ask it for what they left behind."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup() -> None:
    """Give each test portals of its own.

    A process remembers what it sent to a host and port; among thousands of emulators one gets the
    port of another before it, and would wait for requests that it never saw.
    """
    limits._buckets.clear()  # pyright: ignore[reportPrivateUsage]
