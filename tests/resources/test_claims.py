"""Which calls share a batch: the portal's memory from one command to the next decides."""

import datetime as dt
import gc
import weakref
from typing import Any

import pytest

from bitrix_scrum_async.calls import Call
from bitrix_scrum_async.resources import Epics, Groups, Kanban, Sprints
from bitrix_scrum_async.resources.arguments import Id

from ..fakes import unsent
from .expecting import SENDER

sprints, kanban, epics = Sprints(SENDER), Kanban(SENDER), Epics(SENDER)
DAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


def add(group_id: Id) -> Call[Any]:
    return sprints.add(group_id, name="S", created_by=1, date_start=DAY, date_end=DAY)


def share(one: Call[Any], other: Call[Any]) -> bool:
    """Whether two calls agree on everything that both claim."""
    keys = unsent(one).claims.keys() & unsent(other).claims.keys()
    return all(one.claims[key] == other.claims[key] for key in keys)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lambda: sprints.update(1, sort=1), lambda: sprints.update(1, sort=2)),
        (lambda: sprints.update(1, sort=1), lambda: sprints.start(1)),
        (lambda: sprints.update(1, sort=1), lambda: sprints.delete(1)),
        (lambda: sprints.update(1, sort=1), lambda: kanban.add_stage(1, name="New")),
        (lambda: sprints.start(1), lambda: kanban.add_stage(1, name="New")),
        # A stage's sprint and a group's active sprint are not known here.
        (lambda: sprints.start(1), lambda: kanban.update_stage(5, name="New")),
        (lambda: sprints.start(1), lambda: kanban.delete_stage(5)),
        (lambda: sprints.complete(group_id=7), lambda: sprints.start(1)),
        (lambda: sprints.complete(group_id=7), lambda: sprints.update(1, sort=1)),
        (lambda: sprints.complete(group_id=7), lambda: kanban.add_stage(1, name="New")),
        (lambda: sprints.complete(group_id=7), lambda: kanban.update_stage(5, name="New")),
        (lambda: sprints.complete(group_id=7), lambda: sprints.complete(group_id=7)),
        (lambda: sprints.complete(group_id=7), lambda: add(7)),
    ],
)
def test_these_do_not_share_a_batch(one: Any, other: Any) -> None:
    assert not share(one(), other())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lambda: sprints.update(1, sort=1), lambda: sprints.update(2, sort=2)),
        (lambda: sprints.start(1), lambda: sprints.start(2)),
        (lambda: sprints.complete(group_id=7), lambda: sprints.complete(group_id=8)),
        (lambda: sprints.complete(group_id=7), lambda: add(8)),
        (lambda: add(7), lambda: add(7)),
        (lambda: add(7), lambda: sprints.start(1)),
        (lambda: kanban.add_stage(1, name="A"), lambda: kanban.add_stage(1, name="B")),
        (lambda: kanban.add_stage(1, name="A"), lambda: kanban.add_stage(2, name="B")),
        (lambda: kanban.delete_stage(5), lambda: kanban.update_stage(5, name="B")),
        (lambda: sprints.start(1), lambda: sprints.get(1)),
        (lambda: sprints.start(1), lambda: epics.delete(1)),
        (lambda: sprints.start(1), lambda: kanban.add_task(1, task_id=2, stage_id=3)),
    ],
)
def test_these_may_share_a_batch(one: Any, other: Any) -> None:
    assert share(one(), other())


def test_a_reference_stands_for_what_its_call_gives() -> None:
    sprint = unsent(add(7))
    update = unsent(sprints.update(sprint.ref("id"), sort=1))
    assert ("sprint", sprint) in update.claims
    assert not share(update, kanban.add_stage(sprint.ref("id"), name="New"))


def test_calls_of_one_group_share_what_they_claim() -> None:
    assert unsent(add(7)).claims is unsent(add(7)).claims


def test_a_call_that_was_referred_to_is_not_kept() -> None:
    group = unsent(Groups(SENDER).create(name="G", scrum_master_id=1))
    sprint = unsent(add(group.ref()))
    alive = weakref.ref(group)
    del group, sprint
    gc.collect()
    assert alive() is None
