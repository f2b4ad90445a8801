"""The places of tasks in a scrum: ``tasks.api.scrum.task.*``."""

import decimal

import attrs

from ..calls import UNSET, Call, Effect, Sender, Unset
from ..decoding import FieldsShape, RecordShape, ScrumTaskSavedShape
from ..records import Field, ScrumTask
from . import takes
from .arguments import Id, OptionalId, OptionalNumber
from .method import Method

_GET = Method(
    "tasks.api.scrum.task.get", Effect.READ, RecordShape(ScrumTask), task_id=takes.the_id("id")
)
_UPDATE = Method(
    "tasks.api.scrum.task.update",
    Effect.REPEATABLE,
    ScrumTaskSavedShape(),
    changes="entity_id, story_points, epic_id, sort, created_by, modified_by",
    task_id=takes.the_id("id"),
    entity_id=takes.an_id("fields[entityId]"),
    story_points=takes.story_points("fields[storyPoints]"),
    epic_id=takes.an_id("fields[epicId]"),
    sort=takes.number("fields[sort]"),
    created_by=takes.an_id("fields[createdBy]"),
    modified_by=takes.an_id("fields[modifiedBy]"),
)
_GET_FIELDS = Method("tasks.api.scrum.task.getFields", Effect.READ, FieldsShape())


@attrs.frozen
class ScrumTasks:
    """Where tasks stand in a scrum: their backlog or sprint, epic and story points."""

    _sender: Sender

    def get(self, task_id: Id) -> Call[ScrumTask]:
        """Get a task's place: ``tasks.api.scrum.task.get``.

        Args:
            task_id: The task.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `TaskNotFound` (also for a task that has no place in a scrum),
        `AccessDenied`.
        """
        return _GET.call(self._sender, (task_id,))

    def update(
        self,
        task_id: Id,
        *,
        entity_id: OptionalId = UNSET,
        story_points: str | float | decimal.Decimal | Unset = UNSET,
        epic_id: OptionalId = UNSET,
        sort: OptionalNumber = UNSET,
        created_by: OptionalId = UNSET,
        modified_by: OptionalId = UNSET,
    ) -> Call[None]:
        """Change a task's place, or give it one: ``tasks.api.scrum.task.update``.

        Moving a task into the active sprint puts no card on its board: see ``kanban.add_task``.

        Args:
            task_id: The task.
            entity_id: A backlog or sprint. Needed for a task that has no place yet; of another
                group than the task's it is taken without an error.
            story_points: Text such as ``"3"`` or ``"XL"``; ``""`` clears. A number is sent as
                text, ``0.5`` as ``"0.5"``, since the portal ignores numbers.
            epic_id: An epic, of whatever group. The portal cannot take a task out of its epic.
            sort: Its place in the backlog or sprint.
            created_by: A user id. Needed for a task that has no place yet.
            modified_by: A user id.

        Raises:
            InvalidCall: An id below 1, or nothing to change.

        Sending raises `TaskNotFound`, `AccessDenied` (also for an unknown backlog or sprint),
        `EpicNotFound`, `UserNotFound`, `InvalidParameter`, `NotSaved`.
        """
        if epic_id == 0:
            raise _UPDATE.check.refusal(
                "epic_id",
                epic_id,
                "does not take the task out of its epic: the portal cannot; pass another epic,"
                " or leave it out",
            )
        changes = (entity_id, story_points, epic_id, sort, created_by, modified_by)
        return _UPDATE.call(self._sender, (task_id, *changes))

    def get_fields(self) -> Call[dict[str, Field]]:
        """Get the fields of a task's place: ``tasks.api.scrum.task.getFields``.

        The names are the portal's own, such as ``createdBy``.

        Sending raises only what any call may: `PortalError`, `TransportError`, `DecodeError`.
        """
        return _GET_FIELDS.call(self._sender)
