"""Commands -> the parameters of one batch request; its answer -> what became of each. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import attrs

from ..errors import BitrixScrumError
from ..wire import is_list, is_map

Commands: TypeAlias = Mapping[str, str]
"""The commands of a batch: ``method?query`` by key, in their order. A key begins with a letter,
since PHP turns numeric keys into lists."""

FRAME_BYTES = 32
"""Bytes of a body around its commands: ``{"halt":1,"cmd":{}}`` and a margin."""

COMMAND_BYTES = 6
"""Bytes of a body around a command's key and text: their quotes, a colon and a comma."""


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


@attrs.define
class Replies:
    """What became of the commands of a batch, by their places in it.

    Attributes:
        results: What each gave; ``None`` for one in trouble.
        times: The portal's account of the time that each took, if it gave one; it may be anything.
        troubles: Why those that have no result have none.
    """

    results: Sequence[Any]
    times: Sequence[Any]
    troubles: Mapping[int, Trouble]


def batch_params(commands: Commands, *, halt: bool) -> dict[str, Any]:
    """The parameters of the portal's ``batch`` method."""
    return {"halt": int(halt), "cmd": commands}


def read_replies(result: Any, commands: Commands, methods: Sequence[str], *, halt: bool) -> Replies:
    """Find out what became of each command.

    Args:
        result: The ``result`` of the answer to ``batch``.
        commands: The commands as they were sent, in order.
        methods: Their methods, for errors.
        halt: Whether the batch was to end at its first error.
    """
    maps = _by_key(result)
    found = _by_key(maps.get("result"))
    errors = _by_key(maps.get("result_error"))
    accounts = _by_key(maps.get("result_time"))
    keys = [*commands]
    # A portal answers in order, so that nearly always whole rows can be taken.
    times = [*accounts.values()] if [*accounts] == keys else [accounts.get(key) for key in keys]
    if not errors and [*found] == keys:
        return Replies([*found.values()], times, {})
    troubles: dict[int, Trouble] = {}
    stopped = False
    for place, key in enumerate(commands):
        error = errors.get(key)
        if error is not None and is_map(error) and "error" in error:
            # Imported with the first error: all that portals are known to say is a lot.
            from ..portal_errors import error_from_answer

            troubles[place] = Failed(error_from_answer(error, method=methods[place]))
            stopped = halt
        elif key not in found:
            troubles[place] = Halted() if stopped else Lost()
    results = [None if place in troubles else found[key] for place, key in enumerate(commands)]
    return Replies(results, times, troubles)


def _by_key(value: Any) -> Mapping[str, Any]:
    """A map of the answer. PHP shows an empty one as ``[]``, and one with keys 0..n-1 as a list."""
    if is_map(value):
        return value
    if is_list(value):
        return {str(index): item for index, item in enumerate(value)}
    return {}
