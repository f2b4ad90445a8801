"""The portal's tables, with the indexes that keep every call as cheap as its answer is long."""

from collections import Counter
from collections.abc import Hashable, Iterable
from itertools import count

import attrs

from .rows import Entity, Epic, Group, Item, Role, Stage, Task, User


def _users(number: int) -> dict[int, User]:
    return {
        place: User(
            id=place,
            name="User",
            last_name=str(place),
            email=f"user{place}@example.com",
            admin=place == 1,
        )
        for place in range(1, number + 1)
    }


def _drop(index: dict[int, dict[int, None]], key: int, member: int) -> None:
    index.get(key, {}).pop(member, None)


class State:
    """The tables. What is read may be looked at freely; what is changed goes through a method.

    Args:
        users: How many users there are, with ids from 1; user 1 is the administrator.

    Attributes:
        created: How often a method made a record with this natural key: `("group", name)`,
            `("backlog", group_id)`, `("sprint", group_id, name)`, `("epic", group_id, name)`,
            `("stage", sprint_id, name)`, `("item", task_id)` and `("task", group_id, XML_ID or
            else title)`. What the portal makes by itself is not counted.
    """

    def __init__(self, users: int = 20) -> None:
        self.users: dict[int, User] = _users(users)
        self.groups: dict[int, Group] = {}
        self.members: dict[int, dict[int, Role]] = {}
        self.groups_of_user: dict[int, dict[int, None]] = {}
        self.entities: dict[int, Entity] = {}
        self.epics: dict[int, Epic] = {}
        self.stages: dict[int, Stage] = {}
        self.items: dict[int, Item] = {}  # by task
        self.tasks: dict[int, Task] = {}
        self.cards: dict[int, dict[int, None]] = {}  # a task's stages, on any board
        self.created: Counter[tuple[Hashable, ...]] = Counter()
        self.tag_ids: dict[str, int] = {}
        self._ids = {table: count(1) for table in ("group", "entity", "epic", "stage", "item")}
        self._ids["task"] = count(1)
        self._backlogs: dict[int, int] = {}
        self._sprints: dict[int, dict[int, None]] = {}
        self._active: dict[int, dict[int, None]] = {}
        self._epics: dict[int, dict[int, None]] = {}
        self._stages: dict[int, dict[int, None]] = {}
        self._stage_tasks: dict[int, dict[int, None]] = {}
        self._entity_tasks: dict[int, dict[int, None]] = {}
        self._epic_tasks: dict[int, dict[int, None]] = {}
        self._group_tasks: dict[int, dict[int, None]] = {}
        self._children: dict[int, dict[int, None]] = {}
        self._by_xml_id: dict[str, dict[int, None]] = {}

    def next_id(self, table: str) -> int:
        """The next id of `group`, `entity`, `epic`, `stage`, `item` or `task`."""
        return next(self._ids[table])

    # Groups and members

    def save_group(self, group: Group) -> None:
        """Store a group, new or changed."""
        self.groups[group.id] = group
        self.members.setdefault(group.id, {})

    def role(self, group_id: int, user_id: int) -> Role | None:
        """What a user is in a group."""
        return self.members.get(group_id, {}).get(user_id)

    def set_role(self, group_id: int, user_id: int, role: Role) -> None:
        """Make a user a member of a group, or change what the user is there."""
        self.members.setdefault(group_id, {})[user_id] = role
        self.groups_of_user.setdefault(user_id, {})[group_id] = None

    def delete_group(self, group_id: int) -> None:
        """Remove a group with its backlog, sprints and items; its tasks lose the group."""
        for user_id in self.members.pop(group_id, {}):
            _drop(self.groups_of_user, user_id, group_id)
        for entity_id in (*self.sprint_ids(group_id), self._backlogs.get(group_id, 0)):
            for task_id in self.task_ids_of_entity(entity_id):
                self.delete_item(task_id)
            self.delete_entity(entity_id)
        for task_id in self.task_ids_of_group(group_id):
            self.delete_item(task_id)
            self.set_task_group(self.tasks[task_id], 0)
        self.groups.pop(group_id, None)

    # Backlogs and sprints

    def save_entity(self, entity: Entity) -> None:
        """Store a backlog or sprint, new or changed."""
        old = self.entities.get(entity.id)
        if old is not None:
            self._forget_entity(old)
        self.entities[entity.id] = attrs.evolve(entity)
        if entity.entity_type == "backlog":
            self._backlogs[entity.group_id] = entity.id
        else:
            self._sprints.setdefault(entity.group_id, {})[entity.id] = None
            if entity.status == "active":
                self._active.setdefault(entity.group_id, {})[entity.id] = None

    def _forget_entity(self, entity: Entity) -> None:
        if self._backlogs.get(entity.group_id) == entity.id:
            del self._backlogs[entity.group_id]
        _drop(self._sprints, entity.group_id, entity.id)
        _drop(self._active, entity.group_id, entity.id)

    def delete_entity(self, entity_id: int) -> None:
        """Remove a backlog or sprint with its stages and cards."""
        entity = self.entities.pop(entity_id, None)
        if entity is not None:
            self._forget_entity(entity)
        for stage_id in self.stage_ids(entity_id):
            self.delete_stage(stage_id)

    def backlog(self, group_id: int) -> Entity | None:
        """The backlog of a group."""
        return self.entities.get(self._backlogs.get(group_id, 0))

    def active_sprint(self, group_id: int) -> Entity | None:
        """The active sprint of a group."""
        return self.entities.get(next(iter(self._active.get(group_id, ())), 0))

    def sprint_ids(self, group_id: int) -> tuple[int, ...]:
        """The sprints of a group."""
        return tuple(self._sprints.get(group_id, ()))

    def last_completed_sprint(self, group_id: int) -> Entity | None:
        """The completed sprint with the latest end."""
        done = [
            sprint
            for sprint_id in self.sprint_ids(group_id)
            if (sprint := self.entities[sprint_id]).status == "completed"
        ]
        return max(done, key=lambda sprint: sprint.date_end or 0, default=None)

    # Epics

    def save_epic(self, epic: Epic) -> None:
        """Store an epic, new or changed."""
        old = self.epics.get(epic.id)
        if old is not None:
            _drop(self._epics, old.group_id, old.id)
        self.epics[epic.id] = epic
        self._epics.setdefault(epic.group_id, {})[epic.id] = None

    def delete_epic(self, epic_id: int) -> None:
        """Remove an epic; its items lose the reference."""
        epic = self.epics.pop(epic_id)
        _drop(self._epics, epic.group_id, epic_id)
        for task_id in self._epic_tasks.pop(epic_id, {}):
            self.items[task_id].epic_id = 0

    def epic_ids(self, group_id: int) -> tuple[int, ...]:
        """The epics of a group."""
        return tuple(self._epics.get(group_id, ()))

    # Stages and cards

    def save_stage(self, stage: Stage) -> None:
        """Store a stage, new or changed."""
        old = self.stages.get(stage.id)
        if old is not None:
            _drop(self._stages, old.sprint_id, old.id)
        self.stages[stage.id] = stage
        self._stages.setdefault(stage.sprint_id, {})[stage.id] = None

    def delete_stage(self, stage_id: int) -> None:
        """Remove a stage with its cards."""
        stage = self.stages.pop(stage_id)
        _drop(self._stages, stage.sprint_id, stage_id)
        for task_id in self._stage_tasks.pop(stage_id, {}):
            _drop(self.cards, task_id, stage_id)

    def stage_ids(self, sprint_id: int) -> tuple[int, ...]:
        """The stages of a sprint by sort."""
        stages = (self.stages[stage_id] for stage_id in self._stages.get(sprint_id, ()))
        return tuple(stage.id for stage in sorted(stages, key=lambda one: (one.sort, one.id)))

    def task_ids_of_stage(self, stage_id: int) -> tuple[int, ...]:
        """The tasks that have a card in a stage."""
        return tuple(self._stage_tasks.get(stage_id, ()))

    def put_card(self, task_id: int, stage_id: int) -> None:
        """Put a card into a stage; cards elsewhere stay."""
        self.cards.setdefault(task_id, {})[stage_id] = None
        self._stage_tasks.setdefault(stage_id, {})[task_id] = None

    def take_cards(self, task_id: int, stage_ids: Iterable[int]) -> None:
        """Take a task's cards out of these stages."""
        for stage_id in stage_ids:
            _drop(self.cards, task_id, stage_id)
            _drop(self._stage_tasks, stage_id, task_id)

    # Items

    def save_item(self, item: Item) -> None:
        """Store the place of a task, new or changed."""
        self.items[item.task_id] = item
        self._entity_tasks.setdefault(item.entity_id, {})[item.task_id] = None
        if item.epic_id:
            self._epic_tasks.setdefault(item.epic_id, {})[item.task_id] = None

    def move_item(self, item: Item, entity_id: int) -> None:
        """Move a task to another backlog or sprint."""
        if entity_id != item.entity_id:
            _drop(self._entity_tasks, item.entity_id, item.task_id)
            item.entity_id = entity_id
            self._entity_tasks.setdefault(entity_id, {})[item.task_id] = None

    def set_epic(self, item: Item, epic_id: int) -> None:
        """Refer a task to another epic."""
        _drop(self._epic_tasks, item.epic_id, item.task_id)
        item.epic_id = epic_id
        self._epic_tasks.setdefault(epic_id, {})[item.task_id] = None

    def delete_item(self, task_id: int) -> None:
        """Remove the place of a task, and its cards."""
        item = self.items.pop(task_id, None)
        if item is not None:
            _drop(self._entity_tasks, item.entity_id, task_id)
            _drop(self._epic_tasks, item.epic_id, task_id)
        self.take_cards(task_id, tuple(self.cards.get(task_id, ())))

    def task_ids_of_entity(self, entity_id: int) -> tuple[int, ...]:
        """The tasks of a backlog or sprint."""
        return tuple(self._entity_tasks.get(entity_id, ()))

    # Tasks

    def save_task(self, task: Task) -> None:
        """Store a new task."""
        self.tasks[task.id] = task
        self._group_tasks.setdefault(task.group_id, {})[task.id] = None
        if task.parent_id:
            self._children.setdefault(task.parent_id, {})[task.id] = None
        if task.xml_id is not None:
            self._by_xml_id.setdefault(task.xml_id, {})[task.id] = None

    def delete_task(self, task_id: int) -> None:
        """Remove a task with its place and cards."""
        self.delete_item(task_id)
        task = self.tasks.pop(task_id)
        _drop(self._group_tasks, task.group_id, task_id)
        _drop(self._children, task.parent_id, task_id)
        for child_id in self._children.pop(task_id, {}):
            self.tasks[child_id].parent_id = 0
        if task.xml_id is not None:
            self._by_xml_id[task.xml_id].pop(task_id)

    def set_task_group(self, task: Task, group_id: int) -> None:
        """Move a task to another group, or to none."""
        _drop(self._group_tasks, task.group_id, task.id)
        task.group_id = group_id
        self._group_tasks.setdefault(group_id, {})[task.id] = None

    def set_task_parent(self, task: Task, parent_id: int) -> None:
        """Make a task the subtask of another one, or of none."""
        _drop(self._children, task.parent_id, task.id)
        task.parent_id = parent_id
        if parent_id:
            self._children.setdefault(parent_id, {})[task.id] = None

    def set_task_xml_id(self, task: Task, xml_id: str | None) -> None:
        """Give a task another external key."""
        if task.xml_id is not None:
            self._by_xml_id[task.xml_id].pop(task.id)
        task.xml_id = xml_id
        if xml_id is not None:
            self._by_xml_id.setdefault(xml_id, {})[task.id] = None

    def task_ids_of_group(self, group_id: int) -> tuple[int, ...]:
        """The tasks of a group."""
        return tuple(self._group_tasks.get(group_id, ()))

    def task_ids_by_xml_id(self, xml_id: str) -> tuple[int, ...]:
        """The tasks with an external key."""
        return tuple(self._by_xml_id.get(xml_id, ()))

    def children(self, task_id: int) -> tuple[int, ...]:
        """The subtasks of a task, one level down."""
        return tuple(self._children.get(task_id, ()))

    def descendants(self, task_id: int) -> list[int]:
        """The subtasks of a task on all levels."""
        found: list[int] = []
        waiting = list(self.children(task_id))
        while waiting:
            child = waiting.pop()
            found.append(child)
            waiting.extend(self.children(child))
        return found

    def tag_id(self, tag: str) -> int:
        """The id of a tag."""
        return self.tag_ids.setdefault(tag, len(self.tag_ids) + 1)
