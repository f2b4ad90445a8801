"""No secret is shown by what is refused before anything is sent, nor by the command line."""

import json
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from bitrix_scrum_async import InvalidCall, OAuth, PortalSession, Tokens, Webhook
from bitrix_scrum_async.cli.commands import run
from bitrix_scrum_async.emulator import Emulator
from tests.importer import plans

from .evidence import Evidence, gathering

PASSWORD = "pr0xy:p@ssw0rd"


@pytest.fixture
def evidence() -> Generator[Evidence, None, None]:
    with gathering() as evidence:
        yield evidence


CODE = "wEbHoOkCoDe16chr"

REFUSED: list[Callable[[], object]] = [
    lambda: PortalSession(CODE),
    lambda: PortalSession(f"acme.bitrix24.com/rest/1/{CODE}/"),
    lambda: PortalSession(f"http://acme.bitrix24.com/rest/1/{CODE}/"),
    lambda: PortalSession(f"https://acme.bitrix24.com:port/rest/1/{CODE}/"),
    lambda: PortalSession(f"https://[acme/rest/1/{CODE}/"),
    lambda: PortalSession(f"https://acme.bitrix24.com/rest/1/{CODE}/profile"),
    lambda: PortalSession([f"https://acme.bitrix24.com/rest/1/{CODE}/"]),  # type: ignore[arg-type]  # pyright: ignore
    lambda: PortalSession(f"https://a.example/rest/1/{CODE}/", proxy=f"socks5://u:{PASSWORD}@x"),
    lambda: PortalSession(f"https://a.example/rest/1/{CODE}/", proxy=f"u:{PASSWORD}@x"),
    lambda: PortalSession(f"https://a.example/rest/1/{CODE}/", proxy=f"http://[u:{PASSWORD}@x"),
    lambda: PortalSession(f"https://a.example/rest/1/{CODE}/", on_event="x"),  # type: ignore[arg-type]  # pyright: ignore
    lambda: Webhook(CODE),
    lambda: OAuth(endpoint=f"https://u:{CODE}@acme/rest/", client_id="x", client_secret="y"),
    lambda: OAuth(endpoint="https://acme/rest/", client_id="x", client_secret=f"{CODE}\n"),
    lambda: OAuth(endpoint="https://acme/rest/", client_id="x", client_secret=CODE),
    lambda: OAuth(
        endpoint="https://acme/rest/", client_id="x", client_secret=CODE, access_token=f" {CODE}"
    ),
    lambda: OAuth(
        endpoint="https://acme/rest/",
        client_id="x",
        client_secret=CODE,
        access_token=CODE,
        token_url=f"https://x/?client_secret={CODE}",
    ),
    lambda: Tokens(access_token=f"{CODE} ", endpoint="https://acme/rest/"),
    lambda: Tokens.from_json(f'{{"access_token": "{CODE}", "endpoint": 7}}'.encode()),
    lambda: a_session().call(f"https://acme.bitrix24.com/rest/1/{CODE}/profile"),
    lambda: a_session().call(f"/rest/1/{CODE}/profile"),
    lambda: a_session().call(f"profile?auth={CODE}"),
    lambda: a_session().call("profile", {"auth": CODE}),
    lambda: a_session().call("profile", {"access_token": CODE}),
    lambda: a_session().call("profile", f"auth={CODE}"),  # type: ignore[arg-type]  # pyright: ignore
]


def a_session() -> PortalSession:
    return PortalSession(f"https://acme.bitrix24.com/rest/1/{CODE}/")


@pytest.mark.parametrize("build", REFUSED)
def test_no_call_or_setting_that_is_refused_shows_a_secret(
    evidence: Evidence, build: Callable[[], object]
) -> None:
    try:
        build()
    except InvalidCall as error:
        evidence.see(error)
    assert evidence.errors
    evidence.check([CODE, PASSWORD])


@pytest.mark.parametrize("name", ["BITRIX24_WEBHOOK", "BITRIX24_WEBHOOK_FILE"])
@pytest.mark.parametrize(
    "value",
    [
        f"https://acme.bitrix24.com/rest/1/{CODE}",
        f"http://acme.bitrix24.com/rest/1/{CODE}/",
        f"https://acme.bitrix24.com/rest/1/{CODE}/\udcff",
    ],
)
def test_no_environment_that_does_not_serve_is_shown(
    evidence: Evidence,
    name: str,
    value: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Also a file's content, and an address where a file's name belongs."""
    monkeypatch.delenv("BITRIX24_WEBHOOK", raising=False)
    monkeypatch.delenv("BITRIX24_WEBHOOK_FILE", raising=False)
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(plans.plan()), encoding="utf-8")
    file = tmp_path / "webhook"
    file.write_bytes(value.encode("utf-8", "surrogateescape"))
    for given in {value, str(file) if name.endswith("FILE") else value}:
        monkeypatch.setenv(name, given)
        try:
            evidence.show(PortalSession.from_env())
        except InvalidCall as error:
            evidence.see(error)
        monkeypatch.setattr(sys, "argv", ["bitrix-scrum", "verify", str(plan)])
        evidence.show(run(), *capsys.readouterr())
    evidence.check([CODE])


@pytest.mark.parametrize("fault", ["wrong", "nowhere", "INVALID_CREDENTIALS"])
def test_no_import_of_the_command_line_shows_a_secret(
    evidence: Evidence,
    bitrix_portal: Emulator,
    fault: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    webhook = {
        "wrong": f"{bitrix_portal.endpoint}1/{CODE}/",
        "nowhere": f"http://127.0.0.1:9/rest/1/{CODE}/",
    }.get(fault, bitrix_portal.webhook)
    if fault == "INVALID_CREDENTIALS":
        bitrix_portal.inject(fault, times=None)
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(plans.plan()), encoding="utf-8")
    monkeypatch.setenv("BITRIX24_WEBHOOK", webhook)
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
    monkeypatch.setattr(sys, "argv", ["bitrix-scrum", "import", str(plan), "--json"])
    evidence.show(run(), *capsys.readouterr())
    for file in tmp_path.iterdir():
        evidence.texts.append(file.read_bytes().decode("latin-1"))
    evidence.check([CODE, bitrix_portal.webhook.split("/")[-2]])
