"""PHP's reading of URLs and query strings, against what PHP 8.2 itself made of 400 commands."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.emulator.php import (
    parse_command,
    parse_str,
    parse_url,
    php_array,
    register_form,
)

CASES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("php-cases.json").read_text("utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_a_command_is_read_as_php_reads_it(case: dict[str, Any]) -> None:
    method, params = parse_command(case["command"])
    assert method == case["method"]
    # The order of keys matters: PHP keeps the order of insertion.
    assert json.dumps(php_array(params)) == json.dumps(case["params"])


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (b"m", (b"m", b"")),
        (b"m?a=1#b?c", (b"m", b"a=1")),
        (b"m#a?b", (b"m", b"")),
        (b"", (b"", b"")),
        (b"?a=1", (b"", b"a=1")),
        (b"/m?a=1", (b"/m", b"a=1")),
        (b"m\n?a\tb=\0\x7f", (b"m_", b"a_b=__")),
        (b"http://host/m?a=1", (b"/m", b"a=1")),
        (b"http://user:pw@host:80/m", (b"/m", b"")),
        (b"http://[::1]:80/m", (b"/m", b"")),
        (b"http://[::1]/m", (b"/m", b"")),
        (b"http://host:/m", (b"/m", b"")),
        (b"http://host", (b"", b"")),
        (b"http://host?a=1", (b"", b"a=1")),
        (b"http:///m", None),
        (b"http://host:99999/m", None),
        (b"http://host:123456/m", None),
        (b"http://:80", None),
        (b"http:/m", (b"/m", b"")),
        (b"mailto:m?a=1", (b"m", b"a=1")),
        (b"http:", (b"", b"")),
        (b"file:///m?a=1", (b"/m", b"a=1")),
        (b"file:///c:/m", (b"c:/m", b"")),
        (b"//host/m?a=1", (b"/m", b"a=1")),
        (b"//host:80/m", (b"/m", b"")),
        (b"//", None),
        (b"host:80/m?a=1", (b"/m", b"a=1")),
        (b"host:80", (b"", b"")),
        (b"host:80?a=1", (b"80", b"a=1")),
        (b"host:123456/m", (b"123456/m", b"")),
        (b"a_b:80/m", (b"/m", b"")),
        (b"a_b:99999/m", None),
        (b"a_b:c/m", (b"a_b:c/m", b"")),
        (b"a_b:", (b"a_b:", b"")),
        (b":80/m", None),
        (b":", None),
        (b"/m?a=:80", (b"/m", b"a=:80")),
        (b"//host/m?a=:80", (b"/m", b"a=:80")),
    ],
)
def test_path_and_query_of_an_address(url: bytes, expected: tuple[bytes, bytes] | None) -> None:
    assert parse_url(url) == expected


def test_a_command_php_cannot_parse_has_no_method() -> None:
    assert parse_command("http:///m?a=1") == ("", {})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (b"a=1&a[]=2", {"a": ["2"]}),
        (b"a[9223372036854775807]=x&a[][b]=y", {"a": {"9223372036854775807": "x"}}),
        (b"a[5]=x&a[]=y", {"a": {"5": "x", "6": "y"}}),
        (b"a[-5]=x&a[]=y", {"a": {"-5": "x", "0": "y"}}),
        (b"a[-0]=x&a[]=y", {"a": {"-0": "x", "0": "y"}}),
        (b"a[9223372036854775807]=x&a[]=y", {"a": {"9223372036854775807": "x"}}),
        (b"a[9223372036854775808]=x&a[]=y", {"a": {"9223372036854775808": "x", "0": "y"}}),
        (b"a[x][y=1", {"a": {"x": "1"}}),
        (b"a[][y=1", {"a": ["1"]}),
        (b"a[b.c d=1", {"a_b_c_d": "1"}),
        (b"a[\t]=1", {"a": ["1"]}),
        (b"a[  ]=1", {"a": {"  ": "1"}}),
        (b"a%00b=1", {"a": "1"}),
        (b"%00=1", {}),
        (b"a=x%00y", {"a": "x\0y"}),
        (b"a=1\0&b=2", {"a": "1"}),
        (b"..Host-a=1&__Host-b=2", {"__Host-b": "2"}),
        (b"_.Host-a=1&__Host-b=2", {"__Host-b": "2"}),
        (b"_ Secure-a=1", {}),
        (b"a=%ff", {"a": "\udcff"}),
        (b"%ff[%fe]=1", {"\udcff": {"\udcfe": "1"}}),
        (b"+a=1", {"a": "1"}),
        (b"a[b][c]=1&a[b]=2", {"a": {"b": "2"}}),
    ],
)
def test_the_habits_of_parse_str(query: bytes, expected: dict[str, Any]) -> None:
    assert parse_str(query) == expected


def test_variables_over_the_limit_are_dropped_without_a_word() -> None:
    query = b"&".join(b"a[%d]=%d" % (n, n) for n in range(1200))
    elements = parse_str(query)["a"]
    assert isinstance(elements, list)
    assert len(elements) == 1000
    assert len(parse_str(query, max_input_vars=None)["a"]) == 1200


def test_empty_pairs_do_not_count_as_variables_but_nameless_ones_do() -> None:
    assert parse_str(b"&&&a=1&b=2", max_input_vars=2) == {"a": "1", "b": "2"}
    assert parse_str(b"=0&a=1&b=2", max_input_vars=2) == {"a": "1"}


def test_nesting_of_64_is_read_and_one_more_takes_the_whole_variable_away() -> None:
    deepest = b"a" + b"[x]" * 64
    assert parse_str(deepest + b"=1")["a"]
    assert parse_str(b"a[y]=1&b=2&" + deepest + b"[x]=1") == {"b": "2"}


def test_names_of_a_multipart_form_nest_and_its_values_are_not_decoded() -> None:
    assert register_form([("fields[a b]", "%41+"), ("fields[c]", "2")]) == {
        "fields": {"a b": "%41+", "c": "2"}
    }
    assert register_form([("a", "1"), ("b", "2")], max_input_vars=1) == {"a": "1"}


@given(st.binary(max_size=60))
def test_any_bytes_are_read_without_an_error(raw: bytes) -> None:
    parse_url(raw)
    parse_str(raw)


@given(st.text(alphabet=st.sampled_from("ab01[]=&.+% %5B%5D#?:/_-\u20ac"), max_size=60))
def test_any_command_is_read_without_an_error(command: str) -> None:
    parse_command(command)
