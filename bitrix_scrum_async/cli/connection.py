"""The portal that a command talks to: of the webhook in the environment, at a bearable pace."""

import math
import os
import re
from collections.abc import Callable
from typing import Any, TypeVar

import attrs
import click

from ..errors import InvalidCall
from ..session import PortalSession
from ..transport.events import OnEvent
from ..transport.limits import Limits
from .exits import Refused, one_line

F = TypeVar("F", bound=Callable[..., Any])

_LIMITS: dict[str, Callable[[], Limits]] = {
    "cloud": Limits.cloud,
    "enterprise": Limits.enterprise,
    "self-hosted": Limits.self_hosted,
    "off": Limits.self_hosted,
}


def group_id(text: str) -> int:
    """Read a group's id. Of a range that click knows the help would show the bounds."""
    if re.fullmatch(r"0*[1-9][0-9]{0,18}", text, re.ASCII) and int(text) < 2**63:
        return int(text)
    raise click.BadParameter(
        f"{text!r} is no id of a group, such as 125; bitrix-scrum groups lists them"
    )


def finite(_: click.Context, __: click.Parameter, number: float | None) -> float | None:
    """Refuse a number that is none."""
    if number is None or math.isfinite(number):
        return number
    raise click.BadParameter(f"{number} is not finite")


def _limits(_: click.Context, __: click.Parameter, name: str) -> Limits:
    return _LIMITS[name]()


def limits_option(command: F) -> F:
    """Let a command take how many requests the portal takes."""
    return click.option(
        "--limits",
        type=click.Choice(list(_LIMITS)),
        default="cloud",
        show_default=True,
        callback=_limits,
        help="How many requests the portal takes.",
    )(command)


def limit_rate_option(command: F) -> F:
    """Let a command take a rate below the limits."""
    return click.option(
        "--limit-rate",
        type=click.FloatRange(min=0, min_open=True),
        callback=finite,
        metavar="R",
        help="Send at most R requests a second, where --limits would allow more.",
    )(command)


def limited(limits: Limits, rate: float | None) -> Limits:
    """Lower limits to so many requests a second, evenly spread."""
    if rate is None:
        return limits
    return attrs.evolve(limits, per_second=min(rate, limits.per_second or rate), burst=1)


def open_portal(limits: Limits, on_event: OnEvent | None = None) -> PortalSession:
    """Open a session to the portal of the environment's webhook.

    Raises:
        Refused: There is no webhook, or it is none.
    """
    if not (os.environ.get("BITRIX24_WEBHOOK") or os.environ.get("BITRIX24_WEBHOOK_FILE")):
        raise Refused(
            "no webhook: set BITRIX24_WEBHOOK to the address of an incoming webhook of your "
            "portal, such as https://acme.bitrix24.com/rest/1/.../, or BITRIX24_WEBHOOK_FILE to a "
            "file with it; bitrix-scrum --help says where it comes from"
        )
    try:
        return PortalSession.from_env(limits=limits, on_event=on_event)
    except (InvalidCall, OSError) as error:
        # The rest is for who writes a program.
        said = one_line(error).partition(", or pass allow_http")[0]
        raise Refused(f"the webhook cannot be used: {said}") from None
