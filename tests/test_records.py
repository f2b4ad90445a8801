"""What records say about themselves."""

import copy
import datetime as dt
import pickle
from typing import Any

import attrs
import pytest

from bitrix_scrum_async.converter import RECORDS
from bitrix_scrum_async.records import (
    Backlog,
    Group,
    Member,
    MemberRole,
    ScrumTask,
    Sprint,
    SprintStatus,
    StageType,
    Task,
    TaskStatus,
    User,
)

START = dt.datetime(2026, 10, 5, tzinfo=dt.UTC)


def sprint(**changes: Any) -> Sprint:
    """A sprint of two weeks."""
    whole: dict[str, Any] = {
        "id": 57,
        "group_id": 143,
        "name": "Sprint 12",
        "sort": 1,
        "created_by": 1,
        "modified_by": 1,
        "date_start": START,
        "date_end": START + dt.timedelta(weeks=2),
        "status": SprintStatus.PLANNED,
    }
    return Sprint(**{**whole, **changes})


@pytest.mark.parametrize(
    ("status", "active"),
    [
        (SprintStatus.ACTIVE, True),
        ("active", True),
        (SprintStatus.PLANNED, False),
        (SprintStatus.COMPLETED, False),
        ("paused", False),
    ],
)
def test_a_sprint_is_active_by_its_status(status: SprintStatus | str, active: bool) -> None:
    assert sprint(status=status).is_active is active


def test_a_sprint_lasts_from_start_to_end() -> None:
    assert sprint().duration == dt.timedelta(weeks=2)


@pytest.mark.parametrize("status", [*SprintStatus, "paused"])
def test_a_sprint_stands_in_one_state(status: SprintStatus | str) -> None:
    found = sprint(status=status)
    assert [found.is_planned, found.is_active, found.is_completed] == [
        status == SprintStatus.PLANNED,
        status == SprintStatus.ACTIVE,
        status == SprintStatus.COMPLETED,
    ]


@pytest.mark.parametrize("missing", ["date_start", "date_end"])
def test_a_sprint_without_a_date_has_no_duration(missing: str) -> None:
    assert sprint(**{missing: None}).duration is None


def test_a_group_with_a_scrum_master_is_a_scrum() -> None:
    assert Group(id=1, name="Mobile", scrum_master_id=5).is_scrum
    assert not Group(id=1, name="Mobile", scrum_master_id=0).is_scrum
    assert not Group(id=1, name="Mobile").is_scrum


def test_a_group_knows_the_usual_length_of_a_sprint() -> None:
    group = Group(id=1, name="Mobile", scrum_sprint_duration=604_800)
    assert group.sprint_duration == dt.timedelta(weeks=1)
    assert Group(id=1, name="Mobile").sprint_duration is None


def test_a_completed_task_is_told_by_its_status() -> None:
    task = Task(id=1, title="T", status=TaskStatus.COMPLETED, created_by=1, responsible_id=1)
    assert task.is_completed
    assert not attrs.evolve(task, status=TaskStatus.DEFERRED).is_completed


def test_a_task_lasts_from_its_planned_start_to_its_planned_end() -> None:
    task = Task(id=1, title="T", status=TaskStatus.PENDING, created_by=1, responsible_id=1)
    assert task.duration is None
    task = attrs.evolve(task, start_date_plan=START)
    assert task.duration is None
    assert attrs.evolve(task, end_date_plan=START + dt.timedelta(hours=6)).duration == dt.timedelta(
        hours=6
    )


@pytest.mark.parametrize(
    ("said", "points"),
    [("3", 3.0), ("0.5", 0.5), ("2,5", 2.5), ("0", 0.0)]
    + [(said, None) for said in ("", "XL", "-1", "1e3", "inf", "nan", "1_0", "\u0663", "9" * 400)],
)
def test_story_points_are_a_number_where_they_are_one(said: str, points: float | None) -> None:
    place = ScrumTask(
        entity_id=1, story_points=said, epic_id=0, sort=1, created_by=1, modified_by=1
    )
    assert place.points == points


def test_a_full_name_has_no_stray_blanks() -> None:
    assert User(id=1, name="Ada", last_name="Lovelace").full_name == "Ada Lovelace"
    assert User(id=1, last_name="Lovelace").full_name == "Lovelace"
    assert User(id=1).full_name == ""


def test_enum_members_are_the_portals_words() -> None:
    assert (SprintStatus.ACTIVE, StageType.NEW, TaskStatus.COMPLETED) == ("active", "NEW", 5)


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        (
            Backlog(id=11, group_id=143, created_by=1, modified_by=0),
            "Backlog(id=11, group_id=143, created_by=1, modified_by=0)",
        ),
        (
            sprint(name="Sprint\n12", date_end=None),
            (
                r"Sprint(id=57, name='Sprint\n12', status=SprintStatus.PLANNED, group_id=143,"
                r" sort=1, created_by=1, modified_by=1, date_start=2026-10-05 00:00+00:00)"
            ),
        ),
        (
            sprint(status="paused", date_start=START.replace(second=1), goal="Ship"),
            (
                "Sprint(id=57, name='Sprint 12', status='paused', group_id=143, sort=1,"
                " created_by=1, modified_by=1, date_start=2026-10-05 00:00:01+00:00,"
                " date_end=2026-10-19 00:00+00:00, goal='Ship')"
            ),
        ),
        (
            Task(id=1, title="T" * 99, status=8, created_by=1, responsible_id=2, tags=("a",)),
            (
                f"Task(id=1, title='{'T' * 56}..., status=8, created_by=1, responsible_id=2,"
                " tags=('a',))"
            ),
        ),
        (Group(id=1, name="Mobile", active=False), "Group(id=1, name='Mobile', active=False)"),
        (User(id=5), "User(id=5)"),
        (Member(user_id=5, role=MemberRole.OWNER), "Member(user_id=5, role=MemberRole.OWNER)"),
    ],
)
def test_a_record_is_shown_by_what_names_it_first(record: Any, shown: str) -> None:
    assert repr(record) == shown


@pytest.mark.parametrize("cls", RECORDS)
def test_every_record_is_shown_on_one_line(cls: type[Any]) -> None:
    made = cls(**{field.name: "a\nb" * 50 for field in attrs.fields(cls)})
    assert repr(made).startswith(f"{cls.__name__}(")
    assert "\n" not in repr(made)
    assert len(repr(made)) < 100 * len(attrs.fields(cls))


@pytest.mark.parametrize("cls", RECORDS)
def test_a_record_can_be_copied_and_pickled(cls: type[Any]) -> None:
    made = cls(**{field.name: 1 for field in attrs.fields(cls)})
    assert copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == made  # noqa: S301 - our own


@pytest.mark.parametrize("cls", RECORDS)
def test_records_are_frozen_slotted_and_keyword_only(cls: type[Any]) -> None:
    fields = attrs.fields(cls)
    assert all(field.kw_only for field in fields)
    assert "__slots__" in vars(cls)
    made = cls(**{field.name: 1 for field in fields})
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(made, fields[0].name, 2)
    assert hash(made) == hash(attrs.evolve(made))


@pytest.mark.parametrize("cls", RECORDS)
def test_every_field_of_a_record_is_described(cls: type[Any]) -> None:
    for field in attrs.fields(cls):
        assert f"{field.name}: " in (cls.__doc__ or ""), field.name
