"""Converters of one's own: other hooks, other classes, other types."""

import datetime as dt
import doctest
from typing import Any

import attrs
import pytest
from cattrs import Converter

from bitrix_scrum_async import converter as converter_module
from bitrix_scrum_async.converter import configure_converter, decoder, make_converter
from bitrix_scrum_async.records import Backlog, Group
from tests.answers import GROUP, LISTED_GROUP


def test_the_examples_of_the_documentation_hold() -> None:
    found = doctest.DocTestFinder().find(converter_module, globs={})
    results = [doctest.DocTestRunner().run(test) for test in found]
    assert sum(result.attempted for result in results) > 10
    assert sum(result.failed for result in results) == 0


def test_a_record_may_get_another_hook() -> None:
    converter = make_converter()
    converter.register_unstructure_hook(Backlog, lambda backlog: backlog.id)
    converter.register_structure_hook(
        Backlog, lambda key, _: Backlog(id=key, group_id=0, created_by=0, modified_by=0)
    )
    backlog = Backlog(id=11, group_id=0, created_by=0, modified_by=0)
    assert converter.unstructure({"of": backlog}) == {"of": 11}
    assert converter.structure([11], list[Backlog]) == [backlog]
    answer = {"id": 11, "groupId": 0, "createdBy": 0, "modifiedBy": 0}
    assert decoder(Backlog)(answer, "m", "") == backlog


@attrs.frozen(kw_only=True)
class Watched(Group):
    """A group of a user's own."""

    watched_since: dt.date
    scrum_master_id: int = 0  # never None


@pytest.mark.parametrize("answer", [GROUP, LISTED_GROUP])
def test_a_class_made_from_a_record_is_read_as_the_record_is(answer: dict[str, Any]) -> None:
    key = "WATCHED_SINCE" if answer is GROUP else "watchedSince"
    converter = make_converter()
    converter.register_structure_hook(dt.date, lambda text, _: dt.date.fromisoformat(text))
    converter.register_unstructure_hook(dt.date, dt.date.isoformat)
    found = converter.structure({**answer, key: "2026-10-07"}, Watched)
    assert (found.id, found.active, found.scrum_master_id) == (143, True, 5)
    assert found.watched_since == dt.date(2026, 10, 7)
    there = converter.unstructure(found)
    assert there["watchedSince"] == "2026-10-07"
    assert converter.structure(there, Watched) == found


def test_configuring_a_converter_leaves_other_types_alone() -> None:
    converter = Converter()
    configure_converter(converter)
    assert converter.structure("1_000", int) == 1000
    assert converter.unstructure(dt.date(2026, 1, 1)) == dt.date(2026, 1, 1)
