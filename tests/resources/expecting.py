"""What the tests of every resource ask of a call."""

from collections.abc import Callable, Mapping
from typing import Any

from bitrix_scrum_async.calls import Call, Effect

from ..fakes import RecordingSender, unsent

SENDER = RecordingSender()
"""For calls that are only looked at."""


def expect_call(
    build: Callable[[], Call[Any]], method: str, params: Mapping[str, Any], effect: Effect
) -> None:
    """A call is what it should be."""
    call = unsent(build())
    assert (call.method, call.params, call.effect) == (method, params, effect)


def expect_result(build: Callable[[], Call[Any]], answer: Any, result: Any) -> None:
    """A portal's answer to a call becomes a result."""
    call = unsent(build())
    assert call.shape.decode(answer, call.method) == result
