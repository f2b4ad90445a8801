"""The command line as a whole: bad input of each kind, for each command that takes it."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import attrs
import pytest

from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.importer.journal import Intent, Journal
from bitrix_scrum_async.transport.clock import SystemClock
from tests.cli.running import command
from tests.importer import plans

WITH_A_PLAN = {
    "import": ("import", "plan.yaml"),
    "dry run": ("import", "plan.yaml", "--dry-run"),
    "verify": ("verify", "plan.yaml"),
}


@attrs.frozen
class Bench:
    """A folder in which commands run, and the emulated portal that they talk to."""

    folder: Path
    emulator: Emulator
    run: Callable[..., int]
    capsys: pytest.CaptureFixture[str]

    def write(self, name: str, content: bytes | str | dict[str, Any]) -> None:
        """Write a file; JSON is YAML, too."""
        if isinstance(content, dict):
            content = json.dumps(content)
        if isinstance(content, str):
            content = content.encode()
        (self.folder / name).write_bytes(content)

    def refused(self, *arguments: str) -> list[str]:
        """Run a command that exits with 2, having said something and done nothing."""
        before = self.names()
        code = self.run(*arguments)
        said = self.capsys.readouterr()
        lines = [line for line in said.err.splitlines() if not line.startswith("{")]
        assert (code, said.out) == (2, ""), lines
        assert lines
        assert "Traceback" not in said.err
        assert self.names() == before
        assert not self.emulator.state.created
        return lines

    def names(self) -> list[str]:
        """The files there are, without those that SQLite and its locks leave."""
        names = (file.name for file in self.folder.iterdir())
        return sorted(name for name in names if not name.endswith(("-shm", "-wal", "-lock")))


@pytest.fixture
def bench(
    emulator: Emulator,
    webhook: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Bench:
    """A folder with a good plan."""

    async def at_once(_self: SystemClock, _seconds: float) -> None:
        await anyio.lowlevel.checkpoint()

    monkeypatch.setattr(SystemClock, "sleep", at_once)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> int:
        return command(monkeypatch, *arguments)

    found = Bench(tmp_path, emulator, run, capsys)
    found.write("plan.yaml", plans.plan())
    return found


def sprints(*given: dict[str, Any]) -> dict[str, Any]:
    """A plan of one group with some sprints."""
    tasks = [
        {"key": f"T-{n}", "title": "One", "sprint": each["key"]} for n, each in enumerate(given)
    ]
    return plans.plan(plans.group(sprints=list(given), tasks=tasks))


PLANS: dict[str, tuple[Any, str]] = {
    "missing": (None, r"plan\.yaml: cannot be read: No such file or directory"),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x00", r"plan\.yaml: is not UTF-8 \(byte 0\): save it in"),
    "zeros": (b"\x00" * 100, r"plan\.yaml: is not YAML: "),
    "empty": (b"", r"plan\.yaml: must be a map with version, defaults, groups; is nothing"),
    "a YAML error": (
        "version: 1\ngroups:\n  - key: 'shop\n",
        r"plan\.yaml:[34]: is not YAML: ",
    ),
    "an unknown key": (
        "groups:\n- key: a\n  name: A\n  scrum_master: 1\n  epic: []\n",
        r"plan\.yaml:5: groups\[0\]\.epic: is not known here: did you mean epics\?",
    ),
    "duplicate keys": (
        plans.plan(plans.group(), plans.group()),
        r"groups\[1\]\.key: 'shop' stands here twice; .*: choose another",
    ),
    "a key written twice": (
        "version: 1\nversion: 1\n",
        r"plan\.yaml:2: the key 'version' stands twice in one object: keep one of them",
    ),
    "two active sprints": (
        sprints(plans.sprint("s1", "active"), plans.sprint("s2", "active")),
        r"sprints\[1\]\.status: is active as that of 's1' is; .*: write completed or planned",
    ),
    "an end before the start": (
        sprints(plans.sprint("s1", "planned", end="2020-01-01T00:00:00+03:00")),
        r"sprints\[0\]\.end: is before the start, 2026-11-02T09:00:00\+03:00",
    ),
    "no group": ({"groups": []}, r"groups: holds no group: write at least one"),
}


@pytest.mark.parametrize("arguments", WITH_A_PLAN.values(), ids=WITH_A_PLAN)
@pytest.mark.parametrize(("content", "said"), PLANS.values(), ids=PLANS)
def test_a_bad_plan(content: Any, said: str, arguments: tuple[str, ...], bench: Bench) -> None:
    if content is None:
        (bench.folder / "plan.yaml").unlink()
    else:
        bench.write("plan.yaml", content)
    assert re.search(said, bench.refused(*arguments)[0])
    assert bench.emulator.requests == ()


USERS: dict[str, tuple[Any, str]] = {
    "an unknown id": (77, r"groups\[0\]\.scrum_master: the portal has no user 77: write another"),
    "an unknown address": (
        "nobody@example.com",
        r"groups\[0\]\.scrum_master: the portal knows no single user with the address nobody@",
    ),
}


@pytest.mark.parametrize("arguments", list(WITH_A_PLAN.values())[:2], ids=list(WITH_A_PLAN)[:2])
@pytest.mark.parametrize(("user", "said"), USERS.values(), ids=USERS)
def test_users_whom_the_portal_does_not_have(
    user: Any, said: str, arguments: tuple[str, ...], bench: Bench
) -> None:
    bench.write("plan.yaml", plans.plan(plans.group(scrum_master=user)))
    (line,) = bench.refused(*arguments)
    assert re.match(said, line)


def journal(bench: Bench, *, portal: str | None = None, group: str = "shop") -> Path:
    """Make the plan's journal."""
    file = bench.folder / "plan.journal.sqlite"
    portal = portal or bench.emulator.address.partition("//")[2]
    with Journal.open(file, portal=portal) as known:
        known.intend([Intent(kind="group", group=group, fingerprint="f")])
    return file


JOURNALS: dict[str, tuple[Callable[[Bench], object], str]] = {
    "of another portal": (
        lambda bench: journal(bench, portal="elsewhere.example"),
        r"plan\.journal\.sqlite is the journal of an import into elsewhere\.example, not 127",
    ),
    "of another plan": (
        lambda bench: journal(bench, group="other"),
        r"plan\.journal\.sqlite is the journal of another plan: it knows the groups other, ",
    ),
    "cut": (
        lambda bench: cut(journal(bench)),
        r"plan\.journal\.sqlite cannot be used as a journal \(.*\): give another file",
    ),
    "another file": (
        lambda bench: bench.write("plan.journal.sqlite", "no journal " * 100),
        r"plan\.journal\.sqlite cannot be used as a journal \(file is not a database\): give",
    ),
}


def cut(file: Path) -> None:
    """Lose the most of a file."""
    file.write_bytes(file.read_bytes()[:300])


@pytest.mark.parametrize("arguments", WITH_A_PLAN.values(), ids=WITH_A_PLAN)
@pytest.mark.parametrize(("make", "said"), JOURNALS.values(), ids=JOURNALS)
def test_a_bad_journal(
    make: Callable[[Bench], object], said: str, arguments: tuple[str, ...], bench: Bench
) -> None:
    make(bench)
    (line,) = bench.refused(*arguments)
    assert re.search(said, line)


def test_a_journal_that_is_not_there(bench: Bench) -> None:
    (line,) = bench.refused("verify", "plan.yaml")
    assert line == "there is no journal plan.journal.sqlite: an import makes it, with --journal"


def test_a_journal_that_is_in_use(bench: Bench) -> None:
    file = journal(bench)
    with Journal.open(file, portal=bench.emulator.address.partition("//")[2]):
        (line,) = bench.refused("import", "plan.yaml")
    assert "is in use by another import: wait until that has ended" in line


WITH_A_PORTAL = {
    **WITH_A_PLAN,
    "export": ("export", "--group", "1", "-o", "out.yaml"),
    "export all": ("export", "--all", "-o", "out.yaml"),
}

WEBHOOKS: dict[str, tuple[str, str]] = {
    "none": ("", "no webhook: set BITRIX24_WEBHOOK to the address of an incoming webhook"),
    "no address": ("nonsense", "the webhook cannot be used: "),
    "a wrong one": (
        "{address}/rest/1/wr0ngs3cr3t/",
        "the portal refuses the webhook: .*; check BITRIX24_WEBHOOK$",
    ),
    "of a portal that is not there": (
        "http://127.0.0.1:1/rest/1/wr0ngs3cr3t/",
        "the portal cannot be reached: .*; check the address in BITRIX24_WEBHOOK",
    ),
}


@pytest.mark.parametrize("arguments", WITH_A_PORTAL.values(), ids=WITH_A_PORTAL)
@pytest.mark.parametrize(("address", "said"), WEBHOOKS.values(), ids=WEBHOOKS)
def test_a_bad_webhook(
    address: str,
    said: str,
    arguments: tuple[str, ...],
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BITRIX24_WEBHOOK", address.format(address=bench.emulator.address))
    if arguments[0] == "verify":
        journal(bench, portal="127.0.0.1:1" if ":1/" in address else None)
    (line,) = bench.refused(*arguments)
    assert re.match(said, line)
    assert "wr0ngs3cr3t" not in line


OPTIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "an unknown group of the plan": (
        ("import", "plan.yaml", "--only", "shp"),
        "no group has the key 'shp': did you mean 'shop'?",
    ),
    "an unknown group of a dry run": (
        ("import", "plan.yaml", "--only", "shp", "--dry-run"),
        "no group has the key 'shp': did you mean 'shop'?",
    ),
    "an unknown group of the portal": (
        ("export", "--group", "999", "-o", "out.yaml"),
        "the portal shows no group 999 (",
    ),
    "no group at all": (
        ("export", "-o", "out.yaml"),
        "say which groups: --group ID, once or several times, or --all",
    ),
    "a group and all": (
        ("export", "--group", "1", "--all", "-o", "out.yaml"),
        "say which groups: --group ID, once or several times, or --all",
    ),
    "a plan in an unknown format": (
        ("export", "--all", "-o", "out.txt"),
        "out.txt: has no known ending: name it .yaml, .json or .jsonl",
    ),
    "a plan that is there": (
        ("export", "--all", "-o", "plan.yaml"),
        "plan.yaml: is there already: pass --force",
    ),
    "a plan in no folder": (
        ("export", "--all", "-o", "none/out.yaml"),
        "out.yaml: cannot be written: there is no folder none",
    ),
    "a report in an unknown format": (
        ("import", "plan.yaml", "--report", "report.xlsx"),
        "report.xlsx: cannot be the report: name it .csv or .json",
    ),
    "a report in no folder": (
        ("import", "plan.yaml", "--report", "none/report.csv"),
        "report.csv: cannot be written: there is no folder none",
    ),
    "a report of a dry run": (
        ("import", "plan.yaml", "--dry-run", "--report", "report.csv"),
        "--dry-run writes nothing: leave out --verify and --report",
    ),
    "a rate that is none": (("import", "plan.yaml", "--limit-rate", "0"), "--limit-rate"),
    "no number of errors": (("import", "plan.yaml", "--max-errors", "0"), "--max-errors"),
    "no command": (("imprt", "plan.yaml"), "No such command 'imprt'"),
    "no plan": (("verify",), "Missing argument 'PLAN'"),
    "a group's name": (("sprints", "Mobile"), "'Mobile' is no id of a group, such as 125"),
    "no group's id": (("export", "--group", "0", "-o", "x.yaml"), "'0' is no id of a group"),
    "too great an id": (("sprints", f"{2**63}"), "is no id of a group"),
    "no limits": (("verify", "plan.yaml", "--limits", "none"), "'none' is not one of"),
    "no journal to show": (("journal", "show", "none.sqlite"), "there is no journal none.sqlite"),
}


@pytest.mark.parametrize(("arguments", "said"), OPTIONS.values(), ids=OPTIONS)
def test_a_bad_option(arguments: tuple[str, ...], said: str, bench: Bench) -> None:
    assert said in bench.refused(*arguments)[-1]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("d.txt", "d.txt: cannot take a table: name it .csv"),
        ("none/d.csv", "d.csv: cannot be written: there is no folder none"),
        ("plan.csv", "plan.csv: is read by this command: name another file"),
    ],
)
def test_a_table_that_cannot_be_written(table: str, said: str, bench: Bench) -> None:
    plan = "plan.yaml"
    if table == "plan.csv":
        journal(bench).rename(bench.folder / "plan.csv")
        options = ["--journal", "plan.csv"]
    else:
        journal(bench)
        options = []
    (line,) = bench.refused("verify", plan, *options, "--csv", table)
    assert said in line


def test_an_interrupt_at_the_start_is_no_traceback() -> None:
    code = (
        "import sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'click': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "from bitrix_scrum_async.cli import main\n"
        "main()"
    )
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (130, "Interrupted.\n")


def test_what_is_imported_before_an_interrupt_is_heard_is_little() -> None:
    code = "import sys; from bitrix_scrum_async.cli import main; print(*sys.modules)"
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert {"click", "rich", "attrs", "asyncio", "logging"}.isdisjoint(ended.stdout.split())


@pytest.mark.parametrize("module", ["click", "rich"])
def test_without_the_extra_it_says_what_to_install(module: str) -> None:
    code = (
        f"import sys; sys.modules[{module!r}] = None; sys.argv[1:] = ['demo']\n"
        "from bitrix_scrum_async.cli import main\nmain()"
    )
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert ended.stderr == (
        f"bitrix-scrum needs {module}: the command line needs the extra 'cli' of this package: "
        "pip install click rich PyYAML\n"
    )
