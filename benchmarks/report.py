"""Results as Markdown: the page about a run, the pieces of the README, who is faster."""

import re
from pathlib import Path

from benchmarks.results import Cell, Contestant, Results, Run
from benchmarks.safety import safety
from benchmarks.table import table
from benchmarks.targets import Slower, slower
from benchmarks.workloads import BY_KEY


def slower_list(found: list[Slower]) -> str:
    """What is slower than a peer."""
    if not found:
        return "Slower than a peer, or in need of more: nothing of what was measured."
    return "Slower than a peer, or in need of more:\n\n" + "\n".join(f"- {one}" for one in found)


def beside_peers(results: Results) -> str:
    """What is slower than a peer, if there was one."""
    if all(peer.missing is not None for peer in results.peers):
        return "No peer took part: whether one is faster is not known."
    return slower_list(slower(results))


def _where(results: Results) -> str:
    machine = results.machine
    short = " It is a shortened run." if results.quick else ""
    return (
        f"Medians of a run on {machine.date}, of imports the least, of growing numbers the "
        f"usual ratio to the fewest: "
        f"{machine.cpus} processors, {machine.system}, "
        f"Python {machine.python}.{short}"
    )


def _missing(results: Results) -> list[str]:
    return [f"{one.title} is missing: {one.missing}." for one in results.contestants if one.missing]


_WORDS = (
    "The floor is aiohttp and orjson: it posts ready-made batches, ten at once, without decoding.",
    "The ideal is what the portal's own speed and limits allow with ten requests in flight.",
    "The bucket is how a portal counts requests: who is too early is refused with a 503.",
)


def notes(results: Results) -> str:
    """What a reader of the whole table should know, as a list."""
    lines = [
        _where(results),
        *_WORDS,
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
        f"{table(results)}\n{' '.join(_WORDS)}\n\n{beside_peers(results)}\n\n"
        f"{_where(results)} `nox -s benchmarks` measures it again, and writes the picture, the"
        f" table and [all about them](docs/benchmarks/table.md).{missing}\n"
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
