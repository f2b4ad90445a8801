"""How a request says who it is. Secrets live here, and no repr shows them."""

import ipaddress
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeAlias
from urllib.parse import urlsplit

import attrs

from ..errors import InvalidCall
from .raw import RawAnswer

_WEBHOOK_PATH = re.compile(r"/rest/[0-9]+/[^/]+/?$")
_EXAMPLE = "https://acme.bitrix24.com/rest/1/abc123/"

Ask: TypeAlias = Callable[[str, Mapping[str, str]], Awaitable[RawAnswer]]
"""A GET of an address with a query, for credentials that have to ask somebody for new ones. The
query holds secrets: a redirect is not followed, and no error repeats it. Raises `NotSent` or
`OutcomeUnknown`."""


class Credentials(Protocol):
    """What the sender needs to address one portal."""

    @property
    def host(self) -> str:
        """The portal's host."""
        ...

    @property
    def port(self) -> int:
        """The portal's port."""
        ...

    @property
    def secure(self) -> bool:
        """Whether every address that gets a secret is https."""
        ...

    @property
    def plain_hosts(self) -> tuple[str, ...]:
        """The hosts that get a secret by plain http."""
        ...

    @property
    def generation(self) -> int:
        """How often the secret has changed."""
        ...

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown to anybody."""
        ...

    def url(self, method: str) -> str:
        """The address of a method. It may hold a secret: never log or raise it."""
        ...

    def headers(self) -> Mapping[str, str]:
        """Headers that carry a secret."""
        ...

    async def prepare(self, ask: Ask) -> None:
        """Get ready for a request. Awaited before each one, so it costs nothing when done.

        Args:
            ask: How to ask the authorization server.
        """
        ...

    async def refresh(self, seen: int, ask: Ask) -> bool:
        """Get a new secret, unless there is a newer one than that of generation ``seen`` already.

        Args:
            seen: The generation with which the portal refused a request.
            ask: How to ask the authorization server.

        Returns:
            Whether there is a new one; ``False`` where it cannot be renewed.
        """
        ...

    async def settle(self) -> None:
        """Wait for what is under way, before the connections are closed."""
        ...


def _webhook_address(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        if sound and _WEBHOOK_PATH.search(parts.path):
            return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/"
    except ValueError:  # a port that is no number, an open bracket
        pass
    raise InvalidCall(
        f"this is not the address of an incoming webhook; it looks like {_EXAMPLE}"
        " (the portal, /rest/, the user's number, the code)",
        argument="auth",
    )


@attrs.frozen(repr=False)
class Webhook:
    """An incoming webhook: an address that is a password too.

    Args:
        url: As the portal shows it, such as ``https://acme.bitrix24.com/rest/1/abc123/``.

    Raises:
        InvalidCall: It is no webhook's address. The message does not repeat it.
    """

    _address: str = attrs.field(converter=_webhook_address, alias="url")

    def __repr__(self) -> str:
        return f"Webhook('{urlsplit(self._address).scheme}://{self.host}/rest/{self.user_id}/***/')"

    @property
    def user_id(self) -> int:
        """The user as whom the webhook acts."""
        return int(self._address.split("/")[-3])

    @property
    def host(self) -> str:
        """The portal's host."""
        return urlsplit(self._address).hostname or ""

    @property
    def port(self) -> int:
        """The portal's port."""
        return urlsplit(self._address).port or (443 if self.secure else 80)

    @property
    def secure(self) -> bool:
        """Whether the address is https."""
        return self._address.startswith("https:")

    @property
    def plain_hosts(self) -> tuple[str, ...]:
        """The host, where the address is plain http."""
        return () if self.secure else (self.host,)

    @property
    def generation(self) -> int:
        """Always 0: a webhook's code does not change."""
        return 0

    @property
    def secrets(self) -> tuple[str, ...]:
        """The code."""
        return (self._address.split("/")[-2],)

    def url(self, method: str) -> str:
        """The address of a method."""
        return f"{self._address}{method}"

    def headers(self) -> Mapping[str, str]:
        """None: the secret is in the address."""
        return {}

    async def prepare(self, ask: Ask) -> None:
        """Nothing to do: a webhook has its secret from the beginning."""

    async def refresh(self, seen: int, ask: Ask) -> bool:
        """Say that there is no other code than the one there is."""
        return False

    async def settle(self) -> None:
        """Nothing is ever under way."""


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def shows_more(new: str, old: str) -> bool:
    """Whether a new address would show a secret to those on the way, and the old one does not."""
    return _is_shown(new) and not _is_shown(old)


def _is_shown(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme != "https" and not is_loopback(parts.hostname or "")
