"""The calls of one composition: what each waits for, how it travels, what became of it. Pure.

`next_parcel` gives what to send; `land` and `crash` take in what came of it, until `done`.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import attrs

from ..calls import Call, Effect, Outcome, Ref
from ..errors import (
    BatchLengthExceeded,
    BatchMethodNotAllowed,
    BitrixScrumError,
    DependencyFailed,
    InvalidCall,
    NotExecuted,
    NotFound,
    OutcomeUnknown,
    PortalError,
)
from ..transport.envelope import Answer
from ..transport.retry import may_have_run
from ..wire import is_list, is_map
from .bundle import Command, Done, Failed, Halted, Lost, batch_params, read_replies
from .pace import Pace
from .packing import BatchLimits, Load, Packing
from .php import NoQuery, Query, result_macro, write_query

# Methods that the portal refuses in a batch (B.1).
_NEVER_IN_A_BATCH = frozenset({"batch", "upload", "download"})


class Lessons:
    """What a session has learned from its portal about batches."""

    def __init__(self, limits: BatchLimits) -> None:
        self.limits = limits
        self.alone = set(_NEVER_IN_A_BATCH)
        self.pace = Pace()

    def refused_in_batch(self, method: str) -> None:
        """The portal takes this method only alone."""
        self.alone.add(method.lower())

    def too_long(self, commands: int) -> None:
        """The portal ran only so many commands of a batch."""
        fewest = max(1, min(commands, self.limits.max_commands))
        self.limits = attrs.evolve(self.limits, max_commands=fewest)

    def too_large(self, size: int) -> None:
        """A body of so many bytes was refused."""
        smaller = max(1_000, min(size, self.limits.max_bytes) // 2)
        self.limits = attrs.evolve(self.limits, max_bytes=smaller)


@attrs.frozen(kw_only=True)
class Parcel:
    """One request.

    Attributes:
        numbers: The calls that it carries.
        method: The portal's method: that of the call, or ``batch``.
        params: Its parameters.
        effect: What sending it twice would do.
        commands: The calls as commands, in a batch.
        halt: Whether the portal ends the batch at its first error.
    """

    numbers: Sequence[int]
    method: str
    params: Mapping[str, Any]
    effect: Effect
    commands: Sequence[Command] = ()
    halt: bool = False


@attrs.define(eq=False)
class _Node:
    call: Call[Any]
    referred_to: bool = False
    raw: Any = None
    query: Query | None = None  # written once, and anew when a reference gets its value
    alone: bool = False
    attempts: int = 0
    outcome: Outcome[Any] | None = None


class Composition:
    """The bookkeeping of one composition."""

    def __init__(
        self, calls: Sequence[Call[Any]], lessons: Lessons, *, halt: bool, attempts: int
    ) -> None:
        """Take calls in.

        Args:
            calls: The calls, in the caller's order.
            lessons: What the session knows of its portal.
            halt: Whether nothing more is sent after the first error.
            attempts: How often a repeatable call is sent at most when answers are lost.

        Raises:
            InvalidCall: A call that stands here twice, or one that refers to a call elsewhere.
        """
        for call in calls:
            call.handed_over = True
        self._nodes = [_Node(call) for call in calls]
        self._numbers = {id(call): number for number, call in enumerate(calls)}
        self._lessons = lessons
        self._halt = halt
        self._attempts = attempts
        self._packing = Packing()
        self._check()
        for number, node in enumerate(self._nodes):
            self._packing.add(number, self._edges(node.call))

    @property
    def done(self) -> bool:
        """Whether every call has its outcome."""
        return not self._packing

    @property
    def outcomes(self) -> list[Outcome[Any]]:
        """One outcome for each call, in the caller's order; only when all is done."""
        return [node.outcome for node in self._nodes if node.outcome is not None]

    def next_parcel(self) -> Parcel | None:
        """What to send next, or nothing as long as all that is left waits for answers."""
        numbers = self._packing.take(self._lessons.limits, self._load, in_order=self._halt)
        if not numbers:
            return None
        if len(numbers) == 1:
            return self._parcel_of_one(numbers[0])
        calls = [self._nodes[number].call for number in numbers]
        commands = [self._command(number) for number in numbers]
        # An unresolvable macro becomes the map of all results, which PHP casts to id 1: a batch
        # whose calls lean on each other must end at its first error (B.7).
        aboard = {id(call) for call in calls}
        leaning = any(id(earlier) in aboard for call in calls for earlier in _calls_needed_by(call))
        halt = self._halt or leaning
        return Parcel(
            numbers=numbers,
            method="batch",
            params=batch_params(commands, halt=halt),
            effect=_joint_effect(calls),
            commands=commands,
            halt=halt,
        )

    def land(self, parcel: Parcel, answer: Answer) -> None:
        """Take in the answer to a parcel."""
        if not parcel.commands:
            number = parcel.numbers[0]
            self._lessons.pace.learn(parcel.method, answer.time)
            if answer.deleted_before:
                self._settle(number, None, None)
                failed: list[int] = []
            else:
                failed = [] if self._succeed(number, answer.result) else [number]
        else:
            failed = self._land_batch(parcel, answer)
        self._cascade(failed)

    def crash(self, parcel: Parcel, error: BitrixScrumError) -> None:
        """Take in that a parcel got no usable answer, or an error as a whole."""
        if self._too_large(parcel, error):
            for number in parcel.numbers:
                self._packing.put_back(number)
            return
        failed: list[int] = []
        for number in parcel.numbers:
            node = self._nodes[number]
            if node.attempts and _deleted_before(node.call, error):
                self._settle(number, None, None)
                continue
            # What may be repeated was not, because it rode with calls that may not. Behind a call
            # whose outcome is unknown it cannot be: it may have been executed with its id.
            mixed = parcel.effect is Effect.WRITE and may_have_run(error)
            leaning = any(self._numbers[id(call)] in failed for call in _calls_needed_by(node.call))
            if not (mixed and not leaning and self._try_again(number)):
                self._fail(number, error)
                failed.append(number)
        self._cascade(failed)

    def _land_batch(self, parcel: Parcel, answer: Answer) -> list[int]:
        failed: list[int] = []
        replies = read_replies(answer.result, parcel.commands, halt=parcel.halt)
        for place, (number, reply) in enumerate(zip(parcel.numbers, replies, strict=True)):
            node = self._nodes[number]
            call = node.call
            match reply:
                case Done(result, time):
                    self._lessons.pace.learn(call.method, time)
                    if not self._succeed(number, result):
                        failed.append(number)
                case Failed(BatchMethodNotAllowed()):
                    self._lessons.refused_in_batch(call.method)
                    self._packing.put_back(number)
                case Failed(BatchLengthExceeded()) if place > 0:
                    self._lessons.too_long(place)
                    self._packing.put_back(number)
                case Failed(error) if (answer.repeated or node.attempts) and _deleted_before(
                    call, error
                ):
                    self._settle(number, None, None)
                case Failed(error):
                    if not (may_have_run(error) and self._try_again(number)):
                        self._fail(number, error)
                        failed.append(number)
                case Halted():
                    self._packing.put_back(number)
                case Lost():
                    if not self._try_again(number):
                        self._fail(
                            number,
                            OutcomeUnknown(
                                "the batch's answer does not name it", method=call.method
                            ),
                        )
                        failed.append(number)
        return failed

    def _check(self) -> None:
        """Refuse what cannot be composed, before anything is sent."""
        if len(self._numbers) < len(self._nodes):
            seen: dict[int, int] = {}
            for number, node in enumerate(self._nodes):
                first = seen.setdefault(id(node.call), number)
                if first != number:
                    raise InvalidCall(
                        f"the same call stands at places {first} and {number} of the batch;"
                        " build it twice if it is to be done twice",
                        method=node.call.method,
                    )
        for number, node in enumerate(self._nodes):
            for earlier in _calls_needed_by(node.call):
                place = self._numbers.get(id(earlier))
                if place is None:
                    raise InvalidCall(
                        f"call {number} of the batch needs {earlier.method}, which is not in the"
                        " same batch; add it, or pass the value itself",
                        method=node.call.method,
                    )
                self._nodes[place].referred_to = True

    def _edges(self, call: Call[Any]) -> dict[int, bool]:
        """What a call waits for, each with whether both may stand in one batch."""
        edges: dict[int, bool] = {}
        for earlier in call.predecessors:
            edges[self._numbers[id(earlier)]] = not earlier.shape.may_hide_failure
        for ref in call.references:
            number = self._numbers[id(ref.call)]
            rides = ref.place.immediate and not ref.call.shape.may_hide_failure
            edges[number] = edges.get(number, True) and rides
        return edges

    def _load(self, number: int) -> Load:
        """What a call takes up in a batch."""
        node = self._nodes[number]
        call = node.call
        claims: Mapping[Hashable, Hashable] = call.claims
        if node.referred_to:
            # A sprint that this call makes counts as written to (B.8).
            claims = {**claims, ("sprint", call): "write"}
        size: int | None = None
        if not node.alone and call.method.lower() not in self._lessons.alone:
            try:
                if self._query(number).variables <= self._lessons.limits.max_variables:
                    size = self._command(number).size
            except NoQuery:
                node.alone = True
        return Load(size, self._lessons.pace.expected(call.method), claims)

    def _query(self, number: int) -> Query:
        node = self._nodes[number]
        if node.query is None:
            node.query = write_query(node.call.params, self._written)
        return node.query

    def _command(self, number: int) -> Command:
        method, query = self._nodes[number].call.method, self._query(number)
        return Command(_key(number), method, f"{method}?{query.text}" if query.text else method)

    def _written(self, ref: Ref) -> Any:
        """What stands for a reference in a command: its value, or the macro for it."""
        number = self._numbers[id(ref.call)]
        if self._nodes[number].outcome is not None:
            return value_at(self._nodes[number].raw, ref)
        return result_macro(_key(number), ref.place.path)

    def _parcel_of_one(self, number: int) -> Parcel:
        call = self._nodes[number].call
        return Parcel(
            numbers=(number,),
            method=call.method,
            params=_with_values(call.params, self._written) if call.references else call.params,
            effect=call.effect,
        )

    def _succeed(self, number: int, result: Any) -> bool:
        """Give a call its result; ``False`` if the result hides a failure or does not decode."""
        node = self._nodes[number]
        try:
            decoded = node.call.shape.decode(result, node.call.method)
        except BitrixScrumError as error:
            self._fail(number, error)
            return False
        self._settle(number, decoded, result)
        return True

    def _settle(self, number: int, decoded: Any, raw: Any) -> None:
        """Give a call its outcome, and what waits for it the values."""
        node = self._nodes[number]
        node.outcome = Outcome(node.call, decoded)
        node.raw = raw
        for follower in self._packing.succeeded(number):
            self._bring_in(follower, number)

    def _bring_in(self, follower: int, number: int) -> None:
        """Let the values of a finished call take the place of references to it."""
        later = self._nodes[follower]
        later.query = None
        for ref in later.call.references:
            if (
                self._numbers[id(ref.call)] == number
                and value_at(self._nodes[number].raw, ref) is None
            ):
                reason = f"{ref.call.method} succeeded, but gave no {ref.field or 'value'}"
                self._fail(follower, DependencyFailed(reason, cause_call=ref.call))
                self._cascade([follower])
                return

    def _fail(self, number: int, error: BitrixScrumError) -> None:
        self._packing.finish(number)
        call = self._nodes[number].call
        self._nodes[number].outcome = Outcome(call, None, error.belonging_to(call))

    def _cascade(self, failed: Sequence[int]) -> None:
        """End what waited for failed calls; with ``halt``, everything that is left."""
        for number in failed:
            for later, earlier in self._packing.strand(number):
                cause = self._nodes[earlier].call
                reason = f"not sent, because {cause.method} did not succeed"
                self._fail(later, DependencyFailed(reason, cause_call=cause))
        if failed and self._halt:
            for number in self._packing.abandon():
                self._fail(number, NotExecuted("the batch was halted before this call"))

    def _try_again(self, number: int) -> bool:
        """Let a call wait again whose outcome is unknown, if that does no harm."""
        node = self._nodes[number]
        node.attempts += 1
        if not node.call.effect.repeatable or node.attempts >= self._attempts:
            return False
        self._packing.put_back(number)
        return True

    def _too_large(self, parcel: Parcel, error: BitrixScrumError) -> bool:
        """Learn from a refusal of a whole batch for its size."""
        if not parcel.commands or not isinstance(error, PortalError):
            return False
        if isinstance(error, BatchLengthExceeded):
            self._lessons.too_long(len(parcel.commands) // 2)
        elif error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            self._lessons.too_large(sum(command.size for command in parcel.commands))
        else:
            return False
        return True


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
        # Numbers of the portal's database arrive as text.
        if isinstance(value, str) and value.isdecimal():
            return int(value)
        return value if type(value) is int else None
    return value


def _key(number: int) -> str:
    return f"c{number}"


def _calls_needed_by(call: Call[Any]) -> Iterator[Call[Any]]:
    yield from call.predecessors
    for ref in call.references:
        yield ref.call


def _deleted_before(call: Call[Any], error: BitrixScrumError) -> bool:
    """Whether a repeated deletion failed because an attempt whose answer was lost has done it."""
    return call.effect is Effect.DELETE and isinstance(error, NotFound)


def _joint_effect(calls: Sequence[Call[Any]]) -> Effect:
    effects = {call.effect for call in calls}
    if Effect.WRITE in effects:
        return Effect.WRITE
    return Effect.READ if effects == {Effect.READ} else Effect.REPEATABLE


def _with_values(value: Any, written: Callable[[Ref], Any]) -> Any:
    if isinstance(value, Ref):
        return written(value)
    if is_map(value):
        return {key: _with_values(item, written) for key, item in value.items()}
    if is_list(value):
        return [_with_values(item, written) for item in value]
    return value
