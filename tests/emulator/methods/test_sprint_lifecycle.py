"""What `sprint.start` and `sprint.complete` check, move and make."""

from typing import Any

import pytest

from bitrix_scrum_async.emulator.visit import Caches
from tests.emulator.methods.office import NOW, Office, open_office

DEFAULTS = [
    {"id": "1", "name": "New", "sort": "100", "type": "NEW", "sprintId": "2", "color": "00C4FB"},
    {
        "id": "2",
        "name": "In progress",
        "sort": "200",
        "type": "WORK",
        "sprintId": "2",
        "color": "47D1E2",
    },
    {
        "id": "3",
        "name": "Done",
        "sort": "300",
        "type": "FINISH",
        "sprintId": "2",
        "color": "75D900",
    },
]


def started(office: Office, *tasks: int, sprint: int | None = None) -> int:
    """A sprint with tasks, started."""
    sprint = sprint or office.sprint()
    for task in tasks or (office.task(),):
        office.scrum("task.update", id=task, fields={"entityId": sprint})
    office.scrum("sprint.start", id=sprint)
    return sprint


@pytest.mark.parametrize(
    ("id_", "by", "text"),
    [
        (0, 1, "Sprint id not found"),
        (99, 4, "Sprint not found"),
        (1, 1, "Sprint not found"),
        (3, 4, "Sprint must be planned"),
        (4, 4, "Sprint must be planned"),
        (2, 2, "Access denied"),
        (2, 4, "Access denied"),
        (2, 1, "Unable to start sprint"),
        (5, 3, "Unable to start sprint"),
    ],
)
def test_start_checks(office: Office, id_: int, by: int, text: str) -> None:
    """Sprint 2 has a task but 3 is active, 4 is completed, 5 is empty; 2 is a plain member."""
    office.task(sprint=office.sprint())
    office.sprint(status="active")
    office.sprint(status="completed")
    office.sprint()
    assert office.complaint("sprint.start", id=id_, by=by) == text


def test_a_moderator_may_start(office: Office) -> None:
    """As may the owner and an administrator."""
    office.task(sprint=office.sprint())
    assert office.scrum("sprint.start", id=2, by=3)["status"] == "active"


def test_an_administrator_may_start_and_complete_without_being_a_member(office: Office) -> None:
    """Group 3 is user 6's alone."""
    sprint = office.sprint(group=3)
    office.task(3, sprint=sprint)
    assert office.scrum("sprint.start", id=sprint)["status"] == "active"
    assert office.scrum("sprint.complete", id=3)["status"] == "completed"


def test_a_start_makes_the_default_stages_and_the_board(office: Office) -> None:
    """Status and sort change, dates and `modifiedBy` do not."""
    sprint = office.sprint(sort=7)
    tasks = [office.task(sprint=sprint) for _ in range(2)]
    before = office.scrum("sprint.get", id=sprint)
    assert office.scrum("kanban.getStages", sprintId=sprint) == []
    answer = office.scrum("sprint.start", id=sprint)
    assert answer == {**before, "status": "active", "sort": 0}
    assert office.scrum("sprint.get", id=sprint) == answer
    assert office.scrum("kanban.getStages", sprintId=sprint) == DEFAULTS
    assert [office.cards(task) for task in tasks] == [[1], [1]]


def test_a_start_sends_completed_tasks_and_their_subtasks_to_the_backlog(office: Office) -> None:
    """Whether or not the subtasks are completed themselves."""
    sprint = office.sprint()
    done, open_ = office.task(sprint=sprint), office.task(sprint=sprint)
    child = office.task(sprint=sprint, PARENT_ID=done)
    office.call("tasks.task.complete", taskId=done)
    office.scrum("sprint.start", id=sprint)
    assert [office.place(task) for task in (done, child, open_)] == [1, 1, sprint]
    assert [office.cards(task) for task in (done, child, open_)] == [[], [], [1]]


def test_what_left_with_a_completed_task_does_not_keep_a_sprint_startable(office: Office) -> None:
    """Its open subtask went to the backlog before the open tasks are counted."""
    sprint = office.sprint()
    done = office.task(sprint=sprint)
    office.task(sprint=sprint, PARENT_ID=done)
    office.call("tasks.task.complete", taskId=done)
    assert office.complaint("sprint.start", id=sprint) == "Unable to start sprint"


def test_completed_tasks_leave_before_the_stages_are_made() -> None:
    """So they have left even when the stages cannot be made."""
    office = open_office(stageless_history="fails")
    office.sprint(status="completed")
    sprint = office.sprint()
    done, open_ = office.task(sprint=sprint), office.task(sprint=sprint)
    office.call("tasks.task.complete", taskId=done)
    assert office.complaint("sprint.start", id=sprint) == "Unable to start sprint"
    assert [office.place(task) for task in (done, open_)] == [1, sprint]


def test_subtasks_get_cards_with_their_parents(office: Office) -> None:
    """Even those that sit in the backlog."""
    sprint = office.sprint()
    parent = office.task(sprint=sprint)
    child = office.task(PARENT_ID=parent)
    office.scrum("task.update", id=child, fields={"entityId": 1})
    office.scrum("sprint.start", id=sprint)
    assert office.cards(child) == [1]
    assert office.place(child) == 1


def test_a_sprint_without_open_tasks_does_not_start(office: Office) -> None:
    """What was done before the failure stays done."""
    sprint = office.sprint()
    task = office.task(sprint=sprint)
    office.call("tasks.task.complete", taskId=task)
    assert office.complaint("sprint.start", id=sprint) == "Unable to start sprint"
    assert office.place(task) == 1
    assert office.scrum("sprint.get", id=sprint)["status"] == "planned"


def test_an_empty_sprint_may_start_on_other_portals() -> None:
    """The switch `start_empty_sprint`."""
    office = open_office(start_empty_sprint=True)
    assert office.scrum("sprint.start", id=office.sprint())["status"] == "active"


def test_own_stages_need_a_new_one(office: Office) -> None:
    """A start keeps the stages that are there."""
    sprint = office.sprint()
    task = office.task(sprint=sprint)
    office.scrum("kanban.addStage", fields={"sprintId": sprint, "name": "Doing"})
    assert office.complaint("sprint.start", id=sprint) == "Unable to start sprint"
    new = office.scrum(
        "kanban.addStage", fields={"sprintId": sprint, "name": "To do", "type": "NEW", "sort": 50}
    )
    office.scrum("sprint.start", id=sprint)
    assert list(office.stages(sprint)) == ["To do", "Doing"]
    assert office.cards(task) == [new]


def test_stages_are_copied_from_the_last_completed_sprint(office: Office) -> None:
    """The one with the latest end; a task goes to the like of its old stage."""
    old = office.sprint(dateEnd="2026-01-01", status="completed")
    office.scrum("kanban.addStage", fields={"sprintId": old, "name": "Old", "type": "NEW"})
    last = office.sprint(dateEnd="2026-02-01")
    for place, (name, kind) in enumerate((("In", "NEW"), ("Check", "WORK"), ("Out", "FINISH")), 1):
        given = {"sprintId": last, "name": name, "type": kind, "sort": place * 100, "color": "aa"}
        office.scrum("kanban.addStage", fields=given)
    left, fresh = office.task(), office.task()
    started(office, left, sprint=last)
    check = office.stages(last)["Check"]
    office.scrum("kanban.deleteTask", sprintId=last, taskId=left)
    office.scrum("kanban.addTask", sprintId=last, taskId=left, stageId=check)
    office.scrum("sprint.complete", id=1)
    following = started(office, left, fresh)
    stages = office.stages(following)
    assert list(stages) == ["In", "Check", "Out"]
    assert stages["Check"] in office.cards(left)
    assert office.cards(fresh) == [stages["In"]]


def test_a_completed_sprint_without_stages_gives_the_defaults(office: Office) -> None:
    """One added as completed has none."""
    office.sprint(status="completed")
    assert list(office.stages(started(office))) == ["New", "In progress", "Done"]


def test_a_completed_sprint_without_stages_may_prevent_a_start() -> None:
    """The switch `stageless_history`."""
    office = open_office(stageless_history="fails")
    office.sprint(status="completed")
    sprint = office.sprint()
    task = office.task(sprint=sprint)
    assert office.complaint("sprint.start", id=sprint) == "Unable to start sprint"
    office.scrum("kanban.addStage", fields={"sprintId": sprint, "name": "In", "type": "NEW"})
    assert office.scrum("sprint.start", id=sprint)["status"] == "active"
    assert len(office.cards(task)) == 1


@pytest.mark.parametrize(
    ("id_", "by", "text"),
    [
        (0, 1, "Group id not found"),
        (99, 1, "Sprint not found"),
        (2, 1, "Sprint not found"),
        (1, 2, "Access denied"),
        (1, 4, "Access denied"),
    ],
)
def test_complete_checks(office: Office, id_: int, by: int, text: str) -> None:
    """The id is a group's: the active sprint 2 belongs to group 1."""
    assert office.sprint(status="active") == 2
    assert office.complaint("sprint.complete", id=id_, by=by) == text


def test_a_sprints_id_completes_the_sprint_of_another_group(office: Office) -> None:
    """The danger of this method."""
    wanted = office.sprint()
    other = office.sprint(2, status="active")
    assert wanted == 2
    assert office.scrum("sprint.complete", id=wanted)["id"] == other


def test_a_completion_moves_what_is_not_done(office: Office) -> None:
    """Open tasks go to the backlog, those in FINISH are completed, those without a card stay."""
    finished, waiting, closed, hidden = (office.task() for _ in range(4))
    sprint = started(office, finished, waiting, closed)
    stages = office.stages(sprint)
    office.scrum("task.update", id=hidden, fields={"entityId": sprint})
    office.scrum("kanban.deleteTask", sprintId=sprint, taskId=finished)
    office.scrum("kanban.addTask", sprintId=sprint, taskId=finished, stageId=stages["Done"])
    office.call("tasks.task.complete", taskId=closed)
    office.now += 100
    answer = office.scrum("sprint.complete", id=1)
    assert (answer["status"], answer["sort"]) == ("completed", 0)
    assert answer["dateEnd"] == "2026-09-28T10:31:27+03:00"
    assert [office.place(task) for task in (finished, waiting, closed, hidden)] == [
        sprint,
        1,
        sprint,
        sprint,
    ]
    statuses = [office.state.tasks[task].status for task in (finished, waiting, closed, hidden)]
    assert statuses == [5, 2, 5, 2]
    assert office.scrum("sprint.get", id=sprint) == answer


def test_without_a_backlog_a_new_sprint_takes_what_is_not_done(office: Office) -> None:
    """Planned, and not counted as made by the caller."""
    sprint = office.sprint(2)
    task = office.task(2, sprint=sprint)
    office.scrum("sprint.start", id=sprint)
    office.scrum("sprint.complete", id=2)
    following = office.scrum("sprint.get", id=office.place(task))
    assert (following["name"], following["status"]) == ("Sprint 2", "planned")
    assert ("sprint", 2, "Sprint 2") not in office.state.created


def test_a_failed_completion_answers_null() -> None:
    """The switch `complete_fails`."""
    office = open_office(complete_fails=True)
    sprint = office.sprint(status="active")
    assert office.scrum("sprint.complete", id=1) is None
    assert office.scrum("sprint.get", id=sprint)["status"] == "active"


# B.8: what is remembered between the commands of one batch


def test_a_refused_update_is_saved_by_the_next_one() -> None:
    """The cached sprint keeps the beginning of the refused update."""
    office = open_office(batch_caches=True)
    sprint = office.sprint()
    caches = Caches()
    half: dict[str, Any] = {"name": "Half", "sort": 9, "modifiedBy": 99}
    text = office.complaint("sprint.update", id=sprint, fields=half, caches=caches)
    assert text == "modifiedBy user not found"
    assert office.scrum("sprint.get", id=sprint)["name"] == "Sprint"
    answer = office.scrum("sprint.update", id=sprint, fields={"sort": 1}, caches=caches)
    assert (answer["name"], answer["sort"]) == ("Half", 1)


def test_a_failed_start_stays_active_in_the_cache() -> None:
    """Later commands of the batch find no planned sprint; the next request does."""
    office = open_office(batch_caches=True)
    sprint = office.sprint()
    caches = Caches()
    texts = [office.complaint("sprint.start", id=sprint, caches=caches) for _ in range(2)]
    assert texts == ["Unable to start sprint", "Sprint must be planned"]
    assert office.complaint("sprint.start", id=sprint) == "Unable to start sprint"


def test_without_the_switch_nothing_is_remembered(office: Office) -> None:
    """The default."""
    sprint = office.sprint()
    caches = Caches()
    texts = [office.complaint("sprint.start", id=sprint, caches=caches) for _ in range(2)]
    assert texts == ["Unable to start sprint", "Unable to start sprint"]


def test_stages_added_later_are_not_seen_by_the_same_batch() -> None:
    """A card in such a stage is not taken off the board."""
    office = open_office(batch_caches=True)
    sprint = office.sprint()
    task = office.task(sprint=sprint)
    caches = Caches()
    office.scrum("kanban.getStages", sprintId=sprint, caches=caches)
    given = {"sprintId": sprint, "name": "In", "type": "NEW"}
    stage = office.scrum("kanban.addStage", fields=given, caches=caches)
    office.scrum("kanban.addTask", sprintId=sprint, taskId=task, stageId=stage, caches=caches)
    office.scrum("kanban.deleteTask", sprintId=sprint, taskId=task, caches=caches)
    assert office.cards(task) == [stage]
    office.scrum("kanban.deleteTask", sprintId=sprint, taskId=task)
    assert office.cards(task) == []


def test_a_new_group_is_not_usable_in_its_own_batch() -> None:
    """Rights were read before it was there."""
    office = open_office(batch_caches=True)
    caches = Caches()
    group = office.call("sonet_group.create", NAME="New", SCRUM_MASTER_ID=1, caches=caches)
    given = {"groupId": group, "createdBy": 1}
    assert office.complaint("backlog.add", fields=given, caches=caches) == "Access denied"
    assert office.scrum("backlog.add", fields=given)["groupId"] == group


def test_time_of_the_office() -> None:
    """The tests above stand on this moment."""
    assert open_office().call("server.time") == "2026-09-28T10:29:47+03:00"
    assert NOW == 1790580587


def test_a_stale_error_takes_the_place_of_later_ones() -> None:
    """The oldest layer remembers its error until the process ends."""
    office = open_office(batch_caches=True)
    caches = Caches()
    stale = office.refused("tasks.task.add", fields={}, caches=caches)
    assert stale[0] == "ERROR_CORE"
    assert office.refused("tasks.api.scrum.sprint.get", id=99, caches=caches) == stale
    assert office.refused("tasks.api.scrum.sprint.get", id=99) == (0, "Sprint not found", 400)


def test_a_deleted_sprint_is_still_cached_but_not_started() -> None:
    """Nor saved again."""
    office = open_office(batch_caches=True)
    sprint, caches = office.sprint(), Caches()
    office.task(sprint=sprint)
    office.scrum("sprint.delete", id=sprint, caches=caches)
    assert office.scrum("sprint.get", id=sprint, caches=caches)["name"] == "Sprint"
    text = office.complaint("sprint.update", id=sprint, fields={"sort": 1}, caches=caches)
    assert text == "Sprint not updated"
    assert office.complaint("sprint.start", id=sprint, caches=caches) == "Unable to start sprint"
    assert sprint not in office.state.entities


def test_a_deleted_sprint_in_the_cache_still_takes_a_task() -> None:
    """The check reads the cache, so the place leads nowhere; the next request sees that."""
    office = open_office(batch_caches=True)
    sprint, task, caches = office.sprint(group=2), office.task(group=2), Caches()
    office.scrum("sprint.delete", id=sprint, caches=caches)
    fields = {"entityId": sprint, "createdBy": 1}
    assert office.scrum("task.update", id=task, fields=fields, caches=caches) is True
    assert office.place(task) == sprint
    assert office.complaint("task.update", id=task, fields={"sort": 2}) == "Access denied"
