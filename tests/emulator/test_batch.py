"""The method `batch`, rule by rule, with handlers of our own."""

from typing import Any, cast

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.emulator.answers import RestError
from bitrix_scrum_async.emulator.batch import (
    Answer,
    BatchCrash,
    halts,
    read_commands,
    run_batch,
)
from bitrix_scrum_async.emulator.record import Command
from bitrix_scrum_async.emulator.switches import Switches

pytestmark = pytest.mark.anyio

TIME = {"start": 1}
FAILURE = {"error": 0, "error_description": "Sprint not found"}


async def answer(command: Command) -> Answer:
    """A small portal: `get`, `null`, `soft`, `page`, and methods that fail."""
    match command.method.lower():
        case "get":
            return Answer({"id": 7, **command.params}, TIME)
        case "null":
            return Answer(None, TIME)
        case "soft":
            return Answer(result=False, time=TIME)
        case "page":
            return Answer([1], TIME, total=137, next=50)
        case "fail":
            raise RestError(0, "Sprint not found")
        case "fail-empty":
            raise RestError("", "Group not found")
        case "fail-argument":
            raise RestError("ERROR_ARGUMENT", "Argument is wrong", argument="id")
        case method:
            raise RestError("ERROR_METHOD_NOT_FOUND", f"{method}", 404)


async def batch(cmd: Any, halt: Any = 0, **switches: Any) -> dict[str, Any]:
    params = {"cmd": cmd, "halt": halt}
    chosen = Switches(**switches)
    return await run_batch(
        read_commands(params, chosen.max_input_vars),
        halt=halts(params),
        switches=chosen,
        run=answer,
    )


async def test_results_errors_totals_and_times_stand_in_maps_of_their_own() -> None:
    assert await batch({"a": "get", "b": "null", "c": "fail", "d": "page"}) == {
        "result": {"a": {"id": 7}, "b": None, "d": [1]},
        "result_error": {"c": FAILURE},
        "result_total": {"d": 137},
        "result_next": {"d": 50},
        "result_time": {"a": TIME, "b": TIME, "d": TIME},
    }


async def test_extras_of_an_error_stand_beside_it_and_no_status() -> None:
    assert (await batch({"a": "fail-argument"}))["result_error"] == {
        "a": {
            "error": "ERROR_ARGUMENT",
            "error_description": "Argument is wrong",
            "argument": "id",
        }
    }


@pytest.mark.parametrize("cmd", [None, "get", 5, {}, []])
async def test_without_a_list_or_map_of_commands_every_map_is_empty(cmd: Any) -> None:
    assert await batch(cmd) == {
        "result": [],
        "result_error": [],
        "result_total": [],
        "result_next": [],
        "result_time": [],
    }


@pytest.mark.parametrize(
    ("cmd", "result", "errors"),
    [
        (["null", "null"], [None, None], []),
        ({"0": "null", "1": "null"}, [None, None], []),
        ({"1": "null", "0": "null"}, {"1": None, "0": None}, []),
        (["null", "fail", "null"], {"0": None, "2": None}, {"1": FAILURE}),
        (["fail", "null"], {"1": None}, [FAILURE]),
        ({"7": "null"}, {"7": None}, []),
        ({"00": "null", "01": "null"}, {"00": None, "01": None}, []),
        ({"a": "null"}, {"a": None}, []),
    ],
)
async def test_a_map_shows_as_list_or_object_as_its_keys_fall(
    cmd: Any, result: Any, errors: Any
) -> None:
    answered = await batch(cmd)
    assert answered["result"] == result
    assert answered["result_error"] == errors


async def test_commands_run_in_the_order_sent() -> None:
    answered = await batch({"10": "get?n=1", "b": "get?n=2", "2": "get?n=3"})
    assert [row["n"] for row in answered["result"].values()] == ["1", "2", "3"]


@pytest.mark.parametrize("off", [None, 0, "0", "", False, [], 0.0])
async def test_halt_is_off(off: Any) -> None:
    assert (await batch({"a": "fail", "b": "null"}, off))["result"] == {"b": None}


@pytest.mark.parametrize("on", [1, "1", True, "true", "false", "N", [0], "0.0"])
async def test_halt_is_on(on: Any) -> None:
    assert (await batch({"a": "fail", "b": "null"}, on))["result"] == []


@pytest.mark.parametrize("failing", ["fail", "fail-empty", "nope"])
async def test_halt_stops_after_an_error_whatever_its_code(failing: str) -> None:
    answered = await batch({"a": "null", "b": failing, "c": "null"}, halt=1)
    assert answered["result"] == {"a": None}
    assert list(answered["result_error"]) == ["b"]


async def test_halt_does_not_stop_at_a_soft_failure() -> None:
    assert (await batch({"a": "soft", "b": "null"}, halt=1))["result"] == {"a": False, "b": None}


@pytest.mark.parametrize(("cmd", "halt"), [("CMD", "Halt"), ("Cmd", "HALT")])
async def test_the_parameters_of_batch_do_not_mind_the_case(cmd: str, halt: str) -> None:
    params = {cmd: {"a": "fail", "b": "null"}, halt: "1"}
    assert [command.key for command in read_commands(params, 1000)] == ["a", "b"]
    assert halts(params)


async def test_the_51st_command_and_each_further_one_is_an_error() -> None:
    answered = await batch({f"c{n}": "null" for n in range(53)})
    assert len(answered["result"]) == 50
    assert answered["result_error"] == {
        f"c{n}": {
            "error": "ERROR_BATCH_LENGTH_EXCEEDED",
            "error_description": "Max batch length exceeded",
        }
        for n in (50, 51, 52)
    }


async def test_over_50_with_halt_only_the_51st_is_answered() -> None:
    answered = await batch({f"c{n}": "null" for n in range(53)}, halt=1)
    assert len(answered["result"]) == 50
    assert list(answered["result_error"]) == ["c50"]


async def test_a_command_that_is_no_string_counts_and_appears_nowhere() -> None:
    cmd: dict[str, Any] = {"x": 5, "y": None, "z": ["get"]}
    cmd |= {f"c{n}": "null" for n in range(48)}
    answered = await batch(cmd)
    assert len(answered["result"]) == 47
    assert list(answered["result_error"]) == ["c47"]


async def test_a_smaller_limit_can_be_asked_for() -> None:
    answered = await batch({"a": "null", "b": "null", "c": "null"}, max_commands=2)
    assert list(answered["result"]) == ["a", "b"]
    assert list(answered["result_error"]) == ["c"]


@pytest.mark.parametrize("refused", ["upload", "download?x=1", "batch?cmd[]=null", "Batch"])
async def test_methods_that_are_refused_in_a_batch(refused: str) -> None:
    assert (await batch({"a": refused}))["result_error"] == {
        "a": {
            "error": "ERROR_BATCH_METHOD_NOT_ALLOWED",
            "error_description": "Method is not allowed for batch usage",
        }
    }


async def test_upload_in_another_case_is_just_unknown() -> None:
    errors = (await batch({"a": "Upload"}))["result_error"]
    assert errors["a"]["error"] == "ERROR_METHOD_NOT_FOUND"


async def test_parameters_arrive_as_strings_and_references_with_their_type() -> None:
    answered = await batch({"a": "get", "b": "get?id=$result[a][id]&n=5&e=&l[0]=x"})
    assert answered["result"]["b"] == {"id": 7, "n": "5", "e": "", "l": ["x"]}


async def test_a_reference_may_be_percent_encoded() -> None:
    answered = await batch({"a": "get", "b": "get?x=%24result%5Ba%5D%5Bid%5D"})
    assert answered["result"]["b"]["x"] == 7


async def test_a_reference_to_a_failed_command_is_the_map_of_all_results() -> None:
    answered = await batch({"z": "null", "a": "fail", "b": "get?x=$result[a][id]"})
    assert answered["result"]["b"]["x"] == {"z": None}


async def test_totals_next_and_errors_can_be_referred_to() -> None:
    answered = await batch(
        {
            "p": "page",
            "e": "fail",
            "r": "get?t=$total[p]&n=$next[p]&e=$error[e][error_description]",
        }
    )
    assert answered["result"]["r"] == {"id": 7, "t": 137, "n": 50, "e": "Sprint not found"}


async def test_error_members_become_macro_names_where_the_portal_does_so() -> None:
    cmd = {"a": "fail-argument", "b": "get?x=$argument[9]"}
    assert (await batch(cmd))["result"]["b"]["x"] == "$argument[9]"
    assert (await batch(cmd, macro_error_names=True))["result"]["b"]["x"] == "id"


async def test_an_array_inside_text_ends_the_whole_batch_under_php_8() -> None:
    cmd = {"a": "get", "b": "get?name=see $result[a] there"}
    assert (await batch(cmd))["result"]["b"]["name"] == "see $result[a] there"
    with pytest.raises(BatchCrash):
        await batch(cmd, partial_macro="crash")


async def test_variables_over_the_limit_are_dropped_for_each_command() -> None:
    long = "get?" + "&".join(f"x[{n}]={n}" for n in range(1100))
    answered = await batch({"a": long, "b": long})
    assert [len(row["x"]) for row in answered["result"].values()] == [1000, 1000]
    answered = await batch({"a": long}, max_input_vars=None)
    assert len(answered["result"]["a"]["x"]) == 1100


METHODS = ("get?x=$result[a][id]", "null", "fail", "soft", "page", "nope", "upload", "$error[x]")
KEYS = st.one_of(st.integers(-3, 60).map(str), st.text(max_size=3))


@given(st.dictionaries(KEYS, st.sampled_from(METHODS), max_size=60), st.booleans())
def test_every_command_is_answered_once_or_not_at_all(cmd: dict[str, str], halt: bool) -> None:
    async def ask() -> dict[str, Any]:
        return await batch(cmd, halt)

    answered = anyio.run(ask)

    def keys(shown: Any) -> list[str]:
        if isinstance(shown, dict):
            return list(cast("dict[str, Any]", shown))
        return [str(place) for place in range(len(shown))]

    done, failed = keys(answered["result"]), keys(answered["result_error"])
    assert not set(done) & set(failed)
    assert set(keys(answered["result_time"])) == set(done)
    if halt and failed:
        assert len(failed) == 1
    else:
        assert {*done, *failed} == set(cmd)
    assert done == [key for key in cmd if key in done]


async def test_the_commands_note_what_became_of_them() -> None:
    commands = read_commands({"cmd": {"a": "get?x=1", "b": "fail", "c": 5}}, 1000)
    await run_batch(commands, halt=False, switches=Switches(), run=answer)
    assert [(command.key, command.method, command.error) for command in commands] == [
        ("a", "get", None),
        ("b", "fail", 0),
        ("c", "", None),
    ]
