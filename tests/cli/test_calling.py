"""`bitrix-scrum call`."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bitrix_scrum_async.emulator import Emulator
from tests.cli.running import command, refused

SCRUM = "tasks.api.scrum"


def test_it_prints_the_result_as_json(
    webhook: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "call", "profile") == 0
    assert json.loads(capsys.readouterr().out)["ID"] == "1"


def test_it_sends_what_is_typed(
    emulator: Emulator, webhook: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = ["--params", '{"fields": {"NAME": "Shop", "KEYWORDS": 7}}', "--param", "fields[x][]=1"]
    command(monkeypatch, "call", "no.such.method", *typed)
    assert emulator.requests[-1].params == {"fields": {"NAME": "Shop", "KEYWORDS": 7, "x": ["1"]}}


@pytest.mark.parametrize("by", ["a file", "standard input"])
def test_parameters_may_come_from_elsewhere(
    by: str, webhook: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b'{"NAME": "Shop", "SCRUM_MASTER_ID": 1}'
    (tmp_path / "params.json").write_bytes(text)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    source = "@-" if by == "standard input" else f"@{tmp_path / 'params.json'}"
    assert command(monkeypatch, "call", "sonet_group.create", "--params", source) == 0


def test_a_lost_answer_is_not_asked_for_again_unless_it_only_reads(
    emulator: Emulator,
    webhook: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    emulator.inject("drop")
    assert command(monkeypatch, "call", "server.time") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "look before you repeat it" in said.err
    assert len(emulator.requests) == 1
    emulator.inject("drop", nth=1)
    assert command(monkeypatch, "call", "server.time", "--read") == 0
    assert len(emulator.requests) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no.such.method"], "no.such.method: Method not found!"),
        ([f"{SCRUM}.sprint.get", "--param", "id=9"], "Sprint not found (code '0'); pass the id"),
        (["a name"], "'a name' is no method's name"),
        (["x", "--params", '{"a": null}'], "x: a: None has no form in a request"),
        (["x", "--param", "auth=1"], "x: auth: the portal's routing takes this name"),
    ],
)
def test_what_is_not_executed_ends_with_2(
    arguments: list[str],
    said: str,
    webhook: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(monkeypatch, "call", *arguments) == 2
    line = refused(capsys)
    assert said in line
    assert "check BITRIX24_WEBHOOK" not in line


def test_a_missing_scope_is_named_as_what_it_is(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BITRIX24_WEBHOOK", emulator.new_webhook(scopes=["user"]))
    assert command(monkeypatch, "call", f"{SCRUM}.sprint.list") == 2
    assert refused(capsys) == (
        "the webhook has not the scope that tasks.api.scrum.sprint.list needs; "
        "bitrix-scrum whoami shows those it has"
    )


def test_a_file_may_begin_with_a_byte_order_mark(
    webhook: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "params.json"
    file.write_text('{"filter": {"ID": 2}}', encoding="utf-8-sig")
    assert command(monkeypatch, "call", "user.get", "--params", f"@{file}") == 0
    assert [row["ID"] for row in json.loads(capsys.readouterr().out)] == ["2"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--param", "id"], "'id' is not NAME=VALUE"),
        (["--params", "@none.json"], "--params: none.json cannot be read: No such file"),
        (["--param", "a=1", "--params", "["], "--params is not JSON: "),
    ],
)
def test_bad_parameters_are_refused_before_anything_is_sent(
    arguments: list[str],
    said: str,
    emulator: Emulator,
    webhook: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(monkeypatch, "call", "profile", *arguments) == 2
    assert said in capsys.readouterr().err
    assert emulator.requests == ()


def test_colors_are_for_terminals_only(
    webhook: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def printed(*options: str) -> str:
        assert command(monkeypatch, "call", "profile", *options) == 0
        return capsys.readouterr().out

    plain = printed()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    colored = printed()
    assert "\x1b[" in colored
    assert printed("--json") == plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert printed() == plain


def test_text_of_the_portal_does_nothing_to_a_terminal(
    emulator: Emulator,
    webhook: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = "a\x1b[2J\x07 \x9b2J \u202eb\u2028c"
    fields: Any = {"NAME": name, "SCRUM_MASTER_ID": 1}
    assert command(monkeypatch, "call", "sonet_group.create", "--params", json.dumps(fields)) == 0
    group = capsys.readouterr().out.strip()
    assert command(monkeypatch, "call", "sonet_group.get", "--param", f"FILTER[ID]={group}") == 0
    out = capsys.readouterr().out
    assert json.loads(out)[0]["NAME"] == name
    assert all(each.isprintable() for line in out.split("\n") for each in line)
