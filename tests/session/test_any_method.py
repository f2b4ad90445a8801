"""`PortalSession.call`: any method of the portal by its name, plain JSON back."""

from typing import Any, cast

import pytest

from bitrix_scrum_async import Effect, InvalidCall, MethodNotFound, PortalSession
from bitrix_scrum_async.emulator import Emulator

pytestmark = pytest.mark.anyio


async def test_any_method_can_be_called_with_plain_json(portal: PortalSession) -> None:
    profile = await portal.call("profile", effect=Effect.READ)
    assert profile["ID"] == "1"
    with pytest.raises(MethodNotFound):
        await portal.call("tasks.api.scrum.sprint.nope")


@pytest.mark.parametrize("effect", ["write", Effect.WRITE])
async def test_an_effect_may_be_given_as_its_word(
    portal: PortalSession, emulator: Emulator, effect: Any
) -> None:
    emulator.inject("drop", match="batch", when="after")
    params = {"NAME": "Twice?", "SCRUM_MASTER_ID": 1}
    calls = [portal.call("sonet_group.create", params, effect=effect) for _ in range(2)]
    await portal.batch(*calls, return_exceptions=True)
    assert emulator.executed["sonet_group.create"] == 2


@pytest.fixture
def unopened() -> PortalSession:
    """A session that has nothing to send to."""
    return PortalSession("https://acme.example/rest/1/code/")


def test_an_unknown_effect_is_refused(unopened: PortalSession) -> None:
    with pytest.raises(InvalidCall, match=r"pass Effect\.READ"):
        unopened.call("m", effect=cast("Effect", "often"))


@pytest.mark.parametrize(
    "method",
    [
        *(None, 5, "", "m\n", "ö", "a b"),
        *("m?x=1", "profile?auth=1", "m#x", "../m", "../profile", "m.json", "m/", "m."),
    ],
)
def test_what_is_no_methods_name_is_refused(unopened: PortalSession, method: Any) -> None:
    with pytest.raises(InvalidCall, match="is no method's name"):
        unopened.call(method, {"x": 1})


def test_a_list_of_sprints_with_select_is_refused_by_name_too(unopened: PortalSession) -> None:
    """The portal would fill what is not selected with zeros and the time of now."""
    with pytest.raises(InvalidCall, match="select"):
        unopened.call("tasks.api.scrum.sprint.LIST", {"select": ["ID"]})
