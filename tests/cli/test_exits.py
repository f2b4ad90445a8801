"""How commands end: no traceback, whatever happens."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from bitrix_scrum_async.cli.exits import ending, say
from bitrix_scrum_async.emulator import Emulator
from tests.cli.running import PROGRAM, command, refused
from tests.importer import plans


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
@pytest.mark.parametrize(
    ("redirected", "code"),
    [
        (">/dev/full", 1),
        ("2>/dev/full", 0),
        (">/dev/full 2>&1", 1),
        (">&-", 0),
        ("2>&-", 0),
        (">&- 2>&-", 0),
    ],
)
def test_output_that_cannot_be_written_is_no_traceback(redirected: str, code: int) -> None:
    ended = subprocess.run(  # noqa: S602 - our own program; only a shell can close a stream
        f'"$PYTHON" -c "$PROGRAM" demo {redirected}',
        shell=True,
        env={**os.environ, "PYTHON": sys.executable, "PROGRAM": PROGRAM},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == code
    said = [line for line in ended.stderr.splitlines() if not line.startswith("{")]
    full = "The result cannot be written: No space left on device"
    assert said == ([full] if redirected == ">/dev/full" else [])


def test_lines_of_json_are_not_mixed_with_what_is_logged(plan: Path, unused_port: int) -> None:
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM, "import", str(plan)],
        env={**os.environ, "BITRIX24_WEBHOOK": f"http://127.0.0.1:{unused_port}/rest/1/s3cr3t/"},
        capture_output=True,
        text=True,
        check=False,
    )
    *told, last = ended.stderr.splitlines()
    assert {json.loads(line)["event"] for line in told} == {"waiting"}
    assert last.startswith("the portal cannot be reached: ")
    assert ended.returncode == 2


def test_many_problems_have_a_line_each_up_to_a_bound(
    plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    group = plans.group(tasks=[{"key": f"T-{n}"} for n in range(60)])
    group["sprints"][1]["status"] = "planned"
    plan.write_text(json.dumps(plans.plan(group)), encoding="utf-8")
    assert command(monkeypatch, "import", plan) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 51
    assert lines[-1] == "... and 10 more problems of the plan"


def test_a_message_is_broken_between_words_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "the portal cannot be reached: " + "no connection, " * 9
    say(line)
    assert capsys.readouterr().err == f"{line}\n"
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    say(line)
    lines = capsys.readouterr().err.splitlines()
    assert max(map(len, lines)) <= 40
    assert " ".join(lines) == line.strip()


def test_an_interrupt_that_click_has_caught_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> int:
        raise click.Abort

    assert ending(interrupted) == 130
    assert capsys.readouterr().err == "Interrupted.\n"


@pytest.mark.parametrize(
    ("line", "about"),
    [
        ("groups", "the scopes task, sonet_group, socialnetwork, user"),
        ("import", "lacks the scopes task, sonet_group and socialnetwork, which"),
    ],
)
def test_scopes_that_are_missing_are_named_once(
    line: str,
    about: str,
    emulator: Emulator,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("BITRIX24_WEBHOOK", emulator.new_webhook(scopes=["user"]))
    assert command(monkeypatch, line, *([plan] if line == "import" else [])) == 2
    said = refused(capsys)
    assert about in said
    assert said.count("socialnetwork") - said.count("socialnetwork.api") == 1
    assert said.endswith("; bitrix-scrum whoami shows those it has")
    assert "check BITRIX24_WEBHOOK" not in said
