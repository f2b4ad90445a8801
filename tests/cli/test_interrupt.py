"""The real command in a process of its own, ended by signals, against an emulated portal."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio.from_thread
import pytest

from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.importer import Plan
from bitrix_scrum_async.importer.journal import Journal
from tests.importer import plans
from tests.importer.tables import assert_as_planned

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends signals")

PROGRAM = "from bitrix_scrum_async.cli import main; main()"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulated portal in a thread, slow enough to be interrupted."""
    with (
        anyio.from_thread.start_blocking_portal("asyncio") as thread,
        thread.wrap_async_context_manager(Emulator(latency=0.01)) as emulator,
    ):
        yield emulator


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan of three groups with every kind of record, one of them with many tasks."""
    groups = [plans.group(key) for key in ("a", "b", "c")]
    groups[0]["tasks"] += [{"key": f"M-{n}", "title": f"Task {n}"} for n in range(300)]
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plans.plan(*groups)), encoding="utf-8")
    return file


@contextmanager
def importing(emulator: Emulator, plan: Path) -> Generator[subprocess.Popen[str]]:
    """Run `bitrix-scrum import`."""
    with subprocess.Popen(  # noqa: S603 - our own program
        [
            *(sys.executable, "-c", PROGRAM, "import", str(plan)),
            *("--limits", "off", "--settle-after", "0.2"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "BITRIX24_WEBHOOK": emulator.webhook},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for_requests(emulator: Emulator, process: subprocess.Popen[str], number: int) -> None:
    """Wait until the portal has got so many requests more, or the command has ended."""
    number += len(emulator.requests)
    give_up = time.monotonic() + 30
    while len(emulator.requests) < number and process.poll() is None:
        assert time.monotonic() < give_up, "nothing is sent"
        time.sleep(0.001)  # another process: there is nothing to await


def test_killed_at_any_moment_the_command_goes_on_where_it_was(
    emulator: Emulator, plan: Path
) -> None:
    chance = random.Random(20261121)
    killed = 0
    for _ in range(8):
        with importing(emulator, plan) as process:
            wait_for_requests(emulator, process, chance.randint(2, 8))
            time.sleep(chance.random() * 0.02)
            process.kill()
            killed += process.wait() == -signal.SIGKILL
    assert killed >= 5
    with importing(emulator, plan) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    with emulator.hold() as state:
        assert_as_planned(state, Plan.load(plan))


def test_the_first_ctrl_c_waits_for_answers_and_says_how_to_go_on(
    emulator: Emulator, plan: Path
) -> None:
    emulator.inject("delay", match="tasks.api.scrum.sprint.add", seconds=0.5)
    with importing(emulator, plan) as process:
        while not any("sprint.add" in str(each.commands) for each in emulator.requests):
            wait_for_requests(emulator, process, 1)
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Interrupted: waiting for the answers to what was sent. Ctrl-C again" in said
    assert "Run the same command again to go on; " in said.splitlines()[-1]
    assert "Run the same command again" not in out
    assert "nterrupted" not in out
    assert said.count("nterrupted") == 1
    with Journal.read(plan.with_name("plan.journal.sqlite")) as journal:
        assert journal.intended() == []
        assert len(journal.entries("sprint", "a")) == 3
    with importing(emulator, plan) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    with emulator.hold() as state:
        assert_as_planned(state, Plan.load(plan))


def test_the_second_ctrl_c_ends_at_once(emulator: Emulator, plan: Path) -> None:
    emulator.inject("hang", match="tasks.api.scrum.sprint.add", when="after", seconds=60)
    with importing(emulator, plan) as process:
        while not any("sprint.add" in str(each.commands) for each in emulator.requests):
            wait_for_requests(emulator, process, 1)
        assert process.stderr is not None
        process.send_signal(signal.SIGINT)
        while "Interrupted" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert "Run the same command again to go on; " in said
    with importing(emulator, plan) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    with emulator.hold() as state:
        assert_as_planned(state, Plan.load(plan))
