"""CSV as people have it: encodings, delimiters, quotes, and files that are none."""

import gzip
from pathlib import Path

import pytest

from bitrix_scrum_async.importer import PlanError
from bitrix_scrum_async.importer.convert.table import Table, read_table, read_text

TEXT = 'Summary,Issue key\n"Tents, ""red""\nand blue",MOB-1\n搜索 Поиск 🛒,MOB-2\n'
CELLS = [['Tents, "red"\nand blue', "MOB-1"], ["搜索 Поиск 🛒", "MOB-2"]]


def read(content: bytes, folder: Path, encoding: str | None = None) -> Table:
    """Read bytes as a table."""
    file = folder / "export.csv"
    file.write_bytes(content)
    return read_table(file, read_text(file, encoding))


def refusal(content: bytes, folder: Path, encoding: str | None = None) -> str:
    """Return what is said about bytes, without the folder."""
    with pytest.raises(PlanError) as caught:
        read(content, folder, encoding)
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]
)
def test_usual_encodings_are_read(encoding: str, tmp_path: Path) -> None:
    asked = encoding if encoding == "gb18030" else None
    table = read(TEXT.encode(encoding), tmp_path, asked)
    assert table.header == ["Summary", "Issue key"]
    assert [row.cells for row in table.rows] == CELLS


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_delimiter_is_found(delimiter: str, ending: str, tmp_path: Path) -> None:
    lines = ["Summary|Issue key|Field (a, b; c)", "One, two; three|MOB-1|x"]
    content = ending.join(delimiter.join(f'"{cell}"' for cell in line.split("|")) for line in lines)
    (row,) = read(content.encode(), tmp_path).rows
    assert row.cells == ["One, two; three", "MOB-1", "x"]


def test_excel_may_name_the_delimiter(tmp_path: Path) -> None:
    table = read(b"sep=;\r\nSummary;Issue key\r\nA,b;MOB-1\r\n", tmp_path)
    assert [(row.line, row.cells) for row in table.rows] == [(3, ["A,b", "MOB-1"])]


def test_rows_know_their_lines(tmp_path: Path) -> None:
    table = read(b'A,B\n\n"1\n2",x\n , \n3,"\r\n"\n4\n', tmp_path)
    assert [(row.line, row.cells[0]) for row in table.rows] == [(3, "1\n2"), (6, "3"), (8, "4")]


def test_a_row_may_be_shorter_than_the_header(tmp_path: Path) -> None:
    (row,) = read(b"A,B,C\n1\n", tmp_path).rows
    assert row.cells == ["1", "", ""]


def test_long_cells_are_read(tmp_path: Path) -> None:
    (row,) = read(b"A,B\n" + b"x" * 500_000 + b",1\n", tmp_path).rows
    assert len(row.cells[0]) == 500_000


def test_rows_with_too_many_cells_are_named(tmp_path: Path) -> None:
    said = refusal(b"A,B\n1,2\n1,2,3\n1,2,,\nx,y,z,z\n", tmp_path)
    remedy = 'a cell with a delimiter in it must stand in "quotes"'
    assert said.splitlines() == [
        f"export.csv:3: has 3 cells under 2 columns: {remedy}",
        f"export.csv:5: has 4 cells under 2 columns: {remedy}",
    ]


CYRILLIC = "Тема,Ключ проблемы\nПоиск,MOB-1\n".encode("cp1251")


def test_windows_cyrillic_is_recognised_but_not_guessed(tmp_path: Path) -> None:
    said = refusal(CYRILLIC, tmp_path)
    assert said.endswith("it looks like Windows Cyrillic: pass --encoding cp1251")
    assert read(CYRILLIC, tmp_path, "cp1251").header == ["Тема", "Ключ проблемы"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "export.csv: is empty"),
        (b" \r\n\n", "export.csv: is empty"),
        (b"PK\x03\x04rest", "export.csv: is an Excel workbook or another archive, not text"),
        (b"\xd0\xcf\x11\xe0rest", "export.csv: is an Excel workbook of the old kind, not text"),
        (b"%PDF-1.7", "export.csv: is a PDF, not text"),
        (gzip.compress(b"a", mtime=0), "export.csv: is packed with gzip: unpack it first"),
        (b"a,b\x00c\n" * 9, "export.csv: is no text: it holds bytes of zero"),
        (b"\n<!DOCTYPE html><html>", "export.csv: is a web page, not CSV"),
        (b"Summary,Key\ncaf\xe9,1\n", "export.csv: is not UTF-8 (byte 15): save it as"),
        (b'A,B\n1,2\n"3,4\n5,6\n', "export.csv:3: a quote that opens here is never closed"),
        (b'A,B\n1,2\n"3"x,4\n', "export.csv:3: its quotes do not match"),
    ],
)
def test_what_is_no_table_is_named(content: bytes, said: str, tmp_path: Path) -> None:
    assert refusal(content, tmp_path).startswith(said)


def test_a_wrong_encoding_is_named(tmp_path: Path) -> None:
    assert "there is no such encoding" in refusal(b"a", tmp_path, "klingon")
    assert "is not ascii (byte 0)" in refusal(CYRILLIC, tmp_path, "ascii")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="cannot be read: No such file or directory"):
        read_text(tmp_path / "none.csv")
