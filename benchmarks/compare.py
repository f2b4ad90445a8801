"""Measure this library and its peers side by side: `python -m benchmarks.compare`.

    --environments FILE   how peers are started; without it all of them are missing
    --output FOLDER       where results.json, table.md and the chart go
    --readme FILE         whose marked pieces are written anew
    --only a b ...        these workloads only, and nothing else
    --quick               one repetition, and less of what takes long
    --again FILE          measure nothing; write anew what stands in a results.json

For each repetition of a workload all contestants run, one after the other. `nox -s benchmarks`
makes the peers' environments first. It ends with 1 when this library misses a target.
"""

import argparse
import datetime as dt
import os
import platform
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import attrs
import cattrs
import orjson

from benchmarks import chart, report
from benchmarks.environments import Environment, Peer, peers, read
from benchmarks.results import (
    FLOOR,
    OURS,
    Cell,
    Contestant,
    ImportNeed,
    ImportTime,
    LinearCost,
    Machine,
    Results,
    Run,
    StreamNeed,
)
from benchmarks.running import (
    ROOT,
    Failed,
    PortalProcess,
    Skipped,
    portal_process,
    run_once,
    shortened,
)
from benchmarks.table import table
from benchmarks.targets import verdicts
from benchmarks.workloads import BY_KEY, ENOUGH_SECONDS, WORKLOADS, Workload
from bitrix_scrum_async.version import __version__

T = TypeVar("T")
_MISSING = "no environment was made for it"
# Where each stands in the results, as what, and what makes it shorter.
_ALONE: dict[str, tuple[str, type[object], tuple[str, ...]]] = {
    "import_time": ("import_time", ImportTime, ("--rounds", "3")),
    "linear_cost": (
        "linear",
        LinearCost,
        ("--calls", "1000", "10000", "--chain", "1000", "2000", "--rounds", "1"),
    ),
    "import_many": ("imported", ImportNeed, ("--groups", "20")),
    "stream_memory": ("streamed", StreamNeed, ("--calls", "100000")),
}
_FLOOR_TOO = frozenset("abc")
_NO_TLS = "it insists on https, and the emulator's needs the package trustme"


@attrs.frozen
class Entrant:
    """Who is started for every run.

    Attributes:
        name: Its name in the results.
        command: The program.
        scheme: What it speaks.
    """

    name: str
    command: tuple[str, ...]
    scheme: str


@attrs.define
class Tries:
    """One entrant's runs of one workload so far."""

    runs: list[Run] = attrs.field(factory=list[Run])
    seconds: float = 0.0
    failed: str | None = None
    skipped: str | None = None

    @property
    def enough(self) -> bool:
        """Whether there is no use in another run."""
        return bool(self.failed or self.skipped) or self.seconds > ENOUGH_SECONDS


def entrants(environments: dict[str, Environment]) -> list[Entrant]:
    """This library, the floor, and the peers that can take part."""
    own = [
        Entrant(name, (sys.executable, "-m", f"benchmarks.contenders.{name}"), "http")
        for name in (OURS, FLOOR)
    ]
    return own + [
        Entrant(peer.name, environments[peer.name].command, peer.scheme)
        for peer in peers()
        if _missing(peer, environments) is None
    ]


def contestants(environments: dict[str, Environment]) -> tuple[Contestant, ...]:
    """Everybody, those that are missing too."""
    return (
        Contestant(name=OURS, version=__version__),
        Contestant(name=FLOOR),
        *(
            Contestant(
                name=peer.name,
                version=peer.version,
                missing=_missing(peer, environments),
                scheme=peer.scheme,
            )
            for peer in peers()
        ),
    )


def _missing(peer: Peer, environments: dict[str, Environment]) -> str | None:
    """Why a peer cannot take part."""
    environment = environments.get(peer.name)
    if environment is None:
        return _MISSING
    if peer.scheme == "https" and find_spec("trustme") is None:
        return _NO_TLS
    return environment.missing


def side_by_side(
    workload: Workload, taking_part: list[Entrant], portal: PortalProcess, repetitions: int
) -> dict[str, Cell]:
    """Run a workload: in each repetition everybody once."""
    tries = {entrant.name: Tries() for entrant in taking_part}
    for _ in range(repetitions):
        for entrant in taking_part:
            own = tries[entrant.name]
            if entrant.name == FLOOR and workload.key not in _FLOOR_TOO:
                own.skipped = "it only posts ready-made adds, and repeats nothing"
            if not own.enough:
                _try(workload, entrant, portal, own)
    return {
        name: Cell(runs=tuple(own.runs), failed=own.failed, skipped=own.skipped)
        for name, own in tries.items()
    }


def _try(workload: Workload, entrant: Entrant, portal: PortalProcess, own: Tries) -> None:
    try:
        run = run_once(entrant.command, workload, portal, scheme=entrant.scheme)
    except Skipped as reason:
        own.skipped = str(reason)
        return
    except Failed as reason:
        own.failed = str(reason)
        print(f"  {entrant.name:20} {reason}", flush=True)
        return
    own.runs.append(run)
    own.seconds += run.wall_seconds
    print(
        f"  {entrant.name:20} {run.wall_seconds:8.3f} s, {run.cpu_seconds:8.3f} s of CPU,"
        f" {run.ok} results, {run.requests} requests",
        flush=True,
    )


def alone(name: str, kind: type[T], *options: str) -> T:
    """Run a benchmark of this library only, and give what it says in its last line.

    Raises:
        Failed: It says nothing; the text says how it ended.
    """
    print(f"{name}", flush=True)
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", f"benchmarks.{name}", "--json", *options],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    *said, last = ended.stdout.strip().splitlines() or [""]
    print("".join(f"  {line}\n" for line in said), end="", flush=True)
    # It may end with 1 and have measured: then it missed a bound of its own.
    if last.startswith("{"):
        return cattrs.structure(orjson.loads(last), kind)
    *_, reason = ended.stderr.strip().splitlines() or ["it said nothing"]
    print(ended.stderr, file=sys.stderr, flush=True)
    raise Failed(f"ended with {ended.returncode}: {shortened(reason)}")


def machine() -> Machine:
    """What may be told about this machine."""
    return Machine(
        cpus=os.cpu_count() or 1,
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        date=dt.datetime.now(dt.UTC).date().isoformat(),
    )


def measure(environments: dict[str, Environment], only: list[str], *, quick: bool) -> Results:
    """Run everything."""
    taking_part = entrants(environments)
    cells: dict[str, dict[str, Cell]] = {}
    with portal_process() as portal:
        for workload in WORKLOADS:
            if only and workload.key not in only:
                continue
            print(f"({workload.key}) {workload.title}", flush=True)
            repetitions = 1 if quick else workload.repetitions
            cells[workload.key] = side_by_side(workload, taking_part, portal, repetitions)
    found = Results(
        machine=machine(),
        contestants=contestants(environments),
        cells=cells,
        quick=quick,
        only=tuple(only),
    )
    return found if only else with_those_alone(found, quick=quick)


def with_those_alone(found: Results, *, quick: bool) -> Results:
    """Add what the benchmarks of this library only give, or why they gave nothing."""
    given: dict[str, Any] = {}
    broken: dict[str, str] = {}
    for name, (place, kind, less) in _ALONE.items():
        try:
            given[place] = alone(name, kind, *(less if quick else ()))
        except Failed as reason:
            broken[name] = str(reason)
    return attrs.evolve(found, **given, broken=broken)


def write(results: Results, folder: Path, readme: Path | None) -> bool:
    """Write all that is made of results; tell whether every target was reached."""
    found = verdicts(results)
    folder.mkdir(parents=True, exist_ok=True)
    results.write(folder / "results.json")
    page = report.whole(results, [str(verdict) for verdict in found])
    (folder / "table.md").write_text(page, encoding="utf-8")
    try:
        chart.draw(results, folder)
    except ImportError:
        print("no chart: matplotlib is not installed here")
    if readme is not None:
        report.write_readme(results, readme)
    print(f"\n{table(results)}\n{report.beside_peers(results)}\n")
    for verdict in found:
        print(verdict)
    return all(verdict.reached is not False for verdict in found)


def main() -> int:
    """Measure and write; 0 when no target was missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--environments", type=Path)
    parser.add_argument("--output", type=Path, default=Path("build/benchmarks"))
    parser.add_argument("--readme", type=Path)
    parser.add_argument("--only", nargs="+", default=[], choices=BY_KEY, metavar="WORKLOAD")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--again", type=Path, metavar="FILE", help="write what a run has found")
    options = parser.parse_args()
    if options.again is not None:
        results = Results.read(options.again)
    else:
        results = measure(read(options.environments), options.only, quick=options.quick)
    return 0 if write(results, options.output, options.readme) else 1


if __name__ == "__main__":
    sys.exit(main())
