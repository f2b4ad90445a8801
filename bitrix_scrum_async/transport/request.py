"""One request on its way."""

import itertools
from collections.abc import Mapping
from typing import Any

import attrs

from ..calls import Effect
from ..errors import BitrixScrumError

_numbers = itertools.count(1)


@attrs.define(eq=False)
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

    method: str
    params: Mapping[str, Any]
    effect: Effect
    commands: int = attrs.field(default=1, kw_only=True)
    may_have_run: bool = attrs.field(default=False, init=False)
    number: int = attrs.field(factory=_numbers.__next__, init=False)
    sent: int = attrs.field(default=0, init=False)
    failed: int = attrs.field(default=0, init=False)
    waited: float = attrs.field(default=0.0, init=False)
    seconds: float = attrs.field(default=0.0, init=False)
    failure: BitrixScrumError | None = attrs.field(default=None, init=False)
    ticket: tuple[int, int] = attrs.field(default=(0, 0), init=False)
    generation: int = attrs.field(default=0, init=False)
    renewed: int | None = attrs.field(default=None, init=False)
