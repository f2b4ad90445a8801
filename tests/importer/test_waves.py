"""Waves: what a failed call means for its write."""

from pathlib import Path
from typing import Any

import pytest

from bitrix_scrum_async.calls import Effect
from bitrix_scrum_async.errors import DecodeError, InvalidCall, NotSent, OutcomeUnknown
from bitrix_scrum_async.importer import Fate, Progress, Report
from bitrix_scrum_async.importer.journal import Intent, Journal, State
from bitrix_scrum_async.importer.waves import Waves, is_unknown
from bitrix_scrum_async.importer.write import Write
from bitrix_scrum_async.session import PortalSession


@pytest.mark.parametrize(
    ("error", "effect", "unknown"),
    [
        (OutcomeUnknown("lost"), Effect.WRITE, True),
        (DecodeError("odd", method="m"), Effect.WRITE, True),
        (OutcomeUnknown("lost"), Effect.REPEATABLE, False),
        (DecodeError("odd", method="m"), Effect.REPEATABLE, False),
        (NotSent("no route"), Effect.WRITE, False),
        (InvalidCall("no"), Effect.WRITE, False),
    ],
)
def test_only_what_must_not_be_written_twice_stays_open(
    error: BaseException, effect: Effect, *, unknown: bool
) -> None:
    assert is_unknown(error, effect) is unknown


def epic(portal: PortalSession, key: str, **more: Any) -> Write:
    """Return the write of an epic into group 1."""
    return Write(
        kind="epic",
        group="g",
        key=key,
        fingerprint="f",
        build=lambda _: portal.epics.add(1, name=key),
        id_of=lambda made: made.id,
        **more,
    )


@pytest.mark.anyio
async def test_each_write_gets_a_fate_and_progress_reaches_the_end(
    portal: PortalSession, journal: Path
) -> None:
    await portal.groups.create(name="g", scrum_master_id=1)
    told: list[Progress] = []
    report = Report(portal=portal.host)
    with Journal.open(journal, portal=portal.host) as known:
        known.intend([Intent(kind="epic", group="g", key="open", fingerprint="f")])
        waves = Waves(portal=portal, journal=known, report=report, on_progress=told.append, size=1)
        await waves.send(
            "epics",
            lambda: [
                epic(portal, "made"),
                epic(portal, "open"),
                epic(portal, "x" * 256),
                epic(portal, "blocked", obstacle=lambda: "not now"),
                epic(portal, "early", needs=(("sprint", "s"),)),
            ],
        )
        made = known.entry("epic", "g", "made")
        assert made is not None
        assert (made.state, made.id) == (State.DONE, 1)
    steps = [(each.done, each.failed) for each in told]
    assert len(set(steps)) == len(steps), "nothing is told twice"
    fates = {each.key[:7]: (each.fate, each.reason) for each in report.missing}
    assert report.total(Fate.CREATED) == 1
    assert fates["open"][0] is Fate.UNKNOWN
    assert fates["xxxxxxx"][0] is Fate.FAILED
    assert fates["blocked"] == (Fate.SKIPPED, "not now")
    assert fates["early"] == (Fate.SKIPPED, "needs sprint s, which is not there")
    assert told[0] == Progress(phase="epics", done=0, total=5)
    assert told[-1] == Progress(phase="epics", done=5, total=5, failed=4)
