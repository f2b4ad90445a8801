"""The rows of D.1."""

from typing import Any

import pytest

from tests.emulator.methods.office import Office


def test_get_answers_four_ints(office: Office) -> None:
    """The object of a backlog."""
    assert office.scrum("backlog.get", id=1) == {
        "id": 1,
        "groupId": 1,
        "createdBy": 1,
        "modifiedBy": 1,
    }


@pytest.mark.parametrize(
    ("method", "params", "by", "text"),
    [
        ("get", {"id": 0}, 1, "Group id not found"),
        ("get", {"id": 2}, 1, "Backlog not found"),
        ("get", {"id": 99}, 1, "Backlog not found"),
        ("get", {"id": 2}, 4, "Backlog not found"),
        ("get", {"id": 1}, 4, "Access denied"),
        ("get", {"id": 1}, 5, "Access denied"),
        ("add", {"fields": {}}, 1, "Group id not found"),
        ("add", {"fields": {"groupId": "x"}}, 1, "Group id not found"),
        ("add", {"fields": {"groupId": 99, "createdBy": 1}}, 1, "Access denied"),
        ("add", {"fields": {"groupId": 1, "createdBy": 99}}, 4, "Access denied"),
        ("add", {"fields": {"groupId": 1, "createdBy": 99}}, 1, "Backlog already added"),
        ("add", {"fields": {"groupId": 2, "createdBy": 99}}, 1, "createdBy user not found"),
        ("add", {"fields": {"groupId": 2, "createdBy": 0}}, 1, "createdBy user not found"),
        (
            "add",
            {"fields": {"groupId": 2, "createdBy": 1, "modifiedBy": "99"}},
            1,
            "modifiedBy user not found",
        ),
        ("add", {"fields": {"groupId": 2}}, 1, "Unable to add backlog"),
        ("add", {"fields": {"groupId": 2, "createdBy": "one"}}, 1, "Unable to add backlog"),
        ("update", {"id": 0, "fields": {}}, 1, "Backlog id not found"),
        ("update", {"id": 99, "fields": {}}, 1, "Backlog not found"),
        ("update", {"id": 2, "fields": {}}, 1, "Backlog not found"),
        ("update", {"id": 1, "fields": {}}, 4, "Access denied"),
        ("update", {"id": 1, "fields": {"createdBy": 99}}, 1, "createdBy user not found"),
        ("update", {"id": 1, "fields": {"modifiedBy": 99}}, 1, "modifiedBy user not found"),
        ("delete", {"id": 0}, 1, "Backlog id not found"),
        ("delete", {"id": 2}, 1, "Backlog not found"),
        ("delete", {"id": 1}, 4, "Access denied"),
    ],
)
def test_checks_come_in_the_portals_order(
    office: Office, method: str, params: dict[str, Any], by: int, text: str
) -> None:
    """Existence before access, access before users; entity 2 is a sprint."""
    assert office.sprint() == 2
    assert office.complaint(f"backlog.{method}", by=by, **params) == text


def test_a_new_backlog_shows_what_was_given_and_stores_the_creator(office: Office) -> None:
    """`modifiedBy` of the answer is not what is stored."""
    fields = {"groupId": 2, "createdBy": "2"}
    added = office.scrum("backlog.add", fields=fields)
    assert (added["createdBy"], added["modifiedBy"]) == (2, 0)
    assert office.scrum("backlog.get", id=2)["modifiedBy"] == 2
    assert office.state.created == {("backlog", 2): 1}


def test_an_update_echoes_the_creator_without_storing_it(office: Office) -> None:
    """A missing `modifiedBy` is 0 in the answer and stays in the table."""
    answer = office.scrum("backlog.update", id=1, fields={"createdBy": 2})
    assert (answer["createdBy"], answer["modifiedBy"]) == (2, 0)
    stored = office.scrum("backlog.get", id=1)
    assert (stored["createdBy"], stored["modifiedBy"]) == (1, 1)
    assert office.scrum("backlog.update", id=1, fields={"modifiedBy": 2})["modifiedBy"] == 2
    assert office.scrum("backlog.get", id=1)["modifiedBy"] == 2


def test_a_backlog_moves_only_while_it_is_empty(office: Office) -> None:
    """Items hold it, and so does a backlog in the target group."""
    assert office.scrum("backlog.update", id=1, fields={"groupId": 2})["groupId"] == 2
    assert office.scrum("backlog.get", id=2)["id"] == 1
    office.scrum("backlog.add", fields={"groupId": 1, "createdBy": 1})
    text = office.complaint("backlog.update", id=1, fields={"groupId": 1})
    assert text == "The target group already has a backlog"
    office.task(2)
    text = office.complaint("backlog.update", id=1, fields={"groupId": 3})
    assert text == "It is forbidden move a backlog with items"
    assert office.scrum("backlog.update", id=1, fields={"groupId": "2"})["groupId"] == 2


def test_an_empty_backlog_is_deleted_with_an_empty_answer(office: Office) -> None:
    """One with items is not."""
    task = office.task()
    text = office.complaint("backlog.delete", id=1)
    assert text == "It is forbidden remove a backlog with items"
    office.call("tasks.task.delete", taskId=task)
    assert office.scrum("backlog.delete", id=1) == []
    assert office.complaint("backlog.get", id=1) == "Backlog not found"


def test_get_fields(office: Office) -> None:
    """Three integers."""
    integer = {"type": "integer"}
    assert office.scrum("backlog.getFields") == {
        "fields": {"groupId": integer, "createdBy": integer, "modifiedBy": integer}
    }
