"""What can be asked of a portal: the resources, any method, batches and streams."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, overload

from . import resources
from .batch.composer import Composer
from .calls import Call, Effect, Outcome, build_call, check_method, outcome_of
from .errors import BatchError, BitrixScrumError, InvalidCall
from .resources.claims import claims_of
from .resources.refusals import check_named_call
from .shape import JsonShape
from .wire import is_map

if TYPE_CHECKING:
    from .batch.coalescing import Coalescer

T = TypeVar("T")
T1 = TypeVar("T1")
T2 = TypeVar("T2")
T3 = TypeVar("T3")
T4 = TypeVar("T4")
T5 = TypeVar("T5")
T6 = TypeVar("T6")
E: TypeAlias = BitrixScrumError

_JSON = JsonShape()


class Portal(ABC):
    """Builds calls, and sends them one by one, in batches or as a stream."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer

    @cached_property
    def backlogs(self) -> "resources.Backlogs":
        """Backlogs of Scrum groups."""
        return resources.Backlogs(self)

    @cached_property
    def sprints(self) -> "resources.Sprints":
        """Sprints, and their start and completion."""
        return resources.Sprints(self)

    @cached_property
    def epics(self) -> "resources.Epics":
        """Epics."""
        return resources.Epics(self)

    @cached_property
    def kanban(self) -> "resources.Kanban":
        """Stages of a sprint, and the cards on its board."""
        return resources.Kanban(self)

    @cached_property
    def scrum_tasks(self) -> "resources.ScrumTasks":
        """Places of tasks in backlogs and sprints, story points, epics."""
        return resources.ScrumTasks(self)

    @cached_property
    def groups(self) -> "resources.Groups":
        """Groups; one with a scrum master is a Scrum."""
        return resources.Groups(self)

    @cached_property
    def tasks(self) -> "resources.Tasks":
        """Tasks."""
        return resources.Tasks(self)

    @cached_property
    def users(self) -> "resources.Users":
        """Users of the portal."""
        return resources.Users(self)

    @abstractmethod
    async def send(self, call: Call[T]) -> T:
        """Send one call and give its result; the same as awaiting it.

        Raises:
            InvalidCall: The call refers to another one: only a batch can do both.
            PortalError: The portal answered with an error.
            TransportError: There was no usable answer.
            DecodeError: The answer is not what the method documents.
        """

    def call(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        *,
        effect: Effect = Effect.WRITE,
    ) -> Call[Any]:
        """Build a call of any method of the portal; it gives plain JSON.

        Args:
            method: The method's name, such as ``"tasks.api.scrum.sprint.get"``.
            params: Its parameters in the portal's own spelling. Values may be references.
            effect: What sending it twice would do. Only what is not a write is repeated when an
                answer is lost.

        Raises:
            InvalidCall: A value that cannot be sent, or a name that the portal takes for itself.
        """
        check_method(method)
        try:
            effect = Effect(effect)
        except ValueError:
            raise InvalidCall(
                f"{effect!r:.40} is no effect; pass Effect.READ, Effect.REPEATABLE, Effect.DELETE"
                " or Effect.WRITE",
                method=method,
                argument="effect",
            ) from None
        params = {} if params is None else params
        claims = None
        if is_map(params):
            check_named_call(method, params)
            claims = claims_of(method, params)
        return build_call(self, method, params, effect=effect, shape=_JSON, claims=claims)

    @overload
    async def batch(
        self,
        call1: Call[T1],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[False] = False,
    ) -> tuple[T1]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[False] = False,
    ) -> tuple[T1, T2]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        call3: Call[T3],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[False] = False,
    ) -> tuple[T1, T2, T3]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        call3: Call[T3],
        call4: Call[T4],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[False] = False,
    ) -> tuple[T1, T2, T3, T4]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        call3: Call[T3],
        call4: Call[T4],
        call5: Call[T5],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[False] = False,
    ) -> tuple[T1, T2, T3, T4, T5]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        call3: Call[T3],
        call4: Call[T4],
        call5: Call[T5],
        call6: Call[T6],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[False] = False,
    ) -> tuple[T1, T2, T3, T4, T5, T6]: ...

    @overload
    async def batch(
        self, *calls: Call[T], halt: bool = False, return_exceptions: Literal[False] = False
    ) -> tuple[T, ...]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[True],
    ) -> tuple[T1 | E]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[True],
    ) -> tuple[T1 | E, T2 | E]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        call3: Call[T3],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[True],
    ) -> tuple[T1 | E, T2 | E, T3 | E]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        call3: Call[T3],
        call4: Call[T4],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[True],
    ) -> tuple[T1 | E, T2 | E, T3 | E, T4 | E]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        call3: Call[T3],
        call4: Call[T4],
        call5: Call[T5],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[True],
    ) -> tuple[T1 | E, T2 | E, T3 | E, T4 | E, T5 | E]: ...

    @overload
    async def batch(
        self,
        call1: Call[T1],
        call2: Call[T2],
        call3: Call[T3],
        call4: Call[T4],
        call5: Call[T5],
        call6: Call[T6],
        /,
        *,
        halt: bool = False,
        return_exceptions: Literal[True],
    ) -> tuple[T1 | E, T2 | E, T3 | E, T4 | E, T5 | E, T6 | E]: ...

    @overload
    async def batch(
        self, *calls: Call[T], halt: bool = False, return_exceptions: Literal[True]
    ) -> tuple[T | E, ...]: ...

    async def batch(
        self, *calls: Call[Any], halt: bool = False, return_exceptions: bool = False
    ) -> tuple[Any, ...]:
        """Send many calls in few requests of the portal's ``batch`` method.

        What fits into no batch goes alone. Calls may refer to each other with `Call.ref`; what
        depends on a failed call is not sent, everything else is.

        Args:
            calls: Any number of calls, each once; none makes no request.
            halt: Whether nothing more is sent after the first error.
            return_exceptions: Whether errors stand in their places instead of being raised.

        Returns:
            The results in the order given.

        Raises:
            InvalidCall: The calls do not belong together; nothing was sent.
            BatchError: Some calls failed; its ``outcomes`` tell of each.
        """
        for call in calls:
            if not isinstance(call, Call):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidCall(f"calls are wanted one by one, batch(*calls), not {call!r:.60}")
            call.handed_over = True
        for call in calls:
            if call.sender is not self:
                self._check_own(call)
        settled = await self._composer.run(calls, halt=halt)
        errors = [each for each in settled if isinstance(each, BitrixScrumError)]
        if errors and not return_exceptions:
            outcomes = list(map(outcome_of, calls, settled))
            raise BatchError(_summary(outcomes, errors), errors, outcomes)
        return tuple(settled)

    def stream(
        self, calls: Iterable[Call[T]] | AsyncIterable[Call[T]]
    ) -> AsyncGenerator[Outcome[T], None]:
        """Send any number of calls, in memory that does not grow with them.

        Several batches are in flight at once. A call may refer to one that came up to 1000 calls
        before it. One that cannot be sent has an `InvalidCall` as its outcome; the others go on.

        Args:
            calls: The calls, from any iterable or async iterable. It is read ahead.

        Returns:
            An async iterator of one outcome for each call, in the order of the calls. Errors stand
            in the outcomes; what the source itself raises comes last. Leave it early with
            ``aclose``: what is in flight then may or may not be executed.
        """
        return self._composer.stream(calls, self._check_own)

    def _check_own(self, call: Call[Any]) -> None:
        """Refuse a call that was built for another portal.

        Raises:
            InvalidCall: Sent here, it would change the wrong portal.
        """
        sender: object = getattr(call, "sender", self)  # what is no call is refused elsewhere
        if sender is self:
            return
        if not isinstance(sender, Portal) or sender._composer is not self._composer:
            call.handed_over = True
            raise InvalidCall(
                "it was built by another session; build it with the one that sends it",
                method=call.method,
            )


class CoalescingPortal(Portal):
    """A portal on which the calls that concurrent tasks await are gathered into batches."""

    def __init__(self, composer: Composer, coalescer: "Coalescer") -> None:
        super().__init__(composer)
        self._coalescer = coalescer

    async def send(self, call: Call[T]) -> T:
        """Send one call together with those of other tasks, and give its result."""
        self._check_own(call)
        return await self._coalescer.send(call)


def _summary(outcomes: Sequence[Outcome[Any]], errors: Sequence[BitrixScrumError]) -> str:
    return f"{len(errors)} of {len(outcomes)} calls failed; the first: {errors[0]}"
