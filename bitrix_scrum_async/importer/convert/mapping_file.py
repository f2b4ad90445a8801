"""The text of a mapping file: a first one, and what is added to one that a person has edited.

Additions are written into the text where their heading stands, so that comments, order and
spelling of the rest stay as they are.
"""

import math
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, cast

import attrs

from ..files import Plain, yaml_source
from ..problems import PlanError
from .export import Tool

_HEAD = """\
# How an export becomes a plan. Edit it and run the same command again with --force: what stands
# here is used as it is, and only what is new in the export is added. Nothing (~) after a name
# leaves it out.
version: 1
source: {tool}

# Where the days below begin: an offset, or a name such as Europe/Moscow.
time_zone: "+00:00"

# Who stands in where nobody is known: user ids or e-mail addresses of the portal.
defaults: {{created_by: 1, responsible: 1}}

# What a task has no field for, and what is written below its description instead:
# {notes}.
append: [{append}]
"""
_ARCHIVED = """
# Archived cards: skip, keep or done.
archived: skip
"""
_SECTIONS = {
    "groups": """
# The groups: name, description, scrum_master and members. Without a scrum_master it is the
# project's lead, if that is somebody known below, and created_by otherwise; people who do
# something in a group are members anyway.
groups: {}
""",
    "types": """
# Issue types: epic, task, or subtask, which stands where its parent does.
types: {}
""",
    "statuses": """
# {statuses}: a stage of the active sprint's board with its type, which is NEW, WORK or
# FINISH; "done: true" or a FINISH stage completes the tasks; "backlog: true" sends them to the
# backlog; "sprint: NAME" puts those without a sprint into one.
statuses: {{}}
""",
    "labels": """
# Labels: epic makes an epic of one; a card belongs to the first of its labels that is one.
labels: {}
""",
    "sprints": """
# Sprints by project: days, and status: planned, active or completed. Open tasks of completed
# sprints go to the backlog; so do those of a sprint with nothing (~) after its name.
sprints: {}
""",
    "users": """
# People: user ids or e-mail addresses of the portal. Tasks of those who are not known (~) go to
# the default responsible.
users: {}
""",
}
_ORDER: dict[Tool, tuple[str, ...]] = {
    "jira": ("groups", "types", "statuses", "sprints", "users"),
    "trello": ("groups", "statuses", "labels", "sprints", "users"),
}
_APPEND: dict[Tool, tuple[str, str]] = {
    "jira": (
        "parent, labels, due",
        "parent, labels, due, key, type, priority, reporter",
    ),
    "trello": ("labels, due, checklists", "labels, due, checklists, key"),
}


@attrs.frozen
class Addition:
    """A line for a mapping: under which headings, the name, what it becomes, and a remark."""

    path: tuple[str, ...]
    name: str
    value: Any
    remark: str = ""


def first_text(tool: Tool) -> str:
    """Return a mapping without a name in it."""
    append, notes = _APPEND[tool]
    text = _HEAD.format(tool=tool, append=append, notes=notes)
    if tool == "trello":
        text += _ARCHIVED
    for name in _ORDER[tool]:
        section = _SECTIONS[name]
        if name == "statuses":
            section = section.format(statuses="Statuses" if tool == "jira" else "Lists")
        text += section
    return text


def add(file: str, text: str, additions: Sequence[Addition]) -> tuple[str, bool]:
    """Write additions into a mapping.

    Args:
        file: Its name, for problems.
        text: What stands in it: a map.
        additions: What to add; each name is new under its headings.

    Returns:
        The new text, and whether all the rest of it stayed as it was. What is written in a form
        that cannot be added to is written anew as a whole, without its comments.

    Raises:
        PlanError: It is no YAML.
    """
    expected = yaml_source(file, text).tree
    by_path: dict[tuple[str, ...], list[Addition]] = {}
    for addition in additions:
        by_path.setdefault(addition.path, []).append(addition)
        holder = expected
        for step in addition.path:
            if not isinstance(holder.get(step), dict):
                holder[step] = {}
            holder = holder[step]
        holder[addition.name] = yaml_source(file, _flow(addition.value)).tree
    added = text
    for path, group in by_path.items():
        added = _insert(added, path, group)
    if _reads_as(added, expected):
        return added, True
    return _yaml().safe_dump(_values(expected), sort_keys=False, allow_unicode=True), False


def _insert(text: str, path: tuple[str, ...], additions: Sequence[Addition]) -> str:
    """Write additions under one heading, which is made where it is missing."""
    yaml = _yaml()
    node: Any = yaml.compose(text, yaml.SafeLoader)
    indent = 0
    for n, step in enumerate(path):
        members = node.value if node.id == "mapping" else ()
        found = next((each for each in members if each[0].value == step), None)
        if found is None:
            return _insert(_into(text, node, indent, [_line(step, {})]), path, additions)
        indent = found[0].start_mark.column + 2
        node = found[1]
        if node.id == "sequence" or (node.id == "scalar" and n < len(path) - 1 and node.value):
            return text
    if node.id == "mapping" and node.flow_style and node.value:
        parts = ", ".join(_line(each.name, each.value) for each in additions)
        at = node.end_mark.index - 1
        return f"{text[:at]}, {parts}{text[at:]}"
    return _into(text, node, indent, [_line(e.name, e.value, e.remark) for e in additions])


def _into(text: str, node: Any, indent: int, lines: Iterable[str]) -> str:
    """Write lines at the end of a map that stands in a text."""
    if node.id == "mapping" and node.value and not node.flow_style:
        indent = node.value[0][0].start_mark.column
        at = _end(node)
    else:
        # Nothing stands there yet: an empty map, or not even that.
        text = text[: node.start_mark.index].rstrip(" ") + text[node.end_mark.index :]
        at = len(text[: node.start_mark.index].rstrip(" "))
    while at > 0 and text[at - 1] == "\n":
        at -= 1
    line_end = text.find("\n", at)
    at = len(text) if line_end < 0 else line_end
    written = "".join(f"\n{' ' * indent}{line}" for line in lines)
    return text[:at] + written + (text[at:] or "\n")


def _end(node: Any) -> int:
    """Return where what a node writes ends; a block's own mark stands where the next one begins."""
    while node.id != "scalar" and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if node.id == "mapping" else last
    end: int = node.end_mark.index
    return end


def _line(name: str, value: Any, remark: str = "") -> str:
    said = "~" if value is None else _flow(value)
    return f"{_flow(name)}: {said}" + (f"  # {remark}" if remark else "")


def _flow(value: Any) -> str:
    text: str = _yaml().dump(
        value,
        Dumper=_dumper(),
        default_flow_style=True,
        sort_keys=False,
        allow_unicode=True,
        width=math.inf,
    )
    return text.removesuffix("\n").removesuffix("\n...")


@cache
def _dumper() -> Any:
    """Return what writes a value on one line."""

    def written(dumper: Any, text: str) -> Any:
        # What is not printable needs quotes in which it can be escaped.
        style = None if text.isprintable() else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    dumper: Any = type("OnOneLine", (_yaml().SafeDumper,), {})
    dumper.add_representer(str, written)
    return dumper


def _reads_as(text: str, expected: Any) -> bool:
    try:
        return bool(yaml_source("", text).tree == expected)
    except PlanError:
        return False


def _values(tree: Any) -> Any:
    match tree:
        case Plain(value):
            return value
        case dict():
            members = cast("dict[str, Any]", tree)
            return {name: _values(value) for name, value in members.items()}
        case list():
            values = cast("Iterable[Any]", tree)
            return [_values(value) for value in values]
        case _:
            return tree


def _yaml() -> Any:
    import yaml  # an extra, as for plans

    return yaml
