"""Filters, order and pages of the lists.

A filter is a map of names with an operator in front (`">ID"`) to values. Text is compared as the
database does it, without regard to case.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeVar

import attrs

from .values import is_empty, to_int, to_list, to_map, to_str

Row = TypeVar("Row")
Kind = Literal["int", "text", "exact", "date", "unmatched"]
Test = Callable[[Any], bool]

PAGE = 50
_KEY = re.compile(r"(!=%|!%=|!==|==|!=|!%|!@|>=|<=|=%|%=|=|!|>|<|%|@)?(.*)", re.DOTALL)
_INTEGER_KEY = re.compile(r"\d+")


class UnknownName(Exception):
    """A filter, select or order names what is no column."""


@attrs.frozen
class Column:
    """One column of a list.

    Args:
        read: Its value in a row.
        kind: How it is compared. `exact` text regards case; `date` reads text into unix seconds;
            `unmatched` never equals anything, as dates whose text is not converted.
        many: Its value is a sequence; one member that fits is enough.
    """

    read: Callable[[Any], Any]
    kind: Kind = "int"
    many: bool = False


@attrs.frozen
class Condition:
    """One entry of a filter: operator, name and value."""

    operator: str
    name: str
    value: Any


def conditions(filter_: Any) -> list[Condition]:
    """The entries of a filter; an empty list as a value is no condition at all."""
    found: list[Condition] = []
    for key, value in to_map(filter_).items():
        matched = _KEY.fullmatch(str(key))
        operator, name = (matched[1] or "", matched[2]) if matched else ("", str(key))
        if isinstance(value, (dict, list)) and not value:
            continue
        found.append(Condition(operator, name, value))
    return found


def matcher(
    filter_: Any,
    columns: Mapping[str, Column],
    *,
    skip_unknown: bool = False,
    read_time: Callable[[Any], int | None] = lambda value: None,
) -> Test | None:
    """A test for rows, or `None` when the filter has no condition.

    Args:
        filter_: The filter; nested maps under numeric keys are groups, joined as `LOGIC` says.
        columns: The columns by name.
        skip_unknown: Unknown names are ignored instead of refused.
        read_time: Reads a date of the filter.

    Raises:
        UnknownName: For a name that is no column.
    """
    tests: list[Test] = []
    any_of = False
    for condition in conditions(filter_):
        name, value = condition.name, condition.value
        if name == "LOGIC":
            any_of = to_str(value).upper() == "OR"
            continue
        if _INTEGER_KEY.fullmatch(name) and isinstance(value, (dict, list)):
            inner = matcher(value, columns, skip_unknown=skip_unknown, read_time=read_time)
            if inner is not None:
                tests.append(inner)
            continue
        column = columns.get(name)
        if column is None:
            if skip_unknown:
                continue
            raise UnknownName(name)
        tests.append(_test(condition, column, read_time))
    if not tests:
        return None
    if len(tests) == 1:
        return tests[0]
    if any_of:
        return lambda row: any(test(row) for test in tests)
    return lambda row: all(test(row) for test in tests)


def _test(condition: Condition, column: Column, read_time: Callable[[Any], int | None]) -> Test:
    operator = condition.operator
    if column.kind == "unmatched":
        return lambda row: False
    if "%" in operator:
        accepts = _text_test(operator, condition.value)
    else:
        accepts = _value_test(operator, condition.value, _converter(column.kind, read_time))
    read, fold = column.read, column.kind == "text"

    def test(row: Any) -> bool:
        value = read(row)
        if column.many:
            return accepts(value)
        return accepts((value.casefold() if fold and isinstance(value, str) else value,))

    return test


def _converter(kind: Kind, read_time: Callable[[Any], int | None]) -> Callable[[Any], Any]:
    if kind == "int":
        return to_int
    if kind == "date":
        return read_time
    if kind == "text":
        return lambda value: to_str(value).casefold()
    return to_str


def _value_test(operator: str, value: Any, convert: Callable[[Any], Any]) -> Test:
    """A test of the values of a row, of which one must fit."""
    wanted = {convert(one) for one in to_list(value)} or {convert(value)}
    if operator in ("", "=", "==", "@"):
        return lambda values: any(one in wanted for one in values)
    if operator.startswith("!"):
        return lambda values: not any(one in wanted for one in values)
    bound = convert(value)
    if bound is None:
        return lambda values: False
    compare: dict[str, Callable[[Any], bool]] = {
        ">": lambda one: one > bound,
        ">=": lambda one: one >= bound,
        "<": lambda one: one < bound,
        "<=": lambda one: one <= bound,
    }
    fits = compare[operator]
    return lambda values: any(one is not None and fits(one) for one in values)


def _text_test(operator: str, value: Any) -> Test:
    """Substrings (`%`) and the database's LIKE (`=%`, `%=`), negated by `!`."""
    texts = [to_str(one).casefold() for one in to_list(value)] or [""]
    if "=" in operator.lstrip("!"):
        patterns = [re.compile(_like(text), re.DOTALL) for text in texts]

        def found(one: str) -> bool:
            return any(pattern.fullmatch(one) for pattern in patterns)
    else:

        def found(one: str) -> bool:
            return any(text in one for text in texts)

    negated = operator.startswith("!")
    return lambda values: any(found(to_str(one).casefold()) for one in values) != negated


def _like(text: str) -> str:
    signs = {"%": ".*", "_": "."}
    return "".join(signs.get(sign) or re.escape(sign) for sign in text)


def _required(filter_: Any) -> list[Condition]:
    """The conditions that every row of the answer meets: none where any of them is enough."""
    found = conditions(filter_)
    logic = [one.value for one in found if one.name == "LOGIC"]
    return [] if logic and to_str(logic[-1]).upper() == "OR" else found


def values_of(filter_: Any, name: str) -> list[Any] | None:
    """What a column must equal at the top of the filter, or `None`: for the choice of an index."""
    for condition in _required(filter_):
        if condition.name == name and condition.operator in ("", "=", "==", "@"):
            return to_list(condition.value) or [condition.value]
    return None


def ids_between(filter_: Any, ids: Sequence[int]) -> Sequence[int]:
    """Those of ascending ids that `>ID` and `<=ID` let through: for the choice of an index."""
    begin, end = 0, len(ids)
    for condition in _required(filter_):
        if condition.name == "ID" and condition.operator == ">":
            begin = bisect_right(ids, to_int(condition.value))
        elif condition.name == "ID" and condition.operator == "<=":
            end = bisect_right(ids, to_int(condition.value))
    return ids[begin:end]


def ordered(
    rows: Sequence[Row],
    order: Any,
    columns: Mapping[str, Column],
    *,
    refuse_directions: bool = False,
) -> list[Row]:
    """Rows in the order of a map of names to `asc` or `desc`.

    Raises:
        UnknownName: For a name that is no column, or with `refuse_directions` for another
            direction.
    """
    result = list(rows)
    for name, direction in reversed(to_map(order).items()):
        column = columns.get(name)
        word = to_str(direction).upper()
        if column is None or (refuse_directions and word not in ("ASC", "DESC")):
            raise UnknownName(name)
        read = column.read
        result.sort(key=_sort_key(read), reverse=word == "DESC")
    return result


def _sort_key(read: Callable[[Any], Any]) -> Callable[[Any], tuple[bool, Any]]:
    def key(row: Any) -> tuple[bool, Any]:
        value = read(row)
        if value is None:
            return (False, 0)  # the database puts nulls first
        return (True, value.casefold() if isinstance(value, str) else value)

    return key


def page_start(start: int | None) -> int:
    """Where a page begins: offsets are rounded down to whole pages."""
    return max(start or 0, 0) // PAGE * PAGE


def page_of(rows: Iterable[Row], start: int | None) -> list[Row]:
    """One page of 50."""
    first = page_start(start)
    return list(rows)[first : first + PAGE]


def truthy_names(select: Any) -> list[str]:
    """The names of a `select`."""
    return [to_str(name) for name in to_list(select) if not is_empty(name)]
