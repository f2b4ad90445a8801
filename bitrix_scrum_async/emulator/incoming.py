"""A request on its way from the web server to the portal, and whom it acts for."""

from typing import Any

import attrs

from .record import Request


@attrs.frozen(kw_only=True)
class Incoming:
    """One request as the web server hands it in.

    Args:
        record: Its entry in the record of requests.
        params: The method's parameters, with the system's own taken out.
        start: The paging offset.
        webhook: User id and code from the address.
        token: The OAuth token.
        signed: Whether it carries `token`, which asks for a signed link.
        state: The value of `state`, to be answered with a signature.
        transport: The suffix of the method's name.
        https: Whether it came over TLS.
    """

    record: Request
    params: dict[str, Any]
    start: int | None = None
    webhook: tuple[str, str] | None = None
    token: str | None = None
    signed: bool = False
    state: Any = None
    transport: str = "json"
    https: bool = False


@attrs.frozen(kw_only=True)
class Caller:
    """Whom a request acts for."""

    user_id: int
    scopes: frozenset[str]
    account: str
    application: str | None = None
