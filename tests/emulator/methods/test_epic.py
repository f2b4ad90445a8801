"""The rows of D.3."""

from typing import Any

import pytest

from tests.emulator.methods.office import Office, open_office


def epic(office: Office, group: int = 1, **fields: Any) -> int:
    """A new epic."""
    given = {"groupId": group, "name": "Checkout", **fields}
    return int(office.scrum("epic.add", fields=given)["id"])


def test_a_new_epic_belongs_to_the_caller(office: Office) -> None:
    """The only family where a missing creator is the caller; `modifiedBy` is not read."""
    given = {"groupId": "1", "name": "Checkout", "color": "#69dafc", "modifiedBy": 99}
    assert office.scrum("epic.add", fields=given, by=2) == {
        "id": 1,
        "groupId": 1,
        "name": "Checkout",
        "description": "",
        "createdBy": 2,
        "modifiedBy": 0,
        "color": "#69dafc",
    }
    assert office.state.created == {("epic", 1, "Checkout"): 1}


@pytest.mark.parametrize(
    ("fields", "by", "text"),
    [
        ({"createdBy": 99}, 1, "createdBy user not found"),
        ({}, 1, "Group id not found"),
        ({"groupId": 99}, 1, "Name not found"),
        ({"groupId": 99, "name": ""}, 1, "Name not found"),
        ({"groupId": 99, "name": "E"}, 1, "Access denied"),
        ({"groupId": 1, "name": "E"}, 4, "Access denied"),
        ({"groupId": 1, "name": "x" * 256}, 1, "Epic not created"),
        ({"groupId": 1, "name": "E", "color": "x" * 19}, 1, "Epic not created"),
    ],
)
def test_add_checks(office: Office, fields: dict[str, Any], by: int, text: str) -> None:
    """In the portal's order."""
    assert office.complaint("epic.add", fields=fields, by=by) == text
    assert office.state.epics == {}


def test_an_epic_with_bad_files_exists_already(office: Office) -> None:
    """The files come after the insert."""
    given = {"groupId": 1, "name": "E", "files": ["12"]}
    assert office.complaint("epic.add", fields=given) == "Epic files not attached"
    assert office.scrum("epic.get", id=1)["name"] == "E"


@pytest.mark.parametrize(
    ("method", "id_", "by", "text"),
    [
        ("get", 0, 1, "Epic not found"),
        ("get", 99, 1, "Epic not found"),
        ("get", 1, 4, "Access denied"),
        ("update", 0, 4, "Epic not found"),
        ("update", 1, 4, "Access denied"),
        ("delete", 0, 4, "Epic not found"),
        ("delete", 1, 4, "Access denied"),
    ],
)
def test_existence_comes_before_access(
    office: Office, method: str, id_: int, by: int, text: str
) -> None:
    """An id of 0 is unknown like any other."""
    epic(office)
    params: dict[str, Any] = {"fields": {}} if method == "update" else {}
    assert office.complaint(f"epic.{method}", id=id_, by=by, **params) == text


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"groupId": 3, "createdBy": 99}, "Access denied"),
        ({"groupId": 99}, "Access denied"),
        ({"createdBy": 99, "modifiedBy": 99}, "createdBy user not found"),
        ({"modifiedBy": 99}, "modifiedBy user not found"),
        ({"name": "x" * 256}, "Epic not updated"),
        ({"color": "x" * 19}, "Epic not updated"),
    ],
)
def test_update_checks(office: Office, fields: dict[str, Any], text: str) -> None:
    """User 2 sees group 1 only."""
    epic(office)
    assert office.complaint("epic.update", id=1, fields=fields, by=2) == text
    assert office.scrum("epic.get", id=1)["name"] == "Checkout"


@pytest.mark.parametrize(
    ("fields", "changed"),
    [
        ({}, {}),
        (
            {"name": "N", "description": "D", "color": "c"},
            {"name": "N", "description": "D", "color": "c"},
        ),
        ({"name": "", "description": "", "color": ""}, {}),
        ({"name": 5, "color": 6}, {}),
        ({"groupId": 2}, {"groupId": 2}),
        ({"modifiedBy": 3}, {"modifiedBy": 3}),
    ],
)
def test_texts_cannot_be_cleared(
    office: Office, fields: dict[str, Any], changed: dict[str, Any]
) -> None:
    """And who changed it is the caller unless told."""
    id_ = epic(office, description="Old", color="red")
    before = {key: one for key, one in office.scrum("epic.get", id=id_).items() if key != "files"}
    answer = office.scrum("epic.update", id=id_, fields=fields)
    assert answer == {**before, "modifiedBy": 1, **changed}


def test_files_are_shown_by_get_alone(office: Office) -> None:
    """Added to what is there; anything but a list with members removes them all."""

    def files() -> Any:
        return office.scrum("epic.get", id=1)["files"]["VALUE"]

    epic(office, files=["n12"])
    assert files() == [12]
    office.scrum("epic.update", id=1, fields={"files": {"0": "n13"}})
    assert files() == [12, 13]
    assert office.complaint("epic.update", id=1, fields={"name": "Kept", "files": ["x"]}) == (
        "Epic files not attached"
    )
    assert office.scrum("epic.get", id=1)["name"] == "Kept"
    office.scrum("epic.update", id=1, fields={"name": "N"})
    assert files() == [12, 13]
    office.scrum("epic.update", id=1, fields={"files": ""})
    assert files() == []


def test_a_deleted_epic_leaves_its_tasks(office: Office) -> None:
    """They lose the reference."""
    task = office.task()
    office.scrum("task.update", id=task, fields={"epicId": epic(office)})
    assert office.scrum("epic.delete", id=1) == []
    assert office.scrum("task.get", id=task)["epicId"] == 0


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, [1, 2, 3]),
        ({"filter": {"GROUP_ID": 1}}, [1, 2]),
        ({"filter": {"ID": [2, 3]}}, [2, 3]),
        ({"filter": {">ID": 1, "GROUP_ID": 1}}, [2]),
        ({"filter": {"%NAME": "pay"}}, [2]),
        ({"filter": {"NAME": "Checkout"}}, [1, 3]),
        ({"filter": {"COLOR": "red"}}, [2]),
        ({"filter": {"groupId": 1}}, []),
        ({"order": {"NAME": "desc", "ID": "desc"}}, [2, 3, 1]),
        ({"order": {"name": "desc"}}, []),
        ({"select": ["FILES"]}, []),
        ({"by": 2}, [1, 2]),
        ({"by": 4}, []),
    ],
)
def test_list_finds(office: Office, params: dict[str, Any], found: list[int]) -> None:
    """Like the list of sprints."""
    epic(office)
    epic(office, name="Payments", color="red")
    epic(office, 2)
    assert [row["id"] for row in office.scrum("epic.list", **params)] == found


def test_list_rows_have_seven_keys_and_select_empties_them(office: Office) -> None:
    """No files, and no total."""
    epic(office)
    (row,) = office.scrum("epic.list")
    assert "files" not in row
    assert len(row) == 7
    (row,) = office.scrum("epic.list", select=["NAME"])
    assert (row["id"], row["name"], row["createdBy"]) == (0, "Checkout", 0)


@pytest.mark.parametrize("name", ["filter", "select", "order"])
def test_list_parameters_are_declared_arrays(office: Office, name: str) -> None:
    """Here a text is the binder's error."""
    code, text, _ = office.refused("tasks.api.scrum.epic.list", **{name: "ID"})
    assert code == 100
    assert f"parameter {{{name}}}" in text


def test_list_pages(office: Office) -> None:
    """50 rows a page."""
    for _ in range(51):
        epic(office)
    assert len(office.scrum("epic.list")) == 50
    assert [row["id"] for row in office.scrum("epic.list", start=50)] == [51]


def test_a_bad_name_may_be_an_error() -> None:
    """The switch `list_errors`."""
    office = open_office(list_errors="error")
    assert office.complaint("epic.list", filter={"name": "x"}) == "Could not load list"


def test_get_fields(office: Office) -> None:
    """Types by name."""
    described = office.scrum("epic.getFields")["fields"]
    assert {name: one["type"] for name, one in described.items()} == {
        "name": "string",
        "description": "string",
        "groupId": "integer",
        "color": "string",
        "files": "array",
        "createdBy": "integer",
        "modifiedBy": "integer",
    }


@pytest.mark.parametrize("files", ["", "n7", 5, None, []])
def test_files_that_are_no_list_with_members_take_all_away(office: Office, files: Any) -> None:
    """Even a text that names a file."""
    given = {"groupId": 1, "name": "E", "files": ["n1"]}
    epic = office.scrum("epic.add", fields=given)["id"]
    office.scrum("epic.update", id=epic, fields={"files": files})
    assert office.scrum("epic.get", id=epic)["files"]["VALUE"] == []
