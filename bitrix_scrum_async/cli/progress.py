"""What is seen while a command works: bars on a terminal, lines of JSON elsewhere.

It goes to standard error. What is behind of all that the plan asks for is estimated: only the
portal's answers tell how many cards are moved by hand.
"""

import sys
import time
from collections import Counter, deque
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import attrs
import orjson
from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, ProgressColumn, Task, TaskID, TextColumn
from rich.progress import Progress as Bars
from rich.text import Text

from ..importer.progress import WAITING, OnProgress, Progress
from ..transport.events import Cause, Event, RequestAnswered, RequestLost, RequestSent, Waited
from .exits import silence

if TYPE_CHECKING:
    from ..importer import Plan

_WHY: dict[Cause, str] = {
    "bucket": "for the portal's limit of requests",
    "refused": "because the portal refuses more requests for now",
    "operating": "for a method that has used up its working time",
    "failure": "after a failure, to try again",
}
_PHASES: tuple[str, ...] = (
    "groups",
    "members",
    "backlogs",
    "epics",
    "sprints",
    "tasks",
    "places",
    "stages",
    "starts",
    "completions",
)
"""What an import does, in its order, as far as its plan tells how much of that there is."""

_WINDOW = 30.0
"""Seconds of which the pace is taken."""


def expected_writes(plan: "Plan") -> dict[str, int]:
    """Estimate how many writes each phase of an import has, before it tells."""
    expected: Counter[str] = Counter(dict.fromkeys(_PHASES, 0))
    for group in plan.groups:
        active = group.active_sprint
        expected["groups"] += 1
        expected["members"] += 1
        expected["backlogs"] += 1
        expected["epics"] += len(group.epics)
        expected["sprints"] += len(group.sprints)
        expected["stages"] += sum(len(sprint.stages) for sprint in group.sprints)
        expected["starts"] += active is not None
        for task in group.tasks:
            expected["tasks"] += 1
            expected["places"] += bool(task.sprint or task.epic or task.story_points)
            expected["completions"] += task.done
    return dict(expected)


@attrs.define
class Work:
    """How far some work is.

    Attributes:
        expected: What each phase has to do: estimated, then as it is told.
        groups: How many groups are imported; ``None`` for what is no import.
        phases: How far each phase is.
        last: What was told last.
        waits: Requests that wait, by their number.
        waited: Seconds that requests have waited, by cause.
        commands: Calls that were sent.
        samples: What was sent or done at some moments of the last half minute, the oldest first.
    """

    expected: dict[str, int] = attrs.field(factory=dict[str, int])
    groups: int | None = None
    phases: dict[str, Progress] = attrs.field(factory=dict[str, Progress])
    last: Progress | None = None
    waits: dict[int, Waited] = attrs.field(factory=dict[int, Waited])
    waited: dict[str, float] = attrs.field(factory=dict[str, float])
    commands: int = 0
    samples: deque[tuple[float, int]] = attrs.field(factory=lambda: deque([(time.monotonic(), 0)]))

    def tell(self, progress: Progress) -> None:
        """Take in how far a phase is."""
        self.last = progress
        if progress.phase == WAITING:
            return
        if progress.phase in _PHASES and self.groups is not None:
            # A phase with nothing to do is not told of: only the portal knows who is a member.
            for phase in _PHASES[: _PHASES.index(progress.phase)]:
                if phase not in self.phases:
                    self.expected[phase] = 0
        self.phases[progress.phase] = progress
        self.expected[progress.phase] = progress.total

    def sample(self) -> None:
        """Note how far it is now."""
        now = time.monotonic()
        self.samples.append((now, self._paced))
        # The pace of the beginning, before the limits are felt, must not be counted on for long.
        while len(self.samples) > 2 and self.samples[1][0] < now - _WINDOW:
            self.samples.popleft()

    @property
    def groups_done(self) -> int:
        """Groups that were made."""
        made = self.phases.get("groups")
        return made.done if made else 0

    @property
    def done(self) -> int:
        """What is behind, of all phases."""
        return sum(each.done for each in self.phases.values())

    @property
    def total(self) -> int:
        """All there is to do, as far as it is known."""
        return max(self.done, sum(self.expected.values()))

    @property
    def per_second(self) -> float:
        """How much gets done in a second, of late."""
        begun, before = self.samples[0]
        seconds = time.monotonic() - begun
        return (self._paced - before) / seconds if seconds > 0 else 0.0

    @property
    def _paced(self) -> int:
        # Of an import that goes on, much was done before: what is sent now tells the pace.
        return self.done if self.groups is None else self.commands

    @property
    def seconds_left(self) -> float | None:
        """How long it will take, if it goes on so."""
        rate = self.per_second
        return (self.total - self.done) / rate if rate else None

    def waiting(self) -> str:
        """Say what is waited for, and how long at most; empty for nothing."""
        if self.last is not None and self.last.phase == WAITING and not self.last.done:
            return f"waiting {self.last.total} s until lost requests have ended in the portal"
        if not self.waits:
            return ""
        longest = max(self.waits.values(), key=lambda each: each.seconds)
        return f"waiting {longest.seconds:.0f} s {_WHY[longest.cause]}".replace(" 0 s", "")


class Watch:
    """Watches the work of a command, and shows it: one piece of work after the other."""

    def __init__(self) -> None:
        self._work = Work()
        self._show: _Lines | _Screen | None = None

    @contextmanager
    def shown(self, plan: "Plan | None" = None) -> Generator[OnProgress]:
        """Show work until it ends: bars on a terminal, lines of JSON elsewhere.

        Args:
            plan: What is imported, where it is an import.
        """
        self._work = Work() if plan is None else Work(expected_writes(plan), len(plan.groups))
        self._show = _Screen() if sys.stderr.isatty() else _Lines()
        try:
            yield self._on_progress
        finally:
            self._show.stop()
            self._show = None

    def _on_progress(self, progress: Progress) -> None:
        work = self._work
        work.tell(progress)
        work.sample()
        self._tell()

    def say(self, line: str) -> None:
        """Say something while work goes on; on a terminal it stands above the bars."""
        # click's echo would write past rich, into the bars.
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    def on_event(self, event: Event) -> None:
        """Take in what happens to a request of the session."""
        work = self._work
        match event:
            case Waited():
                work.waits[event.request] = event
                work.waited[event.cause] = work.waited.get(event.cause, 0.0) + event.seconds
                self._tell()
            case RequestSent():
                work.commands += event.commands
                work.sample()
                self._waits_no_more(event)
            case RequestAnswered() | RequestLost():
                self._waits_no_more(event)
            case _:
                pass

    def _waits_no_more(self, event: Event) -> None:
        if self._work.waits.pop(event.request, None) is not None:
            self._tell()

    def _tell(self) -> None:
        if self._show is not None:
            self._show(self._work)


class _Lines:
    """Lines of JSON: one for each step of a phase, and one for each wait that is news."""

    def __init__(self) -> None:
        self._told: Progress | None = None
        self._waits: dict[int, Waited] = {}

    def __call__(self, work: Work) -> None:
        if work.last is not None and work.last is not self._told:
            self._told = work.last
            _print({"event": "progress", **attrs.asdict(work.last), **_overall(work)})
        for request, wait in work.waits.items():
            # Our own limiter holds back every other request of an import: that is no news.
            if wait.cause != "bucket" and self._waits.get(request) is not wait:
                _print(
                    {
                        "event": "waiting",
                        "cause": wait.cause,
                        "seconds": round(wait.seconds, 1),
                        "method": wait.method,
                        "why": _WHY[wait.cause],
                    }
                )
        self._waits = dict(work.waits)

    def stop(self) -> None:
        """Say nothing more; there is nothing to take back."""


def _overall(work: Work) -> dict[str, Any]:
    if work.groups is None:
        return {}
    left = work.seconds_left
    return {
        "groups_done": work.groups_done,
        "groups": work.groups,
        "writes_done": work.done,
        "writes": work.total,
        "per_second": round(work.per_second, 1),
        "seconds_left": None if left is None else round(left),
        "waited": {cause: round(seconds, 1) for cause, seconds in work.waited.items()},
    }


def _print(tree: dict[str, Any]) -> None:
    try:
        sys.stderr.write(orjson.dumps(tree).decode() + "\n")
        sys.stderr.flush()
    except OSError:
        # An import is not given up because nobody can watch it.
        silence(sys.stderr)


class _Rate(ProgressColumn):
    """Writes a second, and the time that is left, of all that the plan asks for."""

    def render(self, task: Task) -> Text:
        work: Work | None = task.fields.get("work")
        if work is None or work.seconds_left is None or task.finished:
            return Text("")
        minutes, seconds = divmod(round(work.seconds_left), 60)
        return Text(f"{work.per_second:.0f}/s {minutes}:{seconds:02} left")


class _Screen:
    """Bars: the groups, all writes, the phase of the moment; and what is waited for."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.completed:.0f}/{task.total:.0f}", justify="right"),
            _Rate(),
            console=console,
            expand=True,
        )
        self._known: dict[str, TaskID] = {}
        self._waiting = ""
        self._live = Live(console=console, get_renderable=self._render, refresh_per_second=4)
        self._begun = False

    def __call__(self, work: Work) -> None:
        if not self._begun:
            self._begun = True
            self._live.start()
        whole = work.groups is not None
        if work.groups is not None:
            self._bar("groups", work.groups_done, work.groups)
            self._bar("all writes", work.done, work.total, work=work)
        last = work.last
        if last is not None and last.phase not in ("groups", WAITING):
            failed = f" [red]({last.failed} failed)[/red]" if last.failed else ""
            more = {} if whole else {"work": work}
            self._bar("phase", last.done, last.total, description=f"{last.phase}{failed}", **more)
        self._waiting = work.waiting()

    def _bar(self, name: str, done: int, total: int, **more: Any) -> None:
        if name not in self._known:
            self._known[name] = self._bars.add_task(name, total=total)
        self._bars.update(self._known[name], completed=done, total=total, **more)

    def _render(self) -> Group:
        return Group(self._bars.get_renderable(), Text(self._waiting, style="dim"))

    def stop(self) -> None:
        """Leave the last state on the screen."""
        self._waiting = ""
        if self._begun:
            self._live.stop()
