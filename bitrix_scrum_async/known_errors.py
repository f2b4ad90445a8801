"""What portals are known to say when they refuse, what it means, and what to do about it. Pure.

One row for each code, and in `known_texts` for each text. `portal_errors` looks them up;
docs/errors.md shows them.
"""

from typing import Any, Final, NamedTuple

from .errors import (
    AccessDenied,
    ApplicationNotFound,
    ApplicationNotInstalled,
    AuthError,
    AuthorizationFailed,
    AuthServerUnreachable,
    BatchLengthExceeded,
    BatchMethodNotAllowed,
    ConfirmationDenied,
    ConfirmationWaiting,
    CoreError,
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
    MethodNotFound,
    NoAuthFound,
    NotSaved,
    OperationTimeLimit,
    OverloadLimit,
    PaymentRequired,
    PlanRestricted,
    PortalDeleted,
    PortalError,
    QueryLimitExceeded,
    RoutingError,
    SprintNotFound,
    TaskNotFound,
    UnexpectedAnswer,
    UserAccessError,
    WrongEncoding,
)


class Known(NamedTuple):
    """One thing that a portal says.

    Attributes:
        said: A code, a text, or an answer that hides a failure, as the portal writes it.
        cls: What it means.
        methods: Who says it, without ``tasks.api.scrum.``; none where any method may.
        advice: What to do, as the end of a sentence; empty where that depends.
    """

    said: str
    cls: type[PortalError]
    methods: tuple[str, ...] = ()
    advice: str = ""


_SCOPES: Final = "give the webhook or application the scopes task, sonet_group, socialnetwork, user"

# Codes of the REST layer. The portal mixes upper and lower case.
CODES: Final = (
    Known("INTERNAL_SERVER_ERROR", InternalServerError, (), "look in the portal what was done"),
    Known("ERROR_UNEXPECTED_ANSWER", UnexpectedAnswer, (), "look in the portal what was done"),
    Known("QUERY_LIMIT_EXCEEDED", QueryLimitExceeded, (), "send fewer requests a second"),
    Known(
        "OPERATION_TIME_LIMIT", OperationTimeLimit, (), "this method is free again in ten minutes"
    ),
    Known("OVERLOAD_LIMIT", OverloadLimit, (), "ask the vendor's support: waiting does not help"),
    Known("NO_AUTH_FOUND", NoAuthFound, (), "check the webhook's address or the access token"),
    Known("INVALID_REQUEST", HttpsRequired, (), "use the portal's https address"),
    Known(
        "INVALID_CREDENTIALS",
        InvalidCredentials,
        (),
        "the webhook was deleted or its address is mistyped",
    ),
    Known("ERROR_METHOD_NOT_FOUND", MethodNotFound, (), "check the method's name"),
    Known("insufficient_scope", InsufficientScope, (), _SCOPES),
    Known("expired_token", ExpiredToken, (), "get new tokens with the refresh token"),
    Known(
        "user_access_error", UserAccessError, (), "let the user use the application in its rights"
    ),
    Known("PORTAL_DELETED", PortalDeleted),
    Known("ERROR_BATCH_METHOD_NOT_ALLOWED", BatchMethodNotAllowed, (), "call it alone"),
    Known("ERROR_BATCH_LENGTH_EXCEEDED", BatchLengthExceeded, (), "send 50 commands at most"),
    Known("ERROR_MANIFEST_IS_NOT_AVAILABLE", ManifestNotAvailable),
    Known("CONNECTION_ERROR", AuthServerUnreachable, (), "try later"),
    Known("APPLICATION_NOT_FOUND", ApplicationNotFound, (), "check the application's id"),
    Known("authorization_error", AuthorizationFailed, (), "the user may have been dismissed"),
    Known("invalid_token", InvalidToken, (), "authorise the application again"),
    Known("ERROR_OAUTH", ApplicationNotInstalled, (), "install the application on this portal"),
    Known("PAYMENT_REQUIRED", PaymentRequired, (), "renew the portal's subscription"),
    Known("METHOD_CONFIRM_WAITING", ConfirmationWaiting, (), "its owner has to confirm the call"),
    Known("METHOD_CONFIRM_DENIED", ConfirmationDenied),
    # The plan, signed links and confirmations share this code: only the text tells (PLAN_TEXTS).
    Known("ACCESS_DENIED", AccessDenied),
    Known("ERROR_CORE", CoreError),
    Known("ERROR_ARGUMENT", InvalidArgument, (), "`extras['argument']` names the argument"),
    Known("WRONG_ENCODING", WrongEncoding, (), "look in the portal: the call was executed"),
    Known("INTERNAL_WRONG_TRANSPORT", RoutingError),
    Known("INTERNAL_WRONG_HANDLER_CLASS", RoutingError),
    Known("ERROR_IMAGE_ID", InvalidParameter, (), "pass an image"),
    Known("MAIN_CONTROLLER_22001", InvalidParameter),
    Known("MAIN_CONTROLLER_22002", MethodNotFound, (), "check the method's name"),
    Known(
        "SONET_CONTROLLER_WORKGROUP_EMPTY",
        InvalidParameter,
        ("socialnetwork.api.workgroup.get",),
        "name the group",
    ),
    Known(
        "SONET_CONTROLLER_WORKGROUP_NOT_FOUND",
        GroupNotFound,
        ("socialnetwork.api.workgroup.get",),
        "no such group, or the caller may not see it",
    ),
    Known(
        "1048582", AccessDenied, ("tasks.task.delete",), "no such task, or no right to delete it"
    ),
)

# Codes of the authorization server, which gives some of the same words another meaning.
TOKEN_CODES: Final = (
    Known("invalid_request", AuthError),
    Known("invalid_client", InvalidCredentials, (), "check the application's id and secret"),
    Known("invalid_grant", AuthError, (), "authorise the application again"),
    Known("insufficient_scope", InsufficientScope, (), _SCOPES),
    Known("invalid_scope", InsufficientScope, (), _SCOPES),
    Known("PAYMENT_REQUIRED", PaymentRequired, (), "renew the portal's subscription"),
)

# Beginnings of texts with the code ACCESS_DENIED.
PLAN_TEXTS: Final = (
    Known(
        "REST is available only on commercial plans",
        PlanRestricted,
        (),
        "the portal's plan has to include REST",
    ),
    Known(
        "REST is available only by",
        PlanRestricted,
        (),
        "the portal's plan has to include REST",
    ),
)

# Answers without an error that hide one. `decoding` raises what the portal did not say.
HIDDEN: Final = (
    Known(
        "false",
        NotSaved,
        ("kanban.updateStage",),
        "no such stage or sprint, or the caller may not see it",
    ),
    Known(
        "false",
        NotSaved,
        ("kanban.deleteStage",),
        "no such stage, it holds cards, or the caller may not see it",
    ),
    Known(
        "false",
        NotSaved,
        ("kanban.addTask",),
        "no such sprint, stage or task, a task of another group, or the caller may not see it",
    ),
    Known(
        "false",
        NotSaved,
        ("kanban.deleteTask",),
        "no such sprint or task, a task of another group, or the caller may not see it",
    ),
    Known("false", NotSaved, (), "look in the portal what was done"),
    Known(
        "null",
        NotSaved,
        ("sprint.complete",),
        "the portal could not complete the sprint: look at its board there",
    ),
    Known("[]", TaskNotFound, ("tasks.task.get",), "no such task, or the caller may not see it"),
    Known(
        "a backlog",
        SprintNotFound,
        ("sprint.get",),
        "the id is a backlog's: backlogs and sprints share their ids",
    ),
    Known(
        "a status other than success",
        NotSaved,
        ("task.update",),
        "look in the portal what was done",
    ),
)


def said_by(row: Known, method: str) -> bool:
    """Whether a row is about a method."""
    return method.lower().removeprefix("tasks.api.scrum.") in (name.lower() for name in row.methods)


def closest(rows: "tuple[Known, ...]", method: str) -> Known:
    """The row about a method, of those with one text; else the one about any method."""
    for row in rows:
        if said_by(row, method):
            return row
    return next((row for row in rows if not row.methods), rows[0])


def hidden_failure(said: str, method: str, **more: Any) -> PortalError:
    """The error that an answer hides.

    Args:
        said: What the portal answered, as in `HIDDEN`.
        method: The method that was called.
        more: As for `PortalError`.
    """
    row = closest(tuple(row for row in HIDDEN if row.said == said), method)
    return row.cls(
        "",
        f"the portal answered {said}, without an error",
        method=method,
        advice=row.advice,
        **more,
    )
