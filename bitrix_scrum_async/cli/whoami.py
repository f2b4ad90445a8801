"""`bitrix-scrum whoami`: whose webhook it is, what it may do, and what is missing for what."""

import datetime as dt
from collections.abc import Mapping
from statistics import median
from typing import Any, Final, Literal

import attrs
import click
from rich.table import Table
from rich.text import Text

from ..calls import Effect
from ..errors import BitrixScrumError
from ..importer.scopes import IMPORTING, READING, called, lacking, shows_addresses
from ..session import PortalSession
from ..transport.events import Event, RequestAnswered
from ..transport.limits import Limits
from ..wire import is_list, is_map
from .connection import limit_rate_option, limited, limits_option, open_portal
from .exits import Refused, one_line, run_async
from .progress import Watch
from .screen import plain_console, print_json, print_table

Purpose = Literal["reading", "importing"]

_SCOPES: Final[Mapping[Purpose, tuple[str, ...]]] = {"reading": READING, "importing": IMPORTING}
"""What a webhook needs to show groups and sprints; to import, verify and export them."""

_SCRUM: Final = "tasks.api.scrum.sprint.list"
_SAMPLES: Final = 3
# The portal tells its time in whole seconds, and the answer takes a while.
_SAME_CLOCK: Final = 5.0


@attrs.frozen(kw_only=True)
class Identity:
    """What a portal says about a webhook.

    Attributes:
        portal: The portal's host.
        user_id: As whom the webhook acts.
        user: Their name.
        admin: Whether they are an administrator.
        scopes: What the webhook may use.
        scrum: Whether the portal has the methods of Scrum; ``None`` where it does not say.
        time: The portal's clock, with the zone in which it keeps dates.
        here: This machine's clock at that moment, in its own zone.
        seconds: How long a small request takes.
    """

    portal: str
    user_id: int
    user: str
    admin: bool
    scopes: tuple[str, ...]
    scrum: bool | None
    time: dt.datetime
    here: dt.datetime
    seconds: float

    @property
    def clock_difference(self) -> float:
        """How many seconds the portal's clock is ahead; 0 where that cannot be told from none."""
        found = (self.time - self.here).total_seconds()
        return round(found, 1) if abs(found) > _SAME_CLOCK + self.seconds else 0.0

    def missing(self, purpose: Purpose) -> list[str]:
        """Say what is missing for a purpose; nothing where it is ready."""
        found: list[str] = []
        if scopes := [scope for scope in _SCOPES[purpose] if scope not in self.scopes]:
            found.append(called(scopes))
        if self.scrum is False:
            found.append(f"Scrum in the portal (it does not know {_SCRUM})")
        return found

    def as_json(self) -> dict[str, Any]:
        """Give all of it for a program."""
        purposes: dict[str, Any] = {
            purpose: {"ready": not self.missing(purpose), "missing": self.missing(purpose)}
            for purpose in _SCOPES
        }
        return {
            "portal": self.portal,
            "user": {"id": self.user_id, "name": self.user, "admin": self.admin},
            "scopes": list(self.scopes),
            "scrum": self.scrum,
            "time": {
                "portal": self.time,
                "here": self.here,
                "clock_difference": self.clock_difference,
            },
            "answer_seconds": round(self.seconds, 4),
            **purposes,
        }


@click.command()
@click.option(
    "--for",
    "purpose",
    type=click.Choice(["reading", "importing"]),
    default="importing",
    show_default=True,
    help="What the webhook is wanted for: to look at groups and sprints, or to import, verify "
    "and export them, too. Exits with 1 where something is missing for it.",
)
@limits_option
@limit_rate_option
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
def whoami(purpose: Purpose, limits: Limits, limit_rate: float | None, *, as_json: bool) -> int:
    """Check the webhook: whose it is, what it may do, the portal's clock and speed. Only reads."""
    watch = Watch()
    taken: list[float] = []

    def on_event(event: Event) -> None:
        watch.on_event(event)
        if isinstance(event, RequestAnswered):
            taken.append(event.seconds)

    async def run() -> int:
        async with open_portal(limited(limits, limit_rate), on_event) as portal:
            with watch.shown():
                found = await identity(portal, taken)
        if as_json:
            print_json(found.as_json())
        else:
            _show(found)
        return 1 if found.missing(purpose) else 0

    return run_async(run)


async def identity(portal: PortalSession, taken: list[float]) -> Identity:
    """Ask a portal about the session's webhook.

    Args:
        portal: The session.
        taken: Where the session notes how long each answer took.

    Raises:
        Refused: It does not say who the user is, or what time it is.
        BitrixScrumError: It cannot be asked.
    """
    answers: tuple[Any, ...] = await portal.batch(
        portal.call("profile", effect=Effect.READ),
        portal.call("scope", effect=Effect.READ),
        portal.call("method.get", {"name": _SCRUM}, effect=Effect.READ),
        return_exceptions=True,
    )
    profile, scopes, method = answers
    for each in (profile, scopes):
        if isinstance(each, BitrixScrumError):
            raise each
    if not is_map(profile) or not str(profile.get("ID")).isdecimal():
        raise Refused(
            f"{portal.host} does not say whose webhook this is: they may have left, or it is no "
            "portal"
        )
    # The first request opens the connection, so it tells little of the others.
    del taken[:]
    time: object = None
    for _ in range(_SAMPLES):
        time = await portal.call("server.time", effect=Effect.READ)
    here = dt.datetime.now().astimezone()
    names = (str(profile.get(name) or "") for name in ("NAME", "LAST_NAME"))
    return Identity(
        portal=portal.host,
        user_id=int(profile["ID"]),
        user=one_line(" ".join(names)),
        admin=profile.get("ADMIN") is True,
        scopes=tuple(sorted(map(str, scopes))) if is_list(scopes) else (),
        scrum=method.get("isExisting") is True if is_map(method) else None,
        time=_moment(time),
        here=here,
        seconds=median(taken),
    )


def _moment(said: object) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(str(said))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Refused(f"the portal does not tell its time: {one_line(said):.60}")
    return found


def _show(found: Identity) -> None:
    out = plain_console()
    table = Table.grid(padding=(0, 2), pad_edge=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    admin = "an administrator" if found.admin else "no administrator"
    rows: dict[str, Text | str] = {
        "Portal": Text(found.portal),
        "User": Text(f"{found.user or 'without a name'} (id {found.user_id}), {admin}"),
        "Scopes": Text(one_line(", ".join(found.scopes)) or "none"),
        "Clock": f"{found.time:%Y-%m-%d} {_clock(found.time)}; this machine: {_clock(found.here)}",
        "Speed": f"{found.seconds * 1000:.0f} ms for a small request",
    }
    for purpose in _SCOPES:
        rows[purpose.capitalize()] = _readiness(found.missing(purpose))
    for name, value in rows.items():
        table.add_row(name, value)
    print_table(out, table)
    for note in _notes(found):
        out.print(f"\n{note}", markup=False, highlight=False)


def _readiness(missing: list[str]) -> Text:
    if not missing:
        return Text("ready", style="green")
    return Text(f"missing: {'; '.join(missing)}", style="red")


def _clock(moment: dt.datetime) -> str:
    return f"{moment:%H:%M:%S} {_zone(moment)}"


def _zone(moment: dt.datetime) -> str:
    # isoformat ends with seconds for zones of the 19th century only.
    return moment.isoformat()[-6:]


def _notes(found: Identity) -> list[str]:
    """What follows from it, where that is not plain."""
    notes: list[str] = []
    if not shows_addresses(found.scopes):
        notes.append(
            "Without the scope user, plans name users by their ids only, and not by e-mail address."
        )
    if lacking(found.scopes, addresses=True):
        notes.append(
            "Scopes are given to a webhook where it was made: in the portal, Developer resources "
            "> Integrations."
        )
    if not found.admin:
        notes.append(
            "The portal shows this user their own groups and open ones, and only these can be "
            "read. To create groups, they need the right to."
        )
    if found.time.utcoffset() != found.here.utcoffset():
        notes.append(
            f"The portal keeps dates in {_zone(found.time)}: a sprint that begins at "
            "midnight here begins there at another hour, or on another day."
        )
    if found.clock_difference:
        notes.append(
            f"The clocks differ by {abs(found.clock_difference):.0f} s: set this machine's, or "
            "the portal's."
        )
    return notes
