"""Runs imports into the emulated portal, and tells what became of them."""

from collections import Counter
from pathlib import Path
from typing import Any

from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.importer import Fate, Importer, Plan, Report
from bitrix_scrum_async.session import PortalSession
from tests.importer import plans

READS = (
    "profile",
    "scope",
    "user.get",
    "socialnetwork.api.workgroup.get",
    "socialnetwork.api.workgroup.list",
    "tasks.api.scrum.kanban.getStages",
)
WRITES = Counter(
    {
        "group": 1,
        "members": 1,
        "backlog": 1,
        "epic": 2,
        "sprint": 3,
        "task": 6,
        "place": 6,
        "stage": 3,
        "start": 1,
        "card off": 1,
        "card": 1,
        "done": 2,
    }
)


async def run(
    portal: PortalSession, journal: Path, plan: Plan | None = None, **options: Any
) -> Report:
    """Import a plan, the small one where none is given."""
    importer = Importer(portal, journal=journal, settle_after=0, **options)
    return await importer.run(plan or plans.load())


def fates(report: Report, fate: Fate) -> Counter[str]:
    """Count the writes that met a fate, by kind."""
    return Counter({kind: n for (_, kind), f in report.counts.items() if (n := f.get(fate, 0))})


def missing(report: Report) -> dict[str, str]:
    """Name what is missing, with its fate."""
    return {f"{each.kind} {each.key}".strip(): str(each.fate) for each in report.missing}


def writes(emulator: Emulator) -> Counter[str]:
    """Count the executed methods that change something."""
    return Counter({name: n for name, n in emulator.executed.items() if name not in READS})


def assert_nothing_twice(emulator: Emulator) -> None:
    """No record was created more than once."""
    assert emulator.state.created
    assert {key: n for key, n in emulator.state.created.items() if n > 1} == {}
