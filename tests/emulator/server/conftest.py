"""A client of a portal with small methods, over HTTP."""

from collections.abc import AsyncIterator

import pytest

from tests.emulator.small_methods import Client, small_portal


@pytest.fixture
async def portal() -> AsyncIterator[Client]:
    async with small_portal() as client:
        yield client
