"""What an import may use: the scopes that it lacks, and how they are named."""

import pytest

from bitrix_scrum_async.importer.scopes import called, lacking


@pytest.mark.parametrize(
    ("scopes", "said"),
    [
        (["a"], "the scope a"),
        (["a", "b"], "the scopes a and b"),
        (["a", "b", "c"], "the scopes a, b and c"),
    ],
)
def test_scopes_are_named_in_one_sentence(scopes: list[str], said: str) -> None:
    assert called(scopes) == said


@pytest.mark.parametrize(
    ("scope", "lacks"), [("user", []), ("user_basic", []), ("user_brief", ["user"])]
)
def test_addresses_are_shown_to_some_scopes_of_users(scope: str, lacks: list[str]) -> None:
    granted = ["task", "sonet_group", "socialnetwork", scope]
    assert lacking(granted, addresses=True) == lacks
    assert lacking(granted) == []
