"""An HTTP answer before anybody has read it."""

import attrs


@attrs.frozen
class RawAnswer:
    """An HTTP answer as it came.

    Attributes:
        status: The HTTP status.
        body: The body; that of the token endpoint holds secrets.
        location: Scheme and host of a ``Location`` header.
    """

    status: int
    body: bytes = attrs.field(repr=False)
    location: str | None = None
