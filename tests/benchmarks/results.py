"""Results of a run that never was, to judge and to write about."""

from typing import Any

import attrs

from benchmarks.results import (
    FLOOR,
    OURS,
    Cell,
    Contestant,
    FirstUse,
    ImportNeed,
    ImportTime,
    LinearCost,
    Machine,
    Results,
    Run,
    StreamNeed,
)
from benchmarks.workloads import WORKLOADS, Workload

PEER = "peer"
ABSENT = "absent"


def good_run(workload: Workload, **details: Any) -> Run:
    """A run in which all went well."""
    calls = workload.calls
    fields: dict[str, Any] = {
        "cpu_seconds": calls * 30e-6,
        "wall_seconds": workload.ideal or 0.2,
        "peak_mb": 50.0,
        "ok": calls,
        "in_order": True,
        "requests": max(1, calls // 50),
        "stored": calls,
        "intact": calls,
    }
    if workload.work == "list":
        fields |= {"rows": calls, "unique_rows": calls, "requests": 4}
    if workload.work == "failing":
        fields |= {"ok": 49, "stored": 49, "intact": 49, "errors": ("AccessDenied: no",)}
    if workload.work == "secret":
        fields |= {"ok": 0, "stored": 0, "intact": 0, "secret_shown": False}
    return Run(**{**fields, **details})


def good_results() -> Results:
    """A run that reached everything: with the floor, a slower peer and a missing one."""
    cells = {
        workload.key: {
            OURS: Cell(runs=(good_run(workload),)),
            FLOOR: Cell(runs=(good_run(workload, cpu_seconds=workload.calls * 15e-6),)),
            PEER: Cell(
                runs=(
                    good_run(
                        workload,
                        cpu_seconds=workload.calls * 90e-6,
                        wall_seconds=3.0,
                        peak_mb=70.0,
                        notes="one after the other",
                    ),
                )
            ),
        }
        for workload in WORKLOADS
    }
    return Results(
        machine=Machine(cpus=2, python="3.11.7", system="Linux x86_64", date="2026-11-02"),
        contestants=(
            Contestant(name=OURS, version="1.0"),
            Contestant(name=FLOOR),
            Contestant(name=PEER, version="2.0", scheme="https"),
            Contestant(name=ABSENT, version="3.0", missing="it needs node and npm"),
        ),
        cells=cells,
        imported=ImportNeed(
            groups=200, seconds=9.0, requests=505, full_batches=500.0, peak_mb=80.0
        ),
        streamed=StreamNeed(calls=1_000_000, seconds=60.0, cpu_us=40.0, peak_mb=60.0),
        import_time=ImportTime(
            aiohttp=150.0,
            package=20.0,
            session=180.0,
            first_use=FirstUse(call=1.0, awaited=12.5, batch=3.0),
        ),
        linear=LinearCost(calls={1000: 30.0, 10_000: 31.0}, chain={1000: 60.0, 10_000: 62.0}),
    )


def changed(results: Results, workload: str, name: str, **details: Any) -> Results:
    """The same results, but for one run."""
    [run] = results.cell(workload, name).runs
    cells = {key: dict(row) for key, row in results.cells.items()}
    cells[workload][name] = Cell(runs=(attrs.evolve(run, **details),))
    return attrs.evolve(results, cells=cells)
