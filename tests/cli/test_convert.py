"""`bitrix-scrum convert`: what it writes, what it says, and how bad input ends."""

import json
import os
import sys
from pathlib import Path

import pytest

from bitrix_scrum_async.cli.commands import run
from bitrix_scrum_async.importer import Plan
from tests.importer.convert import exports

ISSUES = exports.table(
    {"Summary": "Sign-in", "Issue key": "MOB-1", "Issue Type": "Epic", "Status": "To Do"},
    {
        "Summary": "Log in",
        "Issue key": "MOB-2",
        "Issue Type": "Story",
        "Status": "In Progress",
        "Sprint": "Sprint 1",
        "Assignee": "Anna",
        "Parent key": "MOB-1",
        "Comment": ["one", "two"],
        "Votes": "0",
    },
)


class Folder:
    """A folder with an export, in which the command is run."""

    def __init__(
        self, path: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
    ) -> None:
        self.path = path
        self.patch = patch
        self.capture = capture
        patch.chdir(path)
        (path / "jira.csv").write_text(ISSUES, encoding="utf-8")

    def convert(self, *arguments: str) -> tuple[int, str, str]:
        """Run the command; give its exit code and what it said."""
        self.patch.setattr(sys, "argv", ["bitrix-scrum", "convert", *arguments])
        code = run()
        said = self.capture.readouterr()
        return code, said.out, said.err

    def names(self) -> set[str]:
        """The files of the folder."""
        return {file.name for file in self.path.iterdir()}


@pytest.fixture
def folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Folder:
    """A folder with an export of Jira."""
    return Folder(tmp_path, monkeypatch, capsys)


def test_the_first_run_writes_plan_and_mapping_and_says_what_to_look_at(folder: Folder) -> None:
    code, out, err = folder.convert("jira.csv", "-o", "plan.yaml")
    assert (code, err) == (0, "")
    assert folder.names() == {"jira.csv", "plan.yaml", "plan.mapping.yaml"}
    assert out.splitlines() == [
        "plan.yaml: 1 group of 2 issues.",
        "  MOB 'MOB': 1 epic, 1 sprint, 'Sprint 1' is active, 1 task (0 done, 0 in the backlog)",
        "Changed:",
        "  1 x issues of unknown people: the default responsible",
        "Left out:",
        "  2 x comments",
        "  1 x issue types",
        "Columns that were not read: Votes",
        "plan.mapping.yaml: 7 names with guesses; look at them:",
        "  groups: MOB",
        "  types: Epic, Story",
        "  statuses: To Do, In Progress",
        "  sprints: Sprint 1",
        "  users: Anna",
        "Edit it and run the same command again with --force; then import the plan.",
    ]
    assert Plan.load("plan.yaml").groups[0].tasks[0].responsible is None


def test_the_second_run_uses_the_edited_mapping_and_leaves_it_alone(folder: Folder) -> None:
    folder.convert("jira.csv", "-o", "plan.json", "--mapping", "my.yaml")
    mapping = folder.path / "my.yaml"
    edited = mapping.read_text(encoding="utf-8").replace("Anna: ~", "Anna: 7")
    mapping.write_text(edited, encoding="utf-8")
    code, out, _ = folder.convert("jira.csv", "-o", "plan.json", "--mapping", "my.yaml", "--force")
    assert code == 0
    assert "my.yaml knew all names." in out
    assert Plan.load("plan.json").groups[0].tasks[0].responsible == 7
    assert mapping.read_text(encoding="utf-8") == edited


def test_the_summary_can_be_read_by_a_program(folder: Folder) -> None:
    code, out, _ = folder.convert("jira.csv", "-o", "plan.yaml", "--json")
    assert code == 0
    tree = json.loads(out)
    assert tree["groups"] == {"MOB": {"epics": 1, "sprints": 1, "tasks": 1, "done": 0}}
    assert tree["left_out"] == {"comments": 2, "issue types": 1}
    assert {"path": ["users"], "name": "Anna"}.items() <= tree["guessed"][-1].items()


def test_a_mapping_that_cannot_be_added_to_is_kept_beside(folder: Folder) -> None:
    text = "{version: 1, source: jira}  # mine"
    (folder.path / "plan.mapping.yaml").write_text(text, encoding="utf-8")
    code, out, _ = folder.convert("jira.csv", "-o", "plan.yaml")
    assert code == 0
    assert "It was written anew, without its comments; plan.mapping.yaml.bak is as it was." in out
    assert (folder.path / "plan.mapping.yaml.bak").read_text(encoding="utf-8") == text


def test_a_board_of_trello_is_converted(folder: Folder) -> None:
    tree = exports.board({"list": "To Do"}, {"list": "Done"})
    (folder.path / "board.json").write_text(json.dumps(tree), encoding="utf-8")
    code, out, _ = folder.convert("board.json", "-o", "plan.yaml")
    assert code == 0
    assert out.startswith("plan.yaml: 1 group of 2 cards.")


def test_a_mapping_that_does_not_fit_is_told_and_leaves_the_plan_as_it_was(folder: Folder) -> None:
    folder.convert("jira.csv", "-o", "plan.yaml")
    before = (folder.path / "plan.yaml").read_bytes()
    done = ISSUES.replace("In Progress", "Done")
    (folder.path / "jira.csv").write_text(done, encoding="utf-8")
    code, out, err = folder.convert("jira.csv", "-o", "plan.yaml", "--force")
    assert (code, out) == (2, "")
    first, second = err.splitlines()
    assert first == "plan.mapping.yaml was written, with guesses; the plan was not, since:"
    assert second.startswith("plan.mapping.yaml:")
    assert "is active, but no open issue stands in it" in second
    assert (folder.path / "plan.yaml").read_bytes() == before


BAD: dict[str, tuple[dict[str, bytes], list[str], str]] = {
    "no such export": ({}, ["none.csv"], "none.csv: cannot be read: No such file or directory"),
    "a folder": ({}, ["."], ".: cannot be read: Is a directory"),
    "an empty file": ({"a.csv": b""}, ["a.csv"], "a.csv: is empty"),
    "a binary file": ({"a.csv": bytes(range(9)) * 9}, ["a.csv"], "a.csv: is no text"),
    "a workbook": ({"a.xlsx": b"PK\x03\x04"}, ["a.xlsx"], "a.xlsx: is an Excel workbook"),
    "other text": ({"a.txt": b"Dear all,\nhello\n"}, ["a.txt"], "a.txt: has no column 'Summary'"),
    "no Summary": ({"a.csv": b"Issue key\nA-1\n"}, ["a.csv"], "a.csv: has no column 'Summary'"),
    "only a header": ({"a.csv": b"Summary,Issue key\n"}, ["a.csv"], "a.csv: holds no issue"),
    "an open quote": (
        {"a.csv": b'Summary,Issue key\n"A,A-1\n'},
        ["a.csv"],
        "a.csv:2: a quote that opens here is never closed: is the file cut off?",
    ),
    "another encoding": (
        {"a.csv": "Тема,Ключ\nПоиск,A-1\n".encode("cp1251")},
        ["a.csv"],
        "a.csv: is not UTF-8 (byte 0); it looks like Windows Cyrillic: pass --encoding cp1251",
    ),
    "no such encoding": (
        {},
        ["jira.csv", "--encoding", "x"],
        "jira.csv: cannot be read as x: there is no such encoding",
    ),
    "no JSON": ({"a.json": b"{"}, ["a.json"], "a.json:1: is not JSON, column 2"),
    "other JSON": ({"a.json": b'{"a": 1}'}, ["a.json"], "a.json: is JSON, but no board of Trello"),
    "a mapping that is none": (
        {"plan.mapping.yaml": b"a: 1\n"},
        ["jira.csv"],
        "plan.mapping.yaml:1: a: is not known here",
    ),
    "a mapping that is no YAML": (
        {"plan.mapping.yaml": b"a: ["},
        ["jira.csv"],
        "plan.mapping.yaml:2: is not YAML",
    ),
    "a mapping of Trello": (
        {"plan.mapping.yaml": b"source: trello\n"},
        ["jira.csv"],
        "plan.mapping.yaml: is a mapping for trello, and jira.csv is an export of jira",
    ),
    "a mapping of another kind": (
        {},
        ["jira.csv", "--mapping", "m.json"],
        "m.json: cannot be the mapping: name it .yaml",
    ),
    "a plan that is there": (
        {"plan.yaml": b"mine"},
        ["jira.csv"],
        "plan.yaml: is there already: pass --force to write it anew, or name another with -o",
    ),
    "a plan of no known kind": (
        {},
        ["jira.csv", "-o", "plan.txt"],
        "plan.txt: has no known ending: name it .yaml, .json or .jsonl after what it holds",
    ),
    "no such folder": (
        {},
        ["jira.csv", "-o", "none/plan.yaml"],
        "none/plan.yaml: cannot be written: there is no folder none",
    ),
    "a plan over its export": (
        {"a.json": b"{}"},
        ["a.json", "-o", "a.json", "--force"],
        "a.json: export, plan and mapping must be three files: name another",
    ),
}


@pytest.mark.parametrize(("files", "arguments", "said"), BAD.values(), ids=BAD)
def test_bad_input_ends_with_2_and_a_line_to_act_on(
    files: dict[str, bytes], arguments: list[str], said: str, folder: Folder
) -> None:
    for name, content in files.items():
        (folder.path / name).write_bytes(content)
    before = folder.names()
    if "-o" not in arguments:
        arguments = [*arguments, "-o", "plan.yaml"]
    code, out, err = folder.convert(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith(said)
    assert "Traceback" not in err
    assert folder.names() == before
    for name, content in files.items():
        assert (folder.path / name).read_bytes() == content


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_named(folder: Folder) -> None:
    locked = folder.path / "locked"
    locked.mkdir(mode=0o500)
    code, _, err = folder.convert("jira.csv", "-o", "locked/plan.yaml")
    assert code == 2
    assert err.startswith("locked/plan.mapping.yaml: cannot be written: ")


def test_an_output_is_needed(folder: Folder) -> None:
    code, _, err = folder.convert("jira.csv")
    assert code == 2
    assert "Missing option '-o'" in err
