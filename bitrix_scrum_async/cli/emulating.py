"""`bitrix-scrum emulator`: an emulated portal on this machine."""

import sys
from typing import Final, Literal

import anyio
import click
import orjson

from ..emulator import Emulator, EmulatorError
from .exits import Refused

_TOLD: Final = """\
An emulated Bitrix24 portal, for tests and first steps. All of it is in memory.
In another terminal:

  export BITRIX24_WEBHOOK={webhook}
  bitrix-scrum import plan.yaml

Ctrl-C ends it."""


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8424,
    show_default=True,
    help="Where it listens; 0 takes a free port.",
)
@click.option(
    "--limits",
    type=click.Choice(["cloud", "enterprise", "off"]),
    default="cloud",
    show_default=True,
    help="How many requests it takes, as a real portal would.",
)
@click.option(
    "--users",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="How many users it has. The first is an administrator.",
)
@click.option("--json", "as_json", is_flag=True, help="Print its webhook as JSON, on one line.")
def emulator(
    port: int, limits: Literal["cloud", "enterprise", "off"], users: int, *, as_json: bool
) -> int:
    """Run an emulated portal on this machine, for tests and first steps.

    It keeps everything in memory and is not Bitrix24: what works here can fail there. Ctrl-C ends
    it. It has no groups at first; an import makes some.
    """

    async def run() -> None:
        async with Emulator(limits=limits, users=users, port=port, record=0) as portal:
            if as_json:
                # On one line: who started it reads just that, while it runs on.
                click.echo(orjson.dumps({"webhook": portal.webhook, "limits": limits}))
            else:
                click.echo(_TOLD.format(webhook=portal.webhook))
            sys.stdout.flush()
            await anyio.sleep_forever()

    try:
        anyio.run(run)
    except KeyboardInterrupt:
        return 0
    except EmulatorError as error:
        raise Refused(str(error)) from None
    return 0
