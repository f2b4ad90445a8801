"""Sends the writes of a phase in waves: intents, then calls in batches, then outcomes."""

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any

import anyio
import attrs

from ..calls import Call, Effect
from ..errors import (
    AuthError,
    BitrixScrumError,
    DecodeError,
    DependencyFailed,
    InvalidCall,
    LimitError,
    NotExecuted,
    NotSent,
    OutcomeUnknown,
    PortalMoved,
)
from ..session import PortalSession
from .journal import Entry, Journal, Settled, State, Where
from .progress import OnProgress, Progress
from .report import INTERRUPTED, Fate, Missing, Report
from .write import Ids, Standing, Write

_NAMESAKE = "waits for one of the same name, of which nobody knows yet whether it was made"
_UNSETTLED = (
    "sent by an earlier run, and the portal does not show whether it succeeded ({}): "
    "see that it stands there at most once, and run again"
)

WAVE = 500
"""Writes a wave: ten full batches, as many as fly together by default."""

_FIRST_WAVE = 50
"""Writes of a phase's first wave where failures are counted: one batch tells a plain mistake."""


class ImportStopped(BitrixScrumError):
    """The run ends before its end; the next one goes on."""


@attrs.frozen
class _Ready:
    """A write that can be sent."""

    write: Write
    ids: Ids
    call: Call[Any]


@attrs.define(kw_only=True)
class Waves:
    """The one loop of an import: what is left to do, intents, batch, outcomes.

    Attributes:
        portal: The session to send with.
        journal: What is known, and where everything is noted.
        report: Where everything is counted.
        on_progress: Told how far each phase is.
        size: Writes between two commits of the journal.
        max_errors: Failed writes after which nothing more is sent; ``None`` for any number.
        stop: Set by who wants the run to end in order.
    """

    portal: PortalSession
    journal: Journal
    report: Report
    on_progress: OnProgress
    size: int = WAVE
    max_errors: int | None = None
    stop: anyio.Event | None = None
    _open: set[tuple[str, str, str]] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._open = {_called(each, each.name) for each in self.journal.intended()}

    async def send(
        self,
        phase: str,
        writes: Callable[[], Iterable[Write]],
        *,
        at_most: Callable[[], Awaitable[int]] | None = None,
    ) -> None:
        """Send the writes of a phase that are not done yet, as far as what they need is there.

        Args:
            phase: What is shown as progress.
            writes: Gives the writes; asked twice, so that they need not be kept.
            at_most: Asked before each wave how many writes it may hold.

        Raises:
            ImportStopped: Not one write of a wave got an answer about itself, or the run shall
                end.
        """
        total = sum(1 for _ in writes())
        if not total:
            return
        seen = 0
        before = len(self.report.missing)
        told: Progress | None = None

        def tell() -> None:
            nonlocal told
            failed = len(self.report.missing) - before
            progress = Progress(phase=phase, done=seen, total=total, failed=failed)
            if progress != told:
                self.on_progress(progress)
            told = progress

        tell()
        size = self.size if self.max_errors is None else min(self.size, _FIRST_WAVE)
        queue = _Queue(writes())
        while True:
            bound = await at_most() if at_most else size
            wave = self._next_wave(queue, min(bound, size))
            if not wave:
                break
            self._check_stop()
            queue.put_back(await self._send_wave(wave))
            seen = queue.taken
            tell()
            size = self.size
        seen = total
        tell()

    def _check_stop(self) -> None:
        if self.stop is not None and self.stop.is_set():
            raise ImportStopped(INTERRUPTED)
        failed = self.report.total(Fate.FAILED)
        if self.max_errors is not None and failed >= self.max_errors:
            raise ImportStopped(f"{failed} writes failed, and no more than that was asked for")

    def _next_wave(self, queue: "_Queue", size: int) -> list[_Ready]:
        """Take the writes from a queue that can be done now; report those that cannot."""
        wave: list[_Ready] = []
        last: dict[tuple[str, str, str], Call[Any]] = {}
        for write in queue:
            ready = self._ready(write)
            if ready is None:
                continue
            if write.marks.alone:
                # One after the other, and none after one that failed: so what a lost answer
                # leaves in the portal are the first of them, in this order.
                name = _called(write, write.marks.name)
                if name in last:
                    ready = attrs.evolve(ready, call=ready.call.after(last[name]))
                    ready.call.handed_over = True
                last[name] = ready.call
            wave.append(ready)
            if len(wave) == size:
                break
        return wave

    def _ready(self, write: Write) -> _Ready | None:
        """Give a write that can be done now with its call; report any other."""
        entry = self.journal.entry(write.kind, write.group, write.key)
        if entry is not None and entry.state is State.DONE:
            self.report.count(write.kind, write.group, Fate.PRESENT)
            if entry.fingerprint != write.fingerprint:
                self.report.changed.append(str(write))
            return None
        if entry is not None and entry.state is State.INTENDED:
            self._miss(write, Fate.UNKNOWN, _UNSETTLED.format(entry.error or "nobody has asked"))
            return None
        if write.marks.alone and _called(write, write.marks.name) in self._open:
            self._miss(write, Fate.SKIPPED, _NAMESAKE)
            return None
        ids: dict[str, int] = {}
        lacking = self._needs(write, ids) or (write.obstacle() if write.obstacle else None)
        if lacking:
            self._miss(write, Fate.SKIPPED, lacking)
            return None
        try:
            call = write.build(ids)
        except InvalidCall as error:
            self._miss(write, Fate.FAILED, str(error))
            return None
        # It is dropped unsent where the run ends, or the journal cannot be written.
        call.handed_over = True
        return _Ready(write, ids, call)

    def _needs(self, write: Write, ids: dict[str, int]) -> str | None:
        for kind, key in write.needs:
            entry = self.journal.entry(kind, write.group, key)
            if entry is None or entry.state is not State.DONE:
                return f"needs {kind} {key or write.group}, which is not there"
            if entry.id is not None:
                ids[kind] = entry.id
        return None

    async def _send_wave(self, wave: list[_Ready]) -> list[Write]:
        """Send writes and note what became of them; give those that are to be sent once more."""
        self.journal.intend(each.write.intent for each in wave)
        results: tuple[Any, ...] = await self.portal.batch(
            *(each.call for each in wave), return_exceptions=True
        )
        standing = await self._standing(wave, results)
        settled: list[Settled] = []
        unsent: list[Where] = []
        later: list[Write] = []
        dead: list[BaseException] = []
        for each, result in zip(wave, results, strict=True):
            write = each.write
            where = (write.kind, write.group, write.key)
            if not isinstance(result, BaseException):
                made = write.id_of(result) if write.id_of else None
                settled.append(Settled(*where, State.DONE, id=made))
                self.report.count(write.kind, write.group, Fate.CREATED)
            elif where in standing:
                settled.append(Settled(*where, State.DONE, id=standing[where]))
                self.report.count(write.kind, write.group, Fate.PRESENT)
            elif isinstance(result, NotExecuted):
                unsent.append(where)  # the run ends before it; like all behind it, it is not tried
            elif isinstance(result, DependencyFailed):
                later.append(write)  # one of its name did not succeed, and it was not sent
            elif is_unknown(result, each.call.effect):
                settled.append(Settled(*where, State.INTENDED, error=str(result)))
                self._open.add(_called(write, write.marks.name))
                self._miss(write, Fate.UNKNOWN, str(result))
            else:
                settled.append(Settled(*where, State.FAILED, error=str(result)))
                self._miss(write, Fate.FAILED, str(result))
                if isinstance(result, (NotSent, AuthError, LimitError, PortalMoved)):
                    dead.append(result)
        again = [(write.kind, write.group, write.key) for write in later]
        self.journal.settle(settled, [*unsent, *again])
        if unsent:
            raise ImportStopped(INTERRUPTED)
        if dead and len(dead) + len(later) == len(wave):
            raise ImportStopped(str(dead[0]))
        return later

    async def _standing(self, wave: list[_Ready], results: Sequence[Any]) -> dict[Where, int]:
        """Look for what was refused because somebody else has done it; give the ids."""
        asked: list[tuple[Write, Standing, Call[Any]]] = []
        for each, result in zip(wave, results, strict=True):
            standing = each.write.standing
            if standing is not None and isinstance(result, standing.refusals):
                asked.append((each.write, standing, standing.ask(each.ids)))
        answers: tuple[Any, ...] = await self.portal.batch(
            *(call for _, _, call in asked), return_exceptions=True
        )
        found: dict[Where, int] = {}
        for (write, standing, _), answer in zip(asked, answers, strict=True):
            id_ = None if isinstance(answer, BaseException) else standing.id_of(answer)
            if id_ is not None:
                found[write.kind, write.group, write.key] = id_
        return found

    def _miss(self, write: Write, fate: Fate, reason: str) -> None:
        self.report.count(write.kind, write.group, fate)
        self.report.missing.append(
            Missing(kind=write.kind, group=write.group, key=write.key, fate=fate, reason=reason)
        )


class _Queue:
    """Writes in order; those that were put back come first."""

    def __init__(self, writes: Iterable[Write]) -> None:
        self._writes = iter(writes)
        self._again: deque[Write] = deque()
        self.taken = 0

    def __iter__(self) -> Iterator[Write]:
        while self._again:
            self.taken += 1
            yield self._again.popleft()
        for write in self._writes:
            self.taken += 1
            yield write

    def put_back(self, writes: Sequence[Write]) -> None:
        """Let writes that were not sent be taken once more."""
        self.taken -= len(writes)
        self._again.extendleft(reversed(writes))


def _called(each: Write | Entry, name: str) -> tuple[str, str, str]:
    """Tell what has one name: a portal may cut blanks off, so they make no difference."""
    return each.kind, each.group, name.strip()


def is_unknown(error: BaseException, effect: Effect) -> bool:
    """Tell whether a failed call may have written what must not be written twice."""
    return isinstance(error, (OutcomeUnknown, DecodeError)) and not effect.repeatable
