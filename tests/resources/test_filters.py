"""Filters and orders: what portals would answer with nothing, or with everything."""

import datetime as dt
from typing import Any

import attrs
import pytest

from bitrix_scrum_async.calls import UNSET
from bitrix_scrum_async.errors import InvalidCall
from bitrix_scrum_async.records import Epic, Sprint
from bitrix_scrum_async.resources import Backlogs
from bitrix_scrum_async.resources.arguments import Arguments
from bitrix_scrum_async.resources.filters import (
    EPICS,
    GROUPS,
    SPRINTS,
    TASKS,
    USERS,
    Columns,
)

from ..fakes import unsent
from .expecting import SENDER
from .methods import METHODS, method

check = Arguments("the.method")
DAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("columns", "given", "sent"),
    [
        (SPRINTS, {"GROUP_ID": 5}, {"GROUP_ID": 5}),
        (SPRINTS, {"group_id": 5}, {"GROUP_ID": 5}),
        (SPRINTS, {">=sort": 2, "<sort": 9}, {">=SORT": 2, "<SORT": 9}),
        (SPRINTS, {"%name": "s", "!STATUS": "planned"}, {"%NAME": "s", "!STATUS": "planned"}),
        (EPICS, {"=%NAME": "a%"}, {"=%NAME": "a%"}),
        (GROUPS, {"closed": True, "%NAME": "m"}, {"CLOSED": "Y", "%NAME": "m"}),
        (GROUPS, {">DATE_CREATE": DAY}, {">DATE_CREATE": DAY}),
        (TASKS, {"status": [2, 3], "STATUS": -1}, {"REAL_STATUS": [2, 3], "STATUS": -1}),
        (TASKS, {"UF_CRM_TASK": "D_7"}, {"UF_CRM_TASK": "D_7"}),
        (
            TASKS,
            {"ONLY_ROOT_TASKS": True, ">date_start": DAY},
            {"ONLY_ROOT_TASKS": "Y", ">DATE_START": DAY},
        ),
        (USERS, {"ID": (1, 2)}, {"ID": [1, 2]}),
        (
            USERS,
            {"WORK_POSITION": "x", "PERSONAL_CITY": "y"},
            {"WORK_POSITION": "x", "PERSONAL_CITY": "y"},
        ),
        (SPRINTS, {}, {}),
        (SPRINTS, UNSET, {}),
    ],
)
def test_a_filter_is_written_in_the_portals_names(
    columns: Columns, given: Any, sent: dict[str, Any]
) -> None:
    assert columns.filter(check, given) == sent


@pytest.mark.parametrize(
    ("columns", "given", "argument", "says"),
    [
        (SPRINTS, {"groupId": 5}, "filter['groupId']", "write 'GROUP_ID'"),
        (SPRINTS, {">createdBy": 5}, "filter['>createdBy']", "write 'CREATED_BY'"),
        (SPRINTS, {"Status": "x"}, "filter['Status']", "write 'STATUS'"),
        (SPRINTS, {"GRP": 5}, "filter['GRP']", "there are ID, GROUP_ID, NAME"),
        (SPRINTS, {"": 5}, "filter['']", "no name"),
        (SPRINTS, {"~ID": 5}, "filter['~ID']", "no comparison"),
        (SPRINTS, {"@ID": [5]}, "filter['@ID']", "no comparison"),
        (SPRINTS, {5: 5}, "filter[5]", "pass text"),
        (SPRINTS, [5], "filter", "no map"),
        (SPRINTS, {">DATE_START": DAY}, "filter['>DATE_START']", "never matches"),
        (SPRINTS, {"date_end": "2026"}, "filter['date_end']", "never matches"),
        (SPRINTS, {"%GROUP_ID": "14"}, "filter['%GROUP_ID']", "no comparison of GROUP_ID"),
        (SPRINTS, {">STATUS": "active"}, "filter['>STATUS']", "there are none, =, !, !="),
        (TASKS, {"%TITLE": "x"}, "filter['%TITLE']", "there are none, =, !, <, <=, >, >="),
        (SPRINTS, {"ID": [1, "abc"]}, "filter['ID'][1]", "pass an int"),
        (SPRINTS, {"GROUP_ID": 0}, "filter['GROUP_ID']", "is below 1"),
        (SPRINTS, {"STATUS": "done"}, "filter['STATUS']", "'planned', 'active', 'completed'"),
        (SPRINTS, {"ENTITY_TYPE": "backlog"}, "filter['ENTITY_TYPE']", "is none of 'sprint'"),
        (TASKS, {"status": 9}, "filter['status']", "is none of 2, 3, 4, 5, 6"),
        (TASKS, {"UF_X": None}, "filter['UF_X']", "no value"),
        (USERS, {"EMAIL": ""}, "filter['EMAIL']", "is empty"),
        (GROUPS, {"CLOSED": "yes"}, "filter['CLOSED']", "pass True or False"),
        (SPRINTS, {"id": 1, "ID": 2}, "filter['ID']", "second condition 'ID'"),
        (TASKS, {"tag_name": "x"}, "filter['tag_name']", "there are ID, PARENT_ID"),
        (TASKS, {"realStatus": 2}, "filter['realStatus']", "write 'REAL_STATUS'"),
        (TASKS, {">DEADLINE": DAY.replace(tzinfo=None)}, "filter['>DEADLINE']", "no time zone"),
        (GROUPS, {"scrumMasterId": 1}, "filter['scrumMasterId']", "there are ID, NAME"),
    ],
)
def test_a_filter_that_would_mislead_is_refused(
    columns: Columns, given: Any, argument: str, says: str
) -> None:
    with pytest.raises(InvalidCall) as caught:
        columns.filter(check, given)
    assert caught.value.argument == argument
    assert says in caught.value.reason


@pytest.mark.parametrize(("columns", "record"), [(SPRINTS, Sprint), (EPICS, Epic)])
def test_every_field_that_can_be_asked_for_is_taken_in_snake_case(
    columns: Columns, record: type[Any]
) -> None:
    fields = {field.name for field in attrs.fields(record)}
    ref = unsent(Backlogs(SENDER).get(143)).ref("group_id")
    for name in fields & {column.lower() for column in columns.kinds}:
        if not name.startswith("date_"):
            assert columns.filter(check, {name: ref}) == {name.upper(): ref}


def test_every_column_says_what_it_can_be_compared_with() -> None:
    for columns in (SPRINTS, EPICS, GROUPS, TASKS, USERS):
        for kind in columns.kinds.values():
            assert set(kind.prefixes) & set(columns.prefixes) >= {"", "="}


def test_an_order_is_by_id_unless_it_is_said() -> None:
    assert SPRINTS.order(check, UNSET) == {"ID": "asc"}
    assert SPRINTS.order(check, {"sort": "DESC", "DATE_START": "asc"}) == {
        "SORT": "desc",
        "DATE_START": "asc",
    }
    assert SPRINTS.order(check, {}) == {"ID": "asc"}


def test_tasks_have_names_that_they_can_only_be_ordered_by() -> None:
    assert TASKS.order(check, {"activity_date": "desc"}) == {"ACTIVITY_DATE": "desc"}
    with pytest.raises(InvalidCall, match="ACTIVITY_DATE"):
        TASKS.order(check, {"activityDate": "desc"})
    with pytest.raises(InvalidCall):
        TASKS.filter(check, {">ACTIVITY_DATE": DAY})


@pytest.mark.parametrize("given", [{"groupId": "asc"}, {"NAME": "up"}, {"NAME": 1}, ["NAME"], "ID"])
def test_an_order_that_a_portal_would_not_heed_is_refused(given: Any) -> None:
    with pytest.raises(InvalidCall):
        SPRINTS.order(check, given)


def test_pages_begin_at_multiples_of_fifty() -> None:
    assert SPRINTS.start(check, 0) == {}
    assert SPRINTS.start(check, 150) == {"start": 150}
    assert TASKS.start(check, -1) == {"start": -1}
    for start in (-1, 1, 49, True, "50", None):
        with pytest.raises(InvalidCall, match="0, 50, 100"):
            SPRINTS.start(check, start)


def test_an_empty_filter_is_not_sent() -> None:
    """It has no form in a batch."""
    assert SPRINTS.page(check, {}, UNSET, 0) == {"order": {"ID": "asc"}}


@pytest.mark.parametrize(
    ("conditions", "floor"),
    [({}, 0), ({">ID": 7}, 7), ({">id": "7"}, 7), ({">ID": -1}, 0), ({">=ID": 7}, 0)],
)
def test_reading_begins_after_the_callers_own_bound(conditions: dict[str, Any], floor: int) -> None:
    assert SPRINTS.floor(check, SPRINTS.filter(check, conditions)) == floor


def test_a_reference_may_stand_in_the_filter_of_a_page() -> None:
    ref = unsent(Backlogs(SENDER).get(143)).ref("group_id")
    assert SPRINTS.filter(check, {"GROUP_ID": ref}) == {"GROUP_ID": ref}


@pytest.mark.parametrize("name", [name for name in METHODS if name.endswith((".list", ".all"))])
def test_a_filter_may_stand_first(name: str) -> None:
    with pytest.raises(InvalidCall, match=r"filter\['nothing'\]"):
        method(name)({"nothing": 1})
    with pytest.raises(InvalidCall, match="is no map; pass names and values"):
        method(name)([125, 126])
