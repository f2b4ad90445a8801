"""Which calls do not share a batch.

The portal keeps a sprint and its stages in memory from one command of a batch to the next. A failed
update leaves its changes to be saved by a later one, a failed start leaves the sprint "active", and
stages added before are not seen by start or complete. So an update, start or complete of a sprint
stands in another batch than any other write to that sprint or its group.

A claim is a key and a value; two calls share a batch only where every key they both have has equal
values. A value made for one call alone, ``object()``, is equal to no other.
"""

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..calls import UNSET, Claims, Ref
from ..wire import is_map

# A portal has this file from the beginning; the checks of arguments come with its resources.
if TYPE_CHECKING:
    from .arguments import OptionalId


def _subject(value: "OptionalId") -> object:
    """Who an id names: a reference names what its call gives."""
    return value.call if isinstance(value, Ref) else value


def _by(value: "OptionalId") -> str:
    """How a sprint is named: by an id, or by a reference that may turn out to be that id."""
    new = isinstance(value, Ref) and value.call.method.lower() == "tasks.api.scrum.sprint.add"
    return "reference" if isinstance(value, Ref) and not new else "sprint"


def sprint_change(sprint_id: "OptionalId") -> Claims:
    """An update or start of a sprint: alone with that sprint."""
    return {("sprint", _subject(sprint_id)): object(), "sprint-by": _by(sprint_id)}


def sprint_write(sprint_id: "OptionalId") -> Claims:
    """Another write to a sprint: together with its like, not with a change of the sprint."""
    return {("sprint", _subject(sprint_id)): "write", "sprint-by": _by(sprint_id)}


def group_change(group_id: "OptionalId") -> Claims:
    """The completion of a group's active sprint: nobody knows here which one that is."""
    return {("group", _subject(group_id)): object(), "sprint-by": "group"}


def group_write(group_id: "OptionalId") -> Claims:
    """A new sprint of a group."""
    # Many are made for one group: they share what they claim. A reference is not kept.
    return _known_group(group_id) if type(group_id) is int else _group(_subject(group_id))


def _group(subject: object) -> Claims:
    return {("group", subject): "write"}


_known_group = functools.lru_cache(maxsize=1024)(_group)


def stage_write(_stage_id: "OptionalId") -> Claims:
    """A change of a stage: nobody knows here which sprint it belongs to."""
    return {"sprint-by": "stage"}


def claims_of(method: str, params: Mapping[str, Any]) -> Claims:
    """The claims of a call that is made by the portal's own names."""
    fields = params.get("fields")
    given: Mapping[str, Any] = fields if is_map(fields) else {}
    match method.lower():
        case "tasks.api.scrum.sprint.update" | "tasks.api.scrum.sprint.start":
            return sprint_change(_id(params.get("id")))
        case "tasks.api.scrum.sprint.complete":
            return group_change(_id(params.get("id")))
        case "tasks.api.scrum.sprint.add":
            return group_write(_id(given.get("groupId")))
        case "tasks.api.scrum.sprint.delete":
            return sprint_write(_id(params.get("id")))
        case "tasks.api.scrum.kanban.addstage":
            return sprint_write(_id(given.get("sprintId")))
        case "tasks.api.scrum.kanban.updatestage" | "tasks.api.scrum.kanban.deletestage":
            return stage_write(_id(params.get("stageId")))
        case _:
            return {}


def _id(value: Any) -> "OptionalId":
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return value if isinstance(value, (int, Ref)) else UNSET
