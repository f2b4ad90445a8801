"""The table of `retry`, over HTTP: every row, every fault, every effect, alone and in a batch."""

import re
from typing import Any

import pytest

from bitrix_scrum_async import Call, Effect, User
from bitrix_scrum_async.emulator import SYSTEM_ERRORS, TRANSPORT_FAULTS
from bitrix_scrum_async.emulator.record import Command, Request
from bitrix_scrum_async.transport import retry

from .promises import (
    EXPIRED,
    FAULTS,
    NO_CONNECTION,
    REFUSED,
    SPLIT,
    Case,
    Moment,
    Shape,
    cases,
    promised,
)
from .world import World, world

pytestmark = pytest.mark.anyio

METHODS = {
    Effect.READ: "tasks.api.scrum.epic.get",
    Effect.REPEATABLE: "tasks.api.scrum.epic.update",
    Effect.DELETE: "tasks.api.scrum.epic.delete",
    Effect.WRITE: "tasks.api.scrum.epic.add",
}


def call(world: World, effect: Effect, epic: int) -> Call[Any]:
    """A call of an effect."""
    match effect:
        case Effect.READ:
            return world.portal.epics.get(epic)
        case Effect.REPEATABLE:
            return world.portal.epics.update(epic, name=f"Renamed {epic}")
        case Effect.DELETE:
            return world.portal.epics.delete(epic)
        case Effect.WRITE:
            return world.portal.epics.add(group_id=1, name=f"Added {epic}")


async def send(world: World, case: Case) -> list[Any]:
    """Send the calls of a case; give what their callers get."""
    calls = [call(world, case.effect, epic) for epic in range(1, case.calls + 1)]
    if case.shape is not Shape.ONE_OF_FIVE:
        return [*await world.send(*calls)]
    reads = [world.portal.users.current() for _ in range(4)]
    first, got, *others = await world.send(reads[0], calls[0], *reads[1:])
    spared = case.fault.row != REFUSED or case.strikes_a_command or case.fault.name in SPLIT
    wanted = User if spared else case.fault.error
    assert all(isinstance(each, wanted) for each in (first, *others))
    return [got]


def _is_rest(request: Request | Command) -> bool:
    return request.method != "oauth/token"


def inject(world: World, case: Case) -> None:
    """Let it go wrong."""
    details: dict[str, Any] = dict(case.fault.details)
    if case.moment is Moment.HALFWAY:
        details["commands"] = 3
    else:
        details["when"] = case.moment.value
    if case.strikes_a_command:
        details |= {"scope": "command", "match": METHODS[case.effect]}
    else:
        details |= {"scope": "request", "match": _is_rest}
    world.emulator.inject(case.fault.name, times=case.fault.times, **details)


@pytest.mark.parametrize("case", [*cases()], ids=str)
async def test_the_table(case: Case) -> None:
    promise = promised(case)
    async with world(by_oauth=case.fault.row == EXPIRED, epics=5) as here:
        inject(here, case)
        watch = here.watch()
        got = await send(here, case)
        seconds = watch.seconds
        if case.fault.name == "delay":
            await here.clock.sleep(100.0)  # what the portal does when nobody waits any more

        kinds = {type(each) if isinstance(each, Exception) else None for each in got}
        assert kinds == {promise.error}
        requests = [each for each in here.emulator.requests if _is_rest(each)]
        assert len(requests) == promise.requests
        assert here.executed(METHODS[case.effect]) == promise.executed
        assert promise.least <= seconds <= promise.most
        renewals = len(here.emulator.requests) - len(requests)
        assert renewals == (case.fault.row == EXPIRED and not case.strikes_a_command)


def test_every_fault_and_every_row_stands_in_the_table() -> None:
    assert {fault.name for fault in FAULTS} == {*TRANSPORT_FAULTS, *SYSTEM_ERRORS}
    rows = re.findall(r"^\| (.+?) *\|", retry.__doc__ or "", re.MULTILINE)
    assert set(rows[1:]) == {NO_CONNECTION, *(fault.row for fault in FAULTS)}
