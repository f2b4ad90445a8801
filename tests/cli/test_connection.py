"""The portal that a command talks to: whose webhook it is, and how fast."""

from pathlib import Path

import anyio.lowlevel
import pytest

from bitrix_scrum_async.cli.connection import limited
from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.session import PortalSession
from bitrix_scrum_async.transport.clock import SystemClock
from bitrix_scrum_async.transport.limits import Limits
from tests.cli.running import command, refused


@pytest.mark.parametrize(
    ("limits", "rate", "per_second"),
    [
        (Limits.cloud(), 0.5, 0.5),
        (Limits.cloud(), 20, 2.0),
        (Limits.self_hosted(), 20, 20),
    ],
)
def test_a_rate_lowers_the_limits_and_never_lifts_them(
    limits: Limits, rate: float, per_second: float
) -> None:
    found = limited(limits, rate)
    assert (found.per_second, found.burst) == (per_second, 1)
    assert limited(limits, None) == limits


def test_a_webhook_may_stand_in_a_file(
    emulator: Emulator, plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "webhook").write_text(emulator.webhook + "\n", encoding="utf-8")
    monkeypatch.setenv("BITRIX24_WEBHOOK_FILE", str(tmp_path / "webhook"))
    assert command(monkeypatch, "import", plan) == 0


def test_no_webhook(
    plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "import", plan) == 2
    assert refused(capsys).startswith("no webhook: set BITRIX24_WEBHOOK to the address")


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "https://acme.bitrix24.com/",
        "http://acme.example/rest/1/s3cr3t/",
        "ftp://acme.example/rest/1/s3cr3t/",
    ],
)
def test_what_is_no_webhook(
    address: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("BITRIX24_WEBHOOK", address)
    assert command(monkeypatch, "import", plan) == 2
    line = refused(capsys)
    assert line.startswith("the webhook cannot be used: ")
    assert "s3cr3t" not in line
    assert "allow_http" not in line


def test_a_webhook_file_that_is_not_there(
    plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BITRIX24_WEBHOOK_FILE", str(plan.parent / "none"))
    assert command(monkeypatch, "import", plan) == 2
    assert "the webhook cannot be used: " in refused(capsys)


def test_a_wrong_webhook(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wrong = webhook.rstrip("/") + "x/"
    monkeypatch.setenv("BITRIX24_WEBHOOK", wrong)
    assert command(monkeypatch, "import", plan) == 2
    line = refused(capsys)
    assert line.startswith("the portal refuses the webhook: ")
    assert line.endswith("; check BITRIX24_WEBHOOK")
    assert list(plan.parent.iterdir()) == [plan]
    assert wrong.rsplit("/", 2)[1] not in line
    assert not emulator.state.created


def test_a_portal_that_is_not_there(
    plan: Path,
    unused_port: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def at_once(_self: SystemClock, _seconds: float) -> None:
        await anyio.lowlevel.checkpoint()

    monkeypatch.setattr(SystemClock, "sleep", at_once)
    monkeypatch.setenv("BITRIX24_WEBHOOK", f"http://127.0.0.1:{unused_port}/rest/1/s3cr3t/")
    assert command(monkeypatch, "import", plan) == 2
    line = refused(capsys)
    assert line.startswith("the portal cannot be reached: ")
    assert "s3cr3t" not in line


def test_a_portal_that_answers_something_else(
    webhook: str, plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def answer(*_: object, **__: object) -> object:
        return ["welcome"]

    monkeypatch.setattr(PortalSession, "call", answer)
    assert command(monkeypatch, "import", plan) == 2
    assert refused(capsys).startswith(
        "the portal cannot be used: profile: the result is ['welcome']"
    )
