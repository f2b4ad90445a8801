"""Which scopes a webhook or an application needs, and for what."""

from collections.abc import Collection, Iterable
from typing import Final

READING: Final = ("task", "socialnetwork")
"""To show groups and sprints."""

WRITING: Final = ("task", "sonet_group")
"""Without these nothing can be created."""

IMPORTING: Final = ("task", "sonet_group", "socialnetwork")
"""To import, verify and export."""

ADDRESSES: Final = ("user", "user_basic")
"""One of these shows users' e-mail addresses; ``user_brief`` leaves them out."""


def lacking(granted: Collection[str], *, addresses: bool = False) -> list[str]:
    """Return what an import needs besides the scopes that there are.

    Args:
        granted: The scopes that there are.
        addresses: Whether users are named by their e-mail addresses.
    """
    found = [scope for scope in IMPORTING if scope not in granted]
    if addresses and not shows_addresses(granted):
        found.append(ADDRESSES[0])
    return found


def shows_addresses(granted: Collection[str]) -> bool:
    """Tell whether users can be known by their e-mail addresses."""
    return not set(ADDRESSES).isdisjoint(granted)


def called(scopes: Iterable[str]) -> str:
    """Name some scopes: the scopes task, sonet_group and socialnetwork."""
    *some, last = scopes
    return f"the scopes {', '.join(some)} and {last}" if some else f"the scope {last}"
