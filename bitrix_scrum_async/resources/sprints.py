"""Sprints: ``tasks.api.scrum.sprint.*``."""

import datetime as dt
from collections.abc import Iterable
from typing import Literal, TypeAlias

import attrs

from ..calls import UNSET, BatchSender, Call, Effect, Unset
from ..decoding import (
    CompletedSprintShape,
    FieldsShape,
    FirstShape,
    ListShape,
    NothingShape,
    RecordShape,
    SprintShape,
)
from ..records import Field, Sprint, SprintStatus
from . import takes
from .arguments import Id, OptionalId, OptionalMoment, OptionalNumber, OptionalText
from .claims import group_change, group_write, sprint_change, sprint_write
from .filters import SPRINTS, Filter, Order
from .method import Method
from .rows import Rows, rows_of

Status: TypeAlias = SprintStatus | Literal["planned", "active", "completed"]

_SPRINT = RecordShape(Sprint)

_ADD = Method(
    "tasks.api.scrum.sprint.add",
    Effect.WRITE,
    _SPRINT,
    claims=group_write,
    period=("date_start", "date_end"),
    group_id=takes.an_id("fields[groupId]"),
    name=takes.name("fields[name]"),
    created_by=takes.an_id("fields[createdBy]"),
    modified_by=takes.an_id("fields[modifiedBy]"),
    sort=takes.number("fields[sort]"),
    date_start=takes.moment("fields[dateStart]"),
    date_end=takes.moment("fields[dateEnd]"),
    status=takes.choice("fields[status]", SprintStatus),
)
_GET = Method(
    "tasks.api.scrum.sprint.get", Effect.READ, SprintShape(), sprint_id=takes.the_id("id")
)
_UPDATE = Method(
    "tasks.api.scrum.sprint.update",
    Effect.REPEATABLE,
    _SPRINT,
    claims=sprint_change,
    changes="group_id, name, date_start, date_end, status, sort, created_by, modified_by",
    period=("date_start", "date_end"),
    sprint_id=takes.the_id("id"),
    group_id=takes.an_id("fields[groupId]"),
    name=takes.set_to(takes.name("fields[name]")),
    created_by=takes.an_id("fields[createdBy]"),
    modified_by=takes.an_id("fields[modifiedBy]"),
    sort=takes.number("fields[sort]"),
    date_start=takes.moment("fields[dateStart]"),
    date_end=takes.moment("fields[dateEnd]"),
    status=takes.choice("fields[status]", SprintStatus),
)
_START = Method(
    "tasks.api.scrum.sprint.start",
    Effect.WRITE,
    _SPRINT,
    claims=sprint_change,
    sprint_id=takes.the_id("id"),
)
_COMPLETE = Method(
    "tasks.api.scrum.sprint.complete",
    Effect.WRITE,
    CompletedSprintShape(),
    claims=group_change,
    group_id=takes.the_id("id"),
)
_DELETE = Method(
    "tasks.api.scrum.sprint.delete",
    Effect.DELETE,
    NothingShape(),
    claims=sprint_write,
    sprint_id=takes.the_id("id"),
)
_LIST = Method("tasks.api.scrum.sprint.list", Effect.READ, ListShape(Sprint))
_ACTIVE = Method(
    "tasks.api.scrum.sprint.list",
    Effect.READ,
    FirstShape(Sprint),
    fixed={"filter[STATUS]": "active", "order[ID]": "asc"},
    group_id=takes.the_id("filter[GROUP_ID]"),
)
_GET_FIELDS = Method("tasks.api.scrum.sprint.getFields", Effect.READ, FieldsShape())


@attrs.frozen
class Sprints:
    """The sprints of scrum groups. At most one of a group is active."""

    _sender: BatchSender

    def add(
        self,
        group_id: Id,
        *,
        name: str,
        created_by: Id,
        date_start: dt.datetime,
        date_end: dt.datetime,
        status: Status = "planned",
        sort: OptionalNumber = UNSET,
        modified_by: OptionalId = UNSET,
    ) -> Call[Sprint]:
        """Add a sprint to a group: ``tasks.api.scrum.sprint.add``.

        A sprint that is added as active has no board; add it as planned and `start` it.

        Args:
            group_id: The scrum group.
            name: 1 to 255 characters.
            created_by: A user id. The portal stores nothing without one.
            date_start: Aware.
            date_end: Aware, not before ``date_start``.
            status: ``"planned"``, ``"active"`` or ``"completed"``.
            sort: Its place among the planned ones.
            modified_by: A user id, which the portal checks and does not store.

        Raises:
            InvalidCall: A naive date-time, an end before the start, a bad name, id or status.

        Sending raises `AccessDenied` (also for an unknown group), `UserNotFound`,
        `WrongSprintState` (a second active sprint), `NotSaved`.
        """
        given = (group_id, name, created_by, modified_by, sort, date_start, date_end, status)
        return _ADD.call(self._sender, given)

    def get(self, sprint_id: Id) -> Call[Sprint]:
        """Get a sprint: ``tasks.api.scrum.sprint.get``.

        Args:
            sprint_id: The sprint.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `SprintNotFound` (also for the id of a backlog, which the portal would
        give), `AccessDenied`.
        """
        return _GET.call(self._sender, (sprint_id,))

    def update(
        self,
        sprint_id: Id,
        *,
        group_id: OptionalId = UNSET,
        name: OptionalText = UNSET,
        date_start: OptionalMoment = UNSET,
        date_end: OptionalMoment = UNSET,
        status: Status | Unset = UNSET,
        sort: OptionalNumber = UNSET,
        created_by: OptionalId = UNSET,
        modified_by: OptionalId = UNSET,
    ) -> Call[Sprint]:
        """Change a sprint: ``tasks.api.scrum.sprint.update``.

        Args:
            sprint_id: The sprint.
            group_id: Another group; only for a sprint without items.
            name: 1 to 255 characters, and not ``"0"``, which the portal ignores.
            date_start: Aware.
            date_end: Aware, not before ``date_start`` where both are given.
            status: Any of the three from any other, without what `start` and `complete` do to
                boards and tasks. ``"active"`` is refused by the portal for an active sprint.
            sort: Its place among the planned ones.
            created_by: A user id, which the portal checks and does not store.
            modified_by: A user id.

        Raises:
            InvalidCall: A naive date-time, an end before the start, a bad name, id or status, or
                nothing to change.

        Sending raises `SprintNotFound`, `AccessDenied`, `MoveForbidden`, `UserNotFound`,
        `WrongSprintState`, `NotSaved`.
        """
        changes = (group_id, name, created_by, modified_by, sort, date_start, date_end, status)
        return _UPDATE.call(self._sender, (sprint_id, *changes))

    def start(self, sprint_id: Id) -> Call[Sprint]:
        """Start a planned sprint: ``tasks.api.scrum.sprint.start``.

        The portal sends its completed tasks to the backlog, makes a board (from the stages added
        to it, those of the group's last sprint, or its own three) and puts the rest of the
        tasks there. Its dates stay.

        Args:
            sprint_id: A planned sprint with at least one task that is not completed, in a group
                without an active one.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `SprintNotFound`, `WrongSprintState`, `AccessDenied` (it takes a moderator).
        """
        return _START.call(self._sender, (sprint_id,))

    def complete(self, *, group_id: Id) -> Call[Sprint]:
        """Complete a group's active sprint: ``tasks.api.scrum.sprint.complete``.

        The portal ends it now, completes the tasks in its last stages and sends the others to the
        backlog.

        Args:
            group_id: The group. Its id has to be named, since a sprint id in its place would
                complete another group's sprint.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `SprintNotFound` (the group has no active sprint), `AccessDenied` (it takes a
        moderator), `NotSaved` (the portal answered ``null``).
        """
        return _COMPLETE.call(self._sender, (group_id,))

    def delete(self, sprint_id: Id) -> Call[None]:
        """Remove a sprint: ``tasks.api.scrum.sprint.delete``. Its tasks go to the backlog.

        The portal does not say when the removal itself fails.

        Args:
            sprint_id: The sprint, in whatever state.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `SprintNotFound`, `AccessDenied`, `RemovalForbidden` (the group has no
        backlog for its tasks).
        """
        return _DELETE.call(self._sender, (sprint_id,))

    def list(
        self, filter: Filter = UNSET, *, order: Order = UNSET, start: int = 0
    ) -> Call[list[Sprint]]:
        """Get a page of up to 50 sprints: ``tasks.api.scrum.sprint.list``.

        Only sprints of groups that the caller belongs to, even for an administrator. The answer
        does not tell whether there are more; `all` reads to the end.

        Args:
            filter: Such as ``{"GROUP_ID": 125, "STATUS": "active"}`` or ``{">sort": 3}``. A list
                asks for any of its values. Dates cannot be asked for.
            order: Such as ``{"SORT": "asc"}``; by id where it is not given.
            start: 0, 50, 100, ...

        Raises:
            InvalidCall: A name that the method does not know or that holds a date, a value that
                its column cannot have, an empty list, a start between pages.

        Sending raises only what any call may: `PortalError`, `TransportError`, `DecodeError`.
        """
        return _LIST.build(self._sender, SPRINTS.page(_LIST.check, filter, order, start))

    def all(
        self, filter: Filter = UNSET, *, group_ids: Iterable[int] | Unset = UNSET
    ) -> Rows[Sprint]:
        """Read every sprint, by ascending id: ``tasks.api.scrum.sprint.list``.

        Args:
            filter: As for `list`.
            group_ids: The groups whose sprints are wanted, one group after the other in this order;
                one that is named twice is read once, and none gives nothing. Their pages travel
                50 in a request. Without it, all that the filter lets through.

        Returns:
            An async iterator, exact while rows come and go. `Rows.aclose` ends it early.

        Raises:
            InvalidCall: As for `list`; an id of a group below 1, or ``GROUP_ID`` in both.

        Reading raises what sending a page raises, when the turn of that page comes; the next row
        that is wanted asks for it again.
        """
        return rows_of(self._sender, _LIST, SPRINTS, filter, group_ids)

    def active(self, group_id: Id) -> Call[Sprint | None]:
        """Get a group's active sprint, or ``None``: ``tasks.api.scrum.sprint.list``.

        Args:
            group_id: A group that the caller belongs to; of others the portal shows nothing.

        Raises:
            InvalidCall: An id below 1.

        Sending raises only what any call may: `PortalError`, `TransportError`, `DecodeError`.
        """
        return _ACTIVE.call(self._sender, (group_id,))

    def get_fields(self) -> Call[dict[str, Field]]:
        """Get the fields of a sprint: ``tasks.api.scrum.sprint.getFields``.

        The names are the portal's own, such as ``createdBy``.

        Sending raises only what any call may: `PortalError`, `TransportError`, `DecodeError`.
        """
        return _GET_FIELDS.call(self._sender)
