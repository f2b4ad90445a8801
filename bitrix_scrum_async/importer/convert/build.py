"""A plan out of an export and a mapping."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Counts
from typing import Literal

import attrs

from ..files import Source
from ..plan import EpicPlan, GroupPlan, Plan, SprintPlan, StagePlan, TaskPlan, UserName
from ..problems import PlanError
from .export import Export, Item, Project
from .mapping import GroupRule, Mapping, SprintRule
from .sorting import Sorting, name_of

_LONGEST_KEY = 90
_LONGEST_NAME = 255
_TYPES = ("NEW", "WORK", "FINISH")
_MISSING_STAGES = {"NEW": "New", "FINISH": "Done"}


@attrs.frozen(kw_only=True)
class Conversion:
    """A plan, and what became of the export.

    Attributes:
        plan: What to import.
        changed: What stands otherwise in the plan than in the export, counted.
        left_out: What does not stand in it, counted.
    """

    plan: Plan
    changed: Counts[str, int]
    left_out: Counts[str, int]


def build(export: Export, mapping: Mapping, source: Source) -> Conversion:
    """Make a plan of an export.

    Args:
        export: What was read.
        mapping: What its names become; none of them is missing in it.
        source: The mapping's file, for the lines of problems.

    Raises:
        PlanError: The mapping does not fit the export.
    """
    return _Build(export, mapping, source).build()


class _Build:
    def __init__(self, export: Export, mapping: Mapping, source: Source) -> None:
        self.export = export
        self.mapping = mapping
        self.source = source
        self.sorting = Sorting(export, mapping)
        self.changed: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter(export.left_out)
        self.found: list[tuple[tuple[str | int, ...], str]] = []

    def build(self) -> Conversion:
        groups: list[GroupPlan] = []
        self.left_out.update(filter(None, map(self.sorting.left_out, self.export.items)))
        for project in self.export.projects:
            rule = self.mapping.groups.get(project.key)
            if rule is not None:
                groups.append(self.group(project, rule, self.sorting.kept[project.key]))
        if not groups:
            self.found.append((("groups",), "leave out every project: keep at least one"))
        if self.found:
            raise PlanError(self.source.problems(self.found))
        plan = Plan(defaults=self.mapping.defaults, groups=tuple(groups))
        plan.check()
        return Conversion(plan=plan, changed=+self.changed, left_out=+self.left_out)

    def group(self, project: Project, rule: GroupRule, kept: Sequence[Item]) -> GroupPlan:
        epics = {item.key: self.epic(item) for item in kept if self.is_epic(item)}
        sprints = self.sprints(project)
        tasks: list[TaskPlan] = []
        for item in kept:
            if self.is_epic(item):
                continue
            epic, name = self.sorting.epic_of(item)
            if epic and epic not in epics:
                known = self.sorting.by_key.get(epic)
                if known is None and epic not in self.mapping.labels:
                    self.changed["epics that the export only names"] += 1
                epics[epic] = self.epic(known) if known else _bare_epic(epic, name)
            tasks.append(self.task(item, epics[epic].key if epic else None, sprints))
        lead = self.mapping.users.get(project.lead)
        master = rule.scrum_master or lead or self.mapping.defaults.created_by or 1
        return GroupPlan(
            key=_key(project.key),
            name=rule.name,
            description=rule.description,
            scrum_master=master,
            members=self.members(rule, kept, master),
            epics=tuple(epics.values()),
            sprints=self.with_board(project, list(sprints.values()), tasks, kept),
            tasks=tuple(tasks),
        )

    def is_epic(self, item: Item) -> bool:
        return self.sorting.kind_of(item) == "epic"

    def members(
        self, rule: GroupRule, items: Iterable[Item], master: UserName
    ) -> tuple[UserName, ...]:
        people = (self.mapping.users.get(item.person) for item in items)
        everyone = dict.fromkeys([*rule.members, *(each for each in people if each)])
        return tuple(each for each in everyone if each != master)

    def epic(self, item: Item) -> EpicPlan:
        name, whole = self.cut(name_of(item))
        parts = [whole, item.title if item.title != name and not whole else ""]
        description = "\n\n".join(part for part in (*parts, item.description) if part)
        return EpicPlan(key=_key(item.key), name=name, description=description)

    def sprints(self, project: Project) -> dict[str, SprintPlan]:
        """Return the sprints of a project by what the export calls them."""
        rules = self.mapping.sprints.get(project.key, {})
        used = {self.sorting.sprint_of(item) for item in self.sorting.kept[project.key]}
        return {
            name: self.sprint(name, rule)
            for name, rule in rules.items()
            if rule is not None and name in used
        }

    def sprint(self, name: str, rule: SprintRule) -> SprintPlan:
        return SprintPlan(
            key=_key(name),
            name=rule.name or self.cut(name)[0],
            start=self.mapping.moment(rule.start),
            end=self.mapping.moment(rule.end),
            status=rule.status,
        )

    def task(self, item: Item, epic: str | None, sprints: dict[str, SprintPlan]) -> TaskPlan:
        done = self.sorting.is_done(item)
        rule = self.sorting.rule_of(item)
        named = self.sorting.sprint_of(item)
        sprint = sprints.get(named)
        if named and sprint is None:
            self.changed[f"{self.export.noun}s of sprints that are left out: backlog"] += 1
        if sprint is not None and sprint.status == "completed" and not done:
            # There it would be lost to the team; in Jira it stands in the backlog again.
            self.changed[f"open {self.export.noun}s of completed sprints: backlog"] += 1
            sprint = None
        responsible = self.mapping.users.get(item.person)
        if item.person and responsible is None:
            noun = self.export.noun
            self.changed[f"{noun}s of unknown people: the default responsible"] += 1
        title, whole = self.cut(" ".join(item.title.splitlines()).strip())
        running = sprint is not None and sprint.status == "active"
        return TaskPlan(
            key=_key(item.key),
            title=title,
            description=self.description(item, whole),
            responsible=responsible,
            epic=epic,
            sprint=sprint.key if sprint else None,
            # The portal itself moves done tasks to a FINISH stage.
            stage=rule.stage if rule and running and not done else None,
            story_points=item.story_points,
            done=done,
        )

    def cut(self, name: str) -> tuple[str, str]:
        """Return a name that the portal takes, and the whole of it where it was cut."""
        if len(name) <= _LONGEST_NAME:
            return name, ""
        self.changed["names over 255 characters: cut, the whole stands in the description"] += 1
        return name[: _LONGEST_NAME - 1].rstrip() + "…", name

    def description(self, item: Item, title: str) -> str:
        notes = {**item.notes, "labels": ", ".join(item.labels), "parent": self.parent(item)}
        said = {
            "parent": "Part of: {}",
            "labels": "Labels: {}",
            "due": "Due: {}",
            "key": "Key: {}",
            "type": "Type: {}",
            "priority": "Priority: {}",
            "reporter": "Reporter: {}",
            "checklists": "{}",
        }
        lines = [said[what].format(notes[what]) for what in self.mapping.append if notes.get(what)]
        for what, text in notes.items():
            if text and what in _PLURALS and what not in self.mapping.append:
                self.left_out[_PLURALS[what]] += 1
        return "\n\n".join(part for part in (title, item.description, "\n".join(lines)) if part)

    def parent(self, item: Item) -> str:
        """Return what an item is a part of, if that is no epic."""
        if not item.parent or self.sorting.kind_of(item) != "subtask":
            return ""
        parent = self.sorting.by_key.get(item.parent)
        if parent is not None and self.is_epic(parent):
            return ""
        title = parent.title if parent else item.parent_title
        return f"{item.parent} {title}".strip()

    def with_board(
        self,
        project: Project,
        sprints: list[SprintPlan],
        tasks: Sequence[TaskPlan],
        items: Iterable[Item],
    ) -> tuple[SprintPlan, ...]:
        """Give the board to the sprint that runs, or to the one that will."""
        order = {"active": 0, "planned": 1}
        ahead = [each for each in sprints if each.status in order]
        first = min(ahead, key=lambda each: (order[each.status], each.start), default=None)
        if first is None:
            return tuple(sprints)
        if first.status == "active" and not any(
            task.sprint == first.key and not task.done for task in tasks
        ):
            name = next(n for n in self.mapping.sprints[project.key] if _key(n) == first.key)
            said = (
                f"is active, but no open {self.export.noun} stands in it, and the portal starts "
                "no such sprint: write completed or planned"
            )
            self.found.append((("sprints", project.key, name, "status"), said))
        board = attrs.evolve(first, stages=self.board(items))
        return tuple(board if each is first else each for each in sprints)

    def board(self, items: Iterable[Item]) -> tuple[StagePlan, ...]:
        """Return the stages of a group: those that its own statuses name."""
        used = {item.status for item in items if not self.is_epic(item)}
        stages: dict[str, StagePlan] = {}
        for name, rule in self.mapping.statuses.items():
            if name in used and rule is not None and rule.stage is not None:
                stages.setdefault(rule.stage, StagePlan(name=rule.stage, type=rule.type))
        if not stages:
            return ()
        needed: tuple[Literal["NEW", "FINISH"], ...] = ("NEW", "FINISH")
        for kind in needed:
            if not any(stage.type == kind for stage in stages.values()):
                name = self.stage_of(kind)
                name = f"{name} ({kind})" if name in stages else name
                stages[name] = StagePlan(name=name, type=kind)
        return tuple(sorted(stages.values(), key=lambda stage: _TYPES.index(stage.type)))

    def stage_of(self, kind: str) -> str:
        """Return what another group's board calls a stage of a type."""
        rules = self.mapping.statuses.values()
        named = (rule.stage for rule in rules if rule and rule.stage and rule.type == kind)
        return next(named, _MISSING_STAGES[kind])


# Of a key nothing is lost: it is the task's in the plan.
_PLURALS = {
    "parent": "parents of sub-tasks",
    "labels": "labels of items",
    "due": "due dates",
    "checklists": "checklists",
    "type": "issue types",
    "priority": "priorities",
    "reporter": "reporters",
}


def _bare_epic(key: str, name: str) -> EpicPlan:
    return EpicPlan(key=_key(key), name=name[:_LONGEST_NAME])


def _key(name: str) -> str:
    """Return a key as long as a plan's may be; one that is cut keeps what tells it apart."""
    if len(name) <= _LONGEST_KEY:
        return name
    mark = hashlib.sha256(name.encode()).hexdigest()[:12]
    return f"{name[: _LONGEST_KEY - len(mark) - 1]}~{mark}"
