"""Plans out of exports: what becomes what, and which mappings do not fit."""

from typing import Any

import pytest

from bitrix_scrum_async.importer import EpicPlan, StagePlan, TaskPlan
from bitrix_scrum_async.importer.convert.export import Export
from tests.importer.convert import exports

STORY = {"Issue Type": "Story", "Status": "In Progress", "Sprint": "One"}


def tasks(export: Export, mapping: str | None = None) -> dict[str, TaskPlan]:
    """Return the tasks of all groups by their keys."""
    plan = exports.planned(export, mapping).plan
    return {task.key: task for group in plan.groups for task in group.tasks}


def refusals(export: Export, mapping: str) -> list[str]:
    """Return why an export and a mapping make no plan."""
    return [str(problem) for problem in exports.converted(export, mapping).problems]


def test_an_issue_becomes_a_task() -> None:
    row = {
        **STORY,
        "Summary": "Log in",
        "Description": "With a code",
        "Story Points": "3.0",
        "Assignee": "anna@example.com",
        "Labels": ["ui", "api"],
    }
    assert tasks(exports.jira(row))["MOB-1"] == TaskPlan(
        key="MOB-1",
        title="Log in",
        description="With a code\n\nLabels: ui, api",
        responsible="anna@example.com",
        sprint="One",
        stage="In Progress",
        story_points="3",
    )


def test_a_done_task_has_no_stage_since_the_portal_moves_it() -> None:
    task = tasks(exports.jira(STORY, {**STORY, "Status": "Done"}))["MOB-2"]
    assert (task.done, task.sprint, task.stage) == (True, "One", None)


def test_only_the_active_sprint_has_stages() -> None:
    rows = [STORY, {**STORY, "Sprint": "Two", "Status": "To Do"}]
    (group,) = exports.planned(exports.jira(*rows)).plan.groups
    assert [(sprint.key, sprint.status) for sprint in group.sprints] == [
        ("One", "active"),
        ("Two", "planned"),
    ]
    assert [task.stage for task in group.tasks] == ["In Progress", None]
    assert group.sprints[0].stages == (
        StagePlan(name="To Do", type="NEW"),
        StagePlan(name="In Progress", type="WORK"),
        StagePlan(name="Done", type="FINISH"),
    )
    assert group.sprints[1].stages == ()


def test_without_an_active_sprint_the_next_one_gets_the_board() -> None:
    export = exports.jira({**STORY, "Status": "To Do"})
    (group,) = exports.planned(export).plan.groups
    assert group.sprints[0].status == "planned"
    assert [stage.name for stage in group.sprints[0].stages] == ["To Do", "Done"]


def test_a_stage_that_a_board_lacks_does_not_take_the_name_of_another() -> None:
    mapping = exports.edited(exports.jira(STORY), ("stage: In Progress", "stage: New"))
    (group,) = exports.planned(exports.jira(STORY), mapping).plan.groups
    assert [stage.name for stage in group.sprints[0].stages] == ["New (NEW)", "New", "Done"]


def test_open_issues_of_completed_sprints_go_to_the_backlog() -> None:
    done = {**STORY, "Status": "Done"}
    rows = [done, {**STORY, "Status": "To Do"}, {**STORY, "Sprint": "Two"}]
    conversion = exports.planned(exports.jira(*rows))
    (group,) = conversion.plan.groups
    assert [task.sprint for task in group.tasks] == ["One", None, "Two"]
    assert conversion.changed["open issues of completed sprints: backlog"] == 1


def test_epics_are_made_of_their_rows_or_of_what_names_them() -> None:
    rows = [
        {"Issue Type": "Epic", "Issue key": "E-1", "Project key": "MOB", "Epic Name": "Sign-in"},
        {**STORY, "Parent key": "E-1"},
        {**STORY, "Parent key": "OLD-1", "Parent summary": "Old"},
        {**STORY, "Issue key": "OPS-1", "Parent key": "E-1"},
    ]
    mobile, ops = exports.planned(exports.jira(*rows)).plan.groups
    first = EpicPlan(key="E-1", name="Sign-in", description="Issue 1")
    assert mobile.epics == (first, EpicPlan(key="OLD-1", name="Old"))
    assert [task.epic for task in mobile.tasks] == ["E-1", "OLD-1"]
    # An epic belongs to one group in the portal, so the other gets one of its own.
    assert ops.epics == (first,)
    assert ops.tasks[0].epic == "E-1"


def test_a_sub_task_says_what_it_is_a_part_of() -> None:
    rows = [
        {**STORY, "Summary": "Log in"},
        {"Issue Type": "Sub-task", "Status": "To Do", "Parent key": "MOB-1"},
        {"Issue Type": "Sub-task", "Status": "To Do", "Parent key": "MOB-9"},
    ]
    found = tasks(exports.jira(*rows))
    assert found["MOB-2"].description == "Part of: MOB-1 Log in"
    assert found["MOB-2"].sprint == "One"
    assert found["MOB-3"].description == "Part of: MOB-9"


def test_what_is_written_below_the_description_can_be_chosen() -> None:
    export = exports.jira({**STORY, "Labels": "ui", "Priority": "High", "Due date": "05/Jan/26"})
    mapping = exports.edited(export, ("append: [parent, labels, due]", "append: [key, priority]"))
    conversion = exports.planned(export, mapping)
    assert conversion.plan.groups[0].tasks[0].description == "Key: MOB-1\nPriority: High"
    assert conversion.left_out == {"labels of items": 1, "due dates": 1, "issue types": 1}


def test_long_names_are_cut_and_kept_whole_in_the_description() -> None:
    conversion = exports.planned(exports.jira({**STORY, "Summary": "x" * 300, "Description": "y"}))
    (task,) = conversion.plan.groups[0].tasks
    assert task.title == "x" * 254 + "…"
    assert task.description == "x" * 300 + "\n\ny"
    assert sum(conversion.changed.values()) == 1


def test_long_keys_are_cut_and_stay_apart() -> None:
    rows = [{**STORY, "Sprint": "s" * 200 + name} for name in "ab"]
    (group,) = exports.planned(exports.jira(*rows)).plan.groups
    keys = [sprint.key for sprint in group.sprints]
    assert len(set(keys)) == 2
    assert max(map(len, keys)) <= 90
    # The first of two sprints with begun work is over.
    assert [task.sprint for task in group.tasks] == [None, keys[1]]


def test_who_does_something_belongs_to_the_group() -> None:
    export = exports.jira(
        {**STORY, "Assignee": "a@example.com", "Project lead": "l@example.com"},
        {**STORY, "Assignee": "b@example.com", "Project lead": "l@example.com"},
        {**STORY, "Assignee": "l@example.com", "Project lead": "l@example.com"},
        {**STORY, "Assignee": "Nobody knows", "Project lead": "l@example.com"},
    )
    conversion = exports.planned(export)
    (group,) = conversion.plan.groups
    assert group.scrum_master == "l@example.com"
    assert group.members == ("a@example.com", "b@example.com")
    assert conversion.changed == {"issues of unknown people: the default responsible": 1}


NOTHING = [
    ("MOB: {name: MOB}", "MOB: ~", "issues of groups that are left out"),
    ("Story: task", "Story: ~", "issues of types that are left out"),
    ("Done: {stage: Done, type: FINISH}", "Done: ~", "issues of statuses that are left out"),
]


@pytest.mark.parametrize(("old", "new", "what"), NOTHING)
def test_nothing_after_a_name_leaves_it_out_and_counts_it(old: str, new: str, what: str) -> None:
    export = exports.jira(
        {**STORY, "Status": "Done"},
        {"Issue key": "OPS-1", "Issue Type": "Bug", "Status": "To Do"},
    )
    conversion = exports.planned(export, exports.edited(export, (old, new)))
    left = [task.key for group in conversion.plan.groups for task in group.tasks]
    assert left == ["OPS-1"]
    assert conversion.left_out[what] == 1


def test_nothing_after_a_sprint_sends_its_issues_to_the_backlog() -> None:
    export = exports.jira(STORY)
    mapping = exports.edited(export, ("One: {start: 2026-11-16", "One: ~ # {start: 2026-11-16"))
    conversion = exports.planned(export, mapping)
    assert conversion.plan.groups[0].sprints == ()
    assert conversion.plan.groups[0].tasks[0].sprint is None
    assert conversion.changed == {"issues of sprints that are left out: backlog": 1}


@pytest.mark.parametrize(
    ("archived", "left", "done"), [("skip", 1, []), ("keep", 2, [False]), ("done", 2, [True])]
)
def test_archived_cards_are_left_out_kept_or_done(
    archived: str, left: int, done: list[bool]
) -> None:
    export = exports.trello({"list": "To Do"}, {"list": "To Do", "closed": True})
    mapping = exports.edited(export, ("archived: skip", f"archived: {archived}"))
    found = list(tasks(export, mapping).values())
    assert len(found) == left
    assert [task.done for task in found[1:]] == done


def test_a_board_of_trello_becomes_a_sprint_and_a_backlog() -> None:
    export = exports.trello(
        {"list": "Ideas"},
        {"list": "To Do", "labels": [{"name": "Pay"}]},
        {"list": "Doing"},
        {"list": "Done"},
    )
    mapping = exports.edited(export, ("Pay: label", "Pay: epic"))
    (group,) = exports.planned(export, mapping).plan.groups
    assert (group.key, group.name, group.description) == ("aBcD", "Web shop", "Sells things")
    assert group.epics == (EpicPlan(key="Pay", name="Pay"),)
    assert [(task.sprint, task.stage, task.done, task.epic) for task in group.tasks] == [
        (None, None, False, None),
        ("Current sprint", "To Do", False, "Pay"),
        ("Current sprint", "Doing", False, None),
        ("Current sprint", None, True, None),
    ]
    assert [stage.name for stage in group.sprints[0].stages] == ["To Do", "Doing", "Done"]


MISFITS: dict[str, tuple[list[dict[str, Any]], tuple[str, str], str]] = {
    "an active sprint without an open issue": (
        [STORY, {**STORY, "Sprint": "Two", "Status": "Done"}],
        ("status: completed", "status: active"),
        "is active, but no open issue stands in it, and the portal starts no such sprint",
    ),
    "every project left out": (
        [STORY],
        ("MOB: {name: MOB}", "MOB: ~"),
        "leave out every project: keep at least one",
    ),
}


@pytest.mark.parametrize(("rows", "change", "said"), MISFITS.values(), ids=MISFITS)
def test_a_mapping_that_does_not_fit_is_told_with_its_line(
    rows: list[dict[str, Any]], change: tuple[str, str], said: str
) -> None:
    export = exports.jira(*rows)
    mapping = exports.edited(export, change)
    if "Two" in mapping:
        mapping = mapping.replace("status: active}  # 1 open", "status: planned}  # 1 open")
    (problem,) = refusals(export, mapping)
    assert said in problem
    line = int(problem.split(":")[1])
    assert change[1] in mapping.splitlines()[line - 1] or "groups" in problem
