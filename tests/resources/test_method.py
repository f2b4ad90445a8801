"""Methods: what is written in one pass is what a closer look finds."""

import datetime as dt
import enum
import gc
import zoneinfo
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.calls import NO_CLAIMS, UNSET, Call, Claims, Effect
from bitrix_scrum_async.errors import InvalidCall
from bitrix_scrum_async.php import NoQuery, write_query
from bitrix_scrum_async.resources import takes
from bitrix_scrum_async.resources.method import Method
from bitrix_scrum_async.resources.takes import Argument
from bitrix_scrum_async.shape import JsonShape
from bitrix_scrum_async.wire import NotPlain

from ..fakes import unsent
from .expecting import SENDER
from .methods import END, METHODS, START, method, parameters

GOOD: dict[str, list[Any]] = {
    "name": ["Sprint 1", "Größe & more", "$5", "$result[a]"],
    "title": [" a "],
    "description": ["a=b\n"],
    "color": ["#69dafc"],
    "files": [[12, "n7"]],
    "sort": [0, -5],
    "status": ["active", 5],
    "type": ["WORK"],
    "story_points": ["XL", 3, 0.5, Decimal(1), ""],
    "fields": [{"UF_X": ["5"], "UF_FLAG": True}],
    "tags": [["a", "b c"], []],
    "accomplices": [[2, 3]],
    "auditors": [[]],
    "user_ids": [[2, 3]],
    "visible": [True],
    "opened": [False],
    "closed": [True],
    "priority": [2],
    "initiate_perms": ["K"],
    "task_responsible": ["M"],
    "sprint_duration": [604800, dt.timedelta(days=7)],
    "xml_id": ["MOB-1"],
    "keywords": ["a,b"],
    "filter": [{"ID": [1, 2]}],
    "order": [{"ID": "desc"}],
    "start": [50],
}
DATES = {"date_start", "date_end", "date_finish", "deadline", "start_date_plan", "end_date_plan"}
REF = unsent(method("backlogs.get")(1)).ref("id")


def good_values(parameter: str) -> list[Any]:
    if parameter in DATES:
        return [START, END, START.astimezone(zoneinfo.ZoneInfo("Europe/Berlin"))]
    return GOOD.get(parameter, [1, 2**63 - 1, REF])


def expected_command(call: Call[Any]) -> str | None:
    """What stands in a batch, from the parameters of a call."""
    if call.references:
        return None
    try:
        query = write_query(call.params)
    except NoQuery:
        return None
    return f"{call.method}?{query}" if query else call.method


@pytest.mark.parametrize("name", [name for name in METHODS if not name.endswith(".all")])
def test_a_call_says_in_a_batch_what_its_parameters_say(name: str) -> None:
    call = unsent(method(name)(**METHODS[name][1]))
    command = call.command
    assert command is not None
    assert command == expected_command(call)


@given(st.data())
def test_so_it_does_with_any_arguments(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([name for name in METHODS if ".all" not in name]))
    whole = {**METHODS[name][1]}
    for parameter in parameters(name):
        if data.draw(st.booleans()):
            whole[parameter] = data.draw(st.sampled_from(good_values(parameter)))
    try:
        call = unsent(method(name)(**whole))
    except InvalidCall:
        return  # an end before its start, or what an update cannot set
    assert call.command == expected_command(call)


class Size(enum.StrEnum):
    S = "small"
    L = "large"


class Grade(enum.IntEnum):
    ONE = 1


class Whole(int):
    """A number of a caller's own class."""


class Text(str):
    """A text of a caller's own class."""

    __slots__ = ()


class Instant(dt.datetime):
    """A date-time of a caller's own class, which writes itself in its own way."""

    def isoformat(self, sep: str = "T", timespec: str = "auto") -> str:
        return super().isoformat(sep, timespec).replace("+00:00", "Z")


class Items(list[Any]):
    """A list of a caller's own class."""


class Restless(dt.tzinfo):
    """A zone that nobody can rely on."""

    def utcoffset(self, _: dt.datetime | None) -> dt.timedelta:
        return dt.timedelta(hours=1)

    def dst(self, _: dt.datetime | None) -> None:
        return None

    def tzname(self, _: dt.datetime | None) -> str:
        return "?"


KINDS: dict[str, Argument] = {
    "the": takes.the_id("the"),
    "other": takes.an_id("fields[other]"),
    "ids": takes.ids("fields[ids]"),
    "number": takes.number("fields[number]"),
    "text": takes.text("fields[text]"),
    "name": takes.name("fields[name]"),
    "title": takes.title("fields[title]"),
    "color": takes.color("fields[color]"),
    "new_name": takes.set_to(takes.name("fields[newName]")),
    "new_text": takes.set_to(takes.text("fields[newText]")),
    "texts": takes.texts("fields[texts]"),
    "flag": takes.flag("fields[flag]"),
    "choice": takes.choice("fields[choice]", Size),
    "grade": takes.choice("fields[grade]", Grade),
    "one_of": takes.one_of("fields[oneOf]", 0, 1, 2),
    "points": takes.story_points("fields[points]"),
    "seconds": takes.seconds("fields[seconds]"),
    "files": takes.drive_files("fields[files]", may_be_empty=True),
    "start": takes.moment("fields[start]"),
    "end": takes.moment("fields[end]"),
}


def refuse(_: Any) -> str:
    raise NotPlain


def made(kinds: dict[str, Argument]) -> Method[Any]:
    return Method(
        "m", Effect.WRITE, JsonShape(), changes="name", period=("start", "end"), shared=kinds
    )


IN_ONE_PASS = made(KINDS)
CLOSELY = made(
    {
        name: Argument(one.place, one.check, refuse, required=one.required)
        for name, one in KINDS.items()
    }
)
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
OLD = dt.timezone(dt.timedelta(hours=2, minutes=30, seconds=17))
VALUES: list[Any] = [
    UNSET,
    *(None, True, False, 0, 1, -1, 2, 2**63 - 1, 2**63, -(2**63), -(2**63) + 1, 1.0, float("nan")),
    *(
        "",
        "0",
        "a",
        " ",
        "a b",
        "\xa0",
        "Größe",
        "\ud800",
        "x" * 18,
        "x" * 19,
        "x" * 255,
        "ё" * 256,
    ),
    *("$", "$5 [x]", "$result[a]", "small", "2", "planned", Text("a"), Text(""), Size.L),
    *(START, END, START.replace(tzinfo=None), START.replace(tzinfo=Restless()), dt.date.max),
    *(dt.datetime.min.replace(tzinfo=OLD), dt.datetime(1880, 1, 1, tzinfo=OLD)),
    START.astimezone(BERLIN),
    # An hour that comes twice: two times that Python finds equal.
    *(dt.datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=fold) for fold in (0, 1)),
    *(kind(2026, 1, 5, tzinfo=dt.UTC) for kind in (dt.datetime, Instant)),
    *(Grade.ONE, Whole(1), Whole(0), Items([1]), Items()),
    *([], [1], [0], ["a"], [" "], ["n5"], (1, 2), {}, {"a": 1}, b"a", object, REF, Decimal(2)),
    dt.timedelta(days=1),
]
# Most are left out, so that one bad value does not hide the others.
LITTLE: dict[str, Any] = {**dict.fromkeys(KINDS, UNSET), "the": 1, "name": "a"}


def outcome(made: Method[Any], changes: dict[str, Any]) -> tuple[Any, ...]:
    """What becomes of a call, or why there is none."""
    try:
        call = unsent(made.call(SENDER, tuple({**LITTLE, **changes}.values())))
    except InvalidCall as error:
        return (str(error), error.method, error.argument)
    return (call.command, repr(call.params), call.references)


@pytest.mark.parametrize("name", KINDS)
def test_each_value_is_taken_or_refused_as_a_closer_look_does(name: str) -> None:
    for value in VALUES:
        assert outcome(IN_ONE_PASS, {name: value}) == outcome(CLOSELY, {name: value})


@given(st.dictionaries(st.sampled_from([*KINDS]), st.sampled_from(VALUES), max_size=6))
def test_so_are_several(changes: dict[str, Any]) -> None:
    assert outcome(IN_ONE_PASS, changes) == outcome(CLOSELY, changes)


@given(st.text(), st.integers())
def test_what_is_read_out_of_a_command_is_what_was_written(text: str, number: int) -> None:
    changes = {"text": text, "texts": [text, "&=%"], "number": number, "choice": "large"}
    assert outcome(IN_ONE_PASS, changes) == outcome(CLOSELY, changes)


def test_a_call_keeps_nothing_of_its_arguments_but_a_text() -> None:
    changes = {"texts": ["a"], "ids": [1, 2], "start": START}
    call = unsent(IN_ONE_PASS.call(SENDER, tuple({**LITTLE, **changes}.values())))
    kept = [type(each).__name__ for each in gc.get_referents(call) if each != ()]
    assert "str" in kept
    assert {"list", "tuple", "dict", "datetime"}.isdisjoint(kept)


@pytest.mark.parametrize("value", ["large", Size.L])
def test_members_of_an_enum_need_no_closer_look(value: str) -> None:
    assert takes.choice("size", Size).write(value) == "size=large"


def test_nor_do_those_of_numbers() -> None:
    assert takes.choice("grade", Grade).write(Grade.ONE) == "grade=1"


def test_the_text_of_an_id_is_found_by_that_id_only() -> None:
    """Also by no other value that equals it."""
    write = takes.an_id("id").write
    assert write(1) == "id=1"
    for other in (True, 1.0, Decimal(1), Whole(1), Grade.ONE):
        with pytest.raises(NotPlain):
            write(other)


def test_an_end_before_its_start_is_refused() -> None:
    values = tuple({**LITTLE, "start": END, "end": START}.values())
    with pytest.raises(InvalidCall, match="before start"):
        IN_ONE_PASS.call(SENDER, values)


def test_what_is_required_cannot_be_left_out() -> None:
    with pytest.raises(InvalidCall, match="m: the: it was not given"):
        IN_ONE_PASS.call(SENDER, tuple({**LITTLE, "the": UNSET}.values()))


def test_an_update_needs_a_field() -> None:
    with pytest.raises(InvalidCall, match="changes nothing; pass one of name"):
        IN_ONE_PASS.call(SENDER, tuple({**LITTLE, "name": UNSET}.values()))


@pytest.mark.parametrize("value", [5, REF])
def test_what_a_call_claims_follows_from_its_first_value(value: Any) -> None:
    def claims(first: Any) -> Claims:
        return {"first": first}

    one = Method("m", Effect.WRITE, JsonShape(), claims=claims, id=takes.the_id("id"))
    assert unsent(one.call(SENDER, (value,))).claims == {"first": value}
    other = Method("m", Effect.WRITE, JsonShape(), id=takes.the_id("id"))
    assert unsent(other.call(SENDER, (value,))).claims is NO_CLAIMS


def test_what_goes_with_every_call_is_written_once() -> None:
    select = Method(
        "m",
        Effect.READ,
        JsonShape(),
        fixed={"params[select]": ("ID", "NAME")},
        id=takes.the_id("params[id]"),
    )
    call = unsent(select.call(SENDER, (7,)))
    assert call.command == "m?params[id]=7&params[select][0]=ID&params[select][1]=NAME"
    assert call.params == {"params": {"id": 7, "select": ["ID", "NAME"]}}


def test_what_goes_with_every_call_may_be_all() -> None:
    one = Method("m", Effect.READ, JsonShape(), fixed={"select": ("ID",)})
    call = unsent(one.call(SENDER))
    assert call.command == expected_command(call) == "m?select[0]=ID"


@pytest.mark.parametrize("kind", [list, Items])
def test_a_list_that_is_changed_later_changes_no_call(kind: type[list[Any]]) -> None:
    one = Method("m", Effect.READ, JsonShape(), ids=takes.ids("ids"))
    ids = kind([1, 2])
    call = unsent(one.call(SENDER, (ids,)))
    ids.clear()
    assert call.params == {"ids": [1, 2]}
    assert call.command == "m?ids[0]=1&ids[1]=2"


def test_parameters_that_are_changed_change_no_call() -> None:
    one = Method("m", Effect.READ, JsonShape(), ids=takes.ids("fields[ids]"))
    call = unsent(one.call(SENDER, ([1, 2],)))
    params: dict[str, Any] = {**call.params}
    params["fields"]["ids"].clear()
    assert call.params == {"fields": {"ids": [1, 2]}}
