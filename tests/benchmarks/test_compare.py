"""A run from its beginning to its end: order, programs on small pieces of work, files."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest

from benchmarks import compare
from benchmarks.compare import Entrant, side_by_side
from benchmarks.environments import Environment
from benchmarks.results import FLOOR, OURS, Cell, Results, Run
from benchmarks.running import Failed, PortalProcess, Skipped, portal_process, run_once
from benchmarks.workloads import BY_KEY, Workload
from tests.benchmarks.results import changed, good_results, good_run


@pytest.fixture(scope="module")
def portal() -> Iterator[PortalProcess]:
    """The emulator's process."""
    with portal_process() as portal:
        yield portal


def program(name: str) -> tuple[str, ...]:
    """How a contender of ours is started."""
    return (sys.executable, "-m", f"benchmarks.contenders.{name}")


@pytest.mark.parametrize(
    ("key", "calls", "found"),
    [
        ("a", 120, {"ok": 120, "in_order": True, "stored": 120, "intact": 120, "requests": 3}),
        ("e120", 120, {"rows": 120, "unique_rows": 120}),
        ("f", 100, {"ok": 50, "told": 50, "stored": 100, "doubled": 0, "requests": 2}),
        ("g", 50, {"ok": 49, "stored": 49, "intact": 49, "requests": 1}),
        ("h", 20, {"ok": 20, "stored": 20, "intact": 20}),
        ("secret", 1, {"secret_shown": False}),
    ],
)
def test_this_library_does_the_work_and_the_portal_agrees(
    key: str, calls: int, found: dict[str, Any], portal: PortalProcess
) -> None:
    workload = attrs.evolve(BY_KEY[key], calls=calls)
    run = run_once(program(OURS), workload, portal, scheme="http")
    assert {name: getattr(run, name) for name in found} == found


def test_the_floor_adds_and_does_nothing_else(portal: PortalProcess) -> None:
    run = run_once(program(FLOOR), attrs.evolve(BY_KEY["a"], calls=120), portal, scheme="http")
    assert (run.ok, run.stored, run.intact, run.requests) == (120, 120, 120, 3)
    with pytest.raises(Skipped, match="ready-made adds"):
        run_once(program(FLOOR), BY_KEY["h"], portal, scheme="http")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (["./no-such-program"], "cannot be started: No such file or directory"),
        ([sys.executable, "-c", "raise SystemExit('broken')"], "ended with 1: broken"),
        ([sys.executable, "-c", "pass"], "ended with 0: it said nothing"),
    ],
)
def test_a_program_that_gives_nothing_fails_with_the_reason(
    command: list[str], why: str, portal: PortalProcess
) -> None:
    with pytest.raises(Failed, match=why):
        run_once(command, BY_KEY["a"], portal, scheme="http")


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The programs in the order in which they were run; nothing is run."""
    names: list[str] = []

    def run(program: Sequence[str], workload: Workload, *_: object, **__: object) -> Run:
        [name] = program
        names.append(name)
        if name == "failing":
            raise Failed("broken")
        seconds = 60.0 if name == "slow" else 0.1
        return good_run(workload, wall_seconds=seconds)

    monkeypatch.setattr(compare, "run_once", run)
    return names


def race(portal: PortalProcess, key: str, *names: str) -> dict[str, Cell]:
    """Run three repetitions."""
    entrants = [Entrant(name, (name,), "http") for name in names]
    return side_by_side(BY_KEY[key], entrants, portal, 3)


def test_in_each_repetition_everybody_runs_once(portal: PortalProcess, tried: list[str]) -> None:
    cells = race(portal, "a", OURS, FLOOR)
    assert tried == [OURS, FLOOR] * 3
    assert [len(cell.runs) for cell in cells.values()] == [3, 3]


def test_who_fails_or_takes_long_runs_no_more(portal: PortalProcess, tried: list[str]) -> None:
    cells = race(portal, "a", OURS, "slow", "failing")
    assert tried == [OURS, "slow", "failing", OURS, OURS]
    assert len(cells["slow"].runs) == 1
    assert cells["failing"] == Cell(failed="broken")


def test_the_floor_leaves_out_what_it_cannot_do(portal: PortalProcess, tried: list[str]) -> None:
    cells = race(portal, "f", OURS, FLOOR)
    assert tried == [OURS] * 3
    assert cells[FLOOR].skipped


def test_peers_without_an_environment_are_contestants_all_the_same() -> None:
    ready = Environment(command=("python",))
    missing = Environment(missing="it needs node and npm")
    environments = {"fast_bitrix24": ready, "b24jssdk": missing}
    assert [one.name for one in compare.entrants(environments)] == [OURS, FLOOR, "fast_bitrix24"]
    reasons = {one.name: one.missing for one in compare.contestants(environments)}
    assert reasons == {
        OURS: None,
        FLOOR: None,
        "fast_bitrix24": None,
        "b24pysdk": "no environment was made for it",
        "bitrix24-api-client": "no environment was made for it",
        "b24api": "no environment was made for it",
        "b24jssdk": "it needs node and npm",
    }


def test_a_benchmark_that_gives_nothing_is_kept_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compare, "_ALONE", {"no_such_benchmark": ("streamed", object, ())})
    found = compare.with_those_alone(good_results(), quick=True)
    reason = found.broken["no_such_benchmark"]
    assert "ended with 1: " in reason
    assert "No module named benchmarks.no_such_benchmark" in reason


def without_a_chart(*_: object) -> None:
    raise ImportError("matplotlib")


@pytest.mark.parametrize(("wall_seconds", "reached"), [(0.5, True), (5.0, False)])
def test_a_run_is_written_and_tells_whether_it_reached_every_target(
    wall_seconds: float, reached: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.chart.draw", without_a_chart)
    results = changed(good_results(), "b", OURS, wall_seconds=wall_seconds)
    assert compare.write(results, tmp_path / "made", None) is reached
    assert {each.name for each in (tmp_path / "made").iterdir()} == {"results.json", "table.md"}
    assert Results.read(tmp_path / "made" / "results.json") == results
    page = (tmp_path / "made" / "table.md").read_text("utf-8")
    assert page.startswith("# Side by side\n")
    assert ("NOT REACHED" in page) is not reached


def test_the_chart_names_everybody_and_is_the_same_each_time(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from benchmarks import chart

    results = good_results()
    results.cells["b"]["peer"] = Cell(failed="not done in 120 s")
    chart.draw(results, tmp_path)
    picture = (tmp_path / "chart.svg").read_text("utf-8")
    for said in ("bitrix_scrum_async 1.0", "peer 2.0", "absent 3.0", "missing: it needs node"):
        assert said in picture
    assert "not done in 120 s" in picture
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    chart.draw(results, tmp_path)
    assert (tmp_path / "chart.svg").read_text("utf-8") == picture
