"""The table of what portals are known to say, and the page that shows it."""

import inspect
from collections import defaultdict

import pytest

from bitrix_scrum_async import errors as e
from bitrix_scrum_async.known_errors import (
    CODES,
    HIDDEN,
    PLAN_TEXTS,
    TOKEN_CODES,
    Known,
    closest,
    hidden_failure,
)
from bitrix_scrum_async.known_texts import BINDER_TEXTS, TEXTS

from .error_tables import PAGE, tables, tables_of

EVERY = (*CODES, *TOKEN_CODES, *PLAN_TEXTS, *TEXTS, *BINDER_TEXTS, *HIDDEN)
GENERAL = {e.PortalError, e.MethodError, e.NotFound, e.LimitError, e.BatchRefused}


def test_the_page_shows_what_the_library_knows() -> None:
    """After a change: `python -m tests.error_tables`."""
    assert tables_of(PAGE.read_text(encoding="utf-8")) == tables()


def test_every_error_of_a_portal_is_in_a_table() -> None:
    leaves = {
        cls
        for _, cls in inspect.getmembers(e, inspect.isclass)
        if issubclass(cls, e.PortalError) and cls not in GENERAL
    }
    assert {row.cls for row in EVERY} == leaves


def test_every_class_outside_the_tables_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for cls in (
        *(e.InvalidCall, e.NotSent, e.OutcomeUnknown, e.PortalMoved, e.PortalError),
        *(e.DependencyFailed, e.NotExecuted, e.DecodeError, e.BatchError),
    ):
        assert f"| `{cls.__name__}`" in page


def test_what_is_said_by_several_methods_means_one_thing() -> None:
    for table in (CODES, TOKEN_CODES, TEXTS):
        meanings: defaultdict[str, set[type[e.PortalError]]] = defaultdict(set)
        for row in table:
            meanings[row.said.lower()].add(row.cls)
        assert [said for said, classes in meanings.items() if len(classes) > 1] == []


def test_no_row_stands_twice() -> None:
    for table in (CODES, TOKEN_CODES, TEXTS, HIDDEN):
        seen = [(row.said.lower(), method) for row in table for method in row.methods or ("",)]
        assert len(seen) == len(set(seen))


@pytest.mark.parametrize("row", EVERY, ids=lambda row: row.said)
def test_advice_ends_a_sentence(row: Known) -> None:
    assert not row.advice.endswith(".")
    assert "|" not in row.said + row.advice


ROWS = (
    Known("No", e.NotSaved, ("sprint.start",), "a"),
    Known("No", e.NotSaved, (), "b"),
    Known("No", e.NotSaved, ("user.get",), "c"),
)


@pytest.mark.parametrize(
    ("rows", "method", "advice"),
    [
        (ROWS, "tasks.api.scrum.sprint.start", "a"),
        (ROWS, "TASKS.API.SCRUM.SPRINT.START", "a"),
        (ROWS, "user.get", "c"),
        (ROWS, "tasks.task.get", "b"),
        (ROWS[:1], "tasks.task.get", "a"),
    ],
)
def test_the_row_of_the_method_is_the_closest(
    rows: tuple[Known, ...], method: str, advice: str
) -> None:
    assert closest(rows, method).advice == advice


def test_a_hidden_failure_tells_what_was_answered_and_what_to_do() -> None:
    error = hidden_failure("false", "tasks.api.scrum.kanban.deleteStage")
    assert (type(error), error.code, error.status) == (e.NotSaved, "", None)
    assert str(error) == (
        "tasks.api.scrum.kanban.deleteStage: the portal answered false, without an error;"
        " no such stage, it holds cards, or the caller may not see it"
    )
