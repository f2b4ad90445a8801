"""Faults at random: of every kind that a portal and the way to it have."""

import random
from collections import Counter
from collections.abc import Callable

from bitrix_scrum_async.emulator import Command, Emulator, Request

# How many of a thousand requests each one strikes.
ON_THE_WAY = {
    ("drop", "before"): 10,
    ("drop", "after"): 10,
    ("cut", "after"): 10,
    ("truncated", "after"): 5,
    ("empty", "after"): 5,
    ("html", "before"): 5,
    ("bad_gateway", "before"): 5,
    ("bad_gateway", "after"): 5,
    ("unavailable", "before"): 5,
    ("gateway_timeout", "after"): 5,
    ("too_large", "before"): 2,
    ("hang", "before"): 3,
    ("hang", "after"): 3,
    ("delay", "before"): 20,
    ("delay", "after"): 20,
    ("redirect", "before"): 2,
    ("QUERY_LIMIT_EXCEEDED", "before"): 10,
    ("INTERNAL_SERVER_ERROR", "before"): 5,
    ("INTERNAL_SERVER_ERROR", "after"): 5,
    ("OVERLOAD_LIMIT", "before"): 2,
    ("expired_token", "before"): 10,
}
# How many of a thousand commands.
IN_A_BATCH = {
    ("OPERATION_TIME_LIMIT", "before"): 2,
    ("QUERY_LIMIT_EXCEEDED", "before"): 3,
    ("INTERNAL_SERVER_ERROR", "after"): 1,
    ("ERROR_CORE", "before"): 1,
}

_BLOCKED = "tasks.api.scrum.epic.get"


class Trouble:
    """Lets things go wrong in an emulator, each request and command by chance.

    Args:
        emulator: Where.
        chance: Where the chances come from.
    """

    def __init__(self, emulator: Emulator, chance: random.Random) -> None:
        self._chance = chance
        self._injections = {
            (name, when, "request"): emulator.inject(
                name,
                match=self._one_in(share, name),
                times=None,
                scope="request",
                when=when,
                seconds=3.0 if name == "delay" else 120.0,
            )
            for (name, when), share in ON_THE_WAY.items()
        }
        self._injections |= {
            (name, when, "command"): emulator.inject(
                name, match=self._one_in(share, name), times=None, scope="command", when=when
            )
            for (name, when), share in IN_A_BATCH.items()
        }

    def _one_in(self, share: int, name: str) -> Callable[[Request | Command], bool]:
        def strikes(asked: Request | Command) -> bool:
            if asked.method == "oauth/token":  # a refresh token that is lost ends everything
                return False
            if name == "OPERATION_TIME_LIMIT" and asked.method != _BLOCKED:
                return False  # held for ten minutes: not what is to be looked at
            return self._chance.random() < share / 1000

        return strikes

    def struck(self) -> Counter[str]:
        """How often each fault has struck."""
        return Counter(
            {
                f"{name} {when} ({scope})": injection.hits
                for (name, when, scope), injection in self._injections.items()
            }
        )
