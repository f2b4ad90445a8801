"""What type checkers see of a session. Never run: mypy and pyright read it, both strict.

A wrong use is marked; a checker that lets one through reports the mark as unused.
"""
# pyright: reportUnnecessaryTypeIgnoreComment=true

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from typing import Any, assert_type

from bitrix_scrum_async import (
    Backlog,
    BatchError,
    BitrixScrumError,
    Call,
    Effect,
    Epic,
    Outcome,
    Portal,
    PortalSession,
    Ref,
    ScrumTask,
    Sprint,
    Stage,
    Task,
    User,
)


async def one_call(portal: PortalSession) -> None:
    assert_type(portal.backlogs.get(1), Call[Backlog])
    assert_type(await portal.backlogs.get(1), Backlog)
    assert_type(await portal.send(portal.backlogs.get(1)), Backlog)
    assert_type(await portal.send(portal.backlogs.delete(1)), None)
    assert_type(await portal.call("server.time", effect=Effect.READ), Any)


async def a_few_calls(portal: PortalSession, day: dt.datetime) -> None:
    sprint = portal.sprints.add(1, name="S", created_by=1, date_start=day, date_end=day)
    epic = portal.epics.add(1, name="E")
    place = portal.scrum_tasks.update(1, entity_id=sprint.ref("id"), epic_id=epic.ref("id"))
    assert_type(await portal.batch(sprint, epic, place), tuple[Sprint, Epic, None])
    assert_type(await portal.batch(sprint), tuple[Sprint])
    assert_type(await portal.batch(sprint, epic), tuple[Sprint, Epic])
    assert_type(
        await portal.batch(sprint, epic, place, portal.users.current()),
        tuple[Sprint, Epic, None, User],
    )
    assert_type(
        await portal.batch(sprint, epic, place, epic, sprint),
        tuple[Sprint, Epic, None, Epic, Sprint],
    )
    assert_type(
        await portal.batch(sprint, epic, place, epic, sprint, portal.tasks.get(1)),
        tuple[Sprint, Epic, None, Epic, Sprint, Task],
    )
    assert_type(
        await portal.batch(sprint, portal.kanban.get_stages(1), portal.sprints.active(1)),
        tuple[Sprint, list[Stage], Sprint | None],
    )
    made, (first, *_) = await portal.batch(sprint, portal.kanban.get_stages(1), halt=True)
    assert_type(made.date_start, dt.datetime | None)
    assert_type(first, Stage)


async def errors_in_their_places(portal: PortalSession, group_ids: list[int]) -> None:
    backlog, task = portal.backlogs.get(1), portal.scrum_tasks.get(1)
    assert_type(
        await portal.batch(backlog, return_exceptions=True), tuple[Backlog | BitrixScrumError]
    )
    assert_type(
        await portal.batch(backlog, task, halt=True, return_exceptions=True),
        tuple[Backlog | BitrixScrumError, ScrumTask | BitrixScrumError],
    )
    found = await portal.batch(
        *(portal.backlogs.get(group) for group in group_ids), return_exceptions=True
    )
    assert_type(found, tuple[Backlog | BitrixScrumError, ...])
    for each in found:
        if isinstance(each, BitrixScrumError):
            assert_type(each, BitrixScrumError)
        else:
            assert_type(each, Backlog)


async def many_calls(portal: PortalSession, group_ids: list[int]) -> None:
    assert_type(
        await portal.batch(*(portal.backlogs.get(group) for group in group_ids)),
        tuple[Backlog, ...],
    )
    calls = [portal.backlogs.get(group) for group in group_ids]
    assert_type(await portal.batch(*calls), tuple[Backlog, ...])
    assert_type(await portal.batch(*calls, halt=True), tuple[Backlog, ...])
    one = portal.backlogs.get(1)
    assert_type(await portal.batch(one, one, one, one, one, one, one), tuple[Backlog, ...])


async def more_than_six_of_several_kinds(portal: PortalSession) -> None:
    backlog, epic = portal.backlogs.get(1), portal.epics.get(1)
    # mypy joins the kinds to `object` unless it is told what is wanted.
    found: tuple[Backlog | Epic, ...] = await portal.batch(
        backlog, epic, epic, epic, epic, epic, epic
    )
    assert_type(found[0], Backlog | Epic)
    calls: list[Call[Backlog] | Call[Epic]] = [backlog, epic]
    both: tuple[Backlog | Epic, ...] = await portal.batch(*calls)
    assert_type(both, tuple[Backlog | Epic, ...])


async def streams(portal: PortalSession, group_ids: AsyncIterator[int]) -> None:
    def some() -> Iterator[Call[Backlog]]:
        yield portal.backlogs.get(1)

    async def others() -> AsyncIterator[Call[Epic]]:
        async for group in group_ids:
            yield portal.epics.get(group)

    async for outcome in portal.stream(some()):
        assert_type(outcome, Outcome[Backlog])
        assert_type(outcome.call, Call[Backlog])
        assert_type(outcome.result, Backlog | None)
        assert_type(outcome.error, BitrixScrumError | None)
        assert_type(outcome.unwrap(), Backlog)
    async for read in portal.stream(others()):
        assert_type(read, Outcome[Epic])


async def coalescing(session: PortalSession) -> None:
    async with session.coalescing() as portal:
        assert_type(portal, Portal)
        assert_type(await portal.backlogs.get(1), Backlog)
        assert_type(await portal.batch(portal.backlogs.get(1)), tuple[Backlog])


async def references(portal: PortalSession) -> None:
    group = portal.groups.create("G", scrum_master_id=1)
    assert_type(group, Call[int])
    assert_type(group.ref(), Ref)
    backlog = portal.backlogs.add(group.ref(), created_by=1)
    assert_type(await portal.batch(group, backlog.after(group)), tuple[int, Backlog])


async def a_failed_batch(portal: PortalSession) -> None:
    try:
        await portal.batch(portal.backlogs.get(1))
    except BatchError as error:
        assert_type(
            error.exceptions, tuple[BitrixScrumError | ExceptionGroup[BitrixScrumError], ...]
        )
        assert_type(error.call is None, bool)


async def wrong_uses(portal: PortalSession) -> None:
    backlog, epic = portal.backlogs.get(1), portal.epics.get(1)
    # What is no call, or not yet one.
    await portal.batch([backlog, epic])  # type: ignore[call-overload]
    await portal.batch(1)  # type: ignore[call-overload]
    await portal.batch(portal.epics.get)  # type: ignore[call-overload]
    await portal.batch(await backlog)  # type: ignore[call-overload]
    await portal.batch(backlog, halt="yes")  # type: ignore[call-overload]
    await portal.send([backlog])  # type: ignore[arg-type]
    await portal.backlogs  # type: ignore[misc]
    portal.stream(backlog)  # type: ignore[arg-type]
    portal.stream([1, 2])  # type: ignore[arg-type]
    # Results are not each other's, and errors stand beside them only where that was asked for.
    one: tuple[Epic, Backlog] = await portal.batch(backlog, epic)  # type: ignore[assignment]
    two: tuple[Backlog] = await portal.batch(backlog, epic)  # type: ignore[assignment]
    sure: tuple[Backlog] = await portal.batch(  # type: ignore[assignment]
        backlog, return_exceptions=True
    )
    repr((await portal.batch(backlog))[0].name)  # type: ignore[attr-defined]
    repr((await portal.batch(backlog))[1])  # type: ignore[misc]
    # A call is neither its result nor its id, and a result is no reference.
    repr(backlog.group_id)  # type: ignore[attr-defined]
    portal.scrum_tasks.update(1, entity_id=backlog)  # type: ignore[arg-type]
    portal.scrum_tasks.update(1, entity_id=await backlog)  # type: ignore[arg-type]
    portal.scrum_tasks.update(1, story_points=backlog.ref("id"))  # type: ignore[arg-type]
    backlog.after([epic])  # type: ignore[arg-type]
    backlog.ref(1)  # type: ignore[arg-type]
    (await backlog).group_id = 5  # type: ignore[misc]
    PortalSession(5)  # type: ignore[arg-type]
    repr((one, two, sure))
