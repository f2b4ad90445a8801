"""Draws a team's velocity: the story points that it finished in each sprint.

    export BITRIX24_WEBHOOK=https://acme.bitrix24.com/rest/1/abc123/
    pip install matplotlib
    python examples/velocity.py --group 125 -o velocity.png

The numbers are printed as well, and without -o that is all; it takes no matplotlib then.

A sprint's points are those of its completed tasks. When a team completes a sprint, the portal sends
what is not finished back to the backlog, where the next sprint takes it from: its points count
there, in full. Points that are no numbers, such as XL, cannot be added up; how many tasks have such
points, or none, stands beside the sum.
"""

import argparse
import asyncio
import datetime as dt
import sys
from collections import defaultdict
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final

import attrs

from bitrix_scrum_async import (
    BitrixScrumError,
    PortalSession,
    ScrumTask,
    SprintStatus,
    TaskNotFound,
    TaskStatus,
)

AVERAGE: Final = 3
"""Sprints that the running average looks at: the usual basis for what the next one takes on."""

LONGEST_NAME: Final = 28
"""Letters of a sprint's name below its bar."""


@attrs.frozen(kw_only=True)
class Finished:
    """What was finished in one sprint.

    Attributes:
        name: The sprint's name.
        end: When it was completed.
        points: The sum of the story points.
        tasks: How many tasks were finished.
        uncounted: How many of them have no points, or such as are no number.
    """

    name: str
    end: dt.datetime
    points: float
    tasks: int
    uncounted: int


async def velocity(portal: PortalSession, group_id: int) -> list[Finished]:
    """Read what was finished in each completed sprint of a group, in the order of their ends.

    The place of each completed task is asked for, 50 in a request.
    """
    sprints = [
        sprint
        async for sprint in portal.sprints.all(
            {"status": SprintStatus.COMPLETED}, group_ids=[group_id]
        )
    ]
    done = portal.tasks.all({"status": TaskStatus.COMPLETED}, group_ids=[group_id])
    places: defaultdict[int, list[ScrumTask]] = defaultdict(list)
    calls = (portal.scrum_tasks.get(task.id) async for task in done)
    async with aclosing(portal.stream(calls)) as outcomes:
        async for outcome in outcomes:
            # A task from before the group had a backlog stands nowhere.
            if not isinstance(outcome.error, TaskNotFound):
                place = outcome.unwrap()
                places[place.entity_id].append(place)
    found = [
        Finished(
            name=sprint.name,
            end=sprint.date_end,
            points=sum(place.points or 0.0 for place in places[sprint.id]),
            tasks=len(places[sprint.id]),
            uncounted=sum(place.points is None for place in places[sprint.id]),
        )
        for sprint in sprints
        if sprint.date_end is not None
    ]
    return sorted(found, key=lambda sprint: sprint.end)


def running_average(points: Sequence[float]) -> list[float]:
    """The average of each sprint and those before it, as far as there are any."""
    last = [points[max(0, place - AVERAGE + 1) : place + 1] for place in range(len(points))]
    return [sum(few) / len(few) for few in last]


def shortened(name: str, longest: int = LONGEST_NAME) -> str:
    """A name that fits: its beginning and its end, where numbers often stand."""
    name = " ".join(name.split())
    if len(name) <= longest:
        return name
    tail = longest // 3
    return f"{name[: longest - tail - 1].rstrip()}…{name[-tail:].lstrip()}"


def table(sprints: Sequence[Finished]) -> str:
    """The numbers as text, a line for each sprint."""
    averages = running_average([sprint.points for sprint in sprints])
    lines = [f"{'ended':10}  {'points':>7}  {'average':>7}  {'tasks':>5}  sprint"]
    for sprint, average in zip(sprints, averages, strict=True):
        note = f" ({sprint.uncounted} of the tasks without a number)" if sprint.uncounted else ""
        name = " ".join(sprint.name.split())
        lines.append(
            f"{sprint.end:%Y-%m-%d}  {sprint.points:7g}  {average:7.1f}  {sprint.tasks:5}"
            f"  {name}{note}"
        )
    return "\n".join(lines)


def draw(title: str, sprints: Sequence[Finished], path: Path) -> None:
    """Draw a bar for each sprint, and the running average, into a picture.

    Args:
        title: The group's name.
        sprints: At least one.
        path: A file; its ending says what kind of picture.

    Raises:
        ImportError: matplotlib is not installed.
    """
    # Here and not above: the numbers need none of it. No pyplot, which looks for a screen.
    from matplotlib.figure import Figure

    points = [sprint.points for sprint in sprints]
    places = range(len(sprints))
    size = (max(9.0, 1.5 + 0.5 * len(sprints)), 6.0)
    # Their keywords are typed by nothing, which a strict checker does not take.
    figure: Any = Figure(figsize=size, dpi=110, layout="tight")
    axes: Any = figure.add_subplot()
    bars = axes.bar(places, points, width=0.7, color="#7fb3d5", label="finished in the sprint")
    axes.plot(
        places,
        running_average(points),
        color="#b9480e",
        marker="o",
        markersize=4,
        label=f"average of the last {AVERAGE} sprints",
    )
    axes.bar_label(
        bars,
        [f"{each.points:g}{'*' if each.uncounted else ''}" for each in sprints],
        label_type="edge",
        padding=3,
        fontsize=9,
        zorder=3,  # above the line that runs through it
        bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"},
    )
    # A name is text: what stands between two $ is no formula.
    axes.set_xticks(
        places,
        [f"{shortened(each.name)}\n{each.end:%d %b %Y}" for each in sprints],
        rotation=60,
        ha="right",
        rotation_mode="anchor",
        fontsize=8,
        parse_math=False,
    )
    axes.set_xlim(-0.7, len(sprints) - 0.3)
    axes.set_ylim(0, max(*points, 1.0) * 1.15)
    axes.set_ylabel("story points finished")
    axes.set_xlabel("sprint, and the day on which it was completed")
    axes.set_title(f"Velocity of {shortened(title, 60)}", parse_math=False, pad=30)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    if any(sprint.uncounted for sprint in sprints):
        note = "and tasks without a number"
        axes.plot([], [], linestyle="", marker="$*$", color="black", label=note)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, fontsize=9)
    figure.savefig(path)


async def read(group_id: int) -> tuple[str, list[Finished]]:
    """Read a group's name and its velocity."""
    async with PortalSession.from_env() as portal:
        group = await portal.groups.get(group_id)
        return group.name, await velocity(portal, group_id)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, print and draw. Give the exit code."""
    parser = argparse.ArgumentParser(description="Draw a team's velocity.")
    parser.add_argument("--group", type=int, required=True, help="the Scrum group's id")
    parser.add_argument("--last", type=int, default=12, help="how many sprints; 12 if not given")
    parser.add_argument("-o", "--output", type=Path, help="a picture, such as velocity.png")
    options = parser.parse_args(arguments)
    if options.last < 1:
        parser.error("--last is at least 1")
    try:
        name, sprints = asyncio.run(read(options.group))
    except BitrixScrumError as error:
        print(f"velocity: {error}", file=sys.stderr)
        return 2
    sprints = sprints[-options.last :]
    if not sprints:
        print("velocity: the group has no completed sprint that you may see", file=sys.stderr)
        return 1
    print(table(sprints))
    if options.output is not None:
        try:
            draw(name, sprints, options.output)
        except ImportError as error:
            print(f"velocity: {error}; pip install matplotlib", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
