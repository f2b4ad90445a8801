"""What pages name of the library and its command is there."""

import builtins
import re

import click
import pytest

import bitrix_scrum_async
from bitrix_scrum_async import PortalSession, errors
from bitrix_scrum_async.cli.commands import cli
from tests.docs.pages import inline_code, pages, read

PAGES = [page for page in pages() if page != "CHANGELOG.md"]
# Options of other programs that pages speak of.
OTHERS = {"--quick", "--check"}
# Where classes live.
HOMES = (bitrix_scrum_async, errors, builtins)


def options() -> set[str]:
    """Every option of every command."""
    found: set[str] = set()
    waiting: list[click.Command] = [cli]
    context = click.Context(cli)
    while waiting:
        command = waiting.pop()
        found.update(name for each in command.get_params(context) for name in each.opts)
        if isinstance(command, click.Group):
            names = command.list_commands(context)
            waiting += [each for name in names if (each := command.get_command(context, name))]
    return found


@pytest.mark.parametrize("page", PAGES)
def test_options_that_a_page_names_are_there(page: str) -> None:
    named = {
        option for code in inline_code(read(page)) for option in re.findall(r"--[a-z-]+", code)
    }
    assert named <= options() | OTHERS


@pytest.mark.parametrize("page", PAGES)
def test_calls_that_a_page_names_are_there(page: str) -> None:
    portal = PortalSession("https://acme.bitrix24.com/rest/1/abc123/")
    for code in inline_code(read(page)):
        for path in re.findall(r"\b(?:portal|session)((?:\.[a-z_]+)+)", code):
            value: object = portal
            for name in path.strip(".").split("."):
                if name in ("py", "id"):
                    break
                assert hasattr(value, name), f"{page}: {code}"
                value = getattr(value, name)


@pytest.mark.parametrize("page", PAGES)
def test_errors_that_a_page_names_are_there(page: str) -> None:
    if page.startswith("docs/from-"):
        return  # those name errors of other libraries, too
    for code in inline_code(read(page)):
        if re.fullmatch(r"[A-Z][a-z]+[A-Za-z]*(Error|NotFound|Unknown|Denied|Failed|Call)", code):
            assert any(hasattr(home, code) for home in HOMES), f"{page}: {code}"
