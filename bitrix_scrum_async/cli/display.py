"""What an import, a dry run, a verification and an export show of their results."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from rich.console import Console

from ..importer import DryRun, Fate, Note, Plan, Report, Verdict, Verification
from ..importer.report import INTERRUPTED
from .screen import (
    new_table,
    number,
    on_one_line,
    plain_console,
    print_line,
    print_lines,
    print_table,
)

# Columns of the table, and the kind of write that each counts.
_COLUMNS = {"Epics": "epic", "Sprints": "sprint", "Tasks": "task", "Done": "done"}
_KINDS = ("group", "epic", "sprint", "task")


def show_report(plan: Plan, report: Report) -> None:
    """Print what is in the portal now, group by group, and what is not."""
    console = plain_console()
    columns = {name: partial(_there, report, kind) for name, kind in _COLUMNS.items()}
    columns["Missing"] = partial(_missing, report)
    _print_counts(console, f"Imported into {report.portal}", plan, columns)
    created = report.total(Fate.CREATED)
    present = report.total(Fate.PRESENT)
    before = f", {present} were done before" if present else ""
    console.print(
        f"{created} writes in {report.requests} requests and {report.seconds:.1f} s{before}.",
        highlight=False,
    )
    print_lines(console, [str(missing) for missing in report.missing])
    if report.changed:
        print_line(
            console,
            "Changed in the plan since an earlier run wrote them, and left alone, so the portal "
            "is not as planned:",
        )
        print_lines(console, report.changed)
        console.print("Change them in the portal, or the plan back.")
    if report.stopped == INTERRUPTED:
        return  # who pressed Ctrl-C is told so, and how to go on
    if report.stopped is not None:
        print_lines(console, [f"Stopped: {report.stopped}"])
    if report.missing or report.stopped is not None:
        console.print("Run the same command again to try what is missing.")


def show_dry_run(plan: Plan, found: DryRun) -> None:
    """Print what an import would do, group by group, and what is to be looked at."""
    console = plain_console()
    columns = {
        str(verdict).capitalize(): partial(_of_verdict, found, verdict) for verdict in Verdict
    }
    _print_counts(console, f"An import into {found.portal} would find", plan, columns)
    console.print(f"Asked in {found.requests} requests; nothing was written.", highlight=False)
    print_lines(console, [str(each) for each in found.notable()])
    if blocked := sum(bool(each.needs) for each in found.entries):
        console.print(f"{blocked} more cannot be created without these.", highlight=False)
    if found.in_part:
        be = "is" if found.in_part == 1 else "are"
        print_line(
            console,
            f"{found.in_part} {be} there in part, and the import would write the rest.",
        )
    create = [f"{n} x {kind}" for kind in _KINDS if (n := found.count(Verdict.CREATE, kind=kind))]
    if found.runs_through:
        what = ", ".join(create) or "nothing: all is there"
        console.print(f"The import would run through. To create: {what}.", highlight=False)
    elif found.unknown or found.gone:
        console.print("The import would refuse to begin, and write nothing.")
    else:
        console.print("The portal would not be as planned after the import.")


def show_verification(found: Verification) -> None:
    """Print what was read back and what differs."""
    console = plain_console()
    checked = ", ".join(f"{n} x {kind}" for kind, n in found.checked.items()) or "nothing"
    for kind, n in found.unseen.items():
        console.print(f"{n} x {kind}: this portal does not show how they stand.", highlight=False)
    if found.same:
        print_line(console, f"Read back, all as planned: {checked}.")
        return
    differences = f"{len(found.differences)} difference"
    plural = "" if len(found.differences) == 1 else "s"
    print_line(console, f"Read back: {checked}. {differences}{plural}:")
    print_lines(console, [str(difference) for difference in found.differences])


def show_export(plan: Plan, notes: Iterable[Note]) -> None:
    """Print what a plan holds of a portal's groups, and what it does not."""
    console = plain_console()
    console.print("Exported")
    table = new_table("Group", ("Epics", "Sprints", "Tasks", "Done"))
    for group in plan.groups:
        done = sum(task.done for task in group.tasks)
        counts = (len(group.epics), len(group.sprints), len(group.tasks), done)
        table.add_row(on_one_line(group.name), *map(number, counts))
    print_table(console, table)
    if lines := list(_noted(notes)):
        console.print("Not in the plan, or otherwise than in the portal:")
        print_lines(console, lines)
    console.print("Attachments, comments, checklists and links are not read.")


def _noted(notes: Iterable[Note]) -> Iterator[str]:
    """Give a line for each thing that is noted, also where many groups have it."""
    by_text: dict[str, list[Note]] = {}
    for note in notes:
        by_text.setdefault(note.text, []).append(note)
    for text, some in by_text.items():
        count = sum(note.count for note in some)
        where = f"{len(some)} groups: " if len(some) > 1 else some[0].group and f"{some[0].group}: "
        yield f"{where}{count} x {text}"


def _print_counts(
    console: Console, title: str, plan: Plan, columns: Mapping[str, Callable[[str | None], int]]
) -> None:
    """Print counts by group, and of all, without the columns that are empty."""
    columns = {name: count for name, count in columns.items() if count(None)}
    # A title of the table would be folded to its width.
    print_line(console, title)
    table = new_table("Group", columns)
    for group in plan.groups:
        counts = [count(group.key) for count in columns.values()]
        table.add_row(on_one_line(group.name), *map(number, counts))
    table.add_section()
    table.add_row("All", *(number(count(None)) for count in columns.values()))
    print_table(console, table)


def _there(report: Report, kind: str, group: str | None) -> int:
    return sum(report.total(fate, kind=kind, group=group) for fate in (Fate.CREATED, Fate.PRESENT))


def _missing(report: Report, group: str | None) -> int:
    return sum(report.total(fate, group=group) for fate in Fate if fate.missing)


def _of_verdict(found: DryRun, verdict: Verdict, group: str | None) -> int:
    return found.count(verdict, group=group)
