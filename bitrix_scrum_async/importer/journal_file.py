"""The file of a journal: its tables, its format, who may write into it.

SQLite in WAL mode. A commit is on the disk when it returns, a torn write is dropped by its
checksum, and others may read meanwhile. WAL alone would let two imports write in turn, so whoever
writes holds a lock of its own, on an empty file beside the journal, for as long as it lives; the
operating system lifts it when a process dies.
"""

import secrets
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path
from types import TracebackType

from ..errors import BitrixScrumError

VERSION = 2
"""The format, kept in SQLite's ``user_version``."""

# Kept in SQLite's ``application_id``: tells a journal from every other database.
_APPLICATION = 0x42785363

# Readers hold nobody up in WAL mode; only the first switch to it waits for them, in seconds.
_PATIENCE = 2.0

_SMALLEST = 512

# A commit is on the disk when it returns, whatever happens to the power.
_DURABLE = "PRAGMA synchronous = FULL"

_SCHEMA = (
    """
    CREATE TABLE journal (
        uid       TEXT NOT NULL, -- part of the marks that we leave in the portal
        portal    TEXT NOT NULL, -- host only: a webhook's address is a secret
        begun     REAL NOT NULL,
        task_mark TEXT           -- what tells our tasks in this portal, once that is known
    )
    """,
    """
    CREATE TABLE writes (
        kind        TEXT NOT NULL,
        grp         TEXT NOT NULL, -- key of the plan's group
        key         TEXT NOT NULL, -- key of the record in its group, '' for the group's own writes
        state       TEXT NOT NULL CHECK (state IN ('intended', 'done', 'failed')),
        id          INTEGER,       -- what the portal calls it, where the write makes a record
        fingerprint TEXT NOT NULL, -- of what is written: tells that the plan has changed since
        intended_at REAL NOT NULL,
        settled_at  INTEGER,       -- counts, so that the order of writes is known without a clock
        error       TEXT,          -- why it failed, or why nobody knows its outcome
        name        TEXT NOT NULL DEFAULT '', -- these three are written into the record,
        xml_id      TEXT NOT NULL DEFAULT '', -- and kept here because the plan may be another
        tag         TEXT NOT NULL DEFAULT '', -- one when the record is looked for
        lost_at     REAL,          -- when its request had surely left, where its answer was lost
        PRIMARY KEY (kind, grp, key)
    ) WITHOUT ROWID
    """,
)

_UPGRADE_FROM_1 = (
    "ALTER TABLE journal ADD COLUMN task_mark TEXT",
    "ALTER TABLE writes ADD COLUMN name TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE writes ADD COLUMN xml_id TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE writes ADD COLUMN tag TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE writes ADD COLUMN lost_at REAL",
)


class JournalError(BitrixScrumError):
    """A journal that cannot be used; nothing was sent."""


class transaction:  # noqa: N801  (a statement, not a thing)
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


def open_to_write(
    path: str | PathLike[str], portal: str, now: float
) -> tuple[sqlite3.Connection, sqlite3.Connection | None]:
    """Open a journal's file, or begin one where there is none.

    Returns:
        The journal, and the lock; closing the lock lifts it.

    Raises:
        JournalError: It is no journal, damaged, in use, or of a format that is not known.
    """
    with _told_of(path):
        lock = None if str(path) == ":memory:" else _lock(path)
        if str(path) != ":memory:" and lock is None:
            raise JournalError(
                f"the journal {path} is in use by another import: wait until that has ended"
            )
        try:
            database = sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE)
            try:
                database.execute(_DURABLE)
                _check_undamaged(database, path)
                with transaction(database):
                    if not database.execute("SELECT 1 FROM sqlite_master").fetchone():
                        _begin(database, portal, now)
                    elif _version(database, path) == 1:
                        _upgrade(database, path)
                # Last, because it writes into the file, which must be a journal for that.
                database.execute("PRAGMA journal_mode = WAL")
            except BaseException:
                database.close()
                raise
        except BaseException:
            if lock is not None:
                lock.close()
            raise
    return database, lock


def open_unlocked(path: str | PathLike[str]) -> sqlite3.Connection | None:
    """Open a file that is there without a lock beside it, to see whether it may get one.

    A file that is refused must be left as it was found, and nothing beside it.

    Returns:
        The journal; ``None`` where there is nothing to look at: no file, one that is empty or of
        the first format, or a lock.

    Raises:
        JournalError: As for `open_to_write`.
    """
    file = Path(path)
    if str(path) == ":memory:" or not file.exists() or Path(f"{path}-lock").exists():
        return None
    with _told_of(path):
        # Not only to read: then SQLite would leave files of its own.
        address = f"{file.absolute().as_uri()}?mode=rw"
        database = sqlite3.connect(address, isolation_level=None, timeout=_PATIENCE, uri=True)
        try:
            _check_undamaged(database, path)
            with transaction(database):  # it can be written
                begun = database.execute("SELECT 1 FROM sqlite_master").fetchone()
                version = _version(database, path) if begun else 0
                if version == 1:
                    _check_upgrade(database, path)
            if version == VERSION:
                return database
        except BaseException:
            database.close()
            raise
        database.close()
    return None


def open_to_read(path: str | PathLike[str]) -> sqlite3.Connection:
    """Open a journal's file only to read, also while an import writes into it.

    Raises:
        JournalError: There is none, or it is no journal, damaged, or of another format.
    """
    file = Path(path)
    if not file.is_file():
        raise JournalError(f"there is no journal {path}: an import makes it, with --journal")
    with _told_of(path):
        try:
            return _open_to_read(path, f"{file.absolute().as_uri()}?mode=ro")
        except sqlite3.OperationalError as error:
            # Where nothing may be written beside it, only one that nobody writes can be read.
            log = file.with_name(f"{file.name}-wal")
            written = log.exists() and log.stat().st_size > 0
            if error.sqlite_errorcode != sqlite3.SQLITE_CANTOPEN or written:
                raise
            return _open_to_read(path, f"{file.absolute().as_uri()}?immutable=1")


def is_in_use(path: str | PathLike[str]) -> bool:
    """Tell whether an import is running with a journal."""
    if not Path(f"{path}-lock").exists():
        return False
    try:
        lock = _lock(path)
    except sqlite3.OperationalError:
        return False  # whoever may not write here cannot tell, and holds nobody up
    if lock is None:
        return True
    lock.close()
    return False


def _open_to_read(path: str | PathLike[str], address: str) -> sqlite3.Connection:
    database = sqlite3.connect(address, isolation_level=None, timeout=_PATIENCE, uri=True)
    try:
        _check_undamaged(database, path)
        if not database.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise JournalError(f"{Path(path).name} is empty: no import has used it yet")
        if _version(database, path) != VERSION:
            raise JournalError(
                f"{Path(path).name} is a journal of an older version: "
                "run the import once more with it, which brings it up to date"
            )
    except BaseException:
        database.close()
        raise
    return database


@contextmanager
def _told_of(path: str | PathLike[str]) -> Generator[None]:
    """Tell what SQLite says in words that help."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
            raise JournalError(f"the journal {path} cannot be opened: {error}") from None
        if code == sqlite3.SQLITE_BUSY:
            raise JournalError(
                f"the journal {path} is in use by another program: wait until that has ended"
            ) from None
        raise JournalError(
            f"{path} cannot be used as a journal ({error}): give another file with --journal"
        ) from None


def _lock(path: str | PathLike[str]) -> sqlite3.Connection | None:
    """Take the lock of a journal; ``None`` where somebody else holds it."""
    lock = sqlite3.connect(f"{path}-lock", isolation_level=None, timeout=0)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            return None
        raise
    return lock


def _check_undamaged(database: sqlite3.Connection, path: str | PathLike[str]) -> None:
    """Refuse a file that was cut or overwritten before anything is sent for it."""
    file = Path(path)
    # SQLite takes less than its smallest page for an empty database, and would begin a new one.
    # Only asked for its size: to open and close the file would lift SQLite's locks on it.
    cut = file.exists() and 0 < file.stat().st_size < _SMALLEST
    if cut and not file.with_name(f"{file.name}-journal").exists():
        raise sqlite3.DatabaseError("it is damaged: most of it is missing")
    found: str = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(f"it is damaged: {found.splitlines()[-1]}")


def _begin(database: sqlite3.Connection, portal: str, now: float) -> None:
    for statement in _SCHEMA:
        database.execute(statement)
    database.execute(
        "INSERT INTO journal (uid, portal, begun) VALUES (?, ?, ?)",
        (secrets.token_hex(4), portal, now),
    )
    database.execute(f"PRAGMA application_id = {_APPLICATION}")
    database.execute(f"PRAGMA user_version = {VERSION}")


def _version(database: sqlite3.Connection, path: str | PathLike[str]) -> int:
    application: int = database.execute("PRAGMA application_id").fetchone()[0]
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    if application == 0 and version == 0:
        # The first format kept its number in a table.
        version = 0
        with suppress(sqlite3.OperationalError):
            version = int(database.execute("SELECT version FROM journal").fetchone()[0])
        application = _APPLICATION if version == 1 else 0
    if application != _APPLICATION:
        raise sqlite3.DatabaseError("it is another program's database")
    if version > VERSION:
        raise JournalError(
            f"{Path(path).name} is a journal of version {version}, this program writes {VERSION}: "
            "go on with the program that began it"
        )
    return version


def _check_upgrade(database: sqlite3.Connection, path: str | PathLike[str]) -> None:
    """See that a journal of the first format can be brought up to date.

    It did not keep what an open write would be found by.
    """
    if database.execute("SELECT 1 FROM writes WHERE state = 'intended'").fetchone():
        raise JournalError(
            f"{Path(path).name} is a journal of version 1 with writes whose outcome is open: "
            "run the import once more with the program that began it, then go on with this one"
        )


def _upgrade(database: sqlite3.Connection, path: str | PathLike[str]) -> None:
    """Bring a journal of the first format up to date."""
    _check_upgrade(database, path)
    for statement in _UPGRADE_FROM_1:
        database.execute(statement)
    database.execute(f"PRAGMA application_id = {_APPLICATION}")
    database.execute(f"PRAGMA user_version = {VERSION}")
