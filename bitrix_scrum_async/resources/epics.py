"""Epics: ``tasks.api.scrum.epic.*``."""

from collections.abc import Iterable, Sequence

import attrs

from ..calls import UNSET, BatchSender, Call, Effect, Unset
from ..decoding import FieldsShape, ListShape, NothingShape, RecordShape
from ..records import Epic, Field
from . import takes
from .arguments import Id, OptionalId, OptionalText
from .filters import EPICS, Filter, Order
from .method import Method
from .rows import Rows, rows_of

_EPIC = RecordShape(Epic)

_ADD = Method(
    "tasks.api.scrum.epic.add",
    Effect.WRITE,
    _EPIC,
    group_id=takes.an_id("fields[groupId]"),
    name=takes.name("fields[name]"),
    description=takes.text("fields[description]"),
    color=takes.color("fields[color]"),
    files=takes.drive_files("fields[files]", may_be_empty=False),
    created_by=takes.an_id("fields[createdBy]"),
    modified_by=takes.an_id("fields[modifiedBy]"),
)
_GET = Method("tasks.api.scrum.epic.get", Effect.READ, _EPIC, epic_id=takes.the_id("id"))
_UPDATE = Method(
    "tasks.api.scrum.epic.update",
    Effect.REPEATABLE,
    _EPIC,
    changes="group_id, name, description, color, files, created_by, modified_by",
    epic_id=takes.the_id("id"),
    group_id=takes.an_id("fields[groupId]"),
    name=takes.set_to(takes.name("fields[name]")),
    description=takes.set_to(takes.text("fields[description]")),
    color=takes.set_to(takes.color("fields[color]")),
    files=takes.drive_files("fields[files]", may_be_empty=True),
    created_by=takes.an_id("fields[createdBy]"),
    modified_by=takes.an_id("fields[modifiedBy]"),
)
_DELETE = Method(
    "tasks.api.scrum.epic.delete", Effect.DELETE, NothingShape(), epic_id=takes.the_id("id")
)
_LIST = Method("tasks.api.scrum.epic.list", Effect.READ, ListShape(Epic))
_GET_FIELDS = Method("tasks.api.scrum.epic.getFields", Effect.READ, FieldsShape())


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
        given = (group_id, name, description, color, files, created_by, modified_by)
        return _ADD.call(self._sender, given)

    def get(self, epic_id: Id) -> Call[Epic]:
        """Get an epic with its files: ``tasks.api.scrum.epic.get``.

        Args:
            epic_id: The epic.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `EpicNotFound`, `AccessDenied`.
        """
        return _GET.call(self._sender, (epic_id,))

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
        changes = (group_id, name, description, color, files, created_by, modified_by)
        return _UPDATE.call(self._sender, (epic_id, *changes))

    def delete(self, epic_id: Id) -> Call[None]:
        """Remove an epic: ``tasks.api.scrum.epic.delete``. Its tasks stay.

        The portal does not say when the removal itself fails.

        Args:
            epic_id: The epic.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `EpicNotFound`, `AccessDenied`.
        """
        return _DELETE.call(self._sender, (epic_id,))

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
        return _LIST.build(self._sender, EPICS.page(_LIST.check, filter, order, start))

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
        return rows_of(self._sender, _LIST, EPICS, filter, group_ids)

    def get_fields(self) -> Call[dict[str, Field]]:
        """Get the fields of an epic: ``tasks.api.scrum.epic.getFields``.

        The names are the portal's own, such as ``createdBy``.

        Sending raises only what any call may: `PortalError`, `TransportError`, `DecodeError`.
        """
        return _GET_FIELDS.call(self._sender)
