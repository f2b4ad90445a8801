"""Epics: ``tasks.api.scrum.epic.*``."""

from collections.abc import Iterable, Sequence

import attrs

from ..calls import UNSET, BatchSender, Call, Effect, Unset, build_call
from ..decoding import FieldsShape, ListShape, NothingShape, RecordShape
from ..records import Epic, Field
from .arguments import Arguments, Id, OptionalId, OptionalText
from .filters import EPICS, Filter, Order
from .rows import Rows, rows_of

_EPIC = RecordShape(Epic)
_LIST = ListShape(Epic)
_NOTHING = NothingShape()
_FIELDS = FieldsShape()


@attrs.frozen
class Epics:
    """The epics of scrum groups. Names need not be unique."""

    _sender: BatchSender

    def add(
        self,
        group_id: Id,
        *,
        name: str,
        description: OptionalText = UNSET,
        color: OptionalText = UNSET,
        files: Sequence[int | str] | Unset = UNSET,
        created_by: OptionalId = UNSET,
        modified_by: OptionalId = UNSET,
    ) -> Call[Epic]:
        """Add an epic to a group: ``tasks.api.scrum.epic.add``.

        Args:
            group_id: The scrum group.
            name: 1 to 255 characters.
            description: Any text. The portal cleans it as HTML, so it may come back changed.
            color: Any text of up to 18 characters, such as ``"#69dafc"``.
            files: Ids of files on the portal's drive: ``[12]`` or ``["n12"]``.
            created_by: A user id; the caller where it is not given.
            modified_by: A user id, which the portal does not store here.

        Raises:
            InvalidCall: A bad name, colour, id or file.

        Sending raises `AccessDenied` (also for an unknown group), `UserNotFound`, `NotSaved` (with
        ``Epic files not attached`` the epic exists already).
        """
        method = "tasks.api.scrum.epic.add"
        check = Arguments(method)
        fields = check.fields(
            {
                "groupId": check.id("group_id", group_id),
                "name": check.name("name", name),
                "description": check.text("description", description),
                "color": check.color("color", color),
                "files": check.drive_files("files", files, may_be_empty=False),
                "createdBy": check.id("created_by", created_by),
                "modifiedBy": check.id("modified_by", modified_by),
            }
        )
        return build_call(
            self._sender, method, {"fields": fields}, effect=Effect.WRITE, shape=_EPIC
        )

    def get(self, epic_id: Id) -> Call[Epic]:
        """Get an epic with its files: ``tasks.api.scrum.epic.get``.

        Args:
            epic_id: The epic.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `EpicNotFound`, `AccessDenied`.
        """
        method = "tasks.api.scrum.epic.get"
        params = {"id": Arguments(method).id("epic_id", epic_id)}
        return build_call(self._sender, method, params, effect=Effect.READ, shape=_EPIC)

    def update(
        self,
        epic_id: Id,
        *,
        group_id: OptionalId = UNSET,
        name: OptionalText = UNSET,
        description: OptionalText = UNSET,
        color: OptionalText = UNSET,
        files: Sequence[int | str] | Unset = UNSET,
        created_by: OptionalId = UNSET,
        modified_by: OptionalId = UNSET,
    ) -> Call[Epic]:
        """Change an epic: ``tasks.api.scrum.epic.update``.

        Args:
            epic_id: The epic.
            group_id: Another group. Tasks keep their reference to the epic.
            name: 1 to 255 characters.
            description: A text; the portal cannot clear it.
            color: A text of up to 18 characters; the portal cannot clear it.
            files: Ids of files on the portal's drive, added to those there are; ``[]`` removes
                all.
            created_by: A user id.
            modified_by: A user id; the caller where it is not given.

        Raises:
            InvalidCall: A bad name, colour, id or file, an empty text, or nothing to change.

        Sending raises `EpicNotFound`, `AccessDenied`, `UserNotFound`, `NotSaved` (with
        ``Epic files not attached`` the other fields are saved).
        """
        method = "tasks.api.scrum.epic.update"
        check = Arguments(method)
        fields = check.changes(
            {
                "groupId": check.id("group_id", group_id),
                "name": check.name("name", check.text_to_set("name", name)),
                "description": check.text_to_set("description", description),
                "color": check.color("color", check.text_to_set("color", color)),
                "files": check.drive_files("files", files, may_be_empty=True),
                "createdBy": check.id("created_by", created_by),
                "modifiedBy": check.id("modified_by", modified_by),
            },
            "group_id, name, description, color, files, created_by, modified_by",
        )
        params = {"id": check.id("epic_id", epic_id), "fields": fields}
        return build_call(self._sender, method, params, effect=Effect.REPEATABLE, shape=_EPIC)

    def delete(self, epic_id: Id) -> Call[None]:
        """Remove an epic: ``tasks.api.scrum.epic.delete``. Its tasks stay.

        The portal does not say when the removal itself fails.

        Args:
            epic_id: The epic.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `EpicNotFound`, `AccessDenied`.
        """
        method = "tasks.api.scrum.epic.delete"
        params = {"id": Arguments(method).id("epic_id", epic_id)}
        return build_call(self._sender, method, params, effect=Effect.DELETE, shape=_NOTHING)

    def list(
        self, filter: Filter = UNSET, *, order: Order = UNSET, start: int = 0
    ) -> Call[list[Epic]]:
        """Get a page of up to 50 epics, without their files: ``tasks.api.scrum.epic.list``.

        Only epics of groups that the caller belongs to, even for an administrator. The answer does
        not tell whether there are more; `all` reads to the end.

        Args:
            filter: Such as ``{"GROUP_ID": 125, "%NAME": "sign"}``. A list asks for any of its
                values.
            order: Such as ``{"NAME": "asc"}``; by id where it is not given.
            start: 0, 50, 100, ...

        Raises:
            InvalidCall: A name that the method does not know, a value that its column cannot
                have, an empty list, a start between pages.

        Sending raises only what any call may: `PortalError`, `TransportError`, `DecodeError`.
        """
        method = "tasks.api.scrum.epic.list"
        params = EPICS.page(Arguments(method), filter, order, start)
        return build_call(self._sender, method, params, effect=Effect.READ, shape=_LIST)

    def all(
        self, filter: Filter = UNSET, *, group_ids: Iterable[int] | Unset = UNSET
    ) -> Rows[Epic]:
        """Read every epic, without files, by ascending id: ``tasks.api.scrum.epic.list``.

        Args:
            filter: As for `list`.
            group_ids: The groups whose epics are wanted, one group after the other in this order;
                one that is named twice is read once, and none gives nothing. Their pages travel
                50 in a request. Without it, all that the filter lets through.

        Returns:
            An async iterator, exact while rows come and go. `Rows.aclose` ends it early.

        Raises:
            InvalidCall: As for `list`; an id of a group below 1, or ``GROUP_ID`` in both.

        Reading raises what sending a page raises, when the turn of that page comes; the next row
        that is wanted asks for it again.
        """
        method = "tasks.api.scrum.epic.list"
        return rows_of(self._sender, method, EPICS, filter, _LIST, group_ids)

    def get_fields(self) -> Call[dict[str, Field]]:
        """Get the fields of an epic: ``tasks.api.scrum.epic.getFields``.

        The names are the portal's own, such as ``createdBy``.

        Sending raises only what any call may: `PortalError`, `TransportError`, `DecodeError`.
        """
        method = "tasks.api.scrum.epic.getFields"
        return build_call(self._sender, method, {}, effect=Effect.READ, shape=_FIELDS)
