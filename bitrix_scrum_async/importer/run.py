"""The importer: a plan into a portal, phase by phase over all groups at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

import anyio
import attrs

from ..errors import NotExecuted
from ..session import PortalSession
from .admission import admit
from .authors import Authors, identify, read_profile
from .boards import match_board
from .dry_run import dry_run
from .foresight import DryRun
from .journal import Journal, State, is_new
from .marks import learn_task_mark
from .plan import Plan
from .progress import OnProgress, silent
from .report import INTERRUPTED, Report
from .selection import select
from .settle import Settling
from .waves import WAVE, ImportStopped, Waves
from .write import Write
from .writes import GroupWrites


@attrs.frozen
class Importer:
    """Imports plans into a portal, each record once, however often it is run.

    Args:
        portal: The session to send with.
        journal: The file that keeps what was created; the same file resumes an import.
        settle_after: Seconds after which a request whose answer was lost has surely ended
            in the portal.
        wave: Writes between two commits of the journal.
        max_errors: Failed writes after which the run ends; ``None`` for any number. Looked at
            after each wave, the first of a phase being a small one.
        only: The keys of the groups to import; none for all of the plan.
        again: Whether to make groups that an import with another journal has made already.
    """

    portal: PortalSession
    journal: str | PathLike[str] = attrs.field(kw_only=True)
    settle_after: float = attrs.field(default=60.0, kw_only=True)
    wave: int = attrs.field(default=WAVE, kw_only=True)
    max_errors: int | None = attrs.field(default=None, kw_only=True)
    only: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    again: bool = attrs.field(default=False, kw_only=True)

    async def dry_run(self, plan: Plan, on_progress: OnProgress = silent) -> DryRun:
        """Tell what `run` would do with a plan. Only reads; the journal need not be there yet.

        Records are found by the ids in the journal; without it by what an import marks them with.

        Args:
            plan: What shall be there.
            on_progress: Told after each group.

        Raises:
            PlanError: As for `run`.
            JournalError: As for `run`, but another import may be using it.
            BitrixScrumError: The portal cannot be used at all.
        """
        plan.check()
        plan = select(plan, self.only)
        return await dry_run(
            self.portal,
            plan,
            journal=self.journal,
            again=self.again,
            on_progress=on_progress,
        )

    async def run(
        self,
        plan: Plan,
        on_progress: OnProgress = silent,
        *,
        stop: anyio.Event | None = None,
    ) -> Report:
        """Create what of a plan is not in the portal yet.

        A record that fails is reported, what needs it is skipped, everything else is done.

        Args:
            plan: What shall be there.
            on_progress: Told how far each phase is.
            stop: Set it to end the run in order: nothing more is sent, what is in flight gets
                its answer into the journal, and the report says that the run was interrupted.

        Raises:
            PlanError: The plan contradicts itself, names a user that the portal does not know,
                or has no group of a key in ``only``.
            JournalError: The journal belongs to another portal or plan, or is none; the portal
                does not show a group that it knows; or an import with another one has made groups
                of the plan that it does not know.
            InsufficientScope: The credentials lack scopes.
            BitrixScrumError: The portal cannot be used at all.
                In all these cases nothing was written.
        """
        begun = time.monotonic()
        requests = self.portal.stats.requests
        plan.check()
        keys = [group.key for group in plan.groups]
        plan = select(plan, self.only)
        try:
            with _ending(self.portal, stop):
                # A new journal is begun only for a portal in which the import can begin.
                known = await self._begin(plan, None) if is_new(self.journal) else None
                with Journal.open(self.journal, portal=self.portal.host, groups=keys) as journal:
                    authors = known or await self._begin(plan, journal)
                    report = await self._import(journal, plan, authors, on_progress, stop)
        except NotExecuted:
            report = Report(portal=self.portal.host, stopped=INTERRUPTED)
        report.requests = self.portal.stats.requests - requests
        report.seconds = time.monotonic() - begun
        return report

    async def _begin(self, plan: Plan, journal: Journal | None) -> Authors:
        """Ask the portal what must be known before the first write."""
        profile = await read_profile(self.portal)
        name = Path(self.journal).name
        await admit(self.portal, plan, journal=journal, name=name, again=self.again)
        return await identify(self.portal, plan, profile)

    async def _import(
        self,
        journal: Journal,
        plan: Plan,
        authors: Authors,
        on_progress: OnProgress,
        stop: anyio.Event | None,
    ) -> Report:
        report = Report(portal=self.portal.host)
        groups = [GroupWrites(self.portal, journal, group, authors) for group in plan.groups]
        try:
            await Settling(
                portal=self.portal,
                journal=journal,
                groups=frozenset(group.key for group in plan.groups),
                caller=authors.caller,
                settle_after=self.settle_after,
                on_progress=on_progress,
                now=time.time,
                stop=stop,
            ).run()
            waves = Waves(
                portal=self.portal,
                journal=journal,
                report=report,
                on_progress=on_progress,
                size=self.wave,
                max_errors=self.max_errors,
                stop=stop,
            )
            await _phases(waves, groups)
        except ImportStopped as stopped:
            report.stopped = str(stopped)
        except NotExecuted:
            report.stopped = INTERRUPTED
        for group in groups:
            report.changed.extend(group.no_longer_planned())
        return report


@contextmanager
def _ending(portal: PortalSession, stop: anyio.Event | None) -> Generator[None]:
    """Let nothing more leave once the run shall end."""
    if stop is None:
        yield
        return

    async def watch() -> None:
        await stop.wait()
        portal.stop_sending()

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        portal.resume_sending()


def _over(
    groups: list[GroupWrites], phase: Callable[[GroupWrites], Iterable[Write]]
) -> Callable[[], Iterator[Write]]:
    return lambda: (write for group in groups for write in phase(group))


async def _phases(waves: Waves, groups: list[GroupWrites]) -> None:
    await waves.send("groups", _over(groups, GroupWrites.groups))
    await waves.send("members", _over(groups, GroupWrites.members))
    await waves.send("backlogs", _over(groups, GroupWrites.backlogs))
    await waves.send("epics", _over(groups, GroupWrites.epics))
    await waves.send("sprints", _over(groups, GroupWrites.sprints))
    await waves.send("tasks", _over(groups, GroupWrites.tasks), at_most=_careful(waves))
    await waves.send("places", _over(groups, GroupWrites.places))
    await waves.send("stages", _over(groups, GroupWrites.stages))
    await _start(waves, groups)
    boards = await _boards(waves, groups)

    async def move_cards(phase: str, *, done: bool) -> None:
        off = partial(GroupWrites.cards_taken_off, done=done)
        await waves.send(f"{phase} off", _over(groups, off))
        on = _over(groups, lambda group: group.cards(boards[group.plan.key], done=done))
        await waves.send(phase, on)

    await move_cards("cards", done=False)
    await waves.send("completions", _over(groups, GroupWrites.completions))
    await move_cards("cards of done tasks", done=True)


def _careful(waves: Waves) -> Callable[[], Awaitable[int]]:
    """Send one task first, to see what the portal stores of its marks, then all that are left.

    While that one fails, twice as many each time: a plan without a task that the portal takes
    must not cost a request for each.
    """
    size = 0

    async def at_most() -> int:
        nonlocal size
        if waves.journal.task_mark is None:
            await learn_task_mark(waves.portal, waves.journal)
        size = min(2 * size or 1, waves.size)
        return waves.size if waves.journal.task_mark else size

    return at_most


async def _start(waves: Waves, groups: list[GroupWrites]) -> None:
    """Start the active sprints; those that fail for want of stages once more, with stages."""
    await waves.send("starts", _over(groups, GroupWrites.starts))
    bare = [group for group in groups if any(group.default_stages())]
    for group in bare:
        waves.report.forget("start", group.plan.key)
    await waves.send("default stages", _over(bare, GroupWrites.default_stages))
    await waves.send("starts with stages", _over(bare, GroupWrites.starts))


async def _boards(waves: Waves, groups: list[GroupWrites]) -> dict[str, dict[str, int]]:
    """Read the stages of the running sprints that have cards to move: ids by the plan's names."""
    boards: dict[str, dict[str, int]] = {group.plan.key: {} for group in groups}
    asked: list[tuple[GroupWrites, int]] = []
    for group in groups:
        sprint = group.plan.active_sprint
        entry = sprint and waves.journal.entry("sprint", group.plan.key, sprint.key)
        if entry and entry.state is State.DONE and entry.id and group.has_cards():
            asked.append((group, entry.id))
    answers: tuple[Any, ...] = await waves.portal.batch(
        *(waves.portal.kanban.get_stages(sprint_id) for _, sprint_id in asked),
        return_exceptions=True,
    )
    for (group, _), stages in zip(asked, answers, strict=True):
        sprint = group.plan.active_sprint
        if sprint is None or isinstance(stages, BaseException):
            continue  # its cards are reported: the board has no such stage
        boards[group.plan.key] = match_board(group.plan.board(sprint), stages)
    return boards
