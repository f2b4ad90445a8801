"""Sends the writes of a phase in waves: intents, then calls in batches, then outcomes."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

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
from .journal import Journal, Settled, State
from .progress import OnProgress, Progress
from .report import Fate, Missing, Report
from .write import Write

_UNSETTLED = (
    "sent by an earlier run, and the portal does not show whether it succeeded: "
    "see that it stands there at most once, and run again"
)

WAVE = 500
"""Writes a wave: ten full batches, as many as fly together by default."""


class ImportStopped(BitrixScrumError):
    """Going on makes no sense: the portal answers nothing, or refuses everything."""


@attrs.frozen(kw_only=True)
class Waves:
    """The one loop of an import: what is left to do, intents, batch, outcomes."""

    portal: PortalSession
    journal: Journal
    report: Report
    on_progress: OnProgress
    size: int = WAVE

    async def send(self, phase: str, writes: Callable[[], Iterable[Write]]) -> None:
        """Send the writes of a phase that are not done yet, as far as what they need is there.

        Args:
            phase: What is shown as progress.
            writes: Gives the writes; asked twice, so that they need not be kept.

        Raises:
            ImportStopped: Not one write of a wave got an answer about itself.
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

        def counted() -> Iterator[Write]:
            nonlocal seen
            for write in writes():
                seen += 1
                yield write

        tell()
        ready = self._ready(counted())
        while wave := list(islice(ready, self.size)):
            await self._send_wave(wave)
            tell()
        tell()

    def _ready(self, writes: Iterator[Write]) -> Iterator[tuple[Write, Call[Any]]]:
        """Give the writes that can be done now with their calls; report the others."""
        for write in writes:
            entry = self.journal.entry(write.kind, write.group, write.key)
            if entry is not None and entry.state is State.DONE:
                self.report.count(write.kind, write.group, Fate.PRESENT)
                if entry.fingerprint != write.fingerprint:
                    self.report.changed.append(_name(write))
                continue
            if entry is not None and entry.state is State.INTENDED:
                self._miss(write, Fate.UNKNOWN, _UNSETTLED)
                continue
            ids: dict[str, int] = {}
            lacking = self._needs(write, ids) or (write.obstacle() if write.obstacle else None)
            if lacking:
                self._miss(write, Fate.SKIPPED, lacking)
                continue
            try:
                call = write.build(ids)
            except InvalidCall as error:
                self._miss(write, Fate.FAILED, str(error))
                continue
            yield write, call

    def _needs(self, write: Write, ids: dict[str, int]) -> str | None:
        for kind, key in write.needs:
            entry = self.journal.entry(kind, write.group, key)
            if entry is None or entry.state is not State.DONE:
                return f"needs {kind} {key or write.group}, which is not there"
            if entry.id is not None:
                ids[kind] = entry.id
        return None

    async def _send_wave(self, wave: list[tuple[Write, Call[Any]]]) -> None:
        self.journal.intend(
            (write.kind, write.group, write.key, write.fingerprint) for write, _ in wave
        )
        results: tuple[Any, ...] = await self.portal.batch(
            *(call for _, call in wave), return_exceptions=True
        )
        settled: list[Settled] = []
        dead: list[BaseException] = []
        for (write, call), result in zip(wave, results, strict=True):
            where = (write.kind, write.group, write.key)
            if not isinstance(result, BaseException):
                made = write.id_of(result) if write.id_of else None
                settled.append(Settled(*where, State.DONE, id=made))
                self.report.count(write.kind, write.group, Fate.CREATED)
            elif is_unknown(result, call.effect):
                self._miss(write, Fate.UNKNOWN, _reason(result))
            else:
                settled.append(Settled(*where, State.FAILED, error=_reason(result)))
                self._miss(write, Fate.FAILED, _reason(result))
                if isinstance(result, (NotSent, AuthError, LimitError, PortalMoved)):
                    dead.append(result)
        self.journal.settle(settled)
        if len(dead) == len(wave):
            raise ImportStopped(_reason(dead[0]))

    def _miss(self, write: Write, fate: Fate, reason: str) -> None:
        self.report.count(write.kind, write.group, fate)
        self.report.missing.append(
            Missing(kind=write.kind, group=write.group, key=write.key, fate=fate, reason=reason)
        )


def is_unknown(error: BaseException, effect: Effect) -> bool:
    """Tell whether a failed call may have written what must not be written twice."""
    return isinstance(error, (OutcomeUnknown, DecodeError)) and not effect.repeatable


def _reason(error: BaseException) -> str:
    if isinstance(error, (DependencyFailed, NotExecuted)):
        return f"not sent: {error}"
    return str(error)


def _name(write: Write) -> str:
    return f"{write.kind} {write.group}/{write.key}" if write.key else f"{write.kind} {write.group}"
