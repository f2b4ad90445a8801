"""The rows of D.4."""

from typing import Any

import pytest

from tests.emulator.methods.office import Office, open_office


@pytest.fixture
def board(office: Office) -> Office:
    """The office with the sprint 2 started: stages 1 to 3, and task 1 with a card in stage 1."""
    office.task(sprint=office.sprint())
    office.scrum("sprint.start", id=2)
    return office


@pytest.mark.parametrize(
    ("id_", "by", "text"),
    [
        (0, 1, "Sprint id not found"),
        (99, 4, "Sprint not found"),
        (1, 1, "Sprint not found"),
        (2, 4, "Access denied"),
    ],
)
def test_get_stages_checks(board: Office, id_: int, by: int, text: str) -> None:
    """A backlog is no sprint here."""
    assert board.complaint("kanban.getStages", sprintId=id_, by=by) == text


def test_numbers_of_stages_may_be_ints() -> None:
    """The switch `stage_numbers`."""
    office = open_office(stage_numbers="ints")
    office.scrum("kanban.addStage", fields={"sprintId": office.sprint(), "name": "In"})
    assert office.scrum("kanban.getStages", sprintId=2) == [
        {"id": 1, "name": "In", "sort": 100, "type": "WORK", "sprintId": 2, "color": "00C4FB"}
    ]


@pytest.mark.parametrize(
    ("fields", "by", "text"),
    [
        ({}, 1, "Sprint id not found"),
        ({"sprintId": "x"}, 1, "Sprint id not found"),
        ({"sprintId": 99}, 4, "Sprint not found"),
        ({"sprintId": 2}, 4, "Access denied"),
        ({"sprintId": 2}, 1, "Incorrect name format"),
        ({"sprintId": 2, "name": 5}, 1, "Incorrect name format"),
    ],
)
def test_add_stage_checks(board: Office, fields: dict[str, Any], by: int, text: str) -> None:
    """The name is the last."""
    assert board.complaint("kanban.addStage", fields=fields, by=by) == text


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"name": "R"}, {"name": "R", "type": "WORK", "sort": "100", "color": "00C4FB"}),
        ({"name": ""}, {"name": "In progress"}),
        ({"name": "", "type": "FINISH"}, {"name": "Done"}),
        ({"name": "R", "type": "new"}, {"type": "WORK"}),
        ({"name": "R", "type": "NEW"}, {"type": "NEW"}),
        ({"name": "R", "sort": "150", "color": "abc"}, {"sort": "150", "color": "abc"}),
        ({"name": "R", "sort": "x"}, {"sort": "100"}),
    ],
)
def test_add_stage_answers_an_int(
    board: Office, fields: dict[str, Any], shown: dict[str, Any]
) -> None:
    """And fills in what is missing or wrong."""
    id_ = board.scrum("kanban.addStage", fields={"sprintId": "2", **fields})
    assert id_ == 4
    rows = {row["id"]: row for row in board.scrum("kanban.getStages", sprintId=2)}
    assert {name: rows["4"][name] for name in shown} == shown
    assert board.state.created["stage", 2, fields["name"]] == 1


def test_a_backlog_takes_stages_but_does_not_show_them(board: Office) -> None:
    """The look-up is not restricted to sprints."""
    assert board.scrum("kanban.addStage", fields={"sprintId": 1, "name": "X"}) == 4


SOFT: list[tuple[str, dict[str, Any], int, str]] = [
    ("updateStage", {"stageId": 0, "fields": {}}, 1, "Stage id not found"),
    ("updateStage", {"stageId": 99, "fields": {}}, 1, "Stage not found"),
    ("updateStage", {"stageId": 1, "fields": {}}, 4, "Access denied"),
    ("updateStage", {"stageId": 1, "fields": {"sprintId": 99}}, 1, "Incorrect sprintId value"),
    ("updateStage", {"stageId": 1, "fields": {"sprintId": 3}}, 2, "Incorrect sprintId value"),
    ("deleteStage", {"stageId": 0}, 1, "Stage id not found"),
    ("deleteStage", {"stageId": 99}, 4, "Stage not found"),
    ("deleteStage", {"stageId": 2}, 4, "Access denied"),
    ("deleteStage", {"stageId": 1}, 1, "Stage has tasks"),
    ("addTask", {"sprintId": 0, "taskId": 0, "stageId": 0}, 1, "Sprint id not found"),
    ("addTask", {"sprintId": 99, "taskId": 0, "stageId": 0}, 1, "Task id not found"),
    ("addTask", {"sprintId": 99, "taskId": 99, "stageId": 0}, 1, "Stage id not found"),
    ("addTask", {"sprintId": 99, "taskId": 99, "stageId": 99}, 4, "Sprint not found"),
    ("addTask", {"sprintId": 2, "taskId": 99, "stageId": 99}, 4, "Access denied"),
    ("addTask", {"sprintId": 2, "taskId": 99, "stageId": 99}, 1, "Stage not found"),
    (
        "addTask",
        {"sprintId": 2, "taskId": 99, "stageId": 1},
        1,
        "Task not found. The task must be with GROUP_ID",
    ),
    (
        "addTask",
        {"sprintId": 2, "taskId": 2, "stageId": 1},
        1,
        "Task not found. The task must be with GROUP_ID",
    ),
    ("deleteTask", {"sprintId": 0, "taskId": 0}, 1, "Sprint id not found"),
    ("deleteTask", {"sprintId": 99, "taskId": 0}, 1, "Task id not found"),
    ("deleteTask", {"sprintId": 99, "taskId": 99}, 4, "Sprint not found"),
    ("deleteTask", {"sprintId": 2, "taskId": 99}, 4, "Access denied"),
    (
        "deleteTask",
        {"sprintId": 2, "taskId": 99},
        1,
        "Task not found. The task must be with GROUP_ID",
    ),
]


@pytest.mark.parametrize(("method", "params", "by", "text"), SOFT)
def test_four_methods_say_false_or_an_error(
    board: Office, method: str, params: dict[str, Any], by: int, text: str
) -> None:
    """The switch `kanban_errors`; sprint 3 and task 2 belong to group 2."""
    assert board.sprint(2) == 3
    assert board.task(2) == 2
    assert board.scrum(f"kanban.{method}", by=by, **params) is False
    board.switches = open_office(kanban_errors="error").switches
    assert board.complaint(f"kanban.{method}", by=by, **params) == text


@pytest.mark.parametrize(
    ("fields", "changed"),
    [
        ({}, {}),
        ({"name": "N", "color": "c"}, {"name": "N", "color": "c"}),
        ({"name": 5, "color": 6, "sort": "x", "type": "x"}, {}),
        # An empty title is shown as the default of its type.
        ({"sort": "5", "type": "FINISH"}, {"sort": "5", "type": "FINISH", "name": "Done"}),
        ({"sprintId": "3"}, {"sprintId": "3"}),
    ],
)
def test_update_stage_applies_what_fits(
    board: Office, fields: dict[str, Any], changed: dict[str, Any]
) -> None:
    """Nothing that fits is a success, too."""
    sprint = board.sprint()
    (before,) = (row for row in board.scrum("kanban.getStages", sprintId=2) if row["id"] == "2")
    assert board.scrum("kanban.updateStage", stageId=2, fields=fields) is True
    rows = [
        row
        for id_ in (2, sprint)
        for row in board.scrum("kanban.getStages", sprintId=id_)
        if row["id"] == "2"
    ]
    assert rows == [{**before, **changed}]


def test_an_empty_stage_is_deleted_even_the_new_one(board: Office) -> None:
    """Once its card is gone."""
    assert board.scrum("kanban.deleteTask", sprintId=2, taskId=1) is True
    assert board.scrum("kanban.deleteStage", stageId=1) is True
    assert list(board.stages(2)) == ["In progress", "Done"]
    assert board.place(1) == 2


def test_a_second_card_does_not_replace_the_first(board: Office) -> None:
    """Moving a card takes deleteTask and addTask."""
    assert board.scrum("kanban.addTask", sprintId=2, taskId=1, stageId=2) is True
    assert board.cards(1) == [1, 2]
    board.scrum("kanban.deleteTask", sprintId=2, taskId=1)
    board.scrum("kanban.addTask", sprintId=2, taskId=1, stageId=3)
    assert board.cards(1) == [3]


def test_a_card_may_land_on_another_sprints_board(board: Office) -> None:
    """Nobody compares stage and sprint; the task does not move into the sprint."""
    other = board.sprint()
    stage = board.scrum("kanban.addStage", fields={"sprintId": other, "name": "X"})
    task = board.task()
    assert board.scrum("kanban.addTask", sprintId=2, taskId=task, stageId=stage) is True
    assert (board.cards(task), board.place(task)) == ([stage], 1)


def test_get_fields(office: Office) -> None:
    """Types by name."""
    described = office.scrum("kanban.getFields")["fields"]
    assert {name: one["type"] for name, one in described.items()} == {
        "name": "string",
        "sort": "integer",
        "type": "string",
        "sprintId": "integer",
        "color": "string",
    }
