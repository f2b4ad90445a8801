"""Which error of the tree a portal's answer stands for: by code, or by text where codes are 0."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from .errors import MethodError, PortalError, shown
from .known_errors import CODES, PLAN_TEXTS, TOKEN_CODES, Known, closest
from .known_texts import BINDER_TEXTS, TEXTS

# Methods answer with these codes or with none; all others are the REST layer's own.
_METHOD_CODES: Final = frozenset({"", "0", "100"})


def normalised(description: str) -> str:
    """A description without the endings that differ between versions of the portal."""
    text = description.strip()
    while True:
        shorter = text.removesuffix("<br>").removesuffix(" (internal error)").removesuffix(".")
        shorter = shorter.rstrip()
        if shorter == text:
            return text.casefold()
        text = shorter


def _by(key: Iterable[tuple[str, Known]]) -> dict[str, tuple[Known, ...]]:
    found: dict[str, tuple[Known, ...]] = {}
    for said, row in key:
        found[said] = (*found.get(said, ()), row)
    return found


_BY_CODE: Final = _by((row.said.lower(), row) for row in CODES)
_BY_TOKEN_CODE: Final = _by((row.said.lower(), row) for row in TOKEN_CODES)
_BY_TEXT: Final = _by((normalised(row.said), row) for row in TEXTS)


def _beginning(rows: tuple[Known, ...], text: str) -> Known | None:
    return next((row for row in rows if text.startswith(row.said.casefold())), None)


def known_error(code: str, description: str, method: str = "") -> Known | None:
    """What is known of a code and a text, or ``None``.

    Args:
        code: The portal's ``error`` as text.
        description: The portal's ``error_description``.
        method: The method that was called: what to do about a text may depend on it.
    """
    code = code.lower()
    text = normalised(description)
    if code == "access_denied" and (plan := _beginning(PLAN_TEXTS, text)):
        return plan
    if code in _METHOD_CODES:
        found = _BY_TEXT.get(text)
        return closest(found, method) if found else _beginning(BINDER_TEXTS, text)
    found = _BY_CODE.get(code)
    return closest(found, method) if found else None


def error_class(code: str, description: str) -> type[PortalError]:
    """The class for a code and a text; the nearest general one where they are not known."""
    known = known_error(code, description)
    if known is not None:
        return known.cls
    return MethodError if code in _METHOD_CODES else PortalError


def token_error_class(code: str) -> type[PortalError] | None:
    """The class for a code of the authorization server; ``None`` for one that is not its own."""
    found = _BY_TOKEN_CODE.get(code.lower())
    return found[0].cls if found else None


def error_from_answer(
    answer: Mapping[str, Any], *, method: str, status: int | None = None
) -> PortalError:
    """The error that an answer with a key ``error`` stands for.

    Args:
        answer: The portal's JSON object. Its code may be ``0``, ``"0"``, ``""`` or a word.
        method: The method that was called.
        status: The HTTP status, where there is one.
    """
    code = _text(answer["error"])
    description = _text(answer.get("error_description"))
    extras = {
        key: value for key, value in answer.items() if key not in ("error", "error_description")
    }
    known = known_error(code, description, method)
    return error_class(code, description)(
        code,
        description,
        status=status,
        method=method,
        extras=extras,
        advice=known.advice if known else "",
    )


def _text(value: Any) -> str:
    """A code or text as text, whatever a portal put there."""
    if isinstance(value, str):
        return value
    return "" if value is None else shown(value)
