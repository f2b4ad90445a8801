"""The command line: its commands, each in a room of its own, and the help that teaches them."""

import difflib
import logging
import sys
import textwrap
from importlib import import_module
from typing import Any

import click

from ..version import __version__
from .catalogue import ENTRIES, SECTIONS, WITHIN, Entry, endings
from .exits import ending

_PROGRAM = "bitrix-scrum"


class Commands(click.Group):
    """The commands by what they are for. A command is imported when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which they are shown."""
        return [entry.name for section in SECTIONS for entry in section.entries]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module, _, name = ENTRIES[cmd_name].room.partition(":")
        command: click.Command = getattr(import_module(f".{module}", __package__), name)
        command.epilog = _epilog(ENTRIES[cmd_name])
        command.short_help = ENTRIES[cmd_name].what
        if isinstance(command, click.Group):
            for entry in WITHIN:
                group, _, inner = entry.name.partition(" ")
                if group == cmd_name:
                    command.commands[inner].epilog = _epilog(entry)
                    command.commands[inner].short_help = entry.what
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed; of another, say which one may be meant."""
        name = args[0]
        known = self.list_commands(ctx)
        if name not in known and not name.startswith("-") and not ctx.resilient_parsing:
            near = difflib.get_close_matches(name, known, n=1)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {name!r}{meant}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, each with a line of its own, without importing them."""
        width = max(map(len, self.list_commands(ctx)))
        for section in SECTIONS:
            with formatter.section(section.title):
                formatter.write_dl(
                    [(entry.name.ljust(width), entry.what) for entry in section.entries]
                )
                formatter.write_text(f"For example: {section.example}")


def _epilog(entry: Entry | None) -> str:
    """What stands below a command's options: how to call it, and how it ends."""
    # After \b click leaves lines as they are.
    parts: list[str] = []
    if entry is not None:
        plural = "s" if len(entry.examples) > 1 else ""
        parts = ["\b", f"Example{plural}:", *(f"  {each}" for each in entry.examples), ""]
    parts += ["\b", "Exit codes:"]
    for code, said in endings(entry).items():
        first, *more = _wrapped(said)
        parts += [f"  {code:<4} {first}", *(f"       {line}" for line in more)]
    return "\n".join(parts)


def _wrapped(said: str) -> list[str]:
    return textwrap.wrap(said, 66)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_epilog(None),
)
@click.version_option(__version__, prog_name=_PROGRAM)
def cli() -> None:
    """Scrum of Bitrix24 from the command line: look into a portal, bring groups in and out.

    A portal is reached by the address of an incoming webhook. Who may use the portal makes one
    there: Developer resources > Other > Inbound webhook, with the scopes task, sonet_group,
    socialnetwork and user. It acts as that person. Then:

    \b
      export BITRIX24_WEBHOOK=https://acme.bitrix24.com/rest/1/abc123/
      bitrix-scrum whoami

    The address is a password: no option takes it, since other users of this machine see options,
    and no command shows it. It may stand in a file that BITRIX24_WEBHOOK_FILE names.

    No portal at hand? Begin with: bitrix-scrum demo

    Each command has examples: bitrix-scrum COMMAND --help. With --json a command prints its
    result as one JSON document on standard output, and nothing else there; what is said on the
    way goes to standard error. Colors only on a terminal, and never where NO_COLOR is set.
    """


_unheard = logging.NullHandler()


def run() -> int:
    """Run the command line and give its exit code. Nothing leaves it as a traceback."""
    # What a session logs is shown as progress. Without a handler Python would print it, too, in
    # between the lines of JSON and across the bars.
    logging.getLogger("bitrix_scrum_async").addHandler(_unheard)
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        # A name that the terminal has no letters for is shown without them. JSON is not touched.
        reconfigure(errors="replace")
    return ending(_main)


def _main() -> Any:
    return cli.main(prog_name=_PROGRAM, standalone_mode=False)
