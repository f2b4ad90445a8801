"""Who stands behind the names of a plan."""

from typing import Any

import pytest

from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.errors import DecodeError
from bitrix_scrum_async.importer import PlanError
from bitrix_scrum_async.importer.authors import identify, not_shown
from bitrix_scrum_async.session import PortalSession
from bitrix_scrum_async.transport.limits import Limits
from tests.importer import plans

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "profile", [None, [], "<html>", {}, {"ID": None}, {"ID": "abc"}, {"ID": "0"}, {"ID": 2**70}]
)
async def test_an_odd_profile_is_no_user(
    profile: Any, portal: PortalSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(*_: object, **__: object) -> Any:
        return profile

    monkeypatch.setattr(PortalSession, "call", answer)
    with pytest.raises(DecodeError, match=r"^profile: .*the address of a Bitrix24 portal"):
        await identify(portal, plans.load())


async def test_the_caller_creates_where_the_plan_names_nobody(portal: PortalSession) -> None:
    authors = await identify(portal, plans.load(defaults={}))
    assert (authors.caller, authors.creator, authors.created_by) == (1, None, 1)


async def test_ids_that_nobody_has_are_told_at_once(portal: PortalSession) -> None:
    group = plans.group(scrum_master=78, members=[2, 77, 78])
    with pytest.raises(PlanError) as raised:
        await identify(portal, plans.load(group))
    assert str(raised.value).splitlines() == [
        (
            "groups[0].scrum_master: the portal has no user 78: write another id, "
            "here and in 1 other place"
        ),
        "groups[0].members[1]: the portal has no user 77: write another id",
    ]


async def test_who_is_unknown_is_told_once_with_all_places(portal: PortalSession) -> None:
    names = ("nobody@example.com", "Nobody@example.com", "who@example.com", "nobody@example.com")
    tasks = [
        {"key": f"T-{n}", "title": "Task", "responsible": name} for n, name in enumerate(names)
    ]
    with pytest.raises(PlanError) as raised:
        await identify(portal, plans.load(plans.group(sprints=[], tasks=tasks)))
    said = "the portal knows no single user with the address"
    assert str(raised.value).splitlines() == [
        (
            f"groups[0].tasks[0].responsible: {said} nobody@example.com: write a user id, "
            "here and in 2 other places"
        ),
        f"groups[0].tasks[2].responsible: {said} who@example.com: write a user id",
    ]


async def test_who_is_no_administrator_is_not_shown_everybody(emulator: Emulator) -> None:
    emulator.state.users[3].active = False
    async with PortalSession(emulator.new_webhook(2), limits=Limits.self_hosted()) as portal:
        assert (await identify(portal, plans.load())).caller == 2
        assert await not_shown(portal, [1, 3, 77]) == {3, 77}


async def test_without_the_scope_nobody_is_unknown(emulator: Emulator) -> None:
    webhook = emulator.new_webhook(scopes=["task", "sonet_group", "socialnetwork"])
    async with PortalSession(webhook, limits=Limits.self_hosted()) as portal:
        assert (await identify(portal, plans.load(plans.group(members=[77])))).caller == 1
