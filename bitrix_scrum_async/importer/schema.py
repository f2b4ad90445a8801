"""The JSON Schema of a plan, for editors and for programs that write plans.

It is generated from the plan's classes and what their fields are read with; their docstrings are
its descriptions. What must hold between records (a task's epic is there, one active sprint a
group) no schema can say: `Plan.load` checks it.

`python -m bitrix_scrum_async.importer.schema` prints it. The package holds it as
``plan.schema.json``.
"""

import inspect
import json
import re
import sys
from collections.abc import Mapping
from typing import Any, Final

import attrs

from .fields import LARGEST_ID, Choice, Listing, Record, Text, flag, moment, user, version
from .plan import Plan

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
# Dialects differ about `$` before a line feed at the end.
_END: Final = r"(?![\s\S])"
_DATE = r"\d{4}(-\d{2}-\d{2}|\d{4}|-?W\d{2}-?\d)"
_TIME = r"\d{2}(:?\d{2}(:?\d{2}([.,]\d+)?)?)?"
_OFFSET = r"(Z|[+-]\d{2}(:?\d{2}(:?\d{2}(\.\d+)?)?)?)"

# What is read by a function of its own rather than by a value that tells its limits.
_OF_FUNCTIONS: Final[Mapping[object, dict[str, Any]]] = {
    flag: {"type": "boolean"},
    version: {"const": 1},
    moment: {
        "type": "string",
        "pattern": rf"^\s*{_DATE}[\s\S]{_TIME}\s*{_OFFSET}\s*{_END}",
        "examples": ["2026-01-05T09:00:00+03:00"],
    },
    user: {
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": LARGEST_ID},
            {"type": "string", "pattern": rf"^(?=\d{{1,19}}{_END})0*[1-9]"},
            {"type": "string", "pattern": rf"^[^@\s]+@[^@\s]+{_END}"},
        ],
        "examples": [1, "anna@example.com"],
    },
}


def plan_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a plan as a tree."""
    definitions: dict[str, Any] = {}
    root = _record(Plan, definitions)
    return {
        "$schema": _DIALECT,
        "title": "A plan of Bitrix24 Scrum groups",
        **root,
        "$defs": dict(sorted(definitions.items())),
    }


def plan_schema_text() -> str:
    """Return the schema as the text of ``plan.schema.json``."""
    return json.dumps(plan_schema(), indent=2, ensure_ascii=False) + "\n"


def _record(cls: type[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    said = inspect.cleandoc(cls.__doc__ or "")
    descriptions = dict(re.findall(r"^    (\w+): (.*)$", said, re.MULTILINE))
    fields: tuple[attrs.Attribute[Any], ...] = attrs.fields(cls)
    properties: dict[str, Any] = {}
    for field in fields:
        schema = _value(field.metadata["read"], definitions)
        needed = field.default is attrs.NOTHING
        properties[field.name] = {
            "description": descriptions[field.name],
            **(schema if needed else _or_null(schema)),
        }
    return {
        "description": said.partition("\n")[0],
        "type": "object",
        "properties": properties,
        "required": [field.name for field in fields if field.default is attrs.NOTHING],
        "additionalProperties": False,
    }


def _value(reader: object, definitions: dict[str, Any]) -> dict[str, Any]:
    match reader:
        case Text():
            return _text(reader)
        case Choice(options):
            return {"enum": list(options)}
        case Listing(item):
            return {"type": "array", "items": _value(item, definitions)}
        case Record(cls):
            name = cls.__name__
            if name not in definitions:
                definitions[name] = _record(cls, definitions)
            return {"$ref": f"#/$defs/{name}"}
        case _:
            # Whoever reads a field otherwise says in the table above what a schema says of it.
            return dict(_OF_FUNCTIONS[reader])


def _text(reader: Text) -> dict[str, Any]:
    # A number counts as it is spelled: story points and keys need no quotes.
    schema: dict[str, Any] = {"type": ["string", "number"]}
    if reader.longest is not None:
        schema["maxLength"] = reader.longest
    if reader.trimmed:
        schema["pattern"] = rf"^\S([\s\S]*\S)?{_END}"
    elif not reader.empty:
        schema["pattern"] = r"\S"
    if not reader.zero:
        schema["not"] = {"enum": ["0", 0]}
    return schema


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Allow nothing where a field may be absent: the loader takes it for that."""
    match schema:
        case {"type": str(kind)}:
            return {**schema, "type": [kind, "null"]}
        case {"type": [*kinds]}:
            return {**schema, "type": [*kinds, "null"]}
        case {"enum": [*options]}:
            return {**schema, "enum": [*options, None]}
        case _:
            return {"anyOf": [*schema.get("anyOf", [schema]), {"type": "null"}]} | {
                key: value for key, value in schema.items() if key == "examples"
            }


if __name__ == "__main__":
    sys.stdout.write(plan_schema_text())
