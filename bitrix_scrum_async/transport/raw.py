"""An HTTP answer before anybody has read it."""


class RawAnswer:
    """An HTTP answer as it came.

    Attributes:
        status: The HTTP status.
        body: The body; that of the token endpoint holds secrets.
        location: Scheme and host of a ``Location`` header.
    """

    # Written by hand: it is quick to import and to make. No tuple: tools that show values walk
    # through those, past the repr that hides the body.
    __slots__ = ("body", "location", "status")

    def __init__(self, status: int, body: bytes, location: str | None = None) -> None:
        self.status = status
        self.body = body
        self.location = location

    def __repr__(self) -> str:
        return f"RawAnswer({self.status}, ***)"
