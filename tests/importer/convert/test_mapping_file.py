"""Additions to a mapping leave what a person wrote as it is."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.importer import PlanError
from bitrix_scrum_async.importer.convert.mapping import Mapping
from bitrix_scrum_async.importer.convert.mapping_file import Addition, add, first_text
from bitrix_scrum_async.importer.files import yaml_source

EDITED = """\
# My own remark.
version: 1
source: jira   # Cloud
users:
    # The team
    Anna: 7   # she is back
    'Boris "B"': "b@example.com"
    # End of the team

sprints:
  MOB:
    One: {start: 2026-01-05, end: 2026-01-19}  # the first
# That is all.
"""


def added(text: str, *additions: tuple[tuple[str, ...], str, Any]) -> str:
    """Add to a text that can be added to."""
    new, kept = add("m.yaml", text, [Addition(*addition) for addition in additions])
    assert kept
    return new


@pytest.mark.parametrize("tool", ["jira", "trello"])
def test_the_first_text_is_a_mapping_without_names(tool: Any) -> None:
    mapping = Mapping.read(yaml_source("", first_text(tool)))
    assert mapping.source == tool
    assert not (mapping.groups)
    assert not (mapping.statuses)
    assert not (mapping.users)
    assert not (mapping.sprints)


def test_nothing_to_add_changes_nothing() -> None:
    assert add("m.yaml", EDITED, []) == (EDITED, True)


def test_additions_stand_below_what_is_there_and_all_else_stays() -> None:
    text = added(
        EDITED,
        (("users",), "Zoë", None),
        (("sprints", "MOB"), "Two", {"start": 1}),
        (("sprints", "OPS"), "Three", {"start": 2}),
    )
    assert [line for line in text.splitlines() if line not in EDITED.splitlines()] == [
        "    Zoë: ~",
        "    Two: {start: 1}",
        "  OPS:",
        "    Three: {start: 2}",
    ]
    assert text.index("Boris") < text.index("Zoë") < text.index("# End of the team")
    left = [line for line in text.splitlines() if line in EDITED.splitlines()]
    assert left == EDITED.splitlines()


@pytest.mark.parametrize(
    "text",
    [
        "users: {Anna: 7}  # on one line\nversion: 1\n",
        "users: {}  # nobody yet\nversion: 1\n",
        "users:   # nobody yet\nversion: 1\n",
        "users: ~\nversion: 1",
        "version: 1",
        "version: 1\nusers:\n  Anna: |\n    two\n    lines\n",
        "version: 1\r\nusers:\r\n  Anna: 7\r\n",
        "{version: 1, users: {Anna: 7}}",
        "version: 1\nusers:\n  Anna:\n",
        "version: 1\nusers:\n  Anna:\n    deep: [1,\n      2]\n",
    ],
)
def test_every_way_to_write_a_section_can_be_added_to(text: str) -> None:
    before: Any = yaml.safe_load(text)
    new = added(text, (("users",), "Zoë", 3), (("users",), "B: c", None))
    users = dict(before.get("users") or {})
    assert yaml.safe_load(new) == {**before, "users": {**users, "Zoë": 3, "B: c": None}}
    assert new.count("#") == text.count("#")


@pytest.mark.parametrize(
    "text",
    ["{version: 1}  # all", "version: 1  # all\nusers: &people\n  Anna: 7\nmore: *people\n"],
)
def test_what_cannot_be_added_to_is_written_anew(text: str) -> None:
    before: Any = yaml.safe_load(text)
    new, kept = add("m.yaml", text, [Addition(("users",), "Zoë", 3)])
    assert not kept
    assert yaml.safe_load(new) == {**before, "users": {**before.get("users", {}), "Zoë": 3}}


def test_text_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(PlanError, match=r"m.yaml:2: is not YAML"):
        add("m.yaml", "a: [", [])


names = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
    st.sampled_from(
        ["on", "~", "null", "1", "1:30", "<<", "=", "a: b", "# a", "- a", "2026-01-05", "{a}", "'"]
    ),
).filter(str.strip)


@given(st.lists(names, unique=True, min_size=1, max_size=8), st.integers(1, 4))
def test_any_name_and_any_text_can_be_added_at_any_time(given_names: list[str], step: int) -> None:
    text = first_text("jira")
    for start in range(0, len(given_names), step):
        batch = given_names[start : start + step]
        rows = ((("statuses",), name, {"stage": name, "type": "NEW"}) for name in batch)
        text = added(text, *rows)
    statuses = Mapping.read(yaml_source("", text)).statuses
    assert {name: rule and rule.stage for name, rule in statuses.items()} == {
        name: name for name in given_names
    }
