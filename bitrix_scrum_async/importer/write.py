"""One write of an import: what it needs, how its call is made, how its record is known again."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import attrs

from ..calls import Call
from ..errors import BitrixScrumError
from .journal import Intent

Needs: TypeAlias = tuple[tuple[str, str], ...]
"""Writes of the same group that must be done before, by kind and key."""

Ids: TypeAlias = Mapping[str, int]
"""The ids of what a write needs, by kind."""


@attrs.frozen(kw_only=True)
class Marks:
    """What a record is known by again in the portal.

    Attributes:
        name: Its name.
        xml_id: Its ``XML_ID``.
        tag: The mark of the import that it carries.
        alone: Whether records of one name in a group are told apart by nothing else, so that
            they are written one after the other, and none after one that was not written.
    """

    name: str = ""
    xml_id: str = ""
    tag: str = ""
    alone: bool = False


@attrs.frozen(kw_only=True)
class Standing:
    """How a write is found done by somebody else, when the portal refuses it.

    Attributes:
        refusals: Errors that may mean it.
        ask: Makes the call that tells.
        id_of: Finds the id in its result, or ``None`` where it does not stand there.
    """

    refusals: tuple[type[BitrixScrumError], ...]
    ask: Callable[[Ids], Call[Any]]
    id_of: Callable[[Any], int | None]


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
        marks: What its record is known by again.
        standing: How to see that somebody else has done it.
    """

    kind: str
    group: str
    key: str = ""
    fingerprint: str
    build: Callable[[Ids], Call[Any]]
    id_of: Callable[[Any], int] | None = None
    needs: Needs = ()
    obstacle: Callable[[], str | None] | None = None
    marks: Marks = Marks()
    standing: Standing | None = None

    @property
    def intent(self) -> Intent:
        """What the journal notes before it is sent."""
        return Intent(
            kind=self.kind,
            group=self.group,
            key=self.key,
            fingerprint=self.fingerprint,
            name=self.marks.name,
            xml_id=self.marks.xml_id,
            tag=self.marks.tag,
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.group}/{self.key}" if self.key else f"{self.kind} {self.group}"
