"""The velocity of a team: its numbers, and the picture where matplotlib is there."""

import builtins
import datetime as dt
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest

from bitrix_scrum_async import PortalSession
from bitrix_scrum_async.emulator import Emulator
from examples import velocity

from .conftest import START

pytestmark = pytest.mark.anyio

TWO_WEEKS = dt.timedelta(days=14)
PNG = b"\x89PNG\r\n\x1a\n"


async def finish(portal: PortalSession, number: int, *points: str, left: int = 0) -> None:
    """Complete a sprint with tasks of these points, and leave others in it open."""
    start = START + number * TWO_WEEKS
    sprint = await portal.sprints.add(
        1,
        name=f"Sprint {number}",
        created_by=1,
        date_start=start,
        date_end=start + TWO_WEEKS,
        status="completed",
    )
    for place, text in enumerate((*points, *["100"] * left)):
        task = portal.tasks.add(f"Task {place}", responsible_id=1, group_id=1)
        task_id = task.ref("id")
        calls = [task, portal.scrum_tasks.update(task_id, entity_id=sprint.id, story_points=text)]
        if place < len(points):
            calls.append(portal.tasks.complete(task_id).after(calls[-1]))
        await portal.batch(*calls)


async def test_the_points_of_completed_tasks_count_for_their_sprint(portal: PortalSession) -> None:
    await finish(portal, 2, "1", "0,5", "XL", "", left=1)
    await finish(portal, 1, "3", "5")
    await finish(portal, 3)
    await portal.sprints.add(
        1, name="To come", created_by=1, date_start=START, date_end=START + TWO_WEEKS
    )
    backlog = await portal.tasks.add("Done in the backlog", responsible_id=1, group_id=1)
    await portal.tasks.complete(backlog.id)
    found = await velocity.velocity(portal, 1)
    assert [(each.name, each.points, each.tasks, each.uncounted) for each in found] == [
        ("Sprint 1", 8.0, 2, 0),
        ("Sprint 2", 1.5, 4, 2),
        ("Sprint 3", 0.0, 0, 0),
    ]
    assert [each.end for each in found] == [START + n * TWO_WEEKS for n in (2, 3, 4)]


async def test_many_tasks_are_read_in_few_requests(
    portal: PortalSession, emulator: Emulator
) -> None:
    await finish(portal, 1, *["1"] * 120)
    emulator.clear_requests()
    (sprint,) = await velocity.velocity(portal, 1)
    assert sprint.points == 120
    assert len(emulator.requests) <= 8


async def test_a_task_without_a_place_counts_nowhere(portal: PortalSession) -> None:
    """The group had no backlog when it was added."""
    await portal.backlogs.delete((await portal.backlogs.get(1)).id)
    task = await portal.tasks.add("Early", responsible_id=1, group_id=1)
    await portal.tasks.complete(task.id)
    await finish(portal, 1, left=0)
    (sprint,) = await velocity.velocity(portal, 1)
    assert sprint.tasks == 0


@pytest.mark.parametrize(
    ("points", "averages"),
    [([], []), ([4], [4]), ([4, 8], [4, 6]), ([3, 6, 9, 0], [3, 4.5, 6, 5])],
)
def test_the_average_runs_over_the_last_sprints(points: list[float], averages: list[float]) -> None:
    assert velocity.running_average(points) == averages


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Sprint 12", "Sprint 12"),
        ("Two\nlines", "Two lines"),
        ("x" * 28, "x" * 28),
        ("The sprint of the great autumn, 12", "The sprint of the…utumn, 12"),
    ],
)
def test_a_long_name_keeps_its_beginning_and_its_end(name: str, short: str) -> None:
    assert velocity.shortened(name) == short


Run = Callable[..., Awaitable[int]]


@pytest.fixture
def run(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the program on the emulated portal, and gives its exit code."""
    monkeypatch.setenv("BITRIX24_WEBHOOK", emulator.webhook)

    async def run(*arguments: str) -> int:
        return await anyio.to_thread.run_sync(velocity.main, arguments)

    return run


async def test_the_numbers_need_no_matplotlib(
    run: Run,
    portal: PortalSession,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for number in range(1, 4):
        await finish(portal, number, "3", "XL")
    without(monkeypatch, "matplotlib")
    assert await run("--group", "1", "--last", "2") == 0
    assert capsys.readouterr().out.splitlines() == [
        "ended        points  average  tasks  sprint",
        "2026-12-14        3      3.0      2  Sprint 2 (1 of the tasks without a number)",
        "2026-12-28        3      3.0      2  Sprint 3 (1 of the tasks without a number)",
    ]
    assert await run("--group", "1", "-o", str(tmp_path / "velocity.png")) == 2
    assert "pip install matplotlib" in capsys.readouterr().err


def without(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    """Let a package be missing."""
    really = builtins.__import__

    def importing(name: str, *more: Any) -> Any:
        if name.partition(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {package!r}", name=package)
        return really(name, *more)

    monkeypatch.setattr(builtins, "__import__", importing)


async def test_without_a_sprint_or_a_group_it_says_so(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run("--group", "1") == 1
    assert "no completed sprint" in capsys.readouterr().err
    assert await run("--group", "77") == 2
    assert capsys.readouterr().err.startswith("velocity: socialnetwork.api.workgroup.get")


async def test_the_picture_is_drawn(run: Run, portal: PortalSession, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    await finish(portal, 1, "3", "5")
    assert await run("--group", "1", "-o", str(tmp_path / "velocity.png")) == 0
    assert (tmp_path / "velocity.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("number", [1, 40])
def test_any_name_and_number_of_sprints_can_be_drawn(number: int, tmp_path: Path) -> None:
    """A name is no formula, however it looks."""
    pytest.importorskip("matplotlib")
    names = ["$x_1$ ^^ {", "Спринт № ", "a\\frac\n", "<b>&amp;</b>", "$$", "Long " * 40]
    sprints = [
        velocity.Finished(
            name=f"{names[place % len(names)]}{place}",
            end=START + place * TWO_WEEKS,
            points=float(place % 7),
            tasks=9,
            uncounted=place % 2,
        )
        for place in range(number)
    ]
    velocity.draw("".join(names), sprints, tmp_path / "velocity.png")
    assert (tmp_path / "velocity.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("name", ["冲刺", "🏁 Finish"])
def test_letters_that_the_font_lacks_are_boxes_and_no_failure(name: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    sprint = velocity.Finished(name=name, end=START, points=3, tasks=1, uncounted=0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        velocity.draw(name, [sprint], tmp_path / "velocity.png")
    assert (tmp_path / "velocity.png").read_bytes().startswith(PNG)
