"""`bitrix-scrum sprints`: the sprints of a Scrum group."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import Any, Final

import attrs
import click
from rich.console import Console

from ..errors import GroupNotFound, TaskNotFound
from ..importer.progress import OnProgress, Progress
from ..records import Group, Sprint
from ..session import PortalSession
from ..transport.limits import Limits
from .connection import group_id, limit_rate_option, limited, limits_option, open_portal
from .exits import Refused, one_line, run_async
from .membership import ids_of, own_groups, unless_lacking
from .progress import Watch
from .screen import new_list, on_one_line, plain_console, print_json, print_line, print_table

BACKLOG: Final = 0
"""Stands for no sprint."""


@attrs.define
class Load:
    """The tasks of a sprint, or of a backlog.

    Attributes:
        tasks: How many there are.
        done: How many of them are completed.
        points: Their story points, as far as these are numbers.
        points_done: Those of the completed ones.
        unread: Tasks whose story points are another text, such as XL.
    """

    tasks: int = 0
    done: int = 0
    points: float = 0
    points_done: float = 0
    unread: int = 0

    def add(self, points: float | None, *, done: bool, unread: bool) -> None:
        """Count one task."""
        self.tasks += 1
        self.done += done
        self.points += points or 0
        self.points_done += (points or 0) if done else 0
        self.unread += unread


@click.command()
@click.argument("group", type=group_id)
@click.option(
    "--points",
    is_flag=True,
    help="Count tasks and story points, too. The portal is asked about every task: a request "
    "for each 50 of them.",
)
@limits_option
@limit_rate_option
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def sprints(
    group: int, limits: Limits, limit_rate: float | None, *, points: bool, as_json: bool
) -> int:
    """List the sprints of GROUP, a Scrum group's id, in the order in which they were made.

    The ids of groups are shown by: bitrix-scrum groups
    """
    watch = Watch()

    async def run() -> int:
        loads = None
        async with open_portal(limited(limits, limit_rate), watch.on_event) as portal:
            with watch.shown() as on_progress:
                name = await _name_of(portal, group)
                found = [each async for each in portal.sprints.all(filter={"GROUP_ID": group})]
                if points:
                    ids = {each.id for each in found}
                    loads = await read_loads(portal, group, ids, on_progress)
        if as_json:
            print_json(_tree(group, name, found, loads))
        else:
            _show(name, found, loads)
        return 0

    return run_async(run)


async def _name_of(portal: PortalSession, group_id: int) -> str:
    """Return the group's name.

    Raises:
        Refused: It has no sprints that could be shown.
    """
    answers: tuple[Any, ...] = await portal.batch(
        portal.groups.get(group_id), own_groups(portal), return_exceptions=True
    )
    own = ids_of(answers[1])
    if isinstance(answers[0], GroupNotFound):
        raise Refused(
            f"the portal shows no group {group_id} to the webhook's user; those it shows: "
            "bitrix-scrum groups"
        )
    group: Group | None = unless_lacking(answers[0])
    if group is not None and not group.is_scrum:
        raise Refused(
            f"group {group_id} is no Scrum group: it has no scrum master; those that are: "
            "bitrix-scrum groups"
        )
    if own is not None and group_id not in own:
        raise Refused(
            f"the webhook's user does not belong to group {group_id}, and its sprints are shown "
            "to members only: make them a member, or use a member's webhook"
        )
    return f"Group {group_id}" if group is None else group.name


async def read_loads(
    portal: PortalSession, group_id: int, sprint_ids: Collection[int], on_progress: OnProgress
) -> dict[int, Load]:
    """Count the tasks of a group by the sprint in which they stand; those in none as `BACKLOG`.

    Args:
        portal: The session to read with.
        group_id: The group.
        sprint_ids: Its sprints.
        on_progress: Told how far it is.

    Raises:
        BitrixScrumError: The portal does not give them.
    """
    found: dict[int, Load] = defaultdict(Load)
    done = {
        task.id: task.is_completed async for task in portal.tasks.all(filter={"GROUP_ID": group_id})
    }
    on_progress(Progress(phase="tasks", done=0, total=len(done)))
    asked = 0
    async for outcome in portal.stream(portal.scrum_tasks.get(task_id) for task_id in done):
        asked += 1
        task_id = outcome.call.params["id"]
        # A task may go meanwhile, or have no place in the Scrum.
        if not isinstance(outcome.error, TaskNotFound):
            place = outcome.unwrap()
            found[place.entity_id if place.entity_id in sprint_ids else BACKLOG].add(
                place.points,
                done=done[task_id],
                unread=bool(place.story_points) and place.points is None,
            )
        if asked % 50 == 0 or asked == len(done):
            on_progress(Progress(phase="tasks", done=asked, total=len(done)))
    return dict(found)


def _tree(
    group_id: int, name: str, found: list[Sprint], loads: dict[int, Load] | None
) -> dict[str, Any]:
    tree: dict[str, Any] = {"group": {"id": group_id, "name": name}, "sprints": []}
    for sprint in found:
        row = {
            "id": sprint.id,
            "name": sprint.name,
            "status": str(sprint.status),
            "start": sprint.date_start,
            "end": sprint.date_end,
        }
        tree["sprints"].append(row if loads is None else {**row, **_counts(loads, sprint.id)})
    if loads is not None:
        tree["backlog"] = _counts(loads, BACKLOG)
    return tree


def _counts(loads: dict[int, Load], sprint_id: int) -> dict[str, Any]:
    return attrs.asdict(loads.get(sprint_id, Load()))


def _show(name: str, found: list[Sprint], loads: dict[int, Load] | None) -> None:
    out = plain_console()
    none = "\n" if found else " has no sprints."
    print_line(out, f"{one_line(name)}{none}")
    if found:
        table = new_list()
        table.add_column("Id", justify="right", no_wrap=True)
        table.add_column("Sprint", min_width=12)
        table.add_column("State", no_wrap=True)
        table.add_column("Start", no_wrap=True)
        table.add_column("End", no_wrap=True)
        if loads is not None:
            table.add_column("Tasks", justify="right", no_wrap=True)
            table.add_column("Points", justify="right", no_wrap=True)
        for sprint in found:
            table.add_row(
                str(sprint.id),
                on_one_line(sprint.name),
                on_one_line(str(sprint.status)),
                _day(sprint.date_start),
                _day(sprint.date_end),
                *([] if loads is None else _done_of_all(loads.get(sprint.id, Load()))),
            )
        print_table(out, table)
    if loads is not None:
        _show_rest(out, loads)


def _show_rest(out: Console, loads: dict[int, Load]) -> None:
    backlog = loads.get(BACKLOG, Load())
    points = f", {backlog.points:g} points" if backlog.points else ""
    print_line(
        out, f"\nTasks and points: done / all. In the backlog: {_tasks(backlog.tasks)}{points}."
    )
    if unread := sum(load.unread for load in loads.values()):
        print_line(out, f"The points of {_tasks(unread)} are no number, such as XL: not counted.")


def _tasks(count: int) -> str:
    return f"{count} task{'' if count == 1 else 's'}"


def _day(moment: dt.datetime | None) -> str:
    return "-" if moment is None else f"{moment:%Y-%m-%d}"


def _done_of_all(load: Load) -> list[str]:
    return [f"{load.done}/{load.tasks}", f"{load.points_done:g}/{load.points:g}"]
