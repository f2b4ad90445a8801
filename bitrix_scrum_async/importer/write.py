"""One write of an import: what it needs, how its call is made, how its record is known again."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import attrs

from ..calls import Call

Needs: TypeAlias = tuple[tuple[str, str], ...]
"""Writes of the same group that must be done before, by kind and key."""

Ids: TypeAlias = Mapping[str, int]
"""The ids of what a write needs, by kind."""


@attrs.frozen(kw_only=True)
class Write:
    """One write of an import, as the journal knows it.

    Attributes:
        kind: What is written.
        group: The key of its group.
        key: Its key in the group; empty for the group's own writes.
        fingerprint: Of what is written.
        build: Makes the call, given the ids of what it needs.
        id_of: Finds the id in the call's result, where the write makes a record.
        needs: What must be done before.
        obstacle: Tells why the write cannot be done now, where more than its needs decides that.
    """

    kind: str
    group: str
    key: str = ""
    fingerprint: str
    build: Callable[[Ids], Call[Any]]
    id_of: Callable[[Any], int] | None = None
    needs: Needs = ()
    obstacle: Callable[[], str | None] | None = None
