"""Macros in the values of a batch command: `$result[key][id]` and its hazards.

The portal has no escape for them and no word boundary behind the name, so user text that only
looks like a macro is rewritten as well. Everything here is as generous as the portal, on purpose.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from .php import PhpValue
from .switches import PartialMacro

NAMES = ("result", "next", "total", "time", "error")

_PATH = re.compile(r"\[([^\]]+)\]")
_INDEX = re.compile(r"0|-?[1-9][0-9]*")
_ABSENT = object()


class MacroTypeError(Exception):
    """What PHP 8 throws when an array is to be put into a text: the whole batch ends."""


def compile_names(names: Sequence[str]) -> re.Pattern[str]:
    """The expression that finds macros of these names."""
    return re.compile(rf"\$({'|'.join(map(re.escape, names))})(\S*)", re.ASCII | re.IGNORECASE)


_DEFAULT_NAMES = compile_names(NAMES)


def substitute(
    params: Mapping[str, PhpValue],
    sources: Mapping[str, Any],
    *,
    partial: PartialMacro = "unchanged",
    names: re.Pattern[str] = _DEFAULT_NAMES,
) -> dict[str, Any]:
    """Replace the macros in every leaf of a command's parameters.

    Args:
        params: What `parse_str` made of the command.
        sources: The running result structure: `result`, `next`, ... by command key.
        partial: What happens to a macro inside a longer text that finds neither text nor number:
            it stays (`"unchanged"`), it goes (`"removed"`), PHP 7 writes it as text (`"Array"`: an
            array is that word), or PHP 8 throws over an array (`"crash"`).
        names: From `compile_names`.

    Raises:
        MacroTypeError: Under `partial="crash"`, an array stands inside a text.
    """
    return {key: _substitute(value, sources, partial, names) for key, value in params.items()}


def _substitute(
    value: PhpValue, sources: Mapping[str, Any], partial: PartialMacro, names: re.Pattern[str]
) -> Any:
    if isinstance(value, str):
        return _in_text(value, sources, partial, names) if "$" in value else value
    if isinstance(value, list):
        return [_substitute(element, sources, partial, names) for element in value]
    return {key: _substitute(element, sources, partial, names) for key, element in value.items()}


def _in_text(
    text: str, sources: Mapping[str, Any], partial: PartialMacro, names: re.Pattern[str]
) -> Any:
    # All matches come from the text as it was; then they are replaced one after the other,
    # everywhere.
    replaced = text
    for match in names.finditer(text):
        path = _PATH.findall(match[2])
        if not path:
            continue
        start = sources.get(match[1])
        found = _walk(start, path)
        if found is start and isinstance(start, dict):
            found = dict(cast("dict[str, Any]", start))  # as it is now; the running map grows on
        if match[0] == text:
            return found
        written = _as_text(found, partial)
        if written is not None:
            replaced = replaced.replace(match[0], written)
    return replaced


def _walk(start: Any, path: Sequence[str]) -> Any:
    """Follow a path; what is missing or null ends it at the container reached so far."""
    reached = start
    for key in path:
        below = _step(reached, key)
        if below is _ABSENT or below is None:
            break
        reached = below
    return reached


def _step(container: Any, key: str) -> Any:
    if isinstance(container, dict):
        return cast("dict[str, Any]", container).get(key, _ABSENT)
    if isinstance(container, list):
        return _at(cast("Sequence[Any]", container), key, counts_back=False)
    if isinstance(container, str):  # PHP picks one byte of a text
        byte = _at(container.encode("utf-8", "surrogateescape"), key, counts_back=True)
        return byte if byte is _ABSENT else bytes((byte,)).decode("utf-8", errors="surrogateescape")
    return _ABSENT


def _at(elements: Sequence[Any], key: str, *, counts_back: bool) -> Any:
    if not _INDEX.fullmatch(key):
        return _ABSENT
    index = int(key)
    first = -len(elements) if counts_back else 0
    return elements[index] if first <= index < len(elements) else _ABSENT


def _as_text(found: Any, partial: PartialMacro) -> str | None:
    """What a macro inside a longer text becomes; `None` leaves it alone."""
    if isinstance(found, str):
        return found
    if isinstance(found, (int, float)) and not isinstance(found, bool):
        return number_text(found)
    if partial == "unchanged":
        return None
    if partial == "removed" or found is None or found is False:
        return ""
    if found is True:
        return "1"
    if partial == "crash":
        raise MacroTypeError
    return "Array"


def number_text(number: int | float) -> str:
    """A number as PHP writes it into a text, with 14 digits: `7.0` is `7`."""
    if isinstance(number, int):
        return str(number)
    mantissa, exponent_mark, exponent = f"{number:.14G}".partition("E")
    if not exponent_mark:
        return mantissa
    if "." not in mantissa:
        mantissa += ".0"
    return f"{mantissa}E{int(exponent):+d}"
