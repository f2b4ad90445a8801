"""Guesses: what statuses, sprints and people probably become."""

from datetime import date, timedelta
from typing import Any

import pytest

from bitrix_scrum_async.importer.convert.export import Export
from bitrix_scrum_async.importer.convert.mapping import Mapping
from bitrix_scrum_async.importer.files import yaml_source
from tests.importer.convert import exports


def guessed(export: Export, mapping: str | None = None) -> Mapping:
    """Return the mapping with the guesses in it."""
    return Mapping.read(yaml_source("", exports.converted(export, mapping).mapping))


def stages(mapping: Mapping) -> dict[str, tuple[str | None, str]]:
    """Return stage and type of each status."""
    return {
        name: (rule.stage, rule.type) for name, rule in mapping.statuses.items() if rule is not None
    }


def issues(*statuses: str, **more: Any) -> Export:
    """Return one issue for each status."""
    return exports.jira(*({"Issue Type": "Story", "Status": name, **more} for name in statuses))


def test_statuses_of_jira_fold_into_one_first_and_one_last_stage() -> None:
    mapping = guessed(
        issues("Closed", "Testing", "Backlog", "To Do", "To Do", "Done", "Done", "Won't do")
    )
    assert stages(mapping) == {
        "To Do": ("To Do", "NEW"),
        "Backlog": ("To Do", "NEW"),
        "Testing": ("Testing", "WORK"),
        "Done": ("Done", "FINISH"),
        "Closed": ("Done", "FINISH"),
        "Won't do": ("Done", "FINISH"),
    }


def test_each_project_has_stages_of_its_own() -> None:
    export = exports.jira(
        *({"Project key": "A", "Status": name} for name in ("To Do", "Done")),
        *(
            {"Issue key": f"B-{n}", "Project key": "B", "Status": name}
            for n, name in enumerate(("Открыта", "Новая", "Открыта", "Готово"))
        ),
    )
    found = stages(guessed(export))
    assert found["Новая"] == found["Открыта"] == ("Открыта", "NEW")
    assert found["Готово"] == ("Готово", "FINISH")
    assert found["To Do"] == ("To Do", "NEW")


def test_a_status_nobody_knows_is_done_when_all_of_it_is_resolved() -> None:
    export = exports.jira(
        {"Status": "Ferdig", "Resolution": "Fixed"}, {"Status": "Pågår", "Resolution": ""}
    )
    found = stages(guessed(export))
    assert found == {"Pågår": ("Pågår", "WORK"), "Ferdig": ("Ferdig", "FINISH")}


def test_new_statuses_join_the_stages_that_are_known() -> None:
    mapping = exports.edited(issues("To Do", "Done"), ("stage: Done", "stage: Shipped"))
    found = stages(guessed(issues("To Do", "Done", "Open", "Closed", "QA"), mapping))
    assert found["Closed"] == ("Shipped", "FINISH")
    assert found["Open"] == ("To Do", "NEW")
    assert found["QA"] == ("QA", "WORK")


def test_lists_are_stages_of_one_sprint_sprints_or_the_backlog() -> None:
    export = exports.trello(
        *({"list": name} for name in ("Ideas", "To Do", "Open", "Doing", "Done", "Sprint 4"))
    )
    mapping = guessed(export)
    rules = {name: rule for name, rule in mapping.statuses.items() if rule is not None}
    assert rules["Ideas"].backlog
    assert rules["Sprint 4"].sprint == "Sprint 4"
    assert {rules[name].sprint for name in ("To Do", "Open", "Doing", "Done")} == {"Current sprint"}
    assert [rules[name].type for name in ("To Do", "Open", "Doing", "Done")] == [
        "NEW",
        "WORK",
        "WORK",
        "FINISH",
    ]
    assert list(mapping.sprints["aBcD"]) == ["Current sprint", "Sprint 4"]


TEAM = [
    # The first sprint left one open, the second runs, the third is ahead.
    *[("Sprint 8", "Done")] * 3,
    ("Sprint 8", "To Do"),
    ("Sprint 9", "Done"),
    *[("Sprint 9", "In Progress")] * 2,
    ("Sprint 9", "To Do"),
    ("Sprint 10", "To Do"),
]


def team(*rows: tuple[str, str], updated: str = "21/Jan/26 9:00 AM") -> Export:
    """Return issues by sprint and status."""
    return exports.jira(
        *({"Sprint": sprint, "Status": status, "Updated": updated} for sprint, status in rows)
    )


def statuses_of(mapping: Mapping, project: str = "MOB") -> dict[str, str]:
    """Return the status of each sprint."""
    return {name: rule.status for name, rule in mapping.sprints[project].items() if rule}


def test_the_sprint_with_begun_work_runs_those_before_are_over() -> None:
    mapping = guessed(team(*TEAM))
    assert statuses_of(mapping) == {
        "Sprint 8": "completed",
        "Sprint 9": "active",
        "Sprint 10": "planned",
    }
    # The last change was on a Wednesday.
    starts = [rule.start for rule in mapping.sprints["MOB"].values() if rule]
    assert starts == [date(2026, 1, 5), date(2026, 1, 19), date(2026, 2, 2)]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("S 1", "To Do"), ("S 2", "To Do")], ["planned", "planned"]),
        ([("S 1", "Done"), ("S 2", "To Do")], ["completed", "planned"]),
        ([("S 1", "Done"), ("S 2", "Done")], ["completed", "completed"]),
        ([("S 1", "Done"), ("S 2", "Done"), ("S 2", "To Do")], ["completed", "active"]),
        ([("S 1", "In Progress"), ("S 2", "In Progress")], ["completed", "active"]),
    ],
)
def test_without_begun_work_no_sprint_runs(rows: list[tuple[str, str]], found: list[str]) -> None:
    assert list(statuses_of(guessed(team(*rows))).values()) == found


def test_without_any_date_days_are_counted_from_today() -> None:
    mapping = guessed(team(("S 1", "In Progress"), updated=""))
    rule = mapping.sprints["MOB"]["S 1"]
    assert rule is not None
    assert rule.start == exports.TODAY - timedelta(days=exports.TODAY.weekday())


def test_new_sprints_follow_those_that_are_known() -> None:
    mapping = exports.converted(team(*TEAM)).mapping
    later = guessed(team(*TEAM, ("Sprint 11", "In Progress"), ("Sprint 12", "To Do")), mapping)
    assert statuses_of(later)["Sprint 11"] == "planned"
    assert list(statuses_of(later).values()).count("active") == 1
    starts = [rule.start for rule in later.sprints["MOB"].values() if rule]
    assert starts[2:] == [date(2026, 2, 2), date(2026, 2, 16), date(2026, 3, 2)]


def test_what_jira_server_tells_about_sprints_counts() -> None:
    def cell(name: str, state: str, start: str = "<null>") -> str:
        return f"x.Sprint@1[id=1,state={state},name={name},startDate={start},endDate=<null>]"

    export = exports.jira(
        {"Sprint": cell("A", "CLOSED", "2025-03-03T09:00:00Z"), "Status": "In Progress"},
        {"Sprint": cell("B", "ACTIVE", "2025-03-20T09:00:00Z"), "Status": "To Do"},
        {"Sprint": cell("C", "FUTURE"), "Status": "To Do"},
    )
    mapping = guessed(export)
    assert list(statuses_of(mapping).values()) == ["completed", "active", "planned"]
    rule = mapping.sprints["MOB"]["B"]
    assert rule is not None
    assert (rule.start, rule.end) == (date(2025, 3, 20), date(2025, 4, 3))


def test_people_are_known_by_their_addresses_only() -> None:
    export = exports.jira(
        {"Assignee": "Anna", "Project lead": "Zoë"}, {"Assignee": "boris@example.com"}, {}
    )
    result = exports.converted(export)
    assert guessed(export).users == {
        "Anna": None,
        "boris@example.com": "boris@example.com",
        "Zoë": None,
    }
    assert "Anna: ~  # not known yet; 1 issue\n" in result.mapping
    assert "boris@example.com: boris@example.com  # 1 issue\n" in result.mapping


def test_a_group_takes_name_and_text_of_its_project() -> None:
    export = exports.jira(
        {"Project key": "MOB", "Project name": "Mobile", "Project description": "On\nphones"}
    )
    rule = guessed(export).groups["MOB"]
    assert rule is not None
    assert (rule.name, rule.description, rule.scrum_master) == ("Mobile", "On\nphones", None)


def test_what_is_left_out_runs_no_sprint() -> None:
    export = exports.trello({"list": "Done"}, {"list": "Doing", "closed": True})
    assert statuses_of(guessed(export), "aBcD") == {"Current sprint": "completed"}
