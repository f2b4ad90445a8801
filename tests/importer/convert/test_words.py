"""What teams call their statuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.importer.convert.words import kind_of, names_a_sprint, natural, phase_of


@pytest.mark.parametrize(
    ("phase", "names"),
    [
        ("backlog", "Backlog|Product Backlog|Ideas|Icebox|Бэклог|Идеи"),
        ("new", "To Do|TODO|Open|New|Reopened|Selected for Development|Ready|Ready for dev"),
        ("new", "Not started|К выполнению|Сделать|Открыта|Новая|Переоткрыт|Запланировано"),
        ("work", "In Progress|Doing|Code Review|In review|Testing|QA|Waiting for customer|Blocked"),
        ("work", "Ready for release|В работе|Ревью|Тестирование|Готово к релизу|На проверке"),
        ("done", "Done|Closed|Resolved|Released|Completed|Won't do|Cancelled|Duplicate"),
        ("done", "Готово|Выполнено|Закрыта|Решена|Завершено|Отменена|Отклонено|Сделано"),
        (None, "Parking lot|Mañana|待办|"),
    ],
)
def test_a_status_means(phase: str | None, names: str) -> None:
    assert {name: phase_of(name) for name in names.split("|")} == dict.fromkeys(
        names.split("|"), phase
    )


def test_what_the_tool_says_counts_before_the_name() -> None:
    assert phase_of("Closed for comments", "In Progress") == "work"
    assert phase_of("Fertig", "Done") == "done"
    assert phase_of("Done", "Something") == "done"


def test_types_become() -> None:
    kinds = {"Epic": "epic", "Эпик": "epic", "Sub-task": "subtask", "Подзадача": "subtask"}
    assert {name: kind_of(name) for name in kinds} == kinds
    assert kind_of("Story") == kind_of("История") == kind_of("") == "task"


def test_lists_are_named_after_sprints() -> None:
    assert names_a_sprint("SPRINT 12 (done)")
    assert names_a_sprint("Спринт 3")
    assert not names_a_sprint("Sprinter")


def test_numbers_sort_as_numbers() -> None:
    names = ["Sprint 10", "sprint 9", "Sprint", "10", "9 x"]
    assert sorted(names, key=natural) == ["9 x", "10", "Sprint", "sprint 9", "Sprint 10"]


@given(st.lists(st.text()))
def test_any_names_sort(names: list[str]) -> None:
    assert len(sorted(names, key=natural)) == len(names)
