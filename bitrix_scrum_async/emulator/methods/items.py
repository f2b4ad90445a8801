"""What happens to a task's place behind the scenes when the task itself changes."""

from ..rows import Entity, Item, Task
from ..visit import Visit
from . import board


def is_scrum(visit: Visit, group_id: int) -> bool:
    """Whether a group is a scrum: it has a scrum master."""
    group = visit.state.groups.get(group_id)
    return group is not None and group.scrum_master_id > 0


def task_added(visit: Visit, task: Task) -> None:
    """A task of a scrum gets its place, unless the scrum has no backlog yet."""
    backlog = visit.state.backlog(task.group_id)
    if backlog is None or not is_scrum(visit, task.group_id):
        return
    home = _parents_place(visit, task) or backlog
    visit.state.save_item(
        Item(
            id=visit.state.next_id("item"),
            task_id=task.id,
            entity_id=home.id,
            created_by=task.created_by,
            modified_by=task.created_by,
        )
    )
    if home.status == "active":
        new_stage = board.last_stage(visit, home.id, "NEW")
        if new_stage is not None:
            board.place(visit, home.id, task.id, new_stage)


def _parents_place(visit: Visit, task: Task) -> Entity | None:
    item = visit.state.items.get(task.parent_id)
    home = None if item is None else visit.state.entities.get(item.entity_id)
    if home is None or home.group_id != task.group_id or home.status == "completed":
        return None
    return home


def task_changed_group(visit: Visit, task: Task) -> None:
    """The place is lost, and made anew in the backlog of a scrum."""
    visit.state.delete_item(task.id)
    task.stage_id = 0
    task_added(visit, task)


def _sprint(visit: Visit, task: Task) -> Entity | None:
    item = visit.state.items.get(task.id)
    return None if item is None else visit.state.entities.get(item.entity_id)


def task_completed(visit: Visit, task: Task) -> None:
    """In the active sprint the card of a completed task goes to a FINISH stage."""
    sprint = _sprint(visit, task)
    if sprint is None or sprint.status != "active":
        return
    finish = board.last_stage(visit, sprint.id, "FINISH")
    if finish is not None and board.stands_on_board(visit, sprint.id, task.id):
        board.place(visit, sprint.id, task.id, finish)


def task_renewed(visit: Visit, task: Task) -> None:
    """A renewed task goes back to the backlog, or in the active sprint from FINISH to NEW."""
    sprint = _sprint(visit, task)
    if sprint is None:
        return
    if sprint.status == "completed":
        backlog = visit.state.backlog(sprint.group_id)
        if backlog is not None:
            visit.state.move_item(visit.state.items[task.id], backlog.id)
    elif sprint.status == "active":
        cards = visit.state.cards.get(task.id, {})
        done = any(
            one.id in cards for one in board.stages(visit, sprint.id) if one.type == "FINISH"
        )
        new_stage = board.last_stage(visit, sprint.id, "NEW")
        if done and new_stage is not None:
            board.place(visit, sprint.id, task.id, new_stage)
