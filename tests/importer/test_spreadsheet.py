"""CSV that a spreadsheet opens without running anything."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.importer.spreadsheet import write_csv


def read(path: Path) -> list[list[str]]:
    """Read a table back as a program would."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+49 30", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", '=cmd|" /C calc"!A0'],
)
def test_what_would_be_a_formula_is_text(text: str, tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", ["text"], [[text]])
    assert read(tmp_path / "t.csv") == [["text"], [f"'{text}"]]


def test_numbers_stay_numbers(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", ["id", "name", "none"], [[-1, 'Лавка; "x"', None]])
    assert read(tmp_path / "t.csv")[1] == ["-1", 'Лавка; "x"', ""]
    assert (tmp_path / "t.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    file = tmp_path_factory.getbasetemp() / "any.csv"
    write_csv(file, ["text"] * len(texts), [texts])
    found = read(file)[1] if any(texts) or len(texts) > 1 else texts
    assert [cell.removeprefix("'") for cell in found] == [text.removeprefix("'") for text in texts]
