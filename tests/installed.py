"""What must work where only the wheel is installed, without extras: `nox -s build` runs it there.

A program and no test: where it runs there is no pytest.
"""

import asyncio
import importlib.metadata
import importlib.util
import json
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import bitrix_scrum_async
from bitrix_scrum_async import PortalSession
from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.importer import Importer, Plan, PlanError, verify

NAME = "bitrix-scrum-async"
EXTRAS = ("click", "rich", "yaml", "opentelemetry", "trustme", "matplotlib", "pytest")
PLAN = {
    "version": 1,
    "defaults": {"created_by": 1, "responsible": 1},
    "groups": [
        {
            "key": "mobile",
            "name": "Mobile app",
            "scrum_master": 1,
            "epics": [{"key": "sign-in", "name": "Sign-in"}],
            "sprints": [
                {
                    "key": "s1",
                    "name": "Sprint 1",
                    "start": "2026-11-23T00:00:00+03:00",
                    "end": "2026-12-07T00:00:00+03:00",
                    "status": "active",
                }
            ],
            "tasks": [
                {"key": "M-1", "title": "Log in", "epic": "sign-in", "sprint": "s1"},
                {"key": "M-2", "title": "Log out", "story_points": "3"},
            ],
        }
    ],
}


def nothing_but_the_wheel() -> None:
    """No extra is there, and the package is the installed one."""
    assert "site-packages" in str(bitrix_scrum_async.__file__), bitrix_scrum_async.__file__
    there = [name for name in EXTRAS if importlib.util.find_spec(name)]
    assert not there, there


def the_files_are_inside() -> None:
    """Types, the plan's schema and the demo come along; tests and other folders do not."""
    package = resources.files("bitrix_scrum_async")
    assert (package / "py.typed").is_file()
    assert json.loads((package / "importer" / "plan.schema.json").read_text("utf-8"))["title"]
    assert (package / "importer" / "demo_plan.yaml").is_file()
    files = importlib.metadata.files(NAME) or []
    roots = {file.parts[0] for file in files if ".." not in file.parts}
    metadata = [root for root in roots if root.endswith(".dist-info")]
    assert roots == {"bitrix_scrum_async", *metadata}, roots
    assert not [file for file in files if file.name.startswith("test_")]


def a_session_reads_and_writes() -> None:
    """A session talks to the emulator, alone and in a batch."""

    async def talk() -> None:
        async with Emulator() as emulator, PortalSession(emulator.webhook) as portal:
            group_id = await portal.groups.create("Mobile app", 1)
            backlog, user = await portal.batch(
                portal.backlogs.add(group_id, created_by=1), portal.users.current()
            )
            assert (backlog.group_id, user.id) == (group_id, 1)

    asyncio.run(talk())


def an_import_works_from_python() -> None:
    """A plan in JSON is imported, twice, and read back."""

    async def bring(folder: Path) -> None:
        (folder / "plan.json").write_text(json.dumps(PLAN), "utf-8")
        plan = Plan.load(folder / "plan.json")
        journal = folder / "import.sqlite"
        async with Emulator() as emulator, PortalSession(emulator.webhook) as portal:
            for _ in range(2):
                report = await Importer(portal, journal=journal).run(plan)
                assert report.complete, report
            assert not (await verify(portal, plan, journal=journal)).differences
            assert len(emulator.state.tasks) == 2

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(bring(Path(folder)))


def what_is_missing_is_named() -> None:
    """Without the extra, the command and a plan in YAML say what to install."""
    command = Path(sysconfig.get_path("scripts")) / "bitrix-scrum"
    done = subprocess.run([command, "--help"], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 2, done
    assert done.stderr.startswith("bitrix-scrum needs click: "), done
    assert done.stderr.endswith("extra 'cli' of this package: pip install click rich PyYAML\n"), (
        done
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.yaml"
        path.write_text("version: 1\n", "utf-8")
        try:
            Plan.load(path)
        except PlanError as error:
            said = str(error)
        else:
            said = "YAML was read without PyYAML"
        assert "pip install PyYAML" in said, said


CHECKS: tuple[Callable[[], None], ...] = (
    nothing_but_the_wheel,
    the_files_are_inside,
    a_session_reads_and_writes,
    an_import_works_from_python,
    what_is_missing_is_named,
)


def main() -> None:
    """Check everything; the first that does not hold ends it with its traceback."""
    for check in CHECKS:
        check()
        sys.stdout.write(f"{check.__name__.replace('_', ' ')}\n")


if __name__ == "__main__":
    main()
