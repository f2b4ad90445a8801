"""Runs one contender once, against a portal of its own, and puts together what both say."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import attrs
import cattrs
import orjson

from benchmarks.contenders.job import FAILS, Job
from benchmarks.portal_program import Held, Opened, Wanted
from benchmarks.results import Run
from benchmarks.workloads import MOST_SECONDS, Workload

ROOT = Path(__file__).resolve().parent.parent
_WRONG_SECRET = "s3cretw3bh00kc0de"  # noqa: S105 - it opens nothing
_SHORT = 200
_T = TypeVar("_T")


class Failed(Exception):
    """A run gave nothing; the text says why."""


class Skipped(Exception):
    """A contender does not do this workload; the text says why."""


class PortalProcess:
    """The emulator in another process, which opens one fresh portal after the other."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def open(self, wanted: Wanted) -> Opened:
        """Open a portal; the one before is gone."""
        return self._ask({"open": attrs.asdict(wanted)}, Opened)

    def tell(self) -> Held:
        """Ask what became of the portal."""
        return self._ask({"tell": True}, Held)

    def _ask(self, line: dict[str, Any], answer: type[_T]) -> _T:
        asked, told = self._process.stdin, self._process.stdout
        assert asked is not None
        assert told is not None
        asked.write(orjson.dumps(line) + b"\n")
        asked.flush()
        said = told.readline()
        if not said:
            raise RuntimeError("the emulator's process has ended; above is why")
        return cattrs.structure(orjson.loads(said), answer)


@contextmanager
def portal_process() -> Generator[PortalProcess]:
    """Start the emulator in a process of its own, and end it."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.portal_program"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            yield PortalProcess(process)
        finally:
            process.terminate()


def run_once(
    program: Sequence[str], workload: Workload, portal: PortalProcess, *, scheme: str
) -> Run:
    """Run a contender in a fresh process against a fresh portal.

    Args:
        program: The command that starts it, without arguments.
        workload: What it shall do.
        portal: Who opens the portal.
        scheme: `http` or `https`: what the contender can speak.

    Raises:
        Failed: It ended badly, took too long, or said nothing.
        Skipped: It does not do this.
    """
    opened = portal.open(attrs.evolve(workload.portal, tls=scheme == "https"))
    webhook = opened.webhook
    if workload.work == "secret":
        webhook = f"{webhook.rstrip('/').rpartition('/')[0]}/{_WRONG_SECRET}/"
    with TemporaryDirectory() as folder:
        arguments = [
            workload.work,
            *("--webhook", webhook),
            *("--calls", str(workload.calls)),
            *("--group", str(opened.group)),
        ]
        if opened.ca is not None:
            authority = Path(folder) / "authority.pem"
            authority.write_text(opened.ca, encoding="ascii")
            arguments += ["--ca", str(authority)]
        if workload.per_second:
            arguments += ["--burst", str(workload.burst)]
            arguments += ["--per-second", f"{workload.per_second:g}"]
        said, logged = _finish([*program, *arguments])
    if said.get("skipped"):
        raise Skipped(str(said["skipped"]))
    job = Job(workload.work, webhook, workload.calls, opened.group, None, workload.burst, 0.0)
    return judged(said, logged, portal.tell(), job)


def _finish(command: list[str]) -> tuple[dict[str, Any], str]:
    """Run a program to its end: its line of JSON, and what it wrote besides."""
    environment = {**os.environ, "NO_PROXY": "127.0.0.1,localhost", "PYTHONWARNINGS": "ignore"}
    try:
        ended = subprocess.run(  # noqa: S603 - our own program
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            check=False,
            text=True,
            timeout=MOST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"not done in {MOST_SECONDS:.0f} s") from None
    except OSError as error:
        raise Failed(f"cannot be started: {error.strerror}") from None
    *before, last = ended.stdout.strip().splitlines() or [""]
    if ended.returncode == 0 and last.startswith("{"):
        return orjson.loads(last), "\n".join((*before, ended.stderr))
    lines = ended.stderr.strip().splitlines() or ["it said nothing"]
    raise Failed(f"ended with {ended.returncode}: {shortened(lines[-1])}")


def judged(said: dict[str, Any], logged: str, held: Held, job: Job) -> Run:
    """What a contender said, beside what the portal holds.

    Args:
        said: Its line of JSON.
        logged: What else it wrote.
        held: What the portal holds.
        job: What it was told to do.
    """
    wanted: Counter[str] = Counter()
    if job.workload in ("adds", "failing", "texts"):
        wanted.update(row["name"] for row in job.fields())
        if job.workload == "failing":
            wanted.subtract([job.fields()[FAILS - 1]["name"]])
    stored = Counter(held.names)
    own = {name.name for name in attrs.fields(Run)}
    shown = said.get("secret_shown")
    return cattrs.structure(
        {
            **{name: value for name, value in said.items() if name in own},
            "errors": [shortened(text) for text in said.get("errors", ())],
            "notes": shortened(said.get("notes", "")),
            "secret_shown": None if shown is None else shown or job.secret in logged,
            "requests": held.requests,
            "refused": held.refused,
            "stored": stored.total(),
            "doubled": (stored - wanted).total() if job.workload == "adds" else 0,
            "intact": (stored & wanted).total(),
        },
        Run,
    )


def shortened(text: str) -> str:
    """A text without addresses and paths of this machine, and not too long."""
    text = re.sub(r"https?://[^\s'\"<>)]+", "(address)", text)
    text = re.sub(r"(?<![\w.])/(?:[\w.+-]+/)+", "", text)
    text = re.sub(r"(127\.0\.0\.1|localhost)('?)(?:, port=|:)\d+", r"\1\2", text)
    text = " ".join(text.split())
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
