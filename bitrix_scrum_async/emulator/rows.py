"""The rows of the portal's tables."""

from typing import Any, Literal

import attrs

Role = Literal["A", "E", "K", "Z"]  # owner, moderator, member, invited but not in yet
EntityType = Literal["sprint", "backlog"]
StageType = Literal["NEW", "WORK", "FINISH"]

COMPLETED = 5  # the status of a completed task


@attrs.define(kw_only=True)
class User:
    """A row of the users' table."""

    id: int
    name: str
    last_name: str
    email: str
    active: bool = True
    admin: bool = False


@attrs.define(kw_only=True)
class Group:
    """A group, project or scrum: what `sonet_group.create` was given."""

    id: int
    name: str
    owner_id: int
    created: int
    updated: int
    description: str = ""
    visible: bool = True
    opened: bool = False
    closed: bool = False
    project: bool = False
    keywords: str = ""
    initiate_perms: str = "K"
    subject_id: int = 1
    scrum_master_id: int = 0
    scrum_sprint_duration: int = 0
    scrum_task_responsible: str = ""
    date_start: int | None = None
    date_finish: int | None = None


@attrs.define(kw_only=True)
class Entity:
    """A backlog or a sprint; they share one table and one id space."""

    id: int
    group_id: int
    entity_type: EntityType
    created_by: int
    modified_by: int
    name: str = ""
    goal: str = ""
    sort: int = 0
    date_start: int | None = None
    date_end: int | None = None
    status: str = ""


@attrs.define(kw_only=True)
class Epic:
    """An epic of a group."""

    id: int
    group_id: int
    name: str
    created_by: int
    modified_by: int = 0
    description: str = ""
    color: str = ""
    files: list[str] = attrs.field(factory=list[str])


@attrs.define(kw_only=True)
class Stage:
    """A column of a sprint's board; an empty title is shown as the default of its type."""

    id: int
    sprint_id: int
    title: str
    sort: int
    type: StageType
    color: str


@attrs.define(kw_only=True)
class Item:
    """The place of a task in a backlog or sprint."""

    id: int
    task_id: int
    entity_id: int
    created_by: int
    modified_by: int
    story_points: str = ""
    epic_id: int = 0
    sort: int = 1


@attrs.define(kw_only=True)
class Task:
    """A task."""

    id: int
    title: str
    created_by: int
    responsible_id: int
    created: int
    changed: int
    changed_by: int
    status_changed: int
    status_changed_by: int
    guid: str
    description: str = ""
    group_id: int = 0
    parent_id: int = 0
    priority: int = 1
    status: int = 2
    stage_id: int = 0
    deadline: int | None = None
    start_plan: int | None = None
    end_plan: int | None = None
    closed: int | None = None
    closed_by: int = 0
    xml_id: str | None = None
    accomplices: list[int] = attrs.field(factory=list[int])
    auditors: list[int] = attrs.field(factory=list[int])
    tags: list[str] = attrs.field(factory=list[str])
    user_fields: dict[str, Any] = attrs.field(factory=dict[str, Any])
