"""Fields as the portal spells them."""

from typing import Any

import pytest

from bitrix_scrum_async import Group, Sprint, Task, User
from bitrix_scrum_async.spelling import spelling


@pytest.mark.parametrize(
    ("cls", "field", "name"),
    [
        (Sprint, "group_id", "groupId"),
        (Task, "xml_id", "xmlId"),
        (User, "last_name", "LAST_NAME"),
        (User, "departments", "UF_DEPARTMENT"),
        (Group, "scrum_master_id", "scrumMasterId"),
    ],
)
def test_fields_are_spelled_as_the_portal_does(cls: type[Any], field: str, name: str) -> None:
    assert spelling(cls, field) == name


def test_a_group_in_capitals_is_spelled_in_capitals() -> None:
    assert spelling(Group, "scrum_master_id", capitals=True) == "SCRUM_MASTER_ID"
