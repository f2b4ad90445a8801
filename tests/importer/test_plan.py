"""Plans: what is read, and what is said about what cannot be."""

import copy
import json
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.importer import (
    Defaults,
    EpicPlan,
    GroupPlan,
    Plan,
    PlanError,
    SprintPlan,
    StagePlan,
    TaskPlan,
)
from tests.importer import plans


def load(tree: Any, folder: Path, name: str = "plan.json") -> Plan:
    """Write a tree as JSON and load it."""
    file = folder / name
    file.write_text(json.dumps(tree), encoding="utf-8")
    return Plan.load(file)


def problems(tree: Any, folder: Path) -> list[str]:
    """Return what is said about a plan, without the file's name and the line."""
    with pytest.raises(PlanError) as caught:
        load(tree, folder)
    return [str(problem).split(": ", 1)[1] for problem in caught.value.problems]


def changed(**paths: Any) -> Any:
    """Return the small plan with some values changed; a path is written with underscores twice."""
    tree: Any = copy.deepcopy(plans.plan())
    for path, value in paths.items():
        holder = tree["groups"][0]
        *way, last = path.split("__")
        for step in way:
            holder = holder[int(step) if step.isdigit() else step]
        if value is ...:
            del holder[last]
        else:
            holder[int(last) if last.isdigit() else last] = value
    return tree


def test_a_plan_holds_what_its_file_holds(tmp_path: Path) -> None:
    plan = load(plans.plan(), tmp_path)
    (group,) = plan.groups
    assert plan.defaults == Defaults(created_by=1, responsible=1)
    assert group.members == (2, 3)
    assert group.epics[1] == EpicPlan(key="find", name="Search")
    assert group.sprints[0].start == datetime(2026, 11, 2, 6, tzinfo=UTC)
    assert group.sprints[1].stages[1] == StagePlan(name="Review", type="WORK")
    assert group.tasks[5] == TaskPlan(
        key="T-6", title="Wish lists", epic="find", story_points="0.5"
    )


TABLE: dict[str, tuple[dict[str, Any], str]] = {
    "unknown key": (
        {"tasks__0__storypoints": 3},
        "groups[0].tasks[0].storypoints: is not known here: did you mean story_points?",
    ),
    "missing": ({"name": ...}, "groups[0].name: is missing"),
    "empty": ({"tasks__1__title": "  "}, "groups[0].tasks[1].title: must not be empty"),
    "a title that PHP takes for none": (
        {"tasks__1__title": "0"},
        "groups[0].tasks[1].title: must not be 0, which the portal takes for nothing: write it out",
    ),
    "a number as flag": ({"tasks__0__done": 1}, "groups[0].tasks[0].done: must be true or false"),
    "a flag as text": (
        {"tasks__0__title": True},
        "groups[0].tasks[0].title: must be text, is true",
    ),
    "a map as text": ({"name": {"a": 1}}, "groups[0].name: must be text, is a map"),
    "text as list": ({"tasks": "none"}, "groups[0].tasks: must be a list, is text"),
    "text as map": (
        {"epics__0": "Payment"},
        "groups[0].epics[0]: must be a map with key, name, description, color; is text",
    ),
    "a long name": (
        {"epics__1__name": "x" * 256},
        "groups[0].epics[1].name: has 256 characters, the portal takes 255: shorten it",
    ),
    "a long colour": (
        {"epics__1__color": "x" * 19},
        "groups[0].epics[1].color: has 19 characters, the portal takes 18: shorten it",
    ),
    "half a character": (
        {"tasks__0__description": "a\ud83d"},
        (
            "groups[0].tasks[0].description: holds half a character at position 1: "
            "write it whole, without \\u escapes"
        ),
    ),
    "nobody": (
        {"scrum_master": "Anna"},
        (
            "groups[0].scrum_master: must be a user id such as 1, or an e-mail address "
            "that the portal knows"
        ),
    ),
    "user 0": (
        {"members__1": 0},
        (
            "groups[0].members[1]: must be a user id such as 1, or an e-mail address "
            "that the portal knows"
        ),
    ),
    "a user beyond 64 bits": (
        {"members__1": 2**63},
        (
            "groups[0].members[1]: must be a user id such as 1, or an e-mail address "
            "that the portal knows"
        ),
    ),
    "a title with blanks at an end": (
        {"tasks__1__title": " Log in\n"},
        (
            "groups[0].tasks[1].title: has blanks at an end, which the portal cuts off: "
            "write 'Log in'"
        ),
    ),
    "a status of one's own": (
        {"sprints__0__status": "closed"},
        "groups[0].sprints[0].status: must be planned, active or completed, is 'closed'",
    ),
    "a naive date": (
        {"sprints__0__end": "2026-11-16"},
        (
            "groups[0].sprints[0].end: has no time zone: write 2026-11-16T00:00:00+03:00, "
            "with the offset you mean"
        ),
    ),
    "no date": (
        {"sprints__0__end": "soon"},
        (
            "groups[0].sprints[0].end: 'soon' is no date and time: "
            "write it like 2026-01-05T09:00:00+03:00"
        ),
    ),
    "end before start": (
        {"sprints__0__start": plans.END},
        "groups[0].sprints[0].end: is before the start, 2026-11-30T09:00:00+03:00",
    ),
    "a key twice": (
        {"tasks__3__key": "T-1"},
        (
            "groups[0].tasks[3].key: 'T-1' stands here twice; tasks and the journal name it so: "
            "choose another"
        ),
    ),
    "no such epic": (
        {"tasks__0__epic": "payd"},
        "groups[0].tasks[0].epic: 'payd' is no epic of this group: did you mean 'pay'?",
    ),
    "no such sprint": (
        {"tasks__0__sprint": "autumn"},
        (
            "groups[0].tasks[0].sprint: 'autumn' is no sprint of this group; "
            "known are 's1', 's2', 's3'"
        ),
    ),
    "no such stage": (
        {"tasks__1__stage": "Testing"},
        (
            "groups[0].tasks[1].stage: 'Testing' is no stage of the active sprint; "
            "known are 'To do', 'Review', 'Shipped'"
        ),
    ),
    "a stage in the backlog": (
        {"tasks__5__stage": "Review"},
        "groups[0].tasks[5].stage: is only for tasks of the active sprint: remove it",
    ),
    "a stage in a planned sprint": (
        {"tasks__4__stage": "Review"},
        (
            "groups[0].tasks[4].stage: is only for tasks of the active sprint, "
            "and 's3' is planned: remove it"
        ),
    ),
    "done, but in review": (
        {"tasks__2__stage": "Review"},
        (
            "groups[0].tasks[2].stage: is 'Review', but the task is done, and the portal moves "
            "done tasks to a FINISH stage: remove stage or done"
        ),
    ),
    "a board without a start": (
        {"sprints__1__stages__0__type": "WORK"},
        (
            "groups[0].sprints[1].stages: need a stage with type: NEW; "
            "the portal puts tasks there when the sprint starts"
        ),
    ),
    "two active sprints": (
        {"sprints__2__status": "active"},
        (
            "groups[0].sprints[2].status: is active as that of 's2' is; "
            "the portal runs one sprint a group: write completed or planned"
        ),
    ),
    "an active sprint without an open task": (
        {"tasks__1": {"key": "x", "title": "x"}, "tasks__3__sprint": ...},
        (
            "groups[0].sprints[1].status: is active without an open task in it; the portal starts "
            "no such sprint: write completed or planned, or place an open task in it"
        ),
    ),
}


@pytest.mark.parametrize(("changes", "said"), TABLE.values(), ids=TABLE.keys())
def test_each_mistake_is_named_with_its_place_and_its_remedy(
    changes: dict[str, Any], said: str, tmp_path: Path
) -> None:
    assert problems(changed(**changes), tmp_path) == [said]


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    changes: dict[str, Any] = {}
    for name in ("unknown key", "empty", "a naive date", "a long name", "nobody"):
        changes |= TABLE[name][0]
    assert len(problems(changed(**changes), tmp_path)) == len(changes)


def test_unknown_keys_are_named_in_the_order_of_the_file(tmp_path: Path) -> None:
    tree = changed(**{f"{name}_": 1 for name in "zyxwvu"})
    said = problems(tree, tmp_path)
    assert [each.split(":")[0] for each in said] == [f"groups[0].{name}_" for name in "zyxwvu"]


def test_a_mistake_does_not_make_others(tmp_path: Path) -> None:
    """A list that cannot be read says nothing about what refers to it."""
    tree = changed(epics=5, sprints__1__key=[], members={})
    assert [said.split(":")[0] for said in problems(tree, tmp_path)] == [
        "groups[0].members",
        "groups[0].epics",
        "groups[0].sprints[1].key",
    ]


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ([], "must be a map with version, defaults, groups; is a list"),
        (None, "must be a map with version, defaults, groups; is nothing"),
        ({}, "groups: is missing"),
        ({"groups": []}, "groups: holds no group: write at least one"),
        (
            {"version": 2, "groups": [plans.group()]},
            "version: must be 1, the only version there is",
        ),
        (
            {"groups": [plans.group(), plans.group()]},
            (
                "groups[1].key: 'shop' stands here twice; "
                "the journal tells the plan's groups apart by it: choose another"
            ),
        ),
    ],
)
def test_a_plan_as_a_whole(tree: Any, said: str, tmp_path: Path) -> None:
    assert problems(tree, tmp_path) == [said]


def test_a_problem_of_json_has_its_line(tmp_path: Path) -> None:
    tree = changed(tasks__1__epic="nope")
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(tree, indent=1), encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        Plan.load(file)
    (problem,) = caught.value.problems
    assert problem.line is not None
    assert file.read_text(encoding="utf-8").splitlines()[problem.line - 1] == '     "epic": "nope",'
    assert str(problem).startswith(f"{file}:{problem.line}: groups[0].tasks[1].epic: 'nope' is no")


def test_many_problems_of_json_have_their_lines_in_one_look(tmp_path: Path) -> None:
    """A look for each of them from the start of the file would take minutes."""
    tasks = [{"key": f"T-{n}", "title": "x", "description": "x" * 500} for n in range(5000)]
    tree = plans.plan(plans.group(tasks=[{**task, "done": 0, "stag": 1} for task in tasks]))
    tree["groups"][0]["sprints"] = []
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(tree, indent=1), encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        Plan.load(file)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(caught.value.problems) == 10_000
    for problem in caught.value.problems:
        assert problem.line is not None
        assert lines[problem.line - 1].strip().startswith(f'"{problem.path[-1]}": ')


def test_a_missing_key_has_the_line_of_what_lacks_it(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text('{"groups": [\n{"key": "a",\n"name": "a"}]}', encoding="utf-8")
    with pytest.raises(PlanError, match=r"plan.json:2: groups\[0\].scrum_master: is missing"):
        Plan.load(file)


def test_yaml_may_repeat_itself_with_aliases(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    text = YAML.replace("title: 2026-11-30", "title: &same Same")
    file.write_text(text.replace("title: null and void", "title: *same"), encoding="utf-8")
    assert [task.title for task in Plan.load(file).groups[0].tasks] == ["Same", "Same"]


def test_a_problem_of_json_lines_has_its_line_and_path(tmp_path: Path) -> None:
    file = tmp_path / "plan.jsonl"
    lines = [{"version": 1}, plans.group("a"), plans.group("b", name="")]
    file.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        Plan.load(file)
    assert str(caught.value) == f"{file}:3: groups[1].name: must not be empty"


BOMB = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("plan.json", '{"groups": [}', ":1: is not JSON, column 13: Expecting value"),
        ("plan.json", '{"a": 1, "a": 2}', ": the key 'a' stands twice in one object"),
        ("plan.json", "[" * 100_000, ": is nested too deeply for a plan"),
        ("plan.jsonl", "{}\n" + '{"a":' * 100_000, ":2: is nested too deeply for a plan"),
        ("plan.yaml", "[" * 100_000, ":1: is nested too deeply for a plan"),
        ("plan.yaml", "- " * 100_000, ":1: is nested too deeply for a plan"),
        ("plan.yaml", BOMB, ": says too much through its aliases: write out what"),
        ("plan.jsonl", '{"key": "a"}\n{', ":2: is not JSON, column 2"),
        ("plan.yaml", "groups: [", ":2: is not YAML: "),
        ("plan.yaml", "version: 1\nversion: 1", ":2: the key 'version' stands twice"),
        ("plan.yaml", "groups: !!python/tuple []", "groups: holds no group"),
        ("plan.yaml", "groups: &a [*a]", ":1: holds itself"),
        ("plan.yaml", "version: !!binary aGk=\ngroups: []", ":1: the tag !!binary has no meaning"),
        ("plan.yaml", "? [a]\n: 1", ":1: a key must be a plain word"),
        ("plan.toml", "", ": has no known ending: name it .yaml, .json or .jsonl"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    name: str, text: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        Plan.load(tmp_path / name)
    assert str(caught.value).startswith(str(tmp_path / name))
    assert said in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="cannot be read: No such file or directory"):
        Plan.load(tmp_path / "plan.yaml")


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes('{"groups": "é"}'.encode("latin-1"))
    with pytest.raises(PlanError, match="is not UTF-8"):
        Plan.load(tmp_path / "plan.json")


YAML = """\
groups:
  - key: 2026
    name: on
    scrum_master: anna@example.com
    members: ["2", 3]
    sprints:
      - {key: 1, name: 1.50, start: 2026-01-05 09:00:00 +03:00, end: 2026-01-19T09:00:00Z}
    tasks:
      - {key: 0x1F, title: 2026-11-30, sprint: 1, story_points: 3}
      - {key: ~a, title: null and void, story_points: 0.50, done: yes, epic: ~}
"""


def test_yaml_scalars_mean_what_they_look_like(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(YAML, encoding="utf-8")
    (group,) = Plan.load(tmp_path / "plan.yaml").groups
    assert (group.key, group.name, group.members) == ("2026", "on", (2, 3))
    (sprint,) = group.sprints
    assert (sprint.key, sprint.name) == ("1", "1.50")
    assert sprint.start == datetime(2026, 1, 5, 9, tzinfo=timezone(timedelta(hours=3)))
    assert sprint.end == datetime(2026, 1, 19, 9, tzinfo=UTC)
    assert group.tasks == (
        TaskPlan(key="0x1F", title="2026-11-30", sprint="1", story_points="3"),
        TaskPlan(key="~a", title="null and void", story_points="0.50", done=True),
    )


def test_a_problem_of_yaml_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(YAML.replace("done: yes", "done: maybe"), encoding="utf-8")
    with pytest.raises(PlanError, match=r"plan.yaml:10: groups\[0\].tasks\[1\].done: must be"):
        Plan.load(tmp_path / "plan.yaml")


def test_json_needs_no_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert load(plans.plan(), tmp_path).groups


def test_yaml_without_pyyaml_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    (tmp_path / "plan.yaml").write_text(YAML, encoding="utf-8")
    with pytest.raises(
        PlanError, match="extra 'cli' of this package, is not installed: pip install PyYAML, or"
    ):
        Plan.load(tmp_path / "plan.yaml")


def test_a_plan_built_in_python_is_checked_too() -> None:
    task = TaskPlan(key="t", title="t", epic="none")
    plan = Plan(groups=(GroupPlan(key="g", name="g", scrum_master=1, tasks=(task,)),))
    with pytest.raises(PlanError, match=r"^groups\[0\].tasks\[0\].epic: 'none' is no epic"):
        plan.check()


def test_the_board_of_a_sprint_without_stages_is_the_last_completed_one() -> None:
    def sprint(key: str, day: int, *stages: StagePlan, status: Any = "completed") -> SprintPlan:
        end = datetime(2026, 11, day, tzinfo=UTC)
        return SprintPlan(key=key, name=key, start=end, end=end, status=status, stages=stages)

    stage = StagePlan(name="Only")
    active = sprint("b", 20, status="active")
    late, early = sprint("c", 15, stage), sprint("a", 10)
    group = GroupPlan(key="g", name="g", scrum_master=1, sprints=(late, early, active))
    assert group.board(active) == (stage,)


words = st.text(
    st.characters(exclude_categories=["Cs"]).filter(lambda c: c != "\0"), min_size=1, max_size=40
).filter(str.strip)
texts = st.text(st.characters(exclude_categories=["Cs"]).filter(lambda c: c != "\0"), max_size=80)
titles = words.map(str.strip).filter(lambda title: title != "0")
tasks = st.builds(
    TaskPlan, key=words, title=titles, description=texts, story_points=texts, done=st.booleans()
)
groups = st.builds(
    GroupPlan,
    key=words,
    name=words,
    description=texts,
    scrum_master=st.one_of(st.integers(1, 10**6), st.just("anna@example.com")),
    tasks=st.lists(tasks, max_size=3, unique_by=lambda task: task.key).map(tuple),
)


@pytest.mark.parametrize("name", ["plan.yaml", "plan.json", "plan.jsonl"])
@given(
    plan=st.builds(
        Plan,
        defaults=st.builds(Defaults, created_by=st.integers(1, 9) | st.none()),
        groups=st.lists(groups, min_size=1, max_size=2, unique_by=lambda group: group.key).map(
            tuple
        ),
    )
)
def test_what_is_dumped_loads_the_same(
    plan: Plan, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / name
    plan.dump(file)
    assert Plan.load(file) == plan


def test_the_plan_that_the_documents_show_is_one(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "importing.md"
    text = page.read_text(encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(
        text.split("```yaml\n")[1].partition("```")[0], encoding="utf-8"
    )
    (group,) = Plan.load(tmp_path / "plan.yaml").groups
    assert [task.key for task in group.tasks] == ["MOB-1", "MOB-2"]
