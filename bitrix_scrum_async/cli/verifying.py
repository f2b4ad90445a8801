"""`bitrix-scrum verify`: read a plan's records back and compare them."""

from pathlib import Path

import attrs
import click

from ..importer import Difference, Plan, Verification, verify
from ..importer.files import refusal
from ..importer.journal import Journal, is_in_use
from ..importer.spreadsheet import write_csv
from ..transport.limits import Limits
from .connection import limit_rate_option, limited, limits_option, open_portal
from .display import show_verification
from .exits import run_async
from .outputs import check_output, wrote_whole
from .progress import Watch
from .screen import print_json


@click.command(name="verify")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option(
    "--journal",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The journal of the import. "
    "Default: PLAN's name with .journal.sqlite in place of its ending, beside it.",
)
@limits_option
@limit_rate_option
@click.option(
    "--csv",
    "table",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the differences as CSV into a file, which is replaced.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify_command(
    plan: Path,
    journal: Path | None,
    limits: Limits,
    limit_rate: float | None,
    table: Path | None,
    *,
    as_json: bool,
) -> int:
    """Compare the portal with PLAN, field by field, after an import. Only reads."""
    journal = journal or plan.with_name(f"{plan.stem}.journal.sqlite")
    loaded = Plan.load(plan)
    keys = [group.key for group in loaded.groups]
    Journal.read(journal, groups=keys).close()  # before a portal is asked
    if table is not None:
        if table.suffix.lower() != ".csv":
            raise refusal(table, "cannot take a table: name it .csv")
        check_output(table, overwrite=True, inputs=(plan, journal))
    if is_in_use(journal):
        click.echo(
            "An import is running with this journal: what it has yet to do differs.", err=True
        )
    watch = Watch()

    async def run() -> int:
        async with open_portal(limited(limits, limit_rate), watch.on_event) as portal:
            with watch.shown() as on_progress:
                found = await verify(portal, loaded, journal=journal, on_progress=on_progress)
        written = table is None or _wrote_table(table, found)
        if as_json:
            print_json(found.as_json())
        else:
            show_verification(found)
        return 0 if found.same and written else 1

    return run_async(run)


def _wrote_table(path: Path, found: Verification) -> bool:
    header = [field.name for field in attrs.fields(Difference)]
    rows = [attrs.astuple(each) for each in found.differences]
    return wrote_whole(path, lambda file: write_csv(file, header, rows))
