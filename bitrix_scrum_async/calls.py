"""What a caller builds and gets: calls, references between them, and outcomes. No I/O here.

A call is a value: building it sends nothing, awaiting it sends it alone, and a batch takes many.
"""

import copy
import enum
import re
import warnings
from collections.abc import Callable, Generator, Hashable, Mapping
from types import MappingProxyType
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypeVar, cast

import attrs

from .errors import BitrixScrumError, InvalidCall, shown
from .php import Later, NoQuery, not_known, write_query
from .shape import Place, Shape
from .unset import UNSET, Unset
from .wire import is_map, wire_params

__all__ = [
    "NO_CLAIMS",
    "UNSET",
    "BatchSender",
    "Call",
    "Claims",
    "Effect",
    "Outcome",
    "Ref",
    "Sender",
    "Unset",
    "build_call",
]

# A transport behind the name, ".json", would make it another one inside a batch.
_METHOD_NAME = re.compile(r"(?!.*\.(json|xml)$)[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")

# A longer text fits in no batch: it is of a file, which a call that lives long should not hold
# twice. Shorter ones are kept, since they are asked for whenever a batch is packed.
_LONGEST_KEPT = 2**20

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Effect(enum.Enum):
    """What repeating a call does to the portal. It decides what may be sent twice."""

    READ = "read"
    """Changes nothing."""

    REPEATABLE = "repeatable"
    """Done twice is as done once: an update."""

    DELETE = "delete"
    """Repeatable too; and a "not found" on a repeat means that it is done."""

    WRITE = "write"
    """Done twice makes two: never repeated when its outcome is unknown."""

    @property
    def repeatable(self) -> bool:
        """Whether the call may be sent again when nobody knows if it was executed."""
        return self is not Effect.WRITE


class Sender(Protocol):
    """Who sends a call when it is awaited."""

    async def send(self, call: "Call[T]") -> T:
        """Send one call and give its decoded result."""
        ...


class BatchSender(Sender, Protocol):
    """Who sends many calls together, too."""

    async def batch(
        self, *calls: "Call[T]", return_exceptions: Literal[True]
    ) -> "tuple[T | BitrixScrumError, ...]":
        """Send calls in few requests and give for each its result or its error, in order."""
        ...


@attrs.frozen(eq=False, repr=False)
class Ref(Later):
    """The value that another call will return, as an argument of a later call.

    Attributes:
        call: The call whose result is meant.
        field: The record's field, or ``None`` for the result itself.
        place: Where in the portal's answer it stands.
    """

    call: "Call[Any]"
    field: str | None
    place: Place

    def __deepcopy__(self, memo: dict[int, Any]) -> "Ref":
        return self  # a copy would refer to a call that nobody sends

    def __repr__(self) -> str:
        return f"<Ref to {self.field or 'the result'} of {self.call.method}>"


Claims: TypeAlias = Mapping[Hashable, Hashable]
"""What the calls of one batch must agree on: two with different values for a key stay apart.
Many calls share one map, so nobody writes into it."""

NO_CLAIMS: Claims = MappingProxyType({})


class Form(Protocol):
    """Who wrote a call as a command of a batch, and can read it."""

    def params(self, command: str, /) -> dict[str, Any]:
        """Give the parameters as they travel."""
        ...


@attrs.define(eq=False, repr=False, weakref_slot=True)
class Call(Generic[T_co]):
    """One REST request as a value. Awaiting it sends it and gives a ``T``.

    Attributes:
        method: The portal's method name.
        params: Its parameters as they travel.
        effect: What repeating it would do.
        command: What it is in a batch, or ``None``.
        shape: How its result is decoded.
        sender: Who sends it when it is awaited.
        claims: What it does not share a batch with.
        references: Every `Ref` in its parameters.
        predecessors: Calls that must have succeeded before it, without giving it data.
        handed_over: Whether somebody took it for sending, or it was replaced.
        spent: Whether it is being sent, or may have been executed. A write is sent once.
    """

    # Not `on_setattr`: attrs would then set every attribute through a function of its own.
    # Not by name: it would take twice as long to make one.
    _method: str = attrs.field(alias="method")
    _effect: Effect = attrs.field(alias="effect")
    shape: Shape[T_co]
    sender: Sender
    # Most calls go in a batch, as a text that was written when they were built. That text is all
    # that such a call keeps of its arguments: a form reads parameters out of it, when somebody
    # asks. Others keep parameters, and are written when somebody asks.
    _params: dict[str, Any] | Form = attrs.field(alias="params")
    _command: str | Unset | None = attrs.field(alias="command", default=UNSET)
    claims: Claims = NO_CLAIMS
    references: tuple[Ref, ...] = ()
    predecessors: "tuple[Call[Any], ...]" = ()
    handed_over: bool = False
    spent: bool = False

    @property
    def method(self) -> str:
        """The portal's method name."""
        return self._method

    @property
    def params(self) -> Mapping[str, Any]:
        """Its parameters as they travel; values may be `Ref`.

        Made anew each time: who changes them changes no call. One that was changed could say one
        thing alone and another in a batch, where its text was written before.
        """
        return self.params_with(_itself)

    @property
    def effect(self) -> Effect:
        """What repeating it would do."""
        return self._effect

    @property
    def command(self) -> str | None:
        """What it is in a batch, ``method?query``; ``None`` where no text says it.

        The text of one that refers to others is not known yet. Parameters that PHP would read
        otherwise travel as JSON only.
        """
        command = self._command
        if command is UNSET:
            command = None if self.references else self.command_with(not_known)
            if command is None or len(command) <= _LONGEST_KEPT:
                self._command = command
        return command

    def __await__(self) -> Generator[Any, Any, T_co]:
        return self.sender.send(self).__await__()

    def __deepcopy__(self, memo: dict[int, Any]) -> "Call[T_co]":
        return copy.copy(self)  # what it holds does not change, and the session is one

    def __repr__(self) -> str:
        return f"<Call {self.method} {dict(self.params)!r}>"

    def __del__(self) -> None:
        if not self.handed_over:
            warnings.warn(
                f"the call {self.method} was never sent; await it, or give it to a batch",
                RuntimeWarning,
                stacklevel=2,
                source=self,
            )

    def ref(self, field: str | None = None) -> Ref:
        """Refer to what this call will return, as an argument of a later call.

        Args:
            field: A field of the record that the call gives, in snake_case; none for a call
                that gives an id.

        Raises:
            InvalidCall: The result has no such field.
        """
        return Ref(self, field, self.shape.locate(field, self.method))

    def command_with(self, macro: Callable[[Ref], Any]) -> str | None:
        """Write what it is in a batch, with what stands there for each reference.

        Args:
            macro: What to write for one: a `Macro`, or a value that is known by now.
        """
        if not isinstance(self._params, dict):
            return self.command  # which a form wrote; it has no references
        try:
            query = write_query(self._params, macro)
        except NoQuery:
            return None
        return f"{self._method}?{query}" if query else self._method

    def params_with(self, value_of: Callable[[Ref], Any]) -> dict[str, Any]:
        """Make its parameters with what stands there for each reference.

        Args:
            value_of: What to put in the place of one.
        """
        if not isinstance(self._params, dict):
            return self._params.params(self.command or "")
        params: dict[str, Any] = _made_anew(self._params, value_of)
        return params

    def detach(self, value_of: Callable[[Ref], Any]) -> None:
        """Let go of the calls that this one needed, now that their values are known.

        Args:
            value_of: The value that was sent for a reference.
        """
        if self.references:
            self._params = self.params_with(value_of)
            self._command = UNSET
        self.references = ()
        self.predecessors = ()

    def after(self, *calls: "Call[Any]") -> "Call[T_co]":
        """Give this call with an order: it is executed only after others have succeeded.

        What is returned takes the place of this call; send it instead.

        Raises:
            InvalidCall: What is no call.
        """
        self.handed_over = True
        for call in calls:
            if not hasattr(call, "predecessors"):
                raise InvalidCall(
                    f"{shown(call)} is no call to come after", method=self.method, argument="after"
                )
        predecessors = (*self.predecessors, *calls)
        return attrs.evolve(self, predecessors=predecessors, handed_over=False)


def _made_anew(value: Any, value_of: Callable[[Ref], Any], depth: int = 0) -> Any:
    """Parameters in maps and lists of their own, with values in place of references."""
    kind = value.__class__
    if kind is str or kind is int:
        return value
    if isinstance(value, Ref):
        return value_of(value)
    if kind is dict and depth < _DEEPEST_MADE:
        return {key: _made_anew(item, value_of, depth + 1) for key, item in value.items()}
    if kind is list and depth < _DEEPEST_MADE:
        return [_made_anew(item, value_of, depth + 1) for item in value]
    return value


# No caller's values are nested deeper. What a portal gave for a reference may be.
_DEEPEST_MADE = 128


def _itself(ref: Ref) -> Ref:
    return ref


def check_unspent(call: Call[Any]) -> None:
    """Refuse a write that is being sent already, or may have been executed.

    Raises:
        InvalidCall: Sending it again would do it twice.
    """
    if call.spent and not call.effect.repeatable:
        raise InvalidCall(
            "this call was sent before; build it again if it is to be done again",
            method=call.method,
        )


def check_method(method: object) -> None:
    """Refuse what is no name of a method.

    Raises:
        InvalidCall: It is none.
    """
    if not isinstance(method, str) or not _METHOD_NAME.fullmatch(method):
        # An address, or a query, may hold a secret.
        plain = not isinstance(method, str) or re.search("[/?&=%]", method) is None
        named = f"{method!r:.60}" if plain else "an address"
        raise InvalidCall(f"{named} is no method's name, such as 'tasks.api.scrum.sprint.get'")


def build_call(
    sender: Sender,
    method: str,
    params: Mapping[str, Any],
    *,
    effect: Effect,
    shape: Shape[T],
    claims: Claims | None = None,
) -> Call[T]:
    """Make a call whose parameters have the form in which they travel.

    Raises:
        InvalidCall: A value that cannot be sent, or a parameter that the portal's routing takes
            for itself.
    """
    if not is_map(params):
        raise InvalidCall(f"parameters are a map, not {type(params).__name__}", method=method)
    wire, references = wire_params(method, params, Ref)
    return Call(
        method,
        effect,
        shape,
        sender,
        wire,
        claims=claims or NO_CLAIMS,
        references=tuple(references),
    )


@attrs.frozen(eq=False)
class Outcome(Generic[T_co]):
    """What became of one call.

    Attributes:
        call: The call.
        result: What it gave; ``None`` where it failed (and for calls that give nothing).
        error: Why it did not succeed, or ``None``.
    """

    call: Call[T_co]
    result: T_co | None = None
    error: BitrixScrumError | None = None

    @property
    def ok(self) -> bool:
        """Whether the call succeeded."""
        return self.error is None

    def unwrap(self) -> T_co:
        """Give the result, or raise the error."""
        if self.error is not None:
            raise self.error
        return cast(T_co, self.result)


def outcome_of(call: Call[T], settled: T | BitrixScrumError) -> Outcome[T]:
    """Put together what became of a call: its result, or the error in its place."""
    if isinstance(settled, BitrixScrumError):
        return Outcome(call, None, settled)
    return Outcome(call, settled)
