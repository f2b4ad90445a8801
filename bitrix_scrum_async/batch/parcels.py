"""One request of a composition: what it carries, and how references in it are written. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs

from ..calls import Call, Effect, Ref
from ..field_forms import Misfit, whole
from ..transport.request import Request
from ..wire import is_list, is_map
from .bundle import Command, batch_params


@attrs.frozen(kw_only=True)
class Parcel:
    """One request.

    Attributes:
        numbers: The calls that it carries.
        request: How it travels: as its only call, or as ``batch``. Always as a write, which the
            sender never repeats once it may have been executed: that is decided for each call.
        commands: The calls as commands, in a batch.
        halt: Whether the portal ends the batch at its first error.
    """

    numbers: Sequence[int]
    request: Request
    commands: Sequence[Command] = ()
    halt: bool = False

    @property
    def size(self) -> int:
        """Bytes of its commands in the body."""
        return sum(command.size for command in self.commands)


def parcel_of_one(number: int, call: Call[Any], value_of: Callable[[Ref], Any]) -> Parcel:
    """A call that goes alone, as JSON.

    Args:
        number: The call's number.
        call: The call.
        value_of: The value that a reference stands for.
    """
    params = with_values(call.params, value_of) if call.references else call.params
    return Parcel(numbers=(number,), request=Request(call.method, params, Effect.WRITE))


def parcel_of_many(
    numbers: Sequence[int], calls: Sequence[Call[Any]], commands: Sequence[Command], *, halt: bool
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


def with_values(value: Any, value_of: Callable[[Ref], Any]) -> Any:
    """Parameters with values in place of references."""
    if isinstance(value, Ref):
        return value_of(value)
    if is_map(value):
        return {key: with_values(item, value_of) for key, item in value.items()}
    if is_list(value):
        return [with_values(item, value_of) for item in value]
    return value
