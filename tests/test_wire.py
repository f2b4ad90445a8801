"""Python values in the forms in which they travel."""

import datetime as dt
import decimal
import enum
import math
import uuid
import zoneinfo
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.errors import InvalidCall
from bitrix_scrum_async.unset import UNSET
from bitrix_scrum_async.wire import RESERVED, iso_date_time, wire_params


class Marker:
    """Stands for a reference."""


class Colour(enum.StrEnum):
    RED = "red"


def wire(params: Mapping[str, Any]) -> dict[str, Any]:
    return wire_params("m", params, Marker)[0]


MOSCOW = dt.timezone(dt.timedelta(hours=3))
OLD_MOSCOW = dt.timezone(dt.timedelta(hours=2, minutes=30, seconds=17))
BEFORE_TIME = dt.datetime.min.replace(tzinfo=OLD_MOSCOW)
NAIVE = dt.datetime(2026, 1, 5)  # noqa: DTZ001 - what is refused


@pytest.mark.parametrize(
    ("value", "travels_as"),
    [
        (True, 1),
        (False, 0),
        (5, 5),
        (1.5, 1.5),
        ("", ""),
        ("Größe 😀", "Größe 😀"),
        (Colour.RED, "red"),
        (dt.datetime(2026, 1, 5, 9, 30, 15, 999, MOSCOW), "2026-01-05T09:30:15+03:00"),
        (dt.datetime(2026, 1, 5, tzinfo=dt.UTC), "2026-01-05T00:00:00+00:00"),
        (dt.datetime(1880, 1, 1, 12, tzinfo=OLD_MOSCOW), "1880-01-01T09:29:43+00:00"),
        (dt.date(2026, 1, 5), "2026-01-05"),
        (decimal.Decimal("0.5"), "0.5"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ((1, "a"), [1, "a"]),
        ([], []),
        ({"A": {7: (True,)}}, {"A": {"7": [1]}}),
    ],
)
def test_a_value_has_one_form(value: Any, travels_as: Any) -> None:
    result = wire({"x": value})["x"]
    assert result == travels_as
    assert type(result) is type(travels_as)


@pytest.mark.parametrize(
    ("params", "argument", "reason"),
    [
        ({"x": None}, "x", "leave the argument out"),
        ({"fields": {"names": ["a", None]}}, r"fields\[names\]\[1\]", "leave the argument out"),
        ({"x": NAIVE}, "x", "without a time zone"),
        ({"x": UNSET}, "x", "was not given"),
        ({"x": math.nan}, "x", "not a number that JSON knows"),
        ({"x": math.inf}, "x", "not a number that JSON knows"),
        ({"x": 2**63}, "x", "64 bits"),
        ({"x": "\ud800"}, "x", "lone surrogate"),
        ({"x": b"bytes"}, "x", "type bytes"),
        ({"x": {1.5: 1}}, r"x\[1.5\]", "a key must be"),
        ({"x": {True: 1}}, r"x\[True\]", "a key must be"),
        ({"x": object()}, "x", "type object"),
        pytest.param({"x": 10**5000}, "x", "a number of 16610 bits is larger", id="huge"),
        pytest.param({"x": {10**5000: 1}}, "x", "a number of 16610 bits is larger", id="huge key"),
        ({"x": BEFORE_TIME}, "x", "years 1 to 9999"),
    ],
)
def test_what_has_no_form_is_refused_by_name(
    params: dict[str, Any], argument: str, reason: str
) -> None:
    with pytest.raises(InvalidCall, match=f"^m: {argument}: .*{reason}"):
        wire(params)


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_names_that_the_portal_takes_for_itself_are_refused(name: str) -> None:
    with pytest.raises(InvalidCall, match=name):
        wire({name: 1})


def test_reserved_names_are_free_below_the_top_level() -> None:
    assert wire({"fields": {"state": 1}}) == {"fields": {"state": 1}}


def test_opaque_values_are_handed_back_in_order() -> None:
    first, second = Marker(), Marker()
    params, found = wire_params("m", {"a": [first], "b": {"c": second}}, Marker)
    assert found == [first, second]
    assert params == {"a": [first], "b": {"c": second}}


json_values = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    ),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text("abc7"), inner)),
    max_leaves=10,
)


@given(st.dictionaries(st.text("xyz", min_size=1), json_values))
def test_whatever_has_a_form_can_be_sent_and_has_no_other(params: dict[str, Any]) -> None:
    once = wire(params)
    orjson.dumps(once)
    assert wire(once) == once


zones = st.sampled_from(
    [
        dt.UTC,
        dt.timezone(dt.timedelta(0), "Z"),
        dt.timezone(dt.timedelta(hours=1)),
        MOSCOW,
        OLD_MOSCOW,
        zoneinfo.ZoneInfo("Europe/Berlin"),
        zoneinfo.ZoneInfo.no_cache("Europe/Berlin"),
        zoneinfo.ZoneInfo("Africa/Monrovia"),
        zoneinfo.ZoneInfo("Etc/UTC"),
    ]
)
# Few moments, so that many of them are equal: an hour that comes twice, and one that never comes.
moments = st.builds(
    dt.datetime,
    st.just(2026),
    st.sampled_from([3, 10]),
    st.sampled_from([25, 29]),
    st.integers(0, 3),
    st.sampled_from([0, 30]),
    microsecond=st.sampled_from([0, 1, 999_999]),
    tzinfo=zones,
    fold=st.integers(0, 1),
)


@given(st.lists(moments, max_size=30))
def test_moments_that_are_equal_keep_their_own_offsets(found: list[dt.datetime]) -> None:
    elsewhere = [one.astimezone(MOSCOW) for one in found]
    for one in [*found, *elsewhere]:
        assert wire({"x": one}) == {"x": iso_date_time(one)}


class Text(str):
    """A text of a caller's own class."""

    __slots__ = ()


texts = st.text(max_size=4) | st.sampled_from(["", "auth", "\ud800", "é", "7"])
anything = st.recursive(
    st.one_of(
        texts,
        texts.map(Text),
        moments,
        st.integers(),
        st.floats(),
        st.sampled_from([True, None, NAIVE, Colour.RED, UNSET, b"", 2**63, -(2**63), BEFORE_TIME]),
        st.builds(Marker),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(texts | st.integers(6, 8) | st.just(Colour.RED), inner, max_size=3),
    ),
    max_leaves=12,
)


@given(st.dictionaries(texts, anything, max_size=4))
def test_a_closer_look_finds_what_a_quick_one_finds(params: dict[str, Any]) -> None:
    """A map that is no dict always gets the closer look."""

    def outcome(params: Mapping[str, Any]) -> tuple[str, list[Any]]:
        try:
            found, markers = wire_params("m", params, Marker)
        except InvalidCall as error:
            return str(error), []
        return repr(found), markers

    assert outcome(params) == outcome(MappingProxyType(params))
