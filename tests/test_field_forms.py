"""What JSON a record's field may be."""

import datetime as dt
from typing import Any

import pytest

from bitrix_scrum_async.field_forms import (
    Misfit,
    absent,
    attachments,
    flag,
    ids,
    moment,
    one_of,
    rows,
    tags,
    text,
    text_or_empty,
    text_or_none,
    whole,
    whole_or_none,
)
from bitrix_scrum_async.records import SprintStatus, TaskStatus

MOSCOW = dt.timezone(dt.timedelta(hours=3))


@pytest.mark.parametrize("value", [None, "", [], {}])
def test_php_says_nothing_in_four_ways(value: Any) -> None:
    assert absent(value)
    assert whole_or_none(value) is None
    assert moment(value) is None
    assert flag(value) is None
    assert ids(value) == ()
    assert tags(value) == ()


@pytest.mark.parametrize("value", [0, False, "0", [None]])
def test_other_empty_looking_values_say_something(value: Any) -> None:
    assert not absent(value)


@pytest.mark.parametrize(("value", "number"), [(7, 7), ("7", 7), ("-7", -7), ("007", 7), (0, 0)])
def test_whole_numbers_come_as_numbers_and_texts(value: Any, number: int) -> None:
    assert whole(value) == number


@pytest.mark.parametrize(
    "value", [True, 7.0, "", " 7", "7.0", "1e3", "1_0", "٣", "+7", None, [], "9" * 20]
)
def test_what_is_no_whole_number(value: Any) -> None:
    with pytest.raises(Misfit):
        whole(value)


def test_texts_may_be_missing_only_where_a_field_allows_it() -> None:
    assert (text_or_empty(None), text_or_none(None)) == ("", None)
    with pytest.raises(Misfit):
        text(None)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2026-10-05T00:00:00+03:00", dt.datetime(2026, 10, 5, tzinfo=MOSCOW)),
        ("2026-10-04T21:00:00Z", dt.datetime(2026, 10, 5, tzinfo=MOSCOW)),
    ],
)
def test_date_times_are_aware(value: str, found: dt.datetime) -> None:
    assert moment(value) == found


def test_more_date_times_than_are_remembered_are_each_read() -> None:
    first = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    many = [first + dt.timedelta(minutes=n) for n in range(3_000)]
    for _ in range(2):
        assert [moment(each.isoformat()) for each in many] == many


def test_only_a_plain_text_is_found_among_those_remembered() -> None:
    class Any(str):
        """Equals everything, and cannot be a key."""

        __slots__ = ()
        __hash__ = None  # type: ignore[assignment]

        def __eq__(self, other: object) -> bool:
            return True

    moment("2026-10-04T21:00:00Z")
    assert moment(Any("2026-10-05T21:00:00Z")) == dt.datetime(2026, 10, 5, 21, tzinfo=dt.UTC)
    with pytest.raises(Misfit):
        moment(b"2026-10-04T21:00:00Z")


@pytest.mark.parametrize("value", ["2026-10-05T00:00:00", "05.10.2026", 0, 1790580587, False, [1]])
def test_what_is_no_aware_date_time(value: Any) -> None:
    with pytest.raises(Misfit):
        moment(value)


@pytest.mark.parametrize(
    ("value", "found"), [("Y", True), ("N", False), (True, True), (False, False)]
)
def test_flags_come_as_letters_and_booleans(value: Any, found: bool) -> None:
    assert flag(value) is found


@pytest.mark.parametrize("value", ["y", "1", 1, 0, ["Y"]])
def test_what_is_no_flag(value: Any) -> None:
    with pytest.raises(Misfit):
        flag(value)


def test_a_list_with_gaps_in_its_keys_comes_as_an_object() -> None:
    assert rows({"0": "a", "2": "b"}) == ["a", "b"]
    with pytest.raises(Misfit):
        rows({"0": "a", "total": 1})


def test_files_are_ids_or_the_description_of_the_field() -> None:
    assert attachments([31, "32"]) == (31, 32)
    assert attachments({"VALUE": ["31"], "MULTIPLE": "Y"}) == (31,)
    assert attachments({"VALUE": False}) == ()


def test_tags_are_texts_or_a_map_by_id() -> None:
    assert tags(["a", "b"]) == ("a", "b")
    assert tags({"9": {"id": 9, "title": "a"}}) == ("a",)


def test_an_unknown_value_of_an_enum_stays_as_it_is() -> None:
    status = one_of(SprintStatus, text)
    assert (status("active", None), status("paused", None)) == (SprintStatus.ACTIVE, "paused")
    number = one_of(TaskStatus, whole)
    assert (number("5", None), number("9", None)) == (TaskStatus.COMPLETED, 9)
