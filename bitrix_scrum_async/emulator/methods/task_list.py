"""`tasks.task.list`: through an index where the filter allows it."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from ..answers import Page
from ..binder import TASKS, Params
from ..filters import (
    PAGE,
    Column,
    UnknownName,
    ids_between,
    matcher,
    ordered,
    page_start,
    truthy_names,
    values_of,
)
from ..rows import Task
from ..values import to_int, to_list, to_map, to_str, to_time
from ..visit import Visit
from .registry import method
from .task import can_see
from .task_answer import place, row, stage_of

_SORTABLE = {
    "ID": Column(lambda task: task.id),
    "TITLE": Column(lambda task: task.title, "text"),
    "CREATED_DATE": Column(lambda task: task.created, "date"),
    "CHANGED_DATE": Column(lambda task: task.changed, "date"),
    "CLOSED_DATE": Column(lambda task: task.closed, "date"),
    "ACTIVITY_DATE": Column(lambda task: task.changed, "date"),
    "DATE_START": Column(lambda task: None, "date"),
    "START_DATE_PLAN": Column(lambda task: task.start_plan, "date"),
    "END_DATE_PLAN": Column(lambda task: task.end_plan, "date"),
    "DEADLINE": Column(lambda task: task.deadline, "date"),
    "REAL_STATUS": Column(lambda task: task.status),
    "STATUS": Column(lambda task: task.status),
    "PRIORITY": Column(lambda task: task.priority),
    "MARK": Column(lambda task: None, "text"),
    "CREATED_BY": Column(lambda task: task.created_by),
    "RESPONSIBLE_ID": Column(lambda task: task.responsible_id),
    "GROUP_ID": Column(lambda task: task.group_id),
    "TIME_ESTIMATE": Column(lambda task: 0),
    "FAVORITE": Column(lambda task: 0),
    "SORTING": Column(lambda task: 0),
}


def _filterable(visit: Visit) -> dict[str, Column]:
    return {
        **{name: one for name, one in _SORTABLE.items() if name != "SORTING"},
        "PARENT_ID": Column(lambda task: task.parent_id),
        "CHANGED_BY": Column(lambda task: task.changed_by),
        "CLOSED_BY": Column(lambda task: task.closed_by),
        "GUID": Column(lambda task: task.guid, "text"),
        "XML_ID": Column(lambda task: task.xml_id, "exact"),
        "STAGE_ID": Column(lambda task: stage_of(visit, task)),
        "SPRINT_ID": Column(lambda task: place(visit, task, "sprint")),
        "BACKLOG_ID": Column(lambda task: place(visit, task, "backlog")),
        "TAG": Column(lambda task: [tag.casefold() for tag in task.tags], "text", many=True),
        "ACCOMPLICE": Column(lambda task: task.accomplices, many=True),
        "AUDITOR": Column(lambda task: task.auditors, many=True),
        "MEMBER": Column(
            lambda task: (task.created_by, task.responsible_id, *task.accomplices, *task.auditors),
            many=True,
        ),
    }


@method("tasks.task.list", "task")
def list_(visit: Visit, params: Params) -> Any:
    """A page of tasks. Unknown names in the filter are ignored, in the order refused."""
    order = TASKS.optional_array(visit, params, "order")
    filter_ = TASKS.optional_array(visit, params, "filter")
    select = truthy_names(to_list(TASKS.optional_array(visit, params, "select")))
    test = matcher(
        filter_,
        _filterable(visit),
        skip_unknown=True,
        read_time=lambda value: to_time(to_str(value), visit.now, visit.switches.utc_offset),
    )
    directions = [to_str(one).lower().split(",")[0] for one in to_map(order).values()]
    by_id = list(order) == ["ID"] and directions == ["asc"]
    found = _found(visit, filter_, test)
    if not by_id:
        try:
            found = ordered(list(found), order or {"ID": "desc"}, _SORTABLE)
        except UnknownName:
            raise TASKS.error(visit, "Invalid sorting key") from None
    if visit.start == -1:
        return Page({"tasks": [row(visit, task, select) for task in islice(found, PAGE)]})
    rows = list(found)
    first = page_start(visit.start)
    end = first + PAGE
    return Page(
        {"tasks": [row(visit, task, select) for task in rows[first:end]]},
        total=len(rows),
        next=end if end < len(rows) else None,
    )


def _found(
    visit: Visit, filter_: dict[str, Any], test: Callable[[Any], bool] | None
) -> Iterable[Task]:
    """The tasks of the filter that the caller may see, by id."""
    tasks, is_admin = visit.state.tasks, visit.is_admin
    task_ids = _candidates(visit, filter_)

    def found() -> Iterator[Task]:
        for task_id in ids_between(filter_, task_ids):
            task = tasks[task_id]
            if (test is None or test(task)) and (is_admin or can_see(visit, task)):
                yield task

    return found()


def _candidates(visit: Visit, filter_: dict[str, Any]) -> list[int]:
    """The ids to look at, ascending: from the narrowest index that the filter names."""
    state = visit.state
    if (wanted := values_of(filter_, "ID")) is not None:
        return sorted({task_id for one in wanted if (task_id := to_int(one)) in state.tasks})
    if (wanted := values_of(filter_, "XML_ID")) is not None:
        return _sorted(state.task_ids_by_xml_id(to_str(one)) for one in wanted)
    for name in ("SPRINT_ID", "BACKLOG_ID"):
        wanted = values_of(filter_, name)
        if wanted is not None and all(to_int(one) for one in wanted):
            return _sorted(state.task_ids_of_entity(to_int(one)) for one in wanted)
    if (wanted := values_of(filter_, "GROUP_ID")) is not None:
        return _sorted(state.task_ids_of_group(to_int(one)) for one in wanted)
    return list(state.tasks)  # ids only grow, so the table is in their order


def _sorted(ids: Iterable[tuple[int, ...]]) -> list[int]:
    return sorted({task_id for some in ids for task_id in some})
