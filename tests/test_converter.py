"""The portal's JSON to records and back."""

import datetime as dt
import doctest
import enum
from typing import Any

import attrs
import orjson
import pytest
from cattrs import Converter
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async import converter as converter_module
from bitrix_scrum_async.converter import (
    RECORDS,
    configure_converter,
    decoder,
    make_converter,
)
from bitrix_scrum_async.errors import DecodeError
from bitrix_scrum_async.records import (
    Backlog,
    Epic,
    Field,
    Group,
    Member,
    MemberRole,
    ScrumTask,
    Sprint,
    SprintStatus,
    Stage,
    StageType,
    Task,
    TaskStatus,
    User,
)
from bitrix_scrum_async.spelling import spelling

MOSCOW = dt.timezone(dt.timedelta(hours=3))

SPRINT: dict[str, Any] = {
    "id": 57,
    "groupId": 143,
    "entityType": "sprint",
    "name": "Sprint 12",
    "goal": "",
    "sort": 1,
    "createdBy": 1,
    "modifiedBy": 1,
    "dateStart": "2026-10-05T00:00:00+03:00",
    "dateEnd": "2026-10-19T00:00:00+03:00",
    "status": "planned",
}
SPRINT_RECORD = Sprint(
    id=57,
    group_id=143,
    name="Sprint 12",
    sort=1,
    created_by=1,
    modified_by=1,
    date_start=dt.datetime(2026, 10, 5, tzinfo=MOSCOW),
    date_end=dt.datetime(2026, 10, 19, tzinfo=MOSCOW),
    status=SprintStatus.PLANNED,
)
EPIC: dict[str, Any] = {
    "id": 4,
    "groupId": 143,
    "name": "Checkout",
    "description": "",
    "createdBy": 1,
    "modifiedBy": 0,
    "color": "#69dafc",
}
EPIC_RECORD = Epic(
    id=4,
    group_id=143,
    name="Checkout",
    description="",
    created_by=1,
    modified_by=0,
    color="#69dafc",
)
FILES_FIELD: dict[str, Any] = {
    "ID": "108",
    "ENTITY_ID": "TASKS_SCRUM_EPIC",
    "FIELD_NAME": "UF_SCRUM_EPIC_FILES",
    "USER_TYPE_ID": "disk_file",
    "MULTIPLE": "Y",
    "SETTINGS": {"IBLOCK_ID": 0},
    "VALUE": [31, "32"],
}
TASK: dict[str, Any] = {
    "id": "751",
    "title": "Log in with a code",
    "description": "[B]Six[/B] digits",
    "status": "3",
    "priority": "1",
    "groupId": "143",
    "parentId": None,
    "stageId": "0",
    "createdBy": "1",
    "responsibleId": "2",
    "deadline": None,
    "createdDate": "2026-10-05T09:30:00+03:00",
    "closedDate": None,
    "xmlId": None,
    "accomplices": [],
    "auditors": ["5", "6"],
    "auditorsData": {"5": {"id": "5"}},
    "tags": {"9": {"id": 9, "title": "sign-in"}},
    "group": {"id": "143", "name": "Mobile app", "opened": False},
    "creator": {"id": "1", "name": "Ada"},
    "action": {"accept": False},
    "newCommentsCount": 0,
    "guid": "{d1}",
}
TASK_RECORD = Task(
    id=751,
    title="Log in with a code",
    description="[B]Six[/B] digits",
    status=TaskStatus.IN_PROGRESS,
    priority=1,
    group_id=143,
    stage_id=0,
    created_by=1,
    responsible_id=2,
    created_date=dt.datetime(2026, 10, 5, 9, 30, tzinfo=MOSCOW),
    auditors=(5, 6),
    tags=("sign-in",),
)
OLD_GROUP: dict[str, Any] = {
    "ID": "143",
    "SITE_ID": "s1",
    "NAME": "Mobile app",
    "DESCRIPTION": None,
    "DATE_CREATE": "2026-09-01T10:00:00+03:00",
    "ACTIVE": "Y",
    "VISIBLE": "Y",
    "OPENED": "N",
    "CLOSED": "N",
    "SUBJECT_ID": "1",
    "OWNER_ID": "1",
    "KEYWORDS": "",
    "NUMBER_OF_MEMBERS": "3",
    "PROJECT": "Y",
    "IS_EXTRANET": "N",
}
LISTED_GROUP: dict[str, Any] = {
    "id": "143",
    "name": "Mobile app",
    "description": "Touch",
    "active": "Y",
    "project": "Y",
    "ownerId": "1",
    "numberOfMembers": "3",
    "scrumMasterId": "5",
    "scrumSprintDuration": "604800",
    "scrumTaskResponsible": "A",
}
GROUP: dict[str, Any] = {
    "ID": 143,
    "NAME": "Mobile app",
    "DESCRIPTION": "Touch",
    "ACTIVE": "Y",
    "PROJECT": "Y",
    "OWNER_ID": 1,
    "NUMBER_OF_MEMBERS": 3,
    "SCRUM_OWNER_ID": 1,
    "SCRUM_MASTER_ID": 5,
    "SCRUM_SPRINT_DURATION": 604800,
    "SCRUM_TASK_RESPONSIBLE": "A",
    "TYPE": "scrum",
    "MEMBERS": [1, 5, 6],
    "TAGS": [],
    "DATE_CREATE": "1 September 2026",
    "PROJECT_DATE_START": None,
}
USER: dict[str, Any] = {
    "ID": "5",
    "ACTIVE": True,
    "NAME": "Ada",
    "LAST_NAME": "Lovelace",
    "EMAIL": "ada@example.com",
    "IS_ONLINE": "Y",
    "TIMESTAMP_X": {},
    "LAST_ACTIVITY_DATE": {},
    "UF_DEPARTMENT": [1, 7],
    "WORK_POSITION": None,
    "USER_TYPE": "employee",
}

EXAMPLES: list[tuple[dict[str, Any], Any]] = [
    (
        {"id": 11, "groupId": 143, "createdBy": 1, "modifiedBy": 1},
        Backlog(id=11, group_id=143, created_by=1, modified_by=1),
    ),
    (SPRINT, SPRINT_RECORD),
    ({**SPRINT, "dateStart": ""}, attrs.evolve(SPRINT_RECORD, date_start=None)),
    ({**SPRINT, "goal": "Ship"}, attrs.evolve(SPRINT_RECORD, goal="Ship")),
    ({**SPRINT, "status": "active"}, attrs.evolve(SPRINT_RECORD, status=SprintStatus.ACTIVE)),
    ({**SPRINT, "status": "paused"}, attrs.evolve(SPRINT_RECORD, status="paused")),
    (EPIC, EPIC_RECORD),
    ({**EPIC, "files": FILES_FIELD}, attrs.evolve(EPIC_RECORD, files=(31, 32))),
    ({**EPIC, "files": {**FILES_FIELD, "VALUE": []}}, EPIC_RECORD),
    ({**EPIC, "files": {**FILES_FIELD, "VALUE": False}}, EPIC_RECORD),
    (
        {
            "id": "58",
            "name": "New",
            "sort": "100",
            "type": "NEW",
            "sprintId": "5",
            "color": "00C4FB",
        },
        Stage(id=58, sprint_id=5, name="New", sort=100, type=StageType.NEW, color="00C4FB"),
    ),
    (
        {
            "entityId": 2,
            "storyPoints": "3",
            "epicId": 4,
            "sort": 1,
            "createdBy": 1,
            "modifiedBy": 1,
        },
        ScrumTask(entity_id=2, story_points="3", epic_id=4, sort=1, created_by=1, modified_by=1),
    ),
    (
        OLD_GROUP,
        Group(
            id=143,
            name="Mobile app",
            owner_id=1,
            active=True,
            visible=True,
            opened=False,
            closed=False,
            project=True,
            subject_id=1,
            number_of_members=3,
        ),
    ),
    (
        LISTED_GROUP,
        Group(
            id=143,
            name="Mobile app",
            description="Touch",
            active=True,
            project=True,
            owner_id=1,
            number_of_members=3,
            scrum_master_id=5,
            scrum_sprint_duration=604800,
            scrum_task_responsible="A",
        ),
    ),
    (
        GROUP,
        Group(
            id=143,
            name="Mobile app",
            description="Touch",
            active=True,
            project=True,
            owner_id=1,
            number_of_members=3,
            scrum_owner_id=1,
            scrum_master_id=5,
            scrum_sprint_duration=604800,
            scrum_task_responsible="A",
        ),
    ),
    ({"USER_ID": "1269", "ROLE": "A"}, Member(user_id=1269, role=MemberRole.OWNER)),
    ({"USER_ID": "1270", "ROLE": "Z"}, Member(user_id=1270, role="Z")),
    (TASK, TASK_RECORD),
    ({**TASK, "tags": [], "auditors": []}, attrs.evolve(TASK_RECORD, tags=(), auditors=())),
    ({**TASK, "status": "8"}, attrs.evolve(TASK_RECORD, status=8)),
    ({**TASK, "xmlId": "MOB-1"}, attrs.evolve(TASK_RECORD, xml_id="MOB-1")),
    (
        USER,
        User(
            id=5,
            active=True,
            name="Ada",
            last_name="Lovelace",
            email="ada@example.com",
            user_type="employee",
            departments=(1, 7),
        ),
    ),
    ({"ID": "5"}, User(id=5)),
    ({"type": "integer"}, Field(type="integer")),
]


def kind_of(record: Any) -> type[Any]:
    return record.__class__  # type: ignore[no-any-return] # of any record


@pytest.mark.parametrize(("answer", "record"), EXAMPLES)
def test_a_documented_answer_gives_its_record(answer: dict[str, Any], record: Any) -> None:
    assert decoder(kind_of(record))(answer, "m", "") == record


@pytest.mark.parametrize(("answer", "record"), EXAMPLES)
def test_a_record_is_the_same_whatever_the_answers_before_it_left_out(
    answer: dict[str, Any], record: Any
) -> None:
    cls = kind_of(record)
    needed = {field.name for field in attrs.fields(cls) if field.default is attrs.NOTHING}
    optional = [field.name for field in attrs.fields(cls) if field.name not in needed]
    spelled = {spelling(cls, name, capitals="ID" in answer): name for name in optional}
    bare = {key: value for key, value in answer.items() if key not in spelled}
    poor = attrs.evolve(
        record,
        **{field.name: field.default for field in attrs.fields(cls) if field.name in optional},
    )
    missing = {key: value for key, value in answer.items() if key != next(iter(answer))}
    decode = decoder(cls)
    for _ in range(2):
        assert decode(answer, "m", "") == record
        with pytest.raises(DecodeError, match="missing"):
            decode(missing, "m", "")
        assert decode(bare, "m", "") == poor


@pytest.mark.parametrize(
    ("cls", "answer", "path", "value"),
    [
        (Backlog, None, "", None),
        (Backlog, [], "", []),
        (Backlog, "x", "", "x"),
        (Backlog, {}, "id", None),
        (Sprint, {**SPRINT, "groupId": None}, "groupId", None),
        (Sprint, {**SPRINT, "groupId": True}, "groupId", True),
        (Sprint, {**SPRINT, "groupId": 1.5}, "groupId", 1.5),
        (Sprint, {**SPRINT, "groupId": "1_000"}, "groupId", "1_000"),
        (Sprint, {**SPRINT, "groupId": "9" * 5000}, "groupId", "9" * 5000),
        (Sprint, {**SPRINT, "groupId": ""}, "groupId", ""),
        (Sprint, {**SPRINT, "name": None}, "name", None),
        (Sprint, {**SPRINT, "name": 5}, "name", 5),
        (Sprint, {**SPRINT, "status": []}, "status", []),
        (Sprint, {**SPRINT, "dateStart": "soon"}, "dateStart", "soon"),
        (Sprint, {**SPRINT, "dateEnd": "2026-10-05"}, "dateEnd", "2026-10-05"),
        (Sprint, {**SPRINT, "dateEnd": 1790580587}, "dateEnd", 1790580587),
        (Sprint, {k: v for k, v in SPRINT.items() if k != "dateEnd"}, "dateEnd", None),
        (Epic, {**EPIC, "files": {"ID": "108"}}, "files", {"ID": "108"}),
        (Epic, {**EPIC, "files": ["n12"]}, "files", ["n12"]),
        (Group, {**LISTED_GROUP, "ownerId": "me"}, "ownerId", "me"),
        (Group, {**GROUP, "OWNER_ID": "me"}, "OWNER_ID", "me"),
        (Group, {**GROUP, "ACTIVE": "yes"}, "ACTIVE", "yes"),
        (User, {**USER, "UF_DEPARTMENT": "1"}, "UF_DEPARTMENT", "1"),
        (Task, {**TASK, "tags": {"9": {"id": 9}}}, "tags", {"9": {"id": 9}}),
    ],
)
def test_what_does_not_fit_is_named(cls: type[Any], answer: Any, path: str, value: Any) -> None:
    with pytest.raises(DecodeError) as caught:
        decoder(cls)(answer, "tasks.task.list", "")
    assert (caught.value.method, caught.value.path) == ("tasks.task.list", path)
    assert caught.value.value == value


def test_a_path_goes_on_from_where_the_record_stands() -> None:
    with pytest.raises(DecodeError, match=r"tasks\[3\]\.groupId is 'none': not a whole number"):
        decoder(Task)({**TASK, "groupId": "none"}, "m", "tasks[3]")


# Any record, and any JSON.

OFFSETS = st.integers(-86_399, 86_399).map(lambda seconds: dt.timezone(dt.timedelta(0, seconds)))
MOMENTS = st.datetimes(timezones=OFFSETS)
BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(min_value=-(10**18), max_value=10**18),
    str: st.text(),
    bool | None: st.none() | st.booleans(),
    dt.datetime | None: st.none() | MOMENTS,
    tuple[int, ...]: st.lists(st.integers(0, 10**9)).map(tuple),
    tuple[str, ...]: st.lists(st.text()).map(tuple),
    SprintStatus | str: st.sampled_from(SprintStatus) | st.text(),
    StageType | str: st.sampled_from(StageType) | st.text(),
    MemberRole | str: st.sampled_from(MemberRole) | st.text(),
    TaskStatus | int: st.sampled_from(TaskStatus) | st.integers(0, 99),
}
BY_TYPE[int | None] = st.none() | BY_TYPE[int]
BY_TYPE[str | None] = st.none() | BY_TYPE[str]


def records_of(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Any record of a class."""
    return st.builds(cls, **{field.name: BY_TYPE[field.type] for field in attrs.fields(cls)})


@given(st.one_of([records_of(cls) for cls in RECORDS]))
def test_a_record_survives_a_trip_through_json(record: Any) -> None:
    converter = make_converter()
    there = converter.unstructure(record)
    assert plain(there)
    assert converter.structure(there, kind_of(record)) == record
    sent = orjson.loads(orjson.dumps(there))
    assert converter.structure(sent, kind_of(record)) == record
    assert decoder(kind_of(record))(sent, "m", "") == record


def plain(value: Any) -> bool:
    """Whether JSON can hold a value as it is: no tuple, no enum member, no date."""
    if isinstance(value, enum.Enum):
        return False
    return bool(orjson.loads(orjson.dumps(value)) == value)


KEYS = sorted(
    {
        spelling(cls, field.name, capitals=capitals)
        for cls in RECORDS
        for field in attrs.fields(cls)
        for capitals in (False, True)
    }
    | {"VALUE", "title", "task", "tasks", "fields", "0"}
)


def nested(depth: int) -> Any:
    """Lists and maps in each other, as deep as JSON can be read."""
    value: Any = "x"
    for level in range(depth):
        value = {"id": value} if level % 2 else [value]
    return value


# What readers of JSON and portals have given somebody, somewhere.
ODD: list[Any] = [
    *("Y", "active", "7", "-0", "1e5", " 7", "7\n", "0x10", "\u0663", "1_000", "9" * 5000),
    *("NaN", "Infinity", "null", "\ud800", "\x00", "a" * 10_000),
    *("0000-01-01T00:00:00+00:00", "10000-01-01T00:00:00+00:00", "-0001-01-01T00:00:00Z"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30T00:00:00+03:00"),
    *("2026-10-05T00:00:00+99:99", "2026-10-05T00:00:00+23:59:59.999999", "2026-10-05T24:00:00Z"),
    *("2026-10-05T00:00:00+03:00", "2026-10-05", "2026-W41-1T00:00:00Z", "20261005T000000Z"),
    *("2026-10-05T00:00:60Z", "2026-10-05\ud80000:00:00Z", "2026-10-05T00:00:00,5Z"),
    *(10**5000, -(10**5000), 2**64, 1e308, float("nan"), float("inf"), -0.0),
    *([], {}, [[]], [{}], {"": ""}, {"0": {}}, {"id": []}, nested(3000), [nested(3000)]),
]


def odd(number: int) -> Any:
    return ODD[number]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.integers(0, len(ODD) - 1).map(odd),  # no sample: some have no repr
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=25)
    ),
    max_leaves=30,
)


def attempt(cls: type[Any], answer: Any) -> Any:
    """What decoding gives: a record or the error."""
    try:
        return decoder(cls)(answer, "m", "")
    except DecodeError as error:
        return error


@given(st.sampled_from(RECORDS), JSON)
def test_any_json_gives_a_record_or_a_decode_error(cls: type[Any], answer: Any) -> None:
    assert isinstance(attempt(cls, answer), (cls, DecodeError))


@pytest.mark.parametrize(("answer", "record"), EXAMPLES)
def test_any_odd_value_in_any_place_is_named_or_harmless(
    answer: dict[str, Any], record: Any
) -> None:
    for key in answer:
        for value in ODD:
            found = attempt(kind_of(record), {**answer, key: value})
            assert not isinstance(found, DecodeError) or (found.path, str(found) != "") == (
                key,
                True,
            )


@given(st.data())
def test_one_wrong_value_in_a_good_answer_is_named_or_harmless(data: st.DataObject) -> None:
    answer, record = data.draw(st.sampled_from(EXAMPLES))
    key = data.draw(st.sampled_from(sorted(answer)))
    found = attempt(kind_of(record), {**answer, key: data.draw(JSON)})
    assert not isinstance(found, DecodeError) or found.path == key


# Converters of one's own.


def test_the_examples_of_the_documentation_hold() -> None:
    found = doctest.DocTestFinder().find(converter_module, globs={})
    results = [doctest.DocTestRunner().run(test) for test in found]
    assert sum(result.attempted for result in results) > 10
    assert sum(result.failed for result in results) == 0


def test_a_record_may_get_another_hook() -> None:
    converter = make_converter()
    converter.register_unstructure_hook(Backlog, lambda backlog: backlog.id)
    converter.register_structure_hook(
        Backlog, lambda key, _: Backlog(id=key, group_id=0, created_by=0, modified_by=0)
    )
    backlog = Backlog(id=11, group_id=0, created_by=0, modified_by=0)
    assert converter.unstructure({"of": backlog}) == {"of": 11}
    assert converter.structure([11], list[Backlog]) == [backlog]
    answer = {"id": 11, "groupId": 0, "createdBy": 0, "modifiedBy": 0}
    assert decoder(Backlog)(answer, "m", "") == backlog


@attrs.frozen(kw_only=True)
class Watched(Group):
    """A group of a user's own."""

    watched_since: dt.date
    scrum_master_id: int = 0  # never None


@pytest.mark.parametrize("answer", [GROUP, LISTED_GROUP])
def test_a_class_made_from_a_record_is_read_as_the_record_is(answer: dict[str, Any]) -> None:
    key = "WATCHED_SINCE" if answer is GROUP else "watchedSince"
    converter = make_converter()
    converter.register_structure_hook(dt.date, lambda text, _: dt.date.fromisoformat(text))
    converter.register_unstructure_hook(dt.date, dt.date.isoformat)
    found = converter.structure({**answer, key: "2026-10-07"}, Watched)
    assert (found.id, found.active, found.scrum_master_id) == (143, True, 5)
    assert found.watched_since == dt.date(2026, 10, 7)
    there = converter.unstructure(found)
    assert there["watchedSince"] == "2026-10-07"
    assert converter.structure(there, Watched) == found


def test_configuring_a_converter_leaves_other_types_alone() -> None:
    converter = Converter()
    configure_converter(converter)
    assert converter.structure("1_000", int) == 1000
    assert converter.unstructure(dt.date(2026, 1, 1)) == dt.date(2026, 1, 1)
