"""What a journal knows of one write of an import."""

import enum
from typing import TypeAlias

import attrs


class State(enum.StrEnum):
    """What is known about a write."""

    INTENDED = "intended"
    DONE = "done"
    FAILED = "failed"


class TaskMark(enum.StrEnum):
    """What tells a task that we made from others in its group, on one portal."""

    XML_ID = "xml_id"
    """Its ``XML_ID``: this portal stores it."""
    TAG = "tag"
    """A tag of this import, with its title: this portal drops ``XML_ID``."""
    TITLE = "title"
    """Its title alone: this portal drops tags, too."""


@attrs.frozen(kw_only=True)
class Intent:
    """A write that is about to be sent.

    Attributes:
        kind: What is written: ``group``, ``task``, ``place`` ...
        group: The key of its group in the plan.
        key: Its key in the group; empty for the group's own writes.
        fingerprint: Of what is written.
        name: The name that the record gets, where it makes one.
        xml_id: The ``XML_ID`` that it gets.
        tag: The mark of this import that it gets.
    """

    kind: str
    group: str
    key: str = ""
    fingerprint: str
    name: str = ""
    xml_id: str = ""
    tag: str = ""


@attrs.frozen(kw_only=True)
class Entry:
    """One write of an import.

    Attributes:
        kind: What is written: ``group``, ``task``, ``place`` ...
        group: The key of its group in the plan.
        key: Its key in the group; empty for the group's own writes.
        state: What is known about it.
        fingerprint: Of what was to be written.
        intended_at: When it was begun, in unix seconds; of what was sent together the order, too.
        id: The portal's id of the record it made.
        settled_at: A number that grows with each write that is settled.
        error: Why it failed, or why its outcome is not known.
        name: The name that the record got.
        xml_id: The ``XML_ID`` that it got.
        tag: The mark of its import that it got.
        lost_at: When its request had surely left, where the answer was lost, in unix seconds.
    """

    kind: str
    group: str
    key: str
    state: State
    fingerprint: str
    intended_at: float
    id: int | None = None
    settled_at: int | None = None
    error: str | None = None
    name: str = ""
    xml_id: str = ""
    tag: str = ""
    lost_at: float | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.group}/{self.key}" if self.key else f"{self.kind} {self.group}"


@attrs.frozen
class Settled:
    """What became of an intent. One that stays ``INTENDED`` has an error that says why."""

    kind: str
    group: str
    key: str
    state: State
    id: int | None = None
    error: str | None = None


Where: TypeAlias = tuple[str, str, str]
"""Kind, group and key of a write."""
