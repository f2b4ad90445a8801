"""A hundred calls in many batches, and one answer lost: nothing is doubled, nothing given up."""

import random
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest

from bitrix_scrum_async import Backlog, BatchLimits, Call, OutcomeUnknown
from bitrix_scrum_async.emulator.record import Command, Request

from .world import World, world

pytestmark = pytest.mark.anyio

WAYS = ["drop", "cut", "truncated", "empty", "html", "gateway_timeout", "hang"]
ADD = "tasks.api.scrum.backlog.add"
GROUPS = 100

at_any_moment = pytest.mark.parametrize(
    "details", [{"when": "before"}, {"when": "after"}, {"commands": 4}], ids=str
)


def lose_one(here: World, way: str, details: dict[str, Any], seed: str) -> None:
    """Let the answer to one of ten batches get lost."""
    nth = random.Random(seed).randint(1, 10)
    here.emulator.inject(way, match="batch", nth=nth, scope="request", **details)


def struck(here: World) -> list[Request]:
    """The requests whose answer was lost."""
    return [request for request in here.emulator.requests if request.fault is not None]


def added_by(requests: Iterable[Request]) -> Counter[int]:
    """How often it was asked for each group's backlog."""
    commands: list[Request | Command] = []
    for request in requests:
        commands += request.commands or [request]
    return Counter(
        int(command.params["fields"]["groupId"]) for command in commands if command.method == ADD
    )


@at_any_moment
@pytest.mark.parametrize("way", WAYS)
async def test_no_group_gets_two_attempts(way: str, details: dict[str, Any]) -> None:
    async with world(groups=GROUPS, batching=BatchLimits(max_commands=10)) as here:
        lose_one(here, way, details, f"writes {way} {details}")
        groups = range(1, GROUPS + 1)
        calls = [here.portal.backlogs.add(group, created_by=1) for group in groups]
        got = await here.send(*calls)

        (lost,) = struck(here)
        affected = set(added_by([lost]))
        assert len(affected) == 10
        for group, each in zip(groups, got, strict=True):
            assert isinstance(each, OutcomeUnknown if group in affected else Backlog)
        assert added_by(here.emulator.requests) == Counter(groups)
        executed = {"before": 0, "after": 10}.get(details.get("when", ""), 4)
        assert here.executed(ADD) == GROUPS - 10 + executed
        there = {entity.group_id for entity in here.emulator.state.entities.values()}
        assert there >= {*groups} - affected
        assert len(there & affected) == executed
        assert len(here.emulator.requests) == 10


@at_any_moment
@pytest.mark.parametrize("way", WAYS)
async def test_all_reads_arrive(way: str, details: dict[str, Any]) -> None:
    async with world(groups=GROUPS, batching=BatchLimits(max_commands=10)) as here:
        groups = range(1, GROUPS + 1)
        await here.send(*(here.portal.backlogs.add(group, created_by=1) for group in groups))
        here.emulator.clear_requests()
        lose_one(here, way, details, f"reads {way} {details}")
        backlogs = await here.send(*(here.portal.backlogs.get(group) for group in groups))
        assert [backlog.group_id for backlog in backlogs] == [*groups]
        assert len(struck(here)) == 1
        # Ten that took a minute and a half do not ride together again.
        assert len(here.emulator.requests) == (10 + 2 if way == "hang" else 10 + 1)


@pytest.mark.parametrize("way", WAYS)
async def test_a_stream_gives_every_outcome_in_order(way: str) -> None:
    """Writes and reads by turns; two of twenty batches are lost."""
    async with world(groups=GROUPS, batching=BatchLimits(max_commands=10)) as here:
        for part in ("first", "second"):
            lose_one(here, way, {"when": "after"}, f"stream {way} {part}")
        groups = range(1, GROUPS + 1)
        calls: list[Call[Any]] = [
            call
            for group in groups
            for call in (
                here.portal.backlogs.add(group, created_by=1),
                here.portal.groups.get(group),
            )
        ]
        outcomes = [outcome async for outcome in here.portal.stream(calls)]
        assert [outcome.call for outcome in outcomes] == calls
        affected = set(added_by(struck(here)))
        assert len(struck(here)) == 2
        assert affected
        for group, add, get in zip(groups, outcomes[::2], outcomes[1::2], strict=True):
            assert get.unwrap().id == group
            assert type(add.error) is (OutcomeUnknown if group in affected else type(None))
        assert added_by(here.emulator.requests) == Counter(groups)
        assert here.executed(ADD) == GROUPS
