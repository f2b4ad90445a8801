"""What records say about themselves."""

import datetime as dt
from typing import Any

import attrs
import pytest

from bitrix_scrum_async.converter import RECORDS
from bitrix_scrum_async.records import (
    Backlog,
    Group,
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


def test_a_full_name_has_no_stray_blanks() -> None:
    assert User(id=1, name="Ada", last_name="Lovelace").full_name == "Ada Lovelace"
    assert User(id=1, last_name="Lovelace").full_name == "Lovelace"
    assert User(id=1).full_name == ""


def test_enum_members_are_the_portals_words() -> None:
    assert (SprintStatus.ACTIVE, StageType.NEW, TaskStatus.COMPLETED) == ("active", "NEW", 5)


def test_a_record_shows_all_it_holds() -> None:
    backlog = Backlog(id=11, group_id=143, created_by=1, modified_by=2)
    assert repr(backlog) == "Backlog(id=11, group_id=143, created_by=1, modified_by=2)"


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
