"""An HTTP answer before anybody has read it."""

from typing import NamedTuple


class RawAnswer(NamedTuple):
    """An HTTP answer as it came.

    Attributes:
        status: The HTTP status.
        body: The body; that of the token endpoint holds secrets.
        location: Scheme and host of a ``Location`` header.
    """

    status: int
    body: bytes
    location: str | None = None

    def __repr__(self) -> str:
        return f"RawAnswer({self.status}, ***)"
