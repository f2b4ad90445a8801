"""What an import has created so far, and what it was about to create.

An intent is committed before a write is sent, its outcome after the answer. So at any moment,
also after a power cut, each write is in one of three states: not begun (no row, or a failed one),
under way with an outcome nobody knows (``INTENDED``), or done with its id. Only the second needs
a look at the portal.
"""

import enum
import hashlib
import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Self

import attrs

from ..errors import BitrixScrumError

_VERSION = 1

_SCHEMA = """
CREATE TABLE journal (
    version INTEGER NOT NULL,
    uid     TEXT NOT NULL,     -- part of the markers that we leave in the portal
    portal  TEXT NOT NULL,     -- host only: a webhook's address is a secret
    begun   REAL NOT NULL
);
CREATE TABLE writes (
    kind        TEXT NOT NULL,
    grp         TEXT NOT NULL, -- key of the plan's group
    key         TEXT NOT NULL, -- key of the record in its group, '' for the group's own writes
    state       TEXT NOT NULL CHECK (state IN ('intended', 'done', 'failed')),
    id          INTEGER,       -- what the portal calls it, where the write makes a record
    fingerprint TEXT NOT NULL, -- of what is written: tells that the plan has changed since
    intended_at REAL NOT NULL,
    settled_at  INTEGER,       -- counts, so that the order of writes is known without a clock
    error       TEXT,
    PRIMARY KEY (kind, grp, key)
) WITHOUT ROWID;
"""


class JournalError(BitrixScrumError):
    """A journal that cannot be used; nothing was sent."""


class State(enum.StrEnum):
    """What is known about a write."""

    INTENDED = "intended"
    DONE = "done"
    FAILED = "failed"


@attrs.frozen(kw_only=True)
class Entry:
    """One write of an import.

    Attributes:
        kind: What is written: ``group``, ``task``, ``place`` ...
        group: The key of its group in the plan.
        key: Its key in the group; empty for the group's own writes.
        state: What is known about it.
        fingerprint: Of what was to be written.
        intended_at: When it was begun, in unix seconds.
        id: The portal's id of the record it made.
        settled_at: A number that grows with each write that is settled.
        error: Why it failed.
    """

    kind: str
    group: str
    key: str
    state: State
    fingerprint: str
    intended_at: float
    id: int | None = None
    settled_at: int | None = None
    error: str | None = None


@attrs.frozen
class Settled:
    """What became of an intent."""

    kind: str
    group: str
    key: str
    state: State
    id: int | None = None
    error: str | None = None


class Journal:
    """The journal of one import into one portal, in one SQLite file.

    Its transactions take milliseconds and block the event loop for as long: an intent must be
    on the disk before its write is on the wire, so there is nothing to do meanwhile.
    """

    def __init__(
        self, database: sqlite3.Connection, uid: str, now: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._now = now
        self.uid = uid

    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        *,
        portal: str,
        groups: Iterable[str] = (),
        now: Callable[[], float] = time.time,
    ) -> Self:
        """Open a journal, or begin one where there is none.

        Args:
            path: The file; ``":memory:"`` for an import that will not be resumed.
            portal: The portal's host, with its port where it is not the usual one.
            groups: The keys of the plan's groups, to tell whether the journal is of this plan.
            now: The clock, in unix seconds.

        Raises:
            JournalError: The file is no journal, is in use by another import, or belongs to
                another portal, plan or version.
        """
        try:
            database = sqlite3.connect(path, isolation_level=None, timeout=0)
        except sqlite3.Error as error:
            raise JournalError(f"the journal {path} cannot be opened: {error}") from None
        try:
            # A lock against a second import, from the first read to the end of the connection;
            # the operating system lifts it when a process dies.
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            # FULL: a commit is on the disk when it returns, whatever happens to the power.
            database.execute("PRAGMA synchronous = FULL")
            uid = _begin(database, portal, now()) or _take_up(database, path, portal, set(groups))
            # Last, because it writes into the file, which must be a journal for that.
            database.execute("PRAGMA journal_mode = WAL")
        except sqlite3.DatabaseError as error:
            database.close()
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise JournalError(
                    f"the journal {path} is in use by another import: wait until that has ended"
                ) from None
            raise JournalError(
                f"{path} cannot be used as a journal ({error}): give another file with --journal"
            ) from None
        except JournalError:
            database.close()
            raise
        return cls(database, uid, now)

    def close(self) -> None:
        """Close the file; everything in it is on the disk."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

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
        """Return the writes whose outcome nobody knows, oldest first."""
        rows = self._database.execute(f"{_SELECT} WHERE state = 'intended' ORDER BY intended_at")
        return [_entry(row) for row in rows]

    def intend(self, writes: Iterable[tuple[str, str, str, str]]) -> None:
        """Note writes that are about to be sent, in one transaction.

        Args:
            writes: Kind, group, key and fingerprint of each.
        """
        now = self._now()
        with _transaction(self._database):
            self._database.executemany(
                "INSERT OR REPLACE INTO writes (kind, grp, key, fingerprint, state, intended_at)"
                " VALUES (?, ?, ?, ?, 'intended', ?)",
                [(*write, now) for write in writes],
            )

    def settle(self, outcomes: Iterable[Settled]) -> None:
        """Note what became of writes, in one transaction."""
        with _transaction(self._database):
            count: int = self._database.execute(
                "SELECT coalesce(max(settled_at), 0) + 1 FROM writes"
            ).fetchone()[0]
            self._database.executemany(
                "UPDATE writes SET state = ?, id = ?, error = ?, settled_at = ?"
                " WHERE kind = ? AND grp = ? AND key = ?",
                [
                    (each.state, each.id, each.error, count, each.kind, each.group, each.key)
                    for each in outcomes
                ],
            )

    def withdraw(self, writes: Iterable[Entry]) -> None:
        """Forget intents of which it is certain that they changed nothing."""
        with _transaction(self._database):
            self._database.executemany(
                "DELETE FROM writes WHERE kind = ? AND grp = ? AND key = ? AND state = 'intended'",
                [(each.kind, each.group, each.key) for each in writes],
            )

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
    "SELECT kind, grp, key, state, fingerprint, intended_at, id, settled_at, error FROM writes"
)


def _entry(row: tuple[str, str, str, str, str, float, int | None, int | None, str | None]) -> Entry:
    kind, group, key, state, print_, intended_at, id_, settled_at, error = row
    return Entry(
        kind=kind,
        group=group,
        key=key,
        state=State(state),
        fingerprint=print_,
        intended_at=intended_at,
        id=id_,
        settled_at=settled_at,
        error=error,
    )


class _transaction:  # noqa: N801  (a statement, not a thing)
    """BEGIN IMMEDIATE to COMMIT; sqlite3's own context manager begins only with the first write."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN IMMEDIATE")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._database.execute("COMMIT" if error is None else "ROLLBACK")


def _begin(database: sqlite3.Connection, portal: str, now: float) -> str | None:
    """Begin a journal in an empty file; give its uid, or ``None`` where there is something."""
    with _transaction(database):
        if database.execute("SELECT 1 FROM sqlite_master").fetchone():
            return None
        uid = secrets.token_hex(4)
        for statement in _SCHEMA.split(";\n"):
            database.execute(statement)
        database.execute("INSERT INTO journal VALUES (?, ?, ?, ?)", (_VERSION, uid, portal, now))
    return uid


def _take_up(
    database: sqlite3.Connection, path: str | PathLike[str], portal: str, groups: set[str]
) -> str:
    version, uid, of = database.execute("SELECT version, uid, portal FROM journal").fetchone()
    name = Path(path).name
    if version != _VERSION:
        raise JournalError(
            f"{name} is a journal of version {version}, this program writes {_VERSION}: "
            "go on with the program that began it"
        )
    known = [row[0] for row in database.execute("SELECT DISTINCT grp FROM writes ORDER BY grp")]
    if not known:
        # Begun for a portal that could not be used, perhaps for a slip in its address.
        database.execute("UPDATE journal SET portal = ?", (portal,))
    elif of != portal:
        raise JournalError(
            f"{name} is the journal of an import into {of}, not {portal}: "
            "give another file with --journal, or the webhook of that portal"
        )
    if groups and known and not groups.intersection(known):
        some = ", ".join(known[:5]) + (" ..." if len(known) > 5 else "")
        raise JournalError(
            f"{name} is the journal of another plan: it knows the groups {some}, "
            "none of which is in this one: give another file with --journal"
        )
    return str(uid)
