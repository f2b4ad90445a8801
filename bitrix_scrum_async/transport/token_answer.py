"""What an answer of the authorization server means: new tokens, or the error. Pure.

Only the two tokens are insisted on. They cost a refresh token, so nothing else in the answer is
worth losing them for.
"""

from collections.abc import Collection, Mapping
from typing import Any

import attrs

from ..errors import (
    AuthError,
    InternalServerError,
    InvalidCall,
    NotSent,
    PortalError,
    QueryLimitExceeded,
    UnexpectedAnswer,
)
from ..portal_errors import error_class, token_error_class
from .masking import masked
from .raw import RawAnswer
from .tokens import Tokens, json_object, moment

TOKEN_METHOD = "oauth/token"  # noqa: S105
"""What errors call a request to the authorization server."""

_LONGEST_TEXT = 300
_PASSING = (QueryLimitExceeded, InternalServerError, UnexpectedAnswer)


def not_refreshed(reason: str) -> NotSent:
    """The error for a call whose tokens could not be renewed: it was surely not executed."""
    return NotSent(f"the access token could not be refreshed: {reason}", method=TOKEN_METHOD)


def read_token_answer(
    raw: RawAnswer, *, held: Tokens, secrets: Collection[str], now: float
) -> Tokens:
    """Read the answer to a refresh.

    Args:
        raw: The answer. Its status counts only where nothing else tells (F.4).
        held: The tokens so far: what the answer leaves out stays as it is.
        secrets: What no error may show, whatever the server repeats of it.
        now: Seconds since 1970.

    Raises:
        NotSent: It is no usable answer; asking again later may help.
        AuthError: The server refused. With ``invalid_grant`` a user has to let the application in
            again.
        PortalError: The portal's subscription has ended.
    """
    answer = json_object(raw.body)
    if answer is None:
        if 300 <= raw.status < 400:
            raise not_refreshed(
                f"the authorization server has moved to {raw.location or 'an unnamed address'}"
            )
        raise not_refreshed(f"the authorization server answered {raw.status} without JSON")
    missing = [name for name in ("access_token", "refresh_token") if not answer.get(name)]
    if "error" in answer and (answer["error"] or missing):
        raise _refusal(raw.status, answer, secrets)
    if missing:
        raise not_refreshed(f"the authorization server gave no {missing[0]}")
    tokens = _tokens(answer, held, now)
    if tokens is None:
        raise not_refreshed("the authorization server gave a token that has no place in a header")
    return tokens


def _tokens(answer: Mapping[Any, Any], held: Tokens, now: float) -> Tokens | None:
    lifetime = moment(answer.get("expires_in"))
    # By our own clock where that is possible: it is the one that will be looked at.
    expires = moment(answer.get("expires")) if lifetime is None else now + lifetime
    try:
        tokens = Tokens(
            access_token=answer["access_token"],
            refresh_token=answer["refresh_token"],
            endpoint=held.endpoint,
            expires_at=expires,
            member_id=held.member_id,
            scope=held.scope,
        )
    except InvalidCall:
        return None
    for name, key in (
        ("endpoint", "client_endpoint"),
        ("member_id", "member_id"),
        ("scope", "scope"),
    ):
        if not answer.get(key):
            continue
        try:
            tokens = attrs.evolve(tokens, **{name: answer[key]})
        except InvalidCall:
            continue  # of no use: the one we had stays
    return tokens


def _refusal(
    status: int, answer: Mapping[Any, Any], secrets: Collection[str]
) -> PortalError | NotSent:
    """The error for an answer with a key ``error``. Only its code and text are taken over."""
    given = (answer.get(name) for name in ("access_token", "refresh_token"))
    hidden = [*secrets, *(token for token in given if isinstance(token, str))]
    code = _shown(answer["error"], hidden)
    description = _shown(answer.get("error_description"), hidden)
    cls = token_error_class(code)
    if cls is None:
        passing = issubclass(error_class(code, description), _PASSING)
        if passing or status == 429 or status >= 500:
            return not_refreshed(
                f"the authorization server answered {status}: {description} (code {code!r})"
            )
    if code.lower() == "invalid_grant":
        said = f"{description.rstrip('.')}. " if description else ""
        description = (
            f"{said}The refresh token is used up, expired or withdrawn:"
            " authorise the application again"
        )
    return (cls or AuthError)(code, description, status=status, method=TOKEN_METHOD)


def _shown(value: object, secrets: Collection[str]) -> str:
    """A text of the server's, without secrets that it repeats."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return str(masked(str(value), secrets))[:_LONGEST_TEXT]
