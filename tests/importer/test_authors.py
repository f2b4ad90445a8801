"""Who stands behind the names of a plan."""

from typing import Any

import pytest

from bitrix_scrum_async.errors import DecodeError
from bitrix_scrum_async.importer.authors import identify
from bitrix_scrum_async.session import PortalSession
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
