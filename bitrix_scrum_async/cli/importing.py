"""`bitrix-scrum import` and `bitrix-scrum demo`."""

import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import attrs
import click
import orjson

from ..emulator import Emulator
from ..errors import BitrixScrumError
from ..importer import Importer, Journal, JournalError, Plan, Report, verify
from ..importer.demo import load_demo_plan
from ..importer.files import refusal
from ..importer.record_map import MappedRecord, map_records
from ..importer.selection import select
from ..importer.spreadsheet import write_csv
from ..session import PortalSession
from ..transport.limits import Limits
from .connection import finite, limit_rate_option, limited, limits_option, open_portal
from .display import show_dry_run, show_report, show_verification
from .exits import one_line, run_async
from .interrupt import ending_in_order
from .outputs import check_output, wrote_whole
from .progress import Watch
from .screen import print_json


@click.command(name="import")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option(
    "--journal",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What was created stands here; the same file resumes an import. "
    "Default: PLAN's name with .journal.sqlite in place of its ending, beside it.",
)
@click.option("--dry-run", is_flag=True, help="Ask the portal what would be done; write nothing.")
@limits_option
@click.option(
    "--settle-after",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    callback=finite,
    metavar="SECONDS",
    help="How long a request whose answer was lost may still be running in the portal.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="KEY",
    help="Import only the group with this key. May be given several times.",
)
@click.option(
    "--max-errors",
    type=click.IntRange(min=1),
    metavar="N",
    help="End the run once so many writes have failed. The next run goes on.",
)
@click.option(
    "--again",
    is_flag=True,
    help="Make groups a second time that an import with another journal has made already.",
)
@limit_rate_option
@click.option("--verify", "reading", is_flag=True, help="Read everything back afterwards.")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the map from the plan's keys to the portal's ids, and what is missing: "
    "a .csv or .json file, which is replaced.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON, not as a table.")
def import_command(
    plan: Path,
    journal: Path | None,
    limits: Limits,
    settle_after: float,
    only: tuple[str, ...],
    max_errors: int | None,
    limit_rate: float | None,
    report: Path | None,
    *,
    dry_run: bool,
    again: bool,
    reading: bool,
    as_json: bool,
) -> int:
    """Create what stands in PLAN (YAML, JSON or JSON Lines) in the portal.

    Run it again to go on after an interruption or a failure: what is there is not created again.
    """
    if dry_run and (reading or report):
        raise click.UsageError("--dry-run writes nothing: leave out --verify and --report")
    journal = journal or plan.with_name(f"{plan.stem}.journal.sqlite")
    loaded = Plan.load(plan)
    select(loaded, only)  # all that is wrong with it, before a portal is asked
    if report is not None:
        _check_report(report, inputs=(plan, journal))
    go_on = f"Run the same command again to go on; {journal} knows what is done."

    watch = Watch()

    async def run() -> int:
        async with open_portal(limited(limits, limit_rate), watch.on_event) as portal:
            importer = Importer(
                portal,
                journal=journal,
                settle_after=settle_after,
                max_errors=max_errors,
                only=only,
                again=again,
            )
            if dry_run:
                return await _look(importer, loaded, watch, as_json=as_json)
            return await _import(
                importer,
                loaded,
                watch,
                report=report,
                reading=reading,
                as_json=as_json,
                go_on=go_on,
            )

    return run_async(run, "" if dry_run else go_on)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON, not as a table.")
def demo(*, as_json: bool) -> int:
    """Import the bundled plan into an emulated portal and read everything back.

    No portal is needed: the emulator runs in this process, in memory, and ends with it.
    """
    plan = load_demo_plan()
    watch = Watch()

    async def run() -> int:
        with tempfile.TemporaryDirectory(prefix="bitrix-scrum-") as folder:
            async with (
                Emulator(limits="off", record=0, task_stage_id="card") as emulator,
                PortalSession(
                    emulator.webhook, limits=Limits.self_hosted(), on_event=watch.on_event
                ) as portal,
            ):
                importer = Importer(portal, journal=Path(folder) / "journal")
                return await _import(importer, plan, watch, reading=True, as_json=as_json)

    return run_async(run)


async def _look(importer: Importer, plan: Plan, watch: Watch, *, as_json: bool) -> int:
    with watch.shown() as on_progress:
        found = await importer.dry_run(plan, on_progress)
    if as_json:
        print_json(found.as_json())
    else:
        show_dry_run(select(plan, importer.only), found)
    return 0 if found.runs_through else 1


async def _import(
    importer: Importer,
    plan: Plan,
    watch: Watch,
    *,
    report: Path | None = None,
    reading: bool,
    as_json: bool,
    go_on: str = "",
) -> int:
    def tell() -> None:
        watch.say(
            "Interrupted: waiting for the answers to what was sent. Ctrl-C again ends at once."
        )

    chosen = select(plan, importer.only)
    with ending_in_order(tell) as stop, watch.shown(chosen) as on_progress:
        done = await importer.run(plan, on_progress, stop=stop)
    if not as_json:
        show_report(chosen, done)
    records = _map(importer, chosen, done) if as_json or report else []
    tree = {**done.as_json(), "records": [attrs.asdict(each) for each in records]}
    same = True
    try:
        if reading and done.stopped is None:
            with watch.shown() as on_progress:
                found = await verify(
                    importer.portal, chosen, journal=importer.journal, on_progress=on_progress
                )
            same = found.same
            tree["verification"] = found.as_json()
            if not as_json:
                show_verification(found)
    except (BitrixScrumError, sqlite3.Error) as error:
        same = False
        tree["verification"] = {"same": False, "error": one_line(error)}
        click.echo(f"Reading back failed: {one_line(error)}", err=True)
    finally:
        # Also after Ctrl-C: what was imported is in the portal.
        written = report is None or _wrote_report(report, tree, records)
        if as_json:
            print_json(tree)
    if stop.is_set():
        if go_on:  # that it was interrupted was said at once
            click.echo(go_on, err=True)
        return 130
    return 0 if done.complete and same and written else 1


def _map(importer: Importer, plan: Plan, report: Report) -> list[MappedRecord]:
    try:
        with Journal.read(importer.journal) as journal:
            return list(map_records(plan, journal, report.missing))
    except JournalError:
        return []  # interrupted before it was begun


def _check_report(path: Path, inputs: tuple[Path, ...]) -> None:
    if path.suffix.lower() not in (".csv", ".json"):
        raise refusal(path, "cannot be the report: name it .csv or .json")
    check_output(path, overwrite=True, inputs=inputs)


def _wrote_report(path: Path, tree: dict[str, Any], records: list[MappedRecord]) -> bool:
    if path.suffix.lower() == ".json":
        text = orjson.dumps(tree, option=orjson.OPT_INDENT_2)
        return wrote_whole(path, lambda file: file.write_bytes(text))
    header = [field.name for field in attrs.fields(MappedRecord)]
    rows = [attrs.astuple(each) for each in records]
    return wrote_whole(path, lambda file: write_csv(file, header, rows))
