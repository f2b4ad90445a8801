"""What was promised, row by row: the table that `retry` opens with, for every fault there is.

What a caller gets, how often the portal executes the call, in how many requests and after how long,
is worked out here from the promise alone.
"""

import enum
from collections.abc import Iterator

import attrs

from bitrix_scrum_async import Effect, OutcomeUnknown, PortalMoved
from bitrix_scrum_async import errors as e
from bitrix_scrum_async.errors import BitrixScrumError

# The rows, by their first column.
NO_CONNECTION = "could not connect, TLS, DNS"
TOO_MANY = "QUERY_LIMIT_EXCEEDED"
BLOCKED = "OPERATION_TIME_LIMIT"
EXPIRED = "expired_token"
REFUSED = "other errors of the portal"
LOST = "answer lost, 5xx, not the portal's JSON"


class Shape(enum.Enum):
    """How calls travel."""

    ALONE = "alone"
    ONE_OF_FIVE = "one of five"  # with four reads of another method
    ALL_FIVE = "all five"


class Moment(enum.Enum):
    """How much the portal has executed when it goes wrong."""

    BEFORE = "before"
    HALFWAY = "halfway"  # three commands of a batch
    AFTER = "after"


@attrs.frozen
class Fault:
    """One thing that goes wrong, and the row it belongs to.

    Attributes:
        row: The row.
        name: The emulator's name for it.
        error: What a caller gets who is not spared it.
        is_code: Whether the portal itself says it, to a request or to one command.
        lasts: Seconds until the session knows of it.
        details: More for the emulator.
    """

    row: str
    name: str
    error: type[BitrixScrumError]
    is_code: bool = attrs.field(default=False, kw_only=True)
    lasts: float = attrs.field(default=0.0, kw_only=True)
    details: dict[str, float] = attrs.field(factory=dict[str, float], kw_only=True)

    def __str__(self) -> str:
        return "-".join([self.name, *map(str, self.details.values())])

    @property
    def times(self) -> int:
        """How many requests it strikes: two, where that tells more than one."""
        return 1 if self.lasts or self.row in (REFUSED, EXPIRED) else 2

    @property
    def moments(self) -> tuple[Moment, ...]:
        """When it can happen: a refusal with an own treatment is no refusal after executing."""
        if self.row in (TOO_MANY, BLOCKED, EXPIRED) or self.name in SPLIT | {NOT_IN_A_BATCH}:
            return (Moment.BEFORE,)
        return (Moment.BEFORE, Moment.AFTER) if self.row == REFUSED else tuple(Moment)


NOT_IN_A_BATCH = "ERROR_BATCH_METHOD_NOT_ALLOWED"
TOO_LONG = "ERROR_BATCH_LENGTH_EXCEEDED"
SPLIT = {"too_large", TOO_LONG}
"""A batch that is refused like this is sent again in smaller ones."""


def _code(row: str, name: str, error: type[BitrixScrumError]) -> Fault:
    return Fault(row, name, error, is_code=True)


def _lost(name: str, lasts: float = 0.0, **details: float) -> Fault:
    return Fault(LOST, name, OutcomeUnknown, lasts=lasts, details=details)


FAULTS = (
    _code(TOO_MANY, "QUERY_LIMIT_EXCEEDED", e.QueryLimitExceeded),
    _code(BLOCKED, "OPERATION_TIME_LIMIT", e.OperationTimeLimit),
    _code(EXPIRED, "expired_token", e.ExpiredToken),
    Fault(REFUSED, "redirect", PortalMoved),
    Fault(REFUSED, "too_large", e.PortalError),
    Fault(REFUSED, "html", e.PortalError, details={"status": 404}),
    _code(REFUSED, "OVERLOAD_LIMIT", e.OverloadLimit),
    _code(REFUSED, "NO_AUTH_FOUND", e.NoAuthFound),
    _code(REFUSED, "INVALID_REQUEST", e.HttpsRequired),
    _code(REFUSED, "ACCESS_DENIED", e.PlanRestricted),
    _code(REFUSED, "INVALID_CREDENTIALS", e.InvalidCredentials),
    _code(REFUSED, "ERROR_METHOD_NOT_FOUND", e.MethodNotFound),
    _code(REFUSED, "insufficient_scope", e.InsufficientScope),
    _code(REFUSED, "user_access_error", e.UserAccessError),
    _code(REFUSED, "PORTAL_DELETED", e.PortalDeleted),
    _code(REFUSED, NOT_IN_A_BATCH, e.BatchMethodNotAllowed),
    _code(REFUSED, TOO_LONG, e.BatchLengthExceeded),
    _code(REFUSED, "ERROR_MANIFEST_IS_NOT_AVAILABLE", e.ManifestNotAvailable),
    _code(REFUSED, "CONNECTION_ERROR", e.AuthServerUnreachable),
    _code(REFUSED, "APPLICATION_NOT_FOUND", e.ApplicationNotFound),
    _code(REFUSED, "authorization_error", e.AuthorizationFailed),
    _code(REFUSED, "invalid_token", e.InvalidToken),
    _code(REFUSED, "ERROR_OAUTH", e.ApplicationNotInstalled),
    _code(REFUSED, "PAYMENT_REQUIRED", e.PaymentRequired),
    _code(REFUSED, "METHOD_CONFIRM_WAITING", e.ConfirmationWaiting),
    _code(REFUSED, "METHOD_CONFIRM_DENIED", e.ConfirmationDenied),
    _code(REFUSED, "ERROR_ARGUMENT", e.InvalidArgument),
    _code(REFUSED, "INTERNAL_WRONG_TRANSPORT", e.RoutingError),
    _code(REFUSED, "INTERNAL_WRONG_HANDLER_CLASS", e.RoutingError),
    _code(LOST, "INTERNAL_SERVER_ERROR", OutcomeUnknown),
    _code(LOST, "ERROR_UNEXPECTED_ANSWER", OutcomeUnknown),
    _code(LOST, "ERROR_CORE", OutcomeUnknown),  # with the text of a failure in the database
    _code(LOST, "WRONG_ENCODING", OutcomeUnknown),
    _lost("drop"),
    _lost("cut"),
    _lost("truncated"),
    _lost("empty"),
    _lost("empty", status=500),
    _lost("html"),
    _lost("html", status=500),
    _lost("bad_gateway"),
    _lost("unavailable"),
    _lost("gateway_timeout"),
    _lost("hang", lasts=75.0),
    _lost("delay", lasts=75.0, seconds=100.0),  # and then the portal executes it all the same
)


@attrs.frozen
class Case:
    """One fault, on calls of one effect, travelling in one shape."""

    fault: Fault
    moment: Moment
    shape: Shape
    effect: Effect

    def __str__(self) -> str:
        return f"{self.fault}/{self.moment.value}/{self.shape.value}/{self.effect.value}"

    @property
    def strikes_a_command(self) -> bool:
        """Whether the portal says it to one command, and answers the others."""
        return self.fault.is_code and self.shape is Shape.ONE_OF_FIVE

    @property
    def calls(self) -> int:
        """How many calls of this effect there are."""
        return 5 if self.shape is Shape.ALL_FIVE else 1


def cases() -> Iterator[Case]:
    """Every case that can be."""
    for fault in FAULTS:
        for moment in fault.moments:
            for shape in Shape:
                for effect in Effect:
                    case = Case(fault, moment, shape, effect)
                    in_a_batch = shape is not Shape.ALONE and not case.strikes_a_command
                    if moment is not Moment.HALFWAY or in_a_batch:
                        yield case


@attrs.frozen(kw_only=True)
class Promise:
    """What becomes of a case.

    Attributes:
        error: What a caller gets; ``None`` for a result.
        executed: How often the portal executes calls of this effect.
        requests: How many requests there are.
        least: Seconds that it takes at least.
        most: Seconds that it takes at most.
    """

    error: type[BitrixScrumError] | None = None
    executed: int
    requests: int
    least: float = 0.0
    most: float = 0.0


def promised(case: Case) -> Promise:
    """What the table says of a case."""
    row, calls = case.fault.row, case.calls
    if row == TOO_MANY:
        # Until the full bucket has room for one and a half, and the next time for one more. What
        # one command is refused for is no bucket: that is one second.
        waits = 1.0 + 0.75 if case.strikes_a_command else 0.75 + 1.25
        return Promise(executed=calls, requests=3, least=waits, most=waits)
    if row == BLOCKED:
        # No success has told the moment of the reset, so it asks again every minute.
        return Promise(executed=calls, requests=3, least=120.0, most=120.0)
    if row == EXPIRED:
        return Promise(executed=calls, requests=2)
    return _refused(case) if row == REFUSED else _unknown(case)


def _refused(case: Case) -> Promise:
    in_a_batch = case.shape is not Shape.ALONE
    if case.strikes_a_command and case.fault.name in (NOT_IN_A_BATCH, TOO_LONG):
        return Promise(executed=1, requests=2)
    if in_a_batch and not case.strikes_a_command and case.fault.name in SPLIT:
        return Promise(executed=case.calls, requests=1 + 3)  # two, two and one
    executed = case.calls if case.moment is Moment.AFTER else 0
    return Promise(error=case.fault.error, executed=executed, requests=1)


def _unknown(case: Case) -> Promise:
    fault, times, calls = case.fault, case.fault.times, case.calls
    late = fault.name == "delay" and case.moment is Moment.BEFORE
    moment = Moment.AFTER if late else case.moment
    in_vain = {Moment.BEFORE: 0, Moment.HALFWAY: min(3, calls), Moment.AFTER: calls}[moment]
    requests, pauses = 1 + times, sum(0.5 * 2**failure for failure in range(times))
    if case.effect is not Effect.WRITE:
        error, executed = None, in_vain * times + calls
        if fault.lasts and case.shape is not Shape.ALONE:
            requests = 1 + 3  # five that took so long do not ride together again
    else:
        error, executed = OutcomeUnknown, in_vain
        if case.shape is not Shape.ONE_OF_FIVE or case.strikes_a_command:
            times, requests, pauses = 1, 1, 0.0  # that was all
        elif fault.lasts:
            requests = 1 + 2  # the four reads beside it
    lasts = fault.lasts * times
    return Promise(
        error=error, executed=executed, requests=requests, least=lasts, most=lasts + pauses
    )
