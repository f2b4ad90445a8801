"""The command line as a whole: bad input of each kind, for each command."""

import subprocess
import sys

import pytest

from tests.cli.running import command


def test_an_interrupt_at_the_start_is_no_traceback() -> None:
    code = (
        "import sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'click': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "from bitrix_scrum_async.cli import main\n"
        "main()"
    )
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (130, "")


@pytest.mark.parametrize("arguments", [["import"], ["import", "a", "--limits", "x"], ["export"]])
def test_wrong_usage(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, *arguments) == 2
    assert "Usage: " in capsys.readouterr().err


@pytest.mark.parametrize("module", ["click", "rich"])
def test_without_the_extra_it_says_what_to_install(module: str) -> None:
    code = (
        f"import sys; sys.modules[{module!r}] = None\n"
        "from bitrix_scrum_async.cli import main\nmain()"
    )
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert ended.stderr == f"bitrix-scrum needs {module}: pip install 'bitrix-scrum-async[cli]'\n"
