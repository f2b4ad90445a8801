"""Issues of Jira as they stand in its CSV."""

from datetime import date
from typing import Any

import pytest

from bitrix_scrum_async.importer import PlanError
from bitrix_scrum_async.importer.convert.export import SprintFacts
from bitrix_scrum_async.importer.convert.jira import points
from tests.importer.convert import exports


def refusal(text: str) -> list[str]:
    """Return what is said about an export, without its name."""
    with pytest.raises(PlanError) as caught:
        exports.read(text)
    return [str(problem).partition("export.csv")[2] for problem in caught.value.problems]


def test_an_issue_has_what_its_row_has() -> None:
    row: dict[str, Any] = {
        "Summary": "Log in",
        "Issue key": "MOB-7",
        "Issue Type": "Story",
        "Status": "Done",
        "Status Category": "Done",
        "Project key": "MOB",
        "Assignee": "Anna",
        "Description": "One\r\ntwo\rthree",
        "Sprint": ["Sprint 1", "Sprint 2", ""],
        "Labels": ["ui", "api", "ui"],
        "Custom field (Story Points)": "",
        "Custom field (Story point estimate)": "3.0",
        "Resolution": "Fixed",
        "Due date": "05/Feb/26 12:00 AM",
        "Created": "01/Jan/26 9:00 AM",
        "Updated": "07/Jan/26 9:00 AM",
        "Priority": "High",
    }
    (item,) = exports.jira(row).items
    assert (item.key, item.title, item.kind, item.status) == ("MOB-7", "Log in", "Story", "Done")
    assert (item.project, item.person, item.category) == ("MOB", "Anna", "Done")
    assert item.description == "One\ntwo\nthree"
    assert item.sprint == "Sprint 2"
    assert item.labels == ("ui", "api")
    assert item.story_points == "3"
    assert item.resolved
    assert item.touched == date(2026, 1, 7)
    assert item.notes == {"key": "MOB-7", "type": "Story", "priority": "High", "due": "2026-02-05"}


def test_russian_headers_are_read() -> None:
    text = (
        "Тема;Ключ проблемы;Тип задачи;Статус;Исполнитель;Спринт;Спринт;"
        "Пользовательское поле (Story Points);Метки;Ключ проекта;Название проекта\n"
        "Войти;ЛК-1;История;Готово;Анна;С 1;С 2;2,50;срочно;ЛК;Кабинет\n"
    )
    export = exports.read(text)
    (item,) = export.items
    assert (item.title, item.key, item.kind, item.person) == ("Войти", "ЛК-1", "История", "Анна")
    assert (item.sprint, item.story_points, item.labels) == ("С 2", "2.5", ("срочно",))
    assert [(project.key, project.name) for project in export.projects] == [("ЛК", "Кабинет")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("3.0", "3"),
        ("0.50", "0.5"),
        ("2,5", "2.5"),
        ("100", "100"),
        ("1E+2", "100"),
        ("0.0", "0"),
        ("XL", "XL"),
        ("", ""),
        ("NaN", "NaN"),
        ("1E+99999", "1E+99999"),
    ],
)
def test_story_points_lose_what_jira_adds(text: str, shown: str) -> None:
    assert points(text) == shown


@pytest.mark.parametrize(
    "column", ["Parent", "Parent key", "Parent id", "Custom field (Epic Link)"]
)
@pytest.mark.parametrize("value", ["MOB-1", "10001"])
def test_parents_are_named_by_key_or_by_id(column: str, value: str) -> None:
    first, second = exports.jira({"Issue id": "10001"}, {"Issue id": "10002", column: value}).items
    assert (first.parent, first.epic) == ("", "")
    assert "MOB-1" in (second.parent, second.epic)


def test_without_a_key_the_id_stands_in() -> None:
    (item,) = exports.read("Summary,Issue id\nOne,10001\n").items
    assert (item.key, item.project) == ("10001", "issues")


def test_the_project_is_told_by_the_key_where_no_column_tells_it() -> None:
    export = exports.jira({"Issue key": "A-B-1"}, {"Issue key": "OPS-2"})
    assert [project.key for project in export.projects] == ["A-B", "OPS"]


def test_people_of_one_name_are_told_apart_by_their_ids() -> None:
    export = exports.jira(
        {"Assignee": "Anna", "Assignee Id": "1"},
        {"Assignee": "Anna", "Assignee Id": "2"},
        {"Assignee": "Boris", "Assignee Id": "3"},
        {"Assignee": "", "Assignee Id": "4"},
        {"Assignee": "Zoë <zoe@example.com>", "Assignee Id": "5"},
    )
    assert [item.person for item in export.items] == [
        "Anna (1)",
        "Anna (2)",
        "Boris",
        "4",
        "Zoë <zoe@example.com>",
    ]
    assert export.addresses == {"Zoë <zoe@example.com>": "zoe@example.com"}


def test_a_column_of_addresses_is_used() -> None:
    export = exports.jira({"Assignee": "Anna", "Assignee email": "anna@example.com"})
    assert export.addresses == {"Anna": "anna@example.com"}


def test_sprints_that_jira_server_writes_out_are_understood() -> None:
    cell = (
        "com.atlassian.greenhopper.service.sprint.Sprint@6b[id=12,rapidViewId=3,state=CLOSED,"
        "name=Sprint 1, the first,goal=,startDate=2026-01-05T09:00:00.000Z,"
        "endDate=2026-01-19T09:00:00.000Z,completeDate=2026-01-19T10:00:00.000Z,sequence=12]"
    )
    export = exports.jira({"Sprint": cell})
    assert export.items[0].sprint == "Sprint 1, the first"
    facts = SprintFacts(state="closed", start=date(2026, 1, 5), end=date(2026, 1, 19))
    assert export.sprints == {"Sprint 1, the first": facts}


def test_what_is_left_out_is_counted() -> None:
    export = exports.jira(
        {
            "Comment": ["a", "b"],
            "Attachment": ["x"],
            "Outward issue link (Blocks)": "MOB-2",
            "Log Work": "1h",
            "Sprint": ["1", "2", "3"],
            "Votes": "0",
            "Environment": "",
        },
        {"Comment": ["c"]},
    )
    counts = {what: count for what, count in export.left_out.items() if count}
    assert counts == {
        "comments": 3,
        "attachments": 1,
        "links": 1,
        "work logs": 1,
        "earlier sprints of issues": 2,
    }
    assert export.unread == ("Votes",)


def test_rows_that_repeat_an_issue_count_once() -> None:
    row = {"Issue key": "MOB-1", "Summary": "Same"}
    export = exports.jira(row, row, {"Issue key": "MOB-2"})
    assert [item.key for item in export.items] == ["MOB-1", "MOB-2"]
    assert export.left_out["rows that stand here twice"] == 1


def test_rows_that_cannot_be_issues_are_named_all_at_once() -> None:
    text = (
        "Summary,Issue key,Status\nOne,MOB-1,To Do\n,MOB-2,Done\nThree,,Done\nFour,MOB-1,Done\n"
        "0,MOB-5,Done\n"
    )
    assert refusal(text) == [
        ":3: MOB-2 has no Summary: write one, or remove the row",
        ":4: has no Issue key: write one, or remove the row",
        ":5: MOB-1 stands on line 2 already, otherwise: remove one",
        ":6: MOB-5 has the Summary 0, which a portal takes for none: change it",
    ]


def test_what_is_no_table_is_refused_once_for_its_header() -> None:
    """Not for every line of a text that has commas in it."""
    prose = "Notes of our long and winding meeting, which nobody will ever read again\n"
    assert refusal(prose + "One, two, three\n" * 50 + '"\n') == [
        (
            ": has no column 'Summary', so it is no export of Jira's issues; its columns are "
            "'Notes of our long and winding meeting', 'which nobody will ever read again'"
        )
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Name,Issue key\nOne,MOB-1\n",
            (
                ": has no column 'Summary', so it is no export of Jira's issues; "
                "its columns are 'Name', 'Issue key'"
            ),
        ),
        (
            "Summary,Status\nOne,Done\n",
            (
                ": has no column 'Issue key', so it is no export of Jira's issues; "
                "its columns are 'Summary', 'Status'"
            ),
        ),
        ("Summary,Issue key\n", ": holds no issue: only a header stands in it"),
    ],
)
def test_what_is_no_export_of_issues_is_named(text: str, said: str) -> None:
    assert refusal(text) == [said]
