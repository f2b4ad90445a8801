"""What is printed, whatever stands in it."""

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from bitrix_scrum_async.cli.exits import one_line
from bitrix_scrum_async.cli.screen import (
    new_list,
    new_table,
    on_one_line,
    plain_console,
    print_json,
    print_lines,
    print_table,
)

NAMES = (
    "Mobile app",
    "Магазин и склад: очень длинное название группы, которое никуда не помещается",
    "東京チーム 🚀 商品管理",
    "שלום עולם",
    "👩\u200d💻 and 👨\u200d👩\u200d👧\u200d👦",
    "[bold]no markup[/]",
    "\x1b[31mred\x07 \x9b2J \u202eback\r\nand on",
    "",
)


@pytest.mark.parametrize("width", [80, 120])
def test_every_name_has_one_line_of_a_table_that_fits(
    width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    table = new_list()
    table.add_column("Id", justify="right")
    table.add_column("Name")
    for n, name in enumerate(NAMES):
        table.add_row(str(n), on_one_line(name * 3))
    print_table(Console(width=width, file=sys.stdout), table)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + len(NAMES)
    assert max(map(cell_len, lines)) <= width
    assert "[bold]no markup[/]" in lines[7]


def test_a_long_line_breaks_between_words_of_a_terminal_and_nowhere_in_a_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["understood"] * 9 + ["2026-11-23T00:00:00+03:00"]
    print_lines(Console(width=40, file=sys.stdout, force_terminal=True), [" ".join(words)])
    shown = capsys.readouterr().out
    assert shown.split() == words
    assert max(map(len, shown.splitlines())) <= 40
    print_lines(Console(width=40, file=sys.stdout, force_terminal=False), [" ".join(words)])
    assert capsys.readouterr().out == " ".join(words) + "\n"


def test_names_are_no_markup_wherever_they_stand(capsys: pytest.CaptureFixture[str]) -> None:
    name = "[/] [red]x[/red] :smile: [fe80::1]"
    table = new_table(name, ())
    table.add_row(name)
    out = plain_console()
    print_table(out, table)
    out.print(name)
    print_lines(out, [name])
    assert capsys.readouterr().out.count(name) == 4


def test_a_table_in_a_file_has_no_blanks_at_the_ends(capsys: pytest.CaptureFixture[str]) -> None:
    table = new_list()
    table.add_column("Name")
    table.add_column("More")
    table.add_row("a", "")
    table.add_row("b", "much more")
    print_table(plain_console(), table)
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line != line.rstrip()] == []


@given(st.text(st.characters(codec="utf-8")))
def test_a_line_does_nothing_to_a_terminal_but_be_read(text: str) -> None:
    line = one_line(text)
    assert not any(each < " " or "\x7f" <= each <= "\x9f" for each in line)
    assert not {*line} & {*"\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
    assert one_line(line) == line


@pytest.mark.parametrize("name", NAMES)
def test_json_is_one_document_of_lines_that_can_be_printed(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tree: Any = {name: [name]}
    print_json(tree)
    out = capsys.readouterr().out
    assert json.loads(out) == tree
    assert "\x1b" not in out
    assert "\u202e" not in out
