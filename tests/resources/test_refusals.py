"""What a portal would take wrongly is refused: every argument of every method, one row for each."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from bitrix_scrum_async.errors import InvalidCall
from bitrix_scrum_async.resources import Rows
from bitrix_scrum_async.resources.refusals import check_named_call

from ..fakes import unsent
from .methods import END, METHODS, START, method, parameters, public_methods

NAIVE = dt.datetime(2026, 1, 5)  # noqa: DTZ001 - that is the mistake
REF_TO_TEXT = unsent(method("epics.get")(4)).ref("name")

ID = [
    (0, "is below 1"),
    (-1, "is below 1"),
    (2**63, "is above"),
    (True, "is a bool"),
    ("5", "is a str"),
    (5.0, "is a float"),
    (None, "leave out what is not to be sent"),
    ([5], "is a list"),
    (REF_TO_TEXT, "pass a reference to an id"),
]
IDS: list[tuple[Any, str]] = [
    ([], "is empty; pass a list of at least one id"),
    (5, "is a int; pass a list"),
    ("5", "is a str; pass a list"),
    (None, "is a NoneType; pass a list"),
]
NAME = [
    ("", "is empty; pass a text of 1 to 255 characters"),
    ("x" * 256, "has 256 characters"),
    (5, "is a int, which the portal ignores; pass a text"),
    (None, "pass a text"),
]
TITLE = [("", "is blank"), (" \n", "is blank"), *NAME[1:]]
CHANGED_NAME = [("", "is empty to the portal"), ("0", "is empty to the portal"), *NAME[1:]]
TEXT = [(5, "pass a text"), (None, "pass a text"), (["a"], "pass a text")]
CHANGED_TEXT = [("", "is empty to the portal"), ("0", "is empty to the portal"), *TEXT]
COLOR = [("x" * 19, "has 19 characters; the portal stores up to 18"), *TEXT]
CHANGED_COLOR = [*CHANGED_TEXT, COLOR[0]]
FLAG = [(1, "pass True or False"), ("Y", "pass True or False"), (None, "pass True or False")]
NUMBER = [
    ("1", "is a str; pass a whole number"),
    (True, "is a bool"),
    (1.5, "is a float"),
    (float("nan"), "is a float"),
    (None, "is a NoneType"),
    (2**63, "is above"),
]
MOMENT = [
    (NAIVE, "has no time zone"),
    ("soon", "is a str; pass an aware datetime"),
    ("2026-01-05T00:00:00+03:00", "is a str; pass an aware datetime"),
    (dt.date(2026, 1, 5), "is a date; pass an aware datetime"),
    (1767560400, "is a int; pass an aware datetime"),
    (None, "pass an aware datetime"),
]
STATUS = [("done", "is none of 'planned', 'active', 'completed'"), (None, "is none of")]
STAGE_TYPE = [("DONE", "is none of 'NEW', 'WORK', 'FINISH'"), (None, "is none of")]
FILES = [(12, "is a int; pass ids of files"), ("n12", "is a str; pass ids"), (None, "pass ids")]
ADDED_FILES: list[tuple[Any, str]] = [*FILES, ([], "is empty; pass ids of files")]
STORY_POINTS = [
    (True, "is a bool; pass a text or a number"),
    (float("nan"), "is not a finite number"),
    ([3], "is a list"),
    (None, "is a NoneType"),
]
DURATION = [
    (0, "is below 1; pass a timedelta"),
    (dt.timedelta(milliseconds=900), "is below a second; pass a timedelta"),
    ("week", "pass a timedelta"),
    (None, "pass a timedelta"),
]
FIELDS = [
    (["UF_X"], "is no map; pass the portal's names and values"),
    (None, "is no map; pass"),
]
FILTER = [([5], "is no map; pass names and values"), (None, "is no map"), ("ID", "is no map")]
ORDER: list[tuple[Any, str]] = [
    (["ID"], "is no order; pass names"),
    ("ID", "is no order"),
    (None, "is no order"),
]
START_AT = [(30, "pass 0, 50, 100"), (-50, "pass 0, 50"), (True, "pass 0"), ("50", "pass 0")]
GROUP_IDS = [(5, "is a int; pass ids"), ("125", "is a str; pass ids"), (None, "pass ids")]

# By the argument's name, whatever the method.
BAD: dict[str, list[tuple[Any, str]]] = {
    **dict.fromkeys(
        ("group_id", "backlog_id", "sprint_id", "epic_id", "stage_id", "task_id", "entity_id"), ID
    ),
    **dict.fromkeys(("created_by", "modified_by", "scrum_master_id", "owner_id"), ID),
    **dict.fromkeys(("subject_id", "responsible_id", "parent_id"), ID),
    "user_ids": IDS,
    # None at all is a good list where the portal keeps what it is given.
    **{key: [row for row in IDS if row[0] != []] for key in ("accomplices", "auditors")},
    **dict.fromkeys(("name", "xml_id"), NAME),
    "title": TITLE,
    "tags": [("a", "is a str; pass a list"), (None, "pass a list")],
    **dict.fromkeys(("description", "keywords"), TEXT),
    "color": COLOR,
    **dict.fromkeys(("visible", "opened", "closed"), FLAG),
    "sort": NUMBER,
    **dict.fromkeys(("date_start", "date_end", "date_finish", "deadline"), MOMENT),
    **dict.fromkeys(("start_date_plan", "end_date_plan"), MOMENT),
    "status": STATUS,
    "type": STAGE_TYPE,
    "files": ADDED_FILES,
    "story_points": STORY_POINTS,
    "sprint_duration": DURATION,
    "initiate_perms": [("X", "is none of 'A', 'E', 'K'"), (None, "is none of")],
    "task_responsible": [("X", "is none of 'A', 'M'"), (None, "is none of")],
    "priority": [(3, "is none of 0, 1, 2"), ("1", "is none of"), (True, "is none of")],
    "fields": FIELDS,
    "filter": FILTER,
    "order": ORDER,
    "start": START_AT,
    "group_ids": GROUP_IDS,
}

# Where a method is stricter, or laxer, than its fellows.
BAD_HERE: dict[str, list[tuple[Any, str]]] = {
    "sprints.update name": CHANGED_NAME,
    "epics.update name": CHANGED_NAME,
    "epics.update description": CHANGED_TEXT,
    "epics.update color": CHANGED_COLOR,
    "epics.update files": FILES,
    "scrum_tasks.update epic_id": [
        (0, "does not take the task out of its epic: the portal cannot; pass another epic"),
        *ID[1:],
    ],
    "groups.create name": TITLE,
    "groups.update name": TITLE,
    **{
        f"tasks.{name} status": [(1, "is none of 2, 3, 4, 5, 6"), ("2", "is none of")]
        for name in ("add", "update")
    },
}


class Refused(NamedTuple):
    """A method, an argument that is changed, what is refused of it, and words of the message."""

    method: str
    changes: dict[str, Any]
    argument: str | None
    says: str


def each_alone() -> Iterator[Refused]:
    for name in METHODS:
        for parameter in parameters(name):
            for value, says in BAD_HERE.get(f"{name} {parameter}", BAD[parameter]):
                yield Refused(name, {parameter: value}, parameter, says)


BEFORE = START - dt.timedelta(seconds=1)

NO_ID: list[int] = []

SPECIAL = [
    # An end before its start
    Refused("sprints.add", {"date_end": BEFORE}, "date_end", "before date_start"),
    Refused("sprints.update", {"date_start": END, "date_end": START}, "date_end", "before date_"),
    *(
        Refused(name, {"date_start": END, "date_finish": START}, "date_finish", "before date_start")
        for name in ("groups.create", "groups.update")
    ),
    *(
        Refused(
            name,
            {"start_date_plan": END, "end_date_plan": START},
            "end_date_plan",
            "before start_date_plan",
        )
        for name in ("tasks.add", "tasks.update")
    ),
    # Members of lists
    *(
        Refused(name, {"files": ["n1", file]}, "files[1]", "pass ids of files on the drive")
        for name in ("epics.add", "epics.update")
        for file in ("12", "n0", 0, True, None)
    ),
    Refused("groups.add_members", {"user_ids": [2, 0]}, "user_ids[1]", "is below 1"),
    Refused("groups.add_members", {"user_ids": [True]}, "user_ids[0]", "is a bool"),
    *(
        Refused(name, changes, argument, says)
        for name in ("tasks.add", "tasks.update")
        for changes, argument, says in (
            ({"accomplices": [0]}, "accomplices[0]", "is below 1"),
            ({"auditors": [2, "3"]}, "auditors[1]", "is a str"),
            ({"tags": ["a", ""]}, "tags[1]", "is blank"),
            ({"tags": ["  "]}, "tags[0]", "is blank"),
            ({"fields": {"timeEstimate": 1}}, "fields['timeEstimate']", "write 'TIME_ESTIMATE'"),
            ({"fields": {"TITLE": "x"}, "title": "T"}, "fields['TITLE']", "pass it once"),
            ({"fields": {"UF_X": None}}, "fields[UF_X]", "leave the argument out"),
        )
    ),
    *(
        Refused(name, changes, argument, says)
        for name in ("groups.create", "groups.update")
        for changes, argument, says in (
            ({"fields": {"imageId": 1}}, "fields['imageId']", "write 'IMAGE_ID'"),
            ({"fields": {"~NAME": "x"}}, "fields['~NAME']", "is not in capitals"),
            ({"fields": {"NAME": "x"}, "name": "G"}, "fields['NAME']", "pass it once"),
        )
    ),
    *(
        Refused(name, {"group_ids": ids}, argument, says)
        for name in ("sprints.all", "epics.all", "tasks.all")
        for ids, argument, says in (
            ([125, 0], "group_ids[1]", "is below 1"),
            ([True], "group_ids[0]", "is a bool"),
            (["125"], "group_ids[0]", "is a str"),
            (
                [unsent(method("groups.create")("G", scrum_master_id=1)).ref()],
                "group_ids[0]",
                "await",
            ),
        )
    ),
    *(
        Refused(name, {"group_ids": [1], "filter": {key: 2}}, f"filter[{key!r}]", "pass it once")
        for name in ("sprints.all", "epics.all", "tasks.all")
        for key in ("GROUP_ID", "=GROUP_ID")
    ),
    # What filters and orders may hold is a table of its own; that they are checked is seen here.
    *(
        Refused(f"{resource}.{short}", {"filter": filter_}, argument, says)
        for resource in ("sprints", "epics", "groups", "tasks", "users")
        for short in ("list", "all")
        for filter_, argument, says in (
            ({"ID": NO_ID}, "filter['ID']", "would match every row"),
            ({"ID": "abc"}, "filter['ID']", "pass an int"),
            ({"Id": 1}, "filter['Id']", "write 'ID'"),
            ({"NOPE": 1}, "filter['NOPE']", "is no name that this method knows; there are"),
        )
    ),
    *(
        Refused(f"{resource}.list", {"order": order}, argument, says)
        for resource in ("sprints", "epics", "groups", "tasks", "users")
        for order, argument, says in (
            ({"ID": "up"}, "order['ID']", "pass 'asc' or 'desc'"),
            ({"id": "asc", "ID": "asc"}, "order['ID']", "orders by ID again; keep one"),
            ({"NOPE": "asc"}, "order['NOPE']", "is no name that this method knows; there are"),
        )
    ),
    Refused("users.list", {"order": {"ID": "asc", "NAME": "asc"}}, "order", "orders by one"),
    *(
        Refused(f"{resource}.list", {"start": -1}, "start", "pass 0, 50, 100")
        for resource in ("sprints", "epics", "users")
    ),
]


def refusal(row: Refused) -> InvalidCall:
    """What is said to a row of the table: it names the method and the argument, and says why."""
    portal_method, whole = METHODS[row.method]
    with pytest.raises(InvalidCall) as caught:
        method(row.method)(**{**whole, **row.changes})
    error = caught.value
    assert (error.method, error.argument) == (portal_method, row.argument)
    assert row.says in error.reason
    assert str(error) == f"{portal_method}: {row.argument}: {error.reason}"
    return error


@pytest.mark.parametrize("row", list(each_alone()), ids=str)
def test_an_argument_that_a_portal_would_take_wrongly_is_refused_and_shown(row: Refused) -> None:
    (value,) = row.changes.values()
    assert repr(value)[:30] in refusal(row).reason


@pytest.mark.parametrize("row", SPECIAL, ids=str)
def test_what_a_portal_would_take_wrongly_is_refused(row: Refused) -> None:
    refusal(row)


@pytest.mark.parametrize(
    "name", ["backlogs", "sprints", "epics", "kanban", "scrum_tasks", "groups", "tasks"]
)
def test_an_update_without_a_field_is_refused(name: str) -> None:
    update = {"kanban": "update_stage"}.get(name, "update")
    with pytest.raises(InvalidCall, match="changes nothing; pass one of"):
        method(f"{name}.{update}")(5)


def test_every_argument_of_every_method_is_in_the_table() -> None:
    assert set(METHODS) == public_methods()
    unseen = {parameter for name in METHODS for parameter in parameters(name)} - set(BAD)
    assert not unseen


@pytest.mark.parametrize("name", METHODS)
def test_what_a_portal_would_take_well_is_built(name: str) -> None:
    portal_method, whole = METHODS[name]
    built = method(name)(**whole)
    if not isinstance(built, Rows):
        assert unsent(built).method == portal_method


@pytest.mark.parametrize("select", [["ID"], [], "ID", None])
def test_a_select_gives_false_sprints_whoever_asks(select: Any) -> None:
    for name in ("tasks.api.scrum.sprint.list", "TASKS.api.scrum.sprint.LIST"):
        with pytest.raises(InvalidCall, match="leave it out") as caught:
            check_named_call(name, {"select": select})
        assert (caught.value.method, caught.value.argument) == (name, "select")


def test_other_calls_by_the_portals_names_are_free() -> None:
    check_named_call("tasks.api.scrum.sprint.list", {"filter": {"GROUP_ID": 1}})
    check_named_call("tasks.task.list", {"select": ["ID"]})
