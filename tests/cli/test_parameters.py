"""Parameters of a call as they are typed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.cli.parameters import read_parameters
from bitrix_scrum_async.wire import is_list


def nested(value: Any, keys: list[str]) -> Any:
    """Put a value into maps."""
    for key in reversed(keys):
        value = {key: value}
    return value


@pytest.mark.parametrize(
    ("pairs", "json", "found"),
    [
        ([], None, {}),
        (["id=2"], None, {"id": "2"}),
        (["name="], None, {"name": ""}),
        (["sum=a=b [c]"], None, {"sum": "a=b [c]"}),
        (["fields[name]=Sign-in"], None, {"fields": {"name": "Sign-in"}}),
        (
            ["filter[>ID]=7", "filter[!GROUP_ID]=1"],
            None,
            {"filter": {">ID": "7", "!GROUP_ID": "1"}},
        ),
        (["a[b][c]=1", "a[b][d]=2"], None, {"a": {"b": {"c": "1", "d": "2"}}}),
        (["select[]=ID", "select[]=NAME"], None, {"select": ["ID", "NAME"]}),
        (["select[0]=ID", "select[1]=NAME"], None, {"select": ["ID", "NAME"]}),
        (["select[1]=ID"], None, {"select": {"1": "ID"}}),
        (["a[\u0661]=1", "a[01]=2", "a[]=3"], None, {"a": {"\u0661": "1", "01": "2", "0": "3"}}),
        ([f"a{'[b]' * 63}=1"], None, nested("1", ["a", *"b" * 63])),
        (["rows[][id]=1", "rows[][id]=2"], None, {"rows": [{"id": "1"}, {"id": "2"}]}),
        ([], '{"id": 2, "on": true, "list": [], "map": {}}', None),
        (["ids[]=3"], '{"ids": [1, 2]}', {"ids": [1, 2, "3"]}),
        (["fields[b]=2"], '{"fields": {"a": 1}}', {"fields": {"a": 1, "b": "2"}}),
    ],
)
def test_what_is_typed_becomes_maps_and_lists(
    pairs: list[str], json: str | None, found: dict[str, Any] | None
) -> None:
    if found is None:
        found = {"id": 2, "on": True, "list": [], "map": {}}
    assert read_parameters(pairs, json) == found


@pytest.mark.parametrize(
    ("pairs", "json", "said"),
    [
        (["id"], None, "'id' is not NAME=VALUE, such as id=2"),
        (["=2"], None, "'=2' is not NAME=VALUE"),
        (["[id]=2"], None, r"is not NAME=VALUE"),
        (["a[b=2"], None, "is not NAME=VALUE"),
        (["a]b=2"], None, "is not NAME=VALUE"),
        (["id=2", "id=3"], None, "'id' has a value already"),
        (["id=2"], '{"id": 3}', "'id' has a value already"),
        (["a=1", "a[b]=2"], None, r"'a\[b\]' leads into a value that is neither map nor list"),
        (["a[b]=1", "a=2"], None, "'a' has a value already"),
        ([], "[1]", r"--params is no JSON object: \[1\]"),
        ([], "{", "--params is not JSON: "),
        ([], b"\xff", "--params is not JSON: "),
        ([], '{"a":' * 900 + "1" + "}" * 900, "nested at most 64 levels deep"),
        ([f"a{'[b]' * 3000}=1"], None, "nested at most 64 levels deep"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    pairs: list[str], json: str | bytes | None, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        read_parameters(pairs, json)


names = st.text(
    st.characters(codec="utf-8", exclude_characters="[]="), min_size=1, max_size=5
).filter(lambda name: not name.isdecimal())
trees = st.recursive(
    st.text(max_size=5),
    lambda inner: (
        st.dictionaries(names, inner, min_size=1, max_size=3)
        | st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=10,
)


def pairs_of(tree: Any, path: str) -> list[str]:
    """Write a tree in brackets."""
    if isinstance(tree, str):
        return [f"{path}={tree}"]
    items: Any = enumerate(tree) if is_list(tree) else tree.items()
    return [pair for key, value in items for pair in pairs_of(value, f"{path}[{key}]")]


@given(st.dictionaries(names, trees, max_size=3))
def test_any_tree_of_texts_can_be_typed(tree: dict[str, Any]) -> None:
    pairs = [pair for name, value in tree.items() for pair in pairs_of(value, name)]
    assert read_parameters(pairs, None) == tree
