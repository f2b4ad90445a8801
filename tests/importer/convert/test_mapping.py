"""Mappings: what is read, and what is said about what cannot be."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bitrix_scrum_async.importer import PlanError
from bitrix_scrum_async.importer.convert.mapping import Mapping, SprintRule, StatusRule
from bitrix_scrum_async.importer.files import yaml_source

HEAD = "version: 1\nsource: jira\n"


def read(text: str) -> Mapping:
    """Read a mapping of Jira."""
    return Mapping.read(yaml_source("m.yaml", HEAD + text))


def test_a_mapping_holds_what_its_file_holds() -> None:
    mapping = read(
        "time_zone: +03:00\n"
        "append: [labels]\n"
        "groups: {MOB: {name: Mobile, scrum_master: 2}, OPS: ~}\n"
        "statuses:\n"
        "  In Progress: {stage: Doing}\n"
        "  no: {stage: Done, type: FINISH}\n"
        "sprints: {MOB: {1: {start: 2026-01-05, end: 2026-01-19T09:00:00+01:00}, 2: ~}}\n"
        "users: {Anna: anna@example.com, Boris: 7, Zoë: ~}\n"
    )
    assert mapping.groups["OPS"] is None
    assert mapping.statuses == {
        "In Progress": StatusRule(stage="Doing"),
        "no": StatusRule(stage="Done", type="FINISH"),
    }
    assert mapping.users == {"Anna": "anna@example.com", "Boris": 7, "Zoë": None}
    rule = mapping.sprints["MOB"]["1"]
    end = datetime(2026, 1, 19, 9, tzinfo=timezone(timedelta(hours=1)))
    assert rule == SprintRule(start=date(2026, 1, 5), end=end)
    zone = timezone(timedelta(hours=3))
    assert mapping.moment(date(2026, 1, 5)) == datetime(2026, 1, 5, tzinfo=zone)
    assert mapping.moment(end) == end


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("Z", UTC),
        ("+0530", timezone(timedelta(hours=5, minutes=30))),
        ("-3", timezone(-timedelta(hours=3))),
        ("Europe/Moscow", ZoneInfo("Europe/Moscow")),
    ],
)
def test_time_zones_are_offsets_or_names(written: str, zone: object) -> None:
    assert read(f"time_zone: '{written}'\n").time_zone == zone


def test_a_finish_stage_completes_unless_it_says_otherwise() -> None:
    assert StatusRule(stage="Done", type="FINISH").finishes
    assert not StatusRule(stage="Done", type="FINISH", done=False).finishes
    assert StatusRule(done=True).finishes
    assert not StatusRule(stage="Doing").finishes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("statuses: {A: {stag: x}}", ":3: statuses.A.stag: is not known here: did you mean stage?"),
        ("statuses: {A: {type: LAST}}", ":3: statuses.A.type: must be NEW, WORK or FINISH"),
        ("statuses: [A]", ":3: statuses: must be a map of names, is a list"),
        ("types: {Bug: bug}", ":3: types.Bug: must be epic, task or subtask, is 'bug'"),
        ("users:\n  Anna: Anna", ":4: users.Anna: must be a user id such as 1, or an e-mail"),
        ("time_zone: Mars", ":3: time_zone: 'Mars' is no time zone: write +03:00"),
        ("time_zone: +99:00", ":3: time_zone: '+99:00' is no time zone"),
        ("groups: {A: {}}", ":3: groups.A.name: is missing"),
        ("append: [colour]", ":3: append[0]: must be parent, labels"),
        (
            "sprints: {A: {S: {start: 2026-01-32, end: 2026-01-19}}}",
            ":3: sprints.A.S.start: '2026-01-32' is no day: write it like 2026-01-05",
        ),
        (
            "sprints: {A: {S: {start: 2026-01-05T09:00, end: 2026-01-19}}}",
            ":3: sprints.A.S.start: has no time zone",
        ),
        (
            "sprints: {A: {S: {start: 2026-01-20, end: 2026-01-19}}}",
            ":3: sprints.A.S.end: is before the start, 2026-01-20",
        ),
        (
            (
                "sprints:\n  A:\n    S: &s {start: 2026-01-20, end: 2026-01-29, status: active}\n"
                "    T: {start: 2026-01-20, end: 2026-01-29, status: active}\n"
            ),
            ":6: sprints.A.T.status: is active as that of 'S' is; the portal runs one sprint",
        ),
        (
            "statuses:\n  A: {stage: X}\n  B: {stage: X, type: FINISH}\n",
            ":5: statuses.B: calls the stage 'X' FINISH, but it is WORK above: write the same",
        ),
        ("sourc: jira", ":3: sourc: is not known here: did you mean source?"),
    ],
)
def test_each_mistake_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(PlanError) as caught:
        read(text)
    assert str(caught.value).startswith(f"m.yaml{said}")


def test_what_is_no_mapping_is_named() -> None:
    with pytest.raises(PlanError, match="must be a map with version, source, "):
        Mapping.read(yaml_source("m.yaml", "- a\n"))


def test_the_documented_mapping_is_one() -> None:
    """Read what docs/converting.md shows."""
    text = (Path(__file__).parents[3] / "docs" / "converting.md").read_text(encoding="utf-8")
    shown = text.partition("```yaml\n")[2].partition("```")[0]
    mapping = Mapping.read(yaml_source("", shown))
    assert mapping.groups["OLD"] is None
    assert mapping.users == {"Anna": "anna@example.com", "Boris": 7, "Zoë": None}
