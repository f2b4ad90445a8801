"""Any record survives a trip through JSON, and any JSON gives a record or says what is wrong."""

import datetime as dt
import enum
from typing import Any

import attrs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.converter import RECORDS, decoder, make_converter
from bitrix_scrum_async.errors import DecodeError
from bitrix_scrum_async.records import MemberRole, SprintStatus, StageType, TaskStatus
from tests.answers import EXAMPLES
from tests.any_json import JSON, ODD

OFFSETS = st.integers(-86_399, 86_399).map(lambda seconds: dt.timezone(dt.timedelta(0, seconds)))
MOMENTS = st.datetimes(timezones=OFFSETS)
BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(min_value=-(10**18), max_value=10**18),
    str: st.text(),
    bool | None: st.none() | st.booleans(),
    dt.datetime | None: st.none() | MOMENTS,
    tuple[int, ...]: st.lists(st.integers(0, 10**9)).map(tuple),
    tuple[str, ...]: st.lists(st.text()).map(tuple),
    SprintStatus | str: st.sampled_from(SprintStatus) | st.text(),
    StageType | str: st.sampled_from(StageType) | st.text(),
    MemberRole | str: st.sampled_from(MemberRole) | st.text(),
    TaskStatus | int: st.sampled_from(TaskStatus) | st.integers(0, 99),
}
BY_TYPE[int | None] = st.none() | BY_TYPE[int]
BY_TYPE[str | None] = st.none() | BY_TYPE[str]


def records_of(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Any record of a class."""
    return st.builds(cls, **{field.name: BY_TYPE[field.type] for field in attrs.fields(cls)})


@given(st.one_of([records_of(cls) for cls in RECORDS]))
def test_a_record_survives_a_trip_through_json(record: attrs.AttrsInstance) -> None:
    converter = make_converter()
    there = converter.unstructure(record)
    assert plain(there)
    assert converter.structure(there, type(record)) == record
    sent = orjson.loads(orjson.dumps(there))
    assert converter.structure(sent, type(record)) == record
    assert decoder(type(record))(sent, "m", "") == record


def plain(value: Any) -> bool:
    """Whether JSON can hold a value as it is: no tuple, no enum member, no date."""
    if isinstance(value, enum.Enum):
        return False
    return bool(orjson.loads(orjson.dumps(value)) == value)


def attempt(cls: type[Any], answer: Any) -> Any:
    """What decoding gives: a record or the error."""
    try:
        return decoder(cls)(answer, "m", "")
    except DecodeError as error:
        return error


@given(st.sampled_from(RECORDS), JSON)
def test_any_json_gives_a_record_or_a_decode_error(cls: type[Any], answer: Any) -> None:
    assert isinstance(attempt(cls, answer), (cls, DecodeError))


@pytest.mark.parametrize(("answer", "record"), EXAMPLES)
def test_any_odd_value_in_any_place_is_named_or_harmless(
    answer: dict[str, Any], record: attrs.AttrsInstance
) -> None:
    for key in answer:
        for value in ODD:
            found = attempt(type(record), {**answer, key: value})
            if isinstance(found, DecodeError):
                assert found.path == key
                assert str(found)


@given(st.data())
def test_one_wrong_value_in_a_good_answer_is_named_or_harmless(data: st.DataObject) -> None:
    answer, record = data.draw(st.sampled_from(EXAMPLES))
    key = data.draw(st.sampled_from(sorted(answer)))
    found = attempt(type(record), {**answer, key: data.draw(JSON)})
    if isinstance(found, DecodeError):
        assert found.path == key
