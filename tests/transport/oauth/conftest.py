"""An authorization server, and an ear for secrets."""

import gc
import logging
from collections.abc import Iterator

import pytest

from bitrix_scrum_async.transport import oauth

from .authorization import Server


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at once whether another process has stored newer tokens."""
    monkeypatch.setattr(oauth, "_LOOKS", (0.0, 0.0))


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever happens, no secret is logged, and no task dies unheard."""
    with caplog.at_level(logging.DEBUG):
        yield
        gc.collect()
    assert "hunter2" not in caplog.text
    assert "never retrieved" not in caplog.text
