"""The emulator as a process."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bitrix_scrum_async.emulator import Emulator
from tests.cli.running import PROGRAM, command, refused


def test_the_emulator_says_what_it_is_and_serves_an_import(plan: Path) -> None:
    """Two real processes, as in two terminals."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    program = [sys.executable, "-c", "from bitrix_scrum_async.cli import main; main()"]
    with subprocess.Popen(  # noqa: S603 - our own program
        [*program, "emulator", "--port", "0", "--limits", "off"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as served:
        watchdog = threading.Timer(60, served.kill)
        watchdog.start()
        assert served.stdout is not None
        said = ""
        while "Ctrl-C" not in said:
            line = served.stdout.readline()
            assert line, said
            said += line
        assert "emulated Bitrix24 portal, for tests and first steps" in said
        webhook = re.search(r"BITRIX24_WEBHOOK=(http://127\.0\.0\.1:\d+/rest/1/\w+/)", said)
        assert webhook is not None
        imported = subprocess.run(  # noqa: S603 - our own program
            [*program, "import", str(plan), "--verify"],
            env={**environment, "BITRIX24_WEBHOOK": webhook[1]},
            capture_output=True,
            text=True,
            check=False,
        )
        served.send_signal(signal.SIGINT)
        assert served.wait() == 0
        watchdog.cancel()
    assert imported.returncode == 0, imported.stderr
    assert "Read back, all as planned" in imported.stdout


def test_a_port_in_use_is_named(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    port = emulator.address.rsplit(":", 1)[1]
    assert command(monkeypatch, "emulator", "--port", port) == 2
    assert f"port {port} of 127.0.0.1 is in use" in refused(capsys)


def test_a_program_reads_its_webhook_from_one_line_of_json() -> None:
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM, "emulator", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        text=True,
    ) as served:
        watchdog = threading.Timer(60, served.kill)
        watchdog.start()
        assert served.stdout is not None
        said = json.loads(served.stdout.readline())
        served.send_signal(signal.SIGINT)
        assert (served.stdout.read(), served.wait()) == ("", 0)
        watchdog.cancel()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/rest/1/\w+/", said["webhook"])
    assert said["limits"] == "cloud"
