"""What every test shares: asyncio as anyio's only backend, and repeatable properties."""

import hypothesis
import pytest

# Two cores and shared machines: a slow example is no failure, but examples must repeat.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture
def anyio_backend() -> str:
    """The client stands on aiohttp, which knows asyncio only."""
    return "asyncio"
