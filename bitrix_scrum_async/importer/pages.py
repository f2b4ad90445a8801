"""Reads lists to their ends by the ids of their rows, the pages of many lists in one batch."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

from ..calls import Call
from ..errors import BitrixScrumError, InvalidCall
from ..resources.filters import PAGE
from ..session import PortalSession

T = TypeVar("T")

Page: TypeAlias = Callable[[int], Call[list[T]]]
"""Makes the call of the page behind an id."""


async def read_lists(
    portal: PortalSession, lists: Sequence[Page[T]]
) -> list[dict[int, T] | BitrixScrumError]:
    """Read lists to their ends.

    Args:
        portal: The session to read with.
        lists: How to ask for a page of each.

    Returns:
        For each list its rows by id, or why it could not be read.
    """
    found: list[dict[int, T] | BitrixScrumError] = [{} for _ in lists]
    open_ = list(range(len(lists)))
    while open_:
        calls: dict[int, Call[list[T]]] = {}
        for n in open_:
            try:
                calls[n] = lists[n](max(_rows(found[n]), default=0))
            except InvalidCall as error:
                found[n] = error
        answers: tuple[Any, ...] = await portal.batch(*calls.values(), return_exceptions=True)
        more: list[int] = []
        for n, answer in zip(calls, answers, strict=True):
            if isinstance(answer, BitrixScrumError):
                found[n] = answer
                continue
            _rows(found[n]).update({int(row.id): row for row in answer})
            if len(answer) == PAGE:
                more.append(n)
        open_ = more
    return found


def _rows(found: dict[int, T] | BitrixScrumError) -> dict[int, T]:
    return {} if isinstance(found, BitrixScrumError) else found
