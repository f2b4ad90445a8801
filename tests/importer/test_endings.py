"""An import that ends anywhere: killed, or with an answer lost. Run again, all is there once.

The plan is small and has every kind of record, also two of one name. Each test goes through every
request, or every write into the journal, in turn; then runs to the end; then compares the portal's
own tables with the plan.
"""

import random
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.importer import Importer, Plan, Report, journal_file
from bitrix_scrum_async.importer.journal_file import transaction
from bitrix_scrum_async.session import PortalSession
from bitrix_scrum_async.transport.http import Http
from bitrix_scrum_async.transport.limits import Limits
from bitrix_scrum_async.transport.retry import RetryPolicy
from tests.importer import plans
from tests.importer.tables import assert_as_planned

pytestmark = pytest.mark.anyio


def every_kind() -> Plan:
    """A group with every kind of record, some of them with the same name."""
    group = plans.group()
    group["epics"].append({"key": "pay2", "name": "Payment", "description": "Money out"})
    group["sprints"].append(plans.sprint("s4", "planned", name="Sprint s3"))
    group["tasks"].append(
        {"key": "T-7", "title": "Wish lists", "epic": "pay2", "sprint": "s4", "story_points": "2"}
    )
    return plans.load(group)


PLAN = every_kind()


@pytest.fixture(autouse=True)
def no_power_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process has written outlives it: waiting for the disk is for power cuts."""
    monkeypatch.setattr(journal_file, "_DURABLE", "PRAGMA synchronous = OFF")


class Killed(BaseException):
    """The process is gone."""


class Ending:
    """Ends an import at the n-th request or the n-th write into its journal.

    Attributes:
        reached: Whether it came that far.
    """

    def __init__(self, where: str, nth: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached = False
        self._left = nth
        self._when, _, what = where.partition(" ")
        if what == "request":
            monkeypatch.setattr(Http, "post", self._posting(Http.post))
        else:
            monkeypatch.setattr(transaction, "__exit__", self._committing(transaction.__exit__))

    def _due(self) -> bool:
        self._left -= 1
        self.reached = self.reached or self._left == 0
        return self.reached

    def _posting(self, post: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def posting(*args: Any, **more: Any) -> Any:
            due = self._due()
            if due and self._when == "before":
                raise Killed
            answer = await post(*args, **more)
            if due:
                raise Killed
            return answer

        return posting

    def _committing(self, commit: Callable[..., None]) -> Callable[..., None]:
        def committing(of: transaction, *error: Any) -> None:
            if error[0] is not None:
                commit(of, *error)
                return
            due = self._due()
            if due and self._when == "before":
                commit(of, Killed, Killed(), None)
                raise Killed
            commit(of, *error)
            if due:
                raise Killed

        return committing


@asynccontextmanager
async def portal_of(**switches: Any) -> AsyncGenerator[tuple[Emulator, Path]]:
    """An emulated portal and a place for a journal."""
    with tempfile.TemporaryDirectory() as folder:
        async with Emulator(task_stage_id="card", **switches) as emulator:
            yield emulator, Path(folder) / "journal"


async def run(emulator: Emulator, journal: Path) -> Report:
    """Run the import, as in a process of its own."""
    async with PortalSession(
        emulator.webhook,
        limits=Limits.self_hosted(),
        retry=RetryPolicy(waiting=False),
    ) as portal:
        return await Importer(portal, journal=journal, settle_after=0).run(PLAN)


async def run_to_the_end(emulator: Emulator, journal: Path) -> None:
    """Run again until all is there, and see that it is there once."""
    report = await run(emulator, journal)
    for _ in range(3):
        if not report.complete:
            report = await run(emulator, journal)
    assert report.missing == []
    assert report.complete
    assert_as_planned(emulator.state, PLAN)


async def is_killed(where: str, nth: int, emulator: Emulator, journal: Path) -> bool:
    """Run the import and end it somewhere; tell whether it came that far."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        ending = Ending(where, nth, monkeypatch)
        try:
            await run(emulator, journal)
        except Killed:
            assert ending.reached
    return ending.reached


PORTALS = pytest.mark.parametrize("stores", [True, False], ids=["XML_ID", "tags"])
KILLS = ["before request", "after request", "before commit", "after commit"]


@PORTALS
@pytest.mark.parametrize("where", KILLS)
async def test_killed_anywhere_and_run_again_all_is_there_once(where: str, *, stores: bool) -> None:
    nth = 0
    reached = True
    while reached:
        nth += 1
        async with portal_of(store_xml_id=stores) as (emulator, journal):
            reached = await is_killed(where, nth, emulator, journal)
            await run_to_the_end(emulator, journal)
    assert nth > 15


LOSSES: dict[str, dict[str, Any]] = {
    "before": {"when": "before"},
    "after": {"when": "after"},
    "in the middle": {"when": "before", "commands": 1},
}


@PORTALS
@pytest.mark.parametrize("details", LOSSES.values(), ids=LOSSES.keys())
async def test_any_answer_is_lost_and_run_again_all_is_there_once(
    details: dict[str, Any], *, stores: bool
) -> None:
    """The portal had not executed the request, had executed it, or a part of it."""
    nth = 0
    reached = True
    while reached:
        nth += 1
        async with portal_of(store_xml_id=stores) as (emulator, journal):
            loss = emulator.inject("drop", nth=nth, **details)
            await run(emulator, journal)
            reached = loss.hits > 0
            await run_to_the_end(emulator, journal)
    assert nth > 15


@pytest.mark.parametrize("seed", range(24))
async def test_killed_again_and_again_all_is_there_once(seed: int) -> None:
    """Also while it settles what an earlier run has left open."""
    chance = random.Random(seed)
    async with portal_of(store_xml_id=seed % 3 != 0) as (emulator, journal):
        for _ in range(6):
            await is_killed(chance.choice(KILLS), chance.randint(2, 14), emulator, journal)
        await run_to_the_end(emulator, journal)
