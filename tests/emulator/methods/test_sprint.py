"""The rows of D.2 but for start and complete."""

from typing import Any

import pytest

from tests.emulator.methods.office import END, START, Office, open_office

GOOD: dict[str, Any] = {
    "groupId": 1,
    "name": "Sprint 12",
    "createdBy": 1,
    "dateStart": START,
    "dateEnd": END,
    "status": "planned",
}
MISSING: Any = object()


def fields(**changes: Any) -> dict[str, Any]:
    """Good fields with some of them changed or taken away."""
    return {name: value for name, value in {**GOOD, **changes}.items() if value is not MISSING}


def test_a_new_sprint_is_answered_as_it_is_stored(office: Office) -> None:
    """Eleven keys; who modified it is who created it."""
    given = fields(sort="1", createdBy=2, modifiedBy=3)
    assert office.scrum("sprint.add", fields=given) == {
        "id": 2,
        "groupId": 1,
        "entityType": "sprint",
        "name": "Sprint 12",
        "goal": "",
        "sort": 1,
        "createdBy": 2,
        "modifiedBy": 2,
        "dateStart": START,
        "dateEnd": END,
        "status": "planned",
    }
    assert office.state.created == {("sprint", 1, "Sprint 12"): 1}


@pytest.mark.parametrize(
    ("changes", "by", "text"),
    [
        ({"groupId": MISSING}, 1, "Group id not found"),
        ({"groupId": 0}, 1, "Group id not found"),
        ({"groupId": 99}, 1, "Access denied"),
        ({"createdBy": 99}, 4, "Access denied"),
        ({"createdBy": 99, "modifiedBy": 99}, 1, "createdBy user not found"),
        ({"modifiedBy": 99, "dateStart": MISSING}, 1, "modifiedBy user not found"),
        ({"dateStart": MISSING, "dateEnd": MISSING}, 1, "Incorrect dateStart format"),
        ({"dateEnd": MISSING, "status": "x"}, 1, "Incorrect dateEnd format"),
        ({"status": MISSING}, 1, "Incorrect sprint status"),
        ({"status": "Planned"}, 1, "Incorrect sprint status"),
        ({"status": "active", "name": ""}, 1, "Unable to add two active sprint"),
        ({"name": ""}, 1, "Unable to add sprint"),
        ({"name": MISSING}, 1, "Unable to add sprint"),
        ({"name": "x" * 256}, 1, "Unable to add sprint"),
        ({"createdBy": MISSING}, 1, "Unable to add sprint"),
        ({"createdBy": "me"}, 1, "Unable to add sprint"),
    ],
)
def test_add_checks_in_the_portals_order(
    office: Office, changes: dict[str, Any], by: int, text: str
) -> None:
    """Sprint 2 of the group is active."""
    office.sprint(status="active")
    assert office.complaint("sprint.add", by=by, fields=fields(**changes)) == text
    assert len(office.state.entities) == 2


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("soon", "1970-01-01T03:00:00+03:00"),
        ("", "1970-01-01T03:00:00+03:00"),
        (None, "1970-01-01T03:00:00+03:00"),
        ([], "1970-01-01T03:00:00+03:00"),
        ("2026", "1970-01-01T03:33:46+03:00"),
        (1790580587, "2026-09-28T10:29:47+03:00"),
        ("1790580587", "2026-09-28T10:29:47+03:00"),
        ("2026-01-05", "2026-01-05T00:00:00+03:00"),
        ("2026-01-05T00:00:00Z", "2026-01-05T03:00:00+03:00"),
        ("2026-01-05 10:00", "2026-01-05T10:00:00+03:00"),
        ("2026-01-05T10:00:00.75+01:00", "2026-01-05T12:00:00+03:00"),
    ],
)
def test_any_date_is_taken(office: Office, given: Any, stored: str) -> None:
    """What cannot be read is 1970, and digits are seconds."""
    answer = office.scrum("sprint.add", fields=fields(dateStart=given, dateEnd=given))
    assert (answer["dateStart"], answer["dateEnd"]) == (stored, stored)


def test_an_array_for_a_group_is_group_1(office: Office) -> None:
    """PHP casts an array to 1: what an unresolved reference does."""
    assert office.scrum("sprint.add", fields=fields(groupId={"a": []}))["groupId"] == 1


@pytest.mark.parametrize(
    ("id_", "given", "by", "text"),
    [
        (0, {}, 1, "Sprint id not found"),
        (99, {}, 1, "Sprint not found"),
        (1, {}, 1, "Sprint not found"),
        (2, {}, 4, "Access denied"),
        (2, {"groupId": 2, "createdBy": 99}, 1, "It is forbidden move a sprint with items"),
        (2, {"createdBy": 99, "modifiedBy": 99}, 1, "createdBy user not found"),
        (2, {"modifiedBy": 0, "status": "x"}, 1, "modifiedBy user not found"),
        (2, {"status": "x"}, 1, "Incorrect sprint status"),
        (2, {"status": "active"}, 1, "Unable to add two active sprint"),
        (3, {"status": "active"}, 1, "Unable to add two active sprint"),
        (2, {"name": "x" * 256}, 1, "Sprint not updated"),
    ],
)
def test_update_checks_in_the_portals_order(
    office: Office, id_: int, given: dict[str, Any], by: int, text: str
) -> None:
    """Sprint 2 has a task; sprint 3 is active and counts against itself."""
    sprint = office.sprint()
    office.task(sprint=sprint)
    office.sprint(status="active")
    before = office.scrum("sprint.get", id=2)
    assert office.complaint("sprint.update", id=id_, fields=given, by=by) == text
    assert office.scrum("sprint.get", id=2) == before


@pytest.mark.parametrize(
    ("given", "changed"),
    [
        ({}, {}),
        ({"name": "New"}, {"name": "New"}),
        ({"name": ""}, {}),
        ({"name": "0"}, {}),
        ({"name": 7}, {}),
        ({"sort": "3"}, {"sort": 3}),
        ({"sort": "x"}, {}),
        ({"createdBy": 2}, {}),
        ({"modifiedBy": 2}, {"modifiedBy": 2}),
        ({"modifiedBy": "x"}, {}),
        ({"groupId": "2"}, {"groupId": 2}),
        ({"dateStart": "soon"}, {"dateStart": "1970-01-01T03:00:00+03:00"}),
        ({"status": "completed"}, {"status": "completed"}),
        ({"status": 5}, {}),
        ({"goal": "x", "info": "y"}, {}),
    ],
)
def test_update_applies_what_fits(
    office: Office, given: dict[str, Any], changed: dict[str, Any]
) -> None:
    """And ignores the rest without a word."""
    sprint = office.sprint()
    before = office.scrum("sprint.get", id=sprint)
    answer = office.scrum("sprint.update", id=sprint, fields=given)
    assert answer == {**before, **changed}
    assert office.scrum("sprint.get", id=sprint) == answer


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("planned", "active"),
        ("active", "planned"),
        ("active", "completed"),
        ("completed", "planned"),
        ("completed", "active"),
    ],
)
def test_update_knows_no_order_of_statuses(office: Office, before: str, after: str) -> None:
    """And makes no stages."""
    sprint = office.sprint(status=before)
    assert office.scrum("sprint.update", id=sprint, fields={"status": after})["status"] == after
    assert office.stages(sprint) == {}


@pytest.mark.parametrize(
    ("id_", "by", "text"),
    [(0, 1, "Sprint id not found"), (99, 4, "Sprint not found"), (2, 4, "Access denied")],
)
def test_get_checks(office: Office, id_: int, by: int, text: str) -> None:
    """In this order."""
    office.sprint()
    assert office.complaint("sprint.get", id=id_, by=by) == text


def test_get_finds_backlogs_too(office: Office) -> None:
    """They share the table; dates and status are empty."""
    backlog = office.scrum("sprint.get", id=1)
    assert (backlog["entityType"], backlog["dateStart"], backlog["status"]) == ("backlog", "", "")


@pytest.mark.parametrize(
    ("id_", "by", "text"),
    [
        (0, 1, "Sprint not found"),
        (99, 1, "Sprint not found"),
        (1, 1, "Sprint not found"),
        (2, 4, "Access denied"),
        (3, 1, "It is forbidden remove a sprint with items"),
    ],
)
def test_delete_checks(office: Office, id_: int, by: int, text: str) -> None:
    """Sprint 3 has a task and its group no backlog."""
    office.sprint()
    office.task(2, sprint=office.sprint(2))
    assert office.complaint("sprint.delete", id=id_, by=by) == text


def test_a_deleted_sprint_gives_its_tasks_to_the_backlog(office: Office) -> None:
    """The tasks stay."""
    sprint = office.sprint(status="active")
    task = office.task(sprint=sprint)
    assert office.scrum("sprint.delete", id=sprint) == []
    assert office.place(task) == 1
    assert office.complaint("sprint.get", id=sprint) == "Sprint not found"


def ids(rows: list[dict[str, Any]]) -> list[int]:
    """The ids of rows."""
    return [row["id"] for row in rows]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, [2, 3, 4]),
        ({"filter": {}}, [2, 3, 4]),
        ({"filter": None}, [2, 3, 4]),
        ({"filter": {"GROUP_ID": 1}}, [2, 3]),
        ({"filter": {"GROUP_ID": "2"}}, [4]),
        ({"filter": {"GROUP_ID": [1, 2]}}, [2, 3, 4]),
        ({"filter": {"GROUP_ID": []}}, [2, 3, 4]),
        ({"filter": {"=GROUP_ID": 1, ">ID": 2}}, [3]),
        ({"filter": {"ID": 2}}, [2]),
        ({"filter": {"ID": 1}}, []),
        ({"filter": {"@ID": [2, 4]}}, [2, 4]),
        ({"filter": {"!ID": 2}}, [3, 4]),
        ({"filter": {"!=ID": [2, 3]}}, [4]),
        ({"filter": {">=ID": 3}}, [3, 4]),
        ({"filter": {"<ID": 3}}, [2]),
        ({"filter": {"<=ID": "3"}}, [2, 3]),
        ({"filter": {"NAME": "beta"}}, [3]),
        ({"filter": {"NAME": ["Alpha", "Beta"]}}, [2, 3]),
        ({"filter": {"%NAME": "et"}}, [3]),
        ({"filter": {"!%NAME": "et"}}, [2, 4]),
        ({"filter": {"=%NAME": "%a"}}, [2, 3, 4]),
        ({"filter": {"%=NAME": "_eta"}}, [3]),
        ({"filter": {"!=%NAME": "A%"}}, [3, 4]),
        ({"filter": {"STATUS": "active"}}, [3]),
        ({"filter": {"LOGIC": "OR", "ID": 2, "STATUS": "active"}}, [2, 3]),
        ({"filter": {"0": {"LOGIC": "OR", "ID": 2, "NAME": "Gamma"}, "GROUP_ID": 1}}, [2]),
        ({"filter": {"=ENTITY_TYPE": "backlog"}}, [2, 3, 4]),
        ({"filter": {"DATE_START": START}}, []),
        ({"filter": {">DATE_START": "2000-01-01"}}, []),
        ({"filter": {"groupId": 1}}, []),
        ({"filter": {"GOAL": ""}}, []),
        ({"select": ["GOAL"]}, []),
        ({"order": {"id": "asc"}}, []),
        ({"order": {"ID": "up"}}, []),
        ({"order": "ID"}, []),
        ({"order": {"ID": "DESC"}}, [4, 3, 2]),
        ({"order": {"STATUS": "asc", "ID": "desc"}}, [3, 4, 2]),
        ({"order": {"SORT": "desc"}}, [4, 2, 3]),
    ],
)
def test_list_finds(office: Office, params: dict[str, Any], found: list[int]) -> None:
    """Operators, and the empty answer that hides a bad name."""
    office.sprint(name="Alpha")
    office.sprint(name="Beta", status="active")
    office.sprint(2, name="Gamma", sort=5)
    assert ids(office.scrum("sprint.list", **params)) == found


@pytest.mark.parametrize(("by", "found"), [(1, [2]), (2, [2]), (5, [2]), (4, []), (6, [3])])
def test_a_list_shows_the_groups_with_a_row_for_the_caller(
    office: Office, by: int, found: list[int]
) -> None:
    """Even an invitation is one; an administrator's rights are none."""
    office.sprint()
    visible = {"groupId": 3, "name": "x", "createdBy": 6}
    office.scrum("sprint.add", fields=fields(**visible))
    assert ids(office.scrum("sprint.list", by=by)) == found


@pytest.mark.parametrize(
    ("filter_", "text"),
    [
        ("GROUP_ID", "Cannot access offset of type string on string"),
        ("", "Cannot access offset of type string on string"),
        (5, "Cannot use a scalar value as an array"),
    ],
)
def test_a_filter_that_is_no_map_is_phps_own_error(office: Office, filter_: Any, text: str) -> None:
    """Untyped parameters reach the method."""
    assert office.complaint("sprint.list", filter=filter_) == text


def test_a_bad_name_may_be_an_error() -> None:
    """The switch `list_errors`."""
    office = open_office(list_errors="error")
    assert office.complaint("sprint.list", filter={"groupId": 1}) == "Could not load list"


def test_select_fills_what_was_not_selected(office: Office) -> None:
    """Zeros, empty texts and the current time."""
    office.sprint()
    (row,) = office.scrum("sprint.list", select=["ID", "NAME"])
    assert row == {
        "id": 2,
        "groupId": 0,
        "entityType": "",
        "name": "Sprint",
        "goal": "",
        "sort": 0,
        "createdBy": 0,
        "modifiedBy": 0,
        "dateStart": "2026-09-28T10:29:47+03:00",
        "dateEnd": "2026-09-28T10:29:47+03:00",
        "status": "",
    }


@pytest.mark.parametrize(
    ("start", "length", "first"),
    [(None, 50, 2), (0, 50, 2), (49, 50, 2), (50, 50, 52), (70, 50, 52), (100, 0, 0), (-1, 50, 2)],
)
def test_pages_have_50_rows_and_begin_at_whole_pages(
    office: Office, start: int | None, length: int, first: int
) -> None:
    """100 sprints: the page behind a full last one is empty."""
    for _ in range(100):
        office.sprint()
    rows: list[dict[str, Any]] = office.scrum("sprint.list", order={"ID": "asc"}, start=start)
    assert type(rows) is list
    assert (len(rows), rows[0]["id"] if rows else 0) == (length, first)


def test_get_fields(office: Office) -> None:
    """Types by name."""
    described = office.scrum("sprint.getFields")["fields"]
    assert {name: one["type"] for name, one in described.items()} == {
        "groupId": "integer",
        "name": "string",
        "sort": "integer",
        "createdBy": "integer",
        "modifiedBy": "integer",
        "dateStart": "string",
        "dateEnd": "string",
        "status": "string",
    }


def test_an_update_does_not_make_the_caller_its_author(office: Office) -> None:
    """Without `modifiedBy` the stored one stays."""
    sprint = office.sprint(createdBy=2)
    answer = office.scrum("sprint.update", id=sprint, by=3, fields={"sort": 5})
    assert (answer["createdBy"], answer["modifiedBy"]) == (2, 2)
    assert office.scrum("sprint.update", id=sprint, fields={"modifiedBy": 3})["modifiedBy"] == 3
