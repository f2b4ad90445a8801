"""`bitrix-scrum schema` prints the JSON Schema of a plan."""

import json
import sys

import pytest

from bitrix_scrum_async.cli.commands import run
from bitrix_scrum_async.importer.schema import plan_schema


def test_the_schema_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bitrix-scrum", "schema"])
    assert run() == 0
    assert json.loads(capsys.readouterr().out) == plan_schema()
