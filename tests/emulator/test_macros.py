"""Macros in batch commands: the rule of the portal row by row, with all of its hazards."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.emulator.macros import (
    NAMES,
    MacroTypeError,
    compile_names,
    number_text,
    substitute,
)
from bitrix_scrum_async.emulator.switches import PartialMacro

A = {"id": 7, "name": "X", "none": None, "rows": [{"id": "12"}], "word": "h\u00e9llo", "on": True}
RESULTS: dict[str, Any] = {"a": A, "n": 5, "10": {"id": 3}, "f": 2.0}
SOURCES: dict[str, Any] = {
    "result": RESULTS,
    "next": {"a": 50},
    "total": {"a": 137},
    "time": {"a": {"start": 1}},
    "error": {},
}


def replaced(text: str, partial: PartialMacro = "unchanged") -> Any:
    return substitute({"x": text}, SOURCES, partial=partial)["x"]


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        # The portal's own examples, in their order.
        ("$result[a][id]", 7),
        ("$result[a]", A),
        ("n $result[a][id] z", "n 7 z"),
        ("n $result[a][id], ok", "n 7 ok"),
        ("$result[a][id]-x", 7),
        ("$result[a][id]/$result[a][name]", 7),
        ("$result[zzz][id]", RESULTS),
        ("$result[a][nope]", A),
        ("$results[a][id]", 7),
        ("$resultset[0]", RESULTS),
        ("$totalCost[USD]", {"a": 137}),
        ("it is $totalCost[USD] now", "it is $totalCost[USD] now"),
        ("$timeline[x]", {"a": {"start": 1}}),
        ("$errors[0]", {}),
        ("$nextStep[1]", {"a": 50}),
        ("$RESULT[a][id]", None),
        ("n $RESULT[a][id] z", "n $RESULT[a][id] z"),
        ("$result a[id]", "$result a[id]"),
        ("$result[]", "$result[]"),
        ("$result", "$result"),
        ("price $5 [x]", "price $5 [x]"),
        # And what else the rule says.
        ("$total[a]", 137),
        ("$next[a]", 50),
        ("$result[n]", 5),
        ("$result[n][id]", 5),
        ("$result[10][id]", 3),
        ("$result[a][none]", A),
        ("$result[a][rows][0][id]", "12"),
        ("$result[a][rows][00][id]", A["rows"]),
        ("$result[a][rows][-1]", A["rows"]),
        ("$result[a][name][0]", "X"),
        ("$result[a][name][-1]", "X"),
        ("$result[a][name][5]", "X"),
        ("$result[a][name][x]", "X"),
        ("$result[a][word][1]", "\udcc3"),  # one byte of two
        ("$result[a][id]\u00a0x", 7),  # a no-break space is no blank
        ("$result[a][id]\tx", "7\tx"),
        ("$result[[a][id]", RESULTS),
        ("$result[a b]", "$result[a b]"),
        ("x$result[a][id]", "x7"),
        ("$result[a][id] $result[a][id] $result[n]", "7 7 5"),
        ("f=$result[f]", "f=$result[f]".replace("$result[f]", "2")),
        ("on $result[a][on] off", "on $result[a][on] off"),
        ("a $result[a] b", "a $result[a] b"),
        ("$re\u017fult[a]", "$re\u017fult[a]"),  # a long s is no s
        ("nothing", "nothing"),
    ],
)
def test_what_a_value_becomes(text: str, becomes: Any) -> None:
    assert replaced(text) == becomes
    assert type(replaced(text)) is type(becomes)


@pytest.mark.parametrize(
    ("text", "removed", "array"),
    [
        ("a $result[a] b", "a  b", "a Array b"),
        ("a $RESULT[a] b", "a  b", "a  b"),
        ("a $result[a][on] b", "a  b", "a 1 b"),
        ("a $result[a][id] b", "a 7 b", "a 7 b"),
    ],
)
def test_what_older_portals_make_of_a_macro_inside_text(
    text: str, removed: str, array: str
) -> None:
    assert replaced(text, "removed") == removed
    assert replaced(text, "Array") == array


def test_an_array_inside_text_is_a_type_error_under_php_8() -> None:
    with pytest.raises(MacroTypeError):
        replaced("a $result[a] b", "crash")
    assert replaced("a $result[a][id] b", "crash") == "a 7 b"
    assert replaced("$result[a]", "crash") == A


def test_matches_come_from_the_text_as_it_was_and_are_replaced_everywhere() -> None:
    sources = {"result": {"a": "$result[b]", "b": "B"}}
    assert substitute({"x": "$result[a] $result[b]"}, sources)["x"] == "B B"
    assert substitute({"x": "$result[a] ."}, sources)["x"] == "$result[b] ."


def test_every_leaf_is_walked_and_keys_are_not() -> None:
    params: dict[str, Any] = {"f": {"$result[a][id]": ["$result[a][id]", {"k": "$result[n]"}]}}
    assert substitute(params, SOURCES) == {"f": {"$result[a][id]": [7, {"k": 5}]}}


def test_names_of_error_members_may_join() -> None:
    names = compile_names((*NAMES, "argument"))
    sources = {**SOURCES, "argument": "id"}
    assert substitute({"x": "$argument[0]"}, sources, names=names)["x"] == "i"
    assert substitute({"x": "$argument[0]"}, sources)["x"] == "$argument[0]"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (7, "7"),
        (7.0, "7"),
        (-0.0, "-0"),
        (0.1, "0.1"),
        (1e13, "10000000000000"),
        (1 / 3, "0.33333333333333"),
        (1e25, "1.0E+25"),
        (1.5e-7, "1.5E-7"),
        (1e15, "1.0E+15"),
    ],
)
def test_numbers_as_php_writes_them(number: float, text: str) -> None:
    assert number_text(number) == text


@given(st.text(alphabet=st.sampled_from("$result[a]id nextTOTAL0-\u00e9\n "), max_size=40))
def test_text_without_a_dollar_and_bracket_is_never_touched(text: str) -> None:
    if "$" not in text or "[" not in text:
        assert replaced(text) == text
    else:
        replaced(text)
