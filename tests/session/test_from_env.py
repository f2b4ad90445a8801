"""`PortalSession.from_env`: the address from a variable, or from a file that one names."""

from pathlib import Path

import pytest

from bitrix_scrum_async import InvalidCall, Limits, PortalSession


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BITRIX24_WEBHOOK", raising=False)
    monkeypatch.delenv("BITRIX24_WEBHOOK_FILE", raising=False)


def test_the_variable_holds_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BITRIX24_WEBHOOK", "https://acme.example/rest/1/abc/")
    assert PortalSession.from_env(limits=Limits.enterprise()).host == "acme.example"


def test_or_a_file_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "webhook"
    file.write_text("https://acme.example/rest/1/abc/\n", encoding="utf-8")
    monkeypatch.setenv("BITRIX24_WEBHOOK_FILE", str(file))
    assert PortalSession.from_env().host == "acme.example"


def test_nothing_set_says_what_to_set() -> None:
    with pytest.raises(InvalidCall, match="set BITRIX24_WEBHOOK"):
        PortalSession.from_env()


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"not an address"])
def test_a_file_that_does_not_serve_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "webhook"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("BITRIX24_WEBHOOK_FILE", str(file))
    with pytest.raises(InvalidCall):
        PortalSession.from_env()
