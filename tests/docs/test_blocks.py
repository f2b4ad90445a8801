"""Every block of every page runs, against an emulated portal, and prints what the page shows."""

import datetime as dt
import sys
from pathlib import Path

import pytest
import yaml

from bitrix_scrum_async import Limits, PortalSession, RetryPolicy
from bitrix_scrum_async.emulator import Emulator
from tests.docs.pages import EMPTY, Block, PageError, blocks, pages, read
from tests.docs.running import Running, check_picture
from tests.docs.shell import commands

pytestmark = pytest.mark.anyio

GROUPS = {125: "Sales", 126: "Support", 127: "Warehouse"}
# What the first of the pages' records shall have as their ids.
FIRST_IDS = {"group": 125, "entity": 54, "epic": 9, "stage": 31, "task": 751}


async def furnish(emulator: Emulator) -> None:
    """Put what all pages speak of into a portal: three groups, a sprint, three tasks."""
    for table, first in FIRST_IDS.items():
        for _ in range(first - 1):
            emulator.state.next_id(table)
    start = dt.datetime(2026, 11, 9, tzinfo=dt.UTC)
    async with PortalSession(emulator.webhook, limits=Limits.self_hosted()) as portal:
        for name in GROUPS.values():
            group_id = await portal.groups.create(name, 1)
            await portal.backlogs.add(group_id, created_by=1)
        await portal.sprints.add(
            125,
            name="Sprint 1",
            created_by=1,
            date_start=start,
            date_end=start + dt.timedelta(weeks=2),
        )
        for title in ("Log in with a code", "Forget the password", "Log out everywhere"):
            await portal.tasks.add(title, responsible_id=1, group_id=125)
        await portal.scrum_tasks.update(751, entity_id=57, story_points=3)
    emulator.clear_requests()


@pytest.fixture
async def running(
    bitrix_portal: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Running:
    """A page to be run in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setenv("BITRIX24_WEBHOOK", bitrix_portal.webhook)
    names = {"__name__": "page", "emulator": bitrix_portal, "webhook": bitrix_portal.webhook}
    return Running(bitrix_portal, names)


@pytest.mark.parametrize("page", pages())
async def test_every_block_of_a_page_runs(page: str, running: Running) -> None:
    text = read(page)
    if EMPTY not in text:
        await furnish(running.emulator)
    session = PortalSession(
        running.emulator.webhook, limits=Limits.self_hosted(), retry=RetryPolicy(waiting=False)
    )
    async with session as portal:
        running.given["portal"] = portal
        for block in blocks(page, text):
            await running.run(block)
    running.end()


def test_plans_of_the_first_two_pages_do_not_meet() -> None:
    # Whoever follows one after the other may have both of them in one folder and one portal.
    met: set[str] = set()
    for page in ("README.md", "docs/start.md"):
        plans = [each for each in blocks(page, read(page)) if each.language == "yaml"]
        assert plans
        for block in plans:
            plan = yaml.safe_load(block.code)
            names = {block.file or "plan.yaml"}
            names |= {group[name] for group in plan["groups"] for name in ("key", "name")}
            assert not names & met, f"{block} has {names & met} in common with another page"
            met |= names


def shown(language: str, code: str, *, file: str | None = None) -> Block:
    return Block(page="page.md", line=1, language=language, code=code, file=file)


@pytest.mark.parametrize(
    ("language", "code", "said"),
    [
        ("", "whatever", "nobody knows how to run"),
        ("rust", "fn main() {}", "nobody knows how to run 'rust'"),
        ("sh", "rm -r notes", "nobody knows how to run 'rm -r notes'"),
        ("sh", "nox -s paint", "names what is not there"),
        ("sh", "pip install -e '.[paint]'", "names what is not there"),
        ("text", "Sprint 1", "a text that no block above it printed"),
        ("yaml", "- 1", "neither a plan nor a mapping"),
    ],
)
async def test_what_cannot_be_run_or_checked_is_refused(
    running: Running, language: str, code: str, said: str
) -> None:
    with pytest.raises(PageError, match=said):
        await running.run(shown(language, code))


async def test_a_block_fails_like_the_code_in_it(running: Running) -> None:
    with pytest.raises(ZeroDivisionError):
        await running.run(shown("python", "1 / 0"))


async def test_other_output_than_what_is_shown_is_refused(running: Running) -> None:
    await running.run(shown("python", "print('Sprint 1', 57)"))
    with pytest.raises(PageError, match="and printed was\nSprint 1 57"):
        await running.run(shown("text", "Sprint 2 ..."))


async def test_three_dots_stand_for_what_differs(running: Running) -> None:
    await running.run(shown("python", "print('Sprint 1', 57)"))
    await running.run(shown("text", "Sprint 1 ..."))


async def test_a_file_that_nothing_uses_is_refused(running: Running) -> None:
    await running.run(shown("python", "print(7)", file="seven.py"))
    with pytest.raises(PageError, match=r"nothing runs or reads seven\.py"):
        running.end()
    await running.run(shown("sh", "python seven.py"))
    await running.run(shown("text", "7"))
    running.end()


async def test_a_plan_that_contradicts_itself_is_refused(running: Running) -> None:
    with pytest.raises(ValueError, match="epic"):
        await running.run(
            shown(
                "yaml",
                "version: 1\ngroups:\n  - key: a\n    name: A\n    scrum_master: 1\n"
                "    tasks: [{key: t, title: T, epic: none}]\n",
            )
        )


def test_a_picture_names_files_that_are_there() -> None:
    check_picture(shown("text", "session.py  -> batch/ -> transport/sender.py"))
    with pytest.raises(PageError, match=r"ship\.py is not there"):
        check_picture(shown("text", "session.py -> ship.py"))


def test_commands_come_without_comments_and_over_several_lines() -> None:
    code = "# first\nbitrix-scrum import plan.yaml \\\n    --dry-run  # only reads\n\n"
    assert commands(code) == ["bitrix-scrum import plan.yaml --dry-run"]
