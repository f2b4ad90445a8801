"""The command line: what it says, how it exits, and that bad input sends nothing."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import anyio
import anyio.from_thread
import anyio.lowlevel
import pytest

from bitrix_scrum_async.cli.commands import limited, run
from bitrix_scrum_async.emulator import Command, Emulator, Request
from bitrix_scrum_async.session import PortalSession
from bitrix_scrum_async.transport.clock import SystemClock
from bitrix_scrum_async.transport.limits import Limits
from tests.importer import plans


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulated portal in a thread: commands run event loops of their own."""
    with (
        anyio.from_thread.start_blocking_portal("asyncio") as thread,
        thread.wrap_async_context_manager(Emulator()) as emulator,
    ):
        yield emulator


@pytest.fixture
def webhook(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> str:
    """The emulated portal's webhook, in the environment."""
    monkeypatch.setenv("BITRIX24_WEBHOOK", emulator.webhook)
    return emulator.webhook


@pytest.fixture(autouse=True)
def no_webhook(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the webhook of whoever runs it."""
    monkeypatch.delenv("BITRIX24_WEBHOOK", raising=False)
    monkeypatch.delenv("BITRIX24_WEBHOOK_FILE", raising=False)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan of one small group."""
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plans.plan(), indent=1), encoding="utf-8")
    return file


def command(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Run the command line in this process and give its exit code."""
    monkeypatch.setattr(sys, "argv", ["bitrix-scrum", *map(str, arguments)])
    return run()


def test_a_plan_is_imported_and_read_back(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(monkeypatch, "import", plan, "--verify") == 0
    said = capsys.readouterr()
    assert re.search(r"The shop\s+2\s+3\s+6\s+2\s", said.out)
    assert "Read back, all as planned: 1 x group, 2 x epic" in said.out
    progress = [json.loads(line) for line in said.err.splitlines()]
    assert {line["event"] for line in progress} == {"progress"}
    assert {"phase": "tasks", "done": 6, "total": 6, "failed": 0, "event": "progress"} in progress
    assert (plan.parent / "plan.journal.sqlite").exists()


def test_the_report_can_be_read_by_a_program(
    webhook: str, plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = plan.parent / "own.sqlite"
    assert command(monkeypatch, "import", plan, "--journal", journal, "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["complete"] is True
    assert report["groups"]["shop"]["task"] == {"created": 6}
    assert report["missing"] == []
    assert journal.exists()


@pytest.mark.parametrize(
    ("limits", "rate", "per_second"),
    [
        (Limits.cloud(), 0.5, 0.5),
        (Limits.cloud(), 20, 2.0),
        (Limits.self_hosted(), 20, 20),
    ],
)
def test_a_rate_lowers_the_limits_and_never_lifts_them(
    limits: Limits, rate: float, per_second: float
) -> None:
    found = limited(limits, rate)
    assert (found.per_second, found.burst) == (per_second, 1)
    assert limited(limits, None) == limits


def test_some_groups_are_imported_slowly(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan.write_text(json.dumps(plans.plan(plans.group("a"), plans.group("b"))), encoding="utf-8")
    options = ("--limits", "off", "--limit-rate", "100", "--max-errors", "1")
    assert command(monkeypatch, "import", plan, "--only", "b", *options) == 0
    assert [group.name for group in emulator.state.groups.values()] == ["The b"]
    capsys.readouterr()
    assert command(monkeypatch, "import", plan, "--only", "c") == 2
    assert refused(capsys) == "groups: no group has the key 'c'; there are 'a', 'b'"


def adds_wish_lists(asked: Request | Command) -> bool:
    """Tell whether a command adds the task T-6."""
    return asked.method == "tasks.task.add" and asked.params["fields"]["TITLE"] == "Wish lists"


def test_a_partly_failed_import_exits_with_1_and_a_second_run_mends_it(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    emulator.inject("ERROR_ARGUMENT", match=adds_wish_lists, scope="command")
    assert command(monkeypatch, "import", plan) == 1
    said = capsys.readouterr().out
    assert "task shop/T-6: failed: " in said
    assert "place shop/T-6: skipped: needs task T-6, which is not there" in said
    assert "Run the same command again to try what is missing." in said
    assert command(monkeypatch, "import", plan) == 0
    assert "were done before" in capsys.readouterr().out


def test_a_webhook_may_stand_in_a_file(
    emulator: Emulator, plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "webhook").write_text(emulator.webhook + "\n", encoding="utf-8")
    monkeypatch.setenv("BITRIX24_WEBHOOK_FILE", str(tmp_path / "webhook"))
    assert command(monkeypatch, "import", plan) == 0


def refused(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line that was said."""
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    return line


def test_no_webhook(
    plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "import", plan) == 2
    assert refused(capsys).startswith("no webhook: set BITRIX24_WEBHOOK to the address")


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "https://acme.bitrix24.com/",
        "http://acme.example/rest/1/s3cr3t/",
        "ftp://acme.example/rest/1/s3cr3t/",
    ],
)
def test_what_is_no_webhook(
    address: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("BITRIX24_WEBHOOK", address)
    assert command(monkeypatch, "import", plan) == 2
    line = refused(capsys)
    assert line.startswith("the webhook cannot be used: ")
    assert "s3cr3t" not in line
    assert "allow_http" not in line


def test_a_webhook_file_that_is_not_there(
    plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BITRIX24_WEBHOOK_FILE", str(plan.parent / "none"))
    assert command(monkeypatch, "import", plan) == 2
    assert "the webhook cannot be used: " in refused(capsys)


def test_a_wrong_webhook(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wrong = webhook.rstrip("/") + "x/"
    monkeypatch.setenv("BITRIX24_WEBHOOK", wrong)
    assert command(monkeypatch, "import", plan) == 2
    line = refused(capsys)
    assert line.startswith("the portal refuses the webhook: ")
    assert "check BITRIX24_WEBHOOK" in line
    assert "task, sonet_group, socialnetwork and user" in line
    assert list(plan.parent.iterdir()) == [plan]
    assert wrong.rsplit("/", 2)[1] not in line
    assert not emulator.state.created


def test_a_portal_that_is_not_there(
    plan: Path,
    unused_port: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def at_once(_self: SystemClock, _seconds: float) -> None:
        await anyio.lowlevel.checkpoint()

    monkeypatch.setattr(SystemClock, "sleep", at_once)
    monkeypatch.setenv("BITRIX24_WEBHOOK", f"http://127.0.0.1:{unused_port}/rest/1/s3cr3t/")
    assert command(monkeypatch, "import", plan) == 2
    line = refused(capsys)
    assert line.startswith("the portal cannot be reached: ")
    assert "s3cr3t" not in line


@pytest.mark.parametrize("as_json", [True, False])
def test_reading_back_may_fail_after_a_whole_import(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    as_json: bool,
) -> None:
    emulator.inject("ACCESS_DENIED", match="tasks.task.list", scope="command", times=None)
    options = ["--json"] if as_json else []
    assert command(monkeypatch, "import", plan, "--verify", *options) == 1
    said = capsys.readouterr()
    assert '"created": 6' in said.out if as_json else "The shop" in said.out
    assert said.err.splitlines()[-1].startswith("Reading back failed: ")


def test_a_portal_that_answers_something_else(
    webhook: str, plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def answer(*_: object, **__: object) -> object:
        return ["welcome"]

    monkeypatch.setattr(PortalSession, "call", answer)
    assert command(monkeypatch, "import", plan) == 2
    assert refused(capsys).startswith(
        "the portal cannot be used: profile: the result is ['welcome']"
    )


def test_what_the_plan_says_otherwise_now_is_not_in_the_portal(
    webhook: str, plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "import", plan) == 0
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("Wish lists", "Wishes"), encoding="utf-8")
    assert command(monkeypatch, "import", plan) == 1
    said = capsys.readouterr().out
    assert "the portal is not as planned:\ntask shop/T-6\n" in said
    assert "Change them in the portal, or the plan back." in said


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1"])
def test_a_wait_is_a_number_of_seconds(
    seconds: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(monkeypatch, "import", plan, "--settle-after", seconds) == 2
    assert "--settle-after" in capsys.readouterr().err


PROGRAM = "from bitrix_scrum_async.cli import main; main()"


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


@pytest.fixture
def unused_port() -> int:
    """A port on which nobody listens."""

    async def find() -> int:
        async with Emulator() as emulator:
            return int(emulator.address.rsplit(":", 1)[1])

    return anyio.run(find)


def test_an_unknown_key_sends_nothing(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace('"story_points": "XL"', '"points": "XL"'), encoding="utf-8")
    assert command(monkeypatch, "import", plan) == 2
    line = refused(capsys)
    assert re.match(r".*plan\.json:\d+: groups\[0\]\.tasks\[1\]\.points: is not known here", line)
    assert emulator.requests == ()
    assert list(plan.parent.iterdir()) == [plan]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("plan.yaml", "groups: [", "plan.yaml:2: is not YAML"),
        ("plan.json", "{", "plan.json:1: is not JSON"),
        ("plan.txt", "", "plan.txt: has no known ending"),
        ("plan.yaml", None, "plan.yaml: cannot be read: No such file or directory"),
    ],
)
def test_an_unreadable_plan_sends_nothing(
    name: str,
    text: str | None,
    said: str,
    emulator: Emulator,
    webhook: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert command(monkeypatch, "import", tmp_path / name) == 2
    assert said in refused(capsys)
    assert emulator.requests == ()


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


def test_the_journal_of_another_portal(
    emulator: Emulator,
    webhook: str,
    plan: Path,
    unused_port: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(monkeypatch, "import", plan) == 0
    capsys.readouterr()

    async def at_once(_self: SystemClock, _seconds: float) -> None:
        await anyio.lowlevel.checkpoint()

    monkeypatch.setattr(SystemClock, "sleep", at_once)
    monkeypatch.setenv("BITRIX24_WEBHOOK", f"http://127.0.0.1:{unused_port}/rest/1/s3cr3t/")
    assert command(monkeypatch, "import", plan) == 2
    assert "plan.journal.sqlite is the journal of an import into 127.0.0.1:" in refused(capsys)


@pytest.mark.parametrize("arguments", [["import"], ["import", "a", "--limits", "x"], ["export"]])
def test_wrong_usage(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, *arguments) == 2
    assert "Usage: " in capsys.readouterr().err


def test_the_demo_imports_and_reads_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "demo") == 0
    said = capsys.readouterr().out
    assert "Read back, all as planned: 12 x group, 54 x epic, 36 x sprint" in said
    assert "600 x task" in said


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
