"""Each command: with which exit code it ends, and its result as JSON."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import click
import pytest

from bitrix_scrum_async.cli.catalogue import ENTRIES
from bitrix_scrum_async.emulator import Emulator
from tests.cli.running import PROGRAM, command
from tests.cli.test_catalogue import COMMANDS

LEAVES = [name for name, found in COMMANDS.items() if not isinstance(found, click.Group)]
RUNNING_ON = {"emulator"}
"""What runs until it is ended: tested by itself."""

DONE = {
    "call": "call profile",
    "completion": "completion bash",
    "convert": "convert export.csv -o new.yaml",
    "demo": "demo",
    "export": "export --group 1 -o new.yaml",
    "groups": "groups",
    "import": "import plan.json",
    "journal merge": "journal merge plan.journal.sqlite copy.sqlite -o new.sqlite",
    "journal show": "journal show plan.journal.sqlite",
    "schema": "schema",
    "sprints": "sprints 1 --points",
    "verify": "verify plan.json",
    "whoami": "whoami",
}
IN_PART = {
    "call": "call server.time",
    "import": "import more.json",
    "verify": "verify plan.json",
    "whoami": "whoami",
}
REFUSED = {
    "call": "call no.such.method",
    "completion": "completion tcsh",
    "convert": "convert none.csv -o new.yaml",
    "demo": "demo --loud",
    "emulator": "emulator --port 99999",
    "export": "export --group 99 -o new.yaml",
    "groups": "groups 1",
    "import": "import none.json",
    "journal merge": "journal merge none.sqlite plan.journal.sqlite -o new.sqlite",
    "journal show": "journal show none.sqlite",
    "schema": "schema plan.json",
    "sprints": "sprints 99",
    "verify": "verify none.json",
    "whoami": "whoami --for fun",
}
WITH_A_PORTAL = ["call", "export", "groups", "import", "sprints", "verify", "whoami"]

Run = Callable[[str], int]


@pytest.fixture
def run(imported: None, plan: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command line where a plan has been imported."""
    monkeypatch.chdir(plan.parent)
    export = "Issue key,Summary,Status,Project key\nA-1,One,To Do,A\n"
    shutil.copyfile("plan.journal.sqlite", "copy.sqlite")
    Path("export.csv").write_text(export, encoding="utf-8")
    return lambda line: command(monkeypatch, *shlex.split(line))


def test_every_command_is_tried_here() -> None:
    assert DONE.keys() == {*LEAVES} - RUNNING_ON
    assert REFUSED.keys() == {*LEAVES}
    assert IN_PART.keys() <= {name for name in LEAVES if 1 in ENTRIES[name].endings}


@pytest.mark.parametrize(("name", "line"), DONE.items(), ids=DONE)
def test_what_is_done_ends_with_0_and_is_one_json_document(
    name: str, line: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(line if name == "completion" else f"{line} --json") == 0
    out = capsys.readouterr().out
    assert out.endswith("\n")
    if name != "completion":
        json.loads(out)


def test_what_is_done_in_part_ends_with_1_and_one_json_document_or_nothing(
    emulator: Emulator,
    plan: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    more: dict[str, Any] = json.loads(plan.read_text(encoding="utf-8"))
    more["groups"][0]["tasks"][0]["title"] = "Changed"
    for name in ("more.json", plan.name):
        (plan.parent / name).write_text(json.dumps(more), encoding="utf-8")
    (plan.parent / "plan.journal.sqlite").rename("more.journal.sqlite")
    assert run(IN_PART["import"]) == 1
    capsys.readouterr()
    assert run(f"{IN_PART['import']} --json") == 1
    json.loads(capsys.readouterr().out)
    (plan.parent / "more.journal.sqlite").rename("plan.journal.sqlite")
    assert run(f"{IN_PART['verify']} --json") == 1
    json.loads(capsys.readouterr().out)
    emulator.inject("drop")
    assert run(f"{IN_PART['call']} --json") == 1
    assert capsys.readouterr().out == ""  # nothing is known that could be printed
    monkeypatch.setenv("BITRIX24_WEBHOOK", emulator.new_webhook(scopes=["task"]))
    assert run(f"{IN_PART['whoami']} --json") == 1
    json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("line", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_ends_with_2_and_prints_nothing(
    line: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(os.listdir())
    for asked in (line, f"{line} --json"):
        assert run(asked) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err
    assert sorted(os.listdir()) == before


@pytest.mark.parametrize("name", WITH_A_PORTAL)
def test_an_interrupt_ends_with_130(
    name: str, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(anyio, "run", interrupt)
    assert run(DONE[name]) == 130
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Interrupted.")


@pytest.mark.parametrize("name", [*DONE])
def test_nothing_but_a_terminal_gets_colors(
    name: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(DONE[name]) == 0
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err


def test_letters_that_the_terminal_lacks_are_no_traceback(webhook: str) -> None:
    def ended(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", PROGRAM, *arguments],
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
            capture_output=True,
            check=True,
        )

    fields = '{"NAME": "Магазин", "SCRUM_MASTER_ID": 1}'
    ended("call", "sonet_group.create", "--params", fields)
    assert b"???????" in ended("groups").stdout
    assert "Магазин".encode() in ended("groups", "--json").stdout
