"""Parameters of a call as they are typed: ``fields[name]=Sign-in``, or JSON. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, cast

import orjson

from ..wire import is_list, is_map

_NAME = re.compile(r"(?P<first>[^\[\]=]+)(?P<rest>(?:\[[^\[\]]*\])*)")
_KEY = re.compile(r"\[([^\[\]]*)\]")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
_MOST_JSON = 60
_MOST_LEVELS = 64
"""As many as PHP reads of a query; what is nested deeper it drops."""
_TOO_DEEP = f"parameters are nested at most {_MOST_LEVELS} levels deep"

Tree: TypeAlias = dict[str, Any]


def read_json(text: str | bytes) -> Tree:
    """Read parameters that are given as one JSON object.

    Raises:
        ValueError: It is no JSON, or no object, or it is nested too deep.
    """
    try:
        found: Any = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"--params is not JSON: {error}") from None
    if not is_map(found):
        raise ValueError(f"--params is no JSON object: {found!s:.{_MOST_JSON}}")
    return {str(key): _open(value, 1) for key, value in found.items()}


def add_pair(tree: Tree, pair: str) -> None:
    """Add ``NAME=VALUE``. Brackets lead into maps and lists, as in the query of an address.

    Args:
        tree: The parameters so far.
        pair: Such as ``fields[name]=Sign-in`` or ``select[]=ID``. A value is always text.

    Raises:
        ValueError: It is no pair, or what it names has a value already.
    """
    name, sign, value = pair.partition("=")
    found = _NAME.fullmatch(name)
    if not sign or found is None:
        raise ValueError(f"{pair!r:.60} is not NAME=VALUE, such as id=2 or 'fields[name]=Sign-in'")
    keys: list[str] = _KEY.findall(found["rest"])
    if len(keys) >= _MOST_LEVELS:
        raise ValueError(_TOO_DEEP)
    *path, last = [found["first"], *keys]
    for key in path:
        inner: Any = tree.setdefault(key or _next(tree), {})
        if not isinstance(inner, dict):
            raise ValueError(f"{name!r} leads into a value that is neither map nor list")
        tree = cast("Tree", inner)
    key = last or _next(tree)
    if key in tree:
        raise ValueError(f"{name!r} has a value already")
    tree[key] = value


def closed(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters with lists where keys count from 0: to the portal both are one array."""
    return {key: _closed(value) for key, value in tree.items()}


def read_parameters(pairs: Iterable[str], json: str | bytes | None) -> dict[str, Any]:
    """Read the parameters of a call; pairs go into what stands in the JSON.

    Raises:
        ValueError: As `read_json` and `add_pair`.
    """
    tree = {} if json is None else read_json(json)
    for pair in pairs:
        add_pair(tree, pair)
    return closed(tree)


def _next(tree: Tree) -> str:
    """The key after the highest number: what PHP gives an element without a key."""
    return str(max((int(key) for key in tree if _NUMBER.fullmatch(key)), default=-1) + 1)


def _open(found: Any, level: int) -> Any:
    """JSON with its lists as maps, so that pairs can go into them."""
    if level > _MOST_LEVELS:
        raise ValueError(_TOO_DEEP)
    if is_list(found):
        return _List({str(n): _open(each, level + 1) for n, each in enumerate(found)})
    if is_map(found):
        return {str(key): _open(value, level + 1) for key, value in found.items()}
    return found


class _List(dict[str, Any]):
    """A list of the JSON: it stays one when it is empty."""


def _closed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    items = cast("dict[str, Any]", value)
    keys = list(items)
    numbered = keys == [str(n) for n in range(len(keys))]
    if isinstance(value, _List) or (keys and numbered):
        return [_closed(each) for each in items.values()] if numbered else closed(items)
    return closed(items)
