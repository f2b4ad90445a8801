"""What the contenders in Python share: their arguments, their clock, and the line they end with.

A contender is a program of its own, run once for each measurement:

    PYTHON -m benchmarks.contenders.NAME WORKLOAD --webhook URL --calls N --group ID
        [--ca FILE] [--burst N --per-second N]

It warms up, waits for `Job.pause`, does the work, and prints one line of JSON. Only the work is
between the clock's two looks. The warming up is the same idea for all: whatever a library imports,
connects or generates when it is first used is done before the clock looks. So a contender sends a
small batch of two reads in the way in which it will send its adds, never an add. One read of a
warm-up is `user.current`, by which the portal knows it. What a first use costs is shown for itself,
by import_time.py. What was imported is also looked through by the garbage collector before the
clock looks: else it would be luck on whose work that falls. What the work makes is collected inside
the clock as ever. Sorting results is no work either: that is done when the clock has stopped.

`--burst` and `--per-second` tell what the portal allows; without them it allows
everything. Only the standard library is imported here: every contender has an environment of its
own.

Workloads: `adds` (so many sprints), `failing` (so many adds, of which number 25 must fail), `texts`
(adds whose names are those of texts.json, again and again), `list` (all sprints of the group),
`secret` (one call with a webhook that the portal refuses).
"""

import argparse
import gc
import json
import re
import resource
import sys
import time
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TEXTS: list[str] = json.loads((Path(__file__).parent / "texts.json").read_text("utf-8"))
FAILS = 25  # the number of the add that must fail, from 1
NO_GROUP = 999_999  # nobody has access to a group that is not there
START, END = "2026-11-02T00:00:00+00:00", "2026-11-16T00:00:00+00:00"


@dataclass(frozen=True)
class Job:
    """What to do, and where.

    Attributes:
        workload: Its name.
        webhook: The portal's address.
        calls: How many calls to make.
        group: The group's id.
        ca: A file with the certificate of the authority to trust.
        burst: Requests that the portal takes at once.
        per_second: Requests that it takes each second after that; 0 where it limits nothing.
    """

    workload: str
    webhook: str
    calls: int
    group: int
    ca: str | None
    burst: int
    per_second: float

    @property
    def secret(self) -> str:
        """The part of the address that nobody may read."""
        return self.webhook.rstrip("/").rpartition("/")[2]

    @property
    def pause(self) -> float:
        """Seconds to wait after the warming up, until the portal has forgotten it."""
        return 3 / self.per_second if self.per_second else 0.0

    def fields(self) -> list[dict[str, Any]]:
        """The fields of every sprint to add, as the portal names them."""
        made: list[dict[str, Any]] = [
            {
                "groupId": self.group,
                "name": self._name(number),
                "createdBy": 1,
                "dateStart": START,
                "dateEnd": END,
                "status": "planned",
            }
            for number in range(1, self.calls + 1)
        ]
        if self.workload == "failing":
            made[FAILS - 1]["groupId"] = NO_GROUP
        return made

    def _name(self, number: int) -> str:
        if self.workload == "texts":
            return TEXTS[(number - 1) % len(TEXTS)]
        return f"Sprint {number}"


@dataclass
class Result:
    """What came of it. The fields stand in the line of JSON as they are here.

    Attributes:
        library: The name of the library.
        version: Its version.
        cpu_seconds: Time that the process worked.
        wall_seconds: Time that passed.
        peak_mb: The most memory that the process ever had.
        ok: Results that the caller got.
        in_order: Whether they stood where their calls did.
        errors: What the caller was told of failures, shortened; at most five.
        told: How many calls had an error as their outcome, where that can be counted.
        rows: Rows of a list.
        unique_rows: Different ids among them.
        secret_shown: Whether an error's text or traceback tells the webhook's secret.
        skipped: Why the library cannot do this workload at all.
        notes: What a reader should know.
    """

    library: str
    version: str
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    peak_mb: float = 0.0
    ok: int = 0
    in_order: bool | None = None
    errors: list[str] = field(default_factory=list[str])
    told: int | None = None
    rows: int | None = None
    unique_rows: int | None = None
    secret_shown: bool | None = None
    skipped: str | None = None
    notes: str = ""

    @contextmanager
    def clock(self) -> Generator[None]:
        """Measure what is done inside."""
        gc.collect()
        began, worked = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.cpu_seconds = time.process_time() - worked
            self.wall_seconds = time.perf_counter() - began

    def failed(self, error: BaseException) -> None:
        """Note the error of one call."""
        self.told = (self.told or 0) + 1
        if len(self.errors) < 5:
            self.errors.append(f"{type(error).__name__}: {error}"[:300])

    def got_names(self, names: list[str], job: Job) -> None:
        """Note the names in the results that the caller got, in the order of the results."""
        self.ok = len(names)
        wanted = [fields["name"] for fields in job.fields()]
        self.in_order = names == wanted[: len(names)]

    def got_ids(self, ids: list[int]) -> None:
        """Note the ids of a list."""
        self.ok = self.rows = len(ids)
        self.unique_rows = len(set(ids))

    def refused(self, error: BaseException, job: Job) -> None:
        """Note the error of a refused webhook, and whether it tells the secret."""
        told = str(error) + "".join(traceback.format_exception(error))
        self.secret_shown = job.secret in told
        self.errors.append(f"{type(error).__name__}: {error}"[:300].replace(job.secret, "SECRET"))

    def say(self) -> None:
        """Print the line of JSON."""
        self.peak_mb = peak_mb()
        print(json.dumps(vars(self)))


def peak_mb() -> float:
    """The most memory that this process ever had.

    Linux hands the peak of the process that started this one down through `getrusage`, so there its
    own file is asked.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text("ascii", "replace"))
        if found is not None:
            return int(found[1]) / 1024
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def read_job() -> Job:
    """The job in the program's arguments."""
    parser = argparse.ArgumentParser()
    parser.add_argument("workload", choices=["adds", "failing", "texts", "list", "secret"])
    parser.add_argument("--webhook", required=True)
    parser.add_argument("--calls", type=int, required=True)
    parser.add_argument("--group", type=int, required=True)
    parser.add_argument("--ca")
    parser.add_argument("--burst", type=int, default=50)
    parser.add_argument("--per-second", type=float, default=0.0)
    return Job(**vars(parser.parse_args()))
