"""The stages of a sprint and its board: ``tasks.api.scrum.kanban.*``."""

from typing import Literal, TypeAlias

import attrs

from ..calls import UNSET, Call, Effect, Sender, Unset
from ..decoding import DoneShape, FieldsShape, IdShape, ListShape
from ..records import Field, Stage, StageType
from . import takes
from .arguments import Id, OptionalId, OptionalNumber, OptionalText
from .claims import sprint_write, stage_write
from .method import Method

Type: TypeAlias = StageType | Literal["NEW", "WORK", "FINISH"]

_DONE = DoneShape()

_ADD_STAGE = Method(
    "tasks.api.scrum.kanban.addStage",
    Effect.WRITE,
    IdShape(),
    claims=sprint_write,
    sprint_id=takes.an_id("fields[sprintId]"),
    name=takes.name("fields[name]"),
    type=takes.choice("fields[type]", StageType),
    sort=takes.number("fields[sort]"),
    color=takes.color("fields[color]"),
)
_GET_STAGES = Method(
    "tasks.api.scrum.kanban.getStages",
    Effect.READ,
    ListShape(Stage),
    sprint_id=takes.the_id("sprintId"),
)
_UPDATE_STAGE = Method(
    "tasks.api.scrum.kanban.updateStage",
    Effect.REPEATABLE,
    _DONE,
    claims=stage_write,
    changes="name, type, sort, color, sprint_id",
    stage_id=takes.the_id("stageId"),
    name=takes.name("fields[name]"),
    type=takes.choice("fields[type]", StageType),
    sort=takes.number("fields[sort]"),
    color=takes.color("fields[color]"),
    sprint_id=takes.an_id("fields[sprintId]"),
)
_DELETE_STAGE = Method(
    "tasks.api.scrum.kanban.deleteStage",
    Effect.DELETE,
    _DONE,
    claims=stage_write,
    stage_id=takes.the_id("stageId"),
)
_ADD_TASK = Method(
    "tasks.api.scrum.kanban.addTask",
    Effect.WRITE,
    _DONE,
    sprint_id=takes.the_id("sprintId"),
    task_id=takes.the_id("taskId"),
    stage_id=takes.the_id("stageId"),
)
_DELETE_TASK = Method(
    "tasks.api.scrum.kanban.deleteTask",
    Effect.DELETE,
    _DONE,
    sprint_id=takes.the_id("sprintId"),
    task_id=takes.the_id("taskId"),
)
_GET_FIELDS = Method("tasks.api.scrum.kanban.getFields", Effect.READ, FieldsShape())


@attrs.frozen
class Kanban:
    """The boards of sprints: their stages, and the tasks that stand in them.

    The portal answers ``false`` to a change it did not make, mostly without a reason: `NotSaved`.
    """

    _sender: Sender

    def add_stage(
        self,
        sprint_id: Id,
        *,
        name: str,
        type: Type | Unset = UNSET,
        sort: OptionalNumber = UNSET,
        color: OptionalText = UNSET,
    ) -> Call[int]:
        """Add a stage to a sprint's board: ``tasks.api.scrum.kanban.addStage``.

        Stages that are added before the sprint starts are kept, when one of them is ``"NEW"``.

        Args:
            sprint_id: The sprint; planned or active.
            name: 1 to 255 characters.
            type: ``"NEW"``, ``"WORK"`` (the portal's default) or ``"FINISH"``.
            sort: Its place from the left, in hundreds; 100 where it is not given.
            color: Six hexadecimal digits without ``#``.

        Returns:
            A call for the id of the new stage.

        Raises:
            InvalidCall: A bad name, type, colour or id.

        Sending raises `SprintNotFound`, `AccessDenied`, `NotSaved`.
        """
        return _ADD_STAGE.call(self._sender, (sprint_id, name, type, sort, color))

    def get_stages(self, sprint_id: Id) -> Call[list[Stage]]:
        """Get a sprint's stages, from the left: ``tasks.api.scrum.kanban.getStages``.

        Empty for a sprint that was never started, unless stages were added to it.

        Args:
            sprint_id: The sprint, not a backlog.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `SprintNotFound`, `AccessDenied`.
        """
        return _GET_STAGES.call(self._sender, (sprint_id,))

    def update_stage(
        self,
        stage_id: Id,
        *,
        name: OptionalText = UNSET,
        type: Type | Unset = UNSET,
        sort: OptionalNumber = UNSET,
        color: OptionalText = UNSET,
        sprint_id: OptionalId = UNSET,
    ) -> Call[None]:
        """Change a stage: ``tasks.api.scrum.kanban.updateStage``.

        Args:
            stage_id: The stage. The portal also finds stages of other boards than sprints'.
            name: 1 to 255 characters.
            type: ``"NEW"``, ``"WORK"`` or ``"FINISH"``.
            sort: Its place from the left, in hundreds.
            color: Six hexadecimal digits without ``#``.
            sprint_id: Another sprint.

        Raises:
            InvalidCall: A bad name, type, colour or id, or nothing to change.

        Sending raises `NotSaved`; from some portals `StageNotFound`, `AccessDenied`,
        `InvalidParameter`.
        """
        changes = (name, type, sort, color, sprint_id)
        return _UPDATE_STAGE.call(self._sender, (stage_id, *changes))

    def delete_stage(self, stage_id: Id) -> Call[None]:
        """Remove a stage without tasks: ``tasks.api.scrum.kanban.deleteStage``.

        A sprint whose ``"NEW"`` stage is gone cannot start.

        Args:
            stage_id: The stage. The portal also finds stages of other boards than sprints'.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `NotSaved`; from some portals `StageNotFound`, `AccessDenied`,
        `RemovalForbidden`.
        """
        return _DELETE_STAGE.call(self._sender, (stage_id,))

    def add_task(self, sprint_id: Id, *, task_id: Id, stage_id: Id) -> Call[None]:
        """Put a task's card into a stage: ``tasks.api.scrum.kanban.addTask``.

        A card that stands elsewhere stays there too: to move one, `delete_task` comes first. The
        task is not moved into the sprint by it, and the portal does not look whether the
        stage is one of the sprint's.

        Args:
            sprint_id: The sprint, started.
            task_id: A task of the sprint's group.
            stage_id: One of the sprint's stages.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `NotSaved`; from some portals `SprintNotFound`, `TaskNotFound`,
        `StageNotFound`, `AccessDenied`.
        """
        return _ADD_TASK.call(self._sender, (sprint_id, task_id, stage_id))

    def delete_task(self, sprint_id: Id, *, task_id: Id) -> Call[None]:
        """Take a task's card off the board: ``tasks.api.scrum.kanban.deleteTask``.

        The task stays in the sprint.

        Args:
            sprint_id: The sprint.
            task_id: A task of the sprint's group.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `NotSaved`; from some portals `SprintNotFound`, `TaskNotFound`,
        `AccessDenied`.
        """
        return _DELETE_TASK.call(self._sender, (sprint_id, task_id))

    def get_fields(self) -> Call[dict[str, Field]]:
        """Get the fields of a stage: ``tasks.api.scrum.kanban.getFields``.

        The names are the portal's own, such as ``sprintId``.

        Sending raises only what any call may: `PortalError`, `TransportError`, `DecodeError`.
        """
        return _GET_FIELDS.call(self._sender)
