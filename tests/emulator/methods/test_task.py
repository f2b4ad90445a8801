"""The rows of E.3."""

from typing import Any

import pytest

from bitrix_scrum_async.emulator.answers import Page
from tests.emulator.methods.office import Office, open_office

CONSTRUCTOR = "CTaskItem All parameters in the constructor must have real class type"
NOT_ALLOWED = ("0", "Action on the task is not allowed", 400)


def test_a_new_task_is_answered_in_full(office: Office) -> None:
    """Numbers as strings, empty maps as `[]`, no date as null."""
    fields = {
        "TITLE": " Log in ",
        "RESPONSIBLE_ID": "2",
        "GROUP_ID": 1,
        "DESCRIPTION": "[b]x[/b]",
        "DEADLINE": "2026-10-01T12:00:00Z",
        "PRIORITY": 2,
        "XML_ID": "MOB-1",
        "AUDITORS": [3, 99],
        "TAGS": ["a", "b"],
    }
    task = office.call("tasks.task.add", fields=fields)["task"]
    expected = {
        "id": "1",
        "parentId": None,
        "title": "Log in",
        "description": "[b]x[/b]",
        "priority": "2",
        "status": "2",
        "stageId": "0",
        "sprintId": None,
        "backlogId": "1",
        "createdBy": "1",
        "responsibleId": "2",
        "createdDate": "2026-09-28T10:29:47+03:00",
        "deadline": "2026-10-01T15:00:00+03:00",
        "closedDate": None,
        "startDatePlan": None,
        "xmlId": "MOB-1",
        "groupId": "1",
        "auditors": ["3"],
        "accomplices": [],
        "accomplicesData": [],
        "tags": {"1": {"id": 1, "title": "a"}, "2": {"id": 2, "title": "b"}},
        "checklist": [],
    }
    assert {name: task[name] for name in expected} == expected
    assert task["group"]["name"] == "One"
    assert task["responsible"]["id"] == "2"
    assert list(task["auditorsData"]) == ["3"]
    assert task["guid"].startswith("{")
    assert office.state.created == {("task", 1, "MOB-1"): 1}


def test_a_task_without_a_group_has_an_empty_list_for_it(office: Office) -> None:
    """And the group 0; without an external key its title is its natural key."""
    fields = {"TITLE": "Free", "RESPONSIBLE_ID": 1}
    task = office.call("tasks.task.add", fields=fields)["task"]
    assert (task["group"], task["groupId"], task["xmlId"], task["tags"]) == ([], "0", None, [])
    assert office.state.created == {("task", 0, "Free"): 1}


def test_a_portal_may_drop_external_keys() -> None:
    """The switch `store_xml_id`."""
    office = open_office(store_xml_id=False)
    task = office.task(XML_ID="MOB-1")
    assert office.call("tasks.task.get", taskId=task)["task"]["xmlId"] is None
    page = office.page("tasks.task.list", filter={"XML_ID": "MOB-1"})
    assert page.result == {"tasks": []}


GOOD = {"TITLE": "T", "RESPONSIBLE_ID": 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"TITLE": ""},
        {"TITLE": "  "},
        {"RESPONSIBLE_ID": 0},
        {"RESPONSIBLE_ID": 99},
        {"CREATED_BY": 99},
        {"PARENT_ID": 99},
        {"STATUS": 9},
        {"STATUS": "done"},
        {"START_DATE_PLAN": "2026-02-01", "END_DATE_PLAN": "2026-01-01"},
    ],
)
def test_wrong_fields_are_errors_of_the_layer_below(
    office: Office, changes: dict[str, Any]
) -> None:
    """Code `ERROR_CORE`, a text that ends in HTML; the same for an update."""
    code, text, status = office.refused("tasks.task.add", fields={**GOOD, **changes})
    assert (code, text.endswith("<br>"), status) == ("ERROR_CORE", True, 400)
    assert office.state.tasks == {}
    task = office.task()
    code, _, _ = office.refused("tasks.task.update", taskId=task, fields=changes)
    assert code == "ERROR_CORE"


def test_names_in_camel_case_are_not_known(office: Office) -> None:
    """So the title is missing."""
    fields = {"title": "T", "responsibleId": 1}
    assert office.refused("tasks.task.add", fields=fields)[0] == "ERROR_CORE"


def test_a_stranger_adds_no_task_to_a_group(office: Office) -> None:
    """Nor a task in another's name."""
    fields = {"TITLE": "T", "RESPONSIBLE_ID": 4, "GROUP_ID": 1}
    assert office.refused("tasks.task.add", fields=fields, by=4) == NOT_ALLOWED
    error = office.refused("tasks.task.add", fields={**GOOD, "CREATED_BY": 1}, by=4)
    assert error[0] == "ERROR_CORE"


@pytest.mark.parametrize(
    ("method", "params", "error"),
    [
        ("add", {}, ("100", "Could not find value for parameter {fields}", 400)),
        ("update", {}, ("100", CONSTRUCTOR, 400)),
        ("update", {"taskId": "x", "fields": {}}, ("0", "wrong task id", 400)),
        ("update", {"taskId": 1}, ("100", "Could not find value for parameter {fields}", 400)),
        ("update", {"taskId": 99, "fields": {}}, NOT_ALLOWED),
        ("delete", {}, ("100", CONSTRUCTOR, 400)),
        ("delete", {"taskId": "x"}, ("0", "wrong task id", 400)),
        ("delete", {"taskId": 99}, ("1048582", "No access to delete the task", 400)),
        ("complete", {"taskId": 99}, NOT_ALLOWED),
        ("renew", {"taskId": 1}, NOT_ALLOWED),
        ("list", {"order": {"NOPE": "asc"}}, ("0", "Invalid sorting key", 400)),
        ("list", {"order": {"id": "asc"}}, ("0", "Invalid sorting key", 400)),
    ],
)
def test_codes_are_strings(
    office: Office, method: str, params: dict[str, Any], error: tuple[str, str, int]
) -> None:
    """Even 0 and 100."""
    office.task()
    assert office.refused(f"tasks.task.{method}", **params) == error


def test_select_must_be_an_array(office: Office) -> None:
    """The binder's error."""
    code, text, _ = office.refused("tasks.task.get", taskId=1, select="ID")
    assert (code, "parameter {select}" in text) == ("100", True)


@pytest.mark.parametrize(("task", "by"), [(99, 1), (1, 4)])
def test_a_task_that_is_not_there_is_an_empty_result(office: Office, task: int, by: int) -> None:
    """Status 200; the same for one that the caller may not see."""
    office.task()
    assert office.call("tasks.task.get", taskId=task, by=by) == []


def test_update_changes_what_is_given(office: Office) -> None:
    """And answers like add."""
    task = office.task(XML_ID="A", TAGS="x,y", UF_CODE="7")
    office.now += 60
    fields: dict[str, Any] = {"TITLE": "New", "XML_ID": "B", "PRIORITY": "0", "TAGS": []}
    answer = office.call("tasks.task.update", taskId=str(task), fields=fields)["task"]
    assert (answer["title"], answer["xmlId"], answer["priority"]) == ("New", "B", "0")
    assert answer["changedDate"] == "2026-09-28T10:30:47+03:00"
    assert answer["tags"] == []
    found = office.page("tasks.task.list", filter={"XML_ID": "B"}, select=["ID", "UF_CODE"])
    assert found.result == {"tasks": [{"id": "1", "ufCode": "7", "group": []}]}
    assert office.page("tasks.task.list", filter={"XML_ID": "A"}).total == 0


def test_a_task_is_not_its_own_ancestor(office: Office) -> None:
    """Neither directly nor through others."""
    parent = office.task()
    child = office.task(PARENT_ID=parent)
    fields = {"PARENT_ID": parent}
    text = office.refused("tasks.task.update", taskId=parent, fields=fields)[1]
    assert text == "Cannot bind the node to itself<br>"
    fields = {"PARENT_ID": child}
    assert office.refused("tasks.task.update", taskId=parent, fields=fields)[0] == "ERROR_CORE"


def test_completing_twice_is_refused(office: Office) -> None:
    """Unless the switch `repeated_complete` says otherwise."""
    task = office.task()
    done = office.call("tasks.task.complete", taskId=task)["task"]
    assert (done["status"], done["closedDate"]) == ("5", "2026-09-28T10:29:47+03:00")
    assert office.refused("tasks.task.complete", taskId=task) == NOT_ALLOWED
    office.switches = open_office(repeated_complete="accepted").switches
    assert office.call("tasks.task.complete", taskId=task)["task"]["status"] == "5"
    renewed = office.call("tasks.task.renew", taskId=task)["task"]
    assert (renewed["status"], renewed["closedDate"]) == ("2", None)


def test_delete_answers_true_in_a_map(office: Office) -> None:
    """Only its creator, the group's moderators and administrators may."""
    task = office.task()
    assert office.refused("tasks.task.delete", taskId=task, by=2)[0] == "1048582"
    assert office.call("tasks.task.delete", taskId=task, by=3) == {"task": True}
    assert office.call("tasks.task.get", taskId=task) == []


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, [4, 3, 2, 1]),
        ({"order": {"ID": "asc"}}, [1, 2, 3, 4]),
        ({"order": {"ID": "asc"}, "filter": {">ID": 2}}, [3, 4]),
        ({"filter": {"ID": [1, 3]}}, [3, 1]),
        ({"filter": {"GROUP_ID": 1}}, [3, 2, 1]),
        ({"filter": {"GROUP_ID": [1, 2], "STATUS": 5}}, [3]),
        ({"filter": {"!STATUS": 5}}, [4, 2, 1]),
        ({"filter": {"REAL_STATUS": "5"}}, [3]),
        ({"filter": {"SPRINT_ID": 2}}, [2]),
        ({"filter": {"BACKLOG_ID": 1}}, [3, 1]),
        ({"filter": {"XML_ID": "K-1"}}, [1]),
        ({"filter": {"XML_ID": "k-1"}}, []),
        ({"filter": {"XML_ID": ["K-1", "K-2"]}}, [2, 1]),
        ({"filter": {"=XML_ID": "K-2"}}, [2]),
        ({"filter": {"TITLE": "Login"}}, [1]),
        ({"filter": {"%TITLE": "log"}}, [2, 1]),
        ({"filter": {"TAG": "Web"}}, [1]),
        ({"filter": {"PARENT_ID": 1}}, [2]),
        ({"filter": {"RESPONSIBLE_ID": 2}}, [4]),
        ({"filter": {"MEMBER": 2}}, [4]),
        ({"filter": {">=CREATED_DATE": "2026-09-28"}}, [4, 3, 2, 1]),
        ({"filter": {"<CREATED_DATE": "2026-09-28"}}, []),
        ({"filter": {"NOPE": 1, "GROUP_ID": 2}}, [4]),
        ({"filter": {"groupId": 2}}, [4, 3, 2, 1]),
        ({"filter": {"ID": []}}, [4, 3, 2, 1]),
        ({"order": {"TITLE": "asc"}}, [4, 1, 2, 3]),
        ({"by": 4}, []),
        ({"by": 2}, [4, 3, 2, 1]),
    ],
)
def test_list_finds(office: Office, params: dict[str, Any], found: list[int]) -> None:
    """Unknown names in a filter make it find more."""
    office.task(TITLE="Login", XML_ID="K-1", TAGS=["web"])
    office.task(sprint=office.sprint(), TITLE="Logout", XML_ID="K-2", PARENT_ID=1)
    office.call("tasks.task.complete", taskId=office.task(TITLE="Zero"))
    office.task(2, TITLE="Any", RESPONSIBLE_ID=2)
    page = office.page("tasks.task.list", **params)
    assert [int(row["id"]) for row in page.result["tasks"]] == found
    assert page.total == len(found)


def test_list_pages(office: Office) -> None:
    """With total and next, or with `start` -1 without either."""
    for _ in range(60):
        office.task()
    select = ["ID"]
    page = office.page("tasks.task.list", select=select, start=0)
    assert (len(page.result["tasks"]), page.total, page.next) == (50, 60, 50)
    page = office.page("tasks.task.list", select=select, start=70)
    assert (len(page.result["tasks"]), page.total, page.next) == (10, 60, None)
    page = office.page("tasks.task.list", select=select, order={"ID": "asc"}, start=-1)
    assert (len(page.result["tasks"]), page.total, page.next) == (50, None, None)


def test_an_empty_list_is_a_map_with_an_empty_list(office: Office) -> None:
    """And counts 0."""
    assert office.page("tasks.task.list") == Page({"tasks": []}, total=0)


@pytest.mark.parametrize(
    ("switch", "after_start", "after_add"),
    [("moved", "1", "1"), ("card", "1", "2"), ("none", "0", "0")],
)
def test_what_a_tasks_stage_tells(switch: str, after_start: str, after_add: str) -> None:
    """The switch `task_stage_id`: the card is moved on to stage 2 by hand."""
    office = open_office(task_stage_id=switch)
    sprint = office.sprint()
    task = office.task(sprint=sprint)
    office.scrum("sprint.start", id=sprint)

    def stage() -> str:
        return str(office.call("tasks.task.get", taskId=task)["task"]["stageId"])

    assert stage() == after_start
    office.scrum("kanban.deleteTask", sprintId=sprint, taskId=task)
    office.scrum("kanban.addTask", sprintId=sprint, taskId=task, stageId=2)
    assert stage() == after_add


def test_fields_of_a_task(office: Office) -> None:
    """`XML_ID` is a text that is null by default."""
    fields = office.call("tasks.task.getFields")["fields"]
    assert fields["XML_ID"] == {"title": "Xml id", "type": "string", "default": None}
    assert fields["ID"]["primary"]
    assert fields["TITLE"]["required"]
    assert fields["STATUS"]["default"] == 2
