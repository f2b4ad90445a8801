"""Commands to the parameters of a batch, and its answer to replies."""

from typing import Any

import pytest

from bitrix_scrum_async.batch.bundle import (
    Command,
    Done,
    Failed,
    Halted,
    Lost,
    Reply,
    batch_params,
    read_replies,
)
from bitrix_scrum_async.errors import SprintNotFound

COMMANDS = [Command(key, "tasks.api.scrum.sprint.get", "m?id=1") for key in ("c0", "c1", "c2")]


def kinds(replies: list[Reply]) -> list[type[Reply]]:
    return [type(reply) for reply in replies]


def test_commands_keep_their_order_and_their_keys() -> None:
    assert batch_params(COMMANDS[:2], halt=True) == {
        "halt": 1,
        "cmd": {"c0": "m?id=1", "c1": "m?id=1"},
    }


def test_each_command_gets_its_reply() -> None:
    answer = {
        "result": {"c0": {"id": 5}, "c2": None},
        "result_error": {"c1": {"error": 0, "error_description": "Sprint not found"}},
        "result_time": {"c0": {"duration": 0.1}},
    }
    first, second, third = read_replies(answer, COMMANDS, halt=False)
    assert first == Done({"id": 5}, {"duration": 0.1})
    assert isinstance(second, Failed)
    assert isinstance(second.error, SprintNotFound)
    assert second.error.method == "tasks.api.scrum.sprint.get"
    assert second.error.status is None
    assert third == Done(None, {})


def test_what_follows_an_error_under_halt_was_not_executed() -> None:
    answer = {"result": {"c0": 1}, "result_error": {"c1": {"error": "", "error_description": "x"}}}
    assert kinds(read_replies(answer, COMMANDS, halt=True)) == [Done, Failed, Halted]


def test_an_absence_that_no_error_explains_is_a_loss() -> None:
    answer: dict[str, Any] = {"result": {"c0": 1}, "result_error": []}
    assert kinds(read_replies(answer, COMMANDS, halt=True)) == [Done, Lost, Lost]
    answer = {"result": {"c0": 1}, "result_error": {"c1": {"error": 0}}}
    assert kinds(read_replies(answer, COMMANDS, halt=False)) == [Done, Failed, Lost]


def test_maps_may_come_as_lists_or_empty() -> None:
    numbered = [Command(str(n), "m", "m") for n in range(2)]
    answer: dict[str, Any] = {"result": ["a", "b"], "result_error": [], "result_time": []}
    assert read_replies(answer, numbered, halt=False) == [Done("a", {}), Done("b", {})]
    answer = {"result": {"1": "b"}, "result_error": [{"error": 0}]}
    assert kinds(read_replies(answer, numbered, halt=False)) == [Failed, Done]


@pytest.mark.parametrize("answer", [None, [], {}, "text", 7, {"result": "x"}])
def test_an_answer_of_another_form_tells_of_nothing(answer: Any) -> None:
    assert kinds(read_replies(answer, COMMANDS, halt=False)) == [Lost, Lost, Lost]


def test_the_size_of_a_command_is_that_of_its_place_in_the_body() -> None:
    command = Command("c0", "m", "m?a=1")
    assert command.size == len(b'"c0":"m?a=1",')
