"""How the tasks of an import are known again in its portal.

A task carries its key as ``XML_ID``, where the portal stores that. No document promises it, so the
first task of an import is read back. In a portal that drops it, each task gets one and the same
tag of its import instead, and is known by that and its title; tasks of one title in a group are
made one after the other, so that their ids tell the first from the next. The tag stays: taking it
off would cost a write for every task, and would take the tags along that people have added
meanwhile. It is a single one, so it is easy to look for and to delete.
"""

import re
from typing import Final

from ..errors import BitrixScrumError
from ..records import Group
from ..session import PortalSession
from .journal import Journal, TaskMark, fingerprint

_MARK: Final = re.compile(r"(import-[0-9a-f]+)-([0-9a-f]+)")


async def learn_task_mark(portal: PortalSession, journal: Journal) -> None:
    """Read back a task of this import, to see what the portal stores of its marks.

    Nothing is learnt while there is none, or when it cannot be read.
    """
    entry = journal.last_done("task")
    if entry is None or entry.id is None:
        return
    try:
        task = await portal.tasks.get(entry.id)
        if task.xml_id == entry.xml_id:
            journal.task_mark = TaskMark.XML_ID
            return
        # The first of them gets the tag as the others will, which shows whether tags are stored.
        await portal.tasks.update(entry.id, tags=[*task.tags, journal.tag])
        task = await portal.tasks.get(entry.id)
    except BitrixScrumError:
        return
    journal.task_mark = TaskMark.TAG if journal.tag in task.tags else TaskMark.TITLE


def marks_of(group: Group) -> set[str]:
    """Return a group's keywords, of which one may be the mark of an import."""
    return {word.strip() for word in group.keywords.split(",")}


def imports_of(group: Group) -> dict[str, str]:
    """Return what tells the imports that made a group, by the fingerprint of its key there."""
    found: dict[str, str] = {}
    for mark in sorted(marks_of(group)):
        if match := _MARK.fullmatch(mark):
            found.setdefault(match[2], match[1])
    return found


def import_of(group: Group, key: str) -> str:
    """Return what tells the import that made a group for a key; empty where none did."""
    return imports_of(group).get(fingerprint(key), "")
