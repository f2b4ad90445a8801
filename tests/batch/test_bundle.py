"""Commands to the parameters of a batch, and its answer to replies."""

from typing import Any

import pytest

from bitrix_scrum_async.batch.bundle import (
    COMMAND_BYTES,
    Commands,
    Failed,
    Halted,
    Lost,
    Replies,
    Trouble,
    batch_params,
    read_replies,
)
from bitrix_scrum_async.errors import SprintNotFound

COMMANDS: Commands = dict.fromkeys(("c0", "c1", "c2"), "m?id=1")
GET = "tasks.api.scrum.sprint.get"


def read(answer: Any, commands: Commands = COMMANDS, *, halt: bool = False) -> Replies:
    return read_replies(answer, commands, [GET] * len(commands), halt=halt)


def kinds(replies: Replies) -> dict[int, type[Trouble]]:
    return {place: type(trouble) for place, trouble in replies.troubles.items()}


def test_commands_keep_their_order_and_their_keys() -> None:
    params = batch_params({"c0": "m?id=1", "c1": "m?id=1"}, halt=True)
    assert params == {"halt": 1, "cmd": {"c0": "m?id=1", "c1": "m?id=1"}}
    assert list(params["cmd"]) == ["c0", "c1"]


def test_each_command_gets_its_reply() -> None:
    answer = {
        "result": {"c0": {"id": 5}, "c2": None},
        "result_error": {"c1": {"error": 0, "error_description": "Sprint not found"}},
        "result_time": {"c0": {"duration": 0.1}},
    }
    replies = read(answer)
    assert replies.results == [{"id": 5}, None, None]
    assert replies.times == [{"duration": 0.1}, None, None]
    assert kinds(replies) == {1: Failed}
    failed = replies.troubles[1]
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, SprintNotFound)
    assert failed.error.method == GET
    assert failed.error.status is None


def test_what_follows_an_error_under_halt_was_not_executed() -> None:
    answer = {"result": {"c0": 1}, "result_error": {"c1": {"error": "", "error_description": "x"}}}
    assert kinds(read(answer, halt=True)) == {1: Failed, 2: Halted}


def test_an_absence_that_no_error_explains_is_a_loss() -> None:
    answer: dict[str, Any] = {"result": {"c0": 1}, "result_error": []}
    assert kinds(read(answer, halt=True)) == {1: Lost, 2: Lost}
    answer = {"result": {"c0": 1}, "result_error": {"c1": {"error": 0}}}
    assert kinds(read(answer)) == {1: Failed, 2: Lost}


def test_an_error_counts_more_than_a_result_beside_it() -> None:
    answer = {"result": {"c0": 1, "c1": 2, "c2": 3}, "result_error": {"c1": {"error": 0}}}
    replies = read(answer)
    assert (kinds(replies), replies.results) == ({1: Failed}, [1, None, 3])


def test_maps_may_come_as_lists_or_empty() -> None:
    numbered = {"0": "m", "1": "m"}
    answer: dict[str, Any] = {"result": ["a", "b"], "result_error": [], "result_time": []}
    assert read(answer, numbered) == Replies(["a", "b"], [None, None], {})
    answer = {"result": {"1": "b"}, "result_error": [{"error": 0}]}
    assert kinds(read(answer, numbered)) == {0: Failed}


@pytest.mark.parametrize("answer", [None, [], {}, "text", 7, {"result": "x"}])
def test_an_answer_of_another_form_tells_of_nothing(answer: Any) -> None:
    assert kinds(read(answer)) == {0: Lost, 1: Lost, 2: Lost}


def test_the_size_of_a_command_is_that_of_its_place_in_the_body() -> None:
    assert len("c0") + len("m?a=1") + COMMAND_BYTES == len(b'"c0":"m?a=1",')
