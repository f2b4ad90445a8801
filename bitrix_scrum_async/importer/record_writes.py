"""The records of a group as writes: what is there before its sprint starts.

A group made in a batch may not be usable in it yet: groups come first, alone. A task made before
the backlog gets no Scrum item.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

import attrs

from ..calls import UNSET, Call
from ..errors import AlreadyExists
from ..session import PortalSession
from .authors import Authors
from .journal import Journal, TaskMark, fingerprint
from .plan import EpicPlan, GroupPlan, SprintPlan, TaskPlan
from .write import Ids, Marks, Needs, Standing, Write

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _id(record: Any) -> int:
    return int(record.id)


@attrs.frozen
class RecordWrites:
    """The writes of one group's records, made anew for each phase."""

    portal: PortalSession
    journal: Journal
    plan: GroupPlan
    authors: Authors

    def write(
        self,
        kind: str,
        key: str,
        *content: object,
        build: Callable[[Ids], Call[Any]],
        id_of: Callable[[Any], int] | None = None,
        needs: Needs = (),
        obstacle: Callable[[], str | None] | None = None,
        marks: Marks = Marks(),  # noqa: B008 - frozen
        standing: Standing | None = None,
    ) -> Write:
        """Make a write of this group; its content gives the fingerprint."""
        return Write(
            kind=kind,
            group=self.plan.key,
            key=key,
            fingerprint=fingerprint(*content),
            build=build,
            id_of=id_of,
            needs=needs,
            obstacle=obstacle,
            marks=marks,
            standing=standing,
        )

    def groups(self) -> Iterator[Write]:
        """The group itself, marked so that it can be found again without its id."""
        plan = self.plan
        yield self.write(
            "group",
            "",
            plan.name,
            plan.description,
            self.authors.id(plan.scrum_master),
            build=lambda _: self.portal.groups.create(
                name=plan.name,
                scrum_master_id=self.authors.id(plan.scrum_master),
                description=plan.description or UNSET,
                keywords=self.journal.marker(plan.key),
            ),
            id_of=int,
            marks=Marks(name=plan.name, tag=self.journal.marker(plan.key)),
        )

    def members(self) -> Iterator[Write]:
        """Members, and the scrum master, whom the portal does not make one; the caller is one."""
        plan = self.plan
        planned = dict.fromkeys(map(self.authors.id, (plan.scrum_master, *plan.members)))
        users = {user: None for user in planned if user != self.authors.caller}
        if users:
            yield self.write(
                "members",
                "",
                *planned,
                needs=(("group", ""),),
                build=lambda ids: self.portal.groups.add_members(
                    ids["group"], user_ids=list(users)
                ),
            )

    def backlogs(self) -> Iterator[Write]:
        """The backlog, before any task. Who opens the group's planning page makes one, too."""
        yield self.write(
            "backlog",
            "",
            self.authors.creator,
            needs=(("group", ""),),
            build=lambda ids: self.portal.backlogs.add(
                ids["group"], created_by=self.authors.created_by
            ),
            id_of=_id,
            standing=Standing(
                refusals=(AlreadyExists,),
                ask=lambda ids: self.portal.backlogs.get(ids["group"]),
                id_of=_id,
            ),
        )

    def epics(self) -> Iterator[Write]:
        """The epics."""
        for epic in self.plan.epics:
            yield self.write(
                "epic",
                epic.key,
                epic.name,
                epic.description,
                epic.color,
                self.authors.creator,
                needs=(("group", ""),),
                build=partial(self._add_epic, epic),
                id_of=_id,
                marks=Marks(name=epic.name, alone=True),
            )

    def _add_epic(self, epic: EpicPlan, ids: Ids) -> Call[Any]:
        return self.portal.epics.add(
            ids["group"],
            name=epic.name,
            description=epic.description or UNSET,
            color=epic.color or UNSET,
            created_by=self.authors.created_by,
        )

    def sprints(self) -> Iterator[Write]:
        """The sprints: past ones as completed, the active one as planned until its start."""
        for n, sprint in enumerate(self.plan.sprints, start=1):
            yield self.write(
                "sprint",
                sprint.key,
                sprint.name,
                # A moment is the same in whatever zone the plan writes it.
                (sprint.start - _EPOCH).total_seconds(),
                (sprint.end - _EPOCH).total_seconds(),
                _first_status(sprint),
                n,
                self.authors.creator,
                needs=(("group", ""),),
                build=partial(self._add_sprint, sprint, n),
                id_of=_id,
                marks=Marks(name=sprint.name, alone=True),
            )

    def _add_sprint(self, sprint: SprintPlan, n: int, ids: Ids) -> Call[Any]:
        return self.portal.sprints.add(
            ids["group"],
            name=sprint.name,
            created_by=self.authors.created_by,
            date_start=sprint.start,
            date_end=sprint.end,
            status=_first_status(sprint),
            sort=n,
        )

    def tasks(self) -> Iterator[Write]:
        """The tasks, all of them into the backlog."""
        for task in self.plan.tasks:
            yield self.write(
                "task",
                task.key,
                task.title,
                task.description,
                self.authors.responsible_for(self.plan, task),
                self.authors.creator,
                needs=(("group", ""), ("backlog", "")),
                build=partial(self._add_task, task),
                id_of=_id,
                marks=self._marks(task),
            )

    def _marks(self, task: TaskPlan) -> Marks:
        """What a task is known by again: what this portal stores, or may store."""
        stored = self.journal.task_mark
        return Marks(
            name=task.title,
            xml_id=xml_id(self.plan.key, task.key),
            tag=self.journal.tag if stored is TaskMark.TAG else "",
            alone=stored is not TaskMark.XML_ID,
        )

    def _add_task(self, task: TaskPlan, ids: Ids) -> Call[Any]:
        tag = self._marks(task).tag
        return self.portal.tasks.add(
            title=task.title,
            responsible_id=self.authors.responsible_for(self.plan, task),
            group_id=ids["group"],
            description=task.description or UNSET,
            created_by=self.authors.created_by,
            xml_id=xml_id(self.plan.key, task.key),
            tags=[tag] if tag else UNSET,
        )

    def places(self) -> Iterator[Write]:
        """Sprint, epic and story points of the tasks that have any."""
        for task in self.plan.tasks:
            needs = [("task", task.key)]
            if task.sprint is not None:
                needs.append(("sprint", task.sprint))
            if task.epic is not None:
                needs.append(("epic", task.epic))
            if len(needs) == 1 and not task.story_points:
                continue
            yield self.write(
                "place",
                task.key,
                task.sprint,
                task.epic,
                task.story_points,
                needs=tuple(needs),
                build=partial(self._place, task),
            )

    def _place(self, task: TaskPlan, ids: Ids) -> Call[Any]:
        return self.portal.scrum_tasks.update(
            ids["task"],
            entity_id=ids.get("sprint", UNSET),
            epic_id=ids.get("epic", UNSET),
            story_points=task.story_points or UNSET,
        )


def _first_status(sprint: SprintPlan) -> Literal["completed", "planned"]:
    """What a sprint is made as: the active one is started later."""
    return "completed" if sprint.status == "completed" else "planned"


def xml_id(group: str, task: str) -> str:
    """Return the natural key that a task carries in the portal."""
    return f"{group}/{task}"
