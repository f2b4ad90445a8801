"""Backlogs: ``tasks.api.scrum.backlog.*``."""

import attrs

from ..calls import UNSET, Call, Effect, Sender
from ..decoding import FieldsShape, NothingShape, RecordShape
from ..records import Backlog, Field
from . import takes
from .arguments import Id, OptionalId
from .method import Method

_BACKLOG = RecordShape(Backlog)

_ADD = Method(
    "tasks.api.scrum.backlog.add",
    Effect.WRITE,
    _BACKLOG,
    group_id=takes.an_id("fields[groupId]"),
    created_by=takes.an_id("fields[createdBy]"),
    modified_by=takes.an_id("fields[modifiedBy]"),
)
_GET = Method("tasks.api.scrum.backlog.get", Effect.READ, _BACKLOG, group_id=takes.the_id("id"))
_UPDATE = Method(
    "tasks.api.scrum.backlog.update",
    Effect.REPEATABLE,
    _BACKLOG,
    changes="group_id, created_by, modified_by",
    backlog_id=takes.the_id("id"),
    group_id=takes.an_id("fields[groupId]"),
    created_by=takes.an_id("fields[createdBy]"),
    modified_by=takes.an_id("fields[modifiedBy]"),
)
_DELETE = Method(
    "tasks.api.scrum.backlog.delete", Effect.DELETE, NothingShape(), backlog_id=takes.the_id("id")
)
_GET_FIELDS = Method("tasks.api.scrum.backlog.getFields", Effect.READ, FieldsShape())


@attrs.frozen
class Backlogs:
    """The backlogs of scrum groups. A group has at most one, and none until somebody adds it."""

    _sender: Sender

    def add(
        self, group_id: Id, *, created_by: Id, modified_by: OptionalId = UNSET
    ) -> Call[Backlog]:
        """Give a group its backlog: ``tasks.api.scrum.backlog.add``.

        Tasks that a group gets before it has a backlog have no place in its scrum.

        Args:
            group_id: The scrum group.
            created_by: A user id. The portal stores nothing without one.
            modified_by: A user id.

        Returns:
            A call for the backlog. Its ``modified_by`` is 0 where it was not given, although the
            portal stores ``created_by`` there.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `AccessDenied` (also for an unknown group), `AlreadyExists`, `UserNotFound`.
        """
        return _ADD.call(self._sender, (group_id, created_by, modified_by))

    def get(self, group_id: Id) -> Call[Backlog]:
        """Get a group's backlog: ``tasks.api.scrum.backlog.get``.

        Args:
            group_id: The group, not the backlog.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `BacklogNotFound` for a group without a backlog, `AccessDenied`.
        """
        return _GET.call(self._sender, (group_id,))

    def update(
        self,
        backlog_id: Id,
        *,
        group_id: OptionalId = UNSET,
        created_by: OptionalId = UNSET,
        modified_by: OptionalId = UNSET,
    ) -> Call[Backlog]:
        """Change a backlog: ``tasks.api.scrum.backlog.update``.

        Args:
            backlog_id: The backlog, not the group.
            group_id: Another group; only for a backlog without items.
            created_by: A user id. The portal shows it in the answer and does not store it.
            modified_by: A user id; 0 in the answer where it was not given.

        Raises:
            InvalidCall: An id below 1, or nothing to change.

        Sending raises `BacklogNotFound`, `AccessDenied`, `MoveForbidden`, `AlreadyExists` (the
        other group has a backlog), `UserNotFound`.
        """
        return _UPDATE.call(self._sender, (backlog_id, group_id, created_by, modified_by))

    def delete(self, backlog_id: Id) -> Call[None]:
        """Remove a backlog: ``tasks.api.scrum.backlog.delete``.

        The portal does not say when the removal itself fails.

        Args:
            backlog_id: The backlog, not the group.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `BacklogNotFound`, `AccessDenied`, `RemovalForbidden` (it has items).
        """
        return _DELETE.call(self._sender, (backlog_id,))

    def get_fields(self) -> Call[dict[str, Field]]:
        """Get the fields of a backlog: ``tasks.api.scrum.backlog.getFields``.

        The names are the portal's own, such as ``createdBy``.

        Sending raises only what any call may: `PortalError`, `TransportError`, `DecodeError`.
        """
        return _GET_FIELDS.call(self._sender)
