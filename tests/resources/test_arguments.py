"""What arguments may be, and how what they may not be is refused."""

import datetime as dt
import decimal
import enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.calls import UNSET
from bitrix_scrum_async.errors import InvalidCall
from bitrix_scrum_async.resources import Backlogs, Epics, Groups
from bitrix_scrum_async.resources.arguments import Arguments, in_capitals
from bitrix_scrum_async.resources.filters import TASKS

from ..fakes import unsent
from .expecting import SENDER

check = Arguments("the.method")
DAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


class Size(enum.StrEnum):
    """A choice for tests."""

    S = "small"
    L = "large"


def test_what_was_not_given_passes_every_check() -> None:
    assert check.id("x", UNSET) is UNSET
    assert check.ids("x", UNSET) is UNSET
    assert check.number("x", UNSET) is UNSET
    assert check.text("x", UNSET) is UNSET
    assert check.text_to_set("x", UNSET) is UNSET
    assert check.name("x", UNSET) is UNSET
    assert check.color("x", UNSET) is UNSET
    assert check.flag("x", UNSET) is UNSET
    assert check.choice("x", UNSET, Size) is UNSET
    assert check.moment("x", UNSET) is UNSET
    assert check.story_points("x", UNSET) is UNSET
    assert check.seconds("x", UNSET) is UNSET
    assert check.texts("x", UNSET) is UNSET
    assert check.drive_files("x", UNSET, may_be_empty=True) is UNSET


@given(st.integers(1, 2**63 - 1))
def test_ids_begin_at_one(value: int) -> None:
    assert check.id("x", value) == value


@pytest.mark.parametrize("value", [0, -1, 2**63, True, False, "5", 5.0, None, [5], b"5"])
def test_what_is_no_id_is_refused(value: Any) -> None:
    with pytest.raises(InvalidCall, match="an id is a whole number from 1 on") as caught:
        check.id("sprint_id", value)
    assert caught.value.argument == "sprint_id"
    assert repr(value) in str(caught.value)


def test_a_reference_to_an_id_goes_where_ids_go() -> None:
    backlog = unsent(Backlogs(SENDER).get(143))
    group = unsent(Groups(SENDER).create(name="x", scrum_master_id=1))
    for ref in (backlog.ref("id"), group.ref()):
        assert check.id("x", ref) is ref


def test_a_reference_to_a_text_does_not() -> None:
    epic = unsent(Epics(SENDER).get(4))
    with pytest.raises(InvalidCall, match=r"ref\('id'\)"):
        check.id("x", epic.ref("name"))


def test_a_refusal_shows_little_of_a_long_value() -> None:
    with pytest.raises(InvalidCall) as caught:
        check.name("name", "x" * 5000)
    assert len(str(caught.value)) < 200


class Unshowable:
    def __repr__(self) -> str:
        raise RuntimeError("no")


HUGE = 10**5000  # more digits than Python itself writes


def test_a_refusal_shows_whatever_it_is() -> None:
    values: list[Any] = [HUGE, -HUGE, [[HUGE]], Unshowable()]
    for value in values:
        with pytest.raises(InvalidCall):
            check.id("x", value)


def test_a_refusal_shows_whatever_key_it_is() -> None:
    keys: list[Any] = [HUGE, Unshowable(), None]
    for key in keys:
        with pytest.raises(InvalidCall, match="is no name; pass text"):
            TASKS.filter(check, {key: 5})
        with pytest.raises(InvalidCall, match="is no name; pass text"):
            TASKS.order(check, {key: "asc"})
        with pytest.raises(InvalidCall, match="is no direction"):
            TASKS.order(check, {"ID": key})
        with pytest.raises(InvalidCall, match="is no name; pass text"):
            check.more_fields({}, {key: 5})


def test_story_points_have_a_largest_number() -> None:
    for value in (HUGE, -HUGE, 2**63, decimal.Decimal("1E+90000"), 1e300):
        with pytest.raises(InvalidCall, match="larger than the portal's numbers"):
            check.story_points("x", value)


@pytest.mark.parametrize(("length", "fits"), [(1, True), (255, True), (256, False)])
def test_names_have_up_to_255_characters(length: int, fits: bool) -> None:
    name = "ё" * length
    if fits:
        assert check.name("name", name) == name
    else:
        with pytest.raises(InvalidCall, match="up to 255"):
            check.name("name", name)


def test_an_enum_member_or_its_value_is_a_choice() -> None:
    assert check.choice("size", Size.L, Size) == check.choice("size", "large", Size) == "large"
    with pytest.raises(InvalidCall, match="'huge' is none of 'small', 'large'"):
        check.choice("size", "huge", Size)


def test_a_boolean_is_no_choice_of_a_number() -> None:
    assert check.one_of("x", 1, (0, 1)) == 1
    with pytest.raises(InvalidCall):
        check.one_of("x", value=True, choices=(0, 1))


def test_a_period_may_be_empty_but_not_negative() -> None:
    west = DAY.astimezone(dt.timezone(dt.timedelta(hours=-5)))
    good: list[Any] = [(DAY, DAY), (UNSET, DAY), (UNSET, UNSET), (DAY, UNSET), (DAY, west)]
    for start, end in good:
        check.period(("a", start), ("b", end))
    with pytest.raises(InvalidCall, match="before a"):
        check.period(("a", DAY), ("b", DAY - dt.timedelta(minutes=1)))


@pytest.mark.parametrize(
    ("value", "seconds"), [(dt.timedelta(days=7), 604800), (604800, 604800), (1, 1)]
)
def test_durations_travel_in_seconds(value: Any, seconds: int) -> None:
    assert check.seconds("x", value) == seconds


@pytest.mark.parametrize("value", [dt.timedelta(0), 0, -1, "1 week", 1.5])
def test_what_is_no_duration_is_refused(value: Any) -> None:
    with pytest.raises(InvalidCall):
        check.seconds("x", value)


@pytest.mark.parametrize(
    ("value", "sent"), [([12], ["n12"]), (["n12", 7], ["n12", "n7"]), ((), []), ([], [])]
)
def test_files_travel_with_a_letter(value: Any, sent: list[str]) -> None:
    assert check.drive_files("files", value, may_be_empty=True) == sent


@pytest.mark.parametrize("value", ["n12", 12, ["12"], ["n0"], ["n"], [None], [True], {"n1": 1}])
def test_what_is_no_list_of_files_is_refused(value: Any) -> None:
    with pytest.raises(InvalidCall, match=r"\[12\]"):
        check.drive_files("files", value, may_be_empty=True)


def test_fields_of_ones_own_join_those_of_the_arguments() -> None:
    call = unsent(Groups(SENDER).create(name="x", scrum_master_id=1, fields={"UF_A": 1}))
    assert call.params["NAME"] == "x"
    assert call.params["UF_A"] == 1


@pytest.mark.parametrize("name", ["group_id", "groupId", "GROUP_ID"])
def test_every_spelling_has_its_capitals(name: str) -> None:
    assert in_capitals(name) == "GROUP_ID"
