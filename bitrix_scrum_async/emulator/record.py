"""What the portal was asked: every request and every command, for asserts."""

from typing import Any

import attrs


@attrs.define(kw_only=True)
class Command:
    """One command of a batch.

    Args:
        key: Its key in `cmd`.
        text: The command as it was sent; `None` for something else than a string.
        method: The method's name as it was sent.
        params: The parameters; after its run, with macros replaced.
        executed: Whether the method ran.
        error: The code of the error it was answered with.
        fault: The name of the fault it met.
    """

    key: str
    text: str | None
    method: str
    params: dict[str, Any]
    executed: bool = False
    error: int | str | None = None
    fault: str | None = None


@attrs.define(kw_only=True)
class Request:
    """One HTTP request. It is listed when it arrives; what it came to is filled in later.

    Args:
        method: The REST method as it was sent; `oauth/token` for the token endpoint.
        params: Query and body parameters together, credentials taken out.
        commands: The commands of a batch.
        http_method: `POST`, `GET`, ...
        headers: The request's headers, names in lower case.
        body_bytes: The size of the body.
        remote: The address it came from.
        time: When it arrived, on the portal's clock.
        user_id: The user it was made as, once that is known.
        status: The HTTP status of the answer; `None` while there is none, and when none was sent.
        error: The code of the error it was answered with.
        fault: The name of the fault it met.
        executed: Whether the method ran; for a batch, whether any command did.
    """

    method: str
    params: dict[str, Any]
    commands: tuple[Command, ...] = ()
    http_method: str = "POST"
    headers: dict[str, str] = attrs.field(factory=dict[str, str], repr=False)
    body_bytes: int = 0
    remote: str = ""
    time: float = 0.0
    user_id: int | None = None
    status: int | None = None
    error: int | str | None = None
    fault: str | None = None
    executed: bool = False

    @property
    def is_batch(self) -> bool:
        """Whether this request is a batch."""
        return self.method.lower() == "batch"
