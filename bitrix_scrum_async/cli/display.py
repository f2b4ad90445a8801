"""What a person or a program sees: bars or JSON lines while it runs, tables in the end.

Progress goes to standard error, results to standard output. Standard error is lines of JSON
where it is no terminal.
"""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TextIO

import attrs
import orjson
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from ..importer import Fate, OnProgress, Plan, Progress, Report, Verification

_MOST_LINES = 40
# Columns of the table, and the kind of write that each counts.
_COLUMNS = {"Epics": "epic", "Sprints": "sprint", "Tasks": "task", "Done": "done"}


@contextmanager
def shown_progress() -> Generator[OnProgress]:
    """Give what shows progress: bars on a terminal, lines of JSON elsewhere."""
    if not sys.stderr.isatty():
        yield _tell_as_json
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        known: dict[str, TaskID] = {}

        def tell(progress: Progress) -> None:
            if progress.phase not in known:
                known[progress.phase] = bars.add_task(progress.phase, total=progress.total)
            failed = f" [red]({progress.failed} failed)[/red]" if progress.failed else ""
            bars.update(
                known[progress.phase],
                completed=progress.done,
                description=f"{progress.phase}{failed}",
            )

        yield tell


def _tell_as_json(progress: Progress) -> None:
    line = orjson.dumps({"event": "progress", **attrs.asdict(progress)})
    try:
        sys.stderr.write(line.decode() + "\n")
        sys.stderr.flush()
    except OSError:
        # An import is not given up because nobody can watch it.
        silence(sys.stderr)


def silence(stream: TextIO) -> None:
    """Let what a stream still holds, and what comes, go nowhere: it cannot be written."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def show_report(plan: Plan, report: Report) -> None:
    """Print what is in the portal now, group by group, and what is not."""
    console = plain_console()
    table = Table(title=f"Imported into {report.portal}", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("Group", min_width=20)
    columns = {name: partial(_there, report, kind) for name, kind in _COLUMNS.items()}
    columns["Missing"] = partial(_missing, report)
    columns = {name: count for name, count in columns.items() if count(None)}
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    for group in plan.groups:
        counts = [count(group.key) for count in columns.values()]
        table.add_row(_on_one_line(group.name), *map(_number, counts))
    table.add_section()
    table.add_row("All", *(_number(count(None)) for count in columns.values()))
    console.print(table)
    created = report.total(Fate.CREATED)
    present = report.total(Fate.PRESENT)
    before = f", {present} were done before" if present else ""
    console.print(
        f"{created} writes in {report.requests} requests and {report.seconds:.1f} s{before}.",
        highlight=False,
    )
    print_lines(console, [str(missing) for missing in report.missing])
    if report.changed:
        console.print(
            "Changed in the plan since an earlier run wrote them, and left alone, so the portal "
            "is not as planned:",
            soft_wrap=True,
        )
        print_lines(console, report.changed)
        console.print("Change them in the portal, or the plan back.")
    if report.stopped is not None:
        print_lines(console, [f"Stopped: {report.stopped}"])
    if report.missing or report.stopped is not None:
        console.print("Run the same command again to try what is missing.")


def show_verification(found: Verification) -> None:
    """Print what was read back and what differs."""
    console = plain_console()
    checked = ", ".join(f"{n} x {kind}" for kind, n in found.checked.items())
    for kind, n in found.unseen.items():
        console.print(f"{n} x {kind}: this portal does not show how they stand.", highlight=False)
    if found.same:
        console.print(f"Read back, all as planned: {checked}.", highlight=False)
        return
    console.print(f"Read back: {checked}. {len(found.differences)} differences:", highlight=False)
    print_lines(console, [str(difference) for difference in found.differences])


def plain_console() -> Console:
    # In a file or a log nobody sets a width, and 80 columns fold the names of groups.
    return Console() if sys.stdout.isatty() else Console(width=120)


def print_lines(console: Console, lines: list[str]) -> None:
    for line in lines[:_MOST_LINES]:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if len(lines) > _MOST_LINES:
        console.print(f"... and {len(lines) - _MOST_LINES} more; --json has them all")


def _there(report: Report, kind: str, group: str | None) -> int:
    return sum(report.total(fate, kind=kind, group=group) for fate in (Fate.CREATED, Fate.PRESENT))


def _missing(report: Report, group: str | None) -> int:
    return sum(report.total(fate, group=group) for fate in Fate if fate.missing)


def _on_one_line(name: str) -> Text:
    # The text does not wrap but its column may, so that it is this one that gets narrower.
    return Text(" ".join(name.split()), no_wrap=True, overflow="ellipsis")


def _number(count: int) -> str:
    return str(count) if count else "-"
