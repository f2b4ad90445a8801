"""The journal: intent before a write, outcome after it, nothing else."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bitrix_scrum_async.importer.journal import (
    Entry,
    Journal,
    JournalError,
    Settled,
    State,
    fingerprint,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A place for a journal."""
    return tmp_path / "import.sqlite"


def open_journal(file: Path, portal: str = "acme.example", groups: tuple[str, ...] = ()) -> Journal:
    """Open a journal with a clock that stands still."""
    return Journal.open(file, portal=portal, groups=groups, now=lambda: 1000.0)


def test_an_intent_outlives_its_writer(file: Path, tmp_path: Path) -> None:
    """What a power cut would leave is a copy of the files: the intent is committed."""
    with open_journal(file) as journal:
        journal.intend([("task", "shop", "T-1", "f1")])
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
        "from bitrix_scrum_async.importer.journal import Journal\n"
        "journal = Journal.open(sys.argv[1], portal='acme.example')\n"
        "journal.intend([('task', 'shop', 'T-1', 'f')])\n"
        "os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(file)], check=False).returncode == 9  # noqa: S603 - our own program
    with open_journal(file) as journal:
        assert [entry.key for entry in journal.intended()] == ["T-1"]


def test_outcomes_are_kept_with_ids_reasons_and_their_order(file: Path) -> None:
    with open_journal(file) as journal:
        journal.intend([("task", "shop", key, "f") for key in ("T-1", "T-2", "T-3")])
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
        journal.intend([("epic", "shop", "e", "f")])
        journal.settle([Settled("epic", "shop", "e", State.FAILED, error="no")])
        journal.intend([("epic", "shop", "e", "g")])
        entry = journal.entry("epic", "shop", "e")
        assert entry is not None
        assert (entry.state, entry.error, entry.fingerprint) == (State.INTENDED, None, "g")


def test_only_intents_can_be_withdrawn(file: Path) -> None:
    with open_journal(file) as journal:
        journal.intend([("epic", "shop", "e", "f"), ("epic", "shop", "d", "f")])
        journal.settle([Settled("epic", "shop", "d", State.DONE, id=1)])
        journal.withdraw(journal.entries("epic", "shop").values())
        assert list(journal.entries("epic", "shop")) == ["d"]


def test_a_wave_is_written_whole_or_not_at_all(file: Path) -> None:
    with open_journal(file) as journal:
        with pytest.raises(sqlite3.Error):
            journal.intend([("task", "shop", "T-1", "f"), ("task", "shop", None, "f")])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
        assert journal.intended() == []
        journal.intend([("task", "shop", "T-1", "f")])


def test_a_journal_keeps_its_marker(file: Path) -> None:
    with open_journal(file) as journal:
        marker = journal.marker("shop")
        assert marker != journal.marker("other")
    with open_journal(file) as journal:
        assert journal.marker("shop") == marker


def test_a_journal_of_another_portal_is_refused(file: Path) -> None:
    with open_journal(file) as journal:
        journal.intend([("group", "shop", "", "f")])
    with pytest.raises(JournalError, match=r"into acme\.example, not other\.example: give another"):
        open_journal(file, portal="other.example")


def test_an_empty_journal_is_of_no_portal_yet(file: Path) -> None:
    open_journal(file, portal="amce.example").close()
    with open_journal(file) as journal:
        journal.intend([("group", "shop", "", "f")])
    open_journal(file).close()


def test_a_journal_of_another_plan_is_refused(file: Path) -> None:
    with open_journal(file, groups=("shop",)) as journal:
        journal.intend([("group", "shop", "", "f")])
    open_journal(file, groups=("shop", "more")).close()
    with pytest.raises(JournalError, match="another plan: it knows the groups shop, none of which"):
        open_journal(file, groups=("more",))


def test_a_later_journal_is_refused(file: Path) -> None:
    open_journal(file).close()
    database = sqlite3.connect(file)
    database.execute("UPDATE journal SET version = 9")
    database.commit()
    database.close()
    with pytest.raises(JournalError, match="a journal of version 9"):
        open_journal(file)


@pytest.mark.parametrize("content", [b"groups: []\n" * 100, b"SQLite format 3\0" + b"x" * 4096])
def test_what_is_no_journal_is_refused_and_left_alone(content: bytes, file: Path) -> None:
    file.write_bytes(content)
    with pytest.raises(JournalError, match="cannot be used as a journal"):
        open_journal(file)
    assert file.read_bytes() == content


def test_another_database_is_refused(file: Path) -> None:
    database = sqlite3.connect(file)
    database.execute("CREATE TABLE other (a)")
    database.close()
    with pytest.raises(JournalError, match="no such table: journal"):
        open_journal(file)


def test_a_place_that_cannot_hold_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be opened"):
        open_journal(tmp_path / "none" / "import.sqlite")


def test_a_fingerprint_tells_contents_apart() -> None:
    assert fingerprint("a", 1) == fingerprint("a", 1)
    assert fingerprint("a", 1) != fingerprint("a1")
    assert fingerprint(2**70) != fingerprint(2**71)
