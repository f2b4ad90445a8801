"""What can go wrong, as one tree, and how a portal's answer becomes one of its leaves.

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

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Self


class SentCall(Protocol):
    """As much of a call as an error needs to name it."""

    @property
    def method(self) -> str: ...


class BitrixScrumError(Exception):
    """Everything this library raises on purpose.

    Attributes:
        call: The call it belongs to, where there is one; set for every error of a batch.
    """

    call: SentCall | None = None


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
    """

    def __init__(
        self,
        code: str,
        description: str,
        *,
        status: int | None = None,
        method: str | None = None,
        extras: Mapping[str, Any] | None = None,
    ) -> None:
        said = f"{description or 'no description'} (code {code!r})"
        super().__init__(f"{method}: {said}" if method else said)
        self.code = code
        self.description = description
        self.status = status
        self.method = method
        self.extras = dict(extras or {})


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
    """Wrong user id or code of a webhook."""


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
        shown = repr(value)
        if len(shown) > 80:
            shown = f"{shown[:77]}..."
        super().__init__(f"{method}: {path or 'the result'} is {shown}: {reason}")
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

    def derive(self, excs: Sequence[Any], /) -> Any:
        """Keep the outcomes when ``except*`` or ``split`` take the group apart."""
        return BatchError(self.message, excs, self.outcomes)


# Codes of the portal's REST layer, in lower case: the portal mixes both.
_BY_CODE: dict[str, type[PortalError]] = {
    "internal_server_error": InternalServerError,
    "error_unexpected_answer": UnexpectedAnswer,
    "query_limit_exceeded": QueryLimitExceeded,
    "operation_time_limit": OperationTimeLimit,
    "overload_limit": OverloadLimit,
    "no_auth_found": NoAuthFound,
    "invalid_request": HttpsRequired,
    "invalid_credentials": InvalidCredentials,
    "error_method_not_found": MethodNotFound,
    "insufficient_scope": InsufficientScope,
    "expired_token": ExpiredToken,
    "user_access_error": UserAccessError,
    "portal_deleted": PortalDeleted,
    "error_batch_method_not_allowed": BatchMethodNotAllowed,
    "error_batch_length_exceeded": BatchLengthExceeded,
    "error_manifest_is_not_available": ManifestNotAvailable,
    "connection_error": AuthServerUnreachable,
    "application_not_found": ApplicationNotFound,
    "authorization_error": AuthorizationFailed,
    "invalid_token": InvalidToken,
    "error_oauth": ApplicationNotInstalled,
    "payment_required": PaymentRequired,
    "method_confirm_waiting": ConfirmationWaiting,
    "method_confirm_denied": ConfirmationDenied,
    "error_core": CoreError,
    "error_argument": InvalidArgument,
    "wrong_encoding": WrongEncoding,
    "internal_wrong_transport": RoutingError,
    "internal_wrong_handler_class": RoutingError,
    "error_image_id": InvalidParameter,
    "main_controller_22001": InvalidParameter,
    "main_controller_22002": MethodNotFound,
    "sonet_controller_workgroup_empty": InvalidParameter,
    "sonet_controller_workgroup_not_found": GroupNotFound,
    "1048582": AccessDenied,  # tasks.task.delete: no access, or no such task
}

# Texts of the methods, normalised: their code is always 0, "0", "100" or "".
_BY_TEXT: dict[str, type[MethodError]] = {
    "access denied": AccessDenied,
    "action on the task is not allowed": AccessDenied,
    "no access to delete the task": AccessDenied,
    "you have no permissions to create a group": AccessDenied,
    "user has no permissions to update group": AccessDenied,
    "user has no permissions to delete group": AccessDenied,
    "no permissions to add users": AccessDenied,
    "backlog not found": BacklogNotFound,
    "sprint not found": SprintNotFound,
    "epic not found": EpicNotFound,
    "stage not found": StageNotFound,
    "task not found": TaskNotFound,
    "task not found. the task must be with group_id": TaskNotFound,
    "socialnetwork group not found": GroupNotFound,
    "group is not found": GroupNotFound,
    "createdby user not found": UserNotFound,
    "modifiedby user not found": UserNotFound,
    "wrong user ids": UserNotFound,
    "backlog already added": AlreadyExists,
    "the target group already has a backlog": AlreadyExists,
    # "X id not found" says that the parameter is missing or 0, not that nothing has that id.
    "backlog id not found": InvalidParameter,
    "entity id not found": InvalidParameter,
    "group id not found": InvalidParameter,
    "sprint id not found": InvalidParameter,
    "stage id not found": InvalidParameter,
    "stageid id not found": InvalidParameter,
    "task id not found": InvalidParameter,
    "taskid id not found": InvalidParameter,
    "name not found": InvalidParameter,
    "name is not found": InvalidParameter,
    "incorrect datestart format": InvalidParameter,
    "incorrect dateend format": InvalidParameter,
    "incorrect sprint status": InvalidParameter,
    "incorrect name format": InvalidParameter,
    "incorrect sprintid value": InvalidParameter,
    "incorrect input data": InvalidParameter,
    "could not load list": InvalidParameter,
    "invalid sorting key": InvalidParameter,
    "wrong task id": InvalidParameter,
    "wrong group id": InvalidParameter,
    "wrong socialnetwork group id": InvalidParameter,
    "ctaskitem all parameters in the constructor must have real class type": InvalidParameter,
    "cannot access offset of type string on string": InvalidParameter,
    "image is incorrect: invalid file type": InvalidParameter,
    "it is forbidden move a backlog with items": MoveForbidden,
    "it is forbidden move a sprint with items": MoveForbidden,
    "it is forbidden remove a backlog with items": RemovalForbidden,
    "it is forbidden remove a sprint with items": RemovalForbidden,
    "stage has tasks": RemovalForbidden,
    "sprint must be planned": WrongSprintState,
    "unable to add two active sprint": WrongSprintState,
    "unable to start sprint": WrongSprintState,
    "unable to add backlog": NotSaved,
    "unable to update backlog": NotSaved,
    "backlog not deleted": NotSaved,
    "unable to add sprint": NotSaved,
    "sprint not created": NotSaved,
    "sprint not updated": NotSaved,
    "sprint not deleted": NotSaved,
    "sprint items have not been moved to backlog": NotSaved,
    "epic not created": NotSaved,
    "epic not updated": NotSaved,
    "epic not deleted": NotSaved,
    "epic files not attached": NotSaved,
    "item not created": NotSaved,
    "unable to update task": NotSaved,
    "system error": NotSaved,
    "cannot create group": NotSaved,
    "cannot update group": NotSaved,
    "cannot delete group": NotSaved,
}

# The binder's texts (code 100) carry the parameter's name and value.
_BY_PREFIX: tuple[tuple[str, type[MethodError]], ...] = (
    ("could not find value for parameter", InvalidParameter),
    ("invalid value {", InvalidParameter),
)

# ACCESS_DENIED stands for the plan, signed links and confirmations: only the text tells.
_PLAN_TEXTS = ("rest is available only on commercial plans", "rest is available only by")

# Methods answer with these codes or with none; all others are the REST layer's own.
_METHOD_CODES = frozenset({"", "0", "100"})


def normalised(description: str) -> str:
    """A description without the endings that differ between versions of the portal."""
    text = description.strip()
    while True:
        shorter = text.removesuffix("<br>").removesuffix(" (internal error)").removesuffix(".")
        shorter = shorter.rstrip()
        if shorter == text:
            return text.casefold()
        text = shorter


def error_class(code: str, description: str) -> type[PortalError]:
    """The class for a code and a text; the nearest general one where they are not known."""
    code = code.lower()
    text = normalised(description)
    if code == "access_denied":
        return PlanRestricted if text.startswith(_PLAN_TEXTS) else AccessDenied
    found = _BY_CODE.get(code)
    if found is not None:
        return found
    if code not in _METHOD_CODES:
        return PortalError
    for prefix, cls in _BY_PREFIX:
        if text.startswith(prefix):
            return cls
    return _BY_TEXT.get(text, MethodError)


def error_from_answer(
    answer: Mapping[str, Any], *, method: str, status: int | None = None
) -> PortalError:
    """The error that an answer with a key ``error`` stands for.

    Args:
        answer: The portal's JSON object. Its code may be ``0``, ``"0"``, ``""`` or a word.
        method: The method that was called.
        status: The HTTP status, where there is one.
    """
    code = "" if answer["error"] is None else str(answer["error"])
    description = str(answer.get("error_description") or "")
    extras = {
        key: value for key, value in answer.items() if key not in ("error", "error_description")
    }
    cls = error_class(code, description)
    return cls(code, description, status=status, method=method, extras=extras)
