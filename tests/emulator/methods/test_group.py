"""The rows of E.1 and E.2."""

from typing import Any

import pytest

from bitrix_scrum_async.emulator.answers import Page
from bitrix_scrum_async.emulator.state import State
from tests.emulator.methods.office import Office


def test_create_answers_an_int_and_makes_the_creator_the_owner() -> None:
    """A fresh portal; nothing of a scrum is made along."""
    office = Office(state=State(users=3))
    assert office.call("sonet_group.create", NAME="A", SCRUM_MASTER_ID="2", by=3) == 1
    assert office.call("sonet_group.user.get", ID=1) == [{"USER_ID": "3", "ROLE": "A"}]
    assert office.state.created == {("group", "A"): 1}
    assert office.state.entities == {}
    assert office.state.groups[1].project


@pytest.mark.parametrize(
    ("by", "owner", "role"), [(1, 2, (None, "A")), (2, 3, ("A", None)), (1, 0, ("A", None))]
)
def test_only_an_administrator_gives_a_group_to_another(
    office: Office, by: int, owner: int, role: tuple[str | None, str | None]
) -> None:
    """And is then no member of it."""
    group = office.call("sonet_group.create", NAME="G", OWNER_ID=owner, by=by)
    assert (office.state.role(group, by), office.state.role(group, owner)) == role


@pytest.mark.parametrize(
    ("method", "params", "by", "text"),
    [
        ("create", {}, 1, "Incorrect input data"),
        ("create", {"NAME": "x" * 256}, 1, "Cannot create group"),
        ("update", {}, 1, "Wrong group ID"),
        ("update", {"GROUP_ID": 0}, 1, "Wrong group ID"),
        ("update", {"GROUP_ID": 99}, 1, "Socialnetwork group not found"),
        ("update", {"GROUP_ID": 1}, 3, "User has no permissions to update group"),
        ("update", {"GROUP_ID": 1, "NAME": ""}, 1, "Cannot update group"),
        ("update", {"GROUP_ID": 1, "OWNER_ID": 99}, 1, "Cannot update group"),
        ("delete", {}, 1, "Wrong group ID"),
        ("delete", {"GROUP_ID": 99}, 1, "Socialnetwork group not found"),
        ("delete", {"GROUP_ID": 3}, 4, "Socialnetwork group not found"),
        ("delete", {"GROUP_ID": 1}, 2, "User has no permissions to delete group"),
        ("user.get", {}, 1, "Wrong socialnetwork group ID"),
        ("user.get", {"ID": 99}, 1, "Socialnetwork group not found"),
        ("user.add", {"USER_ID": 4}, 1, "Wrong group ID"),
        ("user.add", {"GROUP_ID": 1}, 2, "No permissions to add users"),
        ("user.add", {"GROUP_ID": 99, "USER_ID": []}, 1, "Wrong user IDs"),
        ("user.add", {"GROUP_ID": 99, "USER_ID": 4}, 1, "Socialnetwork group not found"),
        ("user.invite", {"USER_ID": 4}, 1, "Wrong group ID"),
        ("user.invite", {"GROUP_ID": 99}, 1, "Wrong user IDs"),
        ("user.invite", {"GROUP_ID": 99, "USER_ID": 4}, 1, "Socialnetwork group not found"),
    ],
)
def test_errors_have_an_empty_code(
    office: Office, method: str, params: dict[str, Any], by: int, text: str
) -> None:
    """Status 400, in the portal's order."""
    assert office.refused(f"sonet_group.{method}", by=by, **params) == ("", text, 400)


def test_errors_of_the_layer_below_have_their_own_code(office: Office) -> None:
    """An empty name, and a bad image."""
    code, text, _ = office.refused("sonet_group.create", DESCRIPTION="x")
    assert (code, text.endswith("<br>")) == ("ERROR_NO_TITLE", True)
    error = office.refused("sonet_group.create", NAME="G", IMAGE=["a.txt", "eA=="])
    assert error == ("ERROR_IMAGE_ID", "Image is incorrect: Invalid file type", 400)


def test_update_changes_what_is_given(office: Office) -> None:
    """Strings from a batch are as good; keys that begin with a sign are dropped."""
    given: dict[str, Any] = {
        "NAME": "New",
        "CLOSED": "Y",
        "SCRUM_SPRINT_DURATION": "604800",
        "~NAME": "x",
    }
    assert office.call("sonet_group.update", GROUP_ID="1", **given) == 1
    group = office.state.groups[1]
    assert (group.name, group.closed, group.scrum_sprint_duration) == ("New", True, 604800)
    assert group.scrum_master_id == 1


def test_an_update_of_the_owner_makes_the_old_one_a_member(office: Office) -> None:
    """The owner is one."""
    office.call("sonet_group.update", GROUP_ID=1, OWNER_ID=2)
    assert (office.state.role(1, 1), office.state.role(1, 2)) == ("K", "A")


def test_rows_are_strings_without_anything_of_a_scrum(office: Office) -> None:
    """Invited users do not count as members."""
    page = office.page("sonet_group.get", GROUP_ID=1)
    assert (page.total, page.next) == (1, None)
    assert page.result == [
        {
            "ID": "1",
            "SITE_ID": "s1",
            "NAME": "One",
            "DESCRIPTION": None,
            "DATE_CREATE": "2026-09-28T10:29:47+03:00",
            "DATE_UPDATE": "2026-09-28T10:29:47+03:00",
            "ACTIVE": "Y",
            "VISIBLE": "Y",
            "OPENED": "N",
            "CLOSED": "N",
            "SUBJECT_ID": "1",
            "OWNER_ID": "1",
            "KEYWORDS": "",
            "NUMBER_OF_MEMBERS": "3",
            "DATE_ACTIVITY": "2026-09-28T10:29:47+03:00",
            "SUBJECT_NAME": "General",
            "PROJECT": "Y",
            "IS_EXTRANET": "N",
        }
    ]


@pytest.mark.parametrize(
    ("params", "by", "found"),
    [
        ({}, 1, [2, 1]),
        ({"IS_ADMIN": "Y"}, 1, [3, 2, 1]),
        ({"IS_ADMIN": "Y"}, 4, [2, 1]),
        ({}, 6, [3, 2, 1]),
        ({"FILTER": {"NAME": "two"}}, 1, [2]),
        ({"FILTER": {"%NAME": "o"}}, 1, [2, 1]),
        ({"FILTER": {">ID": 1}, "ORDER": {"ID": "ASC"}}, 1, [2]),
        ({"FILTER": {"OWNER_ID": 6}}, 6, [3]),
        ({"FILTER": {"VISIBLE": "N"}, "IS_ADMIN": "Y"}, 1, [3]),
        ({"FILTER": {"SCRUM_MASTER_ID": 6}}, 1, [2, 1]),
        ({"FILTER": {">DATE_CREATE": "2026-09-28T10:00:00+03:00"}}, 1, [2, 1]),
        ({"FILTER": {"<DATE_CREATE": "2026-09-28T10:00:00+03:00"}}, 1, []),
        ({"ORDER": {"NAME": "ASC"}}, 6, [1, 3, 2]),
    ],
)
def test_get_finds(office: Office, params: dict[str, Any], by: int, found: list[int]) -> None:
    """Group 3 is seen by its members only; unknown names are ignored."""
    page = office.page("sonet_group.get", by=by, **params)
    assert [int(row["ID"]) for row in page.result] == found


def test_get_pages(office: Office) -> None:
    """With total and next."""
    for place in range(60):
        office.call("sonet_group.create", NAME=f"G{place}")
    page = office.page("sonet_group.get", ORDER={"ID": "ASC"}, start=0)
    assert (len(page.result), page.total, page.next) == (50, 62, 50)
    page = office.page("sonet_group.get", ORDER={"ID": "ASC"}, start=50)
    assert (len(page.result), page.total, page.next) == (12, 62, None)


def test_members_are_added_at_once(office: Office) -> None:
    """Who is in already and who is unknown are passed over."""
    assert office.call("sonet_group.user.add", GROUP_ID=1, USER_ID=["4", 2, 99, 4]) == ["4"]
    assert office.call("sonet_group.user.get", ID=1) == [
        {"USER_ID": "1", "ROLE": "A"},
        {"USER_ID": "2", "ROLE": "K"},
        {"USER_ID": "3", "ROLE": "E"},
        {"USER_ID": "4", "ROLE": "K"},
    ]
    assert office.call("sonet_group.user.add", GROUP_ID=1, USER_ID=4) == []


def test_invited_users_see_lists_only(office: Office) -> None:
    """A member may invite unless the group says otherwise."""
    assert office.call("sonet_group.user.invite", GROUP_ID=1, USER_ID=[4, 5, 2], by=2) == ["4"]
    assert office.state.role(1, 4) == "Z"
    office.call("sonet_group.update", GROUP_ID=1, INITIATE_PERMS="A")
    assert office.call("sonet_group.user.invite", GROUP_ID=1, USER_ID=7, by=3) == []


def test_the_callers_groups(office: Office) -> None:
    """With the role in each."""
    rows = office.call("sonet_group.user.groups", by=3)
    assert [(row["GROUP_ID"], row["GROUP_NAME"], row["ROLE"]) for row in rows] == [
        ("1", "One", "E")
    ]
    assert office.call("sonet_group.user.groups", by=5) == []


# E.2


def test_workgroup_list_answers_ids_unless_told_more(office: Office) -> None:
    """Strings, in camelCase; unknown names are skipped."""
    page = office.page("socialnetwork.api.workgroup.list")
    assert (page.result, page.total) == ({"workgroups": [{"id": "1"}, {"id": "2"}]}, 2)
    page = office.page(
        "socialnetwork.api.workgroup.list",
        select=["ID", "NAME", "SCRUM_MASTER_ID", "NUMBER_OF_MEMBERS", "NOPE"],
        filter={"ID": 1},
    )
    assert page.result["workgroups"] == [
        {"id": "1", "name": "One", "scrumMasterId": "1", "numberOfMembers": "3"}
    ]


@pytest.mark.parametrize(
    ("params", "by", "found"),
    [
        ({"params": {"IS_ADMIN": "Y"}}, 1, ["1", "2", "3"]),
        ({"params": {"IS_ADMIN": "Y"}}, 4, ["1", "2"]),
        ({"order": {"ID": "DESC"}}, 6, ["3", "2", "1"]),
        ({"filter": {"%NAME": "tw"}}, 1, ["2"]),
        ({"filter": {"PROJECT": "N"}}, 1, []),
    ],
)
def test_workgroup_list_finds(
    office: Office, params: dict[str, Any], by: int, found: list[str]
) -> None:
    """Like the classic list."""
    page = office.page("socialnetwork.api.workgroup.list", by=by, **params)
    assert [row["id"] for row in page.result["workgroups"]] == found


def test_workgroup_list_without_counting(office: Office) -> None:
    """`start` -1."""
    page = office.page("socialnetwork.api.workgroup.list", start=-1)
    assert page == Page({"workgroups": [{"id": "1"}, {"id": "2"}]})


def test_workgroup_get(office: Office) -> None:
    """Flat, upper-case, ints, and a date for people."""
    group = office.call("socialnetwork.api.workgroup.get", params={"groupId": "1"})
    expected = {
        "ID": 1,
        "NAME": "One",
        "OWNER_ID": 1,
        "NUMBER_OF_MEMBERS": 3,
        "SCRUM_MASTER_ID": 1,
        "SCRUM_SPRINT_DURATION": None,
        "TYPE": "scrum",
        "MEMBERS": [1, 2, 3],
        "DATE_CREATE": "28.09.2026 10:29:47",
        "PROJECT_DATE_START": None,
    }
    assert {name: group[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("params", "by", "code"),
    [
        ({}, 1, "SONET_CONTROLLER_WORKGROUP_EMPTY"),
        ({"params": {"groupId": 0}}, 1, "SONET_CONTROLLER_WORKGROUP_EMPTY"),
        ({"params": {"groupId": 99}}, 1, "SONET_CONTROLLER_WORKGROUP_NOT_FOUND"),
        ({"params": {"groupId": 3}}, 4, "SONET_CONTROLLER_WORKGROUP_NOT_FOUND"),
    ],
)
def test_workgroup_get_checks(office: Office, params: dict[str, Any], by: int, code: str) -> None:
    """Missing and invisible groups look the same."""
    assert office.refused("socialnetwork.api.workgroup.get", by=by, **params)[0] == code


@pytest.mark.parametrize(
    ("fields", "kind"),
    [({}, "group"), ({"PROJECT": "Y"}, "project"), ({"SCRUM_MASTER_ID": 2}, "scrum")],
)
def test_a_group_tells_what_it_is(office: Office, fields: dict[str, Any], kind: str) -> None:
    """A scrum has a scrum master, who is no member by that."""
    group = office.call("sonet_group.create", NAME="G", KEYWORDS="a, b", **fields)
    shown = office.call("socialnetwork.api.workgroup.get", params={"groupId": group})
    assert (shown["TYPE"], shown["MEMBERS"], shown["TAGS"]) == (kind, [1], ["a", "b"])


def test_names_with_a_tilde_or_equals_sign_are_dropped(office: Office) -> None:
    given: dict[str, Any] = {"NAME": "N", "~NAME": "x", "=DESCRIPTION": "y"}
    group = office.call("sonet_group.create", **given)
    assert (office.state.groups[group].name, office.state.groups[group].description) == ("N", "")
