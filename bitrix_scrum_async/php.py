"""Parameters as PHP query strings: write them, and find what a portal would rewrite.

A command of a batch is ``method?query``. The portal takes it apart with PHP's `parse_url` and
`parse_str`, which is lossy: everything arrives as text, an empty array has no form, and some keys
cannot be said. Then it replaces macros such as ``$result[key][id]`` in every value, without a way
to escape them. What would arrive changed has no command: it must be sent alone, as JSON.
"""

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

from .wire import is_list, is_map

# What the portal may take for a macro: "$", a name, and a [...] before the next ASCII blank. The
# names are "result", "next", "total", "time" and "error", with no boundary after them, and more
# may join once a command has failed; so any name counts here (B.6).
_MACRO = r"\$[A-Za-z_]\S*?\[[^\]\s]+\]"

# PHP drops what is nested deeper.
_DEEPEST = 64


class Later:
    """A value that another call will give, and so has no text yet."""

    __slots__ = ()


def would_be_rewritten(text: str) -> bool:
    """Whether a portal could take a piece of text for a macro."""
    return "$" in text and re.search(_MACRO, text, re.ASCII) is not None


class NoQuery(Exception):
    """These parameters would not arrive as they are; they must travel as JSON."""


def not_known(value: Later) -> Any:
    """Write nothing of a value that comes later.

    Raises:
        NoQuery: Always.
    """
    raise NoQuery(f"{value!r} has no text yet")


def write_query(params: Mapping[str, Any], macro: Callable[[Any], Any] = not_known) -> str:
    """Write parameters as the query of a command, in plain ASCII.

    Args:
        params: A map of wire values (text, numbers, lists, maps), and of values that come `Later`.
        macro: What to write for one of these: a `Macro`, or a value that is known by now.

    Raises:
        NoQuery: PHP would make something else of them.
    """
    pieces: list[str] = []
    for name, value in params.items():
        _write(pieces, _outer_name(name), value, 0, macro)
    return "&".join(pieces)


def _write(
    pieces: list[str], name: str, value: Any, depth: int, macro: Callable[[Any], Any]
) -> None:
    """Write what stands under a name."""
    if isinstance(value, (str, int)):
        if isinstance(value, Macro):
            pieces.append(f"{name}={value}")
        elif isinstance(value, int):
            pieces.append(f"{name}={int(value)}")  # a boolean of an answer is one, too
        else:
            pieces.append(f"{name}={quoted(value)}")
    elif isinstance(value, Later):
        _write(pieces, name, macro(value), depth, macro)
    elif isinstance(value, float):
        pieces.append(f"{name}={quoted(repr(value))}")
    elif depth >= _DEEPEST:
        raise NoQuery("nested deeper than PHP reads")
    elif is_map(value) and value:
        names = _known_names if len(value) <= _FEW else _inner_names
        for inner, item in zip(names(name, tuple(value)), value.values(), strict=True):
            # What nearly all fields are goes without a call.
            if item.__class__ is int:
                pieces.append(f"{inner}={item}")
            elif item.__class__ is str:
                pieces.append(f"{inner}={quoted(item)}")
            else:
                _write(pieces, inner, item, depth + 1, macro)
    elif is_list(value) and value:
        # Explicit indexes: `a[]` would shift the others when one is dropped.
        for index, item in enumerate(value):
            _write(pieces, f"{name}[{index}]", item, depth + 1, macro)
    elif is_list(value) and depth == 1 and name.startswith("fields["):
        # An empty text clears a multiple field as an empty list does.
        pieces.append(f"{name}=")
    else:
        raise NoQuery("an empty array has no form in a query")


class Macro(str):
    """A reference as the portal reads it. Only the composer makes one, always as a whole value."""

    __slots__ = ()


def result_macro(key: str, path: tuple[str, ...]) -> Macro:
    """The macro for a value in the result of the command with this key."""
    return Macro("$result" + "".join(f"[{part}]" for part in (key, *path)))


_SAFE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~"

# Latin-1 turns bytes into characters of the same number, so one table writes every text.
_ESCAPES = [chr(byte) if byte in _SAFE else f"%{byte:02X}" for byte in range(256)]


def quoted(text: str) -> str:
    """What `urllib.parse.quote` gives with nothing safe, some times faster.

    Raises:
        NoQuery: The portal would rewrite it.
        UnicodeEncodeError: A lone surrogate.
    """
    if text.isascii():
        if " " in text:
            if text.replace(" ", "").isalnum():
                return text.replace(" ", "%20")
        elif text.isalnum():
            return text
        elif len(text) <= _SHORT:
            return _short_quoted(text)
    return _any_quoted(text)


def _any_quoted(text: str) -> str:
    if would_be_rewritten(text):
        raise NoQuery("a text that the portal would rewrite")
    if not text.isascii():
        return text.encode().decode("latin-1").translate(_ESCAPES)
    # A text has few different signs, and to replace each is faster than to look at every letter.
    signs = {*text.encode().translate(None, _SAFE)}
    if _PERCENT in signs:
        text = text.replace("%", "%25")
        signs.remove(_PERCENT)
    for sign in signs:
        text = text.replace(chr(sign), _ESCAPES[sign])
    return text


def unquoted(text: str) -> str:
    """What `quoted` was given; in Cyrillic ten times faster than `urllib.parse.unquote`."""
    if "%" not in text:
        return text
    # A backslash is escaped itself, so every one that is here now begins a byte.
    raw = text.replace("%", "\\x").encode("ascii").decode("unicode_escape")
    return raw.encode("latin-1").decode()


_PERCENT = ord("%")

# Date-times and tags come again and again, longer texts hardly ever.
_SHORT = 32
_short_quoted = functools.lru_cache(maxsize=4096)(_any_quoted)


def _inner_names(outer: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{outer}[{_key(key)}]" for key in keys)


# Calls of one kind have the same names: each is checked and written once. The names of a large map
# may be ids, and each time others.
_known_names = functools.lru_cache(maxsize=1024)(_inner_names)
_FEW = 64


@functools.lru_cache(maxsize=4096)
def _outer_name(key: str) -> str:
    # At the top level PHP turns these into "_".
    if "." in key or " " in key:
        raise NoQuery(f"PHP rewrites the name {key!r}")
    return _key(key)


def _key(key: str) -> str:
    # A blank key is an automatic index to PHP, and it reads brackets in keys, encoded or not.
    if not key.strip() or "[" in key or "]" in key or "\0" in key:
        raise NoQuery(f"PHP cannot read the key {key!r}")
    return quoted(key)
