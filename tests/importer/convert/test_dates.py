"""Dates as Jira writes them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.importer.convert.dates import day_of


@pytest.mark.parametrize(
    "text",
    [
        "05/Jan/26 9:12 AM",
        "05/янв/26 9:12",
        "5/янв./2026 09:12",
        "05 января 2026",
        "05-Jan-2026",
        "2026-01-05 09:12",
        "2026-01-05T09:12:00.000+0300",
        "2026/1/5",
        "05.01.2026 9:12",
        "5.1.26",
        " 05/JAN/26 ",
    ],
)
def test_usual_forms_are_known(text: str) -> None:
    assert day_of(text) == date(2026, 1, 5)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("21/06/2026", date(2026, 6, 21)),
        ("6/21/2026 16:14", date(2026, 6, 21)),
        ("06/06/26", date(2026, 6, 6)),
        ("05/06/2026", None),
        ("31/02/2026", None),
        ("30/Foo/26", None),
        ("soon", None),
        ("", None),
        ("2026-13-01", None),
    ],
)
def test_what_is_not_sure_is_no_day(text: str, day: date | None) -> None:
    assert day_of(text) == day


@given(st.text(max_size=20) | st.from_regex(r"\A\d{1,4}[-/. ]\w{1,5}[-/. ]\d{1,5}\Z"))
def test_any_text_is_a_day_or_none(text: str) -> None:
    assert isinstance(day_of(text), date | None)
