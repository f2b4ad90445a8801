"""Any JSON that a portal might give, and what readers of JSON stumble over."""

from typing import Any

import attrs
from hypothesis import strategies as st

from bitrix_scrum_async.converter import RECORDS
from bitrix_scrum_async.spelling import spelling

KEYS = sorted(
    {
        spelling(cls, field.name, capitals=capitals)
        for cls in RECORDS
        for field in attrs.fields(cls)
        for capitals in (False, True)
    }
    | {"VALUE", "title", "task", "tasks", "fields", "0"}
)


def nested(depth: int) -> Any:
    """Lists and maps in each other, as deep as JSON can be read."""
    value: Any = "x"
    for level in range(depth):
        value = {"id": value} if level % 2 else [value]
    return value


# What readers of JSON and portals have given somebody, somewhere.
ODD: list[Any] = [
    *("Y", "active", "7", "-0", "1e5", " 7", "7\n", "0x10", "\u0663", "1_000", "9" * 5000),
    *("NaN", "Infinity", "null", "\ud800", "\x00", "a" * 10_000),
    *("0000-01-01T00:00:00+00:00", "10000-01-01T00:00:00+00:00", "-0001-01-01T00:00:00Z"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30T00:00:00+03:00"),
    *("2026-10-05T00:00:00+99:99", "2026-10-05T00:00:00+23:59:59.999999", "2026-10-05T24:00:00Z"),
    *("2026-10-05T00:00:00+03:00", "2026-10-05", "2026-W41-1T00:00:00Z", "20261005T000000Z"),
    *("2026-10-05T00:00:60Z", "2026-10-05\ud80000:00:00Z", "2026-10-05T00:00:00,5Z"),
    *(10**5000, -(10**5000), 2**64, 1e308, float("nan"), float("inf"), -0.0),
    *([], {}, [[]], [{}], {"": ""}, {"0": {}}, {"id": []}, nested(3000), [nested(3000)]),
]


def odd(number: int) -> Any:
    return ODD[number]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.integers(0, len(ODD) - 1).map(odd),  # no sample: some have no repr
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=25)
    ),
    max_leaves=30,
)
