"""What a run of the side-by-side benchmarks found, as values; `results.json` holds them."""

import statistics
from collections.abc import Callable
from pathlib import Path

import attrs
import cattrs
import orjson

from benchmarks.workloads import BY_KEY

OURS = "ours"
FLOOR = "floor"


@attrs.frozen(kw_only=True)
class Run:
    """One run of one contender: what it said, and what the portal counted.

    Attributes:
        cpu_seconds: Time that the contender's process worked.
        wall_seconds: Time that passed.
        peak_mb: The most memory that the process had.
        ok: Results that the caller got.
        in_order: Whether they stood where their calls did, if that was looked at.
        errors: What the caller was told of failures, the first few.
        told: How many calls had an error as their outcome, if that was counted.
        rows: Rows of a list.
        unique_rows: Different ids among them.
        secret_shown: Whether an error or a log showed the webhook's secret.
        notes: What the contender says about itself.
        requests: HTTP requests that the portal counted, without the warming up.
        refused: How many of them it refused with 503.
        stored: Sprints that it holds.
        doubled: Sprints that it holds more often than they were asked for.
        intact: Sprints that it holds as they were asked for.
    """

    cpu_seconds: float
    wall_seconds: float
    peak_mb: float
    ok: int
    in_order: bool | None = None
    errors: tuple[str, ...] = ()
    told: int | None = None
    rows: int | None = None
    unique_rows: int | None = None
    secret_shown: bool | None = None
    notes: str = ""
    requests: int = 0
    refused: int = 0
    stored: int = 0
    doubled: int = 0
    intact: int = 0


@attrs.frozen(kw_only=True)
class Cell:
    """What one contender made of one workload.

    Attributes:
        runs: Its runs; all but the first may be missing.
        failed: Why there is no run at all, or how the last one ended.
        skipped: Why the contender does not do this.
    """

    runs: tuple[Run, ...] = ()
    failed: str | None = None
    skipped: str | None = None

    def median(self, what: Callable[[Run], float]) -> float:
        """The median of something over the runs."""
        return statistics.median(what(run) for run in self.runs)

    @property
    def cpu(self) -> float:
        """Seconds of processor time."""
        return self.median(lambda run: run.cpu_seconds)

    @property
    def wall(self) -> float:
        """Seconds that passed."""
        return self.median(lambda run: run.wall_seconds)

    @property
    def peak(self) -> float:
        """Megabytes of memory."""
        return self.median(lambda run: run.peak_mb)

    @property
    def requests(self) -> float:
        """HTTP requests."""
        return self.median(lambda run: run.requests)

    @property
    def worst(self) -> Run:
        """The run with the fewest results: promises are judged by it."""
        return min(self.runs, key=lambda run: (run.ok, run.intact, -run.requests, -run.doubled))


@attrs.frozen(kw_only=True)
class Contestant:
    """Who took part, or did not.

    Attributes:
        name: Its name in the results.
        version: Its version; a peer's is the one that its environment was made with.
        missing: Why it could not take part.
        scheme: `http` or `https`: how it talked to the portal.
    """

    name: str
    version: str = ""
    missing: str | None = None
    scheme: str = "http"

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}".rstrip()


@attrs.frozen(kw_only=True)
class ImportNeed:
    """(i) What the import of many groups needed.

    Attributes:
        groups: How many.
        seconds: How long it took.
        requests: HTTP requests.
        full_batches: Batches that would have held all commands.
        peak_mb: Memory of the process.
    """

    groups: int
    seconds: float
    requests: int
    full_batches: float
    peak_mb: float


@attrs.frozen(kw_only=True)
class StreamNeed:
    """(j) What a long stream needed.

    Attributes:
        calls: How many.
        seconds: How long it took.
        cpu_us: Microseconds of processor time a call.
        peak_mb: Memory of the process.
    """

    calls: int
    seconds: float
    cpu_us: float
    peak_mb: float


@attrs.frozen(kw_only=True)
class FirstUse:
    """(k) Milliseconds of processor time that what is used for the first time takes.

    Attributes:
        call: To open a session and build a call.
        awaited: To await it: the first request, the first record.
        batch: The first batch, with another kind of record.
    """

    call: float
    awaited: float
    batch: float


@attrs.frozen(kw_only=True)
class ImportTime:
    """(k) Milliseconds that an interpreter takes with an import more than without one.

    Attributes:
        aiohttp: `import aiohttp`.
        package: `import bitrix_scrum_async`.
        session: `from bitrix_scrum_async import PortalSession`.
        first_use: What is made lazily then.
    """

    aiohttp: float
    package: float
    session: float
    first_use: FirstUse | None = None


@attrs.frozen(kw_only=True)
class LinearCost:
    """Microseconds of processor time a call, by how many calls there were.

    Attributes:
        calls: Calls that know nothing of each other.
        chain: Calls of which each refers to the one before.
    """

    calls: dict[int, float]
    chain: dict[int, float]


@attrs.frozen(kw_only=True)
class Machine:
    """Where it was measured; nothing that tells whose machine it was."""

    cpus: int
    python: str
    system: str
    date: str


@attrs.frozen(kw_only=True)
class Results:
    """All of a run.

    Attributes:
        machine: Where and when.
        contestants: In the order of the table: ours, the floor, the peers.
        cells: By workload, then by contestant.
        imported: Nothing where it was left out or failed; so are the next three.
        streamed: The same for the stream.
        import_time: The same for importing the package.
        linear: The same for the cost by number of calls.
        quick: Whether the run was shortened.
        only: The workloads that were asked for; empty where all were.
        broken: Why a benchmark of this library alone gave nothing, by its name.
    """

    machine: Machine
    contestants: tuple[Contestant, ...]
    cells: dict[str, dict[str, Cell]]
    imported: ImportNeed | None = None
    streamed: StreamNeed | None = None
    import_time: ImportTime | None = None
    linear: LinearCost | None = None
    quick: bool = False
    only: tuple[str, ...] = ()
    broken: dict[str, str] = attrs.field(factory=dict[str, str])

    def cell(self, workload: str, name: str) -> Cell:
        """What a contestant made of a workload; an empty one when there is nothing."""
        return self.cells.get(workload, {}).get(name, Cell())

    @property
    def peers(self) -> tuple[Contestant, ...]:
        """All but ours and the floor."""
        return tuple(one for one in self.contestants if one.name not in (OURS, FLOOR))

    def complete(self, workload: str, name: str) -> bool:
        """Whether a contestant did all of a workload, so that its time may be compared."""
        cell = self.cell(workload, name)
        asked = BY_KEY[workload]
        if not cell.runs or cell.failed:
            return False
        if asked.work == "list":
            return all(one.unique_rows == one.rows == asked.calls for one in cell.runs)
        return all(one.ok == one.stored == asked.calls and not one.doubled for one in cell.runs)

    def write(self, path: Path) -> None:
        """Write them as JSON."""
        path.write_bytes(orjson.dumps(_CONVERTER.unstructure(self), option=_READABLE) + b"\n")

    @classmethod
    def read(cls, path: Path) -> "Results":
        """Read what `write` wrote."""
        return _CONVERTER.structure(orjson.loads(path.read_bytes()), cls)


_READABLE = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
_CONVERTER = cattrs.Converter()
