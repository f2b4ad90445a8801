"""Asks a portal what an import of a plan would do. Only reads."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from os import PathLike

from ..errors import GroupNotFound
from ..session import PortalSession
from .admission import lacking_scopes, refuse_lacking
from .authors import identify, named, not_shown, read_profile
from .contents import read_contents
from .finding import FoundGroup, find_groups
from .foresight import DryRun, Foreseen
from .journal import Journal, is_new
from .plan import Plan
from .progress import OnProgress, Progress, silent
from .prospects import Prospects
from .scopes import WRITING
from .writes import GroupWrites


async def dry_run(
    portal: PortalSession,
    plan: Plan,
    *,
    journal: str | PathLike[str],
    again: bool = False,
    on_progress: OnProgress = silent,
) -> DryRun:
    """Tell what an import would do: create, leave alone, or fail to do.

    Args:
        portal: The session to read with.
        plan: What shall be imported.
        journal: The journal of the import; it need not be there yet, and is not begun.
        again: Whether groups would be made that another import has made already.
        on_progress: Told after each group.

    Raises:
        PlanError: The plan contradicts itself, or names users whom the portal does not know.
        JournalError: The journal belongs to another portal or plan, or is none.
        BitrixScrumError: The portal cannot be used at all.
    """
    requests = portal.stats.requests
    profile = await read_profile(portal)
    lacking = await lacking_scopes(portal, plan)
    if not set(lacking) <= set(WRITING):
        refuse_lacking(lacking)  # nothing could be looked at; all that is lacking is said at once
    authors = await identify(portal, plan, profile)
    users = {authors.id(name) for _, name in named(plan) if name is not None}
    strangers = await not_shown(portal, users)
    keys = [group.key for group in plan.groups]
    with _known(journal, portal.host, keys) as known:
        places = await find_groups(portal, known, plan.groups)
        if again:
            places = {key: FoundGroup() if at.foreign else at for key, at in places.items()}
        entries: dict[str, list[Foreseen]] = {}
        there: dict[int, Prospects] = {}
        gone: list[str] = []
        for group in plan.groups:
            prospects = Prospects(
                writes=GroupWrites(portal, known, group, authors),
                found=places[group.key],
                strangers=strangers,
                lacking=lacking,
            )
            if prospects.found.id is None:
                entries[group.key] = prospects.without()
            else:
                there[prospects.found.id] = prospects
        on_progress(Progress(phase="looking", done=len(entries), total=len(keys)))
        async for group_id, contents in read_contents(portal, there):
            key = there[group_id].writes.plan.key
            entries[key] = there[group_id].within(contents)
            if isinstance(contents, GroupNotFound):
                gone.append(key)
            on_progress(Progress(phase="looking", done=len(entries), total=len(keys)))
    return DryRun(
        portal=portal.host,
        entries=tuple(each for key in keys for each in entries[key]),
        unknown=tuple(key for key in keys if places[key].foreign),
        gone=tuple(gone),
        requests=portal.stats.requests - requests,
    )


@contextmanager
def _known(path: str | PathLike[str], portal: str, keys: Iterable[str]) -> Generator[Journal]:
    """Open a journal to read; where there is none, an empty one that nobody will see."""
    if is_new(path):
        with Journal.open(":memory:", portal=portal) as journal:
            yield journal
    else:
        with Journal.read(path, portal=portal, groups=keys) as journal:
            yield journal
