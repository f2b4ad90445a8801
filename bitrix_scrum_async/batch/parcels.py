"""One request of a composition: what it carries, and how references in it are written. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs

from ..calls import Call, Effect, Ref
from ..field_forms import Misfit, whole
from ..transport.request import Request
from ..wire import is_list, is_map
from .bundle import COMMAND_BYTES, Commands, batch_params

_NO_COMMANDS: Commands = {}


@attrs.frozen(kw_only=True)
class Parcel:
    """One request.

    Attributes:
        numbers: The numbers of the calls that it carries.
        calls: The calls.
        request: How it travels: as its only call, or as ``batch``. Always as a write, which the
            sender never repeats once it may have been executed: that is decided for each call.
        commands: The calls as commands, in a batch; empty where one goes alone.
        halt: Whether the portal ends the batch at its first error.
    """

    numbers: Sequence[int]
    calls: Sequence[Call[Any]]
    request: Request
    commands: Commands = _NO_COMMANDS
    halt: bool = False

    @property
    def methods(self) -> list[str]:
        """The methods of its calls."""
        return [call.method for call in self.calls]

    @property
    def size(self) -> int:
        """Bytes of its commands in the body."""
        return sum(len(key) + len(text) + COMMAND_BYTES for key, text in self.commands.items())


def parcel_of_one(number: int, call: Call[Any], value_of: Callable[[Ref], Any]) -> Parcel:
    """A call that goes alone, as JSON.

    Args:
        number: The call's number.
        call: The call.
        value_of: The value that a reference stands for.
    """
    params = call.params_with(value_of)
    request = Request(call.method, params, Effect.WRITE)
    return Parcel(numbers=(number,), calls=(call,), request=request)


def parcel_of_many(
    numbers: Sequence[int], calls: Sequence[Call[Any]], commands: Commands, *, halt: bool
) -> Parcel:
    """Calls that go as a batch.

    Args:
        numbers: The calls' numbers.
        calls: The calls.
        commands: The same, as commands.
        halt: Whether the caller wants the batch to end at its first error.
    """
    # An unresolvable macro becomes the map of all results, which PHP casts to id 1: a batch whose
    # calls lean on each other must end at its first error (B.7).
    leaners = [call for call in calls if call.references or call.predecessors]
    aboard = {id(call) for call in calls} if leaners else set[int]()
    leaning = any(id(earlier) in aboard for call in leaners for earlier in needed_by(call))
    params = batch_params(commands, halt=halt or leaning)
    return Parcel(
        numbers=numbers,
        calls=calls,
        request=Request("batch", params, Effect.WRITE, commands=len(numbers)),
        commands=commands,
        halt=halt or leaning,
    )


def needed_by(call: Call[Any]) -> Iterator[Call[Any]]:
    """The calls that must have succeeded before a call."""
    yield from call.predecessors
    for ref in call.references:
        yield ref.call


def value_at(result: Any, ref: Ref) -> Any:
    """The value that a reference means, or ``None`` where the result has none that fits."""
    value = result
    for part in ref.place.path:
        if is_map(value):
            value = value.get(part)
        elif is_list(value) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    if ref.place.kind == "int":
        try:
            return whole(value)
        except Misfit:
            return None
    # Inside a batch there are only strings: a boolean is 1 or 0 both ways.
    return int(value) if isinstance(value, bool) else value
