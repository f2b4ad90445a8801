"""The tables of docs/errors.md, from what the library knows: `python -m tests.error_tables`."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from bitrix_scrum_async.known_errors import CODES, HIDDEN, PLAN_TEXTS, TOKEN_CODES, Known
from bitrix_scrum_async.known_texts import BINDER_TEXTS, TEXTS

PAGE = Path(__file__).parents[1] / "docs" / "errors.md"


def _quoted(said: str) -> str:
    """Code, unless it is a description."""
    return said if said.startswith("a ") else f"`{said}`"


def _row(row: Known, said: str, *methods: str) -> str:
    return f"| {' | '.join([said, f'`{row.cls.__name__}`', *methods, row.advice])} |"


def _codes(rows: Iterable[Known]) -> list[str]:
    lines = ["| code | class | what to do |", "|---|---|---|"]
    for row in rows:
        lines.append(_row(row, _quoted(row.said)))
        if row.said == "ACCESS_DENIED":
            lines += [_row(plan, f"`{row.said}`, `{plan.said}`...") for plan in PLAN_TEXTS]
    return lines


def _texts(first: str, rows: Sequence[Known]) -> list[str]:
    lines = [f"| {first} | class | methods | what to do |", "|---|---|---|---|"]
    for row in rows:
        methods = ", ".join(f"`{name}`" for name in row.methods)
        others = [other for other in rows if other is not row and other.said == row.said]
        lines.append(_row(row, _quoted(row.said), methods or ("any other" if others else "any")))
    return lines


def tables() -> dict[str, str]:
    """Every table of the page by its name there."""
    return {
        "codes": "\n".join(_codes(CODES)),
        "texts": "\n".join(_texts("text", TEXTS)),
        "binder": "\n".join(_texts("text begins with", BINDER_TEXTS)),
        "hidden": "\n".join(_texts("answer", HIDDEN)),
        "token": "\n".join(_codes(TOKEN_CODES)),
    }


def tables_of(page: str) -> dict[str, str]:
    """The tables that stand in a page between its marks."""
    marked = re.finditer(r"<!-- (\w+) -->\n(.*?)\n<!-- /\1 -->", page, re.DOTALL)
    return {match[1]: match[2] for match in marked}


def main() -> None:
    """Write the tables into the page."""
    page = PAGE.read_text(encoding="utf-8")
    for name, table in tables().items():
        before, opening, rest = page.partition(f"<!-- {name} -->\n")
        _, closing, after = rest.partition(f"<!-- /{name} -->")
        page = f"{before}{opening}{table}\n{closing}{after}"
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
