"""Parameters as PHP query strings: what is written is what PHP reads, or nothing is written."""

import json
import tracemalloc
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.emulator.macros import substitute
from bitrix_scrum_async.emulator.php import parse_command
from bitrix_scrum_async.php import (
    Later,
    Macro,
    NoQuery,
    quoted,
    result_macro,
    unquoted,
    would_be_rewritten,
    write_query,
)
from bitrix_scrum_async.wire import is_list, is_map


def no_references(_later: Later) -> Any:
    raise AssertionError("there are no references here")


def written(params: dict[str, Any]) -> str:
    return write_query(params, no_references)


def as_php_holds(value: Any) -> Any:
    """Wire values as PHP holds them: all text, and lists and maps are one thing."""
    if is_map(value):
        return {key: as_php_holds(item) for key, item in value.items()}
    if is_list(value):
        return {str(index): as_php_holds(item) for index, item in enumerate(value)}
    return value if isinstance(value, str) else repr(value)


def test_a_query_is_plain_and_percent_encoded() -> None:
    params = {"id": 5, "fields": {"name": "Größe + 1 & more", "files": ["n1", "n2"]}}
    assert written(params) == (
        "id=5&fields[name]=Gr%C3%B6%C3%9Fe%20%2B%201%20%26%20more"
        "&fields[files][0]=n1&fields[files][1]=n2"
    )


def test_an_empty_list_of_a_field_is_written_so_that_it_clears() -> None:
    assert written({"id": 1, "fields": {"files": []}}) == "id=1&fields[files]="


def test_a_macro_is_written_as_it_stands() -> None:
    macro = result_macro("c7", ("task", "id"))
    assert written({"id": macro}) == "id=$result[c7][task][id]"
    assert isinstance(macro, Macro)


def test_an_ampersand_stands_between_variables_only() -> None:
    """A batch counts them: PHP drops those above its limit."""
    assert written({"a": 1, "b": {"c": [1, "x&y"], "d&e": ""}}).count("&") == 3


@pytest.mark.parametrize(
    "params",
    [
        {"filter": {}},
        {"filter": {"ID": []}},
        {"select": []},
        {"fields": {}},
        {"fields": {"a": {}}},
        {"fields": {"a": {"b": []}}},
        {"a.b": 1},
        {"a b": 1},
        {"a[b": 1},
        {"": 1},
        {"a": {"": 1}},
        {"a": {" ": 1}},
        {"a": {"x]y": 1}},
        {"a": {"x\0y": 1}},
        {"a": "cost $result[x]"},
    ],
)
def test_what_php_would_read_otherwise_is_not_written(params: dict[str, Any]) -> None:
    with pytest.raises(NoQuery):
        written(params)


def test_nesting_deeper_than_php_reads_is_not_written() -> None:
    value: Any = "x"
    for _ in range(70):
        value = {"k": value}
    with pytest.raises(NoQuery):
        written({"a": value})


@pytest.mark.parametrize(
    "text",
    [
        "$result[a][id]",
        "n $result[a][id], ok",
        "$results[a]",
        "$totalCost[USD]",
        "$timeline[x]",
        "$errors[0]",
        "$nextStep[1]",
        "$RESULT[a]",
        "$argument[x]",
        "a$result-x,y[z]",
        "$result\u00a0[a]",  # a no-break space is no blank to PHP
    ],
)
def test_text_that_a_portal_would_rewrite_is_recognised(text: str) -> None:
    assert would_be_rewritten(text)


@pytest.mark.parametrize(
    "text",
    [
        "$result a[id]",
        "$result[]",
        "$result",
        "price $5 [x]",
        "a[b]",
        "$[x]",
        "$result\n[a]",
        "$result[ a]",
    ],
)
def test_other_text_is_not(text: str) -> None:
    assert not would_be_rewritten(text)


RESULTS = {
    "result": {"c0": {"id": 7, "name": "X"}, "0": [1, 2]},
    "next": {"c0": 50},
    "total": {"c0": 120},
    "time": {"c0": {"start": 1}},
    "error": {"c1": {"error": 0}},
}

plain = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
macro_like = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "$result",
                "$TOTAL",
                "$next",
                "$time",
                "$error",
                "[c0]",
                "[id]",
                "[",
                "]",
                " ",
                "$",
                "\u00a0",
            ]
        ),
        plain,
    ),
    max_size=6,
).map("".join)
texts = st.one_of(plain, macro_like)
keys = st.one_of(
    st.sampled_from(["fields", "NAME", "a.b", " x", "7", "07", "-1", "x[", "+"]), texts
)
values = st.recursive(
    st.one_of(texts, st.integers(), st.floats(allow_nan=False, allow_infinity=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
    max_leaves=12,
)


@given(st.dictionaries(keys, values, max_size=4))
def test_php_reads_what_was_written(params: dict[str, Any]) -> None:
    """For any parameters: they arrive as they are, or they are not written; no macro is found."""
    try:
        query = written(params)
    except NoQuery:
        return
    method, read = parse_command(f"tasks.api.scrum.sprint.get?{query}", max_input_vars=None)
    assert method == "tasks.api.scrum.sprint.get"
    assert as_php_holds(read) == _with_cleared_fields(as_php_holds(params))
    assert substitute(read, RESULTS) == read


CASES = json.loads((Path(__file__).parent / "emulator/php-cases.json").read_bytes())


def test_what_real_php_read_can_be_written_again() -> None:
    """The parameters that PHP 8.2 made of 400 commands: written, they are read the same."""
    again = 0
    for case in CASES:
        params: Any = case["params"] or {}
        if is_list(params):
            params = {str(index): item for index, item in enumerate(params)}
        try:
            query = written(params)
        except NoQuery:
            continue
        _, read = parse_command(f"{case['method']}?{query}", max_input_vars=None)
        assert as_php_holds(read) == as_php_holds(params)
        again += 1
    assert again > len(CASES) * 0.8


plain = st.text(alphabet=st.characters(exclude_categories=["Cs"])) | st.text("a0 ~$._-%é&=+\n\x7f")


@given(plain.filter(lambda text: not would_be_rewritten(text)))
def test_texts_are_encoded_as_everybody_does(text: str) -> None:
    assert written({"a": text}) == f"a={quote(text, safe='')}"
    assert written({"a": {"b": text}}) == f"a[b]={quote(text, safe='')}"


@given(st.lists(plain, unique=True, min_size=1, max_size=3))
def test_names_are_written_or_refused_each_time_alike(names: list[str]) -> None:
    inner = [f"a[{quote(name, safe='')}]=1" for name in names]
    is_readable = all(name.strip() and not set(name) & set("[]\0") for name in names)
    for _ in range(2):
        for ordered, pieces in [(names, inner), (names[::-1], inner[::-1])]:
            params = {"a": dict.fromkeys(ordered, 1)}
            if is_readable:
                assert written(params) == "&".join(pieces)
            else:
                with pytest.raises(NoQuery):
                    written(params)


def test_names_of_large_maps_are_not_kept() -> None:
    """They may be ids, and each time others."""

    def write(begin: int) -> None:
        written({"a": {f"id-{n}": 1 for n in range(begin, begin + 2000)}})

    write(0)
    tracemalloc.start()
    try:
        for begin in range(2000, 60_000, 2000):
            write(begin)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 1_000_000


def _with_cleared_fields(params: dict[str, Any]) -> dict[str, Any]:
    fields = params.get("fields")
    if is_map(fields):
        params["fields"] = {key: "" if item == {} else item for key, item in fields.items()}
    return params


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_that_was_quoted_can_be_read_again(text: str) -> None:
    try:
        query = quoted(text)
    except NoQuery:
        return
    assert unquoted(query) == text


@pytest.mark.parametrize(
    "text", ["", "a b", "100%", "%41", "\\x41\\", "Größe", "Спринт" * 10_000, "🚀\0"]
)
def test_so_can_awkward_ones(text: str) -> None:
    assert unquoted(quoted(text)) == text
