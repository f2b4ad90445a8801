"""What an import of the package brings along, and what waits until it is asked for."""

import subprocess
import sys
import typing
from importlib.util import find_spec

import pytest

import bitrix_scrum_async
from bitrix_scrum_async import Event, OAuth, PortalSession, Stats, Webhook, resources, transport
from bitrix_scrum_async.on_demand import on_demand

OPEN_A_SESSION = """
import asyncio
from bitrix_scrum_async import PortalSession
async def main():
    async with PortalSession("http://127.0.0.1:9/rest/1/abc/") as portal:
        pass
asyncio.run(main())
"""

CALL_AND_BATCH = """
import asyncio
from bitrix_scrum_async import PortalSession
from bitrix_scrum_async.emulator import Emulator
async def main():
    async with Emulator() as emulator, PortalSession(emulator.webhook) as portal:
        await portal.call("profile")
        await portal.batch(portal.call("profile"), portal.call("profile"))
asyncio.run(main())
"""


def loaded(program: str) -> set[str]:
    """The modules that a program has imported in the end, in an interpreter of its own."""
    program = f"{program}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run(  # noqa: S603 - a program of this file
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


def rooms(modules: set[str]) -> set[str]:
    own = (name.removeprefix("bitrix_scrum_async.") for name in modules if "bitrix_" in name)
    return {name.split(".")[0] for name in own}


def test_importing_the_package_brings_nothing_along() -> None:
    modules = loaded("import bitrix_scrum_async")
    assert rooms(modules) == {"bitrix_scrum_async", "on_demand", "version"}
    assert modules.isdisjoint({"aiohttp", "anyio", "asyncio", "attrs", "cattrs", "orjson"})


def test_errors_can_be_had_without_a_session() -> None:
    modules = loaded("from bitrix_scrum_async import NotFound")
    assert modules.isdisjoint({"aiohttp", "anyio", "attrs", "cattrs"})
    assert "bitrix_scrum_async.session" not in modules


def test_opening_a_session_brings_no_decoding_and_no_import() -> None:
    modules = loaded(OPEN_A_SESSION)
    assert "cattrs" not in modules
    assert rooms(modules).isdisjoint(
        {"cli", "converter", "decoding", "emulator", "importer", "records", "telemetry", "testing"}
    )


# What a session with a webhook can do without: each takes time to import.
NOT_NEEDED_AT_FIRST = (
    "batch.bundle",
    "batch.composition",
    "batch.lessons",
    "batch.packing",
    "known_errors",
    "known_texts",
    "portal_errors",
    "records",
    "resources.arguments",
    "resources.sprints",
    "transport.events",
    "transport.masking",
    "transport.oauth",
    "transport.stats",
    "transport.token_answer",
    "transport.tokens",
)


@pytest.mark.parametrize(
    "program", ["from bitrix_scrum_async import PortalSession", OPEN_A_SESSION]
)
def test_a_session_brings_only_what_it_needs(program: str) -> None:
    modules = {name.removeprefix("bitrix_scrum_async.") for name in loaded(program)}
    assert modules & {*NOT_NEEDED_AT_FIRST, "anyio", "cattrs"} == set()


@pytest.mark.parametrize("name", NOT_NEEDED_AT_FIRST)
def test_what_is_not_needed_is_there(name: str) -> None:
    """A file that got another name would never be found among those that were imported."""
    assert find_spec(f"bitrix_scrum_async.{name}") is not None


def test_calls_that_succeed_bring_neither_errors_nor_events() -> None:
    modules = loaded(CALL_AND_BATCH)
    assert "anyio" not in modules
    assert modules.isdisjoint(
        f"bitrix_scrum_async.{name}"
        for name in (
            "known_texts",
            "portal_errors",
            "transport.events",
            "transport.masking",
            "transport.stats",
        )
    )


def test_what_a_session_names_can_be_asked_for() -> None:
    """Frameworks that build objects from type hints find those that are imported on demand."""
    hints = typing.get_type_hints(PortalSession.__init__)
    assert set(typing.get_args(hints["auth"])) == {str, Webhook, OAuth}
    assert Event in typing.get_args(typing.get_args(hints["on_event"])[0])[0]
    assert typing.get_type_hints(vars(PortalSession)["stats"].fget)["return"] is Stats
    assert set(transport.__all__) <= set(dir(transport))


def test_a_resource_brings_no_other_one() -> None:
    modules = loaded(
        OPEN_A_SESSION.replace('abc/"):', 'abc/") as portal:').replace("pass", "portal.backlogs")
    )
    assert "bitrix_scrum_async.resources.backlogs" in modules
    assert modules.isdisjoint({"bitrix_scrum_async.resources.tasks", "cattrs"})


def test_the_emulator_brings_nothing_of_the_client() -> None:
    modules = loaded("import bitrix_scrum_async.emulator")
    assert rooms(modules) <= {"bitrix_scrum_async", "on_demand", "version", "emulator"}


def test_a_star_brings_all_public_names() -> None:
    names: dict[str, object] = {}
    exec("from bitrix_scrum_async import *", names)  # noqa: S102
    assert set(bitrix_scrum_async.__all__) <= names.keys()


def test_a_name_that_is_not_there_is_an_error_of_its_own() -> None:
    with pytest.raises(AttributeError, match="'bitrix_scrum_async' has no attribute 'Portals'"):
        getattr(bitrix_scrum_async, "Portals")  # noqa: B009 - checkers know that it is not there
    with pytest.raises(ImportError, match="cannot import name 'Portals'"):
        exec("from bitrix_scrum_async import Portals")  # noqa: S102


def test_modules_can_be_reached_without_importing_them() -> None:
    modules = loaded("import bitrix_scrum_async\nbitrix_scrum_async.errors.NotFound")
    assert "bitrix_scrum_async.errors" in modules


def test_a_name_is_looked_up_once() -> None:
    get = on_demand("bitrix_scrum_async.resources", {"Users": "users"})
    users = get("Users")
    assert vars(resources)["Users"] is users


@pytest.mark.parametrize("name", resources.__all__)
def test_every_resource_is_found(name: str) -> None:
    assert getattr(resources, name).__name__ == name
    assert name in dir(resources)
