"""`bitrix-scrum groups`: the Scrum groups of a portal."""

from typing import Any

import attrs
import click

from ..errors import InsufficientScope
from ..records import Group, Sprint, User
from ..resources.filters import PAGE
from ..session import PortalSession
from ..transport.limits import Limits
from .connection import limit_rate_option, limited, limits_option, open_portal
from .exits import run_async
from .membership import ids_of, own_groups, unless_lacking
from .progress import Watch
from .screen import new_list, on_one_line, plain_console, print_json, print_line, print_table


@attrs.frozen(kw_only=True)
class ScrumGroup:
    """A Scrum group as it is listed.

    Attributes:
        group: The group.
        scrum_master: The scrum master's name; empty where the portal does not show it.
        member: Whether the webhook's user belongs to it; ``None`` where the portal does not say.
        active: Its active sprint. Others than members are not shown any.
        shown: Whether the webhook may see sprints at all.
    """

    group: Group
    scrum_master: str
    member: bool | None
    active: Sprint | None
    shown: bool


@click.command()
@limits_option
@limit_rate_option
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def groups(limits: Limits, limit_rate: float | None, *, as_json: bool) -> int:
    """List the Scrum groups that the portal shows to the webhook's user.

    Sprints are shown to members of a group only, even to an administrator.
    """
    watch = Watch()

    async def run() -> int:
        async with open_portal(limited(limits, limit_rate), watch.on_event) as portal:
            with watch.shown():
                found = await scrum_groups(portal)
        if as_json:
            print_json([_tree(each) for each in found])
        else:
            _show(portal.host, found)
        return 0

    return run_async(run)


async def scrum_groups(portal: PortalSession) -> list[ScrumGroup]:
    """Read all Scrum groups, by id.

    Raises:
        BitrixScrumError: The portal does not give them.
    """
    scrums = [group async for group in portal.groups.all() if group.is_scrum]
    if not scrums:
        return []
    masters = sorted({group.scrum_master_id or 0 for group in scrums})
    pages = [masters[n : n + PAGE] for n in range(0, len(masters), PAGE)]
    answers: tuple[Any, ...] = await portal.batch(
        own_groups(portal),
        *(portal.users.list(filter={"ID": page}) for page in pages),
        *(portal.sprints.active(group.id) for group in scrums),
        return_exceptions=True,
    )
    own, *rest = answers
    users: dict[int, User] = {}
    # Names are a courtesy: a webhook without the scope sees the groups all the same.
    for each in rest[: len(pages)]:
        users.update({user.id: user for user in unless_lacking(each) or ()})
    belongs = ids_of(own)
    return [
        ScrumGroup(
            group=group,
            scrum_master=_name(users, group.scrum_master_id or 0),
            member=None if belongs is None else group.id in belongs,
            active=unless_lacking(active),
            shown=not isinstance(active, InsufficientScope),
        )
        for group, active in zip(scrums, rest[len(pages) :], strict=True)
    ]


def _name(users: dict[int, User], user_id: int) -> str:
    return users[user_id].full_name if user_id in users else ""


def _tree(each: ScrumGroup) -> dict[str, Any]:
    group, active = each.group, each.active
    return {
        "id": group.id,
        "name": group.name,
        "scrum_master": {"id": group.scrum_master_id, "name": each.scrum_master},
        "members": group.number_of_members,
        "closed": group.closed,
        "member": each.member,
        "active_sprint": None if active is None else {"id": active.id, "name": active.name},
    }


def _show(host: str, found: list[ScrumGroup]) -> None:
    out = plain_console()
    if not found:
        print_line(
            out,
            f"{host} shows no Scrum group to the webhook's user. A group is one once it has a "
            "scrum master.",
        )
        return
    table = new_list()
    table.add_column("Id", justify="right", no_wrap=True)
    table.add_column("Group", min_width=16, ratio=3)
    table.add_column("Scrum master", ratio=2)
    table.add_column("Members", justify="right", no_wrap=True)
    table.add_column("Active sprint", ratio=2)
    for each in found:
        group = each.group
        closed = " (archived)" if group.closed else ""
        table.add_row(
            str(group.id),
            on_one_line(group.name + closed),
            on_one_line(each.scrum_master or f"user {group.scrum_master_id}"),
            "" if group.number_of_members is None else str(group.number_of_members),
            on_one_line(_active(each)),
        )
    print_table(out, table)
    foreign = sum(each.member is False for each in found)
    plural = "" if len(found) == 1 else "s"
    print_line(out, f"\n{len(found)} Scrum group{plural} of {host}.")
    if foreign:
        print_line(
            out, f"{foreign} without the webhook's user: their sprints are shown to members only."
        )


def _active(each: ScrumGroup) -> str:
    if each.active is not None:
        return each.active.name
    if not each.shown:
        return "(no scope task)"
    return "(not a member)" if each.member is False else "-"
