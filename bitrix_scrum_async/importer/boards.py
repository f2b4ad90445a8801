"""The stages of a board in the portal, found by what the plan calls them."""

from collections.abc import Iterable, Sequence

from ..records import Stage
from .plan import StagePlan


def match_board(planned: Iterable[StagePlan], stages: Sequence[Stage]) -> dict[str, int]:
    """Find a board's stages by the plan's names.

    The portal shows its default stages in its own language, so a name that is not there is
    looked for by its place among the stages of its type.
    """
    by_name = {stage.name: stage.id for stage in stages}
    found: dict[str, int] = {}
    nth: dict[str, int] = {}
    for plan in planned:
        of_type = [stage.id for stage in stages if stage.type == plan.type]
        n = nth.get(plan.type, 0)
        nth[plan.type] = n + 1
        if plan.name in by_name:
            found[plan.name] = by_name[plan.name]
        elif n < len(of_type):
            found[plan.name] = of_type[n]
    return found
