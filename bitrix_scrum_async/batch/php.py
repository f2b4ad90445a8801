"""Parameters as PHP query strings: write them, measure them, find what a portal would rewrite.

A command of a batch is ``method?query``. The portal takes it apart with PHP's `parse_url` and
`parse_str`, which is lossy: everything arrives as text, an empty array has no form, and some keys
cannot be said. Then it replaces macros such as ``$result[key][id]`` in every value, without a way
to escape them. What would arrive changed has no command: it must be sent alone, as JSON.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import attrs

from ..calls import Ref
from ..wire import is_list, is_map

# What the portal may take for a macro: "$", a name, and a [...] before the next ASCII blank. The
# names are "result", "next", "total", "time" and "error", with no boundary after them, and more
# may join once a command has failed; so any name counts here (B.6).
_MACRO = re.compile(r"\$[A-Za-z_]\S*?\[[^\]\s]+\]", re.ASCII)

# PHP drops what is nested deeper.
_DEEPEST = 64


def would_be_rewritten(text: str) -> bool:
    """Whether a portal could take a piece of text for a macro."""
    return "$" in text and _MACRO.search(text) is not None


@attrs.frozen
class Query:
    """A query string and its size.

    Attributes:
        text: The query; plain ASCII.
        variables: How many ``k=v`` it holds. PHP silently drops those above its limit.
    """

    text: str
    variables: int


class NoQuery(Exception):
    """These parameters would not arrive as they are; they must travel as JSON."""


def write_query(params: Any, macro: Callable[[Ref], Any]) -> Query:
    """Write parameters as the query of a command.

    Args:
        params: A map of wire values (text, numbers, lists, maps) and references.
        macro: What to write for a reference: a `Macro`, or a value that is known by now.

    Raises:
        NoQuery: PHP would make something else of them.
    """
    pieces: list[str] = []

    def write(name: str, value: Any, depth: int) -> None:
        if isinstance(value, Macro):
            pieces.append(f"{name}={value}")
        elif isinstance(value, str):
            if would_be_rewritten(value):
                raise NoQuery("a text that the portal would rewrite")
            pieces.append(f"{name}={quote(value, safe='')}")
        elif isinstance(value, int):
            pieces.append(f"{name}={int(value)}")  # a boolean of an answer is one, too
        elif isinstance(value, float):
            pieces.append(f"{name}={quote(repr(value), safe='')}")
        elif isinstance(value, Ref):
            write(name, macro(value), depth)
        elif depth >= _DEEPEST:
            raise NoQuery("nested deeper than PHP reads")
        elif is_map(value) and value:
            for key, item in value.items():
                write(f"{name}[{_inner_key(key)}]", item, depth + 1)
        elif is_list(value) and value:
            # Explicit indexes: `a[]` would shift the others when one is dropped.
            for index, item in enumerate(value):
                write(f"{name}[{index}]", item, depth + 1)
        elif is_list(value) and depth == 1 and name.startswith("fields["):
            # An empty text clears a multiple field as an empty list does.
            pieces.append(f"{name}=")
        else:
            raise NoQuery("an empty array has no form in a query")

    for name, value in params.items():
        write(_outer_key(name), value, 0)
    return Query("&".join(pieces), len(pieces))


class Macro(str):
    """A reference as the portal reads it. Only the composer makes one, always as a whole value."""

    __slots__ = ()


def result_macro(key: str, path: tuple[str, ...]) -> Macro:
    """The macro for a value in the result of the command with this key."""
    return Macro("$result" + "".join(f"[{part}]" for part in (key, *path)))


def _inner_key(key: str) -> str:
    # A blank key is an automatic index to PHP, and it reads brackets in keys, encoded or not.
    if not key.strip() or "[" in key or "]" in key or "\0" in key:
        raise NoQuery(f"PHP cannot read the key {key!r}")
    return quote(key, safe="")


def _outer_key(key: str) -> str:
    # At the top level PHP turns these into "_".
    if "." in key or " " in key:
        raise NoQuery(f"PHP rewrites the name {key!r}")
    return _inner_key(key)
