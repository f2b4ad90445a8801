"""The map from keys to ids: every record of the plan, and what else is missing."""

from pathlib import Path

import pytest

from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.importer import Importer
from bitrix_scrum_async.importer.journal import Journal
from bitrix_scrum_async.importer.record_map import MappedRecord, map_records
from bitrix_scrum_async.session import PortalSession
from tests.importer import plans

pytestmark = pytest.mark.anyio

KINDS = ["group", "backlog"] + 2 * ["epic"] + 2 * ["sprint"] + 3 * ["stage"] + ["sprint"]


async def mapped(portal: PortalSession, journal: Path) -> list[MappedRecord]:
    """Import the small plan and map its records."""
    plan = plans.load()
    report = await Importer(portal, journal=journal, settle_after=0).run(plan)
    with Journal.read(journal) as known:
        return list(map_records(plan, known, report.missing))


async def test_each_record_has_its_id(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    records = await mapped(portal, journal)
    assert [each.kind for each in records] == KINDS + 6 * ["task"]
    assert {each.state for each in records} == {"there"}
    tasks = {each.key: each.id for each in records if each.kind == "task"}
    assert {f"shop/{key}": id_ for key, id_ in tasks.items()} == {
        row.xml_id: row.id for row in emulator.state.tasks.values()
    }


async def test_what_is_missing_has_its_reason(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    emulator.inject("ACCESS_DENIED", match="tasks.api.scrum.epic.add", scope="command")
    emulator.inject("ACCESS_DENIED", match="tasks.api.scrum.sprint.start", scope="command")
    records = await mapped(portal, journal)
    lost = {f"{each.kind} {each.key}": each for each in records if each.state != "there"}
    assert lost["epic pay"].state == "failed"
    assert lost["epic pay"].id is None
    assert lost["epic pay"].reason
    assert lost["place T-1"].reason == "needs epic pay, which is not there"
    assert lost["start s2"].state == "failed"


async def test_what_was_never_tried(portal: PortalSession, journal: Path) -> None:
    with Journal.open(journal, portal=portal.host) as known:
        records = list(map_records(plans.load(), known))
    assert {each.state for each in records} == {"not tried"}
