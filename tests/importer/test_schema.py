"""The plan's JSON Schema says what the loader says, as far as a schema can."""

import copy
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.importer import Plan, PlanError
from bitrix_scrum_async.importer.schema import plan_schema, plan_schema_text
from tests.importer import plans
from tests.importer.test_plan import TABLE, changed

SCHEMA = plan_schema()
CHECK: Any = jsonschema.Draft202012Validator(SCHEMA)
PACKAGE = files("bitrix_scrum_async.importer")


class AsEditors(yaml.SafeLoader):
    """Takes a date for the text that it is, as YAML 1.2 and so the editors do."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def refused(tree: Any) -> list[str]:
    """Return where the schema refuses a tree."""
    errors = list(CHECK.iter_errors(tree))
    return [".".join(str(step) for step in error.absolute_path) for error in errors]


def test_the_packaged_file_is_what_is_generated() -> None:
    """`python -m bitrix_scrum_async.importer.schema` writes it anew."""
    assert (PACKAGE / "plan.schema.json").read_text(encoding="utf-8") == plan_schema_text()


def test_it_is_a_schema_of_the_dialect_it_names() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_module_prints_it() -> None:
    command = [sys.executable, "-m", "bitrix_scrum_async.importer.schema"]
    said = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")  # noqa: S603
    assert json.loads(said.stdout) == SCHEMA


def test_the_demo_plan_validates() -> None:
    text = (PACKAGE / "demo_plan.yaml").read_text(encoding="utf-8")
    assert refused(yaml.load(text, AsEditors)) == []  # noqa: S506


def test_the_small_plan_validates() -> None:
    assert refused(plans.plan()) == []


# What only a look at several records tells, and what no pattern can say alike in all dialects.
BEYOND_A_SCHEMA = {
    "half a character",
    "end before start",
    "a key twice",
    "no such epic",
    "no such sprint",
    "no such stage",
    "a stage in the backlog",
    "a stage in a planned sprint",
    "done, but in review",
    "a board without a start",
    "two active sprints",
    "an active sprint without an open task",
}


@pytest.mark.parametrize("name", TABLE)
def test_what_the_loader_refuses_for_its_structure_the_schema_refuses(name: str) -> None:
    changes, _ = TABLE[name]
    assert bool(refused(changed(**changes))) == (name not in BEYOND_A_SCHEMA)


@pytest.mark.parametrize("tree", [[], None, {}, {"version": 2, "groups": [plans.group()]}, "x"])
def test_a_tree_that_is_no_plan_is_refused(tree: Any) -> None:
    assert refused(tree)


def test_what_is_wrong_is_found_where_it_stands() -> None:
    assert refused(changed(tasks__0__storypoints=3)) == ["groups.0.tasks.0"]
    assert refused(changed(sprints__0__end="soon")) == ["groups.0.sprints.0.end"]


def test_every_field_is_described() -> None:
    for record in (SCHEMA, *SCHEMA["$defs"].values()):
        assert record["description"]
        assert record["additionalProperties"] is False
        assert all(each["description"].endswith(".") for each in record["properties"].values())


# Values of all kinds for fields of all kinds, so that both sides judge many that are near a limit.
moments = st.one_of(
    st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3, minutes=30))])).map(
        datetime.isoformat
    ),
    st.datetimes().map(datetime.isoformat),
    st.dates().map(str),
    st.sampled_from(
        ["2026-01-05 09:00 +03:00", "20260105T0900Z", "2026-W02-1T09+03", "2026-01-05T09:00:00,5Z"]
    ),
)
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2**64),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: x != int(x)),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    st.sampled_from(["NEW", "active", " a", "a ", "a\n", "anna@example.com", "a@b c", "12", "0"]),
    st.sampled_from(["x" * 18, "x" * 19, "x" * 90, "x" * 91, "x" * 255, "x" * 256]),
    st.just([]),
    st.just({}),
    moments,
)
PLACES = [
    *([place] for place in ("key", "name", "description", "scrum_master", "members", "tasks")),
    *(["members", 0], ["epics", 0], ["epics", 0, "color"], ["epics", 0, "more"]),
    *(["sprints", 2, name] for name in ("key", "name", "start", "end", "status", "stages")),
    *(["sprints", 1, "stages", 1, name] for name in ("name", "type", "color")),
    *(["tasks", 5, name] for name in ("key", "title", "responsible", "done", "story_points")),
]


def put(place: list[Any], value: Any) -> Any:
    """Return the small plan with a value at a place of its group."""
    tree = copy.deepcopy(plans.plan())
    holder: Any = tree["groups"][0]
    *way, last = place
    for step in way:
        holder = holder[step]
    holder[last] = value
    return tree


def structural(error: PlanError) -> bool:
    """Tell whether a value as such was refused, not what stands between records."""
    between = ("stands here twice", "is before the start", "need a stage", "is no ", "is active")
    return not all(any(said in problem.text for said in between) for problem in error.problems)


@given(place=st.sampled_from(PLACES), value=values)
def test_schema_and_loader_agree_on_any_value_anywhere(
    place: list[Any], value: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tree = put(place, value)
    file: Path = tmp_path_factory.getbasetemp() / "plan.json"
    file.write_text(json.dumps(tree), encoding="utf-8")
    try:
        Plan.load(file)
    except PlanError as error:
        # Of numbers of users in quotes no pattern says that they end at 64 bits, and a pattern
        # knows no calendar.
        if structural(error) and "is no date and time" not in str(error):
            assert refused(tree)
    else:
        assert refused(tree) == []
