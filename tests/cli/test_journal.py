"""`bitrix-scrum journal`: looking into journals, and making one of two."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bitrix_scrum_async.cli.commands import run
from bitrix_scrum_async.importer.journal import Intent, Journal, Settled, State, TaskMark


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run the command line in this process and give its exit code."""

    def command(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["bitrix-scrum", "journal", *map(str, arguments)])
        return run()

    return command


def fill(
    file: Path,
    group: str = "shop",
    id_: int = 7,
    *,
    portal: str = "acme.example",
    mark: TaskMark | None = None,
) -> None:
    """Make a journal of a group with a task that is done, one that failed and one that is open."""
    with Journal.open(file, portal=portal, now=lambda: 1_700_000_000.0) as journal:
        keys = [("group", ""), ("task", "T-1"), ("task", "T-2"), ("task", "T-3")]
        journal.intend(
            Intent(kind=kind, group=group, key=key, fingerprint="f", tag=f"import-{group}")
            for kind, key in keys
        )
        journal.settle(
            [
                Settled("group", group, "", State.DONE, id=id_),
                Settled("task", group, "T-1", State.DONE, id=id_ + 1),
                Settled("task", group, "T-2", State.FAILED, error="no such user"),
            ]
        )
        if mark:
            journal.task_mark = mark


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A journal."""
    file = tmp_path / "import.sqlite"
    fill(file)
    return file


@pytest.mark.parametrize("key", ["[/]", "[red]", ":smile:", "a\x1b[2Jb"])
def test_a_key_does_nothing_to_a_terminal(
    key: str, tmp_path: Path, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "keys.sqlite"
    fill(file, group=key)
    assert command("show", file) == 0
    out = capsys.readouterr().out
    assert f"  {key} ".replace("\x1b", "\N{REPLACEMENT CHARACTER}") in out
    assert "\x1b" not in out


def test_it_shows_groups_records_and_what_is_open_or_failed(
    file: Path, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("show", file) == 0
    said = capsys.readouterr().out
    assert "Into acme.example, begun 2023-11-14T22:13:20+00:00.\n" in said
    row = next(line for line in said.splitlines() if line.strip().startswith("shop"))
    assert row.split() == ["shop", "7", "-", "-", "1", "-", "1", "1"]
    assert "task shop/T-3: open: its request may be on its way" in said
    assert "task shop/T-2: failed: no such user" in said


def test_a_program_can_read_all_of_it(
    file: Path, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("show", file, "--json") == 0
    tree = json.loads(capsys.readouterr().out)
    assert tree["groups"]["shop"]["id"] == 7
    assert tree["groups"]["shop"]["writes"]["task"] == {"intended": 1, "done": 1, "failed": 1}
    assert [each["key"] for each in tree["open"]] == ["T-3"]
    assert [each["error"] for each in tree["failed"]] == ["no such user"]
    assert tree["running"] is False


def test_it_shows_a_journal_in_use(
    file: Path, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    with Journal.open(file, portal="acme.example"):
        assert command("show", file) == 0
    assert "an import is running with it now" in capsys.readouterr().out


def test_it_shows_that_nothing_was_written(
    tmp_path: Path, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    Journal.open(tmp_path / "new", portal="acme.example").close()
    assert command("show", tmp_path / "new") == 0
    assert "Nothing was written yet." in capsys.readouterr().out


def test_a_file_that_cannot_be_shown_is_one_line(
    tmp_path: Path, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text").write_text("groups: []\n" * 100, encoding="utf-8")
    for name, said in (("none", "there is no journal"), ("text", "cannot be used as a journal")):
        assert command("show", tmp_path / name) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert said in line
    assert not (tmp_path / "none").exists()


def test_two_journals_become_one(
    file: Path, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    other, both = file.with_name("b"), file.with_name("c")
    fill(other, "games", 20, mark=TaskMark.XML_ID)
    before = file.read_bytes()
    assert command("merge", file, other, "-o", both) == 0
    assert f"{both} knows 8 writes" in capsys.readouterr().out
    assert file.read_bytes() == before
    with Journal.read(both, portal="acme.example") as journal:
        assert journal.groups() == ["games", "shop"]
        assert journal.task_mark is TaskMark.XML_ID
        assert [(each.group, each.key) for each in journal.intended()] == [
            ("games", "T-3"),
            ("shop", "T-3"),
        ]
        group = journal.entry("group", "games")
        assert group is not None
        assert (group.id, group.tag) == (20, "import-games")
    with Journal.open(both, portal="acme.example"):
        pass


def test_a_journal_and_its_copy_become_one(file: Path, command: Callable[..., int]) -> None:
    """What failed in one and was done with the other is done."""
    other, both = file.with_name("b"), file.with_name("c")
    other.write_bytes(file.read_bytes())
    with Journal.open(other, portal="acme.example") as journal:
        journal.intend([Intent(kind="task", group="shop", key="T-2", fingerprint="f")])
        journal.settle([Settled("task", "shop", "T-2", State.DONE, id=9)])
    for first, second in ((file, other), (other, file)):
        assert command("merge", first, second, "-o", both) == 0
        with Journal.read(both) as journal:
            entry = journal.entry("task", "shop", "T-2")
            assert entry is not None
            assert entry.id == 9
        both.unlink()


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "two imports of one group": (
        lambda other: fill(other, "shop", 8),
        r"know different things of group shop, task shop/T-1",
    ),
    "another portal": (
        lambda other: fill(other, "games", portal="other.example"),
        r"is of an import into acme\.example, b of one into other\.example",
    ),
    "no journal": (lambda _: None, r"there is no journal"),
    "no database": (lambda other: other.write_text("x" * 2000), r"cannot be used as a journal"),
}


@pytest.mark.parametrize(("make", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_merged_writes_nothing(
    make: Callable[[Path], object],
    said: str,
    file: Path,
    command: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    other, both = file.with_name("b"), file.with_name("c")
    make(other)
    assert command("merge", file, other, "-o", both) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert re.search(said, line)
    assert not both.exists()


def test_a_journal_in_use_is_not_merged(
    file: Path, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    other, both = file.with_name("b"), file.with_name("c")
    fill(other, "games", 20)
    with Journal.open(other, portal="acme.example"):
        assert command("merge", file, other, "-o", both) == 2
    assert "is in use by another import" in capsys.readouterr().err
    assert command("merge", file, file, "-o", both) == 2
    assert "are one file" in capsys.readouterr().err
    assert command("merge", file, other, "-o", file) == 2
    assert "exists already" in capsys.readouterr().err


def test_a_damaged_journal_is_one_line(
    file: Path, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(file.read_bytes()[:3000])
    assert command("show", file) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be used as a journal" in line
