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
    if isinstance(said, str):
        forms = {form for one in secrets for form in (one, quote(one, safe=""), unquote(one))}
        for form in sorted(forms, key=len, reverse=True):  # one may be the beginning of another
            said = said.replace(form, "***") if form else said
        return said
    if is_map(said):
        return {masked(key, secrets): masked(value, secrets) for key, value in said.items()}
    if is_list(said):
        return [masked(value, secrets) for value in said]
    return said
