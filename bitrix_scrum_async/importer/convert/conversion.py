"""The whole way: an export and the mapping of an earlier run into a plan and a mapping."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Literal

import attrs

from ..files import refusal, yaml_source
from ..problems import PlanError, Problem
from .build import Conversion, build
from .export import Export, Tool
from .guess import guess
from .jira import check_header, read_issues
from .mapping import Mapping
from .mapping_file import Addition, add, first_text
from .table import read_table, read_text
from .trello import read_board


@attrs.frozen(kw_only=True)
class Converted:
    """What came of an export.

    Attributes:
        mapping: The mapping's text, with what was added to it.
        additions: What was guessed.
        kept: Whether the rest of the mapping stayed as it was, with its comments.
        conversion: The plan; ``None`` when there are problems.
        problems: Why there is no plan.
    """

    mapping: str
    additions: Sequence[Addition]
    kept: bool
    conversion: Conversion | None
    problems: Sequence[Problem] = ()


def read_export(
    path: Path, tool: Literal["jira", "trello", "auto"] = "auto", encoding: str | None = None
) -> Export:
    """Read an export.

    Args:
        path: A CSV file of Jira, or a JSON file of Trello.
        tool: Whose it is; found out from what stands in it unless it is said.
        encoding: Its encoding where that is neither UTF-8 nor UTF-16.

    Raises:
        PlanError: It cannot be read, with the lines that are the reason.
    """
    text = read_text(path, encoding)
    if tool == "auto":
        tool = "trello" if text.lstrip()[:1] in ("{", "[") else "jira"
    if tool == "trello":
        return read_board(path, text)
    return read_issues(path, read_table(path, text, check_header))


def convert(
    export: Export, *, mapping: str | None, file: str = "mapping.yaml", today: date
) -> Converted:
    """Convert an export with the mapping of an earlier run, or with guesses.

    Args:
        export: What was read.
        mapping: The text of an earlier mapping, or ``None``.
        file: The mapping's name, for problems.
        today: Where the days of sprints are counted from when the export tells none.

    Raises:
        PlanError: The mapping cannot be read, or is one of another tool.
    """
    text = first_text(export.tool) if mapping is None else mapping
    known = Mapping.read(yaml_source(file, text))
    if known.source != export.tool:
        raise refusal(file, _other(known.source, export))
    additions = guess(export, known, today)
    text, kept = add(file, text, additions)
    source = yaml_source(file, text)
    conversion: Conversion | None = None
    problems: Sequence[Problem] = ()
    try:
        conversion = build(export, Mapping.read(source), source)
    except PlanError as error:
        problems = error.problems
    return Converted(
        mapping=text, additions=additions, kept=kept, conversion=conversion, problems=problems
    )


def _other(tool: Tool, export: Export) -> str:
    return f"is a mapping for {tool}, and {export.file} is an export of {export.tool}: name another"
