"""Whether an import may begin or go on: asked in one request, before anything is written."""

from collections.abc import Sequence
from typing import Any

import attrs

from ..calls import Call, Effect
from ..errors import GroupNotFound, InsufficientScope
from ..records import Group
from ..resources.filters import PAGE
from ..session import PortalSession
from ..wire import is_list
from .authors import named
from .candidates import Candidates
from .journal import Journal, JournalError, State
from .marks import imports_of, marks_of
from .plan import GroupPlan, Plan
from .scopes import called, lacking

_SHOWN = 5


@attrs.frozen(kw_only=True)
class _Known:
    """A group that the journal has made.

    Attributes:
        id: Its id.
        key: Its key.
        mark: What it was given as a keyword; journals of the first versions do not say.
    """

    id: int
    key: str
    mark: str

    def __str__(self) -> str:
        return f"{self.key} (#{self.id})"


async def admit(
    portal: PortalSession, plan: Plan, *, journal: Journal | None, name: str, again: bool
) -> None:
    """See that an import has all that it needs.

    The credentials suffice, the portal has the groups that the journal knows, and no other import
    has made those that it does not know.

    Args:
        portal: The session to read with.
        plan: The groups that shall be imported.
        journal: What is known of them; ``None`` where it is yet to be begun.
        name: What the journal is called.
        again: Whether groups shall be made that another import has made already.

    Raises:
        InsufficientScope: The credentials lack scopes.
        JournalError: A group that the journal knows is not in the portal; or an import made groups
            of the plan, and this is not its journal.
    """
    known, new = _sorted(plan, journal)
    parts = [known[n : n + PAGE] for n in range(0, len(known), PAGE)]
    candidates = Candidates.of(portal, journal, () if again else new)
    calls: list[Call[Any]] = [
        _scopes(portal),
        *(portal.groups.list(filter={"ID": [each.id for each in part]}) for part in parts),
        *([] if again or not new else candidates.first()),
    ]
    scopes, *answers = await portal.batch(*calls, return_exceptions=True)
    if isinstance(scopes, BaseException):
        raise scopes
    refuse_lacking(_lacking(scopes, plan))
    pages: list[list[Group]] = []
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
        pages.append(answer)
    rows = {row.id: row for page in pages[: len(parts)] for row in page}
    await _refuse_gone(portal, known, rows, name)
    if new and not again:
        await candidates.read(pages[len(parts) :])
        _refuse_made(new, candidates, name)


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
            f"the webhook or application lacks {called(scopes)}, which an import of this plan "
            "needs",
            advice=f"give it {'that' if len(scopes) == 1 else 'those'} in the portal",
        )


def _scopes(portal: PortalSession) -> Call[Any]:
    return portal.call("scope", effect=Effect.READ)


def _lacking(scopes: Any, plan: Plan) -> list[str]:
    if not is_list(scopes):
        return []
    by_address = any(isinstance(name, str) for _, name in named(plan))
    return lacking([str(scope) for scope in scopes], addresses=by_address)


def _sorted(plan: Plan, journal: Journal | None) -> tuple[list[_Known], list[GroupPlan]]:
    """Tell the groups that the journal has made, and those that are to be made.

    Of one that is under way nobody knows: settling looks for it.
    """
    known: list[_Known] = []
    new: list[GroupPlan] = []
    for group in plan.groups:
        entry = None if journal is None else journal.entry("group", group.key)
        if journal is None or entry is None or entry.state is State.FAILED:
            new.append(group)
        elif entry.state is State.DONE and entry.id is not None:
            known.append(_Known(id=entry.id, key=group.key, mark=entry.tag))
    return known, new


async def _refuse_gone(
    portal: PortalSession, known: Sequence[_Known], rows: dict[int, Group], journal: str
) -> None:
    """Refuse to go on where the portal has not the groups that a journal knows."""
    unseen = [each for each in known if each.id not in rows]
    # An administrator may look at a group that is not in the list of theirs.
    answers: tuple[Any, ...] = await portal.batch(
        *(portal.groups.get(each.id) for each in unseen), return_exceptions=True
    )
    gone: list[_Known] = []
    for each, answer in zip(unseen, answers, strict=True):
        if isinstance(answer, GroupNotFound):
            gone.append(each)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            rows[each.id] = answer
    if gone:
        raise JournalError(
            f"the portal does not show {_some(gone)}, which the journal {journal} knows: it is "
            "another portal, it was removed there, or the webhook's user may not see it; begin "
            "with another --journal, use the webhook that began the import, or name the groups "
            "that are left with --only"
        )
    # Who leads a group may take our mark off; that of another import is no accident.
    others = [
        each
        for each in known
        if each.mark and imports_of(rows[each.id]) and each.mark not in marks_of(rows[each.id])
    ]
    if others:
        raise JournalError(
            f"{_some(others)}, which the journal {journal} knows, is of another import here: it is "
            "another portal than the one of that journal; begin with another --journal"
        )


def _refuse_made(new: Sequence[GroupPlan], candidates: Candidates, journal: str) -> None:
    made = [
        f"{group.key} (#{row.id}" + (")" if row.name == group.name else f", called {row.name!r})")
        for group in new
        for row, _ in candidates.made_for(group.key)
    ]
    if made:
        raise JournalError(
            f"the journal {journal} does not know groups of this plan that an import has made in "
            f"the portal: {_some(made)}: give the journal of that import with --journal to go on, "
            "or make them a second time with --again"
        )


def _some(each: Sequence[object]) -> str:
    return ", ".join(map(str, each[:_SHOWN])) + (", ..." if len(each) > _SHOWN else "")
