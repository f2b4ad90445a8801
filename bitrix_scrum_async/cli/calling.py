"""`bitrix-scrum call`: any method of the portal."""

import sys
from codecs import BOM_UTF8
from pathlib import Path
from typing import Any

import click

from ..calls import Effect
from ..errors import AuthError, InsufficientScope, InvalidCall, OutcomeUnknown, PortalError
from ..transport.limits import Limits
from .connection import limit_rate_option, limited, limits_option, open_portal
from .exits import HOW_TO_SEE_SCOPES, Refused, one_line, run_async, say
from .parameters import read_parameters
from .progress import Watch
from .screen import print_colored_json, print_json


def _known_methods(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """What the Tab key offers: the methods that the emulator knows."""
    from ..emulator.methods import METHODS

    names = sorted(method.name for method in METHODS.values())
    return [name for name in names if name.lower().startswith(incomplete.lower())]


@click.command()
@click.argument("method", shell_complete=_known_methods)
@click.option(
    "--param",
    "pairs",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter; its value is text. Brackets lead into maps and lists: 'fields[name]=x', "
    "'select[]=ID'. May be given several times.",
)
@click.option(
    "--params",
    "json",
    metavar="JSON",
    help="Parameters as a JSON object; @FILE reads it from a file, @- from standard input. "
    "--param adds to it.",
)
@click.option(
    "--read",
    is_flag=True,
    help="The method only reads, so it may be sent again when an answer is lost. Without this "
    "nothing is sent twice whose outcome is not known.",
)
@limits_option
@limit_rate_option
@click.option("--json", "as_json", is_flag=True, help="Print without colors on a terminal, too.")
def call(
    method: str,
    pairs: tuple[str, ...],
    json: str | None,
    limits: Limits,
    limit_rate: float | None,
    *,
    read: bool,
    as_json: bool,
) -> int:
    """Call METHOD of the portal and print its result as JSON.

    It is done as it is typed: a method that writes, writes. Of a list that is one page, of 50
    rows at most; ask for the next with --param start=50.
    """
    try:
        params = read_parameters(pairs, _given(json))
    except ValueError as error:
        raise click.UsageError(one_line(error)) from None
    watch = Watch()
    effect = Effect.READ if read else Effect.WRITE

    async def run() -> int:
        async with open_portal(limited(limits, limit_rate), watch.on_event) as portal:
            try:
                asked = portal.call(method, params, effect=effect)
                with watch.shown():
                    answer: Any = await asked
            except InsufficientScope:
                raise Refused(
                    f"the webhook has not the scope that {method} needs; {HOW_TO_SEE_SCOPES}"
                ) from None
            except AuthError:
                raise
            except (InvalidCall, PortalError) as error:
                raise Refused(one_line(error)) from None
            except OutcomeUnknown as error:
                say(f"{one_line(error)}; it may have been executed: look before you repeat it")
                return 1
        (print_json if as_json else print_colored_json)(answer)
        return 0

    unknown = "If it was sent, it may have been executed: look before you repeat it."
    return run_async(run, "" if read else unknown)


def _given(json: str | None) -> str | bytes | None:
    if json is None or not json.startswith("@"):
        return json
    try:
        given = sys.stdin.buffer.read() if json == "@-" else Path(json[1:]).read_bytes()
    except OSError as error:
        raise click.UsageError(f"--params: {json[1:]} cannot be read: {error.strerror}") from None
    return given.removeprefix(BOM_UTF8)  # some editors write it
