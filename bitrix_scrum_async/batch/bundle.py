"""Commands -> the parameters of one batch request; its answer -> a reply for each command. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import attrs

from ..errors import BitrixScrumError
from ..portal_errors import error_from_answer
from ..wire import is_list, is_map


@attrs.define
class Command:
    """One command as it stands in a batch.

    Attributes:
        key: Its name in the batch; begins with a letter, since PHP turns numeric keys into lists.
        method: The portal's method, for errors.
        text: ``method?query``.
    """

    key: str
    method: str
    text: str

    @property
    def size(self) -> int:
        """Bytes in the body: key and text, their quotes, a colon and a comma."""
        return len(self.key) + len(self.text) + 6


FRAME_BYTES = 32
"""Bytes of a body around its commands: ``{"halt":1,"cmd":{}}`` and a margin."""


@attrs.define
class Done:
    """The portal executed the command and gave this."""

    result: Any
    time: Mapping[str, Any]


@attrs.frozen
class Failed:
    """The portal answered the command with an error, or the batch got no usable answer."""

    error: BitrixScrumError


@attrs.frozen
class Halted:
    """The batch ended before the command; it was not executed."""


@attrs.frozen
class Lost:
    """The answer says nothing of the command, and no halt explains it."""


Trouble: TypeAlias = Failed | Halted | Lost
Reply: TypeAlias = Done | Trouble


def batch_params(commands: Sequence[Command], *, halt: bool) -> dict[str, Any]:
    """The parameters of the portal's ``batch`` method."""
    return {"halt": int(halt), "cmd": {command.key: command.text for command in commands}}


def read_replies(result: Any, commands: Sequence[Command], *, halt: bool) -> list[Reply]:
    """Find out what became of each command.

    Args:
        result: The ``result`` of the answer to ``batch``.
        commands: The commands as they were sent, in order.
        halt: Whether the batch was to end at its first error.
    """
    maps = _by_key(result)
    results = _by_key(maps.get("result"))
    errors = _by_key(maps.get("result_error"))
    times = _by_key(maps.get("result_time"))
    replies: list[Reply] = []
    stopped = False
    for command in commands:
        key = command.key
        error = errors.get(key) if errors else None
        if error is not None and is_map(error) and "error" in error:
            replies.append(Failed(error_from_answer(error, method=command.method)))
            stopped = halt
        elif key in results:
            time = times.get(key)
            replies.append(Done(results[key], time if is_map(time) else {}))
        else:
            replies.append(Halted() if stopped else Lost())
    return replies


def _by_key(value: Any) -> Mapping[str, Any]:
    """A map of the answer. PHP shows an empty one as ``[]``, and one with keys 0..n-1 as a list."""
    if is_map(value):
        return value
    if is_list(value):
        return {str(index): item for index, item in enumerate(value)}
    return {}
