"""Values of filters: what a portal would take for another value, or for none."""

import contextlib
import datetime as dt
import decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.calls import UNSET
from bitrix_scrum_async.errors import InvalidCall
from bitrix_scrum_async.records import SprintStatus, TaskStatus
from bitrix_scrum_async.resources import Epics
from bitrix_scrum_async.resources.arguments import Arguments
from bitrix_scrum_async.resources.conditions import (
    COMPARISONS,
    EQUALITIES,
    PATTERNS,
    PREFIXES,
    Choice,
    Condition,
    Flag,
    Kind,
    Moment,
    Number,
    OwnField,
    Text,
    UnmatchedMoment,
)

from ..fakes import unsent
from .expecting import SENDER

DAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
NAIVE = DAY.replace(tzinfo=None)
EPIC = unsent(Epics(SENDER).get(4))

ID = Number(least=1)
STATUS = Choice(("planned", "active", "completed"))
TASK_STATUS = Number(among=(2, 3, 4, 5, 6))


def at(prefix: str = "") -> Condition:
    return Condition(Arguments("the.method"), f"filter['{prefix}X']", "X", prefix)


@pytest.mark.parametrize(
    ("kind", "prefix", "value", "sent"),
    [
        (ID, "", 5, 5),
        (ID, "", "5", 5),
        (ID, "!", [5, "6"], [5, 6]),
        (ID, "", (5,), [5]),
        (ID, ">", 0, 0),
        (ID, "<=", -5, -5),
        (ID, ">", "118", 118),
        (ID, "", EPIC.ref("id"), EPIC.ref("id")),
        (ID, "!", {5}, [5]),
        (ID, "", {5: "x"}.keys(), [5]),
        (ID, "", range(5, 7), [5, 6]),
        (Number(least=0), "", 0, 0),
        (Number(), "=", -3, -3),
        (TASK_STATUS, "", TaskStatus.COMPLETED, 5),
        (TASK_STATUS, "<", 7, 7),
        (Text(), "", "x", "x"),
        (Text(), "%", " ", " "),
        (Text(), "", ["x", "y"], ["x", "y"]),
        (Text(), ">", "m", "m"),
        (Text(), "", "0", "0"),
        (Text(), "", EPIC.ref("name"), EPIC.ref("name")),
        (Text(may_be_empty=True), "!", "", ""),
        (STATUS, "", SprintStatus.ACTIVE, "active"),
        (STATUS, "!", ["active", "planned"], ["active", "planned"]),
        (Flag(), "", True, "Y"),
        (Flag(), "!", "N", "N"),
        (Moment(), ">=", DAY, DAY),
        (Moment(), ">=", DAY.isoformat(), DAY),
        (OwnField(), "", "D_7", "D_7"),
        (OwnField(), ">", 1.5, 1.5),
        (OwnField(), "", decimal.Decimal("1.5"), decimal.Decimal("1.5")),
        (OwnField(), "<", DAY, DAY),
        (OwnField(), "", [1, "2"], [1, "2"]),
    ],
)
def test_a_value_that_means_the_same_to_the_portal_is_sent(
    kind: Kind, prefix: str, value: Any, sent: Any
) -> None:
    # An enum's member is no plain value, though it equals one; references are equal by identity.
    assert repr(kind.compare(at(prefix), value)) == repr(sent)


@pytest.mark.parametrize(
    ("kind", "prefix", "value", "says"),
    [
        (ID, "", "abc", "is no whole number"),
        (ID, "", "", "is no whole number"),
        (ID, "", " 5", "is no whole number"),
        (ID, "", "\u0665", "is no whole number"),  # a digit, but not to PHP
        (ID, "", 5.0, "is no whole number"),
        (ID, "", float("nan"), "is no whole number"),
        (ID, "", b"5", "is no whole number"),
        (ID, "", {"5a"}, "is no whole number"),
        (ID, ">", {5}, "compares with one value"),
        (ID, "", True, "is a boolean, which X is not"),
        (ID, "", 0, "is below 1, and no row has such a X; pass one from 1 on"),
        (ID, "!", 0, "is below 1"),
        (ID, "", 2**63, "is above"),
        pytest.param(ID, "", 10**5000, "is above", id="huge"),
        (ID, "", str(2**63), "is above"),
        (ID, "", "1" * 5000, "is no whole number"),
        (ID, ">", -(2**63), "is below"),
        (ID, ">", [1, 2], "'>X' compares with one value; pass one"),
        (ID, "", [[1]], "is no value to compare with"),
        (ID, "", [True], "is a boolean"),
        (ID, "", EPIC.ref("name"), "pass a reference to a number"),
        (TASK_STATUS, "", 9, "is none of 2, 3, 4, 5, 6"),
        (Text(), "", 5, "is a int"),
        (Text(), "", True, "is a bool"),
        (Text(), "", "", "would match every row, or none"),
        (Text(), "%", "", "would match every row, or none"),
        (Text(may_be_empty=True), "%", "", "would match every row, or none"),
        (Text(), "%", ["x"], "compares with one value"),
        (STATUS, "", "done", "is none of 'planned', 'active', 'completed'"),
        (STATUS, "", "Active", "is none of"),
        (STATUS, "", True, "is none of"),
        (Flag(), "", 1, "pass True or False"),
        (Flag(), "", "yes", "pass True or False"),
        (Flag(), "", [True, False], "compares with one value"),
        (Moment(), ">", NAIVE, "has no time zone"),
        (Moment(), ">", "2026-01-05", "is a str; pass an aware datetime"),
        (Moment(), ">", "2026-01-05T00:00:00", "is a str; pass an aware datetime"),
        (Moment(), ">", "soon", "is a str; pass an aware datetime"),
        (Moment(), ">", DAY.date(), "is a date; pass an aware datetime"),
        (Moment(), ">", 1767560400, "is a int; pass an aware datetime"),
        (Moment(), "", [DAY], "compares with one value"),
        (UnmatchedMoment(), ">", DAY, "never matches in this method"),
        (UnmatchedMoment(), "", "2026-01-05", "never matches in this method"),
        (OwnField(), "", True, "is a bool"),
        (OwnField(), "", float("inf"), "is not a finite number"),
        (OwnField(), "", decimal.Decimal("NaN"), "is not a finite number"),
        (OwnField(), "", decimal.Decimal("sNaN"), "is not a finite number"),
        (OwnField(), "", 10**400, "is above"),
        (OwnField(), "", "", "is empty"),
        (OwnField(), "", NAIVE, "has no time zone"),
        (OwnField(), "", DAY.date(), "is a date"),
    ],
)
def test_a_value_that_a_portal_would_take_for_another_is_refused(
    kind: Kind, prefix: str, value: Any, says: str
) -> None:
    with pytest.raises(InvalidCall) as caught:
        kind.compare(at(prefix), value)
    assert caught.value.argument in (f"filter['{prefix}X']", f"filter['{prefix}X'][0]")
    assert says in caught.value.reason


KINDS = [ID, TASK_STATUS, Text(), Text(may_be_empty=True), STATUS, Flag(), Moment(), OwnField()]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type(kind).__name__)
@pytest.mark.parametrize("value", [None, UNSET, {}, {"LOGIC": "OR"}, [None], [{}]])
def test_nothing_is_compared_with_what_is_no_value(kind: Kind, value: Any) -> None:
    with pytest.raises(InvalidCall, match=r"no value to compare with|compares with one value"):
        kind.compare(at(), value)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type(kind).__name__)
@pytest.mark.parametrize("value", [[], (), set[int](), range(0)])
def test_an_empty_list_would_match_every_row(kind: Kind, value: Any) -> None:
    with pytest.raises(InvalidCall, match="do not ask at all when nothing can match"):
        kind.compare(at(), value)


def test_every_comparison_is_of_one_sort() -> None:
    assert len(set(PREFIXES)) == len(EQUALITIES) + len(COMPARISONS) + len(PATTERNS)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.datetimes()
    | st.datetimes(timezones=st.just(dt.UTC))
    | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=5,
)


@given(kind=st.sampled_from(KINDS), prefix=st.sampled_from(PREFIXES), value=VALUES)
def test_any_value_is_sent_or_refused(kind: Kind, prefix: str, value: Any) -> None:
    with contextlib.suppress(InvalidCall):
        found = kind.compare(at(prefix), value)
        assert isinstance(found, list) == isinstance(value, list)
        assert found not in (None, [], {})
