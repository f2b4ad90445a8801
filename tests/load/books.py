"""What the load did by its own account, and whether the portal's tables agree."""

from collections import Counter

import attrs

from bitrix_scrum_async import Call, Sprint
from bitrix_scrum_async.emulator.state import State


@attrs.define(eq=False)
class Books:
    """Every sprint that was to be added, renamed or deleted, under a name of its own.

    Attributes:
        outcomes: How calls ended, by the kind of errand and the class of the error.
        added: Names whose call succeeded, with the id that it gave.
        tried: Calls that did not succeed, or of which nobody saw the end, by name.
        deleted: Names whose sprint was deleted.
        perhaps_deleted: Names of sprints that may be.
        renamed: Names that a sprint may bear now, by its id.
    """

    outcomes: Counter[tuple[str, str]] = attrs.field(factory=Counter[tuple[str, str]])
    added: dict[str, int] = attrs.field(factory=dict[str, int])
    tried: dict[str, Call[Sprint]] = attrs.field(factory=dict[str, Call[Sprint]])
    deleted: set[str] = attrs.field(factory=set[str])
    perhaps_deleted: set[str] = attrs.field(factory=set[str])
    renamed: dict[int, set[str]] = attrs.field(factory=dict[int, set[str]])
    wrong: list[str] = attrs.field(factory=list[str])

    def begin(self, name: str, call: Call[Sprint]) -> Call[Sprint]:
        """A sprint is going to be added."""
        self.tried[name] = call
        return call

    def done(self, errand: str, name: str, sprint: Sprint) -> None:
        """It was added."""
        self.outcomes[errand, "done"] += 1
        del self.tried[name]
        self.added[name] = sprint.id
        if sprint.name != name:
            self.wrong.append(f"{name} got the answer to {sprint.name}")

    def ended(self, errand: str, how: str) -> None:
        """A call has ended."""
        self.outcomes[errand, how] += 1

    def compare(self, state: State) -> list[str]:
        """Say where the portal's tables disagree."""
        wrong = [*self.wrong]
        times: Counter[str] = Counter()
        for key, made in state.created.items():
            if key[0] == "sprint":
                times[str(key[-1])] += made
        there = {entity.name: entity.id for entity in state.entities.values() if entity.name}
        for name, made in times.items():
            if made > 1:
                wrong.append(f"{name} was added {made} times")
        for name, sprint_id in self.added.items():
            if times[name] != 1:
                wrong.append(f"{name} succeeded and was added {times[name]} times")
            if name in self.deleted:
                if name in there:
                    wrong.append(f"{name} was deleted and is there")
            elif sprint_id in self.renamed:
                entity = state.entities.get(sprint_id)
                bears = "nothing" if entity is None else entity.name
                if bears not in self.renamed[sprint_id]:
                    wrong.append(f"{name} is called {bears}, not {self.renamed[sprint_id]}")
            elif name not in self.perhaps_deleted and there.get(name) != sprint_id:
                wrong.append(f"{name} succeeded and is not there as {sprint_id}")
        for name, call in self.tried.items():
            if times[name] and not call.spent:
                wrong.append(f"{name} was added, and its call may be sent again")
        return wrong

    def unknown(self, state: State) -> tuple[int, int]:
        """Of the calls without a known end: how many were executed, and how many not."""
        spent = [name for name, call in self.tried.items() if call.spent]
        times = {str(key[-1]) for key in state.created if key[0] == "sprint"}
        ran = sum(name in times for name in spent)
        return ran, len(spent) - ran
