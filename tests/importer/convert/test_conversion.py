"""The whole way: exports into plans, and a real-looking one into a portal and back."""

import re
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.importer import Importer, Plan, PlanError, verify
from bitrix_scrum_async.importer.convert import read_export
from bitrix_scrum_async.importer.convert.conversion import convert
from bitrix_scrum_async.session import PortalSession
from tests.importer.convert import cloud_export, exports
from tests.importer.convert.cloud_export import FILE

PEOPLE = {
    "Anna Petrova (712020:0aa1)": "2",
    "Anna Petrova (712020:0aa7)": "3",
    "dev@example.com": "4",
    "Zoë O'Neill, QA": "user5@example.com",
    "Борис Лебедев": "6",
    "李小龙": "7",
}


def cloud_mapping() -> str:
    """Return the mapping of the cloud export as a person would leave it."""
    text = exports.converted(read_export(FILE)).mapping
    for name, user in PEOPLE.items():
        text, count = re.subn(
            rf"^  {re.escape(name)}: \S+ ", f"  {name}: {user} ", text, flags=re.MULTILINE
        )
        assert count == 1
    return text.replace('time_zone: "+00:00"', "time_zone: Europe/Moscow")


def test_the_stored_export_is_what_its_seed_makes() -> None:
    stored = FILE.read_bytes().decode()
    # A checkout may have changed the ends of lines.
    assert stored.replace("\r\n", "\n") == cloud_export.make().replace("\r\n", "\n")


def test_the_cloud_export_is_a_hard_one() -> None:
    export = read_export(FILE)
    texts = "".join(item.title + item.description for item in export.items)
    assert len(export.items) == 300
    assert len(export.projects) == 2
    assert len({item.sprint for item in export.items} - {""}) == 6
    assert {item.kind for item in export.items} == {"Epic", "Story", "Bug", "Task", "Sub-task"}
    for hard in ("$result[", '"', "\n", "ж", "购", "🛒", "سلة", "\u202e"):
        assert hard in texts
    header = FILE.read_text(encoding="utf-8").splitlines()[0].split(",")
    assert header.count("Sprint") == header.count("Labels") == header.count("Comment") == 3


@pytest.mark.anyio
async def test_the_cloud_export_is_converted_imported_and_verified(
    emulator: Emulator, portal: PortalSession, journal: Path, tmp_path: Path
) -> None:
    conversion = exports.planned(read_export(FILE), cloud_mapping())
    file = tmp_path / "plan.yaml"
    conversion.plan.dump(file)
    plan = Plan.load(file)
    assert plan == conversion.plan
    report = await Importer(portal, journal=journal).run(plan)
    assert report.missing == []
    found = await verify(portal, plan, journal=journal)
    assert found.differences == []
    assert found.checked["task"] == len(emulator.state.tasks) == 290
    assert found.checked["epic"] == 12
    assert found.checked["sprint"] == 6


def test_every_issue_of_the_cloud_export_is_a_task_or_an_epic() -> None:
    export = read_export(FILE)
    plan = exports.planned(export, cloud_mapping()).plan
    keys = {task.key for group in plan.groups for task in group.tasks}
    epics = {epic.key for group in plan.groups for epic in group.epics}
    assert keys | epics == {item.key for item in export.items} | {"OLD-1"}
    assert keys & epics == set()
    responsible = {task.responsible for group in plan.groups for task in group.tasks}
    assert responsible == {2, 3, 4, "user5@example.com", 6, 7, None}
    assert all(group.active_sprint is not None for group in plan.groups)


def test_the_second_run_uses_what_was_edited_and_adds_nothing() -> None:
    export = read_export(FILE)
    mapping = cloud_mapping()
    result = exports.converted(export, mapping)
    assert result.mapping == mapping
    assert not result.additions


def test_what_is_new_in_a_later_export_is_added_to_the_mapping() -> None:
    first = exports.jira({"Status": "To Do", "Assignee": "Anna"})
    mapping = exports.edited(first, ("Anna: ~", "Anna: 7  # mine\n  # my remark\n  #"))
    later = exports.jira(
        {"Status": "To Do", "Assignee": "Anna"},
        {"Status": "QA", "Assignee": "Boris", "Sprint": "One", "Project key": "OPS"},
    )
    result = exports.converted(later, mapping)
    assert result.kept
    assert [(each.path, each.name) for each in result.additions] == [
        (("groups",), "OPS"),
        (("statuses",), "QA"),
        (("sprints", "OPS"), "One"),
        (("users",), "Boris"),
    ]
    lines = mapping.splitlines()
    assert [line for line in result.mapping.splitlines() if line in lines] == [
        line for line in lines if line != "sprints: {}"
    ]


def test_a_mapping_of_another_tool_is_refused() -> None:
    mapping = exports.converted(exports.jira({})).mapping
    with pytest.raises(PlanError, match=r"is a mapping for jira, and .* is an export of trello"):
        exports.converted(exports.trello({}), mapping)


@pytest.mark.parametrize(
    ("text", "tool", "said"),
    [("{}", "jira", "has no column 'Summary'"), ("a,b", "trello", "is not JSON")],
)
def test_the_tool_may_be_said(
    text: str, tool: Literal["jira", "trello"], said: str, tmp_path: Path
) -> None:
    file = tmp_path / "export"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PlanError, match=said):
        read_export(file, tool)


@pytest.mark.anyio
async def test_a_sprint_ahead_with_a_board_is_imported_and_verified(
    portal: PortalSession, journal: Path
) -> None:
    rows = [{"Status": name, "Sprint": "One"} for name in ("To Do", "Open")]
    plan = exports.planned(exports.jira(*rows)).plan
    assert plan.groups[0].sprints[0].stages
    assert (await Importer(portal, journal=journal).run(plan)).complete
    assert (await verify(portal, plan, journal=journal)).same


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
keys = st.sampled_from([f"{project}-{n}" for project in ("A", "Ж") for n in range(6)])
rows = st.fixed_dictionaries(
    {
        "Issue key": keys,
        "Summary": words.map(lambda text: f"a{text}"),
        "Issue Type": st.sampled_from(["Epic", "Story", "Sub-task", "", "Initiative"]),
        "Status": st.sampled_from(["To Do", "Backlog", "Doing", "Done", "?", "Closed", ""]) | words,
        "Sprint": st.lists(st.sampled_from(["S 1", "S 2", "S 3", "s" * 300]) | words, max_size=2),
        "Parent key": keys | st.sampled_from(["", "X-1"]),
        "Epic Link": keys | st.sampled_from(["", "", "", "An epic"]),
        "Assignee": st.sampled_from(["", "a@example.com"]) | words,
        "Description": words,
        "Labels": st.lists(words, max_size=2),
        "Updated": st.sampled_from(["", "05/Jan/26 9:12 AM", "soon"]),
        "Story Points": st.sampled_from(["", "3.0"]) | words,
    }
)


@given(issues=st.lists(rows, min_size=1, max_size=8, unique_by=lambda row: row["Issue key"]))
def test_any_issues_become_a_plan_that_loads_and_a_mapping_that_holds(
    issues: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    export = exports.jira(*issues)
    first = exports.converted(export)
    assert first.kept
    assert first.conversion is not None
    plan = first.conversion.plan
    file = tmp_path_factory.getbasetemp() / "plan.json"
    plan.dump(file)
    assert Plan.load(file) == plan
    count = sum(len(group.tasks) for group in plan.groups)
    assert count == sum(issue["Issue Type"] != "Epic" for issue in issues)
    second = convert(export, mapping=first.mapping, today=exports.TODAY)
    assert (second.mapping, second.additions) == (first.mapping, [])
    assert second.conversion == first.conversion


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
cards = st.fixed_dictionaries(
    {"list": st.sampled_from(["Ideas", "To Do", "Sprint 1", "Done", ""])},
    optional=dict.fromkeys(
        ("name", "desc", "due", "labels", "idMembers", "customFieldItems", "badges", "pos"),
        anything,
    )
    | {"closed": st.booleans(), "dueComplete": st.booleans()},
)


@given(st.lists(cards, min_size=1, max_size=5), st.dictionaries(words, anything, max_size=3))
def test_any_board_becomes_a_plan_or_is_refused(
    some: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    try:
        export = exports.trello(*some, **more)
    except PlanError:
        return
    result = exports.converted(export)
    assert result.conversion is not None
    result.conversion.plan.check()
