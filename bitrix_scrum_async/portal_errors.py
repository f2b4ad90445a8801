"""Which error of the tree a portal's answer stands for: by code, or by text where codes are 0."""

from collections.abc import Mapping
from typing import Any

from .errors import (
    AccessDenied,
    AlreadyExists,
    ApplicationNotFound,
    ApplicationNotInstalled,
    AuthError,
    AuthorizationFailed,
    AuthServerUnreachable,
    BacklogNotFound,
    BatchLengthExceeded,
    BatchMethodNotAllowed,
    ConfirmationDenied,
    ConfirmationWaiting,
    CoreError,
    EpicNotFound,
    ExpiredToken,
    GroupNotFound,
    HttpsRequired,
    InsufficientScope,
    InternalServerError,
    InvalidArgument,
    InvalidCredentials,
    InvalidParameter,
    InvalidToken,
    ManifestNotAvailable,
    MethodError,
    MethodNotFound,
    MoveForbidden,
    NoAuthFound,
    NotSaved,
    OperationTimeLimit,
    OverloadLimit,
    PaymentRequired,
    PlanRestricted,
    PortalDeleted,
    PortalError,
    QueryLimitExceeded,
    RemovalForbidden,
    RoutingError,
    SprintNotFound,
    StageNotFound,
    TaskNotFound,
    UnexpectedAnswer,
    UserAccessError,
    UserNotFound,
    WrongEncoding,
    WrongSprintState,
)

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

# Codes of the authorization server, which gives some of the same words another meaning (F.4).
_BY_TOKEN_CODE: dict[str, type[PortalError]] = {
    "invalid_request": AuthError,
    "invalid_client": InvalidCredentials,
    "invalid_grant": AuthError,
    "insufficient_scope": InsufficientScope,
    "invalid_scope": InsufficientScope,
    "payment_required": PaymentRequired,
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


def token_error_class(code: str) -> type[PortalError] | None:
    """The class for a code of the authorization server; ``None`` for one that is not its own."""
    return _BY_TOKEN_CODE.get(code.lower())


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
