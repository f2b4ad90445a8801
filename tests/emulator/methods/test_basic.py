"""The rows of E.4."""

from typing import Any

import pytest

from bitrix_scrum_async.emulator.methods import METHODS
from bitrix_scrum_async.emulator.visit import Visit
from tests.emulator.methods.office import NOW, Office, open_office


def test_profile(office: Office) -> None:
    """Only user 1 is an administrator."""
    assert office.call("profile") == {
        "ID": "1",
        "ADMIN": True,
        "NAME": "User",
        "LAST_NAME": "1",
        "PERSONAL_GENDER": "",
        "TIME_ZONE": "",
        "TIME_ZONE_OFFSET": 0,
    }
    assert office.call("profile", by=2)["ADMIN"] is False
    office.state.users[2].active = False
    assert office.call("profile", by=2) == []


def test_current_user(office: Office) -> None:
    """Ids are strings, flags are booleans."""
    user = office.call("user.current", by=3)
    expected = {"ID": "3", "ACTIVE": True, "EMAIL": "user3@example.com", "IS_ONLINE": "N"}
    assert {name: user[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, ["1", "2", "3", "4", "5", "6", "7", "8"]),
        ({"FILTER": {"ID": [2, 99]}}, ["2"]),
        ({"filter": {"id": "2"}}, ["2"]),
        ({"ID": 2}, ["2"]),
        ({"ID": 2, "FILTER": {"ID": 3}}, ["3"]),
        ({"FILTER": {"EMAIL": "USER4@example.com"}}, ["4"]),
        ({"FILTER": {"ACTIVE": "N"}}, ["8"]),
        ({"FILTER": {"ACTIVE": True, ">ID": 6}}, ["7"]),
        ({"FILTER": {">ID": 6}, "sort": "ID", "order": "DESC"}, ["8", "7"]),
    ],
)
def test_users_are_found(office: Office, params: dict[str, Any], found: list[str]) -> None:
    """Names of parameters count in any case; unknown ids are just missing."""
    office.state.users[8].active = False
    page = office.page("user.get", **params)
    assert [row["ID"] for row in page.result] == found
    assert page.total == len(found)


def test_server_time_carries_the_zone() -> None:
    """Which dates of sprints are read in."""
    assert open_office(utc_offset="+00:00").call("server.time") == "2026-09-28T07:29:47+00:00"


def visit(office: Office, *scopes: str, application: str | None = None) -> Visit:
    """A visit with some scopes only."""
    return Visit(
        state=office.state,
        switches=office.switches,
        user_id=1,
        start=None,
        now=NOW,
        scopes=frozenset(scopes),
        application=application,
    )


def test_scope(office: Office) -> None:
    """What the credentials may, or with `full` all there is."""
    scope = METHODS["scope"].handler
    assert scope(visit(office, "task"), {}) == ["task"]
    assert scope(visit(office, "task"), {"full": True}) == [
        "task",
        "sonet_group",
        "socialnetwork",
        "user",
    ]


def test_methods(office: Office) -> None:
    """Those of the credentials, of a scope, or all; in lower case."""
    names = METHODS["methods"].handler
    mine = names(visit(office, "user"), {})
    assert {"batch", "profile", "user.get"} <= set(mine)
    assert "tasks.task.add" not in mine
    assert "tasks.api.scrum.sprint.add" in names(visit(office), {"scope": "task"})
    assert set(names(visit(office), {"full": "1"})) == {"batch", *METHODS}


@pytest.mark.parametrize(
    ("name", "existing", "available"),
    [
        ("tasks.api.scrum.kanban.GETSTAGES", True, True),
        ("user.get", True, False),
        ("batch", True, True),
        ("nope", False, False),
        (None, False, False),
    ],
)
def test_method_get(office: Office, name: str | None, existing: bool, available: bool) -> None:
    """Names are compared in lower case."""
    answer = METHODS["method.get"].handler(visit(office, "task"), {"name": name} if name else {})
    assert answer == {"isExisting": existing, "isAvailable": available}


def test_app_info(office: Office) -> None:
    """Little for a webhook, or nothing; more for an application."""
    app_info = METHODS["app.info"].handler
    assert set(app_info(visit(office, "task"), {})) == {"SCOPE", "LICENSE"}
    assert app_info(visit(office, "task", application="local.1"), {})["CODE"] == "local.1"
    error = open_office(app_info="denied").refused("app.info")
    assert error == ("ACCESS_DENIED", "Access denied! Application context required", 403)


def test_all_documented_methods_are_there() -> None:
    """29 of the scrum and what surrounds it."""
    names = [one.name for one in METHODS.values()]
    assert sum(name.startswith("tasks.api.scrum.") for name in names) == 29
    assert {METHODS[name.lower()].scope for name in names if name.startswith("tasks.")} == {"task"}
    assert METHODS["sonet_group.create"].scope == "sonet_group"


@pytest.mark.parametrize(
    ("scope", "shown", "hidden"),
    [
        ("user", ("EMAIL", "PERSONAL_MOBILE"), ()),
        ("user_basic", ("EMAIL",), ("PERSONAL_MOBILE",)),
        ("user_brief", ("NAME",), ("EMAIL", "PERSONAL_MOBILE")),
    ],
)
def test_smaller_scopes_show_less_of_a_user(
    office: Office, scope: str, shown: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    """Three scopes open the same method."""
    row = METHODS["user.current"].handler(visit(office, scope), {})
    assert set(shown) <= set(row)
    assert not set(hidden) & set(row)
