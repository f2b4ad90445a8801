"""Backlogs: ``tasks.api.scrum.backlog.*``."""

import attrs

from ..calls import UNSET, Call, Effect, Sender, build_call
from ..decoding import FieldsShape, NothingShape, RecordShape
from ..records import Backlog, Field
from .arguments import Arguments, Id, OptionalId

_BACKLOG = RecordShape(Backlog)
_NOTHING = NothingShape()
_FIELDS = FieldsShape()


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
        method = "tasks.api.scrum.backlog.add"
        check = Arguments(method)
        fields = check.fields(
            {
                "groupId": check.id("group_id", group_id),
                "createdBy": check.id("created_by", created_by),
                "modifiedBy": check.id("modified_by", modified_by),
            }
        )
        return build_call(
            self._sender, method, {"fields": fields}, effect=Effect.WRITE, shape=_BACKLOG
        )

    def get(self, group_id: Id) -> Call[Backlog]:
        """Get a group's backlog: ``tasks.api.scrum.backlog.get``.

        Args:
            group_id: The group, not the backlog.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `BacklogNotFound` for a group without a backlog, `AccessDenied`.
        """
        method = "tasks.api.scrum.backlog.get"
        params = {"id": Arguments(method).id("group_id", group_id)}
        return build_call(self._sender, method, params, effect=Effect.READ, shape=_BACKLOG)

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
        method = "tasks.api.scrum.backlog.update"
        check = Arguments(method)
        fields = check.changes(
            {
                "groupId": check.id("group_id", group_id),
                "createdBy": check.id("created_by", created_by),
                "modifiedBy": check.id("modified_by", modified_by),
            },
            "group_id, created_by, modified_by",
        )
        params = {"id": check.id("backlog_id", backlog_id), "fields": fields}
        return build_call(self._sender, method, params, effect=Effect.REPEATABLE, shape=_BACKLOG)

    def delete(self, backlog_id: Id) -> Call[None]:
        """Remove a backlog: ``tasks.api.scrum.backlog.delete``.

        The portal does not say when the removal itself fails.

        Args:
            backlog_id: The backlog, not the group.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `BacklogNotFound`, `AccessDenied`, `RemovalForbidden` (it has items).
        """
        method = "tasks.api.scrum.backlog.delete"
        params = {"id": Arguments(method).id("backlog_id", backlog_id)}
        return build_call(self._sender, method, params, effect=Effect.DELETE, shape=_NOTHING)

    def get_fields(self) -> Call[dict[str, Field]]:
        """Get the fields of a backlog: ``tasks.api.scrum.backlog.getFields``.

        The names are the portal's own, such as ``createdBy``.

        Sending raises only what any call may: `PortalError`, `TransportError`, `DecodeError`.
        """
        method = "tasks.api.scrum.backlog.getFields"
        return build_call(self._sender, method, {}, effect=Effect.READ, shape=_FIELDS)
