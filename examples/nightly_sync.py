"""Brings a team's list into a Scrum group, every night: what is new, what changed, what is done.

    BITRIX24_WEBHOOK_FILE=/etc/scrum-sync/webhook
    15 2 * * *  flock -n /run/lock/scrum-sync python nightly_sync.py --group 125 list.csv

The list is a CSV file, such as a service desk exports. Its first row names the columns; only key
and title must be there:

    key,title,story_points,sprint,responsible,done
    D-17,Letters arrive twice,3,Sprint 8,anna@example.com,
    D-18,The total is off by one,,,,yes

A row becomes a task that carries the key as its XML_ID. Later runs know it by that and write only
what differs, so running twice changes nothing, and a run that broke off is mended by the next.
The portal would take a second task of the same key: ``flock`` sees to it that there is one run at
a time.

An empty cell leaves alone what the team has set. Nothing is ever opened again or removed. A task
goes into a planned sprint, never into the active one or out of it: what is in that, the team has
agreed upon.

Exit codes: 0 the portal agrees with the list; 1 with some rows it does not, which the log names,
and the next run tries again; 2 nothing was changed, since the list, the webhook or the portal does
not let it.
"""

import argparse
import asyncio
import csv
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final

import attrs

from bitrix_scrum_async import (
    BacklogNotFound,
    BitrixScrumError,
    Call,
    DependencyFailed,
    OutcomeUnknown,
    PortalSession,
    ScrumTask,
    Sprint,
    Task,
    TaskNotFound,
)

COLUMNS: Final = ("key", "title", "story_points", "sprint", "responsible", "done")
YES: Final = ("yes", "true", "1", "x", "done")
NO: Final = ("", "no", "false", "0")

log = logging.getLogger("nightly_sync")


class Refused(Exception):
    """Why nothing was changed."""


@attrs.frozen(kw_only=True)
class Row:
    """A row of the list. Empty texts leave alone what the portal has."""

    line: int
    key: str
    title: str
    story_points: str = ""
    sprint: str = ""
    responsible: str = ""
    done: bool = False


@attrs.frozen(kw_only=True)
class Group:
    """What the portal has, as far as the list speaks of it.

    Attributes:
        id: The group.
        caller: The webhook's user, who is responsible where a new row names nobody.
        tasks: Tasks by the key they carry; more than one where somebody copied a task.
        places: Where tasks stand, by task.
        sprints: Sprints by name.
        users: User ids by what the list calls them.
    """

    id: int
    caller: int
    tasks: dict[str, list[Task]]
    places: dict[int, ScrumTask]
    sprints: dict[str, list[Sprint]]
    users: dict[str, int]


@attrs.frozen(kw_only=True)
class Change:
    """What one row needs.

    Attributes:
        row: The row.
        task: The task, or ``None`` if there is none yet.
        fields: What changes of the task.
        place: What changes of its place in the scrum.
        complete: Whether it is to be completed.
    """

    row: Row
    task: Task | None
    fields: dict[str, Any]
    place: dict[str, Any]
    complete: bool

    def __str__(self) -> str:
        what = "add" if self.task is None else f"change task {self.task.id}"
        sets = {**self.fields, **self.place, **({"done": True} if self.complete else {})}
        return f"{self.row.key}: {what}: {', '.join(f'{k}={v!r}' for k, v in sets.items())}"

    def calls(self, portal: PortalSession, group_id: int, mark: str) -> Iterator[Call[Any]]:
        """Build the calls for it. Those on a new task refer to the call that adds it."""
        last: Call[Any] | None = None
        if self.task is None:
            last = portal.tasks.add(group_id=group_id, xml_id=mark, **self.fields)
            task_id: Any = last.ref("id")
            yield last
        else:
            task_id = self.task.id
            if self.fields:
                yield portal.tasks.update(task_id, **self.fields)
        if self.place:
            last = portal.scrum_tasks.update(task_id, **self.place)
            yield last
        if self.complete:
            # Last, so that a task that could not be placed stays open and in sight.
            done = portal.tasks.complete(task_id)
            yield done if last is None else done.after(last)


def read_list(path: Path) -> list[Row]:
    """Read the list and look it over as a whole.

    Raises:
        Refused: With every line that is wrong.
    """
    problems: list[str] = []
    rows: list[Row] = []
    lines: dict[str, int] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            names: list[str] = next(reader, list[str]())
            if unknown := [name for name in names if name not in COLUMNS]:
                problems.append(f"unknown columns {unknown}; there are {', '.join(COLUMNS)}")
            if missing := [name for name in COLUMNS[:2] if name not in names]:
                problems.append(f"there is no column {missing[0]!r}")
            if problems:
                raise Refused(f"{path}: {'; '.join(problems)}")
            for cells in reader:
                if not any(cells):
                    continue
                line = reader.line_num
                named = {name: cell.strip() for name, cell in zip(names, cells, strict=False)}
                texts = {name: named.get(name, "") for name in COLUMNS}
                done = texts.pop("done").lower()
                row = Row(line=line, done=done in YES, **texts)
                if len(cells) > len(names):
                    problems.append(f"line {line}: more cells than columns")
                if not row.key or not row.title:
                    problems.append(f"line {line}: a row needs a key and a title")
                elif row.key in lines:
                    problems.append(f"line {line}: {row.key!r} stands in line {lines[row.key]} too")
                if done not in (*YES, *NO):
                    problems.append(f"line {line}: done is {done!r}; write yes, or nothing")
                lines[row.key] = line
                rows.append(row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problems.append(str(error))
    if problems:
        raise Refused(f"{path}: {'; '.join(problems)}")
    return rows


async def look(portal: PortalSession, group_id: int, rows: Sequence[Row], marks: str) -> Group:
    """Read what the portal has of the list.

    Args:
        portal: The session.
        group_id: The group.
        rows: The list.
        marks: What the keys of this list begin with in the portal.

    Raises:
        Refused: The group has no backlog for tasks to stand in.
    """
    caller = await portal.users.current()
    try:
        await portal.backlogs.get(group_id)
    except BacklogNotFound as error:
        raise Refused(f"group {group_id} has no backlog; open it once in the portal") from error
    tasks: dict[str, list[Task]] = {}
    async for task in portal.tasks.all(group_ids=[group_id]):
        if task.xml_id and task.xml_id.startswith(marks):
            tasks.setdefault(task.xml_id.removeprefix(marks), []).append(task)
    sprints: dict[str, list[Sprint]] = {}
    async for sprint in portal.sprints.all(group_ids=[group_id]):
        sprints.setdefault(sprint.name, []).append(sprint)
    known = [task for same in tasks.values() for task in same]
    found = await portal.batch(
        *(portal.scrum_tasks.get(task.id) for task in known), return_exceptions=True
    )
    places: dict[int, ScrumTask] = {}
    for task, place in zip(known, found, strict=True):
        if isinstance(place, ScrumTask):
            places[task.id] = place
        elif not isinstance(place, TaskNotFound):
            raise place
    return Group(
        id=group_id,
        caller=caller.id,
        tasks=tasks,
        places=places,
        sprints=sprints,
        users=await find_users(portal, {row.responsible for row in rows} - {""}),
    )


async def find_users(portal: PortalSession, names: Iterable[str]) -> dict[str, int]:
    """Find users by their e-mail addresses; a number is an id. Who is not found is left out."""
    users = {name: int(name) for name in names if name.isdecimal()}
    addresses = [name for name in names if name not in users]
    found = await portal.batch(*(portal.users.list({"EMAIL": each}) for each in addresses))
    for address, people in zip(addresses, found, strict=True):
        same = [each for each in people if each.email.lower() == address.lower()]
        if len(same) == 1:
            users[address] = same[0].id
    return users


def compare(row: Row, group: Group) -> Change | None:
    """Tell what a row needs; ``None`` where the portal agrees with it.

    Raises:
        Refused: It cannot be known, or the portal has no such sprint or user.
    """
    same = group.tasks.get(row.key, [])
    if len(same) > 1:
        raise Refused(
            f"tasks {[task.id for task in same]} carry this key; remove it from all but one"
        )
    task = same[0] if same else None
    place = group.places.get(task.id) if task else None

    fields: dict[str, Any] = {}
    if task is None or task.title != row.title:
        fields["title"] = row.title
    if row.responsible:
        if row.responsible not in group.users:
            raise Refused(f"the portal knows no single user {row.responsible!r}")
        if task is None or task.responsible_id != group.users[row.responsible]:
            fields["responsible_id"] = group.users[row.responsible]
    elif task is None:
        fields["responsible_id"] = group.caller

    changes: dict[str, Any] = {}
    if row.story_points and (place is None or place.story_points != row.story_points):
        changes["story_points"] = row.story_points
    sprint_id = wanted_sprint(row, group, place)
    if sprint_id is not None:
        changes["entity_id"] = sprint_id

    complete = row.done and not (task and task.is_completed)
    if not (fields or changes or complete):
        return None
    return Change(row=row, task=task, fields=fields, place=changes, complete=complete)


def wanted_sprint(row: Row, group: Group, place: ScrumTask | None) -> int | None:
    """Tell into which sprint a row's task moves; ``None`` where it stays.

    Raises:
        Refused: There is no single planned sprint of that name.
    """
    standing = place.entity_id if place else None
    settled = {
        sprint.id for same in group.sprints.values() for sprint in same if not sprint.is_planned
    }
    if not row.sprint or standing in settled:
        return None
    same = group.sprints.get(row.sprint, [])
    if standing in [sprint.id for sprint in same]:
        return None
    planned = [sprint.id for sprint in same if sprint.is_planned]
    if len(planned) != 1:
        raise Refused(f"there is no single planned sprint {row.sprint!r} to put it into")
    return planned[0]


async def sync(
    portal: PortalSession, group_id: int, rows: Sequence[Row], marks: str, *, dry_run: bool = False
) -> bool:
    """Make the portal agree with the list.

    Args:
        portal: The session.
        group_id: The group.
        rows: The list.
        marks: What the keys of this list begin with in the portal.
        dry_run: Whether to say only what would be done.

    Returns:
        Whether it agrees now.

    Raises:
        Refused: Nothing was changed.
    """
    group = await look(portal, group_id, rows, marks)
    changes: list[Change] = []
    failed: set[str] = set()
    for row in rows:
        try:
            change = compare(row, group)
        except Refused as refusal:
            log.error("line %d, %s: %s", row.line, row.key, refusal)
            failed.add(row.key)
        else:
            changes += [change] if change else []
    log.info("%d rows: %d to change, %d refused", len(rows), len(changes), len(failed))
    if dry_run:
        for change in changes:
            log.info("would %s", change)
        return not (changes or failed)

    # No document of the portal promises that it keeps keys. Without them every night would add
    # everything again, so the first new task goes alone and is looked at.
    known = bool(group.tasks)
    for change in [change for change in changes if change.task is None]:
        if known:
            break
        changes.remove(change)
        failed |= await send(portal, group_id, marks, [change])
        if change.row.key in failed:
            continue
        key = f"{marks}{change.row.key}"
        try:
            known = bool(await portal.tasks.list({"XML_ID": key, "GROUP_ID": group_id}))
        except BitrixScrumError as error:
            log.error("%s", error)
        if not known:
            log.error("%s was added, and is not found by its key: the rest waits", change.row.key)
            return False
    failed |= await send(portal, group_id, marks, changes)
    return not failed


async def send(
    portal: PortalSession, group_id: int, marks: str, changes: Sequence[Change]
) -> set[str]:
    """Send changes, many in a request, and give the keys of the rows that are not as they should.

    Nothing is sent again here. What is lost may be done or not: the next run looks.
    """
    rows: list[Row] = []

    def calls() -> Iterator[Call[Any]]:
        for change in changes:
            log.info("%s", change)
            for call in change.calls(portal, group_id, f"{marks}{change.row.key}"):
                rows.append(change.row)  # outcomes come in the order of the calls
                yield call

    failed: set[str] = set()
    number = 0
    async with aclosing(portal.stream(calls())) as outcomes:
        async for outcome in outcomes:
            row = rows[number]
            number += 1
            if outcome.error is None:
                continue
            failed.add(row.key)
            if isinstance(outcome.error, OutcomeUnknown):
                log.warning("%s: it may be done; the next run looks: %s", row.key, outcome.error)
            elif not isinstance(outcome.error, DependencyFailed):  # its cause was told
                log.error("line %d, %s: %s", row.line, row.key, outcome.error)
    return failed


async def run(options: argparse.Namespace) -> int:
    """Do what the command line says, and give the exit code."""
    try:
        rows = read_list(options.list)
        async with PortalSession.from_env() as portal:
            agrees = await sync(
                portal, options.group, rows, f"{options.name}:", dry_run=options.dry_run
            )
            log.info("%d requests", portal.stats.requests)
    except (Refused, BitrixScrumError) as error:
        log.error("%s", error)
        return 2
    return 0 if agrees else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description="Bring a team's list into a Scrum group.")
    parser.add_argument("list", type=Path, help="a CSV file: key,title,story_points,sprint,...")
    parser.add_argument("--group", type=int, required=True, help="the Scrum group's id")
    parser.add_argument("--name", default="list", help="tells the keys of several lists apart")
    parser.add_argument("--dry-run", action="store_true", help="say only what would be done")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    return asyncio.run(run(options))


if __name__ == "__main__":
    sys.exit(main())
