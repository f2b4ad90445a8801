"""A new import begins only where it may, and where no other one has made its groups."""

from pathlib import Path

import attrs
import pytest

from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.errors import InsufficientScope
from bitrix_scrum_async.importer import Fate, JournalError
from bitrix_scrum_async.importer.journal import Journal
from bitrix_scrum_async.session import PortalSession
from tests.importer import plans
from tests.importer.running import WRITES, fates, run, writes

pytestmark = pytest.mark.anyio


async def refusal(portal: PortalSession, journal: Path) -> str:
    """Return why an import does not begin."""
    with pytest.raises(JournalError) as caught:
        await run(portal, journal)
    return str(caught.value)


async def test_a_new_journal_does_not_make_groups_again_that_an_import_has_made(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    await run(portal, journal)
    before = writes(emulator)
    another = journal.with_name("another")
    assert await refusal(portal, another) == (
        "the journal another does not know groups of this plan that an import has made in the "
        "portal: shop (#1): give the journal of that import with --journal to go on, or make them "
        "a second time with --again"
    )
    assert writes(emulator) == before
    assert not another.exists()


async def test_groups_are_made_again_where_that_is_asked_for(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    await run(portal, journal)
    another = journal.with_name("another")
    report = await run(portal, another, again=True)
    assert fates(report, Fate.CREATED) == WRITES
    assert len(emulator.state.groups) == 2
    assert fates(await run(portal, another), Fate.PRESENT) == WRITES
    assert "shop (#1), shop (#2): give" in await refusal(portal, journal.with_name("third"))


async def test_a_journal_that_was_begun_and_knows_nothing_is_a_new_one(
    portal: PortalSession, journal: Path
) -> None:
    await run(portal, journal)
    another = journal.with_name("another")
    Journal.open(another, portal=portal.host).close()
    assert "the journal another does not know groups" in await refusal(portal, another)


async def test_a_journal_of_other_groups_makes_none_again_either(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    a, b, c = (plans.group(key) for key in "abc")
    await run(portal, journal, plans.load(a))
    another = journal.with_name("another")
    await run(portal, another, plans.load(b))
    before = writes(emulator)
    with pytest.raises(JournalError, match=r"in the portal: b \(#2\): give"):
        await run(portal, journal, plans.load(a, b, c))
    assert writes(emulator) == before
    assert (await run(portal, journal, plans.load(a, c))).complete


async def test_a_group_of_the_same_name_that_no_import_made_is_no_obstacle(
    portal: PortalSession, journal: Path
) -> None:
    await portal.groups.create(name="The shop", scrum_master_id=1, keywords="import-1")
    assert (await run(portal, journal)).complete


async def test_a_group_that_was_renamed_is_found_by_its_mark(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    await run(portal, journal)
    await portal.groups.update(1, name="The old shop")
    await make_groups(portal, 120)
    emulator.clear_requests()
    assert "shop (#1, called 'The old shop'): give" in await refusal(
        portal, journal.with_name("another")
    )
    # Who we are; scopes and the first page; the others, up to 50 pages in a request.
    assert len(emulator.requests) <= 5
    assert (await run(portal, journal.with_name("another"), again=True)).complete


async def test_a_renamed_group_is_found_behind_the_first_page(
    portal: PortalSession, journal: Path
) -> None:
    await make_groups(portal, 60)
    await run(portal, journal)
    await portal.groups.update(61, name="The old shop")
    assert "shop (#61, called" in await refusal(portal, journal.with_name("another"))


async def make_groups(portal: PortalSession, number: int) -> None:
    """Make groups that no import has made."""
    await portal.batch(
        *(portal.groups.create(name=f"Group {n}", scrum_master_id=1) for n in range(number))
    )


async def test_a_begun_import_is_not_gone_on_with_where_its_groups_are_gone(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    plan = plans.load(plans.group("a"), plans.group("b"))
    await run(portal, journal, plan)
    await portal.groups.delete(2)
    before = writes(emulator)
    with pytest.raises(JournalError) as caught:
        await run(portal, journal, plan)
    assert str(caught.value).startswith(
        "the portal does not show b (#2), which the journal import.sqlite knows: it is another "
        "portal, it was removed there, or the webhook's user may not see it; begin with another "
        "--journal, "
    )
    assert writes(emulator) == before
    assert (await run(portal, journal, plan, only=("a",))).complete


async def test_an_emulator_that_was_started_anew_is_another_portal(journal: Path) -> None:
    async with Emulator() as emulator, PortalSession(emulator.webhook) as portal:
        port = int(emulator.address.rsplit(":", 1)[1])
        await run(portal, journal)
    async with Emulator(port=port) as emulator, PortalSession(emulator.webhook) as portal:
        with pytest.raises(JournalError, match=r"does not show shop \(#1\)"):
            await run(portal, journal)
        await run(portal, journal.with_name("another"))
        before = writes(emulator)
        with pytest.raises(JournalError, match=r"shop \(#1\), .* is of another import here"):
            await run(portal, journal)
        assert writes(emulator) == before


async def test_a_group_without_its_mark_is_still_that_of_the_journal(
    portal: PortalSession, journal: Path
) -> None:
    await run(portal, journal)
    await portal.groups.update(1, keywords="soap")
    assert (await run(portal, journal)).complete


async def test_a_group_that_is_hidden_from_others(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    """An administrator may see it by its id; to others it is as good as gone."""
    await run(portal, journal)
    await portal.groups.update(1, visible=False)
    assert (await run(portal, journal)).complete
    async with PortalSession(emulator.new_webhook(7)) as other:
        with pytest.raises(JournalError, match="the webhook's user may not see it"):
            await run(other, journal)
        users = emulator.state.users
        users[7] = attrs.evolve(users[7], admin=True)
        await run(other, journal)


async def test_a_group_is_found_among_many_of_its_name(
    portal: PortalSession, journal: Path
) -> None:
    for _ in range(60):
        await portal.groups.create(name="The shop", scrum_master_id=1)
    await run(portal, journal)
    assert "shop (#61)" in await refusal(portal, journal.with_name("another"))
    of_another_group = journal.with_name("third")
    await run(portal, of_another_group, plans.load(plans.group("b")))
    with pytest.raises(JournalError, match=r"shop \(#61\)"):
        await run(portal, of_another_group, plans.load(plans.group("b"), plans.group()))


async def test_looking_for_many_groups_takes_one_request(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    groups = [plans.group(f"g{n}", epics=[], sprints=[], tasks=[]) for n in range(120)]
    await run(portal, journal, plans.load(*groups))
    looks = [
        request
        for request in emulator.requests
        if any(command.method == "scope" for command in request.commands)
    ]
    assert len(looks) == 1
    assert len(looks[0].commands) == 2
    emulator.clear_requests()
    await run(portal, journal, plans.load(*groups))
    who, look, *_ = emulator.requests
    assert who.method == "profile"
    # Three pages of groups that the journal knows.
    assert len(look.commands) == 4


@pytest.mark.parametrize(
    ("scopes", "said"),
    [
        (["socialnetwork", "user"], "the scopes task and sonet_group"),
        (["task", "sonet_group", "user"], "the scope socialnetwork"),
        (["user"], "the scopes task, sonet_group and socialnetwork"),
    ],
)
async def test_credentials_that_lack_scopes_begin_nothing(
    scopes: list[str], said: str, emulator: Emulator, journal: Path
) -> None:
    async with PortalSession(emulator.new_webhook(scopes=scopes)) as portal:
        with pytest.raises(InsufficientScope, match=f"lacks {said}, which"):
            await run(portal, journal)
    assert not list(journal.parent.iterdir())


async def test_only_addresses_need_the_scope_of_users(emulator: Emulator, journal: Path) -> None:
    webhook = emulator.new_webhook(scopes=["task", "sonet_group", "socialnetwork"])
    async with PortalSession(webhook) as portal:
        with pytest.raises(InsufficientScope, match="lacks the scope user, which"):
            await run(portal, journal, plans.load(plans.group(members=["user2@example.com"])))
        assert (await run(portal, journal)).complete
