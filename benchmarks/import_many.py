"""How long, how many requests and how much memory an import of many groups takes.

The emulator runs in a process of its own, so that the memory shown is the importer's.

usage: python -m benchmarks.import_many [--groups N] [--tasks N] [--plan FILE]
"""

import argparse
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

import anyio

from benchmarks.portal import running_emulator
from bitrix_scrum_async.importer import (
    EpicPlan,
    GroupPlan,
    Importer,
    Plan,
    SprintPlan,
    TaskPlan,
    verify,
)
from bitrix_scrum_async.session import PortalSession
from bitrix_scrum_async.transport.limits import Limits

SPRINTS: Final[tuple[Literal["completed", "active", "planned"], ...]] = (
    "completed",
    "active",
    "planned",
)


def plan_of(groups: int, tasks: int) -> Plan:
    """Make a plan: each group with five epics, three sprints and its share of the tasks."""
    start = datetime(2026, 11, 2, 9, tzinfo=UTC)
    text = "As a shopper I want to find the parcel, so that nobody has to wait at home. " * 5
    return Plan(
        groups=tuple(
            GroupPlan(
                key=f"g{g}",
                name=f"Group {g}",
                scrum_master=1,
                epics=tuple(EpicPlan(key=f"e{n}", name=f"Epic {n}") for n in range(5)),
                sprints=tuple(
                    SprintPlan(
                        key=status,
                        name=status.capitalize(),
                        start=start + timedelta(weeks=2 * n),
                        end=start + timedelta(weeks=2 * n + 2),
                        status=status,
                    )
                    for n, status in enumerate(SPRINTS)
                ),
                tasks=tuple(
                    TaskPlan(
                        key=f"T-{n}",
                        title=f"Task {n} of group {g}",
                        description=text,
                        epic=f"e{n % 5}",
                        sprint=(*SPRINTS, None)[n % 4],
                        story_points=str(n % 8),
                        done=n % 4 == 0,
                    )
                    for n in range(tasks)
                ),
            )
            for g in range(groups)
        )
    )


async def measure(plan: Plan, webhook: str) -> None:
    """Import, run again, read back; print what each took."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal"
        async with PortalSession(webhook, limits=Limits.self_hosted()) as portal:
            for name in ("import", "again"):
                report = await Importer(portal, journal=journal).run(plan)
                assert report.complete, report.missing[:5]
                stats = portal.stats
                print(
                    f"{name}: {report.seconds:.1f} s, {stats.requests} requests, "
                    f"{stats.commands} commands ({stats.commands / 50:.0f} full batches), "
                    f"journal {journal.stat().st_size / 1e6:.1f} MB"
                )
            begun = time.monotonic()
            found = await verify(portal, plan, journal=journal)
            assert found.same, found.differences[:5]
            print(f"read back: {time.monotonic() - begun:.1f} s, {found.checked}")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--groups", type=int, default=200)
    parser.add_argument("--tasks", type=int, default=50, help="tasks a group")
    parser.add_argument("--plan", type=Path, help="a plan to import instead")
    arguments = parser.parse_args()
    plan = (
        Plan.load(arguments.plan) if arguments.plan else plan_of(arguments.groups, arguments.tasks)
    )
    with running_emulator() as webhook:
        anyio.run(measure, plan, webhook)


if __name__ == "__main__":
    main()
