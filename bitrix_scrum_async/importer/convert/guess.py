"""What the names of an export probably become, as additions to a mapping."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as Names
from datetime import date, timedelta
from typing import Any

import attrs

from .export import Export, Item, Project, SprintFacts
from .mapping import Mapping, SprintRule, StatusRule
from .mapping_file import Addition
from .sorting import Sorting
from .words import kind_of, names_a_sprint, natural, phase_of

_CURRENT = "Current sprint"
_LENGTH = timedelta(weeks=2)
_STATES = {"closed": "completed", "active": "active", "future": "planned"}


def guess(export: Export, mapping: Mapping, today: date) -> list[Addition]:
    """Return what a mapping lacks for an export, with what it probably is.

    Args:
        export: What shall become a plan.
        mapping: What is known already.
        today: Where the days of sprints are counted from, when the export tells none.
    """
    additions = [
        *_groups(export, mapping),
        *_types(export, mapping),
        *_labels(export, mapping),
    ]
    statuses = _statuses(export, mapping)
    rules = {**mapping.statuses, **statuses}
    additions += [
        Addition(("statuses",), name, _tree(rule), _counted(export, lambda item: item.status, name))
        for name, rule in statuses.items()
    ]
    types = {
        **mapping.types,
        **{each.name: each.value for each in additions if each.path == ("types",)},
    }
    known = attrs.evolve(mapping, statuses=rules, types=types)
    additions += _sprints(export, known, today)
    additions += _users(export, mapping)
    return additions


def _groups(export: Export, mapping: Mapping) -> Iterable[Addition]:
    for project in export.projects:
        if project.key not in mapping.groups:
            yield Addition(("groups",), project.key, _group(project))


def _group(project: Project) -> dict[str, Any]:
    rule: dict[str, Any] = {"name": " ".join(project.name.split())[:255]}
    if project.description.strip():
        rule["description"] = project.description
    return rule


def _types(export: Export, mapping: Mapping) -> Iterable[Addition]:
    for name in _new(mapping.types, (item.kind for item in export.items)):
        yield Addition(
            ("types",), name, kind_of(name), _counted(export, lambda item: item.kind, name)
        )


def _labels(export: Export, mapping: Mapping) -> Iterable[Addition]:
    if export.tool == "trello":
        for name in _new(mapping.labels, (label for item in export.items for label in item.labels)):
            yield Addition(("labels",), name, "label")


def _statuses(export: Export, mapping: Mapping) -> dict[str, StatusRule]:
    """Return rules for new statuses; a board gets one NEW stage and one FINISH stage."""
    items: dict[str, list[Item]] = {}
    for item in export.items:
        items.setdefault(item.status, []).append(item)
    names = _new(mapping.statuses, items)
    phases = {name: _phase(name, items[name]) for name in names}
    stages = _ends(mapping, items, phases)
    homes = {name: _home(items[name]) for name in names}
    rules: dict[str, StatusRule] = {}
    for name in sorted(names, key=lambda name: _order(phases[name], name, stages, homes)):
        sprint = None
        if export.tool == "trello":
            sprint = name if names_a_sprint(name) else _CURRENT
        if sprint == name:
            rules[name] = StatusRule(sprint=name, done=phases[name] == "done" or None)
        elif phases[name] == "backlog":
            rules[name] = StatusRule(backlog=True)
        elif phases[name] == "done":
            stage = stages[homes[name], "FINISH"]
            rules[name] = StatusRule(stage=stage, type="FINISH", sprint=sprint)
        elif phases[name] == "new" and (
            export.tool == "jira" or name == stages[homes[name], "NEW"]
        ):
            # Lists are columns that the team looks at; Jira's boards fold statuses like this.
            rules[name] = StatusRule(stage=stages[homes[name], "NEW"], type="NEW", sprint=sprint)
        else:
            rules[name] = StatusRule(stage=name[:255], sprint=sprint)
    return rules


def _ends(
    mapping: Mapping, items: Names[str, Sequence[Item]], phases: Names[str, str]
) -> dict[tuple[str, str], str]:
    """Return the first and the last stage of each project: known, or the commonest new one."""
    stages: dict[tuple[str, str], str] = {}
    for name, rule in mapping.statuses.items():
        if rule is not None and rule.stage is not None and name in items:
            stages.setdefault((_home(items[name]), rule.type), rule.stage)
    kinds = {"new": "NEW", "done": "FINISH"}
    for name in sorted(phases, key=lambda name: -len(items[name])):
        if phases[name] in kinds:
            stages.setdefault((_home(items[name]), kinds[phases[name]]), name[:255])
    return stages


def _home(items: Sequence[Item]) -> str:
    """Return the project to which most items of a status belong."""
    return Counter(item.project for item in items).most_common(1)[0][0]


def _order(
    phase: str, name: str, stages: Names[tuple[str, str], str], homes: Names[str, str]
) -> tuple[int, bool]:
    rank = ["backlog", "new", "work", "done"].index(phase)
    return rank, name not in (stages.get((homes[name], kind)) for kind in ("NEW", "FINISH"))


def _phase(name: str, items: Sequence[Item]) -> str:
    phase = phase_of(name, next((item.category for item in items if item.category), ""))
    if phase == "backlog" and any(item.kind for item in items):
        # In Jira an issue stands in the backlog when it has no sprint, whatever its status.
        return "new"
    if phase is not None:
        return phase
    return "done" if all(item.resolved for item in items) else "work"


def _sprints(export: Export, mapping: Mapping, today: date) -> Iterable[Addition]:
    sorting = Sorting(export, mapping)
    for project in export.projects:
        items = sorting.kept[project.key]
        known = mapping.sprints.get(project.key, {})
        counts = {
            name: _Count.of(sorting, name, items)
            for name in _new({}, (sorting.sprint_of(item) for item in items))
        }
        new = sorted((name for name in counts if name not in known), key=natural)
        day = max((item.touched for item in items if item.touched), default=today)
        rules = _sprint_rules(new, counts, known, export.sprints, day)
        for name, rule in rules.items():
            yield Addition(("sprints", project.key), name, _tree(rule), counts[name].said)


@attrs.frozen(kw_only=True)
class _Count:
    """How many items of a sprint are done, begun and not begun."""

    done: int
    begun: int
    fresh: int

    @classmethod
    def of(cls, sorting: Sorting, name: str, items: Iterable[Item]) -> "_Count":
        counts: Counter[str] = Counter()
        for item in items:
            if sorting.sprint_of(item) == name:
                rule = sorting.rule_of(item)
                if sorting.is_done(item):
                    counts["done"] += 1
                else:
                    counts["begun" if rule and rule.stage and rule.type == "WORK" else "fresh"] += 1
        return cls(done=counts["done"], begun=counts["begun"], fresh=counts["fresh"])

    @property
    def open(self) -> int:
        return self.begun + self.fresh

    @property
    def said(self) -> str:
        return f"{self.open} open, {self.done} done"


def _sprint_rules(
    names: Sequence[str],
    counts: Names[str, _Count],
    known: Names[str, SprintRule | None],
    facts: Names[str, SprintFacts],
    day: date,
) -> dict[str, SprintRule]:
    """Return rules for sprints in their order: those before the active one are over."""
    taken = [rule for rule in known.values() if rule is not None]
    active = None
    if not any(rule.status == "active" for rule in taken):
        active = _active(names, counts, facts)
    place = names.index(active) if active is not None else None
    # The first sprint that is not over begins on the Monday before, or after all known ones.
    over = [name for n, name in enumerate(names) if _is_over(n, place, counts[name])]
    start = day - timedelta(days=day.weekday())
    if taken:
        start = max(_date(rule.end) for rule in taken)
    elif active is None:
        start += timedelta(weeks=1)
    first = place if place is not None else len(over) if not taken else 0
    rules: dict[str, SprintRule] = {}
    for n, name in enumerate(names):
        begin = start + (n - first) * _LENGTH
        fact = facts.get(name, SprintFacts())
        status = _STATES.get(fact.state)
        if status is None or (status == "active" and name != active):
            status = "active" if name == active else "completed" if name in over else "planned"
        begin = fact.start or begin
        rules[name] = SprintRule(
            start=begin,
            end=max(fact.end or begin + _LENGTH, begin),
            status=status,  # type: ignore[arg-type]  # one of the three words above
        )
    return rules


def _active(
    names: Sequence[str], counts: Names[str, _Count], facts: Names[str, SprintFacts]
) -> str | None:
    """Return the sprint that probably runs: the one with most of its open work begun."""
    told = [name for name in names if name in facts and facts[name].state]
    candidates = [
        name
        for name in names
        if counts[name].open and (not told or facts.get(name, SprintFacts()).state == "active")
    ]
    begun = [name for name in candidates if counts[name].begun or counts[name].done or told]
    order = {name: n for n, name in enumerate(names)}
    return max(begun, key=lambda name: (counts[name].begun, order[name]), default=None)


def _is_over(place: int, active: int | None, count: _Count) -> bool:
    return place < active if active is not None and place < active else not count.open


def _users(export: Export, mapping: Mapping) -> Iterable[Addition]:
    counts = Counter(item.person for item in export.items if item.person)
    leads = (project.lead for project in export.projects if project.lead)
    for name in _new(mapping.users, [*sorted(counts, key=natural), *leads]):
        address = export.addresses.get(name)
        count = _plural(counts[name], export.noun)
        yield Addition(("users",), name, address, count if address else f"not known yet; {count}")


def _new(known: Names[str, Any], names: Iterable[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name and name not in known]


def _counted(export: Export, of: Callable[[Item], str], name: str) -> str:
    return _plural(sum(of(item) == name for item in export.items), export.noun)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def _date(day: date) -> date:
    return date(day.year, day.month, day.day)


def _tree(rule: Any) -> dict[str, Any]:
    """Return a rule as it is written: without what is as by default and tells nothing."""
    shown = {"status"} if getattr(rule, "stage", None) is None else {"type"}
    return attrs.asdict(
        rule, filter=lambda field, value: value != field.default or field.name in shown
    )
