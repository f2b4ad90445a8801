"""What an import has created so far, and what it was about to create.

An intent is committed before a write is sent, its outcome after the answer. So at any moment,
also after a power cut, each write is in one of three states: not begun (no row, or a failed one),
under way with an outcome nobody knows (``INTENDED``), or done with its id. Only the second needs
a look at the portal.
"""

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterable
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import attrs

from .entries import Entry, Intent, Settled, State, TaskMark, Where
from .journal_file import (
    JournalError,
    is_in_use,
    open_to_read,
    open_to_write,
    open_unlocked,
    transaction,
)

__all__ = [
    "Entry",
    "Intent",
    "Journal",
    "JournalError",
    "Settled",
    "State",
    "TaskMark",
    "Where",
    "fingerprint",
    "is_in_use",
    "is_new",
]


_MICROSECOND = 1e-6


class Journal:
    """The journal of one import into one portal, in one SQLite file.

    Its transactions take milliseconds and block the event loop for as long: an intent must be
    on the disk before its write is on the wire, so there is nothing to do meanwhile.

    Attributes:
        uid: Tells the marks of this journal from those of others.
        portal: The portal's host.
        begun: When it was begun, in unix seconds.
        opened_at: When it was opened, in unix seconds: nobody else has sent for it since.
    """

    def __init__(
        self,
        database: sqlite3.Connection,
        lock: sqlite3.Connection | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._lock = lock
        self._now = now
        self.opened_at = now()
        self.uid: str
        self.portal: str
        self.begun: float
        self.uid, self.portal, self.begun, mark = database.execute(
            "SELECT uid, portal, begun, task_mark FROM journal"
        ).fetchone()
        self._task_mark = None if mark is None else TaskMark(mark)

    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        *,
        portal: str,
        groups: Iterable[str] = (),
        now: Callable[[], float] = time.time,
    ) -> Self:
        """Open a journal, or begin one where there is none. Nobody else can until it is closed.

        Args:
            path: The file; ``":memory:"`` for an import that will not be resumed.
            portal: The portal's host, with its port where it is not the usual one.
            groups: The keys of the plan's groups, to tell whether the journal is of this plan.
            now: The clock, in unix seconds.

        Raises:
            JournalError: The file is no journal, is in use by another import, or belongs to
                another portal, plan or version.
        """
        found = open_unlocked(path)
        if found is not None:
            with cls(found) as journal:
                if journal.groups():
                    journal._check(path, portal, set(groups))
        journal = cls(*open_to_write(path, portal, now()), now)
        try:
            if journal.portal != portal and not journal.groups():
                # Begun for a portal that could not be used, perhaps for a slip in its address.
                journal._database.execute("UPDATE journal SET portal = ?", (portal,))
                journal.portal = portal
            journal._check(path, portal, set(groups))
        except BaseException:
            journal.close()
            raise
        return journal

    @classmethod
    def read(
        cls,
        path: str | PathLike[str],
        *,
        portal: str | None = None,
        groups: Iterable[str] = (),
    ) -> Self:
        """Open a journal only to read, also while an import writes into it.

        Args:
            path: The file.
            portal: As for `open`, where it matters.
            groups: As for `open`.

        Raises:
            JournalError: There is no such journal, or it belongs to another portal or plan.
        """
        journal = cls(open_to_read(path))
        try:
            journal._check(path, portal or journal.portal, set(groups))
        except BaseException:
            journal.close()
            raise
        return journal

    @classmethod
    def write(
        cls,
        path: str | PathLike[str],
        *,
        portal: str,
        task_mark: TaskMark | None,
        entries: Iterable[Entry],
    ) -> None:
        """Write a new journal that knows something already, in one transaction.

        Args:
            path: The new file.
            portal: As for `open`.
            task_mark: What tells our tasks in this portal.
            entries: What is known.

        Raises:
            JournalError: The file cannot be written.
        """
        with cls.open(path, portal=portal) as journal, transaction(journal._database):
            journal._database.execute("UPDATE journal SET task_mark = ?", (task_mark,))
            journal._database.executemany(
                "INSERT INTO writes (kind, grp, key, state, fingerprint, intended_at, id,"
                " settled_at, error, name, xml_id, tag, lost_at) VALUES (:kind, :group, :key,"
                " :state, :fingerprint, :intended_at, :id, :settled_at, :error, :name, :xml_id,"
                " :tag, :lost_at)",
                [attrs.asdict(each) for each in entries],
            )

    def close(self) -> None:
        """Close the file; everything in it is on the disk."""
        self._database.close()
        if self._lock is not None:
            self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _check(self, path: str | PathLike[str], portal: str, groups: set[str]) -> None:
        name = Path(path).name
        known = self.groups()
        if self.portal != portal:
            raise JournalError(
                f"{name} is the journal of an import into {self.portal}, not {portal}: "
                "give another file with --journal, or the webhook of that portal"
            )
        if groups and known and not groups.intersection(known):
            some = ", ".join(known[:5]) + (" ..." if len(known) > 5 else "")
            raise JournalError(
                f"{name} is the journal of another plan: it knows the groups {some}, "
                "none of which is in this one: give another file with --journal"
            )

    # What is known

    def groups(self) -> list[str]:
        """Return the keys of the groups of which something was written."""
        rows = self._database.execute("SELECT DISTINCT grp FROM writes ORDER BY grp")
        return [row[0] for row in rows]

    def all(self) -> Iterable[Entry]:
        """Give everything that is known, by group, kind and key."""
        for row in self._database.execute(f"{_SELECT} ORDER BY grp, kind, key"):
            yield _entry(row)

    def entries(self, kind: str, group: str) -> dict[str, Entry]:
        """Return what is known about the writes of one kind in one group, by key."""
        rows = self._database.execute(f"{_SELECT} WHERE kind = ? AND grp = ?", (kind, group))
        return {row[2]: _entry(row) for row in rows}

    def entry(self, kind: str, group: str, key: str = "") -> Entry | None:
        """Return what is known about one write."""
        row = self._database.execute(
            f"{_SELECT} WHERE kind = ? AND grp = ? AND key = ?", (kind, group, key)
        ).fetchone()
        return None if row is None else _entry(row)

    def intended(self) -> list[Entry]:
        """Return the writes whose outcome nobody knows, in the order in which they were sent."""
        rows = self._database.execute(f"{_SELECT} WHERE state = 'intended' ORDER BY intended_at")
        return [_entry(row) for row in rows]

    def last_done(self, kind: str) -> Entry | None:
        """Return the write of a kind that was settled last as done."""
        row = self._database.execute(
            f"{_SELECT} WHERE kind = ? AND state = 'done' ORDER BY settled_at DESC LIMIT 1", (kind,)
        ).fetchone()
        return None if row is None else _entry(row)

    # What happens

    def intend(self, intents: Iterable[Intent]) -> None:
        """Note writes that are about to be sent, in their order, in one transaction."""
        now = self._now()
        with transaction(self._database):
            self._database.executemany(
                "INSERT OR REPLACE INTO writes"
                " (kind, grp, key, fingerprint, state, intended_at, name, xml_id, tag) VALUES"
                " (:kind, :group, :key, :fingerprint, 'intended', :now, :name, :xml_id, :tag)",
                # A microsecond apart: their order tells namesakes that were lost together.
                [
                    {**attrs.asdict(each), "now": now + n * _MICROSECOND}
                    for n, each in enumerate(intents)
                ],
            )

    def settle(self, outcomes: Iterable[Settled], forgotten: Iterable[Where] = ()) -> None:
        """Note what became of writes, in one transaction.

        Args:
            outcomes: What is known now; of one that stays open, why, and that it has left.
            forgotten: Writes of which nothing shall be known, so that they are done again.
        """
        with transaction(self._database):
            count: int = self._database.execute(
                "SELECT coalesce(max(settled_at), 0) + 1 FROM writes"
            ).fetchone()[0]
            now = self._now()
            self._database.executemany(
                "UPDATE writes SET state = :state, id = :id, error = :error,"
                " settled_at = iif(:state = 'intended', NULL, :count),"
                " lost_at = iif(:state = 'intended', coalesce(lost_at, :now), NULL)"
                " WHERE kind = :kind AND grp = :group AND key = :key",
                [{**attrs.asdict(each), "count": count, "now": now} for each in outcomes],
            )
            self._database.executemany(
                "DELETE FROM writes WHERE kind = ? AND grp = ? AND key = ?", list(forgotten)
            )

    # Marks

    @property
    def task_mark(self) -> TaskMark | None:
        """What tells our tasks in this portal; ``None`` until that is known."""
        return self._task_mark

    @task_mark.setter
    def task_mark(self, mark: TaskMark) -> None:
        with transaction(self._database):
            self._database.execute("UPDATE journal SET task_mark = ?", (mark,))
        self._task_mark = mark

    @property
    def tag(self) -> str:
        """What marks tasks in a portal that does not store ``XML_ID``."""
        return f"import-{self.uid}"

    def marker(self, group: str) -> str:
        """Return what marks a group in the portal as made by this journal."""
        return f"import-{self.uid}-{fingerprint(group)}"


def is_new(path: str | PathLike[str]) -> bool:
    """Tell whether a journal would be begun at a path."""
    return not Path(path).exists()


def fingerprint(*parts: object) -> str:
    """Return a short digest of what is to be written."""
    # The standard library's JSON takes numbers of any size: a plan may be built in Python.
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=6).hexdigest()


_SELECT = (
    "SELECT kind, grp, key, state, fingerprint, intended_at, id, settled_at, error,"
    " name, xml_id, tag, lost_at FROM writes"
)


def _entry(row: tuple[Any, ...]) -> Entry:
    kind, group, key, state, *rest = row
    names = ("fingerprint", "intended_at", "id", "settled_at", "error")
    marks = ("name", "xml_id", "tag", "lost_at")
    found = dict(zip(names + marks, rest, strict=True))
    return Entry(kind=kind, group=group, key=key, state=State(state), **found)
