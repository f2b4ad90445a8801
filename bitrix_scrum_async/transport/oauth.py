"""`OAuth`: an application's tokens, renewed when they expire.

The portal says when: an access token that it calls expired is renewed at the authorization server,
once for all requests that wait for it. Renewing ahead of time is discouraged by the vendor.

The one rule behind everything else: a refresh token is good for one refresh, so the answer to it
must not get lost. The refresh runs in a task of its own, which no cancelled request takes along,
and its tokens are stored before they are used.
"""

import asyncio
import copy
import errno
import logging
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from inspect import iscoroutinefunction
from typing import Any
from urllib.parse import urlsplit

import attrs

from ..errors import AuthError, BitrixScrumError, InvalidCall, NotSent, TransportError
from .auth import Ask, shows_more
from .token_answer import TOKEN_METHOD, not_refreshed, read_token_answer
from .tokens import Tokens, TokenStore, check_secret, endpoint_address, web_address

_TOKEN_URL = "https://oauth.bitrix.info/oauth/token/"  # noqa: S105
# When to look whether another process has stored what it got for the refresh token that we were
# refused: it may still be writing.
_LOOKS = (0.0, 0.1, 0.2, 0.4, 0.8)

_log = logging.getLogger("bitrix_scrum_async")


def _check_given(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    check_secret(instance, attribute, value)
    if not value:
        raise InvalidCall("it is empty", argument=attribute.alias)


def _check_optional(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if value is not None:
        _check_given(instance, attribute, value)


def _token_address(url: str) -> str:
    return web_address(url, "token_url", _TOKEN_URL).geturl()


def _check_store(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if value is not None and not all(
        callable(getattr(value, name, None)) for name in ("load", "save")
    ):
        raise InvalidCall(
            "a store has the coroutines load and save; for a file, pass FileTokenStore(path)",
            argument="store",
        )


def _check_listener(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if value is not None and (not callable(value) or iscoroutinefunction(value)):
        raise InvalidCall(
            "a plain function of one argument is wanted; what has to wait belongs into a store",
            argument="on_refresh",
        )


@attrs.define(kw_only=True, eq=False, repr=False)
class OAuth:
    """An application's tokens for one portal.

    Share one object between the sessions of a process that use the same tokens, and one store
    between processes: each refresh makes the tokens before it worthless. The tokens in the store
    come first; those given here begin a new store, and are tried again when the authorization
    server refuses the stored ones.

    Args:
        endpoint: The address of calls, such as ``https://acme.bitrix24.com/rest/``. A refresh may
            bring a new one.
        client_id: The application.
        client_secret: Its secret.
        access_token: For calls. Without it, the first request gets one for the refresh token.
        refresh_token: For one refresh. Without it, an expired access token is an error.
        token_url: The authorization server.
        store: Where tokens are kept. Without one, what a refresh brings ends with the process.
        on_refresh: Called with the new tokens when they are stored. What it raises is logged, by
            its type only.

    Raises:
        InvalidCall: A value of the wrong kind, or no token at all. The message repeats no value.
    """

    _endpoint: str = attrs.field(alias="endpoint", converter=endpoint_address)
    _client_id: str = attrs.field(alias="client_id", validator=_check_given)
    _client_secret: str = attrs.field(alias="client_secret", validator=_check_given)
    _access_token: str | None = attrs.field(
        alias="access_token", default=None, validator=_check_optional
    )
    _refresh_token: str | None = attrs.field(
        alias="refresh_token", default=None, validator=_check_optional
    )
    _token_url: str = attrs.field(alias="token_url", default=_TOKEN_URL, converter=_token_address)
    _store: TokenStore | None = attrs.field(alias="store", default=None, validator=_check_store)
    _on_refresh: Callable[[Tokens], object] | None = attrs.field(
        alias="on_refresh", default=None, validator=_check_listener
    )
    # In use. Without an access token only until the first request.
    _tokens: Tokens = attrs.field(init=False)
    # Those that were given, as long as they may be good for a refresh.
    _spare: Tokens | None = attrs.field(init=False)
    # New ones that could not be stored, and so are not used yet.
    _unsaved: Tokens | None = attrs.field(init=False, default=None)
    _loaded: bool = attrs.field(init=False)
    _generation: int = attrs.field(init=False, default=0)
    _task: asyncio.Task[bool | BitrixScrumError] | None = attrs.field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        if self._store is None and not (self._access_token or self._refresh_token):
            raise InvalidCall("a token or a store with tokens is wanted", argument="access_token")
        self._tokens = Tokens(
            access_token=self._access_token or "",
            refresh_token=self._refresh_token or "",
            endpoint=self._endpoint,
        )
        self._spare = self._tokens if self._refresh_token else None
        self._loaded = self._store is None

    def __repr__(self) -> str:
        return f"OAuth({self.host}, client_id={self._client_id!r}, ***)"

    @property
    def host(self) -> str:
        """The portal's host, as of the tokens in use."""
        return urlsplit(self._tokens.endpoint).hostname or ""

    @property
    def port(self) -> int:
        """The portal's port."""
        parts = urlsplit(self._tokens.endpoint)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def secure(self) -> bool:
        """Whether both the portal and the authorization server are addressed by https."""
        return not self.plain_hosts

    @property
    def plain_hosts(self) -> tuple[str, ...]:
        """The hosts that get a secret by plain http."""
        addresses = (urlsplit(url) for url in (self._tokens.endpoint, self._token_url))
        plain = [parts.hostname or "" for parts in addresses if parts.scheme != "https"]
        return tuple(dict.fromkeys(plain))

    @property
    def generation(self) -> int:
        """How often the tokens in use have changed."""
        return self._generation

    @property
    def secrets(self) -> tuple[str, ...]:
        """The application's secret and the tokens in use."""
        return (self._client_secret, *self._tokens.secrets)

    def url(self, method: str) -> str:
        """The address of a method. It holds no secret."""
        return f"{self._tokens.endpoint}{method}"

    def headers(self) -> Mapping[str, str]:
        """The access token. Portals read it only after the word Bearer (A.4)."""
        return {"Authorization": f"Bearer {self._tokens.access_token}"}

    async def prepare(self, ask: Ask) -> None:
        """Load the stored tokens before the first request, and store those that are not yet.

        Args:
            ask: How to ask the authorization server, where there is no access token.

        Raises:
            InvalidCall: There are no tokens, or the store holds something else.
            NotSent: The store failed, or there is no access token and none could be got.
            PortalError: There is no access token and the authorization server refused.
        """
        while not (self._loaded and self._unsaved is None and self._tokens.access_token):
            if not await self._joined(ask, None):
                raise InvalidCall(
                    "there are no tokens: neither given nor in the store", argument="access_token"
                )

    async def refresh(self, seen: int, ask: Ask) -> bool:
        """Get new tokens, unless there are newer ones than those of generation ``seen`` already.

        However many wait, one request is made for them. When it fails, each gets the error, and
        who asks next tries anew. A cancelled waiter leaves it running for the others.

        Args:
            seen: The generation with which the portal refused a request.
            ask: How to ask the authorization server.

        Returns:
            Whether there are new tokens; ``False`` without a refresh token.

        Raises:
            NotSent: No usable answer, or the tokens could not be stored and are not used yet.
            PortalError: The authorization server refused: mostly an `AuthError`.
            InvalidCall: The store holds something else.
        """
        seen = min(seen, self._generation)
        while self._generation <= seen:
            if not await self._joined(ask, seen):
                return False
        return True

    async def settle(self) -> None:
        """Wait for a refresh that is under way. Its answer must not get lost."""
        task = self._task
        if task is not None and not task.done() and task.get_loop() is asyncio.get_running_loop():
            await asyncio.wait([task])

    # One at a time

    async def _joined(self, ask: Ask, seen: int | None) -> bool:
        """Wait for the work under way, or begin it; whether there are usable tokens."""
        task = self._task
        if task is None or task.done() or not _is_ours(task):
            task = self._task = asyncio.get_running_loop().create_task(self._told(ask, seen))
        await asyncio.wait([task])  # unlike awaiting it, does not pass a cancellation on
        if task.cancelled():  # the event loop came to its end
            raise not_refreshed("it was interrupted")
        outcome = task.result()
        if isinstance(outcome, BitrixScrumError):
            raise copy.copy(outcome)  # one for each: a traceback belongs to one waiter
        return outcome

    async def _told(self, ask: Ask, seen: int | None) -> bool | BitrixScrumError:
        """The work of one task. It raises nothing, since perhaps nobody waits any more."""
        try:
            return await self._bring_up(ask, seen)
        except BitrixScrumError as error:
            return error.with_traceback(None)  # its frames hold the tokens

    async def _bring_up(self, ask: Ask, seen: int | None) -> bool:
        """Make the tokens usable: from the store, by saving, or by a refresh; in this order."""
        expired = seen is not None and self._generation <= seen
        if await self._adopted():
            # Another process has been quicker, but perhaps more than an hour ago.
            until = self._tokens.expires_at
            expired = expired and until is not None and until <= time.time()
        self._loaded = True
        if self._unsaved is not None:
            await self._keep(self._unsaved)
            return True
        if expired or not self._tokens.access_token:
            return await self._renewed(ask)
        return True

    async def _renewed(self, ask: Ask) -> bool:
        """Get new tokens from the authorization server; ``False`` without a refresh token."""
        in_use, spare, refused = self._tokens, self._spare, None
        if in_use.refresh_token:
            refused = await self._refusal(ask, in_use)
            if refused is None or await self._found_newer():
                return True
        if spare is not None and spare.refresh_token != in_use.refresh_token:
            refused = await self._refusal(ask, spare)
            if refused is None:
                return True
        if refused is not None:
            raise refused
        return False

    async def _refusal(self, ask: Ask, held: Tokens) -> AuthError | None:
        """Refresh one pair of tokens; the error where the server knows its refresh token no more.

        Other errors are raised: they say nothing against these tokens.
        """
        refused: AuthError | None = None
        try:
            tokens = await self._exchanged(ask, held)
        except AuthError as error:
            if error.code.lower() != "invalid_grant":
                raise
            refused = error
        else:
            await self._take(tokens, held)
        return refused

    async def _exchanged(self, ask: Ask, held: Tokens) -> Tokens:
        query = {
            "grant_type": "refresh_token",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "refresh_token": held.refresh_token,
        }
        secrets = (*self.secrets, *held.secrets)
        try:
            raw = await ask(self._token_url, query)
        except TransportError as error:
            reason = error.reason
        else:
            return read_token_answer(raw, held=held, secrets=secrets, now=time.time())
        # Whether the portal has it is not the question: the caller's call was not sent. Raised
        # here, since what is behind the other error may know the query.
        raise not_refreshed(reason)

    async def _take(self, tokens: Tokens, held: Tokens) -> None:
        """Begin to use what the server gave for a refresh token."""
        if self._spare is not None and self._spare.refresh_token == held.refresh_token:
            self._spare = None
        refused = None
        if shows_more(tokens.endpoint, held.endpoint):
            # The tokens are good and the old ones worthless; only the address is not taken over.
            refused = urlsplit(tokens.endpoint)
            tokens = attrs.evolve(tokens, endpoint=held.endpoint)
        await self._keep(tokens)
        if refused is not None:
            raise not_refreshed(
                "the portal is said to have moved to"
                f" {refused.scheme}://{refused.hostname}, where everyone on the way could read the"
                " token"
            )

    async def _keep(self, tokens: Tokens) -> None:
        """Store tokens, then use them (F.5). Until that has worked they wait in memory."""
        self._unsaved = tokens
        store = self._store
        if store is not None:
            await _from_store(
                "new tokens could not be stored, and are not used before they are",
                lambda: store.save(tokens),
            )
        self._unsaved = None
        self._use(tokens)
        if self._on_refresh is not None:
            try:
                self._on_refresh(tokens)
            except Exception as error:  # noqa: BLE001 - the tokens are good whatever it says
                # Its text, and the values in its traceback, may hold the tokens.
                _log.error("on_refresh failed: %s", type(error).__name__)

    def _use(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._generation += 1

    # The store

    async def _adopted(self) -> bool:
        """Whether the store held other tokens than ours: those count from now on."""
        store = self._store
        if store is None:
            return False
        stored = await _from_store("the stored tokens could not be read", store.load)
        if stored is None:
            return False
        if not isinstance(stored, Tokens):
            raise InvalidCall(
                f"its load gave a value of type {type(stored).__name__}, not Tokens",
                argument="store",
            )
        unsaved = () if self._unsaved is None else self._unsaved.secrets
        if stored.secrets in (self._tokens.secrets, unsaved):
            return False
        host = urlsplit(stored.endpoint).hostname
        if shows_more(stored.endpoint, self._tokens.endpoint):
            raise InvalidCall(
                f"its tokens are for http://{host}, where everyone on the way could read them",
                argument="store",
            )
        if host != self.host:
            _log.warning("the stored tokens are for %s, not for %s", host, self.host)
        self._unsaved = None
        self._use(stored)
        return True

    async def _found_newer(self) -> bool:
        """Whether another process has stored what it got for the token that we were refused."""
        if self._store is None:
            return False
        for pause in _LOOKS:
            await asyncio.sleep(pause)
            if await self._adopted():
                return True
        return False


async def _from_store(failure: str, work: Callable[[], Awaitable[object]]) -> object:
    """Let a store work. What it raises may hold the tokens, so it is told anew and in short."""
    error: BitrixScrumError
    try:
        return await work()
    except InvalidCall as refusal:
        error = InvalidCall(refusal.reason, argument="store")
    except OSError as trouble:
        error = NotSent(f"{failure}: {_os_reason(trouble)}", method=TOKEN_METHOD)
    except Exception as trouble:  # noqa: BLE001 - a caller's own store may raise anything
        error = NotSent(f"{failure}: {type(trouble).__name__}", method=TOKEN_METHOD)
    raise error


def _os_reason(error: OSError) -> str:
    known = isinstance(error.errno, int) and error.errno in errno.errorcode
    said = os.strerror(error.errno) if known and error.errno else type(error).__name__
    return f"{said} ({error.filename})" if isinstance(error.filename, str) else said


def _is_ours(task: asyncio.Task[Any]) -> bool:
    """Whether a task runs in this event loop, not in one that has ended."""
    loop = task.get_loop()
    if loop is asyncio.get_running_loop():
        return True
    if loop.is_running():
        raise InvalidCall("it is at work in another event loop; make one for each", argument="auth")
    return False
