"""What an import of a part of the importer brings along."""

import pkgutil
import subprocess
import sys

import pytest

from bitrix_scrum_async import importer


@pytest.mark.parametrize("name", importer.__all__)
def test_every_name_is_found(name: str) -> None:
    assert getattr(importer, name) is not None
    assert name in dir(importer)


def test_no_module_hides_a_name() -> None:
    """A module that is imported becomes an attribute of its package, and would be found there."""
    rooms = {module.name for module in pkgutil.iter_modules(importer.__path__)}
    assert rooms.isdisjoint(importer.__all__)


def test_looking_at_a_portal_brings_no_import_along() -> None:
    program = "import sys, bitrix_scrum_async.cli.groups; print(*sys.modules)"
    run = subprocess.run(  # noqa: S603 - a program of this file
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    prefix = "bitrix_scrum_async.importer."
    found = {each.removeprefix(prefix) for each in run.stdout.split() if each.startswith(prefix)}
    assert found == {"progress"}
