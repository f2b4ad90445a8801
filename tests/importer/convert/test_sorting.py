"""Where items belong by a mapping."""

from typing import Any

import pytest

from bitrix_scrum_async.importer.convert.export import Export
from bitrix_scrum_async.importer.convert.mapping import Mapping
from bitrix_scrum_async.importer.convert.sorting import Sorting
from bitrix_scrum_async.importer.files import yaml_source
from tests.importer.convert import exports


def sorting(*rows: dict[str, Any], export: Export | None = None, mapping: str = "") -> Sorting:
    """Sort issues by a mapping, or by guesses."""
    export = export or exports.jira(*rows)
    text = mapping or exports.converted(export).mapping
    return Sorting(export, Mapping.read(yaml_source("", text)))


EPIC = {"Issue key": "E-1", "Issue Type": "Epic", "Summary": "Sign in", "Epic Name": "Sign-in"}


@pytest.mark.parametrize(
    ("row", "epic"),
    [
        ({"Issue Type": "Story", "Parent key": "E-1"}, ("E-1", "Sign-in")),
        ({"Issue Type": "Story", "Epic Link": "E-1"}, ("E-1", "Sign-in")),
        ({"Issue Type": "Story", "Epic Link": "Sign-in"}, ("E-1", "Sign-in")),
        ({"Issue Type": "Story", "Epic Link": "Sign in"}, ("E-1", "Sign-in")),
        ({"Issue Type": "Story", "Epic Link": "OLD-9"}, ("OLD-9", "OLD-9")),
        ({"Issue Type": "Story", "Parent key": "OLD-9"}, ("OLD-9", "OLD-9")),
        (
            {"Issue Type": "Story", "Parent key": "OLD-9", "Parent summary": "Old"},
            ("OLD-9", "Old"),
        ),
        ({"Issue Type": "Story"}, ("", "")),
        ({"Issue Type": "Sub-task", "Parent key": "OLD-9"}, ("", "")),
        ({"Issue Type": "Sub-task", "Parent key": "S-1"}, ("E-1", "Sign-in")),
        ({"Issue Type": "Story", "Epic Link": "S-1"}, ("", "")),
    ],
)
def test_the_epic_of_an_issue(row: dict[str, Any], epic: tuple[str, str]) -> None:
    story = {"Issue key": "S-1", "Issue Type": "Story", "Parent key": "E-1"}
    sorted_ = sorting(EPIC, story, row)
    assert sorted_.epic_of(sorted_.export.items[-1]) == epic


def test_parents_in_a_circle_come_to_an_end() -> None:
    sorted_ = sorting(
        {"Issue key": "A-1", "Issue Type": "Sub-task", "Parent key": "A-2"},
        {"Issue key": "A-2", "Issue Type": "Sub-task", "Parent key": "A-1"},
        {"Issue key": "A-3", "Issue Type": "Sub-task", "Parent key": "A-3"},
    )
    assert {sorted_.epic_of(item) for item in sorted_.export.items} == {("", "")}
    assert {sorted_.sprint_of(item) for item in sorted_.export.items} == {""}


@pytest.mark.parametrize(
    ("row", "sprint"),
    [
        ({"Issue Type": "Story", "Sprint": "Two"}, "Two"),
        ({"Issue Type": "Sub-task", "Sprint": "Two", "Parent key": "S-1"}, "Two"),
        ({"Issue Type": "Sub-task", "Parent key": "S-1"}, "One"),
        ({"Issue Type": "Story", "Parent key": "S-1"}, ""),
        ({"Issue Type": "Epic", "Sprint": "Two"}, ""),
    ],
)
def test_sub_tasks_stand_in_the_sprint_of_their_story(row: dict[str, Any], sprint: str) -> None:
    story = {"Issue key": "S-1", "Issue Type": "Story", "Sprint": "One"}
    sorted_ = sorting(story, row)
    assert sorted_.sprint_of(sorted_.export.items[-1]) == sprint


def test_a_status_may_send_to_the_backlog_or_to_a_sprint() -> None:
    export = exports.jira(
        {"Status": "Later", "Sprint": "One"}, {"Status": "Now"}, {"Status": "Now", "Sprint": "One"}
    )
    sorted_ = sorting(
        export=export,
        mapping="source: jira\nstatuses: {Later: {backlog: true}, Now: {sprint: Two}}",
    )
    assert [sorted_.sprint_of(item) for item in export.items] == ["", "Two", "One"]


def test_a_card_belongs_to_the_first_of_its_labels_that_is_an_epic() -> None:
    export = exports.trello({"labels": [{"name": "red"}, {"name": "Pay"}, {"name": "Search"}]})
    mapping = "source: trello\nlabels: {red: label, Pay: epic, Search: epic}"
    sorted_ = sorting(export=export, mapping=mapping)
    assert sorted_.epic_of(export.items[0]) == ("Pay", "Pay")
