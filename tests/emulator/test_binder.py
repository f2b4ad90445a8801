"""D.7 row by row, and the parameter binder of A.7."""

from typing import Any

import pytest

from bitrix_scrum_async.emulator.methods import METHODS
from tests.emulator.methods.office import END, START, Office, open_office

MISSING_ID = (100, "Could not find value for parameter {id}", 400)


def wrong(value: str, name: str, kind: str) -> tuple[int, str, int]:
    """The binder's error for a value of the wrong type."""
    text = f"Invalid value {{{value}}} to match with parameter {{{name}}}."
    return 100, f"{text} Should be value of type {kind}.", 400


@pytest.mark.parametrize(
    ("method", "params", "error"),
    [
        ("sprint.get", {}, MISSING_ID),
        ("sprint.get", {"id": "abc"}, wrong("abc", "id", "int")),
        ("sprint.get", {"id": 0}, (0, "Sprint id not found", 400)),
        ("sprint.get", {"ID": 5}, MISSING_ID),
        ("sprint.add", {"fields": []}, (0, "Group id not found", 400)),
        ("sprint.add", {"fields": "x"}, wrong("x", "fields", "array")),
        ("sprint.complete", {"id": 77}, (0, "Sprint not found", 400)),
        ("backlog.get", {"id": 2}, (0, "Backlog not found", 400)),
        (
            "kanban.deleteStage",
            {},
            (100, "Could not find value for parameter {stageId}", 400),
        ),
    ],
)
def test_d7_errors(
    office: Office, method: str, params: dict[str, Any], error: tuple[int, str, int]
) -> None:
    """The rows that are errors."""
    assert office.refused(f"tasks.api.scrum.{method}", **params) == error


def test_d7_answers(office: Office) -> None:
    """The rows that are answers."""
    base = {"groupId": 1, "name": "S", "createdBy": 1, "dateEnd": END, "status": "planned"}
    added = office.scrum("sprint.add", fields={**base, "dateStart": "soon"})
    assert added["dateStart"] == "1970-01-01T03:00:00+03:00"
    added = office.scrum("sprint.add", fields={**base, "dateStart": "2026"})
    assert added["dateStart"] == "1970-01-01T03:33:46+03:00"
    assert office.scrum("sprint.list", filter={"groupId": 5}) == []
    assert office.scrum("sprint.list", filter={"GROUP_ID": 1}, by=4) == []
    assert office.scrum("kanban.deleteStage", stageId=999999) is False
    task = office.task()
    before = office.scrum("task.get", id=task)
    assert office.scrum("task.update", id=task, fields={"storyPoints": 5}) is True
    assert office.scrum("task.get", id=task) == before
    assert "tasks.api.scrum.sprint.nope" not in METHODS


@pytest.mark.parametrize("value", [7, "7", " 7", "7 ", "7.9", 7.9, "0.7e1", "+7"])
def test_numeric_texts_are_ints(office: Office, value: Any) -> None:
    """Cut to whole numbers; there is no entity 7."""
    assert office.complaint("sprint.get", id=value) == "Sprint not found"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "1"),
        (False, ""),
        (None, ""),
        ("", ""),
        ("7x", "7x"),
        ([], "Array"),
        ({"a": 1}, "Array"),
    ],
)
def test_other_values_are_no_ints(office: Office, value: Any, shown: str) -> None:
    """The error shows the value as PHP renders it."""
    error = office.refused("tasks.api.scrum.sprint.get", id=value)
    assert error == wrong(shown, "id", "int")


@pytest.mark.parametrize("value", ["x", "", 5, None, True])
def test_scalars_are_no_arrays(office: Office, value: Any) -> None:
    """An empty text, which a batch may send for an empty map, is none either."""
    code, text, _ = office.refused("tasks.api.scrum.sprint.add", fields=value)
    assert (code, text.endswith("Should be value of type array.")) == (100, True)


def test_parameters_are_bound_in_the_order_of_declaration(office: Office) -> None:
    """A missing id comes before missing fields; what is extra is ignored."""
    assert office.refused("tasks.api.scrum.sprint.update") == MISSING_ID
    error = office.refused("tasks.api.scrum.sprint.update", id=1, extra=1)
    assert error == (100, "Could not find value for parameter {fields}", 400)


def test_codes_may_be_strings() -> None:
    """The switch `error_codes`."""
    office = open_office(error_codes="strings")
    assert office.refused("tasks.api.scrum.sprint.get")[0] == "100"
    assert office.refused("tasks.api.scrum.sprint.get", id=0)[0] == "0"


def test_texts_may_have_a_suffix_and_no_dot() -> None:
    """The switches `binder_dot` and `binder_suffix`."""
    office = open_office(binder_dot=False, binder_suffix=True)
    assert office.refused("tasks.api.scrum.sprint.get", id="a")[1].endswith(
        "of type int (internal error)"
    )
    assert office.refused("tasks.api.scrum.sprint.get", id=0)[1].endswith(" (internal error)")


def test_the_zone_of_the_server_is_a_switch() -> None:
    """Dates are read and written in it."""
    office = open_office(utc_offset="-05:30")
    sprint = office.sprint(dateStart="2026-01-05", dateEnd=START)
    answer = office.scrum("sprint.get", id=sprint)
    assert answer["dateStart"] == "2026-01-05T00:00:00-05:30"
    assert answer["dateEnd"] == "2026-10-04T15:30:00-05:30"
