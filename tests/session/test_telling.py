"""Counts and events: what was sent, and what was sent again."""

import pytest

from bitrix_scrum_async import (
    Event,
    PortalSession,
    RequestAnswered,
    RequestLost,
    RequestRetried,
    RequestSent,
    Waited,
)
from bitrix_scrum_async.emulator import Emulator
from tests.clocks import VirtualClock
from tests.sprints import sprint

pytestmark = pytest.mark.anyio


async def test_the_stats_tell_what_was_sent(portal: PortalSession, group: int) -> None:
    before = portal.stats
    await portal.batch(*(sprint(portal, f"Sprint {n}", group) for n in range(60)))
    after = portal.stats
    assert after.requests - before.requests == 2
    assert after.commands - before.commands == 60
    assert after.batches - before.batches == 2
    assert after.retries == 0


async def test_what_a_batch_sends_again_is_told_like_every_repeat() -> None:
    clock, events = VirtualClock(), list[Event]()
    async with (
        Emulator(limits="off") as emulator,
        PortalSession(emulator.webhook, clock=clock, on_event=events.append) as portal,
    ):
        emulator.inject("drop", when="after")
        await portal.batch(portal.users.current(), portal.users.current())
        stats = portal.stats
    assert [type(event) for event in events if not isinstance(event, Waited)] == [
        RequestSent,
        RequestLost,
        RequestRetried,
        RequestSent,
        RequestAnswered,
    ]
    (waited,) = (event for event in events if isinstance(event, Waited))
    assert waited.cause == "failure"
    assert [waited.seconds] == pytest.approx(clock.slept)
    assert stats.waited["failure"] == pytest.approx(waited.seconds)
