"""Sessions with an emulator, for tests that need nothing else."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bitrix_scrum_async import BatchLimits, Call, Epic, Limits, PortalSession, RetryPolicy
from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.transport.clock import Clock
from tests.clocks import VirtualClock

UNLIMITED = Limits.self_hosted()


@asynccontextmanager
async def portals(
    emulator: Emulator | None = None,
    *,
    limits: Limits = UNLIMITED,
    batching: BatchLimits | None = None,
    retry: RetryPolicy | None = None,
    clock: Clock | None = None,
) -> AsyncGenerator[tuple[PortalSession, Emulator], None]:
    """An emulator with group 1, and a session whose waiting costs no time."""
    async with (
        emulator or Emulator() as emulator,
        PortalSession(
            emulator.webhook,
            limits=limits,
            batching=batching or BatchLimits(),
            retry=retry or RetryPolicy(),
            clock=clock or VirtualClock(),
        ) as portal,
    ):
        await portal.groups.create(name="Mobile app", scrum_master_id=1)
        emulator.clear_requests()
        yield portal, emulator


def epic(portal: PortalSession, name: str, description: str = "") -> Call[Epic]:
    return portal.epics.add(group_id=1, name=name, description=description)
