"""How long an import of many groups takes, how many requests, and how much memory.

The emulator runs in a process of its own, so that the memory shown is the importer's. With
`--limits cloud` it counts requests as the cloud does, and so does the importer: the time is the
limiter's then. The run ends with 1 when 200 groups or more need more requests than 5% over the full
batches, or any number 150 MB.

    python -m benchmarks.import_many [--groups N] [--tasks N] [--plan FILE] [--limits cloud]
        [--json]
"""

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

import anyio
import attrs
import orjson

from benchmarks.bounds import IMPORT_GROUPS, IMPORT_MB, IMPORT_REQUESTS
from benchmarks.contenders.job import peak_mb
from benchmarks.portal import running_emulator
from benchmarks.results import ImportNeed
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
from bitrix_scrum_async.transport.stats import Stats

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


@attrs.frozen
class Need:
    """What a run needed."""

    seconds: float
    before: Stats
    after: Stats

    @property
    def requests(self) -> int:
        """HTTP requests."""
        return self.after.requests - self.before.requests

    @property
    def full(self) -> float:
        """Batches that would have held all commands."""
        return (self.after.commands - self.before.commands) / 50

    def limiter(self, limits: Limits) -> float:
        """Seconds that so many requests take at least."""
        late = max(0, self.requests - limits.burst)
        return late / limits.per_second if limits.per_second else 0.0


async def measure(plan: Plan, webhook: str, limits: Limits) -> ImportNeed:
    """Import, run again, read back; print what each took. Tell what the import needed."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal"
        async with PortalSession(webhook, limits=limits) as portal:
            before = portal.stats
            report = await Importer(portal, journal=journal).run(plan)
            assert report.complete, report.missing[:5]
            need = Need(report.seconds, before, portal.stats)
            over = need.requests / need.full - 1
            print(
                f"import: {need.seconds:.1f} s (the limiter's: {need.limiter(limits):.1f} s), "
                f"{need.requests} requests, {need.full:.1f} full batches ({over:+.1%}), "
                f"journal {journal.stat().st_size / 1e6:.1f} MB"
            )
            report = await Importer(portal, journal=journal).run(plan)
            assert report.complete, report.missing[:5]
            print(f"again: {report.seconds:.1f} s, {report.requests} requests")
            memory = peak_mb()
            print(f"peak memory of the import: {memory:.0f} MB")
            begun = time.monotonic()
            found = await verify(portal, plan, journal=journal)
            assert found.same, found.differences[:5]
            print(f"read back: {time.monotonic() - begun:.1f} s, {found.checked}")
    print(f"peak memory: {peak_mb():.0f} MB")
    return ImportNeed(
        groups=len(plan.groups),
        seconds=need.seconds,
        requests=need.requests,
        full_batches=need.full,
        peak_mb=memory,
    )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--groups", type=int, default=200)
    parser.add_argument("--tasks", type=int, default=50, help="tasks a group")
    parser.add_argument("--plan", type=Path, help="a plan to import instead")
    parser.add_argument("--limits", choices=["off", "cloud", "enterprise"], default="off")
    parser.add_argument("--json", action="store_true", help="print one line of JSON at the end")
    arguments = parser.parse_args()
    plan = (
        Plan.load(arguments.plan) if arguments.plan else plan_of(arguments.groups, arguments.tasks)
    )
    limits = {
        "off": Limits.self_hosted,
        "cloud": Limits.cloud,
        "enterprise": Limits.enterprise,
    }[arguments.limits]()
    with running_emulator(arguments.limits) as webhook:
        need = anyio.run(measure, plan, webhook, limits)
    if arguments.json:
        print(orjson.dumps(attrs.asdict(need)).decode())
    many = need.groups >= IMPORT_GROUPS
    if many and need.requests > IMPORT_REQUESTS * need.full_batches:
        sys.exit(f"more requests than {IMPORT_REQUESTS:g} times the full batches")
    if need.peak_mb >= IMPORT_MB:
        sys.exit(f"an import needs {IMPORT_MB:g} MB or more")


if __name__ == "__main__":
    main()
