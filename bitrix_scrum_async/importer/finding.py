"""Finds what of a plan stands in its portal already, without writing a thing.

What the journal knows is found by its id. What it does not know is looked for as settling does: a
group by the mark of an import, epics and sprints by their names in it, tasks by ``XML_ID``, or by
title where the portal drops that.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TypeVar

import attrs

from ..calls import Call
from ..errors import BitrixScrumError
from ..records import Group, Task
from ..session import PortalSession
from .candidates import Candidates
from .journal import Entry, Journal, State
from .marks import imports_of, marks_of
from .pages import read_lists
from .plan import GroupPlan
from .writes import xml_id

T = TypeVar("T")

_SHOWN = 5


@attrs.frozen(kw_only=True)
class FoundGroup:
    """Where a group of a plan stands in the portal.

    Attributes:
        id: Its id; ``None`` where it does not stand there, or it is not known which one it is.
        import_id: Tells the import that made it, where that is not the journal's.
        obstacle: Why it cannot be made, nor another be taken for it.
        foreign: Whether imports with other journals have made it, be it once or more often.
    """

    id: int | None = None
    import_id: str = ""
    obstacle: str = ""
    foreign: bool = False


async def find_groups(
    portal: PortalSession, journal: Journal, groups: Iterable[GroupPlan]
) -> dict[str, FoundGroup]:
    """Find the groups of a plan, by key."""
    found: dict[str, FoundGroup] = {}
    open_: list[GroupPlan] = []
    for group in groups:
        entry = journal.entry("group", group.key)
        if entry is not None and entry.state is State.DONE and entry.id is not None:
            found[group.key] = FoundGroup(id=entry.id)
        else:
            open_.append(group)
    if not open_:
        return found
    known = {each.id for each in found.values()}
    candidates = await Candidates.of(portal, journal, open_).read()
    for group in open_:
        entry = journal.entry("group", group.key)
        marked = [each for each in candidates.made_for(group.key) if each[0].id not in known]
        called = [row for row in candidates.called(group.name) if row.id not in known]
        found[group.key] = _among(marked, called, entry)
    return found


async def namesakes(portal: PortalSession, groups: Iterable[GroupPlan]) -> list[dict[int, Group]]:
    """Read the groups of the portal that are called as those of a plan are."""

    def page(name: str, last: int) -> Call[list[Group]]:
        return portal.groups.list(filter={"NAME": name, ">ID": last})

    lists: list[dict[int, Group]] = []
    for rows in await read_lists(portal, [partial(page, group.name) for group in groups]):
        if isinstance(rows, BitrixScrumError):
            raise rows
        lists.append(rows)
    return lists


def _among(marked: list[tuple[Group, str]], called: list[Group], entry: Entry | None) -> FoundGroup:
    """Tell which group is that of a plan.

    Args:
        marked: Groups that imports have made for its key, and what tells these imports.
        called: Groups of its name.
        entry: What the journal knows of it.
    """
    # An open write is adopted by the next run: that is not another import.
    own = entry.tag if entry is not None and entry.state is State.INTENDED else ""
    ours = [row for row, _ in marked if own in marks_of(row)] if own else []
    if len(ours) == 1:
        return FoundGroup(id=ours[0].id)
    if len(marked) == 1 and not ours:
        row, made_by = marked[0]
        return FoundGroup(id=row.id, import_id=made_by, foreign=True)
    if marked:
        return FoundGroup(
            obstacle=f"imports have made it more than once: {_ids(row.id for row, _ in marked)}; "
            "keep one of them",
            foreign=not ours,
        )
    if called:
        return FoundGroup(
            obstacle=f"the portal has a group of this name that {_maker(called)}: "
            f"{_ids(row.id for row in called)}; name one of them otherwise"
        )
    return FoundGroup()


def _maker(rows: list[Group]) -> str:
    """Tell who made groups that are not those of a key."""
    marks = sorted(
        {f"{import_id}-{key}" for row in rows for key, import_id in imports_of(row).items()}
    )
    if not marks:
        return "no import made"
    return f"an import made for another key, with the mark {' and '.join(marks[:_SHOWN])}"


@attrs.frozen(kw_only=True)
class FoundRecords:
    """Where records of one kind stand in the portal.

    Attributes:
        ids: By key, as far as they stand there.
        doubtful: Why it is not known which one it is, by key.
    """

    ids: dict[str, int] = attrs.field(factory=dict[str, int])
    doubtful: dict[str, str] = attrs.field(factory=dict[str, str])


def find_named(
    planned: Mapping[str, str], rows: Mapping[int, str], entries: Mapping[str, Entry], *, all_: bool
) -> FoundRecords:
    """Find epics or sprints of a group by their names.

    Args:
        planned: Names by key.
        rows: Names by id.
        entries: What the journal knows, by key.
        all_: Whether also those are looked for of which it knows nothing.
    """
    found, wanted = _by_journal(planned, entries, all_=all_)
    free = {id_: name for id_, name in rows.items() if id_ not in found.ids.values()}
    _pair(
        found,
        {key: planned[key].strip() for key in wanted},
        {id_: name.strip() for id_, name in free.items()},
    )
    return found


def find_tasks(
    plan: GroupPlan,
    rows: Mapping[int, Task],
    entries: Mapping[str, Entry],
    *,
    tag: str | None,
    all_: bool,
) -> FoundRecords:
    """Find the tasks of a group by ``XML_ID``, or by title and the tag of their import.

    Args:
        plan: The group.
        rows: The portal's tasks.
        entries: What the journal knows, by key.
        tag: The tag that a task found by its title must have; empty for any, ``None`` where none
            is looked for by title.
        all_: Whether also those are looked for of which the journal knows nothing.
    """
    planned = {task.key: task for task in plan.tasks}
    found, wanted = _by_journal(planned, entries, all_=all_)
    free = {id_: row for id_, row in rows.items() if id_ not in found.ids.values()}
    _pair(
        found,
        {key: xml_id(plan.key, key) for key in wanted},
        {id_: row.xml_id for id_, row in free.items() if row.xml_id},
    )
    if tag is not None:
        taken = set(found.ids.values())
        _pair(
            found,
            {
                key: planned[key].title.strip()
                for key in wanted
                if key not in found.ids and key not in found.doubtful
            },
            {
                id_: row.title.strip()
                for id_, row in free.items()
                if id_ not in taken and (not tag or tag in row.tags)
            },
        )
    return found


def _by_journal(
    planned: Iterable[str], entries: Mapping[str, Entry], *, all_: bool
) -> tuple[FoundRecords, list[str]]:
    """Find what the journal knows; name what is to be looked for."""
    found = FoundRecords()
    wanted: list[str] = []
    for key in planned:
        entry = entries.get(key)
        if entry is not None and entry.state is State.DONE and entry.id is not None:
            found.ids[key] = entry.id
        elif all_ or (entry is not None and entry.state is State.INTENDED):
            wanted.append(key)
    return found, wanted


def _pair(found: FoundRecords, wanted: Mapping[str, str], rows: Mapping[int, str]) -> None:
    """Bring keys and ids of one name together; of several the older ones come first in the plan."""
    keys_of, ids_of = _grouped(wanted), _grouped(rows)
    for name, keys in keys_of.items():
        ids = sorted(ids_of.get(name, ()))
        if len(ids) <= len(keys):
            found.ids.update(zip(keys, ids, strict=False))
        else:
            some = f"several may be it: {_ids(ids)}"
            found.doubtful.update(dict.fromkeys(keys, some))


def _grouped(names: Mapping[T, str]) -> dict[str, list[T]]:
    grouped: dict[str, list[T]] = {}
    for each, name in names.items():
        grouped.setdefault(name, []).append(each)
    return grouped


def _ids(ids: Iterable[int]) -> str:
    some = sorted(ids)
    return ", ".join(f"#{id_}" for id_ in some[:_SHOWN]) + (", ..." if len(some) > _SHOWN else "")
