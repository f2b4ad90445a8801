"""Which error an answer stands for: every row of the portal's tables."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async import errors as e
from bitrix_scrum_async.portal_errors import (
    error_class,
    error_from_answer,
    normalised,
    token_error_class,
)

# The REST layer's own codes, with the texts they come with.
SYSTEM: list[tuple[str, str, type[e.PortalError]]] = [
    ("INTERNAL_SERVER_ERROR", "Internal server error", e.InternalServerError),
    ("ERROR_UNEXPECTED_ANSWER", "Server returned an unexpected response", e.UnexpectedAnswer),
    ("QUERY_LIMIT_EXCEEDED", "Too many requests", e.QueryLimitExceeded),
    (
        "QUERY_LIMIT_EXCEEDED",
        "Rate limit exceeded. Too many requests in a given amount of time.",
        e.QueryLimitExceeded,
    ),
    (
        "OPERATION_TIME_LIMIT",
        "Method is blocked due to operation time limit.",
        e.OperationTimeLimit,
    ),
    ("NO_AUTH_FOUND", "Wrong authorization data", e.NoAuthFound),
    ("INVALID_REQUEST", "Https required.", e.HttpsRequired),
    ("OVERLOAD_LIMIT", "REST API is blocked due to overload.", e.OverloadLimit),
    ("ACCESS_DENIED", "REST is available only on commercial plans.", e.PlanRestricted),
    ("ACCESS_DENIED", "REST is available only by subscription.", e.PlanRestricted),
    ("ACCESS_DENIED", "Access denied! Application context required", e.AccessDenied),
    ("ACCESS_DENIED", "Access denied! Link check failed", e.AccessDenied),
    ("INVALID_CREDENTIALS", "Invalid request credentials", e.InvalidCredentials),
    ("ERROR_METHOD_NOT_FOUND", "Method not found!", e.MethodNotFound),
    (
        "insufficient_scope",
        "The request requires higher privileges than provided by the webhook token",
        e.InsufficientScope,
    ),
    ("insufficient_scope", "", e.InsufficientScope),
    ("expired_token", "The access token provided has expired", e.ExpiredToken),
    ("user_access_error", "The user does not have access to the application.", e.UserAccessError),
    ("PORTAL_DELETED", "Portal was deleted", e.PortalDeleted),
    (
        "ERROR_BATCH_METHOD_NOT_ALLOWED",
        "Method is not allowed for batch usage",
        e.BatchMethodNotAllowed,
    ),
    ("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded", e.BatchLengthExceeded),
    ("ERROR_MANIFEST_IS_NOT_AVAILABLE", "Manifest is not available", e.ManifestNotAvailable),
    ("CONNECTION_ERROR", "Error connecting to authorization server", e.AuthServerUnreachable),
    ("APPLICATION_NOT_FOUND", "Application not found", e.ApplicationNotFound),
    ("authorization_error", "Unable to authorize user", e.AuthorizationFailed),
    ("invalid_token", "Unable to get application by token", e.InvalidToken),
    ("ERROR_OAUTH", "Application not installed", e.ApplicationNotInstalled),
    ("PAYMENT_REQUIRED", "Subscription has been ended", e.PaymentRequired),
    ("METHOD_CONFIRM_WAITING", "Waiting for confirmation", e.ConfirmationWaiting),
    ("METHOD_CONFIRM_DENIED", "Method call denied", e.ConfirmationDenied),
    ("ERROR_CORE", "SQL query error!", e.CoreError),
    ("ERROR_CORE", "Task name is not specified.<br>", e.CoreError),
    ("ERROR_ARGUMENT", "Argument 'fields' is null or empty", e.InvalidArgument),
    ("WRONG_ENCODING", "Wrong request encoding", e.WrongEncoding),
    ("INTERNAL_WRONG_TRANSPORT", "Wrong transport!", e.RoutingError),
    ("INTERNAL_WRONG_HANDLER_CLASS", "Wrong handler class!", e.RoutingError),
    ("ERROR_IMAGE_ID", "Image is incorrect: Invalid file type", e.InvalidParameter),
    ("MAIN_CONTROLLER_22001", "Null argument", e.InvalidParameter),
    ("MAIN_CONTROLLER_22002", "Unknown action", e.MethodNotFound),
    ("SONET_CONTROLLER_WORKGROUP_EMPTY", "No value for the workgroup ID.", e.InvalidParameter),
    ("SONET_CONTROLLER_WORKGROUP_NOT_FOUND", "Workgroup not found.", e.GroupNotFound),
    ("1048582", "No access to delete the task", e.AccessDenied),
    ("SOMETHING_NEW", "Nobody has seen this yet", e.PortalError),
]

# Texts of the methods, whose code says nothing.
TEXTS: list[tuple[str, type[e.MethodError]]] = [
    # backlogs
    ("Group id not found", e.InvalidParameter),
    ("Backlog not found", e.BacklogNotFound),
    ("Access denied", e.AccessDenied),
    ("Backlog already added", e.AlreadyExists),
    ("createdBy user not found", e.UserNotFound),
    ("modifiedBy user not found", e.UserNotFound),
    ("Unable to add backlog", e.NotSaved),
    ("Backlog id not found", e.InvalidParameter),
    ("It is forbidden move a backlog with items", e.MoveForbidden),
    ("The target group already has a backlog", e.AlreadyExists),
    ("Unable to update backlog", e.NotSaved),
    ("It is forbidden remove a backlog with items", e.RemovalForbidden),
    ("Backlog not deleted", e.NotSaved),
    # sprints
    ("Incorrect dateStart format", e.InvalidParameter),
    ("Incorrect dateEnd format", e.InvalidParameter),
    ("Incorrect sprint status", e.InvalidParameter),
    ("Unable to add two active sprint", e.WrongSprintState),
    ("Unable to add sprint", e.NotSaved),
    ("Sprint not created", e.NotSaved),
    ("Sprint id not found", e.InvalidParameter),
    ("Sprint not found", e.SprintNotFound),
    ("It is forbidden move a sprint with items", e.MoveForbidden),
    ("Sprint not updated", e.NotSaved),
    ("It is forbidden remove a sprint with items", e.RemovalForbidden),
    ("Sprint items have not been moved to backlog", e.NotSaved),
    ("Sprint not deleted", e.NotSaved),
    ("Sprint must be planned", e.WrongSprintState),
    ("Unable to start sprint", e.WrongSprintState),
    ("Could not load list", e.InvalidParameter),
    ("Cannot access offset of type string on string", e.InvalidParameter),
    ("Cannot use a scalar value as an array", e.InvalidParameter),
    # epics
    ("Group is not found", e.GroupNotFound),
    ("Name not found", e.InvalidParameter),
    ("Name is not found", e.InvalidParameter),
    ("Epic not created", e.NotSaved),
    ("Epic files not attached", e.NotSaved),
    ("Epic not found", e.EpicNotFound),
    ("Epic not updated", e.NotSaved),
    # boards
    ("Incorrect name format", e.InvalidParameter),
    ("System error", e.NotSaved),
    ("Stage id not found", e.InvalidParameter),
    ("StageId id not found", e.InvalidParameter),
    ("Stage not found", e.StageNotFound),
    ("Incorrect sprintId value", e.InvalidParameter),
    ("Stage has tasks", e.RemovalForbidden),
    ("Task id not found", e.InvalidParameter),
    ("TaskId id not found", e.InvalidParameter),
    ("Task not found. The task must be with GROUP_ID", e.TaskNotFound),
    # places of tasks
    ("Task not found", e.TaskNotFound),
    ("Task not found.", e.TaskNotFound),
    ("Entity id not found", e.InvalidParameter),
    ("Item not created", e.NotSaved),
    ("Unable to update task", e.NotSaved),
    # groups
    ("Incorrect input data", e.InvalidParameter),
    ("You have no permissions to create a group", e.AccessDenied),
    ("Cannot create group", e.NotSaved),
    ("Wrong group ID", e.InvalidParameter),
    ("User has no permissions to update group", e.AccessDenied),
    ("Cannot update group", e.NotSaved),
    ("Socialnetwork group not found", e.GroupNotFound),
    ("User has no permissions to delete group", e.AccessDenied),
    ("Cannot delete group", e.NotSaved),
    ("Wrong socialnetwork group ID", e.InvalidParameter),
    ("No permissions to add users", e.AccessDenied),
    ("Wrong user IDs", e.UserNotFound),
    # tasks
    ("wrong task id", e.InvalidParameter),
    ("Action on the task is not allowed", e.AccessDenied),
    (
        "CTaskItem All parameters in the constructor must have real class type",
        e.InvalidParameter,
    ),
    ("Invalid sorting key", e.InvalidParameter),
    # the binder
    ("Could not find value for parameter {id}", e.InvalidParameter),
    (
        "Invalid value {abc} to match with parameter {id}. Should be value of type int.",
        e.InvalidParameter,
    ),
    ("Invalid value {} to match with parameter {fields}", e.InvalidParameter),
    # one that nobody has seen yet
    ("The moon is in the wrong house", e.MethodError),
    ("", e.MethodError),
]


@pytest.mark.parametrize(("code", "text", "cls"), SYSTEM)
def test_a_code_of_the_rest_layer_gives_its_class(
    code: str, text: str, cls: type[e.PortalError]
) -> None:
    assert error_class(code, text) is cls
    assert error_class(code.swapcase(), text) is cls


@pytest.mark.parametrize("code", ["0", "100", ""])
@pytest.mark.parametrize(("text", "cls"), TEXTS)
def test_a_text_of_a_method_gives_its_class(code: str, text: str, cls: type[e.MethodError]) -> None:
    assert error_class(code, text) is cls


@pytest.mark.parametrize(
    "ending", [".", "<br>", " (internal error)", ". (internal error)<br>", " "]
)
def test_endings_of_texts_differ_between_versions(ending: str) -> None:
    assert normalised(f"Sprint not found{ending}") == "sprint not found"


@pytest.mark.parametrize(
    ("sent", "code"), [(0, "0"), ("0", "0"), (100, "100"), ("", ""), (None, ""), ("X_Y", "X_Y")]
)
def test_codes_come_as_numbers_and_texts(sent: object, code: str) -> None:
    error = error_from_answer({"error": sent, "error_description": "Sprint not found"}, method="m")
    assert error.code == code


def test_an_error_keeps_what_the_portal_said() -> None:
    answer = {"error": "ERROR_ARGUMENT", "error_description": "Bad", "argument": "fields"}
    error = error_from_answer(answer, method="tasks.task.add", status=400)
    assert isinstance(error, e.InvalidArgument)
    assert (error.code, error.description) == ("ERROR_ARGUMENT", "Bad")
    assert (error.status, error.method) == (400, "tasks.task.add")
    assert error.extras == {"argument": "fields"}
    assert str(error) == (
        "tasks.task.add: Bad (code 'ERROR_ARGUMENT'); `extras['argument']` names the argument"
    )


def test_advice_ends_the_message() -> None:
    error = error_from_answer(
        {"error": 0, "error_description": "Backlog not found"},
        method="tasks.api.scrum.backlog.get",
        status=400,
    )
    assert error.advice == "add one with backlogs.add"
    assert str(error) == (
        "tasks.api.scrum.backlog.get: Backlog not found (code '0'); add one with backlogs.add"
    )


def test_a_text_that_nobody_knows_has_no_advice() -> None:
    error = error_from_answer({"error": 0, "error_description": "Full moon"}, method="m")
    assert type(error) is e.MethodError
    assert (error.advice, str(error)) == ("", "m: Full moon (code '0')")


@pytest.mark.parametrize(
    ("code", "cls"),
    [
        ("invalid_grant", e.AuthError),
        ("INVALID_CLIENT", e.InvalidCredentials),
        ("invalid_request", e.AuthError),  # of the REST layer it means https
        ("insufficient_scope", e.InsufficientScope),
        ("invalid_scope", e.InsufficientScope),
        ("PAYMENT_REQUIRED", e.PaymentRequired),
        ("expired_token", None),
    ],
)
def test_a_code_of_the_authorization_server_gives_its_class(
    code: str, cls: type[e.PortalError] | None
) -> None:
    assert token_error_class(code) is cls


def nested(depth: int) -> list[Any]:
    """Lists in lists, as deep as an answer can be read."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


HOSTILE: list[Any] = [nested(5000), {"a": nested(5000)}, 10**6000, -0.0, float("nan"), "\ud800"]
ANYTHING = st.sampled_from(HOSTILE) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(ANYTHING, ANYTHING, st.dictionaries(st.text(), ANYTHING, max_size=3), st.text())
def test_any_object_with_an_error_gives_an_error_of_the_portal(
    code: Any, description: Any, extras: dict[str, Any], method: str
) -> None:
    answer = {**extras, "error": code, "error_description": description}
    error = error_from_answer(answer, method=method, status=400)
    assert isinstance(error, e.PortalError)
    assert isinstance(error.code, str)
    assert isinstance(error.description, str)
    assert method in str(error)
    assert repr(error)


@given(st.text(), st.text())
def test_any_code_and_text_give_a_class(code: str, text: str) -> None:
    assert issubclass(error_class(code, text), e.PortalError)
