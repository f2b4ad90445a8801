"""Issues as Jira exports them to CSV ("Export CSV (all fields)")."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import attrs

from ..files import refusal
from ..problems import PlanError, Problem
from .columns import Columns, wanted
from .dates import day_of
from .export import Export, Item, Project, SprintFacts
from .table import Row, Table

_ADDRESS = re.compile(r"[^\s<>()@,;]+@[^\s<>()@,;]+\.\w+")
# Jira Server wrote sprints out as it keeps them in memory.
_WRITTEN_OUT = re.compile(r"\S*Sprint@\w+\[(.*)\]", re.DOTALL)
_COUNTED = ("comments", "attachments", "links", "work logs", "watchers")
_SHOWN = 40  # of a column's name: what is no table may be one long line
_UNRESOLVED = {"", "unresolved", "нет решения", "не решено", "не решен"}


def check_header(path: Path, header: Sequence[str]) -> None:
    """Refuse a table of something else.

    Raises:
        PlanError: It has no columns that issues need.
    """
    columns = Columns.of(header)
    for what, others in (("title", ()), ("key", ("id",))):
        if not any(name in columns.places for name in (what, *others)):
            some = (name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…" for name in header[:8])
            shown = ", ".join(repr(name) for name in some if name) or "none"
            raise refusal(
                path,
                f"has no column {wanted(what)!r}, so it is no export of Jira's issues; "
                f"its columns are {shown}",
            )


def read_issues(path: Path, table: Table) -> Export:
    """Read a table of issues, whose header was checked.

    Raises:
        PlanError: It has rows that cannot be issues, each with its line.
    """
    return _Reader(path, table, Columns.of(table.header)).read()


@attrs.define
class _Reader:
    path: Path
    table: Table
    columns: Columns
    left_out: Counter[str] = attrs.field(factory=Counter[str])
    unread: dict[str, None] = attrs.field(factory=dict[str, None])
    projects: dict[str, Project] = attrs.field(factory=dict[str, Project])
    addresses: dict[str, str] = attrs.field(factory=dict[str, str])
    sprints: dict[str, SprintFacts] = attrs.field(factory=dict[str, SprintFacts])
    people: dict[str, set[str]] = attrs.field(factory=dict[str, set[str]])
    keys: dict[str, str] = attrs.field(factory=dict[str, str])

    def read(self) -> Export:
        rows = list(self.once())
        for row in rows:
            name, account = self.who(row)
            self.people.setdefault(name, set()).add(account)
            number, key = self.columns.one(row, "id"), self.columns.one(row, "key")
            if number and key:
                self.keys[number] = key
        items = [self.item(row) for row in rows]
        if not items:
            raise refusal(self.path, "holds no issue: only a header stands in it")
        return Export(
            file=str(self.path),
            tool="jira",
            projects=tuple(self.projects.values()),
            items=tuple(items),
            addresses=self.addresses,
            sprints=self.sprints,
            left_out=self.left_out,
            unread=tuple(self.unread),
        )

    def once(self) -> Iterator[Row]:
        """Give each issue's row once; exports that were put together repeat some."""
        problems: list[Problem] = []
        seen: dict[str, Row] = {}
        for row in self.table.rows:
            key = self.key(row)
            if not key:
                said = f"has no {wanted('key')}: write one, or remove the row"
            elif key in seen and row.cells == seen[key].cells:
                self.left_out["rows that stand here twice"] += 1
                continue
            elif key in seen:
                said = f"{key} stands on line {seen[key].line} already, otherwise: remove one"
            elif not self.columns.one(row, "title"):
                said = f"{key} has no {wanted('title')}: write one, or remove the row"
            elif self.columns.one(row, "title") == "0":
                said = (
                    f"{key} has the {wanted('title')} 0, which a portal takes for none: change it"
                )
            else:
                seen[key] = row
                continue
            problems.append(Problem(text=said, file=str(self.path), line=row.line))
        if problems:
            raise PlanError(problems)
        yield from seen.values()

    def key(self, row: Row) -> str:
        return self.columns.one(row, "key") or self.columns.one(row, "id")

    def item(self, row: Row) -> Item:
        one = self.columns.one
        key = self.key(row)
        for what in _COUNTED:
            self.left_out[what] += len(self.columns.all(row, what))
        for n, name in self.columns.unknown.items():
            if row.cells[n].strip():
                self.unread[name] = None
        parent = one(row, "parent key") or one(row, "parent") or one(row, "parent id")
        sprints = [self.sprint(cell) for cell in self.columns.all(row, "sprint")]
        self.left_out["earlier sprints of issues"] += max(0, len(sprints) - 1)
        return Item(
            line=row.line,
            key=key,
            project=self.project(row, key),
            title=one(row, "title"),
            description=_lines(one(row, "description")),
            kind=one(row, "kind"),
            status=one(row, "status"),
            category=one(row, "category"),
            sprint=sprints[-1] if sprints else "",
            person=self.person(*self.who(row)),
            story_points=points(one(row, "points")),
            parent=self.keys.get(parent, parent),
            parent_title=one(row, "parent title"),
            epic=self.keys.get(one(row, "epic"), one(row, "epic")),
            epic_name=one(row, "epic name"),
            labels=tuple(dict.fromkeys(self.columns.all(row, "labels"))),
            resolved=one(row, "resolution").casefold() not in _UNRESOLVED
            or bool(one(row, "resolved")),
            notes=self.notes(row, key),
            touched=_latest(one(row, what) for what in ("created", "updated", "resolved")),
        )

    def notes(self, row: Row, key: str) -> dict[str, str]:
        due = self.columns.one(row, "due")
        day = day_of(due)
        notes = {
            "key": key,
            "type": self.columns.one(row, "kind"),
            "priority": self.columns.one(row, "priority"),
            "reporter": self.columns.one(row, "reporter"),
            "due": day.isoformat() if day else due,
        }
        return {what: text for what, text in notes.items() if text}

    def project(self, row: Row, key: str) -> str:
        one = self.columns.one
        project = one(row, "project") or key.rpartition("-")[0]
        project = project or one(row, "project name") or "issues"
        if project not in self.projects:
            lead = self.person(one(row, "lead"), one(row, "lead id"))
            self.projects[project] = Project(
                key=project,
                name=one(row, "project name") or project,
                description=_lines(one(row, "project description")),
                lead=lead,
            )
        return project

    def who(self, row: Row) -> tuple[str, str]:
        one = self.columns.one
        name, account = one(row, "assignee"), one(row, "assignee id")
        if name and (address := one(row, "assignee address")):
            self.addresses[name] = address
        return name, account

    def person(self, name: str, account: str) -> str:
        """Return what the mapping calls somebody: the name, with the id where two share it."""
        who = name or account
        if name and account and len(self.people.get(name, ())) > 1:
            who = f"{name} ({account})"
        if found := _ADDRESS.search(name):
            self.addresses[who] = found[0]
        elif name in self.addresses:
            self.addresses[who] = self.addresses[name]
        return who

    def sprint(self, cell: str) -> str:
        written = _WRITTEN_OUT.fullmatch(cell)
        if not written:
            return cell
        inside = written[1]
        name = re.search(r"\bname=(.*?)(?:,\w+=|$)", inside, re.DOTALL)
        state = re.search(r"\bstate=(\w+)", inside)
        start, end = (re.search(rf"\b{what}=([^,]*)", inside) for what in ("startDate", "endDate"))
        if name is None:
            return cell
        self.sprints[name[1]] = SprintFacts(
            state=state[1].lower() if state else "",
            start=day_of(start[1]) if start else None,
            end=day_of(end[1]) if end else None,
        )
        return name[1]


def points(text: str) -> str:
    """Return story points without the zeros that Jira writes: ``3`` of ``3.0``."""
    try:
        number = Decimal(text.replace(",", ".")).normalize()
    except InvalidOperation:
        return text
    return f"{number:f}" if number.is_finite() and abs(number.adjusted()) < 20 else text


def _latest(cells: Iterable[str]) -> date | None:
    return max((day for cell in cells if (day := day_of(cell))), default=None)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
