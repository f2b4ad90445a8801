"""The command line: its commands, each in a room of its own."""

import logging

import click

from .convert import convert_command
from .emulating import emulator
from .exits import ending
from .exporting import export_command
from .importing import demo, import_command
from .journal import journal
from .schema import schema
from .verifying import verify_command


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="bitrix-scrum-async")
def cli() -> None:
    """Bring Scrum groups into a Bitrix24 portal, and back.

    The portal is that of the incoming webhook in BITRIX24_WEBHOOK, or in the file that
    BITRIX24_WEBHOOK_FILE names.
    """


for command in (
    import_command,
    verify_command,
    export_command,
    convert_command,
    schema,
    journal,
    demo,
    emulator,
):
    cli.add_command(command)


_unheard = logging.NullHandler()


def run() -> int:
    """Run the command line and give its exit code. Nothing leaves it as a traceback."""
    # What a session logs is shown as progress. Without a handler Python would print it, too, in
    # between the lines of JSON and across the bars.
    logging.getLogger("bitrix_scrum_async").addHandler(_unheard)
    return ending(lambda: cli.main(standalone_mode=False))
