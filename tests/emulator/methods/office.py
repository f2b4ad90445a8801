"""A small portal whose methods are called as plain functions, without HTTP.

User 1 is the administrator and owns groups 1 and 2, user 2 is a member of group 1, user 3 its
moderator, user 4 a stranger, user 5 invited. Group 1 is a scrum with the backlog 1; group 2 a scrum
without a backlog; group 3 belongs to user 6, and user 1 is no member of it.
"""

from typing import Any

import attrs

from bitrix_scrum_async.emulator.answers import Page, RestError
from bitrix_scrum_async.emulator.methods import METHODS
from bitrix_scrum_async.emulator.state import State
from bitrix_scrum_async.emulator.switches import Switches
from bitrix_scrum_async.emulator.visit import Caches, Visit

NOW = 1_790_580_587  # 2026-09-28T10:29:47+03:00
START, END = "2026-10-05T00:00:00+03:00", "2026-10-19T00:00:00+03:00"
SCRUM = "tasks.api.scrum."


@attrs.define(kw_only=True)
class Office:
    """A portal and ways to call it."""

    state: State = attrs.field(factory=lambda: State(users=8))
    switches: Switches = attrs.field(factory=Switches)
    now: float = NOW

    def call(
        self,
        method: str,
        *,
        by: int = 1,
        start: int | None = None,
        caches: Caches | None = None,
        **params: Any,
    ) -> Any:
        """Call a method; a page comes as it is."""
        visit = Visit(
            state=self.state,
            switches=self.switches,
            user_id=by,
            start=start,
            now=self.now,
            caches=caches or Caches(),
        )
        return METHODS[method.lower()].handler(visit, params)

    def scrum(self, method: str, **options: Any) -> Any:
        """Call a method of `tasks.api.scrum`."""
        return self.call(SCRUM + method, **options)

    def refused(self, method: str, **options: Any) -> tuple[int | str, str, int]:
        """The code, text and status of an error."""
        try:
            answer = self.call(method, **options)
        except RestError as error:
            return error.code, error.description, error.status
        raise AssertionError(f"{method} answered {answer!r}")

    def complaint(self, method: str, **options: Any) -> str:
        """The text of a scrum method's error, whose code is 0 and whose status is 400."""
        code, text, status = self.refused(SCRUM + method, **options)
        assert (code, status) == (0, 400)
        return text

    def page(self, method: str, **options: Any) -> Page:
        """Call a method that answers a page."""
        answer = self.call(method, **options)
        assert isinstance(answer, Page)
        return answer

    # What tests need over and over

    def sprint(self, group: int = 1, **fields: Any) -> int:
        """A new sprint, planned unless told otherwise."""
        given = {
            "groupId": group,
            "name": "Sprint",
            "createdBy": 1,
            "dateStart": START,
            "dateEnd": END,
            "status": "planned",
            **fields,
        }
        return int(self.scrum("sprint.add", fields=given)["id"])

    def task(self, group: int = 1, sprint: int | None = None, **fields: Any) -> int:
        """A new task, in the backlog or in a sprint."""
        given = {"TITLE": "Task", "RESPONSIBLE_ID": 1, "GROUP_ID": group, **fields}
        task = int(self.call("tasks.task.add", fields=given)["task"]["id"])
        if sprint is not None:
            fields = {"entityId": sprint, "createdBy": 1}
            assert self.scrum("task.update", id=task, fields=fields) is True
        return task

    def place(self, task: int) -> int:
        """The backlog or sprint of a task."""
        return int(self.scrum("task.get", id=task)["entityId"])

    def stages(self, sprint: int) -> dict[str, int]:
        """The stages of a sprint: ids by name."""
        return {
            stage["name"]: int(stage["id"])
            for stage in self.scrum("kanban.getStages", sprintId=sprint)
        }

    def cards(self, task: int) -> list[int]:
        """The stages in which a task has a card."""
        return list(self.state.cards.get(task, {}))


def open_office(**switches: Any) -> Office:
    """The portal that the head of this file tells of."""
    office = Office(switches=Switches(**switches))
    for name in ("One", "Two"):
        office.call("sonet_group.create", NAME=name, SCRUM_MASTER_ID=1)
    office.call("sonet_group.create", NAME="Three", SCRUM_MASTER_ID=6, OWNER_ID=6, VISIBLE="N")
    office.call("sonet_group.user.add", GROUP_ID=1, USER_ID=[2, 3])
    office.state.set_role(1, 3, "E")
    office.call("sonet_group.user.invite", GROUP_ID=1, USER_ID=5)
    office.scrum("backlog.add", fields={"groupId": 1, "createdBy": 1})
    office.state.created.clear()
    return office
