"""The tables and their indexes: whatever is changed, both say the same."""

from collections import Counter
from time import process_time

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bitrix_scrum_async.emulator.rows import Entity, Item, Stage, Task
from bitrix_scrum_async.emulator.state import State
from tests.emulator.methods.office import open_office


def test_users_are_numbered_and_the_first_is_the_administrator() -> None:
    """Names and addresses are always the same."""
    state = State(users=3)
    assert [user.admin for user in state.users.values()] == [True, False, False]
    assert state.users[3].email == "user3@example.com"


def test_every_table_counts_its_own_ids() -> None:
    """Backlogs and sprints share one."""
    state = State()
    assert [state.next_id("entity"), state.next_id("entity"), state.next_id("epic")] == [1, 2, 1]


_GROUPS = st.integers(min_value=1, max_value=3)
_STATUS = st.sampled_from(["planned", "active", "completed"])
_PICK = st.integers(min_value=0, max_value=10**6)


class Tables(RuleBasedStateMachine):
    """Random changes; after each the indexes are compared with the tables."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State(users=1)

    def pick(self, rows: dict[int, object], number: int) -> int | None:
        """One of the ids, or none when there is no row."""
        return list(rows)[number % len(rows)] if rows else None

    @rule(group=_GROUPS, status=_STATUS)
    def add_sprint(self, group: int, status: str) -> None:
        """A new sprint."""
        self.state.save_entity(
            Entity(
                id=self.state.next_id("entity"),
                group_id=group,
                entity_type="sprint",
                created_by=1,
                modified_by=1,
                status=status,
            )
        )

    @rule(number=_PICK, group=_GROUPS, status=_STATUS)
    def change_sprint(self, number: int, group: int, status: str) -> None:
        """A sprint of another group and status."""
        sprint_id = self.pick({**self.state.entities}, number)
        if sprint_id is not None:
            sprint = self.state.entities[sprint_id]
            self.state.save_entity(
                Entity(
                    id=sprint.id,
                    group_id=group,
                    entity_type="sprint",
                    created_by=1,
                    modified_by=1,
                    status=status,
                )
            )

    @rule(number=_PICK)
    def delete_sprint(self, number: int) -> None:
        """A sprint less; its places stay, as in a portal."""
        sprint_id = self.pick({**self.state.entities}, number)
        if sprint_id is not None:
            self.state.delete_entity(sprint_id)

    @rule(number=_PICK, sort=st.integers(min_value=0, max_value=3))
    def add_stage(self, number: int, sort: int) -> None:
        """A stage of some sprint."""
        sprint_id = self.pick({**self.state.entities}, number)
        if sprint_id is not None:
            self.state.save_stage(
                Stage(
                    id=self.state.next_id("stage"),
                    sprint_id=sprint_id,
                    title="",
                    sort=sort,
                    type="NEW",
                    color="",
                )
            )

    @rule(group=_GROUPS, number=_PICK)
    def add_task(self, group: int, number: int) -> None:
        """A task, perhaps somebody's child, with a place if there is a sprint."""
        task_id = self.state.next_id("task")
        self.state.save_task(
            Task(
                id=task_id,
                title="",
                created_by=1,
                responsible_id=1,
                created=0,
                changed=0,
                changed_by=1,
                status_changed=0,
                status_changed_by=1,
                guid="",
                group_id=group,
                parent_id=self.pick({**self.state.tasks}, number) or 0,
                xml_id=str(number % 3) if number % 2 else None,
            )
        )
        entity_id = self.pick({**self.state.entities}, number)
        if entity_id is not None:
            self.state.save_item(
                Item(
                    id=self.state.next_id("item"),
                    task_id=task_id,
                    entity_id=entity_id,
                    created_by=1,
                    modified_by=1,
                )
            )

    @rule(number=_PICK, other=_PICK)
    def move(self, number: int, other: int) -> None:
        """A place in another sprint, and a card in some stage."""
        task_id = self.pick({**self.state.items}, number)
        entity_id = self.pick({**self.state.entities}, other)
        stage_id = self.pick({**self.state.stages}, other)
        if task_id is not None and entity_id is not None:
            self.state.move_item(self.state.items[task_id], entity_id)
        if task_id is not None and stage_id is not None:
            self.state.put_card(task_id, stage_id)

    @rule(number=_PICK, group=_GROUPS)
    def move_task(self, number: int, group: int) -> None:
        """A task of another group, with another key and without a parent."""
        task_id = self.pick({**self.state.tasks}, number)
        if task_id is not None:
            self.state.set_task_group(self.state.tasks[task_id], group)
            self.state.set_task_xml_id(self.state.tasks[task_id], str(group))
            self.state.set_task_parent(self.state.tasks[task_id], 0)

    @rule(number=_PICK)
    def delete_task(self, number: int) -> None:
        """A task less."""
        task_id = self.pick({**self.state.tasks}, number)
        if task_id is not None:
            self.state.delete_task(task_id)

    @invariant()
    def indexes_agree_with_tables(self) -> None:
        """Everything found through an index is found by looking through the table."""
        state = self.state
        for group in (1, 2, 3):
            sprints = [one for one in state.entities.values() if one.group_id == group]
            assert sorted(state.sprint_ids(group)) == sorted(one.id for one in sprints)
            active = state.active_sprint(group)
            assert (active is None) == (not any(one.status == "active" for one in sprints))
            assert active is None or active.status == "active"
            tasks = {one.id for one in state.tasks.values() if one.group_id == group}
            assert set(state.task_ids_of_group(group)) == tasks
        for entity_id in state.entities:
            places = {one.task_id for one in state.items.values() if one.entity_id == entity_id}
            assert set(state.task_ids_of_entity(entity_id)) == places
            stages = [one for one in state.stages.values() if one.sprint_id == entity_id]
            by_sort = sorted(stages, key=lambda one: (one.sort, one.id))
            assert list(state.stage_ids(entity_id)) == [one.id for one in by_sort]
        for stage_id in state.stages:
            cards = {task_id for task_id, stages in state.cards.items() if stage_id in stages}
            assert set(state.task_ids_of_stage(stage_id)) == cards
        for xml_id in ("0", "1", "2", "3"):
            tasks = {one.id for one in state.tasks.values() if one.xml_id == xml_id}
            assert set(state.task_ids_by_xml_id(xml_id)) == tasks
        for task_id in state.tasks:
            children = {one.id for one in state.tasks.values() if one.parent_id == task_id}
            assert set(state.children(task_id)) == children
        assert all(task_id in state.tasks for task_id in state.items)


TestTables = Tables.TestCase
TestTables.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


def test_what_is_made_twice_is_counted_twice() -> None:
    """A write that a client repeats shows in the counts."""
    office = open_office()
    office.sprint(name="S")
    office.sprint(name="S")
    office.task(TITLE="T")
    assert office.state.created == Counter({("sprint", 1, "S"): 2, ("task", 1, "T"): 1})


def _seconds(tasks: int) -> float:
    office = open_office()
    sprint = office.sprint()
    began = process_time()
    for place in range(tasks):
        task = office.task(XML_ID=f"K-{place}")
        fields = {"entityId": sprint, "storyPoints": "3"}
        office.scrum("task.update", id=task, fields=fields)
        office.scrum("task.get", id=task)
        office.page("tasks.task.list", filter={"XML_ID": f"K-{place}"}, select=["ID"])
    last = 0
    order = {"ID": "asc"}
    while True:
        filter_ = {"GROUP_ID": 1, ">ID": last}
        page = office.page(
            "tasks.task.list", filter=filter_, order=order, select=["ID"], start=-1
        ).result["tasks"]
        if not page:
            return process_time() - began
        last = int(page[-1]["id"])


def test_calls_stay_cheap_when_there_are_many_tasks() -> None:
    """Eight times the tasks take about eight times as long, not sixty-four times."""
    _seconds(100)
    assert _seconds(4000) < 24 * _seconds(500)
