"""Every public method says what it calls, what it takes, and what can go wrong."""

import inspect
import re

import pytest

from bitrix_scrum_async import errors

from .methods import METHODS, method, parameters


def sections(name: str) -> dict[str, str]:
    """A docstring by its sections; the summary, and what is under no heading, under ``""``."""
    doc = inspect.getdoc(method(name))
    assert doc
    found: dict[str, str] = {"": ""}
    heading = ""
    for line in doc.splitlines():
        if line in ("Args:", "Returns:", "Raises:"):
            heading = line.rstrip(":")
            found[heading] = ""
        else:
            if line and not line.startswith(" "):
                heading = ""
            found[heading] += line + "\n"
    return found


@pytest.mark.parametrize("name", METHODS)
def test_a_method_names_the_portals_own_in_its_first_line(name: str) -> None:
    first = sections(name)[""].partition("\n")[0]
    assert f"``{METHODS[name][0]}``" in first


@pytest.mark.parametrize("name", METHODS)
def test_a_method_describes_its_arguments_in_their_order(name: str) -> None:
    described = re.findall(r"^    (\w+): ", sections(name).get("Args", ""), re.MULTILINE)
    assert described == parameters(name)


@pytest.mark.parametrize("name", [name for name in METHODS if parameters(name)])
def test_a_method_says_what_it_refuses(name: str) -> None:
    assert "InvalidCall: " in sections(name)["Raises"]


@pytest.mark.parametrize("name", METHODS)
def test_a_method_says_what_sending_raises(name: str) -> None:
    _, told, rest = sections(name)[""].partition("ing raises ")
    assert told
    assert "raises what sending a page raises" in sections(name)[""] or all(
        issubclass(getattr(errors, error), errors.BitrixScrumError)
        for error in re.findall(r"(?<!`)`(\w+)`", rest)
    )


@pytest.mark.parametrize("name", [name for name in METHODS if name.endswith(".all")])
def test_what_reads_to_the_end_can_be_closed(name: str) -> None:
    assert "`Rows.aclose`" in sections(name)["Returns"]
