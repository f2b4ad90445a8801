"""`bitrix-scrum journal`: look into journals, and make one of two."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import click

from ..importer.journal import Entry, Journal, State, is_in_use
from ..importer.merge import merge_journals
from .screen import (
    new_table,
    number,
    on_one_line,
    plain_console,
    print_json,
    print_lines,
    print_table,
)

_FILE = click.Path(path_type=Path, dir_okay=False)
# Columns of the table, and the kind of write that each counts.
_RECORDS = {"Epics": "epic", "Sprints": "sprint", "Tasks": "task", "Done": "done"}


@click.group()
def journal() -> None:
    """Look into the journals of imports."""


@journal.command()
@click.argument("file", metavar="JOURNAL", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print all that it knows as JSON.")
def show(file: Path, *, as_json: bool) -> int:
    """Show what JOURNAL knows: groups, records, and the writes that failed or are open.

    It can be read while an import is running with it.
    """
    running = is_in_use(file)
    with Journal.read(file) as known:
        entries = list(known.all())
        tree = _tree(known, entries, running=running)
    if as_json:
        print_json(tree)
    else:
        _show(tree, entries)
    return 0


@journal.command()
@click.argument("first", metavar="A", type=_FILE)
@click.argument("second", metavar="B", type=_FILE)
@click.option("-o", "--output", "into", type=_FILE, required=True, help="The new journal.")
@click.option("--json", "as_json", is_flag=True, help="Print how much it knows as JSON.")
def merge(first: Path, second: Path, into: Path, *, as_json: bool) -> int:
    """Make one journal of A and B, which are of imports of parts of one plan into one portal.

    With it an import of the whole plan goes on. A and B stay as they are.
    """
    known = merge_journals(first, second, into)
    if as_json:
        print_json({"journal": str(into), "writes": known})
    else:
        click.echo(f"{into} knows {known} writes: go on with --journal {into}")
    return 0


def _tree(known: Journal, entries: list[Entry], *, running: bool) -> dict[str, Any]:
    groups: dict[str, dict[str, Any]] = {}
    for entry in entries:
        group = groups.setdefault(entry.group, {"id": None, "writes": {}})
        if entry.kind == "group":
            group["id"] = entry.id
        kind = group["writes"].setdefault(entry.kind, dict.fromkeys(map(str, State), 0))
        kind[str(entry.state)] += 1
    return {
        "portal": known.portal,
        "begun": datetime.fromtimestamp(known.begun, UTC).isoformat(timespec="seconds"),
        "running": running,
        "task_mark": known.task_mark,
        "groups": groups,
        "open": [attrs.asdict(each) for each in entries if each.state is State.INTENDED],
        "failed": [attrs.asdict(each) for each in entries if each.state is State.FAILED],
    }


def _show(tree: dict[str, Any], entries: list[Entry]) -> None:
    out = plain_console()
    running = "; an import is running with it now" if tree["running"] else ""
    out.print(f"Into {tree['portal']}, begun {tree['begun']}{running}.", highlight=False)
    counts = Counter((each.group, each.kind, each.state) for each in entries)
    table = new_table("Group", ("Id", *_RECORDS, "Open", "Failed"))
    for group, known in tree["groups"].items():
        table.add_row(
            on_one_line(group),
            str(known["id"] or "-"),
            *(number(counts[group, kind, State.DONE]) for kind in _RECORDS.values()),
            *(
                number(sum(n for (g, _, s), n in counts.items() if (g, s) == (group, state)))
                for state in (State.INTENDED, State.FAILED)
            ),
        )
    if tree["groups"]:
        print_table(out, table)
    else:
        out.print("Nothing was written yet.")
    print_lines(out, _reasons(entries, State.INTENDED, "open", "its request may be on its way"))
    print_lines(out, _reasons(entries, State.FAILED, "failed", ""))


def _reasons(entries: Iterable[Entry], state: State, said: str, otherwise: str) -> list[str]:
    return [f"{each}: {said}: {each.error or otherwise}" for each in entries if each.state is state]
