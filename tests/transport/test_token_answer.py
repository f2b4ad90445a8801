"""What the authorization server says: tokens wherever there are some, else a clear error."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.errors import (
    AuthError,
    BitrixScrumError,
    InsufficientScope,
    InvalidCredentials,
    NotSent,
    PaymentRequired,
    PortalError,
)
from bitrix_scrum_async.transport.raw import RawAnswer
from bitrix_scrum_async.transport.token_answer import read_token_answer
from bitrix_scrum_async.transport.tokens import Tokens
from tests.transport.shown import all_shown

NOW = 1_790_580_587.0
HELD = Tokens(
    access_token="hunter2-access",
    refresh_token="hunter2-refresh",
    endpoint="https://acme.bitrix24.com/rest/",
    member_id="a1b2",
    scope="task",
)
SECRETS = ("hunter2/client+secret", *HELD.secrets)
GOOD = {
    "access_token": "new-access",
    "refresh_token": "new-refresh",
    "expires_in": 3600,
    "expires": 1_790_584_187,
    "client_endpoint": "https://renamed.bitrix24.com/rest/",
    "member_id": "c3d4",
    "scope": "task,user",
}


def read(answer: Any, status: int = 200, location: str | None = None) -> Tokens:
    body = answer if isinstance(answer, bytes) else orjson.dumps(answer)
    return read_token_answer(RawAnswer(status, body, location), held=HELD, secrets=SECRETS, now=NOW)


def refused(answer: Any, status: int = 400) -> NotSent | PortalError:
    with pytest.raises((NotSent, PortalError)) as caught:
        read(answer, status)
    error: BaseException = caught.value
    assert isinstance(error, (NotSent, PortalError))
    assert "hunter2" not in all_shown(error)
    assert error.method == "oauth/token"
    return error


def test_a_full_answer_is_taken_over() -> None:
    assert read(GOOD) == Tokens(
        access_token="new-access",
        refresh_token="new-refresh",
        endpoint="https://renamed.bitrix24.com/rest/",
        expires_at=NOW + 3600,
        member_id="c3d4",
        scope="task,user",
    )


def test_what_is_left_out_stays_as_it_was() -> None:
    assert read({"access_token": "a", "refresh_token": "r"}) == Tokens(
        access_token="a",
        refresh_token="r",
        endpoint=HELD.endpoint,
        member_id=HELD.member_id,
        scope=HELD.scope,
    )


@pytest.mark.parametrize(
    ("changes", "expires_at"),
    [
        ({"expires_in": "1800"}, NOW + 1800),
        ({"expires_in": None}, 1_790_584_187.0),
        ({"expires_in": "soon", "expires": "1790584187"}, 1_790_584_187.0),
        ({"expires_in": [], "expires": {}}, None),
    ],
)
def test_a_lifetime_may_come_in_many_forms(
    changes: dict[str, Any], expires_at: float | None
) -> None:
    assert read({**GOOD, **changes}).expires_at == expires_at


@pytest.mark.parametrize(
    "endpoint", ["", None, 7, [], "renamed", "https://x.example/", "https://u:p@x.example/rest/"]
)
def test_an_address_of_no_use_is_not_worth_the_tokens(endpoint: Any) -> None:
    tokens = read({**GOOD, "client_endpoint": endpoint, "scope": ["task"], "member_id": 5})
    assert tokens.endpoint == HELD.endpoint
    assert (tokens.scope, tokens.member_id) == ("task", "a1b2")


def test_tokens_count_beside_an_error_that_says_nothing() -> None:
    assert read({**GOOD, "error": ""}).access_token == "new-access"
    assert read(GOOD, status=500).access_token == "new-access"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("invalid_client", InvalidCredentials),
        ("INVALID_CLIENT", InvalidCredentials),
        ("insufficient_scope", InsufficientScope),
        ("invalid_scope", InsufficientScope),
        ("PAYMENT_REQUIRED", PaymentRequired),
        ("invalid_grant", AuthError),
        ("invalid_request", AuthError),
        ("ERROR_SOMETHING_NEW", AuthError),
        (0, AuthError),
        (None, AuthError),
        ({"hunter2": "hunter2"}, AuthError),
    ],
)
@pytest.mark.parametrize("status", [200, 400, 401])
def test_errors_are_told_by_code_and_not_by_status(
    code: Any, kind: type[PortalError], status: int
) -> None:
    error = refused({"error": code, "error_description": "No."}, status)
    assert type(error) is kind
    assert isinstance(error, PortalError)
    assert error.status == status


def test_a_known_code_counts_whatever_the_status() -> None:
    assert type(refused({"error": "invalid_grant"}, 500)) is AuthError


def test_a_refresh_token_of_no_use_says_what_to_do() -> None:
    error = refused({"error": "invalid_grant", "error_description": "Refresh token has expired."})
    assert str(error) == (
        "oauth/token: Refresh token has expired. The refresh token is used up, expired or"
        " withdrawn: authorise the application again (code 'invalid_grant')"
    )


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}, 503),
        ({"error": "INTERNAL_SERVER_ERROR"}, 500),
        ({"error": "INTERNAL_SERVER_ERROR"}, 200),
        ({"error": "temporarily_unavailable"}, 503),
        ({"error": "slow_down"}, 429),
    ],
)
def test_what_passes_is_no_refusal(answer: dict[str, str], status: int) -> None:
    error = refused(answer, status)
    assert isinstance(error, NotSent)
    assert answer["error"] in str(error)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"<html>502 Bad Gateway</html>", "answered 502 without JSON"),
        (b"", "answered 502 without JSON"),
        (b'{"access_token": "hunter2-new', "answered 502 without JSON"),
        ([], "answered 502 without JSON"),
        ({}, "gave no access_token"),
        ({"access_token": "hunter2-new"}, "gave no refresh_token"),
        ({"access_token": "", "refresh_token": "hunter2-new"}, "gave no access_token"),
        ({"access_token": "hunter2\r\nX: y", "refresh_token": "r"}, "no place in a header"),
        ({"access_token": "a", "refresh_token": ["hunter2"]}, "no place in a header"),
    ],
)
def test_no_usable_answer_means_that_the_call_was_not_sent(answer: Any, reason: str) -> None:
    error = refused(answer, 502)
    assert isinstance(error, NotSent)
    assert "the access token could not be refreshed: the authorization server" in str(error)
    assert reason in str(error)


def test_a_redirect_names_the_new_host() -> None:
    with pytest.raises(NotSent, match=r"has moved to https://oauth\.example"):
        read(b"<html>", 302, "https://oauth.example")
    with pytest.raises(NotSent, match="has moved to an unnamed address"):
        read(b"", 301)


def test_secrets_that_the_server_repeats_are_masked() -> None:
    error = refused(
        {
            "error": "hunter2-refresh",
            "error_description": "bad hunter2/client+secret, hunter2%2Fclient%2Bsecret,"
            " hunter2-refresh, hunter2-access, hunter2-half-new",
            "access_token": "hunter2-half-new",
            "request": {"refresh_token": "hunter2-refresh"},
        }
    )
    assert isinstance(error, PortalError)
    assert error.description == "bad ***, ***, ***, ***, ***"
    assert error.code == "***"
    assert not error.extras


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)
words = st.sampled_from([*GOOD, "error", "error_description"])
token_like = st.sampled_from(["hunter2-access", "a", "", "x y", "https://x.example/rest/", "3600"])


@given(
    answer=json_values | st.dictionaries(words, json_values | token_like) | st.binary(max_size=20),
    status=st.sampled_from([200, 204, 302, 400, 401, 429, 500, 503]),
)
def test_any_answer_gives_tokens_or_an_error_of_ours(answer: Any, status: int) -> None:
    outcome: Tokens | BitrixScrumError
    try:
        outcome = read(answer, status)
    except (NotSent, AuthError, PaymentRequired) as error:
        outcome = error
    if isinstance(outcome, Tokens):
        assert all(outcome.secrets)
        assert Tokens.from_json(outcome.to_json()) == outcome
    else:
        assert "hunter2" not in all_shown(outcome)
