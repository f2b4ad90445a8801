"""`bitrix-scrum emulator`: an emulated portal on this machine."""

import sys
from typing import Literal

import anyio
import click

from ..emulator import Emulator, EmulatorError
from .exits import Refused


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8424, show_default=True)
@click.option(
    "--limits",
    type=click.Choice(["cloud", "enterprise", "off"]),
    default="cloud",
    show_default=True,
    help="How many requests it takes, as a real portal would.",
)
@click.option("--users", type=click.IntRange(min=1), default=20, show_default=True)
def emulator(port: int, limits: Literal["cloud", "enterprise", "off"], users: int) -> int:
    """Run an emulated portal on this machine, for tests and first steps.

    It keeps everything in memory and is not Bitrix24: what works here can fail there.
    """

    async def run() -> None:
        async with Emulator(limits=limits, users=users, port=port, record=0) as portal:
            click.echo(
                "An emulated Bitrix24 portal, for tests and first steps. All of it is in memory.\n"
                "In another terminal:\n\n"
                f"  export BITRIX24_WEBHOOK={portal.webhook}\n"
                "  bitrix-scrum import plan.yaml\n\n"
                "Ctrl-C ends it."
            )
            sys.stdout.flush()
            await anyio.sleep_forever()

    try:
        anyio.run(run)
    except KeyboardInterrupt:
        return 0
    except EmulatorError as error:
        raise Refused(str(error)) from None
    return 0
