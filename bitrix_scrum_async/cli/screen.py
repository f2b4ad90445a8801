"""Tables, lines and JSON on standard output, whatever stands in them."""

import os
import re
import sys
from collections.abc import Iterable

import click
import orjson
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.highlighter import JSONHighlighter
from rich.table import Table
from rich.text import Text

from .exits import one_line

_MOST_LINES = 40
# What JSON allows in a text although a terminal, or a program that reads line by line, does not.
_RAW = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def print_json(tree: object) -> None:
    """Print a result for a program."""
    # As bytes: JSON is UTF-8, whatever the terminal's encoding is.
    click.echo(_json(tree).encode())


def print_colored_json(tree: object) -> None:
    """Print a result for a person; where there are no colors it is as for a program."""
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        Console().print(JSONHighlighter()(_json(tree)), soft_wrap=True)
    else:
        print_json(tree)


def _json(tree: object) -> str:
    text = orjson.dumps(tree, option=orjson.OPT_INDENT_2).decode()
    return _RAW.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def plain_console() -> Console:
    """Return a console for results."""
    # In a file or a log nobody sets a width, and 80 columns fold the names of groups.
    width = None if sys.stdout.isatty() else 120
    # Brackets and colons of a key, a name or an address are no markup.
    return Console(width=width, markup=False, emoji=False)


def print_table(console: Console, table: Table) -> None:
    """Print a table; into a file without the blanks that fill its lines up."""
    if console.is_terminal:
        console.print(table, highlight=False)
        return
    with console.capture() as captured:
        console.print(table, highlight=False)
    for line in captured.get().splitlines():
        console.print(line.rstrip(), markup=False, highlight=False, soft_wrap=True)


def print_line(console: Console, line: str) -> None:
    """Print a line: broken between words where a terminal is too narrow, whole into a file."""
    console.print(line, markup=False, highlight=False, soft_wrap=not console.is_terminal)


def print_lines(console: Console, lines: list[str]) -> None:
    """Print lines as they are, up to a bound."""
    for line in lines[:_MOST_LINES]:
        print_line(console, one_line(line))
    if len(lines) > _MOST_LINES:
        console.print(f"... and {len(lines) - _MOST_LINES} more; --json has them all")


def new_table(first: str, numbers: Iterable[str]) -> Table:
    """Return an empty table of numbers about what the first column names."""
    table = Table(box=SIMPLE_HEAD)
    table.add_column(first, min_width=20)
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def new_list() -> Table:
    """Return an empty table without columns, as narrow as it can be."""
    return Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)


def on_one_line(name: str) -> Text:
    """Return a name that is cut where a line has no room for it."""
    # The text does not wrap but its column may, so that it is this one that gets narrower.
    return Text(one_line(name), no_wrap=True, overflow="ellipsis")


def number(count: int) -> str:
    """Return a number, or what stands for none."""
    return str(count) if count else "-"
