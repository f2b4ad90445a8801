"""Results as Markdown: the table, the pieces of the README, and what is slower than a peer."""

import re
from collections.abc import Callable
from pathlib import Path

from benchmarks.results import FLOOR, OURS, Cell, Contestant, Results, Run
from benchmarks.targets import Slower, slower
from benchmarks.workloads import BY_KEY

_NONE = "—"
_TITLES = {OURS: "bitrix_scrum_async", FLOOR: "floor"}
_OTHERS = BY_KEY["g"].calls - 1  # all but the one that must fail
Figure = Callable[[Cell, Results], str]


def table(results: Results) -> str:
    """All results: a row for each figure, a column for each contestant."""
    rows = [(title, key, figure) for title, key, figure in _ROWS if key in results.cells]
    lines = [[title, *_cells(results, key, figure)] for title, key, figure in rows]
    lines += [[title, figure, *_rest(results)] for title, figure in _alone(results)]
    return _markdown(["workload", *(_title(one) for one in results.contestants)], lines)


def _cells(results: Results, key: str, figure: Figure) -> list[str]:
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


def _title(one: Contestant) -> str:
    if one.name == OURS:
        return f"**{_TITLES[OURS]}**"
    return _TITLES.get(one.name) or one.title


def _markdown(head: list[str], lines: list[list[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in rows)


# Figures


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
        return f"{text}, {_requests(run)}, {cell.wall:.2f} s"

    return figure


def _requests(run: Run) -> str:
    return "1 request" if run.requests == 1 else f"{run.requests} requests"


def _lost(cell: Cell, _: Results) -> str:
    run = cell.worst
    return f"{run.intact} of {BY_KEY['f'].calls} stored, {run.doubled} twice, {run.ok} results"


def _one_refused(cell: Cell, _: Results) -> str:
    return f"{cell.worst.ok} of {_OTHERS} kept"


def _texts(cell: Cell, _: Results) -> str:
    return f"{cell.worst.intact} of {BY_KEY['h'].calls} intact"


def _ordered(cell: Cell, _: Results) -> str:
    said = {run.in_order for run in cell.runs}
    return "no" if False in said else _NONE if None in said else "yes"


def _secret(cell: Cell, _: Results) -> str:
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
    ("a wrong webhook: its secret in the error", "secret", _secret),
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
        package, session = time.package - time.aiohttp, time.session - time.aiohttp
        figure = f"{package:+.0f} ms, with `PortalSession` {session:+.0f} ms"
        rows.append(("import of the package, above that of aiohttp", figure))
        if (used := time.first_use) is not None:
            figure = f"{used.call:.1f} / {used.awaited:.1f} / {used.batch:.1f} ms"
            rows.append(("first use: first call, first await, first batch (CPU)", figure))
    if (linear := results.linear) is not None:
        for title, counts in (("calls", linear.calls), ("calls in a chain", linear.chain)):
            numbers = " / ".join(f"{count:,}" for count in counts)
            costs = " / ".join(f"{cost:.0f}" for cost in counts.values())
            rows.append((f"{numbers} {title}: CPU a call", f"{costs} µs"))
    return rows


# Around the table


def slower_line(found: list[Slower]) -> str:
    """What is slower than a peer, in a sentence."""
    if not found:
        return "Slower than a peer, or in need of more: nothing of what was measured."
    return "Slower than a peer, or in need of more: " + "; ".join(map(str, found)) + "."


def beside_peers(results: Results) -> str:
    """What is slower than a peer, if there was one."""
    if all(peer.missing is not None for peer in results.peers):
        return "No peer took part: whether one is faster is not known."
    return slower_line(slower(results))


def _where(results: Results) -> str:
    machine = results.machine
    short = " It is a shortened run." if results.quick else ""
    return (
        f"Medians of a run on {machine.date}: {machine.cpus} processors, {machine.system}, "
        f"Python {machine.python}.{short}"
    )


def _missing(results: Results) -> list[str]:
    return [f"{one.title} is missing: {one.missing}." for one in results.contestants if one.missing]


def notes(results: Results) -> str:
    """What a reader of the whole table should know, as a list."""
    lines = [
        _where(results),
        "The floor is aiohttp and orjson: it posts ready-made batches, ten at once, no more.",
        "The ideal is what the portal's own speed and limits allow with ten requests in flight.",
    ]
    https = [one.title for one in results.contestants if one.scheme == "https" and not one.missing]
    if https:
        lines.append(
            f"{' and '.join(https)} spoke https, as they insist on it, to a certificate made in"
            " the run; the others spoke http."
        )
    lines += [f"{one.title}: {note}." for one in results.peers if (note := _note(results, one))]
    lines += _missing(results)
    for key, cells in results.cells.items():
        if key == "secret":
            continue  # all are refused, as they should be
        for one in results.peers:
            cell = cells.get(one.name, Cell())
            for said in filter(None, (cell.failed, *_told(cell.runs))):
                lines.append(f"{one.title}, {BY_KEY[key].title}: {said}")
    return "".join(f"- {line}\n" for line in lines)


def _note(results: Results, one: Contestant) -> str:
    """How a peer was driven, in its own program's words."""
    runs = (run for cells in results.cells.values() for run in cells.get(one.name, Cell()).runs)
    return next((run.notes for run in runs if run.notes), "").rstrip(".")


def _told(runs: tuple[Run, ...]) -> list[str]:
    """The first error that a caller was told of."""
    return [f"`{run.errors[0].replace('`', '')}`" for run in runs if run.errors][:1]


def whole(results: Results, verdicts: list[str]) -> str:
    """The page about a run."""
    return (
        "# Side by side\n\n"
        "Written by `nox -s benchmarks`, never by hand.\n\n"
        f"{table(results)}\n{beside_peers(results)}\n\n"
        "![CPU of a command, and seconds for 500 commands, of each library](chart.png)\n\n"
        f"## Targets\n\n{''.join(f'- {verdict}{chr(10)}' for verdict in verdicts)}\n"
        f"## Notes\n\n{notes(results)}"
    )


def for_readme(results: Results) -> str:
    """The README's piece about speed."""
    missing = "".join(f" {line}" for line in _missing(results))
    return (
        "![CPU of a command, and seconds for 500 commands, of each library]"
        "(docs/benchmarks/chart.png)\n\n"
        f"{table(results)}\n{beside_peers(results)}\n\n"
        f"{_where(results)} `nox -s benchmarks` measures it again, and writes the picture, the"
        f" table and [all about them](docs/benchmarks/table.md).{missing}\n"
    )


def safety(results: Results) -> str:
    """The README's piece about what is safe."""
    contestants = [one for one in results.contestants if one.name != FLOOR]
    lines: list[list[str]] = []
    for title, key, figure in _SAFETY:
        cells = dict(
            zip(
                (one.name for one in results.contestants), _cells(results, key, figure), strict=True
            )
        )
        lines.append([title, *(cells[one.name] for one in contestants)])
    return _markdown(["what happens", *(_title(one) for one in contestants)], lines)


def _safe_lost(cell: Cell, _: Results) -> str:
    run, calls = cell.worst, BY_KEY["f"].calls
    twice = f"**{run.doubled} twice**" if run.doubled else "0 twice"
    stored = f"{run.intact} of {calls} stored, {twice}"
    if run.ok == calls:
        return f"{stored}; {run.ok} results"
    if not _is_told(run):
        return f"{stored}; {run.ok} results, **no error** for the rest"
    return f"{stored}; {run.ok} results, an error for the rest"


def _is_told(run: Run) -> bool:
    """Whether the caller had an error, and not just something else than a record."""
    return any(not error.startswith("no record") for error in run.errors)


def _safe_refused(cell: Cell, _: Results) -> str:
    run = cell.worst
    told = "the error" if _is_told(run) else "**no error**"
    return f"{run.ok if run.ok == _OTHERS else f'**{run.ok}**'} of {_OTHERS} results, {told}"


def _safe_texts(cell: Cell, _: Results) -> str:
    run, calls = cell.worst, BY_KEY["h"].calls
    if run.intact == run.stored == calls:
        return "all as written"
    changed, gone = run.stored - run.intact, calls - run.stored
    said = [f"**{changed} changed**"] if changed else []
    said += [f"**{gone} not stored**"] if gone > 0 else []
    return ", ".join(said)


def _safe_list(cell: Cell, _: Results) -> str:
    run = cell.worst
    if run.unique_rows is None:
        return "fails"
    if run.unique_rows == run.rows == BY_KEY["e5000"].calls:
        return f"all, in {_requests(run)}"
    return f"**{run.unique_rows:,} rows**, {'an error' if _is_told(run) else 'no error'}"


_SAFETY: tuple[tuple[str, str, Figure], ...] = (
    ("100 sprints are added, and the answer to the first batch is lost", "f", _safe_lost),
    ("50 are added, and the portal refuses one", "g", _safe_refused),
    ("100 have names that a batch reads as its own, like `$result[x]`", "h", _safe_texts),
    ("a list of 5,000 is read, which tells neither total nor next page", "e5000", _safe_list),
    ("the portal refuses the webhook: is its secret in the error?", "secret", _secret),
)


def put_between(text: str, mark: str, piece: str) -> str:
    """Replace what stands between `<!-- mark -->` and `<!-- /mark -->`; without them, nothing."""
    pattern = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", re.DOTALL)
    return pattern.sub(lambda found: f"{found[1]}{piece}{found[2]}", text)


def write_readme(results: Results, path: Path) -> None:
    """Write the README's marked pieces."""
    text = path.read_text("utf-8")
    text = put_between(text, "benchmarks", for_readme(results))
    text = put_between(text, "safety", safety(results))
    path.write_text(text, encoding="utf-8")
