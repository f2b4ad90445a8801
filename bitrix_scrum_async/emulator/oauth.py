"""The authorization server: access tokens for an hour, refresh tokens for one use."""

import secrets
from collections.abc import Mapping
from typing import Any

import attrs

from .answers import RestError
from .clock import Clock
from .switches import Switches
from .system_errors import system_error

_CODE_SECONDS = 30.0
_REFRESH_SECONDS = 180 * 86_400.0


@attrs.frozen(kw_only=True)
class OAuthGrant:
    """What an application holds after a user has let it in.

    Args:
        client_id: The application.
        client_secret: Its secret.
        access_token: For calls, until it expires.
        refresh_token: For one refresh.
        code: An authorization code, good for one exchange within 30 seconds.
        user_id: The user it acts as.
        scopes: What it may use.
        endpoint: The address of calls, `.../rest/`.
        token_url: The address of the token endpoint.
        member_id: The portal's stable id.
    """

    client_id: str
    client_secret: str = attrs.field(repr=False)
    access_token: str = attrs.field(repr=False)
    refresh_token: str = attrs.field(repr=False)
    code: str = attrs.field(repr=False)
    user_id: int
    scopes: frozenset[str]
    endpoint: str
    token_url: str
    member_id: str


@attrs.define(kw_only=True)
class Token:
    """Whom a token, or a code, stands for."""

    client_id: str
    user_id: int
    scopes: frozenset[str]
    expires: float


class AuthorizationServer:
    """Applications and their tokens."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self._secrets: dict[str, str] = {}
        self._access: dict[str, Token] = {}
        self._refresh: dict[str, Token] = {}
        self._codes: dict[str, Token] = {}
        self.member_id = secrets.token_hex(16)

    def register(
        self,
        *,
        user_id: int,
        scopes: frozenset[str],
        endpoint: str,
        token_url: str,
    ) -> OAuthGrant:
        """Install a new application for a user."""
        client_id = f"local.{secrets.token_hex(7)}.{secrets.randbelow(10**8):08d}"
        self._secrets[client_id] = client_secret = secrets.token_hex(25)
        code = secrets.token_hex(35)
        self._codes[code] = Token(
            client_id=client_id,
            user_id=user_id,
            scopes=scopes,
            expires=self._clock.now() + _CODE_SECONDS,
        )
        access, refresh = self._issue(client_id, user_id, scopes)
        return OAuthGrant(
            client_id=client_id,
            client_secret=client_secret,
            access_token=access,
            refresh_token=refresh,
            code=code,
            user_id=user_id,
            scopes=scopes,
            endpoint=endpoint,
            token_url=token_url,
            member_id=self.member_id,
        )

    def _issue(self, client_id: str, user_id: int, scopes: frozenset[str]) -> tuple[str, str]:
        now = self._clock.now()
        access, refresh = secrets.token_hex(35), secrets.token_hex(35)
        for tokens, token, life in (
            (self._access, access, float(self._switches.token_seconds)),
            (self._refresh, refresh, _REFRESH_SECONDS),
        ):
            tokens[token] = Token(
                client_id=client_id, user_id=user_id, scopes=scopes, expires=now + life
            )
        return access, refresh

    @property
    def applications(self) -> tuple[str, ...]:
        """The client ids of all applications."""
        return tuple(self._secrets)

    def expire_access(self) -> None:
        """End every access token now, as an hour would."""
        for token in tuple(self._access.values()):
            token.expires = self._clock.now()

    def check(self, access_token: str | None) -> Token:
        """The token's owner.

        Raises:
            RestError: `NO_AUTH_FOUND` without a token or for an unknown one, `expired_token`.
        """
        token = self._access.get(access_token or "")
        if token is None:
            raise system_error("NO_AUTH_FOUND", self._switches.system_statuses)
        if token.expires <= self._clock.now():
            raise system_error("expired_token", self._switches.system_statuses)
        return token

    def exchange(self, params: Mapping[str, Any], endpoint: str) -> dict[str, Any]:
        """The token endpoint: a code or a refresh token for new tokens.

        Raises:
            RestError: `invalid_request`, `invalid_client` or `invalid_grant`.
        """
        grant_type = params.get("grant_type")
        if grant_type == "refresh_token":
            held, name = self._refresh, "refresh_token"
        elif grant_type == "authorization_code":
            held, name = self._codes, "code"
        else:
            raise RestError("invalid_request", "Unsupported grant type")
        given = {key: params.get(key) for key in ("client_id", "client_secret", name)}
        for key, value in given.items():
            if not isinstance(value, str) or not value:
                raise RestError("invalid_request", f"Parameter {key} is missing")
        client_id = str(given["client_id"])
        if self._secrets.get(client_id) != given["client_secret"]:
            raise RestError(
                "invalid_client", "Application not found", self._switches.invalid_client_status
            )
        old = held.get(str(given[name]))
        if old is None or old.client_id != client_id or old.expires <= self._clock.now():
            raise RestError("invalid_grant", f"The {name} is wrong, expired or used")
        del held[str(given[name])]  # good once: a second refresh with it fails
        access, refresh = self._issue(client_id, old.user_id, old.scopes)
        return {
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": self._switches.token_seconds,
            "expires": int(self._clock.now()) + self._switches.token_seconds,
            "user_id": old.user_id,
            "client_endpoint": endpoint,
            "server_endpoint": "https://oauth.bitrix.info/rest/",
            "domain": "oauth.bitrix.info",
            "member_id": self.member_id,
            "scope": ",".join(sorted(old.scopes)),
            "status": "L",
        }
