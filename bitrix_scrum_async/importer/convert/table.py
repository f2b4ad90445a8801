"""CSV files as people have them: any usual encoding, delimiter and line break."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import attrs

from ..files import refusal
from ..problems import PlanError, Problem

_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_OTHER_FILES = {
    b"PK\x03\x04": "is an Excel workbook or another archive, not text",
    b"\xd0\xcf\x11\xe0": "is an Excel workbook of the old kind, not text",
    b"%PDF": "is a PDF, not text",
    b"\x1f\x8b": "is packed with gzip: unpack it first",
}
_DELIMITERS = ",;\t"
# Descriptions and comments of an issue are long, and csv's own limit is 128 KiB.
_LONGEST_CELL = 64 * 1024 * 1024


@attrs.frozen
class Row:
    """A row of a table and the line on which it begins."""

    line: int
    cells: list[str]


@attrs.frozen
class Table:
    """A header and the rows below it; each has as many cells as the header."""

    header: list[str]
    rows: list[Row]


def read_text(path: Path, encoding: str | None = None) -> str:
    """Read a text file in UTF-8, in UTF-16, or in the encoding that was given.

    Raises:
        PlanError: It cannot be read, or is no text in that encoding.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise refusal(path, f"cannot be read: {error.strerror}") from None
    if not content.strip():
        raise refusal(path, "is empty")
    for start, said in _OTHER_FILES.items():
        if content.startswith(start):
            raise refusal(path, said)
    name = encoding or _encoding(content)
    try:
        text = content.decode(name).removeprefix("\ufeff")
    except LookupError:
        raise refusal(path, f"cannot be read as {name}: there is no such encoding") from None
    except UnicodeError as error:
        raise refusal(path, _misread(content, encoding, error)) from None
    if "\0" in text:
        raise refusal(path, "is no text: it holds bytes of zero")
    return text


def read_table(
    path: Path, text: str, check: Callable[[Path, Sequence[str]], None] | None = None
) -> Table:
    """Read CSV whose first row is the header; the delimiter is the one that parts it most.

    Args:
        path: Where it was read from.
        text: The file's text.
        check: Looks at the header before anything else is read, and refuses another table.

    Raises:
        PlanError: It is no table, with the lines that spoil it.
    """
    beginning = text[:200].lstrip().lower()
    if beginning.startswith(("<!doctype", "<html", "<?xml", "<table")):
        raise refusal(path, 'is a web page, not CSV: export the issues with "Export CSV"')
    skipped = 0
    # Excel's way to name the delimiter.
    if beginning.startswith("sep="):
        head, _, text = text.partition("\n")
        skipped = 1
        delimiter = head.strip()[4:5] or ","
    else:
        delimiter = max(_DELIMITERS, key=lambda each: len(_first(text, each)))
    limit = csv.field_size_limit(_LONGEST_CELL)
    try:
        records = _records(path, text, delimiter, skipped)
        header = next(records, None)
        if header is None:
            raise refusal(path, "is empty")
        names = [cell.strip() for cell in header.cells]
        if check is not None:
            check(path, names)
        rows = list(records)
    finally:
        csv.field_size_limit(limit)
    problems: list[Problem] = []
    for row in rows:
        missing = len(header.cells) - len(row.cells)
        if any(cell.strip() for cell in row.cells[len(header.cells) :]):
            said = (
                f"has {len(row.cells)} cells under {len(header.cells)} columns: "
                'a cell with a delimiter in it must stand in "quotes"'
            )
            problems.append(Problem(text=said, file=str(path), line=row.line))
        row.cells.extend([""] * missing)
    if problems:
        raise PlanError(problems)
    return Table(names, rows)


def _encoding(content: bytes) -> str:
    for bom, name in _BOMS.items():
        if content.startswith(bom):
            return name
    # Latin letters in UTF-16 have a zero in every second byte.
    head = content[:400]
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if head[::2].count(0) > len(head) // 4:
        return "utf-16-be"
    return "utf-8"


def _misread(content: bytes, asked: str | None, error: UnicodeError) -> str:
    at = f" (byte {error.start})" if isinstance(error, UnicodeDecodeError) else ""
    if asked is not None:
        return f"is not {asked}{at}: pass the encoding that it has with --encoding"
    # Western letters with accents stand alone between others.
    if re.search("[А-яЁё]{3}", content.decode("cp1251", "replace")):
        return f"is not UTF-8{at}; it looks like Windows Cyrillic: pass --encoding cp1251"
    return (
        f'is not UTF-8{at}: save it as "CSV UTF-8", or pass its encoding, such as --encoding cp1252'
    )


def _first(text: str, delimiter: str) -> list[str]:
    reader = csv.reader(io.StringIO(text[:100_000], newline=""), delimiter=delimiter)
    try:
        return next((row for row in reader if any(row)), list[str]())
    except csv.Error:
        return []


def _records(path: Path, text: str, delimiter: str, skipped: int) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Row(line + skipped, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        said = str(error)
        if "unexpected end" in said:
            said = "a quote that opens here is never closed: is the file cut off?"
        else:
            said = f"its quotes do not match: {said}"
        problem = Problem(text=said, file=str(path), line=line + skipped)
        raise PlanError([problem]) from None
