"""Workgroups: ``sonet_group.*`` to write, ``socialnetwork.api.workgroup.*`` to read.

Only the latter tells who the scrum master is.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import attrs

from ..calls import UNSET, BatchSender, Call, Effect, Unset
from ..decoding import IdShape, IdsShape, ListShape, NothingShape, RecordShape
from ..records import Group, Member
from . import takes
from .arguments import Id, OptionalFlag, OptionalId, OptionalMoment, OptionalText
from .filters import GROUPS, Filter, Order
from .method import Method
from .rows import Rows, rows_of

Inviters: TypeAlias = Literal["A", "E", "K"]
Responsible: TypeAlias = Literal["A", "M"]
Members: TypeAlias = list[Member]

# Without a list of fields the portal gives nothing but ids.
_SELECT: Final = (
    "ID",
    "NAME",
    "DESCRIPTION",
    "OWNER_ID",
    "SCRUM_MASTER_ID",
    "SCRUM_OWNER_ID",
    "SCRUM_SPRINT_DURATION",
    "SCRUM_TASK_RESPONSIBLE",
    "ACTIVE",
    "VISIBLE",
    "OPENED",
    "CLOSED",
    "PROJECT",
    "KEYWORDS",
    "SUBJECT_ID",
    "NUMBER_OF_MEMBERS",
)

_GIVEN: Final = {
    "name": takes.title("NAME"),
    "description": takes.text("DESCRIPTION"),
    "scrum_master_id": takes.an_id("SCRUM_MASTER_ID"),
    "owner_id": takes.an_id("OWNER_ID"),
    "visible": takes.flag("VISIBLE"),
    "opened": takes.flag("OPENED"),
    "closed": takes.flag("CLOSED"),
    "keywords": takes.text("KEYWORDS"),
    "subject_id": takes.an_id("SUBJECT_ID"),
    "initiate_perms": takes.one_of("INITIATE_PERMS", "A", "E", "K"),
    "sprint_duration": takes.seconds("SCRUM_SPRINT_DURATION"),
    "task_responsible": takes.one_of("SCRUM_TASK_RESPONSIBLE", "A", "M"),
    "date_start": takes.moment("PROJECT_DATE_START"),
    "date_finish": takes.moment("PROJECT_DATE_FINISH"),
}
_CREATE = Method(
    "sonet_group.create",
    Effect.WRITE,
    # A group that is made in a batch may not be usable by the later commands of that batch.
    IdShape(immediate=False),
    period=("date_start", "date_finish"),
    shared=_GIVEN,
)
_UPDATE = Method(
    "sonet_group.update",
    Effect.REPEATABLE,
    NothingShape(),
    changes="name, scrum_master_id, ... or fields",
    period=("date_start", "date_finish"),
    shared=_GIVEN,
    group_id=takes.the_id("GROUP_ID"),
)
_DELETE = Method(
    "sonet_group.delete", Effect.DELETE, NothingShape(), group_id=takes.the_id("GROUP_ID")
)
_GET = Method(
    "socialnetwork.api.workgroup.get",
    Effect.READ,
    RecordShape(Group, capitals=True),
    fixed={"params[select]": _SELECT},
    group_id=takes.the_id("params[groupId]"),
)
_MEMBERS = Method(
    "sonet_group.user.get", Effect.READ, ListShape(Member), group_id=takes.the_id("ID")
)
_ADD_MEMBERS = Method(
    "sonet_group.user.add",
    Effect.WRITE,
    IdsShape(),
    group_id=takes.the_id("GROUP_ID"),
    user_ids=takes.ids("USER_ID", required=True),
)
_LIST = Method("socialnetwork.api.workgroup.list", Effect.READ, ListShape(Group, key="workgroups"))


@attrs.frozen
class Groups:
    """Workgroups. A group with a scrum master is a scrum."""

    _sender: BatchSender

    def create(
        self,
        name: str,
        scrum_master_id: Id,
        *,
        description: OptionalText = UNSET,
        owner_id: OptionalId = UNSET,
        visible: OptionalFlag = UNSET,
        opened: OptionalFlag = UNSET,
        closed: OptionalFlag = UNSET,
        keywords: OptionalText = UNSET,
        subject_id: OptionalId = UNSET,
        initiate_perms: Inviters | Unset = UNSET,
        sprint_duration: dt.timedelta | int | Unset = UNSET,
        task_responsible: Responsible | Unset = UNSET,
        date_start: OptionalMoment = UNSET,
        date_finish: OptionalMoment = UNSET,
        fields: Mapping[str, Any] | Unset = UNSET,
    ) -> Call[int]:
        """Create a scrum group: ``sonet_group.create``.

        It has no backlog yet, and the scrum master is not always made a member of it.

        Args:
            name: 1 to 255 characters.
            scrum_master_id: A user id; it makes the group a scrum.
            description: Any text.
            owner_id: A user id; the caller where it is not given, and for all but administrators.
            visible: Whether users outside it see it; the portal's default is yes.
            opened: Whether users may join by themselves; the portal's default is no.
            closed: Whether it is archived.
            keywords: Tags, separated by commas.
            subject_id: The portal's first subject where it is not given.
            initiate_perms: Who may invite: ``"A"`` the owner, ``"E"`` moderators too, ``"K"`` all.
            sprint_duration: The usual length of a sprint, in seconds or as a ``timedelta``.
            task_responsible: Who gets a new task: ``"A"`` its author, ``"M"`` the scrum master.
            date_start: Aware.
            date_finish: Aware, not before ``date_start``.
            fields: More fields, in the portal's names.

        Returns:
            A call for the id of the new group. Calls that refer to it go in a later request.

        Raises:
            InvalidCall: A bad name, id, date-time or field.

        Sending raises `AccessDenied`, `NotSaved`, `CoreError`.
        """
        given = (
            name,
            description,
            scrum_master_id,
            owner_id,
            visible,
            opened,
            closed,
            keywords,
            subject_id,
            initiate_perms,
            sprint_duration,
            task_responsible,
            date_start,
            date_finish,
        )
        return _CREATE.call(self._sender, given, fields)

    def update(
        self,
        group_id: Id,
        *,
        name: OptionalText = UNSET,
        scrum_master_id: OptionalId = UNSET,
        description: OptionalText = UNSET,
        owner_id: OptionalId = UNSET,
        visible: OptionalFlag = UNSET,
        opened: OptionalFlag = UNSET,
        closed: OptionalFlag = UNSET,
        keywords: OptionalText = UNSET,
        subject_id: OptionalId = UNSET,
        initiate_perms: Inviters | Unset = UNSET,
        sprint_duration: dt.timedelta | int | Unset = UNSET,
        task_responsible: Responsible | Unset = UNSET,
        date_start: OptionalMoment = UNSET,
        date_finish: OptionalMoment = UNSET,
        fields: Mapping[str, Any] | Unset = UNSET,
    ) -> Call[None]:
        """Change a group: ``sonet_group.update``.

        Args:
            group_id: The group.
            name: As for `create`, like all that follow.
            scrum_master_id: A user id.
            description: Any text; ``""`` clears it.
            owner_id: A user id.
            visible: Whether users outside it see it.
            opened: Whether users may join by themselves.
            closed: Whether it is archived.
            keywords: Tags, separated by commas.
            subject_id: Its subject.
            initiate_perms: Who may invite.
            sprint_duration: The usual length of a sprint.
            task_responsible: Who gets a new task.
            date_start: Aware.
            date_finish: Aware.
            fields: More fields, in the portal's names.

        Raises:
            InvalidCall: A bad name, id, date-time or field, or nothing to change.

        Sending raises `InvalidParameter`, `AccessDenied` (also for an unknown group), `NotSaved`.
        """
        changes = (
            name,
            description,
            scrum_master_id,
            owner_id,
            visible,
            opened,
            closed,
            keywords,
            subject_id,
            initiate_perms,
            sprint_duration,
            task_responsible,
            date_start,
            date_finish,
        )
        return _UPDATE.call(self._sender, (group_id, *changes), fields)

    def delete(self, group_id: Id) -> Call[None]:
        """Remove a group with its backlog, sprints and epics: ``sonet_group.delete``.

        Its tasks stay, without a group.

        Args:
            group_id: The group.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `GroupNotFound`, `AccessDenied`, `NotSaved`.
        """
        return _DELETE.call(self._sender, (group_id,))

    def get(self, group_id: Id) -> Call[Group]:
        """Get a group: ``socialnetwork.api.workgroup.get``.

        Args:
            group_id: The group.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `GroupNotFound` (also for a group that the caller does not see).
        """
        return _GET.call(self._sender, (group_id,))

    def members(self, group_id: Id) -> Call[Members]:
        """Get who belongs to a group: ``sonet_group.user.get``.

        Args:
            group_id: The group.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `InvalidParameter`, `GroupNotFound`.
        """
        return _MEMBERS.call(self._sender, (group_id,))

    def add_members(self, group_id: Id, *, user_ids: Sequence[Id]) -> Call[tuple[int, ...]]:
        """Make users members of a group at once: ``sonet_group.user.add``.

        Args:
            group_id: The group, which the caller owns or administers.
            user_ids: At least one user id.

        Returns:
            A call for the ids of those who were added; who belonged to it before is left out.

        Raises:
            InvalidCall: An id below 1, or no user.

        Sending raises `AccessDenied`, `UserNotFound`, `GroupNotFound`.
        """
        return _ADD_MEMBERS.call(self._sender, (group_id, user_ids))

    def list(
        self, filter: Filter = UNSET, *, order: Order = UNSET, start: int = 0
    ) -> Call[list[Group]]:
        """Get a page of up to 50 groups: ``socialnetwork.api.workgroup.list``.

        Only groups that the caller sees.

        Args:
            filter: Such as ``{"%NAME": "mobile", "CLOSED": False}``. A scrum master cannot be
                asked for; look at the groups' `Group.is_scrum`.
            order: Such as ``{"NAME": "asc"}``; by id where it is not given.
            start: 0, 50, 100, ...; -1 for the first page, without the portal counting all rows.

        Raises:
            InvalidCall: A name that the method does not know, a value that its column cannot
                have, an empty list, a start between pages.

        Sending raises only what any call may: `PortalError`, `TransportError`, `DecodeError`.
        """
        page = GROUPS.page(_LIST.check, filter, order, start)
        return _LIST.build(self._sender, {"select": _SELECT, **page})

    def all(self, filter: Filter = UNSET) -> Rows[Group]:
        """Read every group, by ascending id: ``socialnetwork.api.workgroup.list``.

        Args:
            filter: As for `list`.

        Returns:
            An async iterator, exact while rows come and go. `Rows.aclose` ends it early.

        Raises:
            InvalidCall: As for `list`.

        Reading raises what sending a page raises; the next row that is wanted asks for it again.
        """
        # start=-1: the portal need not count all rows for every page
        return rows_of(self._sender, _LIST, GROUPS, filter, select=_SELECT, start=-1)
