"""The nightly run: what a list becomes in the portal, and what runs after it do."""

import datetime as dt
import logging
from collections import Counter
from pathlib import Path

import anyio.to_thread
import pytest

from bitrix_scrum_async import PortalSession, Sprint, TaskStatus
from bitrix_scrum_async.emulator import Emulator, RestError
from bitrix_scrum_async.emulator.faults import Fault
from examples import nightly_sync

from .conftest import END, START

pytestmark = pytest.mark.anyio

LIST = """\
key,title,story_points,sprint,responsible,done
D-17,Letters arrive twice,3,Sprint 8,user2@example.com,
D-18,The total is off by one,,,,yes
D-19,Näher an $result[c0] & 100 %,XL,Sprint 8,3,
"""


@pytest.fixture
async def sprint(portal: PortalSession) -> Sprint:
    """A planned sprint of group 1."""
    return await portal.sprints.add(
        1, name="Sprint 8", created_by=1, date_start=START, date_end=END
    )


class Night:
    """Runs the program, as cron does: with a file, in a process's environment."""

    def __init__(self, path: Path, emulator: Emulator) -> None:
        self.path = path
        self.emulator = emulator

    async def run(self, text: str = LIST, *options: str) -> int:
        """Run it on a list, and give the exit code."""
        self.path.write_text(text, encoding="utf-8")
        self.emulator.clear_requests()
        before = self.emulator.executed
        arguments = ["--group", "1", *options, str(self.path)]
        code = await anyio.to_thread.run_sync(nightly_sync.main, arguments)
        self.executed = self.emulator.executed - before
        return code

    @property
    def writes(self) -> Counter[str]:
        """What the last run changed in the portal."""
        endings = (".add", ".update", ".complete")
        return Counter({k: n for k, n in self.executed.items() if k.endswith(endings)})

    def titles(self) -> list[str]:
        """The titles of all tasks of the portal."""
        with self.emulator.hold() as state:
            return sorted(task.title for task in state.tasks.values())


@pytest.fixture
def night(
    tmp_path: Path, emulator: Emulator, sprint: Sprint, monkeypatch: pytest.MonkeyPatch
) -> Night:
    """The program, pointed at the emulated portal."""
    monkeypatch.setenv("BITRIX24_WEBHOOK", emulator.webhook)
    return Night(tmp_path / "list.csv", emulator)


TITLES = ["Letters arrive twice", "Näher an $result[c0] & 100 %", "The total is off by one"]


async def test_a_list_becomes_tasks_in_their_places(
    night: Night, portal: PortalSession, sprint: Sprint
) -> None:
    assert await night.run() == 0
    found = {task.xml_id: task async for task in portal.tasks.all(group_ids=[1])}
    assert sorted(each.title for each in found.values()) == TITLES
    assert [found[f"list:D-{n}"].responsible_id for n in (17, 18, 19)] == [2, 1, 3]
    assert found["list:D-18"].is_completed
    place = await portal.scrum_tasks.get(found["list:D-19"].id)
    assert (place.entity_id, place.story_points) == (sprint.id, "XL")


async def test_a_second_run_changes_nothing(night: Night) -> None:
    assert await night.run() == 0
    assert night.writes
    assert await night.run() == 0
    assert not night.writes


async def test_a_second_run_writes_only_what_differs(night: Night, portal: PortalSession) -> None:
    await night.run()
    assert await night.run(LIST.replace("arrive twice,3", "arrive twice,5")) == 0
    assert night.writes == {"tasks.api.scrum.task.update": 1}
    assert await night.run("key,title,done\nD-17,Letters come twice,yes\n") == 0
    assert night.writes == {"tasks.task.update": 1, "tasks.task.complete": 1}
    (task,) = await portal.tasks.list({"XML_ID": "list:D-17"})
    assert (task.title, task.status) == ("Letters come twice", TaskStatus.COMPLETED)


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize(("executed", "when"), [(None, "after"), (2, "after"), (None, "before")])
async def test_a_lost_answer_is_mended_by_the_next_run(
    night: Night, nth: int, executed: int | None, when: str
) -> None:
    """Whatever was done of a lost request, the next run finds it, and adds only what is missing."""

    def writes(request: object) -> bool:
        return ".add" in repr(request) or ".update" in repr(request)

    lost = night.emulator.inject("drop", match=writes, nth=nth, when=when, commands=executed)
    assert await night.run() == 1
    assert lost.hits == 1
    night.emulator.clear_faults()
    assert await night.run() == 0
    assert night.titles() == TITLES
    assert await night.run() == 0
    assert not night.writes


async def test_a_row_that_cannot_be_done_does_not_keep_the_others(
    night: Night, caplog: pytest.LogCaptureFixture
) -> None:
    text = LIST + "D-20,Nobody's,,,nobody@example.com,\nD-21,Nowhere,,Sprint 9,,\n"
    assert await night.run(text) == 1
    assert night.titles() == TITLES
    problems = [each.getMessage() for each in caplog.records if each.levelno == logging.ERROR]
    assert problems == [
        "line 5, D-20: the portal knows no single user 'nobody@example.com'",
        "line 6, D-21: there is no single planned sprint 'Sprint 9' to put it into",
    ]


async def test_the_portal_refusing_a_row_is_told_with_its_line(
    night: Night, caplog: pytest.LogCaptureFixture
) -> None:
    night.emulator.inject("OVERLOAD_LIMIT", match="tasks.task.complete", scope="command")
    assert await night.run() == 1
    assert any(each.getMessage().startswith("line 3, D-18: ") for each in caplog.records)
    assert await night.run() == 0


async def test_what_the_team_has_agreed_upon_stays(
    night: Night, portal: PortalSession, sprint: Sprint
) -> None:
    """A task that was taken into the active sprint is not put elsewhere, nor another into it."""
    await night.run()
    await portal.sprints.start(sprint.id)
    await portal.sprints.add(
        1, name="Sprint 9", created_by=1, date_start=END, date_end=END + dt.timedelta(days=14)
    )
    assert await night.run(LIST.replace("Sprint 8", "Sprint 9")) == 0
    assert not night.writes
    assert await night.run("key,title,sprint\nD-22,Late,Sprint 8\n") == 1
    assert night.titles() == TITLES


async def test_empty_cells_leave_alone_what_the_team_set(
    night: Night, portal: PortalSession
) -> None:
    await night.run()
    (task,) = await portal.tasks.list({"XML_ID": "list:D-18"})
    await portal.scrum_tasks.update(task.id, story_points="8")
    await portal.tasks.update(task.id, responsible_id=3)
    assert await night.run() == 0
    assert not night.writes


async def test_a_copied_task_is_told_and_not_guessed_about(
    night: Night, portal: PortalSession, caplog: pytest.LogCaptureFixture
) -> None:
    await night.run()
    await portal.tasks.add("Copy", responsible_id=1, group_id=1, xml_id="list:D-17")
    assert await night.run() == 1
    assert not night.writes
    assert "D-17: tasks [1, 4] carry this key" in caplog.text


@pytest.mark.parametrize("switches", [{"store_xml_id": False}])
async def test_a_portal_that_keeps_no_keys_gets_one_task_and_no_more(
    night: Night, caplog: pytest.LogCaptureFixture
) -> None:
    assert await night.run() == 1
    assert len(night.titles()) == 1
    assert "not found by its key: the rest waits" in caplog.text


async def test_a_dry_run_says_what_it_would_do(
    night: Night, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert await night.run(LIST, "--dry-run") == 1
    assert not night.writes
    assert "would D-18: add: title='The total is off by one', responsible_id=1, done=True" in (
        caplog.text
    )
    await night.run()
    assert await night.run(LIST, "--dry-run") == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "there is no column 'key'"),
        ("key,titel\n", "unknown columns ['titel']"),
        ("key,title\nA,\n", "line 2: a row needs a key and a title"),
        ("key,title\nA,x\n\nA,y\n", "line 4: 'A' stands in line 2 too"),
        ("key,title,done\nA,x,perhaps\n", "line 2: done is 'perhaps'"),
        ("key,title\nA,x,y\n", "line 2: more cells than columns"),
    ],
)
async def test_a_list_with_a_mistake_changes_nothing(
    night: Night, text: str, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert await night.run(text) == 2
    assert says in caplog.text
    assert not night.emulator.requests


async def test_a_portal_that_does_not_let_it_changes_nothing(
    night: Night, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = RestError("INVALID_CREDENTIALS", "Invalid request credentials", 401)
    night.emulator.inject(Fault(name="INVALID_CREDENTIALS", error=error))
    assert await night.run() == 2
    monkeypatch.delenv("BITRIX24_WEBHOOK")
    assert await night.run() == 2
    assert "set BITRIX24_WEBHOOK" in caplog.text
    assert not night.titles()


async def test_no_secret_is_logged(night: Night, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    night.emulator.inject("bad_gateway")
    await night.run()
    secret = night.emulator.webhook.rstrip("/").rpartition("/")[2]
    assert secret not in caplog.text
