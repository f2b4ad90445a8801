"""What PHP makes of values, by example; the examples are PHP 8's own answers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.emulator.values import (
    is_empty,
    is_numeric,
    iso_date,
    read_date,
    to_ids,
    to_int,
    to_list,
    to_map,
    to_str,
    to_time,
)

ZONE = "+03:00"
NOW = 1790580587.5  # 2026-09-28T10:29:47.5+03:00


@pytest.mark.parametrize(
    ("value", "numeric", "number"),
    [
        (0, True, 0),
        (-7, True, -7),
        (1.9, True, 1),
        (-1.9, True, -1),
        ("12", True, 12),
        (" 12", True, 12),
        ("12 ", True, 12),
        ("\t12\n", True, 12),
        ("+12", True, 12),
        ("-12", True, -12),
        ("1e3", True, 1000),
        ("1.5", True, 1),
        (".5", True, 0),
        ("5.", True, 5),
        ("1.5e2", True, 150),
        ("12abc", False, 12),
        ("abc", False, 0),
        ("", False, 0),
        (" ", False, 0),
        (".", False, 0),
        ("0x1A", False, 0),
        ("1_000", False, 1),
        ("1 2", False, 1),
        ("\u0661\u0662", False, 0),
        ("99999999999999999999", True, 2**63 - 1),
        ("-99999999999999999999", True, -(2**63)),
        ("1e1000", True, 0),
        (True, False, 1),
        (False, False, 0),
        (None, False, 0),
        ([], False, 0),
        ({}, False, 0),
        ([0], False, 1),
        ({"a": 7}, False, 1),
    ],
)
def test_numbers(value: Any, numeric: bool, number: int) -> None:
    """`is_numeric` and `(int)`."""
    assert (is_numeric(value), to_int(value)) == (numeric, number)


@pytest.mark.parametrize(
    ("value", "text", "empty"),
    [
        ("x", "x", False),
        ("", "", True),
        ("0", "0", True),
        ("0.0", "0.0", False),
        (" ", " ", False),
        (0, "0", True),
        (0.0, "0", True),
        (5, "5", False),
        (2.0, "2", False),
        (1.5, "1.5", False),
        (True, "1", False),
        (False, "", True),
        (None, "", True),
        ([], "Array", True),
        ({"a": 1}, "Array", False),
    ],
)
def test_texts(value: Any, text: str, empty: bool) -> None:
    """`(string)` and `empty`."""
    assert (to_str(value), is_empty(value)) == (text, empty)


def test_arrays_come_as_lists_or_maps() -> None:
    """Both are one thing to PHP."""
    assert to_map(["a", "b"]) == {"0": "a", "1": "b"}
    assert to_map("x") == {}
    assert to_list({"0": "a", "k": "b"}) == ["a", "b"]
    assert to_list("x") == ["x"]
    assert to_list(None) == []
    assert to_ids(["1", 2, "x", 0, 2, "-3"]) == [1, 2]
    assert to_ids("7") == [7]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-01-05T10:20:30+03:00", "2026-01-05T10:20:30+03:00"),
        ("2026-01-05T10:20:30Z", "2026-01-05T13:20:30+03:00"),
        ("2026-01-05T10:20:30.999Z", "2026-01-05T13:20:30+03:00"),
        ("2026-01-05T10:20:30-0500", "2026-01-05T18:20:30+03:00"),
        ("2026-01-05 10:20 +01", "2026-01-05T12:20:00+03:00"),
        ("2026-01-05T10:20", "2026-01-05T10:20:00+03:00"),
        ("2026-01-05 10:20:30", "2026-01-05T10:20:30+03:00"),
        ("2026-01-05", "2026-01-05T00:00:00+03:00"),
        ("2026-1-5", "2026-01-05T00:00:00+03:00"),
        ("2026/01/05", "2026-01-05T00:00:00+03:00"),
        ("05.01.2026", "2026-01-05T00:00:00+03:00"),
        ("05-01-2026 07:00", "2026-01-05T07:00:00+03:00"),
        ("1/5/2026", "2026-01-05T00:00:00+03:00"),
        ("20260105", "2026-01-05T00:00:00+03:00"),
        ("5 January 2026", "2026-01-05T00:00:00+03:00"),
        ("Jan 5, 2026 12:00", "2026-01-05T12:00:00+03:00"),
        ("Mon, 05 Jan 2026 10:00:00 GMT", "2026-01-05T13:00:00+03:00"),
        ("2026-02-30", "2026-03-02T00:00:00+03:00"),
        ("2026-01-05 24:00", "2026-01-06T00:00:00+03:00"),
        ("@0", "1970-01-01T03:00:00+03:00"),
        ("now", "2026-09-28T10:29:47+03:00"),
        ("today", "2026-09-28T00:00:00+03:00"),
        ("Tomorrow", "2026-09-29T00:00:00+03:00"),
        ("yesterday", "2026-09-27T00:00:00+03:00"),
        ("10:00", "2026-09-28T10:00:00+03:00"),
        ("+1 week", "2026-10-05T10:29:47+03:00"),
        ("2 days ago", "2026-09-26T10:29:47+03:00"),
    ],
)
def test_dates_that_are_understood(text: str, iso: str) -> None:
    """In the server's zone, without fractions of a second."""
    assert iso_date(to_time(text, NOW, ZONE), ZONE) == iso


@pytest.mark.parametrize(
    "text", ["", " ", "soon", "2026-13-01", "2026-01-32", "2026-01-05T25:00", "5 Foo 2026", "Array"]
)
def test_dates_that_are_not(text: str) -> None:
    """A sprint takes them as 1970."""
    assert to_time(text, NOW, ZONE) is None
    assert read_date(text, NOW, ZONE) == 0


@pytest.mark.parametrize(
    ("value", "time"), [(5, 5), ("2026", 2026), (" 7 ", 7), ("7.9", 7), (None, 0), ([1], 0)]
)
def test_numbers_are_seconds(value: Any, time: int) -> None:
    """Before any text is tried."""
    assert read_date(value, NOW, ZONE) == time


def test_no_date_is_an_empty_text() -> None:
    """And so is one beyond every calendar."""
    assert iso_date(None, ZONE) == ""
    assert iso_date(2**62, ZONE) == ""


@given(st.text())
def test_any_text_can_be_cast(text: str) -> None:
    """No text is an error, and what is numeric is no empty text."""
    to_int(text)
    read_date(text, NOW, ZONE)
    assert not is_numeric(text) or text.strip()


@given(st.integers(min_value=0, max_value=2**32), st.sampled_from(["+03:00", "-05:30", "+00:00"]))
def test_what_is_written_can_be_read(time: int, zone: str) -> None:
    """In every zone."""
    assert to_time(iso_date(time, zone), NOW, "+10:00") == time
