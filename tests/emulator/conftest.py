"""The small portal as a fixture."""

import pytest

from tests.emulator.methods.office import Office, open_office


@pytest.fixture
def office() -> Office:
    """A portal with three groups."""
    return open_office()
