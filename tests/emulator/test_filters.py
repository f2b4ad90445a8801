"""Filters against a plain reading of what they mean."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.emulator.filters import (
    Column,
    UnknownName,
    ids_between,
    matcher,
    ordered,
    page_of,
    values_of,
)

COLUMNS = {
    "ID": Column(lambda row: row["id"]),
    "NAME": Column(lambda row: row["name"], "text"),
    "KEY": Column(lambda row: row["name"], "exact"),
    "DATE": Column(lambda row: row.get("date"), "date"),
    "TAGS": Column(lambda row: row["tags"], "text", many=True),
}
ROW = {"id": 7, "name": "Straße", "date": None, "tags": ["web", "api"]}


def matches(filter_: Any) -> bool:
    """Whether the row above is found."""
    test = matcher(filter_, COLUMNS, read_time=lambda value: int(value))
    return test is None or test(ROW)


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ({"ID": "7"}, True),
        ({"ID": "7x"}, True),
        ({"==ID": 8}, False),
        ({"!==ID": 8}, True),
        ({"!@ID": [7, 8]}, False),
        ({"ID": {}}, True),
        ({"NAME": "STRASSE"}, True),
        ({"KEY": "straße"}, False),
        ({"%NAME": ["x", "TRA"]}, True),
        ({"=%NAME": "str_ss%"}, True),
        ({"=%NAME": "tr"}, False),
        ({"!=%NAME": "x%"}, True),
        ({"DATE": 5}, False),
        ({">DATE": 5}, False),
        ({"TAGS": "WEB"}, True),
        ({"!TAGS": "web"}, False),
        ({"LOGIC": "OR", "ID": 8, "NAME": "strasse"}, True),
        ({"LOGIC": "or", "ID": 8, "NAME": "x"}, False),
        ({"0": {"ID": 7}, "1": {"LOGIC": "OR", "0": {"ID": 1}, "1": {"ID": 7}}}, True),
        ([{"ID": 8}], False),
        ([], True),
        (None, True),
    ],
)
def test_what_a_filter_finds(filter_: Any, found: bool) -> None:
    """Texts without regard to case, empty lists as no condition."""
    assert matches(filter_) is found


def test_unknown_names_are_refused_or_passed_over() -> None:
    """As the list wants it; inside groups, too."""
    for filter_ in ({"name": 1}, {"0": {"name": 1}}, {"": 1}, {">=": 1}):
        with pytest.raises(UnknownName):
            matcher(filter_, COLUMNS)
        assert matcher(filter_, COLUMNS, skip_unknown=True) is None


@given(
    st.sampled_from(["", "=", "!", "!=", ">", ">=", "<", "<="]),
    st.integers(-5, 5),
    st.integers(-5, 5),
)
def test_numbers_compare_as_numbers(operator: str, wanted: int, have: int) -> None:
    """Whether they come as ints or as texts."""
    expected = {
        "": have == wanted,
        "=": have == wanted,
        "!": have != wanted,
        "!=": have != wanted,
        ">": have > wanted,
        ">=": have >= wanted,
        "<": have < wanted,
        "<=": have <= wanted,
    }[operator]
    for value in (wanted, str(wanted)):
        test = matcher({f"{operator}ID": value}, COLUMNS)
        assert test is not None
        assert test({"id": have}) is expected


def test_what_an_index_may_use() -> None:
    """Only an equality that every row must meet."""
    assert values_of({"=ID": 5}, "ID") == [5]
    assert values_of({"@ID": {"0": 5, "1": 6}}, "ID") == [5, 6]
    assert values_of({"ID": None}, "ID") == [None]
    assert values_of({">ID": 5}, "ID") is None
    assert values_of({"LOGIC": "OR", "ID": 5}, "ID") is None
    assert values_of({"ID": 5, "LOGIC": "OR"}, "ID") is None
    assert ids_between({">ID": "5"}, [4, 5, 6, 7]) == [6, 7]
    assert ids_between({">ID": 4, "<=ID": "6"}, [4, 5, 6, 7]) == [5, 6]
    assert ids_between({">ID": 6, "<=ID": 5}, [4, 5, 6, 7]) == []
    assert ids_between({">ID": 5, "LOGIC": "OR"}, [4, 5, 6]) == [4, 5, 6]
    assert ids_between({">=ID": 5}, [4, 5, 6]) == [4, 5, 6]


def test_order_by_several_columns_puts_nulls_first() -> None:
    """Later names break ties."""
    rows: list[dict[str, Any]] = [
        {"id": 1, "name": "b", "date": 5},
        {"id": 2, "name": "A", "date": None},
        {"id": 3, "name": "a", "date": 5},
    ]

    def ids(order: Any) -> list[int]:
        return [row["id"] for row in ordered(rows, order, COLUMNS)]

    assert ids({"NAME": "asc", "ID": "desc"}) == [3, 2, 1]
    assert ids({"DATE": "asc"}) == [2, 1, 3]
    assert ids({"DATE": "DESC", "ID": "asc"}) == [1, 3, 2]
    assert ids({"ID": "odd"}) == [1, 2, 3]
    with pytest.raises(UnknownName):
        ordered(rows, {"ID": "odd"}, COLUMNS, refuse_directions=True)


def test_pages_begin_at_multiples_of_50() -> None:
    """Offsets in between are rounded down."""
    rows = range(120)
    starts = (None, 0, 49, 50, 99, 100, 150, -1)
    assert [page_of(rows, start)[:1] for start in starts] == [
        [0],
        [0],
        [0],
        [50],
        [50],
        [100],
        [],
        [0],
    ]
