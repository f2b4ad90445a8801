"""Headers of Jira, in English and Russian."""

import pytest

from bitrix_scrum_async.importer.convert.columns import Columns, meaning, wanted
from bitrix_scrum_async.importer.convert.table import Row


@pytest.mark.parametrize(
    ("header", "what"),
    [
        ("Summary", "title"),
        ("Тема", "title"),
        ("issue KEY", "key"),
        ("Work item key", "key"),
        ("Ключ проблемы", "key"),
        ("Тип задачи", "kind"),
        ("Custom field (Story Points)", "points"),
        ("Custom field (Story point estimate)", "points"),
        ("Пользовательское поле (Story Points)", "points"),
        ("Настраиваемое поле (Название эпика)", "epic name"),
        ("Custom field (Epic Link)", "epic"),
        ("Custom field (Sprint)", "sprint"),
        ("Спринт", "sprint"),
        ("Parent key", "parent key"),
        ("Inward issue link (Blocks)", "links"),
        ("Исходящая ссылка (Блокирует)", "links"),
        ("Custom field (Rank)", None),
        ("Custom field (", None),
        ("", None),
    ],
)
def test_a_header_means(header: str, what: str | None) -> None:
    assert meaning(header) == what


def test_what_is_missing_is_named_as_jira_names_it() -> None:
    assert wanted("key") == "Issue key"


def test_repeated_columns_are_read_together() -> None:
    columns = Columns.of(["Sprint", "Summary", "Sprint", "Votes", "Sprint", ""])
    row = Row(1, ["One", " Title ", "Two", "0", " ", "x"])
    assert columns.all(row, "sprint") == ["One", "Two"]
    assert columns.one(row, "title") == "Title"
    assert columns.one(row, "status") == ""
    assert columns.unknown == {3: "Votes"}
