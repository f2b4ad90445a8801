"""The texts that are known, against those that the embedded portal says."""

import ast
from pathlib import Path

import pytest

from bitrix_scrum_async import emulator
from bitrix_scrum_async.errors import MethodError, PortalError
from bitrix_scrum_async.known_texts import TEXTS
from bitrix_scrum_async.portal_errors import error_class, known_error

METHODS = Path(emulator.__file__).parent / "methods"


def said_by_the_emulator() -> dict[str, str]:
    """Every plain text that a method of the emulator refuses with, and where it stands."""
    found: dict[str, str] = {}
    for path in sorted(METHODS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id.removeprefix("_") == "fail":
                for part in node.args:
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        found[part.value] = path.name
    return found


def test_the_emulator_says_something() -> None:
    assert len(said_by_the_emulator()) > 40


@pytest.mark.parametrize("text", said_by_the_emulator())
def test_what_the_emulator_says_is_known(text: str) -> None:
    assert error_class("0", text) is not MethodError


@pytest.mark.parametrize("text", sorted({row.said for row in TEXTS}))
def test_a_known_text_is_found_again(text: str) -> None:
    found = known_error("0", text.upper())
    assert found is not None
    assert found.said == text


def test_what_to_do_depends_on_the_method() -> None:
    start = known_error("0", "Access denied", "tasks.api.scrum.sprint.start")
    read = known_error("0", "Access denied", "tasks.api.scrum.sprint.get")
    assert start is not None
    assert read is not None
    assert "moderator" in start.advice
    assert "no such group" in read.advice
    assert start.cls is read.cls


def test_what_nobody_knows_has_no_row() -> None:
    assert known_error("0", "The moon is in the wrong house") is None
    assert known_error("SOMETHING_NEW", "") is None
    assert issubclass(error_class("SOMETHING_NEW", ""), PortalError)
