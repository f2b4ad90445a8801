"""The command that makes a plan out of another tool's export."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

import attrs
import click

from ..importer.convert import Conversion, Converted, Export, convert, read_export
from ..importer.convert.table import read_text
from ..importer.files import form_of, refusal
from ..importer.problems import PlanError
from .outputs import check_output, write_whole
from .screen import print_json

_MOST_LINES = 12


@click.command(name="convert")
@click.argument("export", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="Where the plan goes: a .yaml, .json or .jsonl file.",
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    help="What statuses, sprints and people become. Written with guesses when it is not there. "
    "Default: OUTPUT's name with .mapping.yaml in place of its ending, beside it.",
)
@click.option(
    "--from",
    "tool",
    type=click.Choice(["auto", "jira", "trello"]),
    default="auto",
    show_default=True,
    help="Whose export it is.",
)
@click.option("--encoding", help="The export's encoding, where it is neither UTF-8 nor UTF-16.")
@click.option("--force", is_flag=True, help="Write the plan anew where there is one.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def convert_command(
    export: Path,
    output: Path,
    mapping: Path | None,
    tool: Literal["auto", "jira", "trello"],
    encoding: str | None,
    *,
    force: bool,
    as_json: bool,
) -> int:
    """Make a plan out of EXPORT: issues of Jira as CSV, or a board of Trello as JSON.

    The first run guesses what statuses, sprints and people become, and writes it into a mapping.
    Look at it, edit it, and run the command again with --force.
    """
    mapping = mapping or output.with_name(f"{output.stem}.mapping.yaml")
    _refuse_confusion(export, output, mapping, force=force)
    read = read_export(export, tool, encoding)
    earlier = read_text(mapping) if mapping.exists() else None
    # Sprints of an export without any date are counted from today on.
    today = datetime.now().astimezone().date()
    converted = convert(read, mapping=earlier, file=str(mapping), today=today)
    if converted.additions:
        _save_mapping(mapping, earlier, converted)
    if converted.conversion is None:
        if converted.additions:
            click.echo(f"{mapping} was written, with guesses; the plan was not, since:", err=True)
        raise PlanError(converted.problems)
    plan = converted.conversion.plan
    write_whole(output, plan.dump)
    if as_json:
        tree = _tree(read, converted, converted.conversion)
        print_json(tree)
    else:
        for line in _summary(read, converted, converted.conversion, output, mapping):
            click.echo("".join(each if each.isprintable() else " " for each in line))
    return 0


def _refuse_confusion(export: Path, output: Path, mapping: Path, *, force: bool) -> None:
    form_of(output)
    if mapping.suffix.lower() not in (".yaml", ".yml"):
        raise refusal(mapping, "cannot be the mapping: name it .yaml")
    files = [each.resolve() for each in (export, output, mapping)]
    if len(set(files)) < len(files):
        raise refusal(output, "export, plan and mapping must be three files: name another")
    check_output(output, overwrite=force)
    check_output(mapping, overwrite=True)


def _save_mapping(path: Path, earlier: str | None, converted: Converted) -> None:
    if earlier is not None and not converted.kept:
        write_whole(path.with_name(f"{path.name}.bak"), partial(_save, earlier))
    write_whole(path, partial(_save, converted.mapping))


def _save(text: str, path: Path) -> None:
    # As bytes: Windows would write other line breaks than the text has.
    path.write_bytes(text.encode())


def _summary(
    export: Export, converted: Converted, conversion: Conversion, output: Path, mapping: Path
) -> Iterator[str]:
    plan = conversion.plan
    yield f"{output}: {_count(len(plan.groups), 'group')} of {len(export.items)} {export.noun}s."
    for group in plan.groups:
        done = sum(task.done for task in group.tasks)
        waiting = sum(task.sprint is None for task in group.tasks)
        active = group.active_sprint
        runs = f", {active.name!r} is active" if active else ""
        yield (
            f"  {group.key} {group.name!r}: {_count(len(group.epics), 'epic')}, "
            f"{_count(len(group.sprints), 'sprint')}{runs}, {_count(len(group.tasks), 'task')} "
            f"({done} done, {waiting} in the backlog)"
        )
    for title, counts in (("Changed", conversion.changed), ("Left out", conversion.left_out)):
        if counts:
            yield f"{title}:"
            yield from (f"  {count} x {what}" for what, count in counts.items())
    if export.unread:
        yield f"Columns that were not read: {', '.join(export.unread)}"
    if not converted.additions:
        yield f"{mapping} knew all names."
        return
    yield f"{mapping}: {_count(len(converted.additions), 'name')} with guesses; look at them:"
    by_section: dict[str, list[str]] = {}
    for addition in converted.additions:
        by_section.setdefault(addition.path[0], []).append(addition.name)
    for section, names in by_section.items():
        more = f" and {len(names) - _MOST_LINES} more" if len(names) > _MOST_LINES else ""
        yield f"  {section}: {', '.join(names[:_MOST_LINES])}{more}"
    if not converted.kept:
        yield f"  It was written anew, without its comments; {mapping.name}.bak is as it was."
    yield "Edit it and run the same command again with --force; then import the plan."


def _tree(export: Export, converted: Converted, conversion: Conversion) -> dict[str, Any]:
    plan = conversion.plan
    return {
        "groups": {
            group.key: {
                "epics": len(group.epics),
                "sprints": len(group.sprints),
                "tasks": len(group.tasks),
                "done": sum(task.done for task in group.tasks),
            }
            for group in plan.groups
        },
        "changed": dict(conversion.changed),
        "left_out": dict(conversion.left_out),
        "unread_columns": list(export.unread),
        "guessed": [
            attrs.asdict(each) | {"value": str(each.value)} for each in converted.additions
        ],
        "by_section": Counter(each.path[0] for each in converted.additions),
    }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
