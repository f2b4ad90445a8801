"""Two journals of imports of parts of one plan into one portal become one."""

from collections.abc import Iterable, Iterator
from os import PathLike
from pathlib import Path

import attrs

from .journal import Entry, Journal, JournalError, State

_MOST = 5


def merge_journals(
    first: str | PathLike[str], second: str | PathLike[str], into: str | PathLike[str]
) -> int:
    """Write a journal that knows what two others know; they stay as they are.

    Each part of a plan may be imported with a journal of its own, from another machine even. With
    the merged one an import of the whole plan goes on.

    Args:
        first: A journal that no import is using.
        second: Another one.
        into: The new file.

    Returns:
        How many writes it knows.

    Raises:
        JournalError: They are of different portals, in use, or contradict each other; or there is
            a file already. Nothing was written.
    """
    if all(Path(each).exists() for each in (first, second)) and Path(first).samefile(second):
        raise JournalError(f"{first} and {second} are one file: give two journals")
    if Path(into).exists():
        raise JournalError(f"{into} exists already: give the name of a new file")
    with _quiet(first) as one, _quiet(second) as other:
        if one.portal != other.portal:
            raise JournalError(
                f"{Path(first).name} is of an import into {one.portal}, "
                f"{Path(second).name} of one into {other.portal}"
            )
        entries = {(each.kind, each.group, each.key): each for each in one.all()}
        later = max((each.settled_at or 0 for each in entries.values()), default=0)
        conflicts: list[str] = []
        for entry in _behind(other.all(), later):
            where = (entry.kind, entry.group, entry.key)
            known = entries.get(where)
            merged = entry if known is None else _one_of(known, entry)
            if merged is None:
                conflicts.append(str(entry))
            else:
                entries[where] = merged
        if conflicts:
            some = ", ".join(conflicts[:_MOST]) + (", ..." if len(conflicts) > _MOST else "")
            raise JournalError(
                f"{Path(first).name} and {Path(second).name} know different things of {some}: "
                "both imports have written it, so that it may stand in the portal twice; "
                "delete one of the two there, and import its group with the journal of the other"
            )
        marks = {one.task_mark, other.task_mark} - {None}
        # Where they disagree, the next import looks again.
        mark = marks.pop() if len(marks) == 1 else None
        Journal.write(into, portal=one.portal, task_mark=mark, entries=entries.values())
    return len(entries)


def _quiet(path: str | PathLike[str]) -> Journal:
    """Open a journal that no import is using."""
    with Journal.read(path) as journal:
        portal = journal.portal
    return Journal.open(path, portal=portal)


def _behind(entries: Iterable[Entry], count: int) -> Iterator[Entry]:
    """Let writes come after others: each group's own order stays."""
    for entry in entries:
        yield attrs.evolve(entry, settled_at=entry.settled_at and entry.settled_at + count)


def _one_of(known: Entry, entry: Entry) -> Entry | None:
    """What holds of a write that two journals know; ``None`` where they contradict each other."""
    states = {known.state, entry.state}
    if states == {State.DONE}:
        # One began as a copy of the other.
        return known if known.id == entry.id and known.fingerprint == entry.fingerprint else None
    if State.FAILED in states:
        return known if entry.state is State.FAILED else entry
    # An open write may have made a second record beside that of the other journal.
    same = attrs.evolve(known, settled_at=None, lost_at=None) == attrs.evolve(
        entry, settled_at=None, lost_at=None
    )
    return attrs.evolve(known, lost_at=None) if same else None
