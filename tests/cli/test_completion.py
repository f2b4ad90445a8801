"""`bitrix-scrum completion`: Tab in a shell."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import PROGRAM, command


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_it_prints_a_script(
    shell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "completion", shell) == 0
    assert f"_BITRIX_SCRUM_COMPLETE={shell}_complete" in capsys.readouterr().out


def completed(words: str) -> list[str]:
    """What a shell is offered behind some words; the last one is not complete."""
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM],
        env={
            **os.environ,
            "_BITRIX_SCRUM_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split(" ")) - 1),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr == ""
    return [line.partition(",")[2] for line in ended.stdout.splitlines()]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("bitrix-scrum gr", ["groups"]),
        ("bitrix-scrum e", ["emulator", "export"]),
        ("bitrix-scrum journal ", ["merge", "show"]),
        ("bitrix-scrum groups --lim", ["--limits", "--limit-rate"]),
        ("bitrix-scrum call user.", ["user.current", "user.get"]),
        ("bitrix-scrum call tasks.api.scrum.sprint.c", ["tasks.api.scrum.sprint.complete"]),
        ("bitrix-scrum groups --limits ", ["cloud", "enterprise", "self-hosted", "off"]),
    ],
)
def test_it_offers_commands_options_and_their_values(words: str, offered: list[str]) -> None:
    assert completed(words) == offered


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_takes_the_script(tmp_path: Path) -> None:
    program = tmp_path / "bitrix-scrum"
    program.write_text(f"#!{sys.executable}\n{PROGRAM}\n", encoding="utf-8")
    program.chmod(0o755)
    script = """
eval "$(bitrix-scrum completion bash)"
COMP_WORDS=(bitrix-scrum sp) COMP_CWORD=1
_bitrix_scrum_completion bitrix-scrum sp bitrix-scrum
echo "${COMPREPLY[@]}"
"""
    ended = subprocess.run(  # noqa: S603 - our own program
        ["bash", "--norc", "-c", script],  # noqa: S607 - whichever bash there is
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == "sprints\n"
