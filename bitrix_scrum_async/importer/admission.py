"""Whether an import may begin with groups: asked in one request, before anything is written."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from ..calls import Call, Effect
from ..errors import BitrixScrumError, InsufficientScope
from ..records import Group
from ..session import PortalSession
from ..wire import is_list
from .authors import named
from .finding import import_of
from .journal import JournalError
from .pages import read_lists
from .plan import Plan

WRITING = ("task", "sonet_group")
"""Scopes without which nothing can be created."""

_USERS = ("user", "user_basic", "user_brief")
_PAGE = 50
_SHOWN = 5


async def admit(portal: PortalSession, plan: Plan, *, journal: str, again: bool) -> None:
    """See that the credentials suffice, and that no other import has made groups of a plan.

    Args:
        portal: The session to read with.
        plan: The groups that shall be imported and that the journal does not know.
        journal: What the journal is called.
        again: Whether groups shall be made that another import has made already.

    Raises:
        InsufficientScope: The credentials lack scopes.
        JournalError: An import made groups of the plan, and this is not its journal.
    """
    names = [] if again else list(dict.fromkeys(group.name for group in plan.groups))
    # A call for each name would be a request for each fifty groups.
    lists = [partial(_page, portal, names[n : n + _PAGE]) for n in range(0, len(names), _PAGE)]
    calls: list[Call[Any]] = [_scopes(portal), *(page(0) for page in lists)]
    scopes, *pages = await portal.batch(*calls, return_exceptions=True)
    if isinstance(scopes, BaseException):
        raise scopes
    refuse_lacking(_lacking(scopes, plan))
    found: dict[int, Group] = {}
    unread: list[Any] = []
    for page, rows in zip(lists, pages, strict=True):
        if isinstance(rows, BaseException):
            raise rows
        found.update({row.id: row for row in rows})
        if len(rows) == _PAGE:
            unread.append(page)
    for rest in await read_lists(portal, unread):
        if isinstance(rest, BitrixScrumError):
            raise rest
        found.update(rest)
    _refuse_made(plan, found.values(), journal)


async def lacking_scopes(portal: PortalSession, plan: Plan) -> list[str]:
    """Return what the credentials may not use although an import needs it."""
    return _lacking(await _scopes(portal), plan)


def refuse_lacking(scopes: Sequence[str]) -> None:
    """Refuse credentials that lack scopes.

    Raises:
        InsufficientScope: They do; it names all of them.
    """
    if scopes:
        raise InsufficientScope(
            "insufficient_scope",
            f"the webhook or application has no scope {' and '.join(scopes)}, which an import of "
            "this plan needs",
            advice="give it that in the portal",
        )


def _scopes(portal: PortalSession) -> Call[Any]:
    return portal.call("scope", effect=Effect.READ)


def _lacking(scopes: Any, plan: Plan) -> list[str]:
    if not is_list(scopes):
        return []
    lacking = [each for each in (*WRITING, "socialnetwork") if each not in scopes]
    by_address = any(isinstance(name, str) for _, name in named(plan))
    if by_address and not any(each in scopes for each in _USERS):
        lacking.append("user")
    return lacking


def _page(portal: PortalSession, names: Sequence[str], last: int) -> Call[list[Group]]:
    return portal.groups.list(filter={"NAME": names, ">ID": last})


def _refuse_made(plan: Plan, rows: Iterable[Group], journal: str) -> None:
    rows = sorted(rows, key=lambda row: row.id)
    made = [
        f"{group.key} (#{row.id})"
        for group in plan.groups
        for row in rows
        if import_of(row, group.key)
    ]
    if not made:
        return
    some = ", ".join(made[:_SHOWN]) + (", ..." if len(made) > _SHOWN else "")
    raise JournalError(
        f"the journal {journal} does not know groups of this plan that an import has made in the "
        f"portal: {some}: give the journal of that import with --journal to go on, or make them a "
        "second time with --again"
    )
