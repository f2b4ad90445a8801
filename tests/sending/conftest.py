"""Tests of sending run in a loop that turns its own clock."""

from typing import Any

import pytest

from .world import TurningLoop


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """asyncio, without waiting."""
    return "asyncio", {"loop_factory": TurningLoop}
