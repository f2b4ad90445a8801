"""The portal's own errors: code, text, and the HTTP status by edition of the documents."""

import attrs

from .answers import RestError
from .switches import SystemStatuses


@attrs.frozen
class SystemErrorRow:
    """One row of the table.

    Args:
        text: The description.
        new: The HTTP status in the newest documents.
        old: That of the older ones, where it differs.
        sdk: That of the vendor's Python SDK, where it differs.
        oauth_text: The description for calls with an OAuth token, where it differs.
    """

    text: str
    new: int
    old: int | None = None
    sdk: int | None = None
    oauth_text: str | None = None


_Row = SystemErrorRow

SYSTEM_ERRORS: dict[str, SystemErrorRow] = {
    "INTERNAL_SERVER_ERROR": _Row("Internal server error", 500),
    "ERROR_UNEXPECTED_ANSWER": _Row("Server returned an unexpected response", 500),
    "QUERY_LIMIT_EXCEEDED": _Row("Too many requests", 503),
    "OPERATION_TIME_LIMIT": _Row("Method is blocked due to operation time limit.", 429),
    "NO_AUTH_FOUND": _Row("Wrong authorization data", 401),
    "INVALID_REQUEST": _Row("Https required.", 401, old=400),
    "OVERLOAD_LIMIT": _Row("REST API is blocked due to overload.", 401, old=503, sdk=503),
    "ACCESS_DENIED": _Row(
        "REST is available only by subscription.",
        401,
        old=403,
        oauth_text="REST is available only on commercial plans.",
    ),
    "INVALID_CREDENTIALS": _Row("Invalid request credentials", 401, old=403),
    "ERROR_METHOD_NOT_FOUND": _Row("Method not found!", 404),
    "insufficient_scope": _Row(
        "The request requires higher privileges than provided by the webhook token",
        401,
        old=403,
        oauth_text="The request requires higher privileges than provided by the access token",
    ),
    "expired_token": _Row("The access token provided has expired", 401),
    "user_access_error": _Row(
        "The user does not have access to the application.", 401, old=403, sdk=403
    ),
    "PORTAL_DELETED": _Row("Portal was deleted", 403, old=500, sdk=410),
    "ERROR_BATCH_METHOD_NOT_ALLOWED": _Row("Method is not allowed for batch usage", 405),
    "ERROR_BATCH_LENGTH_EXCEEDED": _Row("Max batch length exceeded", 400),
    "ERROR_MANIFEST_IS_NOT_AVAILABLE": _Row("Manifest is not available", 404),
    "CONNECTION_ERROR": _Row("Error connecting to authorization server", 401),
    "APPLICATION_NOT_FOUND": _Row("Application not found", 401),
    "authorization_error": _Row("Unable to authorize user", 401),
    "invalid_token": _Row("Unable to get application by token", 401),
    "ERROR_OAUTH": _Row("Application not installed", 401),
    "PAYMENT_REQUIRED": _Row("Payment required", 401),
    "METHOD_CONFIRM_WAITING": _Row("Waiting for confirmation", 401),
    "METHOD_CONFIRM_DENIED": _Row("Method call denied", 403),
    "ERROR_CORE": _Row("SQL query error!", 500),
    "ERROR_ARGUMENT": _Row("Argument is invalid", 400),
    "WRONG_ENCODING": _Row("Wrong request encoding", 200),
    "INTERNAL_WRONG_TRANSPORT": _Row("Wrong transport!", 500),
    "INTERNAL_WRONG_HANDLER_CLASS": _Row("Wrong handler class!", 500),
}


def system_error(
    code: str, statuses: SystemStatuses = "new", *, by_oauth: bool = False
) -> RestError:
    """The error of this code, as a webhook's call or one with a token is answered."""
    row = SYSTEM_ERRORS[code]
    status = {"new": row.new, "old": row.old, "sdk": row.sdk}[statuses] or row.new
    text = row.oauth_text if by_oauth and row.oauth_text else row.text
    return RestError(code, text, status)
