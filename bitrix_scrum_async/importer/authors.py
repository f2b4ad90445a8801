"""Who stands behind the names of a plan: users by id or by e-mail address."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

import attrs

from ..calls import Effect
from ..errors import DecodeError, InsufficientScope
from ..resources.filters import PAGE
from ..session import PortalSession
from ..wire import is_map
from .fields import LARGEST_ID
from .plan import GroupPlan, Plan, TaskPlan, UserName
from .problems import Path, PlanError, Problem


@attrs.frozen(kw_only=True)
class Authors:
    """The users of an import.

    Attributes:
        caller: The user whose webhook or token it is.
        creator: Who creates records by the plan, or ``None`` for the caller.
        responsible: Who is responsible where a task names nobody, or ``None`` for the scrum master.
        known: User ids by e-mail address.
    """

    caller: int
    creator: int | None
    responsible: int | None
    known: Mapping[str, int]

    @property
    def created_by(self) -> int:
        """Who creates records."""
        return self.creator or self.caller

    def id(self, name: UserName) -> int:
        """Return the id of a user."""
        return self.known[name.lower()] if isinstance(name, str) else name

    def responsible_for(self, group: GroupPlan, task: TaskPlan) -> int:
        """Return who is responsible for a task."""
        if task.responsible is not None:
            return self.id(task.responsible)
        return self.responsible or self.id(group.scrum_master)


async def identify(portal: PortalSession, plan: Plan, profile: Any = None) -> Authors:
    """Ask the portal who we are, and for the users whom the plan names by e-mail address.

    Args:
        portal: The session to read with.
        plan: Who names them.
        profile: Who we are, where that was asked before, with `read_profile`.

    Raises:
        PlanError: The portal does not know an address, or knows two users with it, or has no user
            with an id.
        DecodeError: The portal does not say who we are.
        BitrixScrumError: The portal refuses us.
    """
    profile = profile or await read_profile(portal)
    caller = _caller(profile)
    addresses = list(dict.fromkeys(name.lower() for _, name in _addresses(plan)))
    answers = await portal.batch(
        *(portal.users.list(filter={"EMAIL": address}) for address in addresses)
    )
    known: dict[str, int] = {}
    for address, users in zip(addresses, answers, strict=True):
        if len(users) == 1:
            known[address] = users[0].id
    absent: set[int] = set()
    # Others than administrators are not shown everybody, such as who has left.
    if is_map(profile) and profile.get("ADMIN") is True:
        absent = await not_shown(portal, {name for _, name in named(plan) if isinstance(name, int)})
    places: dict[UserName, list[Path]] = {}
    for path, name in named(plan):
        if isinstance(name, str):
            if name.lower() not in known:
                places.setdefault(name.lower(), []).append(path)
        elif name in absent:
            places.setdefault(name, []).append(path)
    problems = [
        Problem(path=paths[0], text=f"{_UNKNOWN[type(name)].format(name)}{_elsewhere(paths)}")
        for name, paths in places.items()
    ]
    if problems:
        raise PlanError(problems)

    def id_of(name: UserName | None) -> int | None:
        return known[name.lower()] if isinstance(name, str) else name

    return Authors(
        caller=caller,
        creator=id_of(plan.defaults.created_by),
        responsible=id_of(plan.defaults.responsible),
        known=known,
    )


async def identify_caller(portal: PortalSession) -> int:
    """Ask the portal who we are.

    Raises:
        DecodeError: It does not say.
        BitrixScrumError: It refuses us.
    """
    return _caller(await read_profile(portal))


async def read_profile(portal: PortalSession) -> Any:
    """Ask the portal who we are. It needs no scope: it tells best whether this is a portal.

    Raises:
        DecodeError: It does not say.
        BitrixScrumError: It refuses us.
    """
    profile = await portal.call("profile", effect=Effect.READ)
    _caller(profile)
    return profile


async def not_shown(portal: PortalSession, user_ids: Iterable[int]) -> set[int]:
    """Return the ids of users whom the portal does not show; none where it may not be asked."""
    # What cannot be an id at all is refused with the record that names it.
    ids = sorted({each for each in user_ids if 0 < each <= LARGEST_ID})
    pages = [ids[n : n + PAGE] for n in range(0, len(ids), PAGE)]
    calls = [portal.users.list(filter={"ID": page}) for page in pages]
    answers: tuple[Any, ...] = await portal.batch(*calls, return_exceptions=True)
    found: set[int] = set()
    for page, users in zip(pages, answers, strict=True):
        if isinstance(users, InsufficientScope):
            found.update(page)
        elif isinstance(users, BaseException):
            raise users
        else:
            found.update(user.id for user in users)
    return set(ids) - found


def _caller(profile: Any) -> int:
    members: Mapping[str, Any] = {}
    if isinstance(profile, dict):
        members = cast("dict[str, Any]", profile)
    found = members.get("ID")
    if isinstance(found, (int, str)) and re.fullmatch(r"[1-9]\d{0,17}", str(found), re.ASCII):
        return int(found)
    raise DecodeError(
        "a user id should stand here; is this the address of a Bitrix24 portal?",
        method="profile",
        path="ID" if members else "",
        value=found if members else profile,
    )


_UNKNOWN: Mapping[type, str] = {
    str: "the portal knows no single user with the address {}: write a user id",
    int: "the portal has no user {}: write another id",
}


def _elsewhere(places: Sequence[Path]) -> str:
    """Count the other places of one problem: a person of an export may have a thousand tasks."""
    others = len(places) - 1
    if not others:
        return ""
    return f", here and in {others} other place" + ("" if others == 1 else "s")


def _addresses(plan: Plan) -> Iterator[tuple[Path, str]]:
    for path, name in named(plan):
        if isinstance(name, str):
            yield path, name


def named(plan: Plan) -> Iterator[tuple[Path, UserName | None]]:
    """Give whom a plan names, and where."""
    yield ("defaults", "created_by"), plan.defaults.created_by
    yield ("defaults", "responsible"), plan.defaults.responsible
    for g, group in enumerate(plan.groups):
        yield ("groups", g, "scrum_master"), group.scrum_master
        for n, member in enumerate(group.members):
            yield ("groups", g, "members", n), member
        for n, task in enumerate(group.tasks):
            yield ("groups", g, "tasks", n, "responsible"), task.responsible
