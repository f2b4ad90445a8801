"""An HTTP answer before anybody has read it."""

import attrs


@attrs.frozen
class RawAnswer:
    """An HTTP answer as it came.

    Attributes:
        status: The HTTP status.
        body: The body, whole.
        location: Scheme and host of a ``Location`` header.
    """

    status: int
    body: bytes
    location: str | None
