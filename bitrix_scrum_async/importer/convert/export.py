"""What another tool's export holds, whichever tool it was."""

from collections.abc import Mapping
from datetime import date
from typing import Literal, TypeAlias

import attrs

Tool: TypeAlias = Literal["jira", "trello"]
NOUNS: Mapping[Tool, str] = {"jira": "issue", "trello": "card"}


@attrs.frozen(kw_only=True)
class Item:
    """An issue or a card.

    Attributes:
        line: Where it begins in the file.
        key: What its tool calls it.
        project: The key of its project or board.
        title: What is to be done.
        description: The same at length.
        kind: Its issue type; empty for cards.
        status: Its status, or the list that it stands in.
        category: What its tool says of that status: to do, in progress or done, if anything.
        sprint: Its last sprint, or empty.
        person: Who does it, or empty.
        story_points: Its estimate, or empty.
        parent: The key of what it is a part of, or empty.
        parent_title: What that is called, if the export says so.
        epic: The key or name of its epic, where the export has a column for it.
        epic_name: What it is called as an epic.
        labels: Its labels.
        resolved: Whether it has a resolution.
        done: Whether it is done whatever its status says.
        archived: Whether it was put away.
        notes: What a task of a portal has no field for, by what it is about.
        touched: The last day on which something happened to it.
    """

    line: int
    key: str
    project: str
    title: str
    description: str = ""
    kind: str = ""
    status: str = ""
    category: str = ""
    sprint: str = ""
    person: str = ""
    story_points: str = ""
    parent: str = ""
    parent_title: str = ""
    epic: str = ""
    epic_name: str = ""
    labels: tuple[str, ...] = ()
    resolved: bool = False
    done: bool = False
    archived: bool = False
    notes: Mapping[str, str] = attrs.field(factory=dict[str, str])
    touched: date | None = None


@attrs.frozen(kw_only=True)
class Project:
    """A project or a board.

    Attributes:
        key: What its items name it by.
        name: What it is called.
        description: What it is about.
        lead: Who leads it, or empty.
    """

    key: str
    name: str
    description: str = ""
    lead: str = ""


@attrs.frozen(kw_only=True)
class SprintFacts:
    """What an export tells about a sprint besides its name."""

    state: str = ""
    start: date | None = None
    end: date | None = None


@attrs.frozen(kw_only=True)
class Export:
    """An export that was read.

    Attributes:
        file: Its name.
        tool: Whose export it is.
        projects: The projects that its items name.
        items: Issues or cards in the order of the file.
        addresses: E-mail addresses of people, where the export tells them.
        sprints: What it tells about sprints.
        left_out: What it holds that a plan does not, counted.
        unread: Columns with something in them that were not looked at.
    """

    file: str
    tool: Tool
    projects: tuple[Project, ...]
    items: tuple[Item, ...]
    addresses: Mapping[str, str] = attrs.field(factory=dict[str, str])
    sprints: Mapping[str, SprintFacts] = attrs.field(factory=dict[str, SprintFacts])
    left_out: Mapping[str, int] = attrs.field(factory=dict[str, int])
    unread: tuple[str, ...] = ()

    @property
    def noun(self) -> str:
        """What its tool calls an item."""
        return NOUNS[self.tool]
