"""Tasks: ``tasks.task.*``. Their places in a scrum are in `scrum_tasks`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import attrs

from ..calls import UNSET, BatchSender, Call, Effect, Unset
from ..decoding import DoneShape, FoundTaskShape, ListShape, RecordShape
from ..records import Task, TaskStatus
from . import takes
from .arguments import Id, OptionalId, OptionalMoment, OptionalText
from .filters import TASKS, Filter, Order
from .method import Method
from .rows import Rows, rows_of

Priority: TypeAlias = Literal[0, 1, 2]
Status: TypeAlias = TaskStatus | Literal[2, 3, 4, 5, 6]

_TASK = RecordShape(Task, key="task")

# The fields that come without being asked for differ between versions of the portal.
_SELECT: Final = (
    "ID",
    "TITLE",
    "DESCRIPTION",
    "STATUS",
    "CREATED_BY",
    "RESPONSIBLE_ID",
    "GROUP_ID",
    "PARENT_ID",
    "STAGE_ID",
    "PRIORITY",
    "DEADLINE",
    "START_DATE_PLAN",
    "END_DATE_PLAN",
    "CREATED_DATE",
    "CHANGED_DATE",
    "CLOSED_DATE",
    "ACCOMPLICES",
    "AUDITORS",
    "TAGS",
    "XML_ID",
)

_GIVEN: Final = {
    "title": takes.title("fields[TITLE]"),
    "responsible_id": takes.an_id("fields[RESPONSIBLE_ID]"),
    "group_id": takes.an_id("fields[GROUP_ID]"),
    "created_by": takes.an_id("fields[CREATED_BY]"),
    "xml_id": takes.name("fields[XML_ID]"),
    "description": takes.text("fields[DESCRIPTION]"),
    "deadline": takes.moment("fields[DEADLINE]"),
    "start_date_plan": takes.moment("fields[START_DATE_PLAN]"),
    "end_date_plan": takes.moment("fields[END_DATE_PLAN]"),
    "priority": takes.one_of("fields[PRIORITY]", 0, 1, 2),
    "status": takes.choice("fields[STATUS]", TaskStatus),
    "parent_id": takes.an_id("fields[PARENT_ID]"),
    "accomplices": takes.ids("fields[ACCOMPLICES]", may_be_empty=True),
    "auditors": takes.ids("fields[AUDITORS]", may_be_empty=True),
    "tags": takes.texts("fields[TAGS]"),
}
_ADD = Method(
    "tasks.task.add",
    Effect.WRITE,
    _TASK,
    period=("start_date_plan", "end_date_plan"),
    shared=_GIVEN,
)
_GET = Method(
    "tasks.task.get",
    Effect.READ,
    FoundTaskShape(),
    fixed={"select": _SELECT},
    task_id=takes.the_id("taskId"),
)
_UPDATE = Method(
    "tasks.task.update",
    Effect.REPEATABLE,
    _TASK,
    changes="title, responsible_id, ... or fields",
    period=("start_date_plan", "end_date_plan"),
    shared=_GIVEN,
    task_id=takes.the_id("taskId"),
)
_COMPLETE = Method("tasks.task.complete", Effect.WRITE, _TASK, task_id=takes.the_id("taskId"))
_DELETE = Method(
    "tasks.task.delete", Effect.DELETE, DoneShape(key="task"), task_id=takes.the_id("taskId")
)
_LIST = Method("tasks.task.list", Effect.READ, ListShape(Task, key="tasks"))


@attrs.frozen
class Tasks:
    """Tasks. One of a scrum group has a place in its backlog or in a sprint as well."""

    _sender: BatchSender

    def add(
        self,
        title: str,
        *,
        responsible_id: Id,
        group_id: Id,
        created_by: OptionalId = UNSET,
        xml_id: OptionalText = UNSET,
        description: OptionalText = UNSET,
        deadline: OptionalMoment = UNSET,
        start_date_plan: OptionalMoment = UNSET,
        end_date_plan: OptionalMoment = UNSET,
        priority: Priority | Unset = UNSET,
        status: Status | Unset = UNSET,
        parent_id: OptionalId = UNSET,
        accomplices: Sequence[Id] | Unset = UNSET,
        auditors: Sequence[Id] | Unset = UNSET,
        tags: Sequence[str] | Unset = UNSET,
        fields: Mapping[str, Any] | Unset = UNSET,
    ) -> Call[Task]:
        """Add a task to a group: ``tasks.task.add``.

        It stands in the group's backlog then, where the group has one.

        Args:
            title: 1 to 255 characters.
            responsible_id: A user id.
            group_id: The scrum group.
            created_by: A user id; the caller where it is not given. Another takes rights.
            xml_id: Your own key; the portal does not make it unique.
            description: BB code.
            deadline: Aware.
            start_date_plan: Aware.
            end_date_plan: Aware, not before ``start_date_plan``.
            priority: 0 low, 1 usual, 2 high.
            status: A `TaskStatus`.
            parent_id: The task it is a part of.
            accomplices: User ids.
            auditors: User ids.
            tags: Texts.
            fields: More fields, in the portal's names, such as ``{"UF_CRM_TASK": ["D_7"]}``.

        Raises:
            InvalidCall: A bad title, id, date-time, status or field.

        Sending raises `CoreError` with a text in the portal's language.
        """
        given = (
            title,
            responsible_id,
            group_id,
            created_by,
            xml_id,
            description,
            deadline,
            start_date_plan,
            end_date_plan,
            priority,
            status,
            parent_id,
            accomplices,
            auditors,
            tags,
        )
        return _ADD.call(self._sender, given, fields)

    def get(self, task_id: Id) -> Call[Task]:
        """Get a task: ``tasks.task.get``.

        Args:
            task_id: The task.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `TaskNotFound` (also for a task that the caller may not see).
        """
        return _GET.call(self._sender, (task_id,))

    def update(
        self,
        task_id: Id,
        *,
        title: OptionalText = UNSET,
        responsible_id: OptionalId = UNSET,
        group_id: OptionalId = UNSET,
        created_by: OptionalId = UNSET,
        xml_id: OptionalText = UNSET,
        description: OptionalText = UNSET,
        deadline: OptionalMoment = UNSET,
        start_date_plan: OptionalMoment = UNSET,
        end_date_plan: OptionalMoment = UNSET,
        priority: Priority | Unset = UNSET,
        status: Status | Unset = UNSET,
        parent_id: OptionalId = UNSET,
        accomplices: Sequence[Id] | Unset = UNSET,
        auditors: Sequence[Id] | Unset = UNSET,
        tags: Sequence[str] | Unset = UNSET,
        fields: Mapping[str, Any] | Unset = UNSET,
    ) -> Call[Task]:
        """Change a task: ``tasks.task.update``.

        Args:
            task_id: The task.
            title: As for `add`, like all that follow.
            responsible_id: A user id.
            group_id: Another group; the task loses its place in the scrum of the old one.
            created_by: A user id.
            xml_id: Your own key.
            description: BB code; ``""`` clears it.
            deadline: Aware.
            start_date_plan: Aware.
            end_date_plan: Aware.
            priority: 0 low, 1 usual, 2 high.
            status: A `TaskStatus`.
            parent_id: The task it is a part of.
            accomplices: User ids; all of them, and ``[]`` for none.
            auditors: User ids; all of them, and ``[]`` for none.
            tags: Texts; all of them, and ``[]`` for none.
            fields: More fields, in the portal's names.

        Raises:
            InvalidCall: A bad title, id, date-time, status or field, or nothing to change.

        Sending raises `AccessDenied` (also for an unknown task), `CoreError`.
        """
        changes = (
            title,
            responsible_id,
            group_id,
            created_by,
            xml_id,
            description,
            deadline,
            start_date_plan,
            end_date_plan,
            priority,
            status,
            parent_id,
            accomplices,
            auditors,
            tags,
        )
        return _UPDATE.call(self._sender, (task_id, *changes), fields)

    def complete(self, task_id: Id) -> Call[Task]:
        """Complete a task: ``tasks.task.complete``.

        In the active sprint its card moves to a last stage by itself.

        Args:
            task_id: The task.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `AccessDenied` (also for an unknown task), `CoreError`.
        """
        return _COMPLETE.call(self._sender, (task_id,))

    def delete(self, task_id: Id) -> Call[None]:
        """Remove a task with its place in a scrum: ``tasks.task.delete``.

        Args:
            task_id: The task.

        Raises:
            InvalidCall: An id below 1.

        Sending raises `AccessDenied` (also for an unknown task), `NotSaved`.
        """
        return _DELETE.call(self._sender, (task_id,))

    def list(
        self, filter: Filter = UNSET, *, order: Order = UNSET, start: int = 0
    ) -> Call[list[Task]]:
        """Get a page of up to 50 tasks: ``tasks.task.list``.

        Args:
            filter: Such as ``{"GROUP_ID": 125, "SPRINT_ID": 7}`` or ``{"XML_ID": "MOB-1"}``. The
                portal ignores names that it does not know, so only known ones are let through.
            order: Such as ``{"DEADLINE": "asc"}``; by id where it is not given.
            start: 0, 50, 100, ...; -1 for the first page, without the portal counting all rows.

        Raises:
            InvalidCall: A name that the method does not know, a value that its column cannot
                have, an empty list, a start between pages.

        Sending raises `InvalidParameter` (a name that cannot be ordered by).
        """
        page = TASKS.page(_LIST.check, filter, order, start)
        return _LIST.build(self._sender, {"select": _SELECT, **page})

    def all(
        self, filter: Filter = UNSET, *, group_ids: Iterable[int] | Unset = UNSET
    ) -> Rows[Task]:
        """Read every task, by ascending id: ``tasks.task.list``.

        Args:
            filter: As for `list`.
            group_ids: The groups whose tasks are wanted, one group after the other in this order;
                one that is named twice is read once, and none gives nothing. Their pages travel
                50 in a request. Without it, all that the filter lets through.

        Returns:
            An async iterator, exact while rows come and go. `Rows.aclose` ends it early.

        Raises:
            InvalidCall: As for `list`; an id of a group below 1, or ``GROUP_ID`` in both.

        Reading raises what sending a page raises, when the turn of that page comes; the next row
        that is wanted asks for it again.
        """
        # start=-1: the portal need not count all rows for every page
        return rows_of(self._sender, _LIST, TASKS, filter, group_ids, select=_SELECT, start=-1)
