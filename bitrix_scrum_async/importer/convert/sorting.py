"""Where items belong by a mapping: which are epics, which sprint and which epic is theirs."""

from collections.abc import Iterator
from functools import cached_property

from .export import Export, Item
from .mapping import Kind, Mapping, StatusRule


class Sorting:
    """An export seen through a mapping."""

    def __init__(self, export: Export, mapping: Mapping) -> None:
        self.export = export
        self.mapping = mapping

    @cached_property
    def by_key(self) -> dict[str, Item]:
        """The items by their keys."""
        return {item.key: item for item in self.export.items}

    @cached_property
    def epics_by_name(self) -> dict[str, Item]:
        """The epics by their names: some exports link by them."""
        epics = [item for item in self.export.items if self.kind_of(item) == "epic"]
        return {name: item for item in reversed(epics) for name in (item.title, item.epic_name)}

    def kind_of(self, item: Item) -> Kind | None:
        """Return what an item becomes, or ``None`` where it is left out."""
        return self.mapping.types.get(item.kind, "task") if item.kind else "task"

    def rule_of(self, item: Item) -> StatusRule | None:
        """Return what an item's status says, if it has one."""
        return self.mapping.statuses.get(item.status)

    def left_out(self, item: Item) -> str:
        """Return as what an item is left out, or nothing where it is kept."""
        noun = self.export.noun
        mapping = self.mapping
        if item.project in mapping.groups and mapping.groups[item.project] is None:
            return f"{noun}s of groups that are left out"
        if self.kind_of(item) is None:
            return f"{noun}s of types that are left out"
        if item.status in mapping.statuses and mapping.statuses[item.status] is None:
            what = "statuses" if self.export.tool == "jira" else "lists"
            return f"{noun}s of {what} that are left out"
        return f"archived {noun}s" if item.archived and mapping.archived == "skip" else ""

    @cached_property
    def kept(self) -> dict[str, list[Item]]:
        """The items that are not left out, by their projects."""
        kept: dict[str, list[Item]] = {project.key: [] for project in self.export.projects}
        for item in self.export.items:
            if not self.left_out(item):
                kept[item.project].append(item)
        return kept

    def is_done(self, item: Item) -> bool:
        """Tell whether an item is completed."""
        rule = self.rule_of(item)
        archived = item.archived and self.mapping.archived == "done"
        return item.done or archived or (rule is not None and rule.finishes)

    def sprint_of(self, item: Item) -> str:
        """Return the sprint of an item, or nothing: its own, its list's, or its parent's."""
        rule = self.rule_of(item)
        if self.kind_of(item) in ("epic", None) or (rule is not None and rule.backlog):
            return ""
        if item.sprint:
            return item.sprint
        if self.kind_of(item) == "subtask":
            for each in self._above(item):
                if self.kind_of(each) != "epic" and each.sprint:
                    return each.sprint
        return (rule.sprint if rule is not None else None) or ""

    def epic_of(self, item: Item) -> tuple[str, str]:
        """Return key and name of an item's epic, or two empty texts."""
        for each in (item, *self._above(item)):
            if each.epic:
                found = self.by_key.get(each.epic) or self.epics_by_name.get(each.epic)
                if found is None:
                    return each.epic, each.epic
                return (found.key, name_of(found)) if self.kind_of(found) == "epic" else ("", "")
            if each is not item and self.kind_of(each) == "epic":
                return each.key, name_of(each)
            if each.parent and each.parent not in self.by_key and self.kind_of(each) == "task":
                # Above a task stands an epic, also where the export does not hold it.
                return each.parent, each.parent_title or each.parent
        for label in item.labels:
            if self.mapping.labels.get(label) == "epic":
                return label, label
        return "", ""

    def _above(self, item: Item) -> Iterator[Item]:
        """Give the parents of an item, the nearest first; a circle ends where it closes."""
        seen = {item.key}
        while item.parent and item.parent not in seen and item.parent in self.by_key:
            item = self.by_key[item.parent]
            seen.add(item.key)
            yield item
            if self.kind_of(item) == "epic":
                return


def name_of(epic: Item) -> str:
    """Return what an item is called as an epic."""
    return epic.epic_name or epic.title
