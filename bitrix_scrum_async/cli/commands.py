"""The commands: what they take, what they say, and how they exit.

Exit codes: 0 all is in the portal; 1 part of it is not, or is not known to be; 2 nothing was sent;
130 interrupted.
"""

import math
import os
import sqlite3
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import anyio
import attrs
import click
import orjson

from ..emulator import Emulator, EmulatorError
from ..errors import (
    AuthError,
    BitrixScrumError,
    InvalidCall,
    NotSent,
)
from ..importer import Importer, JournalError, Plan, PlanError, verify
from ..importer.demo import load_demo_plan
from ..importer.selection import select
from ..session import PortalSession
from ..transport.limits import Limits
from .convert import convert_command
from .display import show_report, show_verification, shown_progress, silence
from .interrupt import ending_in_order
from .journal import journal as journal_commands
from .schema import schema

_LIMITS: dict[str, Callable[[], Limits]] = {
    "cloud": Limits.cloud,
    "enterprise": Limits.enterprise,
    "self-hosted": Limits.self_hosted,
    "off": Limits.self_hosted,
}
_MOST_PROBLEMS = 50


class Refused(click.ClickException):
    """One line on standard error, and exit code 2: nothing was sent."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(self.message, err=True)


def _finite(_: click.Context, __: click.Parameter, number: float | None) -> float | None:
    if number is None or math.isfinite(number):
        return number
    raise click.BadParameter(f"{number} is not finite")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="bitrix-scrum-async")
def cli() -> None:
    """Bring Scrum groups into a Bitrix24 portal.

    The portal is that of the incoming webhook in BITRIX24_WEBHOOK, or in the file that
    BITRIX24_WEBHOOK_FILE names.
    """


cli.add_command(journal_commands)
cli.add_command(convert_command)
cli.add_command(schema)


@cli.command(name="import")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option(
    "--journal",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What was created stands here; the same file resumes an import. "
    "Default: PLAN's name with .journal.sqlite in place of its ending, beside it.",
)
@click.option(
    "--limits",
    type=click.Choice(list(_LIMITS)),
    default="cloud",
    show_default=True,
    help="How many requests the portal takes.",
)
@click.option(
    "--settle-after",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    callback=_finite,
    metavar="SECONDS",
    help="How long a request whose answer was lost may still be running in the portal.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="KEY",
    help="Import only the group with this key. May be given several times.",
)
@click.option(
    "--max-errors",
    type=click.IntRange(min=1),
    metavar="N",
    help="End the run once so many writes have failed. The next run goes on.",
)
@click.option(
    "--limit-rate",
    type=click.FloatRange(min=0, min_open=True),
    callback=_finite,
    metavar="R",
    help="Send at most R requests a second, where --limits would allow more.",
)
@click.option("--verify", "reading", is_flag=True, help="Read everything back afterwards.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON, not as a table.")
def import_(
    plan: Path,
    journal: Path | None,
    limits: str,
    settle_after: float,
    only: tuple[str, ...],
    max_errors: int | None,
    limit_rate: float | None,
    *,
    reading: bool,
    as_json: bool,
) -> int:
    """Create what stands in PLAN (YAML, JSON or JSON Lines) in the portal.

    Run it again to go on after an interruption or a failure: what is there is not created again.
    """
    journal = journal or plan.with_name(f"{plan.stem}.journal.sqlite")

    loaded = Plan.load(plan)
    select(loaded, only)
    go_on = f"Run the same command again to go on; {journal} knows what is done."

    async def run() -> int:
        async with open_portal(limited(_LIMITS[limits](), limit_rate)) as portal:
            importer = Importer(
                portal,
                journal=journal,
                settle_after=settle_after,
                max_errors=max_errors,
                only=only,
            )
            return await _import(importer, loaded, reading=reading, as_json=as_json, go_on=go_on)

    return _finish(run, go_on)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON, not as a table.")
def demo(*, as_json: bool) -> int:
    """Import the bundled plan into an emulated portal and read everything back.

    No portal is needed: the emulator runs in this process, in memory, and ends with it.
    """
    plan = load_demo_plan()

    async def run() -> int:
        with tempfile.TemporaryDirectory(prefix="bitrix-scrum-") as folder:
            async with (
                Emulator(limits="off", record=0, task_stage_id="card") as emulator,
                PortalSession(emulator.webhook, limits=Limits.self_hosted()) as portal,
            ):
                importer = Importer(portal, journal=Path(folder) / "journal")
                return await _import(importer, plan, reading=True, as_json=as_json)

    return _finish(run, "")


@cli.command()
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


def run() -> int:
    """Run the command line and give its exit code. Nothing leaves it as a traceback."""
    try:
        code: Any = cli.main(standalone_mode=False)
        sys.stdout.flush()
    except click.Abort:
        return 130
    except PlanError as error:
        _say_problems(error)
        return 2
    except JournalError as error:
        click.echo(_line(error), err=True)
        return 2
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except OSError as error:
        silence(sys.stdout)
        with suppress(OSError):
            click.echo(f"The result cannot be written: {error.strerror or error}", err=True)
        return 1
    return code if isinstance(code, int) else 0


def open_portal(limits: Limits) -> PortalSession:
    """Open a session to the portal of the environment's webhook.

    Raises:
        Refused: There is no webhook, or it is none.
    """
    if not (os.environ.get("BITRIX24_WEBHOOK") or os.environ.get("BITRIX24_WEBHOOK_FILE")):
        raise Refused(
            "no webhook: set BITRIX24_WEBHOOK to the address of an incoming webhook of your "
            "portal, such as https://acme.bitrix24.com/rest/1/.../, or BITRIX24_WEBHOOK_FILE to a "
            "file with it"
        )
    try:
        return PortalSession.from_env(limits=limits)
    except (InvalidCall, OSError) as error:
        # The rest is for who writes a program.
        said = _line(error).partition(", or pass allow_http")[0]
        raise Refused(f"the webhook cannot be used: {said}") from None


def limited(limits: Limits, rate: float | None) -> Limits:
    """Lower limits to so many requests a second, evenly spread."""
    if rate is None:
        return limits
    return attrs.evolve(limits, per_second=min(rate, limits.per_second or rate), burst=1)


async def _import(
    importer: Importer, plan: Plan, *, reading: bool, as_json: bool, go_on: str = ""
) -> int:
    def tell() -> None:
        click.echo(
            "Interrupted: waiting for the answers to what was sent. Ctrl-C again ends at once.",
            err=True,
        )

    with ending_in_order(tell) as stop, shown_progress() as on_progress:
        report = await importer.run(plan, on_progress, stop=stop)
    plan = select(plan, importer.only)
    if not as_json:
        show_report(plan, report)
    tree = report.as_json()
    same = True
    try:
        if reading and report.stopped is None:
            with shown_progress() as on_progress:
                found = await verify(
                    importer.portal, plan, journal=importer.journal, on_progress=on_progress
                )
            same = found.same
            tree["verification"] = found.as_json()
            if not as_json:
                show_verification(found)
    except (BitrixScrumError, sqlite3.Error) as error:
        same = False
        tree["verification"] = {"same": False, "error": _line(error)}
        click.echo(f"Reading back failed: {_line(error)}", err=True)
    finally:
        # Also after Ctrl-C: what was imported is in the portal.
        if as_json:
            click.echo(orjson.dumps(tree, option=orjson.OPT_INDENT_2).decode())
    if stop.is_set():
        click.echo(f"Interrupted. {go_on}".rstrip(), err=True)
        return 130
    return 0 if report.complete and same else 1


def _finish(run: Callable[[], Awaitable[int]], how_to_go_on: str) -> int:
    """Run a command's work; turn what ends it early into a line and an exit code."""
    try:
        return anyio.run(run)
    except KeyboardInterrupt:
        click.echo(f"Interrupted. {how_to_go_on}".rstrip(), err=True)
        return 130
    except PlanError:
        raise
    except JournalError as error:
        raise Refused(_line(error)) from None
    except sqlite3.Error as error:
        click.echo(f"The journal cannot be written: {error}. {how_to_go_on}", err=True)
        return 1
    except AuthError as error:
        raise Refused(
            f"the portal refuses the webhook: {_line(error)}; check BITRIX24_WEBHOOK, and that the "
            "webhook has the scopes task, sonet_group, socialnetwork and user"
        ) from None
    except NotSent as error:
        raise Refused(
            f"the portal cannot be reached: {_line(error)}; check the address in BITRIX24_WEBHOOK"
        ) from None
    except BitrixScrumError as error:
        raise Refused(
            f"the portal cannot be used: {_line(error)}; check BITRIX24_WEBHOOK"
        ) from None


def _say_problems(error: PlanError) -> None:
    for problem in error.problems[:_MOST_PROBLEMS]:
        click.echo(_line(problem), err=True)
    more = len(error.problems) - _MOST_PROBLEMS
    if more > 0:
        click.echo(f"... and {more} more problems of the plan", err=True)


def _line(said: object) -> str:
    return " ".join(str(said).split())
