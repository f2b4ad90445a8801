"""The table of all results: a row for each figure, a column for each contestant."""

from collections.abc import Callable

from benchmarks.results import FLOOR, OURS, Cell, Contestant, Results, Run
from benchmarks.workloads import BY_KEY

_NONE = "—"
_TITLES = {OURS: "bitrix_scrum_async", FLOOR: "floor"}
OTHERS = BY_KEY["g"].calls - 1  # all but the one that must fail
Figure = Callable[[Cell, Results], str]


def table(results: Results) -> str:
    """All results: a row for each figure, a column for each contestant."""
    rows = [(title, key, figure) for title, key, figure in _ROWS if key in results.cells]
    lines = [[title, *cells_of(results, key, figure)] for title, key, figure in rows]
    lines += [[title, figure, *_rest(results)] for title, figure in _alone(results)]
    return markdown(["workload", *(title_of(one) for one in results.contestants)], lines)


def cells_of(results: Results, key: str, figure: Figure) -> list[str]:
    shown: list[str] = []
    for one in results.contestants:
        cell = results.cell(key, one.name)
        if one.missing is not None:
            shown.append("missing")
        elif not cell.runs:
            shown.append("fails" if cell.failed else _NONE)
        else:
            shown.append(figure(cell, results))
    return shown


def _rest(results: Results) -> list[str]:
    """The cells of a row that only this library has."""
    return ["missing" if one.missing is not None else _NONE for one in results.contestants[1:]]


def title_of(one: Contestant) -> str:
    if one.name == OURS:
        return f"**{_TITLES[OURS]}**"
    return _TITLES.get(one.name) or one.title


def markdown(head: list[str], lines: list[list[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in rows)


def _partly(text: str, cell: Cell, key: str) -> str:
    """A figure, and how much was done where that is not all."""
    run, calls = cell.worst, BY_KEY[key].calls
    said = [text]
    if run.ok != calls:
        said.append(f"{run.ok} of {calls} results")
    if doubled := max(one.doubled for one in cell.runs):
        said.append(f"{doubled} stored twice")
    if any(one.in_order is False for one in cell.runs):
        said.append("not in order")
    return ", ".join(said)


def _cpu(cell: Cell, results: Results) -> str:
    text = f"{cell.cpu / BY_KEY['a'].calls * 1e6:,.0f} µs"
    floor = results.cell("a", FLOOR)
    if floor.runs and cell is not floor:
        text += f" ({cell.cpu / floor.cpu:.1f}×)"
    return _partly(text, cell, "a")


def _wall(key: str) -> Figure:
    def figure(cell: Cell, _: Results) -> str:
        ideal = BY_KEY[key].ideal
        text = f"{cell.wall:.2f} s"
        if ideal:
            text += f" ({cell.wall / ideal:.2f}×)"
        if (refused := cell.worst.refused) and key == "c":
            text += f", {refused} × 503"
        return _partly(text, cell, key)

    return figure


def _memory(cell: Cell, _: Results) -> str:
    return f"{cell.peak:.0f} MB"


def _listed(key: str) -> Figure:
    def figure(cell: Cell, _: Results) -> str:
        run, calls = cell.worst, BY_KEY[key].calls
        if run.unique_rows is None:
            return "fails: " + (run.errors[0] if run.errors else "no rows")
        text = f"{run.unique_rows:,} rows"
        if run.unique_rows != calls:
            text += f" of {calls:,}"
        if run.rows != run.unique_rows:
            text += f", {(run.rows or 0) - run.unique_rows} doubled"
        return f"{text}, {requests_of(run)}, {cell.wall:.2f} s"

    return figure


def requests_of(run: Run) -> str:
    return "1 request" if run.requests == 1 else f"{run.requests} requests"


def _lost(cell: Cell, _: Results) -> str:
    run = cell.worst
    return f"{run.intact} of {BY_KEY['f'].calls} stored, {run.doubled} twice, {run.ok} results"


def _one_refused(cell: Cell, _: Results) -> str:
    return f"{cell.worst.ok} of {OTHERS} kept"


def _texts(cell: Cell, _: Results) -> str:
    return f"{cell.worst.intact} of {BY_KEY['h'].calls} intact"


def _ordered(cell: Cell, _: Results) -> str:
    said = {run.in_order for run in cell.runs}
    return "no" if False in said else _NONE if None in said else "yes"


def secret(cell: Cell, _: Results) -> str:
    return {True: "**shown**", False: "not shown", None: _NONE}[cell.worst.secret_shown]


_ROWS: tuple[tuple[str, str, Figure], ...] = (
    ("5,000 adds: CPU a command (× floor)", "a", _cpu),
    ("5,000 adds: time", "a", _wall("a")),
    ("5,000 adds: peak memory", "a", _memory),
    ("5,000 adds: results in the caller's order", "a", _ordered),
    ("500 adds at 10 ms a command: time (× ideal)", "b", _wall("b")),
    ("4,000 adds within a bucket of 50, 40 a second: time (× ideal)", "c", _wall("c")),
    ("500 adds, the bucket is full: time", "d", _wall("d")),
    ("list of 120 sprints", "e120", _listed("e120")),
    ("list of 5,000 sprints", "e5000", _listed("e5000")),
    ("100 adds, an answer lost", "f", _lost),
    ("50 adds, one refused: results of the others", "g", _one_refused),
    ("100 adds with texts like `$result[x]`", "h", _texts),
    ("a wrong webhook: its secret in the error", "secret", secret),
)


def _alone(results: Results) -> list[tuple[str, str]]:
    """Rows about this library only."""
    rows: list[tuple[str, str]] = []
    if (need := results.imported) is not None:
        ratio = need.requests / need.full_batches
        figure = f"{need.requests} ({ratio:.3f}×), {need.seconds:.1f} s, {need.peak_mb:.0f} MB"
        rows.append((f"import of {need.groups} groups: requests (× full batches)", figure))
    if (stream := results.streamed) is not None:
        rows.append(
            (
                f"{stream.calls:,} calls through `stream`: peak memory",
                f"{stream.peak_mb:.0f} MB, {stream.cpu_us:.0f} µs of CPU a call",
            )
        )
    if (time := results.import_time) is not None:
        figure = f"{time.package:.0f} / {time.session:.0f} / {time.aiohttp:.0f} ms"
        rows.append(("import: the package / `PortalSession` / aiohttp alone (CPU)", figure))
        if (used := time.first_use) is not None:
            figure = f"{used.call:.1f} / {used.awaited:.1f} / {used.batch:.1f} ms"
            rows.append(("first use: first call, first await, first batch (CPU)", figure))
    if (linear := results.linear) is not None:
        for title, counts in (("calls", linear.calls), ("calls in a chain", linear.chain)):
            numbers = " / ".join(f"{count:,}" for count in counts)
            costs = " / ".join(f"{cost:.0f}" for cost in counts.values())
            rows.append((f"{numbers} {title}: CPU a call", f"{costs} µs"))
    return rows
