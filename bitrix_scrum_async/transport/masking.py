"""Secrets that a server repeats in what it says. Pure."""

from collections.abc import Collection
from typing import Any
from urllib.parse import quote, unquote

from ..wire import is_list, is_map


def masked(said: Any, secrets: Collection[str]) -> Any:
    """What was said, with stars in place of secrets, however an address writes them.

    Args:
        said: A text, or JSON with texts in it.
        secrets: What must not be shown; empty ones are passed over.
    """
    forms = {form for one in secrets for form in (one, quote(one, safe=""), unquote(one)) if form}
    # The longest first: one may be the beginning of another.
    return _without(sorted(forms, key=len, reverse=True), said) if forms else said


def _without(forms: list[str], said: Any) -> Any:
    if isinstance(said, str):
        for form in forms:
            said = said.replace(form, "***")
        return said
    if is_map(said):
        return {_without(forms, key): _without(forms, value) for key, value in said.items()}
    if is_list(said):
        return [_without(forms, value) for value in said]
    return said
