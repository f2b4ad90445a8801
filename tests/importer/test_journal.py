"""The journal: intent before a write, outcome after it, nothing else."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bitrix_scrum_async.importer.journal import (
    Entry,
    Intent,
    Journal,
    JournalError,
    Settled,
    State,
    TaskMark,
    fingerprint,
    is_in_use,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A place for a journal."""
    return tmp_path / "import.sqlite"


def open_journal(file: Path, portal: str = "acme.example", groups: tuple[str, ...] = ()) -> Journal:
    """Open a journal with a clock that stands still."""
    return Journal.open(file, portal=portal, groups=groups, now=lambda: 1000.0)


def intent(kind: str, key: str = "", fingerprint: str = "f") -> Intent:
    """An intent in the group "shop"."""
    return Intent(kind=kind, group="shop", key=key, fingerprint=fingerprint)


def test_an_intent_outlives_its_writer(file: Path, tmp_path: Path) -> None:
    """What a power cut would leave is a copy of the files: the intent is committed."""
    with open_journal(file) as journal:
        journal.intend([intent("task", "T-1", "f1")])
        (tmp_path / "cut").mkdir()
        for part in tmp_path.glob("import.sqlite*"):
            shutil.copy(part, tmp_path / "cut")
    with open_journal(tmp_path / "cut" / "import.sqlite") as other:
        assert other.entry("task", "shop", "T-1") == Entry(
            kind="task",
            group="shop",
            key="T-1",
            state=State.INTENDED,
            fingerprint="f1",
            intended_at=1000.0,
        )
        assert [entry.key for entry in other.intended()] == ["T-1"]


def test_a_commit_waits_for_the_disk(file: Path) -> None:
    with open_journal(file) as journal:
        assert journal._database.execute("PRAGMA synchronous").fetchone() == (2,)  # pyright: ignore[reportPrivateUsage]
        assert journal._database.execute("PRAGMA journal_mode").fetchone() == ("wal",)  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("taken_up", [True, False])
def test_two_imports_do_not_share_a_journal(*, taken_up: bool, file: Path) -> None:
    if taken_up:
        open_journal(file).close()
    with open_journal(file), pytest.raises(JournalError, match="in use by another import: wait"):
        open_journal(file)
    open_journal(file).close()


def test_a_journal_whose_writer_was_killed_can_be_opened(file: Path) -> None:
    code = (
        "import os, sys\n"
        "from bitrix_scrum_async.importer.journal import Intent, Journal\n"
        "journal = Journal.open(sys.argv[1], portal='acme.example')\n"
        "journal.intend([Intent(kind='task', group='shop', key='T-1', fingerprint='f')])\n"
        "os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(file)], check=False).returncode == 9  # noqa: S603 - our own program
    with Journal.read(file) as journal:
        assert [entry.key for entry in journal.intended()] == ["T-1"]
    with open_journal(file) as journal:
        assert [entry.key for entry in journal.intended()] == ["T-1"]


def test_outcomes_are_kept_with_ids_reasons_and_their_order(file: Path) -> None:
    with open_journal(file) as journal:
        journal.intend([intent("task", key) for key in ("T-1", "T-2", "T-3")])
        journal.settle([Settled("task", "shop", "T-1", State.DONE, id=7)])
        journal.settle([Settled("task", "shop", "T-2", State.FAILED, error="no title")])
    with open_journal(file) as journal:
        entries = journal.entries("task", "shop")
        assert (entries["T-1"].state, entries["T-1"].id) == (State.DONE, 7)
        assert (entries["T-2"].state, entries["T-2"].error) == (State.FAILED, "no title")
        assert [entries[key].settled_at for key in entries] == [1, 2, None]
        assert [entry.key for entry in journal.intended()] == ["T-3"]


def test_a_failed_write_can_be_intended_again(file: Path) -> None:
    with open_journal(file) as journal:
        journal.intend([intent("epic", "e", "f")])
        journal.settle([Settled("epic", "shop", "e", State.FAILED, error="no")])
        journal.intend([intent("epic", "e", "g")])
        entry = journal.entry("epic", "shop", "e")
        assert entry is not None
        assert (entry.state, entry.error, entry.fingerprint) == (State.INTENDED, None, "g")


def test_a_write_that_is_forgotten_was_never_begun(file: Path) -> None:
    with open_journal(file) as journal:
        journal.intend([intent("epic", "e"), intent("epic", "d")])
        journal.settle([Settled("epic", "shop", "d", State.DONE, id=1)], [("epic", "shop", "e")])
        assert list(journal.entries("epic", "shop")) == ["d"]


def test_a_lost_answer_is_dated_once(file: Path) -> None:
    """Looking again in vain does not make the request younger."""
    now = iter((1.0, 2.0, 3.0, 4.0, 5.0))
    with Journal.open(file, portal="acme.example", now=lambda: next(now)) as journal:
        journal.intend([intent("epic", "e")])
        for why in ("lost", "two stand there"):
            journal.settle([Settled("epic", "shop", "e", State.INTENDED, error=why)])
            entry = journal.entry("epic", "shop", "e")
            assert entry is not None
            assert (entry.state, entry.error, entry.lost_at) == (State.INTENDED, why, 4.0)
            assert entry.settled_at is None


def test_what_a_record_is_known_by_is_kept(file: Path) -> None:
    marks = {"name": "Pay", "xml_id": "shop/T-1", "tag": "import-1"}
    with open_journal(file) as journal:
        journal.intend([Intent(kind="task", group="shop", key="T-1", fingerprint="f", **marks)])
        entry = journal.entry("task", "shop", "T-1")
        assert entry is not None
        assert {name: getattr(entry, name) for name in marks} == marks


def test_a_wave_is_written_whole_or_not_at_all(file: Path) -> None:
    with open_journal(file) as journal:
        with pytest.raises(sqlite3.Error):
            journal.intend([intent("task", "T-1"), intent("task", None)])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        assert journal.intended() == []
        journal.intend([intent("task", "T-1", "f")])


def test_a_journal_keeps_its_marker(file: Path) -> None:
    with open_journal(file) as journal:
        marker = journal.marker("shop")
        assert marker != journal.marker("other")
    with open_journal(file) as journal:
        assert journal.marker("shop") == marker


def test_a_journal_of_another_portal_is_refused(file: Path) -> None:
    with open_journal(file) as journal:
        journal.intend([intent("group", "", "f")])
    with pytest.raises(JournalError, match=r"into acme\.example, not other\.example: give another"):
        open_journal(file, portal="other.example")


def test_an_empty_journal_is_of_no_portal_yet(file: Path) -> None:
    open_journal(file, portal="amce.example").close()
    with open_journal(file) as journal:
        journal.intend([intent("group", "", "f")])
    open_journal(file).close()


def test_a_journal_of_another_plan_is_refused(file: Path) -> None:
    with open_journal(file, groups=("shop",)) as journal:
        journal.intend([intent("group", "", "f")])
    open_journal(file, groups=("shop", "more")).close()
    with pytest.raises(JournalError, match="another plan: it knows the groups shop, none of which"):
        open_journal(file, groups=("more",))


def change(file: Path, *statements: str) -> None:
    """Change a database behind the journal's back."""
    with closing(sqlite3.connect(file)) as database, database:
        for statement in statements:
            database.execute(statement)


def test_a_later_journal_is_refused(file: Path) -> None:
    open_journal(file).close()
    change(file, "PRAGMA user_version = 9")
    for use in (open_journal, Journal.read):
        with pytest.raises(JournalError, match="of version 9, this program writes 2: go on with"):
            use(file)


FIRST_FORMAT = (
    "CREATE TABLE journal (version INTEGER, uid TEXT, portal TEXT, begun REAL)",
    """CREATE TABLE writes (kind TEXT, grp TEXT, key TEXT, state TEXT, id INTEGER, fingerprint TEXT,
    intended_at REAL, settled_at INTEGER, error TEXT, PRIMARY KEY (kind, grp, key))""",
    "INSERT INTO journal VALUES (1, 'abcd', 'acme.example', 900.0)",
    "INSERT INTO writes VALUES ('group', 'shop', '', 'done', 7, 'f', 901.0, 1, NULL)",
)


def test_a_journal_of_the_first_format_is_brought_up_to_date(file: Path) -> None:
    change(file, *FIRST_FORMAT)
    with pytest.raises(JournalError, match="of an older version: run the import once more"):
        Journal.read(file)
    with open_journal(file) as journal:
        assert journal.uid == "abcd"
        entry = journal.entry("group", "shop")
        assert entry is not None
        assert (entry.id, entry.tag) == (7, "")
    with Journal.read(file) as journal:
        assert journal.groups() == ["shop"]


def test_open_writes_of_the_first_format_are_left_to_its_program(file: Path) -> None:
    """It did not keep what they would be found by."""
    change(file, *FIRST_FORMAT, "UPDATE writes SET state = 'intended'")
    before = file.read_bytes()
    with pytest.raises(JournalError, match="run the import once more with the program that began"):
        open_journal(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("content", [b"groups: []\n" * 100, b"SQLite format 3\0" + b"x" * 4096])
def test_what_is_no_journal_is_refused_and_left_alone(content: bytes, file: Path) -> None:
    file.write_bytes(content)
    for use in (open_journal, Journal.read):
        with pytest.raises(JournalError, match="cannot be used as a journal"):
            use(file)
    assert file.read_bytes() == content


def test_another_database_is_refused(file: Path) -> None:
    change(file, "CREATE TABLE other (a)")
    before = file.read_bytes()
    with pytest.raises(JournalError, match="it is another program's database"):
        open_journal(file)
    assert file.read_bytes() == before


def filled(file: Path) -> None:
    """Make a journal of some pages."""
    with open_journal(file) as journal:
        journal.intend([intent("task", f"T-{n}") for n in range(300)])


def test_a_journal_that_was_cut_is_refused(file: Path) -> None:
    filled(file)
    whole = file.read_bytes()
    for size in range(1, len(whole), 997):
        file.write_bytes(whole[:size])
        for use in (open_journal, Journal.read):
            with pytest.raises(JournalError, match="cannot be used as a journal"):
                use(file)


def test_a_journal_that_was_overwritten_is_refused(file: Path) -> None:
    filled(file)
    whole = bytearray(file.read_bytes())
    whole[4096:8192] = b"x" * 4096
    file.write_bytes(whole)
    with pytest.raises(JournalError, match="cannot be used as a journal"):
        open_journal(file)


def other_portal(file: Path) -> None:
    """Make a journal of an import into another portal, without a lock."""
    with open_journal(file, portal="other.example") as journal:
        journal.intend([intent("task", "T-1")])
    file.with_name(f"{file.name}-lock").unlink()


REFUSED: dict[str, Callable[[Path], object]] = {
    "a text": lambda file: file.write_text("groups: []\n" * 100),
    "a folder": lambda file: file.mkdir(),
    "another database": lambda file: change(file, "CREATE TABLE other (a)"),
    "another database with a log": lambda file: change(
        file, "PRAGMA journal_mode = WAL", "CREATE TABLE other (a)"
    ),
    "open writes of the first format": lambda file: change(
        file, *FIRST_FORMAT, "UPDATE writes SET state = 'intended'"
    ),
    "of another portal": other_portal,
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED.keys())
def test_nothing_is_left_beside_a_file_that_is_refused(
    make: Callable[[Path], object], file: Path
) -> None:
    make(file)
    for _ in range(2):
        with pytest.raises(JournalError):
            open_journal(file)
        assert list(file.parent.iterdir()) == [file]


def test_a_power_cut_at_any_byte_leaves_what_was_committed(file: Path, tmp_path: Path) -> None:
    """What is not whole in SQLite's log is as if it had not been written; nothing else is lost."""
    cut = tmp_path / "cut" / file.name
    cut.parent.mkdir()
    log = file.with_name(f"{file.name}-wal")
    sizes: list[int] = []
    with open_journal(file) as journal:
        for n in range(4):
            journal.intend([intent("task", f"T-{n}")])
            sizes.append(log.stat().st_size)
        base, written = file.read_bytes(), log.read_bytes()
    for size in sorted({*range(0, len(written) + 1, 151), *sizes, *(each - 1 for each in sizes)}):
        for rest in (b"", b"\0" * 5000, b"\xff" * 5000):
            cut.write_bytes(base)
            cut.with_name(log.name).write_bytes(written[:size] + rest)
            with open_journal(cut) as journal:
                known = [entry.key for entry in journal.intended()]
            committed = sum(each <= size for each in sizes)
            assert known == [f"T-{n}" for n in range(committed)]


def test_it_can_be_read_while_an_import_writes(file: Path) -> None:
    assert not is_in_use(file)
    with open_journal(file) as journal:
        journal.intend([intent("task", "T-1")])
        assert is_in_use(file)
        with Journal.read(file) as other:
            assert [entry.key for entry in other.all()] == ["T-1"]
            journal.intend([intent("task", "T-2")])
            assert [entry.key for entry in other.all()] == ["T-1", "T-2"]
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                other.intend([intent("task", "T-3")])
    assert not is_in_use(file)
    with Journal.read(file) as other:
        assert len(list(other.all())) == 2


def test_a_reader_begins_no_journal(file: Path) -> None:
    with pytest.raises(JournalError, match=r"there is no journal .*: an import makes it"):
        Journal.read(file)
    assert not file.exists()
    file.touch()
    with pytest.raises(JournalError, match="is empty: no import has used it yet"):
        Journal.read(file)


def test_a_journal_of_another_import_is_not_read(file: Path) -> None:
    with open_journal(file) as journal:
        journal.intend([intent("task", "T-1")])
    with pytest.raises(JournalError, match="into acme"):
        Journal.read(file, portal="other.example")
    with pytest.raises(JournalError, match="another plan"):
        Journal.read(file, groups=("more",))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs rights to be refused")
def test_a_journal_in_a_folder_that_cannot_be_written_is_read(file: Path) -> None:
    open_journal(file).close()
    file.parent.chmod(0o500)
    try:
        with Journal.read(file) as journal:
            assert journal.portal == "acme.example"
    finally:
        file.parent.chmod(0o700)


def test_what_the_portal_stores_is_remembered(file: Path) -> None:
    with open_journal(file) as journal:
        assert journal.task_mark is None
        journal.task_mark = TaskMark.TAG
    with open_journal(file) as journal:
        assert journal.task_mark is TaskMark.TAG


def test_a_place_that_cannot_hold_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be opened"):
        open_journal(tmp_path / "none" / "import.sqlite")


def test_a_fingerprint_tells_contents_apart() -> None:
    assert fingerprint("a", 1) == fingerprint("a", 1)
    assert fingerprint("a", 1) != fingerprint("a1")
    assert fingerprint(2**70) != fingerprint(2**71)
