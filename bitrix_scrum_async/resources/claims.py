"""Which calls do not share a batch.

The portal keeps a sprint and its stages in memory from one command of a batch to the next. A failed
update leaves its changes to be saved by a later one, a failed start leaves the sprint "active", and
stages added before are not seen by start or complete. So an update, start or complete of a sprint
stands in another batch than any other write to that sprint or its group.

A claim is a key and a value; two calls share a batch only where every key they both have has equal
values. A value made for one call alone, ``object()``, is equal to no other.
"""

from ..calls import Claims, Ref
from .arguments import OptionalId


def _subject(value: OptionalId) -> object:
    """Who an id names: a reference names what its call gives."""
    return value.call if isinstance(value, Ref) else value


def sprint_change(sprint_id: OptionalId) -> Claims:
    """An update or start of a sprint: alone with that sprint."""
    return {("sprint", _subject(sprint_id)): object(), "sprint-by": "sprint"}


def sprint_write(sprint_id: OptionalId) -> Claims:
    """Another write to a sprint: together with its like, not with a change of the sprint."""
    return {("sprint", _subject(sprint_id)): "write", "sprint-by": "sprint"}


def group_change(group_id: OptionalId) -> Claims:
    """The completion of a group's active sprint: nobody knows here which one that is."""
    return {("group", _subject(group_id)): object(), "sprint-by": "group"}


def group_write(group_id: OptionalId) -> Claims:
    """A new sprint of a group."""
    return {("group", _subject(group_id)): "write"}


def stage_write() -> Claims:
    """A change of a stage: nobody knows here which sprint it belongs to."""
    return {"sprint-by": "stage"}
