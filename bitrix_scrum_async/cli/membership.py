"""Which groups the webhook's user belongs to. Others are shown no sprints, nor told so."""

from typing import Any

from ..calls import Call, Effect
from ..errors import BitrixScrumError, InsufficientScope
from ..session import PortalSession
from ..wire import is_list, is_map


def own_groups(portal: PortalSession) -> Call[Any]:
    """Ask for the groups of the webhook's user."""
    return portal.call("sonet_group.user.groups", effect=Effect.READ)


def ids_of(answer: Any) -> set[int] | None:
    """Return the ids of those groups; ``None`` where the portal does not say.

    Raises:
        BitrixScrumError: Why it does not say, unless only the scope is missing.
    """
    rows = unless_lacking(answer)
    if not is_list(rows):
        return None
    ids = [str(row.get("GROUP_ID")) for row in rows if is_map(row)]
    return {int(each) for each in ids if each.isdecimal()}


def unless_lacking(answer: Any) -> Any:
    """Return what a batch gave for a call; ``None`` where the scope for it is missing.

    Raises:
        BitrixScrumError: Another failure of the call.
    """
    if isinstance(answer, InsufficientScope):
        return None
    if isinstance(answer, BitrixScrumError):
        raise answer
    return answer
