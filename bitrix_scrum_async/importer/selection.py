"""A part of a plan: some of its groups."""

import difflib
from collections.abc import Sequence

import attrs

from .plan import Plan
from .problems import PlanError, Problem


def select(plan: Plan, keys: Sequence[str]) -> Plan:
    """Return a plan with the groups of some keys only, in its own order.

    Args:
        plan: The plan.
        keys: The keys; none for all groups.

    Raises:
        PlanError: The plan has no group of a key; it names near ones.
    """
    if not keys:
        return plan
    known = [group.key for group in plan.groups]
    problems = [Problem(path=("groups",), text=_absent(key, known)) for key in keys]
    problems = [each for key, each in zip(keys, problems, strict=True) if key not in known]
    if problems:
        raise PlanError(problems)
    return attrs.evolve(plan, groups=tuple(group for group in plan.groups if group.key in keys))


def _absent(key: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, known, n=3)
    names = ", ".join(map(repr, near or known[:12]))
    if near:
        return f"no group has the key {key!r}: did you mean {names}?"
    return f"no group has the key {key!r}; there are {names}"
