"""What a session has done so far."""

from collections.abc import Mapping

import attrs


@attrs.frozen(kw_only=True)
class Stats:
    """Counts since the session was made; a frozen snapshot.

    Attributes:
        requests: HTTP requests sent, repeats included.
        commands: Calls that those requests carried, repeats included.
        batches: Requests that were batches.
        retries: Requests that were sent again after a failure.
        waited: Seconds waited, by cause: ``"bucket"`` (our own limiter), ``"refused"`` (the
            portal's limiter), ``"operating"`` (a method that used up its working time),
            ``"failure"`` (before a repeat).
    """

    requests: int = 0
    commands: int = 0
    batches: int = 0
    retries: int = 0
    waited: Mapping[str, float] = attrs.field(factory=dict[str, float])
