"""One request on its way."""

import itertools
from collections.abc import Mapping
from typing import Any

from ..calls import Effect
from ..errors import BitrixScrumError

_numbers = itertools.count(1)


class Request:
    """One request on its way: what is sent, and what became of it so far.

    Attributes:
        method: The portal's method.
        params: Its parameters, ready for JSON.
        effect: What sending it twice would do.
        commands: Calls that it carries, for the counts.
        may_have_run: Whether the portal may have executed it. Good to know after a cancellation.
        number: Its number in this process.
        sent: How often it was sent.
        failed: How often it failed; refusals that end by waiting are not counted.
        waited: Seconds that it has waited because of failures.
        seconds: How long the last attempt ran, from leaving to its answer or failure.
        failure: What happened last.
        ticket: Of the bucket, from when it took its place last.
        generation: Of the credentials it was sent with last.
        renewed: The generation that it got for an expired one.
    """

    # Written by hand: it takes a tenth of the time to import, and one is made for each request.
    __slots__ = (
        "commands",
        "effect",
        "failed",
        "failure",
        "generation",
        "may_have_run",
        "method",
        "number",
        "params",
        "renewed",
        "seconds",
        "sent",
        "ticket",
        "waited",
    )

    def __init__(
        self, method: str, params: Mapping[str, Any], effect: Effect, *, commands: int = 1
    ) -> None:
        self.method = method
        self.params = params
        self.effect = effect
        self.commands = commands
        self.may_have_run = False
        self.number = next(_numbers)
        self.sent = 0
        self.failed = 0
        self.waited = 0.0
        self.seconds = 0.0
        self.failure: BitrixScrumError | None = None
        self.ticket: tuple[int, int] = (0, 0)
        self.generation = 0
        self.renewed: int | None = None
