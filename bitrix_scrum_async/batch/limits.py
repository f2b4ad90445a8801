"""What one batch may hold."""

import attrs
from attrs import validators


@attrs.frozen
class BatchLimits:
    """What one batch may hold.

    Attributes:
        max_commands: Commands; the portal runs 50 and refuses the rest.
        max_bytes: Bytes of the request body; a common limit of web servers is 1 MiB.
        max_variables: Variables of one command; PHP silently drops what is above its limit.
        max_seconds: Expected working time; the cloud cuts a request off at 60 s.
    """

    max_commands: int = attrs.field(default=50, validator=[validators.ge(1), validators.le(50)])
    max_bytes: int = attrs.field(default=1_000_000, validator=validators.ge(1_000))
    max_variables: int = attrs.field(default=1000, validator=validators.ge(1))
    max_seconds: float = attrs.field(default=40.0, validator=validators.gt(0))
