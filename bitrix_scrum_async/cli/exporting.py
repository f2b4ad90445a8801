"""`bitrix-scrum export`: a portal's groups as a plan."""

from pathlib import Path
from typing import Literal

import attrs
import click

from ..importer import ExportError, Journal, Note, Plan, export, exportable
from ..importer.files import form_of
from ..transport.limits import Limits
from .connection import group_id, limit_rate_option, limited, limits_option, open_portal
from .display import show_export
from .exits import run_async
from .outputs import check_output, write_whole
from .progress import Watch
from .screen import print_json


@click.command(name="export")
@click.option(
    "--group",
    "group_ids",
    type=group_id,
    multiple=True,
    metavar="ID",
    help="A group to export, by its id. May be given several times.",
)
@click.option("--all", "all_", is_flag=True, help="Export all Scrum groups of the webhook's user.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="Where the plan goes: a .yaml, .json or .jsonl file.",
)
@click.option(
    "--users",
    type=click.Choice(["id", "email"]),
    default="id",
    show_default=True,
    help="Name users by their ids, or by e-mail address, as for another portal.",
)
@click.option(
    "--journal",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The journal of an import of these groups: keys come back as they were, so that the "
    "plan can be imported with it again.",
)
@limits_option
@limit_rate_option
@click.option("--force", is_flag=True, help="Write the plan anew where there is one.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def export_command(
    group_ids: tuple[int, ...],
    output: Path,
    users: Literal["id", "email"],
    journal: Path | None,
    limits: Limits,
    limit_rate: float | None,
    *,
    all_: bool,
    force: bool,
    as_json: bool,
) -> int:
    """Write Scrum groups of the portal down as a plan. Only reads.

    Imported elsewhere, the plan makes the same groups. What a plan cannot hold is said.
    """
    if bool(group_ids) == all_:
        raise click.UsageError("say which groups: --group ID, once or several times, or --all")
    form_of(output)
    check_output(output, overwrite=force, inputs=() if journal is None else (journal,))
    if journal is not None:
        Journal.read(journal).close()  # before a portal is asked
    watch = Watch()
    notes: list[Note] = []

    async def run() -> int:
        async with open_portal(limited(limits, limit_rate), watch.on_event) as portal:
            with watch.shown() as on_progress:
                ids = await exportable(portal, on_note=notes.append) if all_ else group_ids
                if not ids:
                    raise ExportError(_NOTHING)
                plan = await export(
                    portal,
                    ids,
                    users=users,
                    journal=journal,
                    on_progress=on_progress,
                    on_note=notes.append,
                )
        write_whole(output, plan.dump)
        if as_json:
            print_json(_tree(plan, notes))
        else:
            show_export(plan, notes)
            click.echo(f"{output} was written.")
        return 0

    return run_async(run)


_NOTHING = (
    "the webhook's user belongs to no Scrum group: make them a member of the groups, or use the "
    "webhook of somebody who is one"
)


def _tree(plan: Plan, notes: list[Note]) -> dict[str, object]:
    return {
        "groups": {
            group.key: {
                "name": group.name,
                "epics": len(group.epics),
                "sprints": len(group.sprints),
                "tasks": len(group.tasks),
                "done": sum(task.done for task in group.tasks),
            }
            for group in plan.groups
        },
        "notes": [attrs.asdict(note) for note in notes],
    }
