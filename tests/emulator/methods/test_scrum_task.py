"""The rows of D.5, and of D.6 what happens behind the scenes."""

from typing import Any

import pytest

from tests.emulator.methods.office import Office


def placeless(office: Office) -> int:
    """A task of group 2, which has no backlog, so the task has no place."""
    return office.task(2)


@pytest.mark.parametrize(
    ("id_", "by", "text"),
    [
        (0, 1, "Task id not found"),
        (99, 4, "Task not found"),
        (2, 4, "Task not found"),
        (1, 4, "Access denied"),
    ],
)
def test_get_checks(office: Office, id_: int, by: int, text: str) -> None:
    """Task 2 exists but has no place."""
    office.task()
    placeless(office)
    assert office.complaint("task.get", id=id_, by=by) == text


def test_a_new_task_of_a_scrum_lands_in_the_backlog(office: Office) -> None:
    """Made by the task's creator, without points and epic."""
    office.task(CREATED_BY=2)
    assert office.scrum("task.get", id=1) == {
        "entityId": 1,
        "storyPoints": "",
        "epicId": 0,
        "sort": 1,
        "createdBy": 2,
        "modifiedBy": 2,
    }
    assert ("item", 1) not in office.state.created


@pytest.mark.parametrize(
    ("id_", "fields", "by", "text"),
    [
        (0, {"entityId": 99}, 1, "Task id not found"),
        (1, {"entityId": 99}, 1, "Access denied"),
        (1, {"entityId": 4}, 2, "Access denied"),
        (2, {}, 1, "Entity id not found"),
        (2, {"entityId": "x"}, 1, "Entity id not found"),
        (99, {"entityId": 1}, 1, "Task not found."),
        (2, {"entityId": 1}, 1, "Access denied"),
        (2, {"entityId": 3, "createdBy": 99}, 1, "createdBy user not found"),
        (2, {"entityId": 3}, 1, "Item not created"),
        (1, {}, 4, "Access denied"),
        (1, {"epicId": 99, "createdBy": 99}, 1, "Epic not found"),
        (1, {"epicId": 0}, 1, "Epic not found"),
        (1, {"createdBy": 99, "modifiedBy": 99}, 1, "createdBy user not found"),
        (1, {"modifiedBy": 99}, 1, "modifiedBy user not found"),
    ],
)
def test_update_checks(
    office: Office, id_: int, fields: dict[str, Any], by: int, text: str
) -> None:
    """Task 1 sits in backlog 1; task 2 of group 2 has no place; 3 and 4 are sprints of group 2."""
    office.task()
    placeless(office)
    assert office.sprint() == 2
    assert [office.sprint(2), office.sprint(2)] == [3, 4]
    assert office.complaint("task.update", id=id_, fields=fields, by=by) == text


@pytest.mark.parametrize(
    ("fields", "changed"),
    [
        ({}, {}),
        ({"storyPoints": "XL"}, {"storyPoints": "XL"}),
        ({"storyPoints": ""}, {"storyPoints": ""}),
        ({"storyPoints": 8}, {}),
        ({"sort": "7"}, {"sort": 7}),
        ({"sort": "x"}, {}),
        ({"epicId": "1"}, {"epicId": 1}),
        ({"epicId": "x"}, {}),
        ({"createdBy": 2, "modifiedBy": 3}, {"createdBy": 2, "modifiedBy": 3}),
        ({"entityId": 0}, {}),
        ({"entityId": "2"}, {"entityId": 2}),
        ({"entityId": 3}, {"entityId": 3}),
    ],
)
def test_update_answers_true_and_applies_what_fits(
    office: Office, fields: dict[str, Any], changed: dict[str, Any]
) -> None:
    """Entity 3 belongs to another group: for a place that is there nobody compares."""
    task = office.task()
    office.scrum("epic.add", fields={"groupId": 2, "name": "Elsewhere"})
    office.sprint()
    office.sprint(2)
    office.scrum("task.update", id=task, fields={"storyPoints": "3"})
    before = office.scrum("task.get", id=task)
    assert office.scrum("task.update", id=task, fields=fields) is True
    assert office.scrum("task.get", id=task) == {**before, **changed}


def test_an_update_makes_a_missing_place(office: Office) -> None:
    """With entity and creator."""
    task, sprint = placeless(office), office.sprint(2)
    fields = {"entityId": sprint, "createdBy": 2, "storyPoints": "5"}
    assert office.scrum("task.update", id=task, fields=fields) is True
    place = office.scrum("task.get", id=task)
    assert (place["entityId"], place["storyPoints"], place["createdBy"]) == (sprint, "5", 2)
    assert office.state.created["item", task] == 1


def test_a_place_made_by_a_failing_update_stays(office: Office) -> None:
    """The epic is looked up after it was made."""
    task, sprint = placeless(office), office.sprint(2)
    fields = {"entityId": sprint, "createdBy": 1, "epicId": 99}
    assert office.complaint("task.update", id=task, fields=fields) == "Epic not found"
    assert office.place(task) == sprint


def test_a_place_in_a_removed_sprint_cannot_be_changed(office: Office) -> None:
    """The entity of the item is gone."""
    task = office.task(sprint=office.sprint())
    office.state.items[task].entity_id = 77
    assert office.complaint("task.update", id=task, fields={}) == "Access denied"


def test_a_move_into_the_active_sprint_makes_no_card(office: Office) -> None:
    """And a move out of it leaves the card."""
    sprint = office.sprint()
    first, second = office.task(sprint=sprint), office.task()
    office.scrum("sprint.start", id=sprint)
    office.scrum("task.update", id=second, fields={"entityId": sprint})
    office.scrum("task.update", id=first, fields={"entityId": 1})
    assert (office.cards(first), office.cards(second)) == ([1], [])


# D.6


def test_a_subtask_lands_where_its_parent_is(office: Office) -> None:
    """In the active sprint with a card in NEW."""
    sprint = office.sprint()
    parent = office.task(sprint=sprint)
    assert office.place(office.task(PARENT_ID=parent)) == sprint
    office.scrum("sprint.start", id=sprint)
    child = office.task(PARENT_ID=parent)
    assert (office.place(child), office.cards(child)) == (sprint, [1])


def test_a_group_that_is_no_scrum_gives_no_places(office: Office) -> None:
    """Even with a backlog."""
    group = office.call("sonet_group.create", NAME="Plain")
    office.scrum("backlog.add", fields={"groupId": group, "createdBy": 1})
    assert office.complaint("task.get", id=office.task(group)) == "Task not found"


def test_a_task_that_changes_its_scrum_gets_a_new_place(office: Office) -> None:
    """Points, epic and cards are lost."""
    backlog = office.scrum("backlog.add", fields={"groupId": 2, "createdBy": 1})["id"]
    sprint = office.sprint()
    task = office.task(sprint=sprint)
    office.scrum("task.update", id=task, fields={"storyPoints": "5"})
    office.scrum("sprint.start", id=sprint)
    office.call("tasks.task.update", taskId=task, fields={"GROUP_ID": 2})
    place = office.scrum("task.get", id=task)
    assert (place["entityId"], place["storyPoints"], office.cards(task)) == (backlog, "", [])
    office.call("tasks.task.update", taskId=task, fields={"GROUP_ID": 0})
    assert office.complaint("task.get", id=task) == "Task not found"


def test_a_card_follows_completion_and_renewal(office: Office) -> None:
    """In the active sprint: FINISH and back to NEW."""
    sprint = office.sprint()
    task = office.task(sprint=sprint)
    office.scrum("sprint.start", id=sprint)
    office.call("tasks.task.complete", taskId=task)
    assert office.cards(task) == [3]
    office.call("tasks.task.renew", taskId=task)
    assert office.cards(task) == [1]
    office.call("tasks.task.update", taskId=task, fields={"STATUS": 5})
    assert office.cards(task) == [3]


def test_a_renewed_task_of_a_completed_sprint_goes_to_the_backlog(office: Office) -> None:
    """It leaves the sprint."""
    sprint = office.sprint(status="completed")
    task = office.task(sprint=sprint)
    office.call("tasks.task.complete", taskId=task)
    assert office.place(task) == sprint
    office.call("tasks.task.renew", taskId=task)
    assert office.place(task) == 1


def test_a_deleted_task_loses_place_and_cards(office: Office) -> None:
    """Its stage is empty again."""
    sprint = office.sprint()
    task = office.task(sprint=sprint)
    office.scrum("sprint.start", id=sprint)
    office.call("tasks.task.delete", taskId=task)
    assert office.scrum("kanban.deleteStage", stageId=1) is True
    assert office.scrum("sprint.update", id=sprint, fields={"groupId": 2})["groupId"] == 2


def test_a_renewed_task_leaves_only_a_finish_stage(office: Office) -> None:
    """Where somebody has put its card elsewhere, it stays there."""
    sprint = office.sprint()
    task = office.task(sprint=sprint)
    office.scrum("sprint.start", id=sprint)
    stages = office.stages(sprint)
    office.call("tasks.task.complete", taskId=task)
    office.scrum("kanban.deleteTask", sprintId=sprint, taskId=task)
    card = {"sprintId": sprint, "taskId": task, "stageId": stages["In progress"]}
    assert office.scrum("kanban.addTask", **card) is True
    office.call("tasks.task.renew", taskId=task)
    assert office.cards(task) == [stages["In progress"]]


def test_a_deleted_group_takes_its_scrum_along(office: Office) -> None:
    """Entities and places go, tasks stay without a group."""
    sprint = office.sprint()
    task = office.task(sprint=sprint)
    assert office.call("sonet_group.delete", GROUP_ID=1) is True
    assert office.complaint("sprint.get", id=sprint) == "Sprint not found"
    assert office.complaint("task.get", id=task) == "Task not found"
    assert office.call("tasks.task.get", taskId=task)["task"]["groupId"] == "0"
    assert office.scrum("sprint.list") == []


def test_get_fields(office: Office) -> None:
    """Types by name."""
    described = office.scrum("task.getFields")["fields"]
    assert {name: one["type"] for name, one in described.items()} == {
        "entityId": "integer",
        "storyPoints": "string",
        "epicId": "integer",
        "sort": "integer",
        "createdBy": "integer",
        "modifiedBy": "integer",
    }
