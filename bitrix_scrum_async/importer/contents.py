"""What stands in groups of a portal, read in few requests: to compare it, or to export it."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

import attrs

from ..calls import Call
from ..errors import BitrixScrumError, GroupNotFound
from ..records import Epic, Group, Member, ScrumTask, Sprint, Stage, Task
from ..session import PortalSession
from .pages import Page, read_lists

TOGETHER = 16
"""Groups that are read together: three questions about each fill a batch, and the texts of their
tasks stay in memory only while they are looked at."""


@attrs.frozen(kw_only=True)
class Contents:
    """A group of a portal with all that stands in it.

    Attributes:
        group: The group.
        members: Who belongs to it, or why the portal does not tell.
        backlog: The id of its backlog, or why there is none.
        epics: By id.
        sprints: By id.
        boards: The stages of each sprint, from the left.
        tasks: By id.
        places: Where tasks stand in the scrum; of some the portal may know no place.
    """

    group: Group
    members: Sequence[Member] | BitrixScrumError
    backlog: int | BitrixScrumError
    epics: Mapping[int, Epic]
    sprints: Mapping[int, Sprint]
    boards: Mapping[int, Sequence[Stage]]
    tasks: Mapping[int, Task]
    places: Mapping[int, ScrumTask]

    def has_member(self, user_id: int) -> bool | None:
        """Tell whether a user belongs to the group; ``None`` where the portal does not say.

        Only members are shown the epics and sprints of a group, be they administrators or not.
        """
        if isinstance(self.members, BitrixScrumError):
            return None
        return any(each.user_id == user_id for each in self.members)


def not_read(error: BitrixScrumError) -> str:
    """Say why a group could not be read."""
    if isinstance(error, GroupNotFound):
        return "the portal does not show it"
    return f"the portal does not give it: {error}"


async def read_contents(
    portal: PortalSession, group_ids: Iterable[int]
) -> AsyncGenerator[tuple[int, Contents | BitrixScrumError], None]:
    """Read groups, one after the other; of one that cannot be read, why.

    Args:
        portal: The session to read with.
        group_ids: The groups.

    Raises:
        BitrixScrumError: A list of a group that is there cannot be read.
    """
    pending = iter(group_ids)
    while some := list(islice(pending, TOGETHER)):
        for group_id, contents in (await _read(portal, some)).items():
            yield group_id, contents


async def _read(
    portal: PortalSession, group_ids: Sequence[int]
) -> dict[int, Contents | BitrixScrumError]:
    heads: list[Call[Any]] = []
    for group_id in group_ids:
        heads += (
            portal.groups.get(group_id),
            portal.groups.members(group_id),
            portal.backlogs.get(group_id),
        )
    answers: Sequence[Any] = await portal.batch(*heads, return_exceptions=True)
    of_each = zip(answers[::3], answers[1::3], answers[2::3], strict=True)
    found = dict(zip(group_ids, of_each, strict=True))
    there = [each for each, (group, *_) in found.items() if not isinstance(group, BitrixScrumError)]
    lists = await _lists(
        portal,
        [
            partial(page, portal, group_id)
            for group_id in there
            for page in (_epics, _sprints, _tasks)
        ],
    )
    epics = dict(zip(there, lists[::3], strict=True))
    sprints = dict(zip(there, lists[1::3], strict=True))
    tasks = dict(zip(there, lists[2::3], strict=True))
    boards, places = await _details(portal, sprints.values(), tasks.values())
    contents: dict[int, Contents | BitrixScrumError] = {}
    for group_id, (group, members, backlog) in found.items():
        if isinstance(group, BitrixScrumError):
            contents[group_id] = group
            continue
        contents[group_id] = Contents(
            group=group,
            members=members,
            backlog=backlog if isinstance(backlog, BitrixScrumError) else backlog.id,
            epics=epics[group_id],
            sprints=sprints[group_id],
            boards={each: boards[each] for each in sprints[group_id]},
            tasks=tasks[group_id],
            places={each: places[each] for each in tasks[group_id] if each in places},
        )
    return contents


async def _lists(portal: PortalSession, pages: Sequence[Page[Any]]) -> list[dict[int, Any]]:
    lists: list[dict[int, Any]] = []
    for rows in await read_lists(portal, pages):
        if isinstance(rows, BitrixScrumError):
            raise rows
        lists.append(rows)
    return lists


async def _details(
    portal: PortalSession, sprints: Iterable[Iterable[int]], tasks: Iterable[Iterable[int]]
) -> tuple[dict[int, Sequence[Stage]], dict[int, ScrumTask]]:
    """Ask for the board of each sprint and the place of each task."""
    sprint_ids = [each for ids in sprints for each in ids]
    task_ids = [each for ids in tasks for each in ids]
    calls: list[Call[Any]] = [portal.kanban.get_stages(each) for each in sprint_ids]
    calls += [portal.scrum_tasks.get(each) for each in task_ids]
    answers: Sequence[Any] = await portal.batch(*calls, return_exceptions=True)
    boards = dict(zip(sprint_ids, answers, strict=False))
    places = zip(task_ids, answers[len(sprint_ids) :], strict=True)
    return (
        {id_: () if isinstance(rows, BitrixScrumError) else rows for id_, rows in boards.items()},
        {id_: place for id_, place in places if not isinstance(place, BitrixScrumError)},
    )


def _epics(portal: PortalSession, group: int, last: int) -> Call[list[Epic]]:
    return portal.epics.list(filter={"GROUP_ID": group, ">ID": last})


def _sprints(portal: PortalSession, group: int, last: int) -> Call[list[Sprint]]:
    return portal.sprints.list(filter={"GROUP_ID": group, ">ID": last})


def _tasks(portal: PortalSession, group: int, last: int) -> Call[list[Task]]:
    return portal.tasks.list(filter={"GROUP_ID": group, ">ID": last}, start=-1)
