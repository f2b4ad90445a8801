"""Writes groups of a portal down as a plan: the way back of an import."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from os import PathLike
from typing import Any, Literal, TypeAlias

import attrs

from ..calls import Call
from ..errors import BitrixScrumError, GroupNotFound
from ..records import Member
from ..resources.filters import PAGE
from ..session import PortalSession
from .authors import identify_caller
from .contents import read_contents
from .exporting import GroupExport, Imported
from .journal import Journal, State
from .naming import new_key
from .plan import Defaults, GroupPlan, Plan, TaskPlan, UserName
from .progress import OnProgress, Progress, silent


class ExportError(BitrixScrumError):
    """Groups that cannot be exported; all of them, each with its reason."""


@attrs.frozen(kw_only=True)
class Note:
    """Something that a plan cannot hold, or that was written otherwise than it stands there.

    Attributes:
        group: The key of the group; empty for what concerns several.
        text: What it is.
        count: How many records it is about.
    """

    group: str
    text: str
    count: int = 1


OnNote: TypeAlias = Callable[[Note], object]


def unheard(_: Note) -> None:
    """Tell nobody."""


async def export(
    portal: PortalSession,
    group_ids: Iterable[int],
    *,
    users: Literal["id", "email"] = "id",
    journal: str | PathLike[str] | None = None,
    on_progress: OnProgress = silent,
    on_note: OnNote = unheard,
) -> Plan:
    """Read Scrum groups of a portal as a plan that `Importer` would make them from.

    Keys come back as they were imported where the portal shows them; others are made from names.
    Everything is in an order of its own, so that the same groups give the same plan.

    Args:
        portal: The session to read with. Its user belongs to the groups: the portal shows epics
            and sprints to members only.
        group_ids: The groups.
        users: Whether users are named by their ids, or by e-mail address where they have one.
        journal: The journal of an import of these groups: all keys come back as they were.
        on_progress: Told after each group.
        on_note: Told what the plan does not hold.

    Raises:
        JournalError: The journal belongs to another portal, or is none.
        ExportError: A group is not there, is no scrum, or is not that of the session's user.
        BitrixScrumError: The portal cannot be read.
    """
    wanted = list(dict.fromkeys(group_ids))
    known = {} if journal is None else _known(journal, portal.host)
    await _check(portal, wanted)
    counts: Counter[tuple[str, str]] = Counter()
    groups: list[GroupPlan] = []
    keys: set[str] = set()
    authors: set[int] = set()
    on_progress(Progress(phase="exporting", done=0, total=len(wanted)))
    async for group_id, contents in read_contents(portal, wanted):
        if isinstance(contents, BitrixScrumError):
            raise ExportError(_refusal(group_id, contents))
        found = GroupExport(contents, known.get(group_id, Imported()))
        plan = found.plan()
        plan = attrs.evolve(plan, key=new_key(plan.key, f"group-{group_id}", keys))
        keys.add(plan.key)
        groups.append(plan)
        authors |= found.authors
        counts.update({(plan.key, text): n for text, n in found.notes.items()})
        on_progress(Progress(phase="exporting", done=len(groups), total=len(wanted)))
    for (key, text), count in counts.items():
        on_note(Note(group=key, text=text, count=count))
    if len(authors) > 1:
        text = "an author of records: an import makes all of them in the name of its own user"
        on_note(Note(group="", text=text, count=len(authors)))
        authors.clear()
    ids = {user for group in groups for user in _users(group)} | authors
    names = await _names(portal, ids, users, on_note)
    (author,) = authors or (0,)
    return Plan(
        defaults=Defaults(created_by=names.get(author)),
        groups=tuple(_with_names(group, names) for group in groups),
    )


def _known(path: str | PathLike[str], portal: str) -> dict[int, Imported]:
    """Return what a journal knows of the groups that it made, by id."""
    with Journal.read(path, portal=portal) as journal:
        done = [each for each in journal.all() if each.state is State.DONE]
    ids = {each.group: each.id for each in done if each.kind == "group" and each.id is not None}
    known = {group: Imported() for group in ids}
    tasks = {(each.group, each.key): each.id for each in done if each.kind == "task"}
    for each in done:
        group = known.get(each.group)
        if group is None:
            continue
        if each.kind == "card":
            task = tasks.get((each.group, each.key))
            if task is not None:
                group.cards[task] = each.fingerprint
        elif each.id is None:
            continue
        elif each.kind == "group":
            group.keys["group", each.id] = each.group
        elif each.kind in ("epic", "sprint", "task"):
            group.keys[each.kind, each.id] = each.key
        elif each.kind == "stage":
            group.stages[each.id] = each.fingerprint
    return {ids[key]: group for key, group in known.items()}


async def exportable(portal: PortalSession, *, on_note: OnNote = unheard) -> list[int]:
    """Return the ids of all Scrum groups that can be exported, in ascending order.

    Args:
        portal: The session to read with.
        on_note: Told of those that its user does not belong to.
    """
    caller = await identify_caller(portal)
    scrums = [group async for group in portal.groups.all() if group.is_scrum]
    answers: Sequence[Any] = await portal.batch(
        *(portal.groups.members(group.id) for group in scrums), return_exceptions=True
    )
    found: list[int] = []
    foreign: list[int] = []
    for group, members in zip(scrums, answers, strict=True):
        (found if _is_member(caller, members) else foreign).append(group.id)
    if foreign:
        ids = ", ".join(f"#{id_}" for id_ in foreign[:PAGE])
        on_note(
            Note(
                group="",
                text=f"the webhook's user does not belong to the group, so it is left out: {ids}",
                count=len(foreign),
            )
        )
    return found


async def _check(portal: PortalSession, group_ids: Sequence[int]) -> None:
    """See that groups can be exported, before any of them is read."""
    caller = await identify_caller(portal)
    heads: list[Call[Any]] = []
    for group_id in group_ids:
        heads += (portal.groups.get(group_id), portal.groups.members(group_id))
    answers: Sequence[Any] = await portal.batch(*heads, return_exceptions=True)
    problems: list[str] = []
    for group_id, group, members in zip(group_ids, answers[::2], answers[1::2], strict=True):
        if isinstance(group, GroupNotFound):
            problems.append(_refusal(group_id, group))
        elif isinstance(group, BaseException):
            raise group
        elif not group.is_scrum:
            problems.append(
                f"group {group_id}, {group.name!r}, is no Scrum: it has no scrum master"
            )
        elif not _is_member(caller, members):
            problems.append(
                f"the webhook's user does not belong to group {group_id}, {group.name!r}, and the "
                "portal shows epics and sprints to members only: make user "
                f"{caller} a member, or use a member's webhook"
            )
    if problems:
        raise ExportError("\n".join(problems))


def _refusal(group_id: int, error: BitrixScrumError) -> str:
    return (
        f"the portal shows no group {group_id} ({error}): look for its id in the group's address, "
        "/workgroups/group/ID/, or take all with --all"
    )


def _is_member(caller: int, members: Sequence[Member] | BaseException) -> bool:
    if isinstance(members, BaseException):
        raise members
    return any(each.user_id == caller for each in members)


async def _names(
    portal: PortalSession,
    user_ids: Iterable[int],
    users: Literal["id", "email"],
    on_note: OnNote,
) -> dict[int, UserName]:
    """Return how the plan names users; who is not shown any more has no name."""
    ids = sorted(user_ids)
    pages = [ids[n : n + PAGE] for n in range(0, len(ids), PAGE)]
    answers = await portal.batch(*(portal.users.list(filter={"ID": page}) for page in pages))
    found = {user.id: user for answer in answers for user in answer}
    gone = [each for each in ids if each not in found]
    if gone:
        on_note(
            Note(
                group="",
                text=f"a user is not shown by the portal, and left out: {_some(gone)}",
                count=len(gone),
            )
        )
    names: dict[int, UserName] = {id_: id_ for id_ in found}
    if users == "email":
        addresses = Counter(user.email.lower() for user in found.values())
        for user in found.values():
            if user.email and addresses[user.email.lower()] == 1:
                names[user.id] = user.email
        bare = [id_ for id_, name in names.items() if isinstance(name, int)]
        if bare:
            text = f"a user has no e-mail address of their own and stays an id: {_some(bare)}"
            on_note(Note(group="", text=text, count=len(bare)))
    return names


def _users(group: GroupPlan) -> Iterator[int]:
    """Give the ids of a group's users."""
    tasks = (task.responsible for task in group.tasks)
    for user in (group.scrum_master, *group.members, *tasks):
        if isinstance(user, int):
            yield user


def _with_names(group: GroupPlan, names: Mapping[int, UserName]) -> GroupPlan:
    """Name users as they shall be named; without those who are gone."""

    def named(user: UserName | None) -> UserName | None:
        return names.get(user) if isinstance(user, int) else user

    master = named(group.scrum_master) or group.scrum_master
    members = [named(member) for member in group.members]
    tasks: list[TaskPlan] = []
    for task in group.tasks:
        responsible = named(task.responsible)
        if responsible != task.responsible:
            task = attrs.evolve(task, responsible=responsible)
        tasks.append(task)
    return attrs.evolve(
        group,
        scrum_master=master,
        members=tuple(member for member in members if member is not None),
        tasks=tuple(tasks),
    )


def _some(ids: Collection[int]) -> str:
    shown = ", ".join(map(str, sorted(ids)[:10]))
    return shown + (", ..." if len(ids) > 10 else "")
