"""Lists of the emulator, read to their end over HTTP while their rows come and go."""

import random
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

import anyio
import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.emulator.record import Command, Request
from bitrix_scrum_async.emulator.rows import Entity, Epic, Group, Task, User
from bitrix_scrum_async.emulator.state import State
from bitrix_scrum_async.errors import InvalidArgument
from bitrix_scrum_async.portal import Portal
from bitrix_scrum_async.resources import Rows
from bitrix_scrum_async.session import PortalSession
from bitrix_scrum_async.transport.limits import Limits

pytestmark = pytest.mark.anyio

GROUPS = range(1, 4)


@asynccontextmanager
async def portal_with(
    groups: Iterable[int] = GROUPS,
) -> AsyncGenerator[tuple[Emulator, PortalSession]]:
    """A portal whose groups belong to user 1, who calls it."""
    async with (
        Emulator(users=1) as emulator,
        PortalSession(emulator.webhook, limits=Limits.self_hosted()) as portal,
    ):
        for _ in groups:
            add_group(emulator.state, 0)
        yield emulator, portal


def add_group(state: State, _: int) -> int:
    group = Group(id=state.next_id("group"), name="G", owner_id=1, created=0, updated=0)
    state.save_group(group)
    state.set_role(group.id, 1, "A")
    return group.id


def add_sprint(state: State, group_id: int) -> int:
    sprint = Entity(
        id=state.next_id("entity"),
        group_id=group_id,
        entity_type="sprint",
        name="S",
        created_by=1,
        modified_by=1,
        status="planned",
    )
    state.save_entity(sprint)
    return sprint.id


def add_epic(state: State, group_id: int) -> int:
    epic = Epic(id=state.next_id("epic"), group_id=group_id, name="E", created_by=1)
    state.save_epic(epic)
    return epic.id


def add_task(state: State, group_id: int) -> int:
    task = Task(
        id=state.next_id("task"),
        title="T",
        created_by=1,
        responsible_id=1,
        created=0,
        changed=0,
        changed_by=1,
        status_changed=0,
        status_changed_by=1,
        guid="{}",
        group_id=group_id,
    )
    state.save_task(task)
    return task.id


def add_user(state: State, _: int) -> int:
    user_id = max(state.users) + 1
    state.users[user_id] = User(id=user_id, name="U", last_name="", email="")
    return user_id


@attrs.frozen
class List:
    """A list, and how its rows come and go behind the reader's back."""

    name: str
    add: Callable[[State, int], int]
    remove: Callable[[State, int], object]
    table: Callable[[State], Mapping[int, Any]]

    def read(self, portal: Portal, **options: Any) -> Rows[Any]:
        rows: Rows[Any] = getattr(portal, self.name).all(**options)
        return rows


SPRINTS = List("sprints", add_sprint, State.delete_entity, lambda state: state.entities)
EPICS = List("epics", add_epic, State.delete_epic, lambda state: state.epics)
TASKS = List("tasks", add_task, State.delete_task, lambda state: state.tasks)
GROUPS_LIST = List("groups", add_group, State.delete_group, lambda state: state.groups)
USERS = List("users", add_user, lambda state, n: state.users.pop(n), lambda state: state.users)


async def read_among_changes(
    rows: Rows[Any],
    emulator: Emulator,
    table: Callable[[State], Mapping[int, Any]],
    change: Callable[[State, int], None],
) -> None:
    """Read to the end, changing the table after every row: what stood throughout came once."""
    with emulator.hold() as state:
        standing = set(table(state))
    found: list[int] = []
    async with aclosing(rows):
        async for row in rows:
            found.append(row.id)
            with emulator.hold() as state:
                change(state, len(found))
                standing &= table(state).keys()
    assert len(found) == len(set(found))
    assert standing <= set(found)


@pytest.mark.parametrize(
    ("list_", "count"),
    [(SPRINTS, 120), (EPICS, 230), (TASKS, 130), (USERS, 120), (GROUPS_LIST, 110)],
    ids=lambda value: getattr(value, "name", value),
)
async def test_what_stands_throughout_is_read_once(list_: List, count: int) -> None:
    """After every fifth row one goes, read or not, and another comes."""
    async with portal_with() as (emulator, portal):
        ids = [list_.add(emulator.state, GROUPS[n % 3]) for n in range(count)]

        def change(state: State, rows_read: int) -> None:
            if rows_read % 5 == 0:
                gone = ids[rows_read * 37 % count]
                if gone in list_.table(state):
                    list_.remove(state, gone)
                list_.add(state, GROUPS[rows_read % 3])

        await read_among_changes(list_.read(portal), emulator, list_.table, change)
        assert len(emulator.requests) >= 2


CHANGES = st.dictionaries(
    st.integers(1, 400),
    st.lists(st.tuples(st.booleans(), st.integers(0, 500), st.sampled_from(GROUPS)), max_size=60),
    max_size=8,
)
"""After how many rows: what comes into which group, or goes."""


@settings(max_examples=25, deadline=None)
@given(
    counts=st.tuples(*[st.integers(0, 130)] * 3),
    changes=CHANGES,
    group_ids=st.none() | st.permutations(GROUPS),
    list_=st.sampled_from([SPRINTS, EPICS, TASKS]),
)
def test_whatever_comes_and_goes_what_stands_throughout_is_read_once(
    counts: tuple[int, int, int],
    changes: dict[int, list[tuple[bool, int, int]]],
    group_ids: list[int] | None,
    list_: List,
) -> None:
    async def run() -> None:
        async with portal_with() as (emulator, portal):
            for group_id, count in zip(GROUPS, counts, strict=True):
                for _ in range(count):
                    list_.add(emulator.state, group_id)

            def change(state: State, rows_read: int) -> None:
                for comes, place, group_id in changes.get(rows_read, ()):
                    ids = list(list_.table(state))
                    if comes or not ids:
                        list_.add(state, group_id)
                    else:
                        list_.remove(state, ids[place % len(ids)])

            options = {} if group_ids is None else {"group_ids": group_ids}
            rows = list_.read(portal, **options)
            await read_among_changes(rows, emulator, list_.table, change)

    anyio.run(run)


@pytest.mark.parametrize("list_", [SPRINTS, EPICS, TASKS], ids=lambda value: value.name)
async def test_a_hundred_and_twenty_groups_are_three_requests(list_: List) -> None:
    groups = range(1, 121)
    async with portal_with(groups) as (emulator, portal):
        ids = {group: [list_.add(emulator.state, group) for _ in range(3)] for group in groups}
        wanted = [120, *range(1, 121)]
        found = [row.id async for row in list_.read(portal, group_ids=wanted)]
        assert found == [*ids[120], *(n for group in range(1, 120) for n in ids[group])]
        assert [request.method for request in emulator.requests] == ["batch"] * 3
        assert [len(request.commands) for request in emulator.requests] == [50, 50, 20]


async def test_a_reader_that_leaves_asks_for_nothing_more() -> None:
    groups = range(1, 121)
    async with portal_with(groups) as (emulator, portal):
        for group in groups:
            add_sprint(emulator.state, group)
        async with aclosing(portal.sprints.all(group_ids=groups)) as rows:
            assert (await anext(rows)).group_id == 1
        assert [row async for row in rows] == []
        assert len(emulator.requests) == 1


async def test_the_error_of_one_group_is_its_own() -> None:
    async with portal_with() as (emulator, portal):
        ids = [add_epic(emulator.state, group) for group in GROUPS]

        def second(asked: Request | Command) -> bool:
            return bool(asked.params.get("filter", {}).get("GROUP_ID") == "2")

        emulator.inject("ERROR_ARGUMENT", match=second, scope="command")
        rows = portal.epics.all(group_ids=GROUPS)
        found = [(await anext(rows)).id]
        with pytest.raises(InvalidArgument):
            await anext(rows)
        found += [row.id async for row in rows]
        assert found == ids
        assert len(emulator.requests) == 2


async def test_groups_are_read_where_calls_coalesce() -> None:
    async with portal_with() as (emulator, session), session.coalescing() as portal:
        ids = [add_sprint(emulator.state, group) for group in GROUPS for _ in range(60)]
        rows = portal.sprints.all(group_ids=GROUPS)
        assert [row.id async for row in rows] == ids


async def test_the_active_sprint_of_a_group_is_found_or_none() -> None:
    async with portal_with() as (emulator, portal):
        first, second = (add_sprint(emulator.state, 1) for _ in range(2))
        add_sprint(emulator.state, 2)
        assert await portal.sprints.active(1) is None
        await portal.sprints.update(second, status="active")
        active = await portal.sprints.active(1)
        assert active is not None
        assert (active.id, active.is_active) == (second, True)
        await portal.sprints.update(first, status="completed")
        one, two = await portal.batch(portal.sprints.active(1), portal.sprints.active(2))
        assert (one, two) == (active, None)


@pytest.mark.parametrize("list_", [SPRINTS, EPICS, TASKS], ids=lambda value: value.name)
@pytest.mark.parametrize(("count", "requests"), [(49, 1), (120, 2), (1200, 4), (5000, 6)])
async def test_a_long_list_is_a_few_requests(list_: List, count: int, requests: int) -> None:
    """Its ids lie among those of other groups."""
    async with portal_with() as (emulator, portal):
        ids = {group: list[int]() for group in GROUPS}
        chance = random.Random(count)
        while len(ids[2]) < count:
            group = chance.choice(GROUPS)
            ids[group].append(list_.add(emulator.state, group))
        rows = list_.read(portal, filter={"GROUP_ID": 2})
        assert [row.id async for row in rows] == ids[2]
        assert len(emulator.requests) <= requests


@pytest.mark.parametrize("list_", [SPRINTS, EPICS, TASKS], ids=lambda value: value.name)
async def test_long_lists_of_many_groups_are_a_few_requests(list_: List) -> None:
    groups = range(1, 11)
    async with portal_with(groups) as (emulator, portal):
        ids = {group: list[int]() for group in groups}
        for n in range(5000):
            group = groups[n * n % 10]
            ids[group].append(list_.add(emulator.state, group))
        rows = list_.read(portal, group_ids=groups)
        assert [row.id async for row in rows] == [n for group in groups for n in ids[group]]
        assert len(emulator.requests) <= 6
        everything = list_.read(portal)
        assert [row.id async for row in everything] == sorted(
            n for some in ids.values() for n in some
        )
        assert len(emulator.requests) <= 6 + 4


async def test_a_long_list_of_groups_is_a_few_requests() -> None:
    async with portal_with(range(1000)) as (emulator, portal):
        assert [group.id async for group in portal.groups.all()] == [*emulator.state.groups]
        assert len(emulator.requests) <= 4


async def test_users_are_read_page_after_page() -> None:
    """No page of the portal says whether `user.get` knows ranges of ids."""
    async with portal_with() as (emulator, portal):
        for _ in range(229):
            add_user(emulator.state, 1)
        assert [user.id async for user in portal.users.all()] == [*range(1, 231)]
        assert [request.method for request in emulator.requests] == ["user.get"] * 5
