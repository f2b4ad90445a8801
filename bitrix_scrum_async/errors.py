"""What can go wrong, as one tree. `portal_errors` says which answer becomes which leaf.

BitrixScrumError
├── InvalidCall                     refused before anything was sent
├── TransportError                  no usable answer
│   ├── NotSent                     surely not executed
│   ├── OutcomeUnknown              may have been executed
│   └── PortalMoved                 answered with a redirect
├── PortalError                     the portal answered with an error
│   ├── MethodError                 a method said no
│   │   ├── AccessDenied, UserNotFound, AlreadyExists, InvalidParameter, MoveForbidden,
│   │   │   RemovalForbidden, WrongSprintState, NotSaved
│   │   └── NotFound                BacklogNotFound, SprintNotFound, EpicNotFound, StageNotFound,
│   │                               TaskNotFound, GroupNotFound
│   ├── AuthError                   NoAuthFound, ExpiredToken, InvalidCredentials,
│   │                               InsufficientScope, UserAccessError, InvalidToken,
│   │                               ApplicationNotFound, ApplicationNotInstalled,
│   │                               AuthorizationFailed, AuthServerUnreachable,
│   │                               ConfirmationWaiting, ConfirmationDenied
│   ├── LimitError                  QueryLimitExceeded, OperationTimeLimit, OverloadLimit
│   ├── BatchRefused                BatchMethodNotAllowed, BatchLengthExceeded
│   └── InternalServerError, UnexpectedAnswer, HttpsRequired, PlanRestricted, PaymentRequired,
│       ManifestNotAvailable, PortalDeleted, MethodNotFound, CoreError, InvalidArgument,
│       WrongEncoding, RoutingError
├── DependencyFailed                a call this one refers to did not succeed
├── NotExecuted                     the batch was halted before it
├── DecodeError                     an answer that is not what the method documents
└── BatchError (ExceptionGroup)     some calls of a batch failed
"""

import copy
import reprlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Self, TypeVar, cast


class SentCall(Protocol):
    """As much of a call as an error needs to name it."""

    @property
    def method(self) -> str: ...

    @property
    def params(self) -> Mapping[str, Any]: ...


class PastCall:
    """What is left of a call in an error that went to another process.

    Attributes:
        method: The portal's method.
        params: Its parameters; a reference is its text.
    """

    def __init__(self, method: str, params: Mapping[str, Any]) -> None:
        self.method = method
        self.params = params

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PastCall):
            return NotImplemented
        return (self.method, self.params) == (other.method, other.params)

    def __repr__(self) -> str:
        return f"<PastCall {self.method} {dict(self.params)!r}>"


class _Short(reprlib.Repr):
    """A bounded repr: of an answer too deep for Python's own, and of numbers too long for it."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 70

    def repr_int(self, x: int, level: int) -> str:
        if x.bit_length() > 200:
            return f"a number of {x.bit_length()} bits"
        return super().repr_int(x, level)


_short = _Short()


def shown(value: Any) -> str:
    """A value as an error shows it: on one line, and not all of a long one."""
    text = _short.repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


class BitrixScrumError(Exception):
    """Everything this library raises on purpose. It can be copied, and pickled.

    Attributes:
        call: The call it belongs to, where there is one; set for every error of a batch. A
            pickled error has a `PastCall` in its place.
    """

    call: SentCall | None = None

    def belonging_to(self, call: SentCall) -> Self:
        """The same error for one call of many that it struck."""
        own = copy.copy(self)
        own.call = call
        return own

    def __copy__(self) -> Self:
        own = _remade(type(self), self.args)
        own.__dict__.update(self.__dict__)
        own.__cause__ = self.__cause__
        own.__suppress_context__ = self.__suppress_context__
        return own

    def __reduce__(self) -> tuple[Any, ...]:
        # Not by calling the class: the arguments of __init__ differ, `args` is the message only.
        return _remade, (type(self), self.args), self.__getstate__()

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        if self.call is not None:
            state["call"] = _past(self.call)
        return state


AnyError = TypeVar("AnyError", bound=BitrixScrumError)


def _remade(cls: type[AnyError], args: tuple[Any, ...]) -> AnyError:
    error = cls.__new__(cls, *args)
    error.args = args
    return error


def _past(call: SentCall) -> PastCall:
    """A call without its session, which cannot go to another process."""

    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            items = cast("Mapping[str, Any]", value)
            return {key: plain(item) for key, item in items.items()}
        if isinstance(value, list):
            return [plain(item) for item in cast("Sequence[Any]", value)]
        return value if isinstance(value, (str, int, float)) else repr(value)

    return PastCall(call.method, plain(call.params))


class InvalidCall(BitrixScrumError, ValueError):
    """A call that the portal would answer wrongly without an error; nothing was sent.

    Attributes:
        method: The portal's method, or ``None`` where no single method is meant.
        argument: The argument as the caller wrote it, such as ``date_start`` or ``filter['>ID']``.
    """

    def __init__(
        self, reason: str, *, method: str | None = None, argument: str | None = None
    ) -> None:
        super().__init__(": ".join(part for part in (method, argument, reason) if part))
        self.reason = reason
        self.method = method
        self.argument = argument


class TransportError(BitrixScrumError):
    """No usable answer came.

    Attributes:
        method: The method that was called.
    """

    def __init__(self, reason: str, *, method: str | None = None) -> None:
        super().__init__(f"{method}: {reason}" if method else reason)
        self.reason = reason
        self.method = method


class NotSent(TransportError):
    """The portal surely did not execute the call: it never got the whole of it."""


class OutcomeUnknown(TransportError):
    """The portal may have executed the call; look there before you repeat it."""


class PortalMoved(TransportError):
    """The portal answered with a redirect, which is not followed with a body.

    Attributes:
        location: Scheme and host of the new address; its path holds the secret and is left out.
    """

    def __init__(self, location: str, *, method: str | None = None) -> None:
        super().__init__(
            f"the portal has moved to {location}; open the session with the new address",
            method=method,
        )
        self.location = location


class PortalError(BitrixScrumError):
    """The portal answered with an error.

    Attributes:
        code: The portal's ``error`` as text: ``"0"`` where it sent the number 0.
        description: The portal's ``error_description`` as it came.
        status: The HTTP status; ``None`` inside a batch, where the portal gives none.
        method: The method that was called.
        extras: What else the portal put into the error, such as ``argument``.
        advice: What to do, where that is known; empty where it is not.
    """

    def __init__(
        self,
        code: str,
        description: str,
        *,
        status: int | None = None,
        method: str | None = None,
        extras: Mapping[str, Any] | None = None,
        advice: str = "",
    ) -> None:
        said = description or "no description"
        if code:
            said = f"{said} (code {code!r})"
        if advice:
            said = f"{said}; {advice}"
        super().__init__(f"{method}: {said}" if method else said)
        self.code = code
        self.description = description
        self.status = status
        self.method = method
        self.extras = dict(extras or {})
        self.advice = advice


class MethodError(PortalError):
    """A method said no, with code 0, 100 or none."""


class AccessDenied(MethodError):
    """The caller may not do this, or the group does not exist: the portal says the same."""


class NotFound(MethodError):
    """What the call names does not exist."""


class BacklogNotFound(NotFound):
    """No such backlog, or the group has none."""


class SprintNotFound(NotFound):
    """No such sprint, or (``sprints.complete``) the group has no active one."""


class EpicNotFound(NotFound):
    """No such epic."""


class StageNotFound(NotFound):
    """No such kanban stage."""


class TaskNotFound(NotFound):
    """No such task, or the task has no place in a scrum."""


class GroupNotFound(NotFound):
    """No such group."""


class UserNotFound(MethodError):
    """``created_by``, ``modified_by`` or another user does not exist."""


class AlreadyExists(MethodError):
    """There can be only one: a backlog of a group."""


class InvalidParameter(MethodError):
    """A parameter is missing or not of the form that the method takes."""


class MoveForbidden(MethodError):
    """A backlog or sprint with items does not move to another group."""


class RemovalForbidden(MethodError):
    """What still holds items or tasks is not removed."""


class WrongSprintState(MethodError):
    """A sprint's status, or another active sprint, forbids this."""


class NotSaved(MethodError):
    """The portal could not store it, often without saying why."""


class AuthError(PortalError):
    """The credentials were not accepted."""


class NoAuthFound(AuthError):
    """No usable credentials at all."""


class ExpiredToken(AuthError):
    """The access token is older than its hour."""


class InvalidCredentials(AuthError):
    """Wrong user id or code of a webhook, or wrong id or secret of an application."""


class InsufficientScope(AuthError):
    """The webhook or application lacks a scope that the method needs."""


class UserAccessError(AuthError):
    """This user may not use the application."""


class InvalidToken(AuthError):
    """No application belongs to this token."""


class ApplicationNotFound(AuthError):
    """The application is not known."""


class ApplicationNotInstalled(AuthError):
    """The application is not installed on this portal."""


class AuthorizationFailed(AuthError):
    """The user cannot be authorised, for example because they were dismissed."""


class AuthServerUnreachable(AuthError):
    """The portal could not ask the authorization server."""


class ConfirmationWaiting(AuthError):
    """The method waits for its owner's confirmation."""


class ConfirmationDenied(AuthError):
    """The owner denied the method."""


class LimitError(PortalError):
    """A limit of the portal was reached; the call was not executed."""


class QueryLimitExceeded(LimitError):
    """Too many requests a second."""


class OperationTimeLimit(LimitError):
    """The method used up its working time of the last ten minutes."""


class OverloadLimit(LimitError):
    """The vendor blocked the portal's REST by hand; waiting does not help."""


class BatchRefused(PortalError):
    """The portal does not take this in a batch."""


class BatchMethodNotAllowed(BatchRefused):
    """The method must be called alone."""


class BatchLengthExceeded(BatchRefused):
    """Too many commands in a batch."""


class InternalServerError(PortalError):
    """The portal failed; what was done before is unknown."""


class UnexpectedAnswer(PortalError):
    """The portal's own server got an answer it did not understand."""


class HttpsRequired(PortalError):
    """The portal refuses plain http."""


class PlanRestricted(PortalError):
    """The portal's plan does not include REST."""


class PaymentRequired(PortalError):
    """The portal's subscription has ended."""


class ManifestNotAvailable(PortalError):
    """No manifest (configuration import)."""


class PortalDeleted(PortalError):
    """The portal is closed."""


class MethodNotFound(PortalError):
    """The portal does not know the method."""


class CoreError(PortalError):
    """The portal's general error, with a text in the portal's language."""


class InvalidArgument(PortalError):
    """An argument that the portal's core refuses; ``extras["argument"]`` names it."""


class WrongEncoding(PortalError):
    """The portal could not encode its answer."""


class RoutingError(PortalError):
    """The portal could not route the request."""


class DependencyFailed(BitrixScrumError):
    """A call this one refers to did not succeed, so this one was not sent.

    Attributes:
        cause_call: The call that failed.
    """

    def __init__(self, reason: str, *, cause_call: SentCall) -> None:
        super().__init__(reason)
        self.cause_call = cause_call

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "cause_call": _past(self.cause_call)}


class NotExecuted(BitrixScrumError):
    """The batch was halted before this call; the portal did not execute it."""


class DecodeError(BitrixScrumError):
    """An answer that is not what the method documents. The call itself was executed.

    Attributes:
        method: The portal's method.
        path: Where in the result, such as ``tasks[3].groupId``; empty for the result itself.
        value: What stood there.
    """

    def __init__(self, reason: str, *, method: str, path: str = "", value: Any = None) -> None:
        super().__init__(f"{method}: {path or 'the result'} is {shown(value)}: {reason}")
        self.reason = reason
        self.method = method
        self.path = path
        self.value = value


class BatchError(BitrixScrumError, ExceptionGroup[BitrixScrumError]):
    """Some calls of a batch failed. The errors are its members; the others were done.

    Attributes:
        outcomes: One outcome for every call, in the order given.
    """

    outcomes: Sequence[Any]

    def __new__(
        cls, message: str, errors: Sequence[BitrixScrumError], outcomes: Sequence[Any] = ()
    ) -> Self:
        group = super().__new__(cls, message, errors)
        group.outcomes = outcomes
        return group

    def __init__(
        self, message: str, errors: Sequence[BitrixScrumError], outcomes: Sequence[Any] = ()
    ) -> None:
        super().__init__(message, errors)

    def __getstate__(self) -> dict[str, Any]:
        outcomes = [type(each)(_past(each.call), each.result, each.error) for each in self.outcomes]
        return {**super().__getstate__(), "outcomes": outcomes}

    def derive(self, excs: Sequence[Any], /) -> Any:
        """Keep the outcomes when ``except*`` or ``split`` take the group apart."""
        return BatchError(self.message, excs, self.outcomes)
