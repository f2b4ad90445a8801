"""Small exports that the converter's tests share."""

import csv
import io
import json
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from bitrix_scrum_async.importer.convert import Conversion, Converted, Export, convert, read_export

TODAY = date(2026, 11, 21)


def read(text: str | bytes, name: str = "export.csv", encoding: str | None = None) -> Export:
    """Read an export that is written into a file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_export(file, encoding=encoding)


def table(*rows: dict[str, Any]) -> str:
    """Return issues as CSV; a list stands in as many columns of its name."""
    width: dict[str, int] = {"Summary": 1, "Issue key": 1}
    cells: list[dict[str, list[Any]]] = []
    for number, row in enumerate(rows, start=1):
        row = {"Summary": f"Issue {number}", "Issue key": f"MOB-{number}"} | row
        lists: dict[str, list[Any]] = {
            name: value if isinstance(value, list) else [value] for name, value in row.items()
        }
        cells.append(lists)
        for name, values in lists.items():
            width[name] = max(width.get(name, 1), len(values))
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(name for name, count in width.items() for _ in range(count))
    for lists in cells:
        row_cells: list[Any] = []
        for name, count in width.items():
            values = lists.get(name, [])
            row_cells += [*values, *[""] * (count - len(values))]
        writer.writerow(row_cells)
    return file.getvalue()


def jira(*rows: dict[str, Any]) -> Export:
    """Read some issues."""
    return read(table(*rows))


def board(*cards: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a board of Trello; a card names its list."""
    names = list(dict.fromkeys(card.get("list", "To Do") for card in cards))
    lists = [{"id": f"l{n}", "name": name, "pos": n} for n, name in enumerate(names)]
    return {
        "id": "b1",
        "shortLink": "aBcD",
        "name": "Web shop",
        "desc": "Sells things",
        "lists": lists,
        "cards": [
            {
                "id": f"c{n}",
                "idShort": n,
                "name": f"Card {n}",
                "pos": n,
                "idList": f"l{names.index(card.get('list', 'To Do'))}",
                **{name: value for name, value in card.items() if name != "list"},
            }
            for n, card in enumerate(cards, start=1)
        ],
        **more,
    }


def trello(*cards: dict[str, Any], **more: Any) -> Export:
    """Read a board with some cards."""
    return read(json.dumps(board(*cards, **more)), "board.json")


def converted(export: Export, mapping: str | None = None) -> Converted:
    """Convert an export with guesses, or with a mapping."""
    return convert(export, mapping=mapping, today=TODAY)


def planned(export: Export, mapping: str | None = None) -> Conversion:
    """Return the plan of an export; there is one."""
    result = converted(export, mapping)
    assert result.conversion is not None, [str(problem) for problem in result.problems]
    return result.conversion


def edited(export: Export, *changes: tuple[str, str]) -> str:
    """Return the mapping of guesses with some texts in it replaced."""
    text = converted(export).mapping
    for old, new in changes:
        assert old in text, text
        text = text.replace(old, new)
    return text
