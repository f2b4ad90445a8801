"""Finds out what became of writes whose answer was lost, before anything is written again.

What can be done twice is simply done again. For everything else the portal is asked for the
record's natural key, once the lost request cannot be running there any more. One record found is
adopted, none means that the write never happened. Two are never guessed between: the write stays
open and goes into the report. Of writes of one name as many may be found as were sent: they left
in order, so the oldest record is that of the first.

What is looked for is what the journal says was written, not what the plan says now. Lists are
read to their ends and compared here: a filter that a portal ignores, or knows otherwise, would
hide a record, which would then be made twice.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeAlias

import anyio
import attrs

from ..calls import Call
from ..errors import BacklogNotFound, BitrixScrumError, InvalidCall, NotExecuted
from ..records import Task
from ..session import PortalSession
from .journal import Entry, Journal, Settled, State, TaskMark, Where
from .marks import marks_of
from .pages import Page, read_lists
from .progress import WAITING, OnProgress, Progress
from .writes import completed, sprint_of_stage, started

Found: TypeAlias = Iterable[int] | BitrixScrumError
"""The ids of what may be the record of a write, or why the portal could not be asked."""


@attrs.frozen(kw_only=True)
class Settling:
    """The look at the portal that a resumed import begins with.

    Attributes:
        portal: The session to read with.
        journal: Whose open writes are settled.
        groups: The keys of the groups to settle.
        caller: The user whose webhook or token it is.
        settle_after: Seconds after which a lost request has surely ended in the portal.
        on_progress: Told of the wait.
        now: The clock, in unix seconds.
        stop: Set by who wants the run to end in order.
    """

    portal: PortalSession
    journal: Journal
    groups: frozenset[str]
    caller: int
    settle_after: float
    on_progress: OnProgress
    now: Callable[[], float]
    stop: anyio.Event | None = None

    async def run(self) -> None:
        """Settle every open intent that can be settled."""
        open_ = [entry for entry in self.journal.intended() if entry.group in self.groups]
        if not open_:
            return
        await self._wait(open_)
        for kind, look in _LOOKS.items():
            if of_kind := [entry for entry in open_ if entry.kind == kind]:
                await look(self, of_kind)
        repeated = [_where(entry) for entry in open_ if entry.kind not in _LOOKS]
        # A card may stand on the board already: it is taken off once more before it is put there.
        repeated += [("card off", group, key) for kind, group, key in repeated if kind == "card"]
        self.journal.settle((), repeated)

    async def _wait(self, open_: list[Entry]) -> None:
        """Wait until the requests behind open writes have surely ended in the portal.

        A run that was killed did not say when it sent its last one: all that is certain is that
        nobody has sent any since this journal was opened.
        """
        left_at = max(entry.lost_at or self.journal.opened_at for entry in open_)
        # A clock that was set back must not make anybody wait for longer.
        seconds = min(left_at + self.settle_after - self.now(), self.settle_after)
        if seconds > 0:
            total = round(seconds) or 1
            self.on_progress(Progress(phase=WAITING, done=0, total=total))
            await self._sleep(seconds)
            self.on_progress(Progress(phase=WAITING, done=total, total=total))

    async def _sleep(self, seconds: float) -> None:
        if self.stop is None:
            await anyio.sleep(seconds)
            return
        with anyio.move_on_after(seconds):
            await self.stop.wait()
            raise NotExecuted("interrupted before anything was asked")

    def settle(self, found: Iterable[tuple[Entry, Found]]) -> None:
        """Note what was found of each open write.

        Namesakes of which nobody could tell one from the other were sent one after the other, and
        none after one that failed: what is found are the first of them.
        """
        settled: list[Settled] = []
        withdrawn: list[Where] = []
        claims: Counter[int] = Counter()
        namesakes: dict[tuple[str, str, str, tuple[int, ...]], list[Entry]] = {}
        for entry, ids in found:
            if isinstance(ids, BitrixScrumError):
                settled.append(_left_open(entry, f"the portal could not be asked for it: {ids}"))
                continue
            candidates = tuple(sorted(set(ids)))
            claims.update(candidates)
            of = (entry.kind, entry.group, entry.name.strip(), candidates)
            namesakes.setdefault(of, []).append(entry)
        for (*_, candidates), entries in namesakes.items():
            contested = any(claims[id_] != len(entries) for id_ in candidates)
            if contested or len(candidates) > len(entries):
                some = ", ".join(map(str, candidates[:5])) + (", ..." if candidates[5:] else "")
                why = f"it may be what has the id {some}"
                settled += [_left_open(entry, why) for entry in entries]
                continue
            settled += [
                Settled(*_where(entry), State.DONE, id=id_)
                for entry, id_ in zip(entries, candidates, strict=False)
            ]
            withdrawn += map(_where, entries[len(candidates) :])
        self.journal.settle(settled, withdrawn)

    def known(self, kind: str, group: str) -> set[int]:
        """The ids that belong to records of the plan."""
        entries = self.journal.entries(kind, group).values()
        return {each.id for each in entries if each.id is not None}

    def id(self, kind: str, group: str, key: str = "") -> int:
        """Return the id of a record that was there before the open write was sent."""
        entry = self.journal.entry(kind, group, key)
        return (entry and entry.id) or 0


_Look: TypeAlias = Callable[[Settling, list[Entry]], Awaitable[None]]
_Pages: TypeAlias = Callable[[Settling, int], Page[Any]]


def _where(entry: Entry) -> Where:
    return entry.kind, entry.group, entry.key


def _left_open(entry: Entry, why: str) -> Settled:
    return Settled(*_where(entry), State.INTENDED, error=why)


def _by_group(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.group, []).append(entry)
    return groups


async def _answers(
    settling: Settling, calls: Sequence[Callable[[], Call[Any]]]
) -> list[Any | BitrixScrumError]:
    """Ask; an id that the journal does not have cannot be asked for."""
    made: list[Call[Any] | BitrixScrumError] = []
    for call in calls:
        try:
            made.append(call())
        except InvalidCall as error:
            made.append(error)
    asked = [each for each in made if not isinstance(each, BitrixScrumError)]
    answers: tuple[Any, ...] = await settling.portal.batch(*asked, return_exceptions=True)
    rest = iter(answers)
    return [each if isinstance(each, BitrixScrumError) else next(rest) for each in made]


# One record that is there, or not


def _single(
    ask: Callable[[Settling, Entry], Call[Any]], ids: Callable[[Entry, Any], Iterable[int]]
) -> _Look:
    """Look with one call for each write."""

    async def look(settling: Settling, entries: list[Entry]) -> None:
        answers = await _answers(settling, [partial(ask, settling, entry) for entry in entries])
        found: list[tuple[Entry, Found]] = []
        for entry, answer in zip(entries, answers, strict=True):
            if isinstance(answer, BacklogNotFound):
                found.append((entry, ()))
            elif isinstance(answer, BitrixScrumError):
                found.append((entry, answer))
            else:
                known = settling.known(entry.kind, entry.group)
                found.append((entry, set(ids(entry, answer)) - known))
        settling.settle(found)

    return look


def _if_any(id_: int | None) -> list[int]:
    return [] if id_ is None else [id_]


# Groups, by the mark that they carry


async def _groups(settling: Settling, entries: list[Entry]) -> None:
    """Look through all groups: one may have been renamed since."""
    marked: dict[str, list[int]] = {}
    try:
        async for row in settling.portal.groups.all():
            # Who leads the group may have added keywords of their own.
            for mark in marks_of(row):
                marked.setdefault(mark, []).append(row.id)
    except BitrixScrumError as error:
        settling.settle((entry, error) for entry in entries)
    else:
        marks = [entry.tag or settling.journal.marker(entry.group) for entry in entries]
        found = [marked.get(mark, []) for mark in marks]
        settling.settle(zip(entries, found, strict=True))


# Epics and sprints, by their names in our group


def _named(pages: _Pages) -> _Look:
    """Look through the list of a group. Open writes of one name in it left one after the other."""

    async def look(settling: Settling, entries: list[Entry]) -> None:
        groups = _by_group(entries)
        # Such a list is empty for who is no member, whatever stands there (D.0).
        members = await _answers(
            settling,
            [partial(_members, settling, group) for group in groups],
        )
        lists = await _lists(settling, groups, pages)
        found: list[tuple[Entry, Found]] = []
        for (group, open_), inside, rows in zip(groups.items(), members, lists, strict=True):
            known = settling.known(open_[0].kind, group)
            for entry in open_:
                if isinstance(inside, BitrixScrumError):
                    found.append((entry, inside))
                elif all(each.user_id != settling.caller for each in inside):
                    found.append((entry, _NO_MEMBER))
                elif isinstance(rows, BitrixScrumError):
                    found.append((entry, rows))
                else:
                    named = {id_ for id_, row in rows.items() if _same(row.name, entry.name)}
                    found.append((entry, named - known))
        settling.settle(found)

    return look


_NO_MEMBER = BitrixScrumError(
    "the webhook's user does not belong to the group, and the portal shows such a list to members "
    "only: use the webhook that began the import"
)


def _members(settling: Settling, group: str) -> Call[Any]:
    return settling.portal.groups.members(settling.id("group", group))


async def _lists(
    settling: Settling, groups: Iterable[str], pages: _Pages
) -> list[dict[int, Any] | BitrixScrumError]:
    """Read a list of each group that is there."""
    ids = [settling.id("group", group) for group in groups]
    lists = await read_lists(settling.portal, [pages(settling, id_) for id_ in ids if id_])
    rest = iter(lists)
    absent = InvalidCall("its group is not known")
    return [next(rest) if id_ else absent for id_ in ids]


def _epic_pages(settling: Settling, group: int) -> Page[Any]:
    return lambda last: settling.portal.epics.list(filter={"GROUP_ID": group, ">ID": last})


def _sprint_pages(settling: Settling, group: int) -> Page[Any]:
    return lambda last: settling.portal.sprints.list(filter={"GROUP_ID": group, ">ID": last})


def _same(found: str, written: str) -> bool:
    return found.strip() == written.strip()


# Tasks, by what the portal stores of their marks


def _task_pages(settling: Settling, group: int) -> Page[Any]:
    return lambda last: settling.portal.tasks.list(
        filter={"GROUP_ID": group, ">ID": last}, start=-1
    )


async def _tasks(settling: Settling, entries: list[Entry]) -> None:
    groups = _by_group(entries)
    lists = await _lists(settling, groups, _task_pages)
    found: list[tuple[Entry, Found]] = []
    for (group, open_), rows in zip(groups.items(), lists, strict=True):
        if isinstance(rows, BitrixScrumError):
            found += [(entry, rows) for entry in open_]
            continue
        known = settling.known("task", group)
        found += _match_tasks(
            open_,
            {id_: row for id_, row in rows.items() if id_ not in known},
            settling.journal.task_mark,
        )
    settling.settle(found)


def _match_tasks(
    open_: list[Entry], rows: dict[int, Task], stored: TaskMark | None
) -> list[tuple[Entry, Found]]:
    """Bring open writes and the tasks together that belong to no other write."""
    found: dict[str, set[int]] = {
        entry.key: {id_ for id_, row in rows.items() if entry.xml_id and row.xml_id == entry.xml_id}
        for entry in open_
    }
    if stored is not TaskMark.XML_ID:
        for entry in open_:
            # Before it is known what the portal stores, a task has no tag.
            found[entry.key] |= {
                id_
                for id_, row in rows.items()
                if _same(row.title, entry.name) and (not entry.tag or entry.tag in row.tags)
            }
        _match_rest(open_, rows, found)
    return [(entry, found[entry.key]) for entry in open_]


def _match_rest(open_: list[Entry], rows: dict[int, Task], found: dict[str, set[int]]) -> None:
    """Bring those together whose titles the portal has changed: nobody else writes our tag."""
    taken = {id_ for ids in found.values() for id_ in ids}
    tags = {entry.tag for entry in open_ if entry.tag}
    rest = {id_ for id_, row in rows.items() if id_ not in taken and tags.intersection(row.tags)}
    for entry in open_:
        if entry.tag and not found[entry.key]:
            found[entry.key] = rest


# In the order in which records need each other.
_LOOKS: dict[str, _Look] = {
    "group": _groups,
    "backlog": _single(
        lambda s, entry: s.portal.backlogs.get(s.id("group", entry.group)),
        lambda _, backlog: [backlog.id],
    ),
    "epic": _named(_epic_pages),
    "sprint": _named(_sprint_pages),
    "task": _tasks,
    "stage": _single(
        lambda s, entry: s.portal.kanban.get_stages(
            s.id("sprint", entry.group, sprint_of_stage(entry.key))
        ),
        lambda entry, stages: [each.id for each in stages if _same(each.name, entry.name)],
    ),
    "start": _single(
        lambda s, entry: s.portal.sprints.get(s.id("sprint", entry.group, entry.key)),
        lambda _, sprint: _if_any(started(sprint)),
    ),
    "done": _single(
        lambda s, entry: s.portal.tasks.get(s.id("task", entry.group, entry.key)),
        lambda _, task: _if_any(completed(task)),
    ),
}
