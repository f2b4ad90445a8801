"""Tables as CSV, for spreadsheets: no cell of theirs is ever run as a formula."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

# What spreadsheets take for the beginning of a formula, also in their wide forms.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table.

    Args:
        path: The file. It begins with a byte order mark: without one spreadsheets take UTF-8 for
            an older encoding.
        header: The names of the columns.
        rows: The cells. ``None`` is an empty one.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for row in rows:
            writer.writerow([_cell(value) for value in row])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    # An apostrophe makes text of it, and is not shown.
    return f"'{value}" if value.startswith(_STARTS) else value
