"""Runs the command line in this process."""

import sys

import pytest

from bitrix_scrum_async.cli.commands import run

PROGRAM = "from bitrix_scrum_async.cli import main; main()"
"""For a process of its own."""


def command(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Run the command line in this process and give its exit code."""
    monkeypatch.setattr(sys, "argv", ["bitrix-scrum", *map(str, arguments)])
    return run()


def refused(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line that was said, besides what is told of waiting."""
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = [line for line in said.err.splitlines() if not line.startswith("{")]
    return line
