"""How a command ends: its exit code, and one message a person can act on.

Exit codes: 0 all is as it was asked for; 1 part of it is not, or is not known to be; 2 nothing was
done, because the input or the portal does not let it; 130 interrupted.
"""

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

import click

from ..errors import AuthError, BitrixScrumError, InsufficientScope, NotSent

if TYPE_CHECKING:
    from ..importer import PlanError

HOW_TO_SEE_SCOPES = "bitrix-scrum whoami shows those it has"

_MOST_PROBLEMS = 50
# Control characters move the cursor or color the screen, and those of bidirectional text turn what
# follows around. Others that are not printable (joiners of emoji) do no harm.
_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


class Refused(click.ClickException):
    """One message on standard error, and exit code 2: nothing was done."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        say(self.message)


def ending(command: Callable[[], Any]) -> int:
    """Run the command line and give its exit code. Nothing leaves it as a traceback."""
    try:
        code = command()
        sys.stdout.flush()
    except click.Abort:  # what click makes of Ctrl-C
        say("Interrupted.")
        return 130
    except BitrixScrumError as error:
        # Here, since help and version need none of the import.
        from ..importer import JournalError, PlanError

        if isinstance(error, PlanError):
            _say_problems(error)
        elif isinstance(error, JournalError):
            say(one_line(error))
        else:
            raise
        return 2
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except OSError as error:
        silence(sys.stdout)
        with suppress(OSError):
            say(f"The result cannot be written: {error.strerror or error}")
        return 1
    return code if isinstance(code, int) else 0


def run_async(run: Callable[[], Awaitable[int]], how_to_go_on: str = "") -> int:
    """Run the work of a command with a portal; turn what ends it early into an exit code.

    Args:
        run: The work; it gives the exit code.
        how_to_go_on: What to say after an interruption.

    Raises:
        Refused: The portal cannot be used.
    """
    import sqlite3

    import anyio

    try:
        return anyio.run(run)
    except KeyboardInterrupt:
        say(f"Interrupted. {how_to_go_on}".rstrip())
        return 130
    except sqlite3.Error as error:
        say(f"The journal cannot be written: {error}. {how_to_go_on}".rstrip())
        return 1
    except InsufficientScope as error:  # it names scopes itself
        raise Refused(f"{one_line(error)}; {HOW_TO_SEE_SCOPES}") from None
    except AuthError as error:
        raise Refused(
            f"the portal refuses the webhook: {one_line(error)}; check BITRIX24_WEBHOOK"
        ) from None
    except NotSent as error:
        raise Refused(
            f"the portal cannot be reached: {one_line(error)}; check the address in "
            "BITRIX24_WEBHOOK"
        ) from None
    except BitrixScrumError as error:
        from ..importer import ExportError, JournalError, PlanError

        if isinstance(error, (PlanError, JournalError)):
            raise
        if isinstance(error, ExportError):
            raise Refused(str(error)) from None
        raise Refused(
            f"the portal cannot be used: {one_line(error)}; check BITRIX24_WEBHOOK"
        ) from None


def say(line: str) -> None:
    """Say something on standard error; on a terminal it is broken between words."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns
        line = textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
    click.echo(line, err=True)


def one_line(said: object) -> str:
    """Write something on one line, so that it does to a terminal nothing but be read."""
    return _HARMFUL.sub("\N{REPLACEMENT CHARACTER}", " ".join(str(said).split()))


def silence(stream: TextIO) -> None:
    """Let what a stream still holds, and what comes, go nowhere: it cannot be written."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _say_problems(error: "PlanError") -> None:
    for problem in error.problems[:_MOST_PROBLEMS]:
        say(one_line(problem))
    more = len(error.problems) - _MOST_PROBLEMS
    if more > 0:
        say(f"... and {more} more problems of the plan")
