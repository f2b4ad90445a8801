"""What a portal keeps, as frozen values: backlogs, sprints, epics, stages, tasks, groups, users.

Fields have the portal's own names: ``group_id`` is its ``groupId``, or ``GROUP_ID`` where a method
answers in capitals. A number is as the portal gives it: 0 where it says 0 (an item without an
epic), ``None`` only where it says nothing at all. A value of an enum that is not known here stays
as it came.
"""

import datetime as dt
import enum
import re
from typing import Any

import attrs


class SprintStatus(enum.StrEnum):
    """Where a sprint stands. A group has at most one active sprint."""

    PLANNED = "planned"
    ACTIVE = "active"
    COMPLETED = "completed"


class StageType(enum.StrEnum):
    """What a stage of a sprint's board means for the tasks that stand in it."""

    NEW = "NEW"
    WORK = "WORK"
    FINISH = "FINISH"


class TaskStatus(enum.IntEnum):
    """Where a task stands."""

    PENDING = 2
    IN_PROGRESS = 3
    AWAITING_CONTROL = 4
    COMPLETED = 5
    DEFERRED = 6


class MemberRole(enum.StrEnum):
    """What a user is in a group."""

    OWNER = "A"
    MODERATOR = "E"
    MEMBER = "K"


# What tells one record from another stands first in its repr.
_FIRST = ("id", "name", "title", "status")

_NUMBER = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,9})?")


def _readable(self: Any) -> str:
    """A record on one line: what names it first, nothing that is empty, no long text in full."""
    cls: type[Any] = self.__class__
    fields = attrs.fields_dict(cls)
    names = [name for name in _FIRST if name in fields]
    names += [name for name in fields if name not in names]
    shown = [
        f"{name}={_shown(value)}"
        for name in names
        if (value := getattr(self, name)) is not None and value != fields[name].default
    ]
    return f"{cls.__name__}({', '.join(shown)})"


def _shown(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "seconds" if value.second else "minutes")
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


# Without a slot for weak references, `converter` can fill a record and freeze it afterwards.
@attrs.frozen(kw_only=True, weakref_slot=False)
class Backlog:
    """The backlog of a scrum group; a group has at most one.

    Attributes:
        id: Backlogs and sprints share one space of ids.
        group_id: The group it belongs to.
        created_by: A user id.
        modified_by: A user id; 0 in the answer to a change that did not name one.
    """

    __repr__ = _readable

    id: int
    group_id: int
    created_by: int
    modified_by: int


@attrs.frozen(kw_only=True, weakref_slot=False)
class Sprint:
    """A sprint of a scrum group.

    Attributes:
        id: Backlogs and sprints share one space of ids.
        group_id: The group it belongs to.
        name: Its name.
        goal: What it is for; only the portal's own pages can set it.
        sort: Its place among the planned ones; 0 after start and completion.
        created_by: A user id.
        modified_by: A user id.
        date_start: Aware, in the portal's zone; ``None`` where the portal has none.
        date_end: As ``date_start``. Completing a sprint sets it to that moment.
        status: `SprintStatus`, or the portal's text where it is not one of these.
        entity_type: Always ``"sprint"``.
    """

    __repr__ = _readable

    id: int
    group_id: int
    name: str
    sort: int
    created_by: int
    modified_by: int
    date_start: dt.datetime | None
    date_end: dt.datetime | None
    status: SprintStatus | str
    goal: str = ""
    entity_type: str = "sprint"

    @property
    def is_planned(self) -> bool:
        """Whether it waits for its start."""
        return self.status == SprintStatus.PLANNED

    @property
    def is_active(self) -> bool:
        """Whether it runs now. A planned and a completed sprint do not."""
        return self.status == SprintStatus.ACTIVE

    @property
    def is_completed(self) -> bool:
        """Whether it has run."""
        return self.status == SprintStatus.COMPLETED

    @property
    def duration(self) -> dt.timedelta | None:
        """From its start to its end; ``None`` where the portal has not both."""
        if self.date_start is None or self.date_end is None:
            return None
        return self.date_end - self.date_start


@attrs.frozen(kw_only=True, weakref_slot=False)
class Epic:
    """An epic of a scrum group. Names need not be unique.

    Attributes:
        id: Its id.
        group_id: The group it belongs to.
        name: Its name.
        description: Its text, as the portal's cleaning of HTML left it.
        created_by: A user id.
        modified_by: A user id; 0 until it is changed.
        color: Any text, such as ``"#69dafc"``; empty for none.
        files: Ids of its attachments. Only ``epics.get`` gives them; empty elsewhere.
    """

    __repr__ = _readable

    id: int
    group_id: int
    name: str
    description: str
    created_by: int
    modified_by: int
    color: str
    files: tuple[int, ...] = ()


@attrs.frozen(kw_only=True, weakref_slot=False)
class Stage:
    """A column of a sprint's board.

    Attributes:
        id: Its id.
        sprint_id: The sprint whose board it is on.
        name: Its title; the portal translates the titles of the stages it makes itself.
        sort: Its place from the left, in hundreds.
        type: `StageType`, or the portal's text where it is not one of these.
        color: Six hexadecimal digits without ``#``.
    """

    __repr__ = _readable

    id: int
    sprint_id: int
    name: str
    sort: int
    type: StageType | str
    color: str


@attrs.frozen(kw_only=True, weakref_slot=False)
class ScrumTask:
    """A task's place in a scrum. The task itself is a `Task`.

    Attributes:
        entity_id: The backlog or sprint it stands in.
        story_points: Text, since it may be ``"XL"``; empty where there are none.
        epic_id: Its epic; 0 without one.
        sort: Its place in the backlog or sprint.
        created_by: A user id.
        modified_by: A user id.
    """

    __repr__ = _readable

    entity_id: int
    story_points: str
    epic_id: int
    sort: int
    created_by: int
    modified_by: int

    @property
    def points(self) -> float | None:
        """The story points as a number; ``None`` where there are none, or another text."""
        if not _NUMBER.fullmatch(self.story_points):
            return None
        return float(self.story_points.replace(",", "."))


@attrs.frozen(kw_only=True, weakref_slot=False)
class Group:
    """A workgroup. One with a scrum master is a scrum.

    Attributes:
        id: Its id.
        name: Its name; names need not be unique.
        description: Its text.
        owner_id: The owner's user id.
        scrum_master_id: The scrum master's user id; 0 or ``None`` for a group without scrum,
            and ``None`` from portal methods that do not tell.
        scrum_owner_id: The product owner's user id, where the portal tells.
        scrum_sprint_duration: The usual length of a sprint in seconds.
        scrum_task_responsible: Who gets a new task: ``"A"`` its author, ``"M"`` the scrum master.
        active: Whether the portal shows it at all.
        visible: Whether users outside it see it.
        opened: Whether users may join it by themselves.
        closed: Whether it is archived.
        project: Whether it is a project; a scrum always is.
        keywords: Its tags, separated by commas.
        subject_id: Its subject, where the portal tells.
        number_of_members: How many users belong to it, where the portal tells.
    """

    __repr__ = _readable

    id: int
    name: str
    description: str = ""
    owner_id: int | None = None
    scrum_master_id: int | None = None
    scrum_owner_id: int | None = None
    scrum_sprint_duration: int | None = None
    scrum_task_responsible: str | None = None
    active: bool | None = None
    visible: bool | None = None
    opened: bool | None = None
    closed: bool | None = None
    project: bool | None = None
    keywords: str = ""
    subject_id: int | None = None
    number_of_members: int | None = None

    @property
    def is_scrum(self) -> bool:
        """Whether it has a scrum master, which is what makes a group a scrum."""
        return bool(self.scrum_master_id)

    @property
    def sprint_duration(self) -> dt.timedelta | None:
        """The usual length of a sprint; ``None`` where the group has none."""
        if not self.scrum_sprint_duration:
            return None
        return dt.timedelta(seconds=self.scrum_sprint_duration)


@attrs.frozen(kw_only=True, weakref_slot=False)
class Member:
    """A user's place in a group.

    Attributes:
        user_id: Who.
        role: `MemberRole`, or the portal's letter where it is not one of these.
    """

    __repr__ = _readable

    user_id: int
    role: MemberRole | str


@attrs.frozen(kw_only=True, weakref_slot=False)
class Task:
    """A task. Its place in a scrum is a `ScrumTask`.

    Attributes:
        id: Its id.
        title: Its title.
        description: Its text, in BB code.
        status: `TaskStatus`, or the portal's number where it is not one of these.
        created_by: A user id.
        responsible_id: A user id.
        group_id: Its group; 0 without one.
        parent_id: The task it is a part of; 0 or ``None`` without one.
        stage_id: Its stage on a board; 0 without one.
        priority: 0 low, 1 usual, 2 high.
        deadline: Aware; ``None`` without one.
        start_date_plan: Aware; ``None`` without one.
        end_date_plan: Aware; ``None`` without one.
        created_date: Aware, where the portal tells.
        changed_date: Aware, where the portal tells.
        closed_date: Aware; ``None`` for an open task.
        accomplices: User ids.
        auditors: User ids.
        tags: Its tags.
        xml_id: Your own key for it; the portal does not make it unique.
    """

    __repr__ = _readable

    id: int
    title: str
    status: TaskStatus | int
    created_by: int
    responsible_id: int
    description: str = ""
    group_id: int | None = None
    parent_id: int | None = None
    stage_id: int | None = None
    priority: int | None = None
    deadline: dt.datetime | None = None
    start_date_plan: dt.datetime | None = None
    end_date_plan: dt.datetime | None = None
    created_date: dt.datetime | None = None
    changed_date: dt.datetime | None = None
    closed_date: dt.datetime | None = None
    accomplices: tuple[int, ...] = ()
    auditors: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    xml_id: str | None = None

    @property
    def is_completed(self) -> bool:
        """Whether it is done."""
        return self.status == TaskStatus.COMPLETED

    @property
    def duration(self) -> dt.timedelta | None:
        """From its planned start to its planned end; ``None`` where it has not both."""
        if self.start_date_plan is None or self.end_date_plan is None:
            return None
        return self.end_date_plan - self.start_date_plan


@attrs.frozen(kw_only=True, weakref_slot=False)
class User:
    """A user of the portal. Scopes ``user_brief`` and ``user_basic`` leave fields out.

    Attributes:
        id: Their id.
        active: Whether they still work here, where the portal tells.
        name: First name.
        last_name: Last name.
        second_name: Second name or patronymic.
        email: Their address; empty where the scope hides it.
        work_position: What they do.
        user_type: Such as ``"employee"`` or ``"extranet"``.
        departments: Ids of their departments.
    """

    __repr__ = _readable

    id: int
    active: bool | None = None
    name: str = ""
    last_name: str = ""
    second_name: str = ""
    email: str = ""
    work_position: str = ""
    user_type: str = ""
    departments: tuple[int, ...] = ()

    @property
    def full_name(self) -> str:
        """First and last name, as far as there are any."""
        return f"{self.name} {self.last_name}".strip()


@attrs.frozen(kw_only=True, weakref_slot=False)
class Field:
    """What a portal says about a field of a record.

    Attributes:
        type: ``"integer"``, ``"string"`` or ``"array"``.
    """

    __repr__ = _readable

    type: str
