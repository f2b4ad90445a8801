"""Reading lists to their end: one list, or those of many groups."""

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Self

from ..calls import UNSET, BatchSender, Call, Unset
from ..errors import BitrixScrumError
from .filters import PAGE, Columns, Filter
from .method import Method
from .windows import TOGETHER, Listing, R, Window

AHEAD: Final = 200
"""Pages that are held for later, at most: 10,000 rows. Many groups would fill any memory."""

SPARE: Final = 4
"""Pages free in a batch that make it worth a page to look up where a list ends."""

Page = Callable[[Mapping[str, Any]], Call[list[R]]]
"""Makes the call that gives the first rows, by ascending id, that a filter lets through."""


class Rows(AsyncIterator[R]):
    """Every row of a list, once, by ascending id. A page is asked for when it is needed.

    Pages are found by ids and not by counting, so rows that come or go meanwhile shift
    nothing: every row that is there throughout is given once. The first page comes alone; if there
    are more, up to 50 of them come in a request. Nothing is held open between
    pages; leave whenever you like, with ``break`` or `aclose`. After an error the next row that is
    wanted asks for what is missing again. Several tasks may read from it: each row goes to one of
    them.

    The lists of many groups come one after the other, while their pages travel together. A row
    that moves from one of the groups to another meanwhile may be given twice, or not at all.
    """

    def __init__(
        self,
        sender: BatchSender,
        page: Page[R],
        parts: Iterable[Mapping[str, Any]],
        after: int,
        *,
        newest: Page[R] | None = None,
    ) -> None:
        """Begin before the first page.

        Args:
            sender: Who sends several pages at once.
            page: Makes the call of a page.
            parts: The conditions of each list, in the portal's names.
            after: The id below the first one wanted.
            newest: Makes the call of the page with the last rows. Without it a list is read page
                by page, as is right for a method that may not know ranges of ids.
        """
        self._sender = sender
        self._page = page
        self._newest = newest
        self._coming: Iterator[Window[R]] = (
            Listing(conditions, after).whole() for conditions in parts
        )
        self._windows: deque[Window[R]] = deque()
        self._asking = asyncio.Lock()  # two tasks that ask at once would ask for the same pages

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> R:
        row = self._here()
        if row is None:
            async with self._asking:
                row = self._here()
                while row is None and (self._windows or self._admit(1)):
                    await self._turn()
                    row = self._here()
        if row is None:
            raise StopAsyncIteration
        return row

    async def aclose(self) -> None:
        """Ask for nothing more."""
        self._windows.clear()
        self._coming = iter(())

    def _here(self) -> R | None:
        """The next row, if it came already; raise why it did not."""
        while self._windows:
            window = self._windows[0]
            row = window.give()
            if row is not None or not window.ended:
                return row
            self._windows.popleft()
        return None

    async def _turn(self) -> None:
        """Ask for the next page of the first window, and of as many others as may be held."""
        asked, endless = self._plan()
        calls = [self._page(window.filter) for window in asked]
        if self._newest is not None:
            calls += [self._newest(conditions) for _, conditions in endless]
        answers: tuple[list[R] | BitrixScrumError, ...]
        if len(calls) == 1:
            # Awaited, it joins what other tasks send where calls coalesce.
            answers = (await calls[0],)
        else:
            answers = await self._sender.batch(*calls, return_exceptions=True)
        for window, call, answer in zip(asked, calls, answers, strict=False):
            window.take(answer, call.method)
        for (listing, _), last in zip(endless, answers[len(asked) :], strict=True):
            # Not to know where a list ends costs time, and no row.
            if not isinstance(last, BitrixScrumError):
                listing.newest = max((row.id for row in last), default=0)
        # Many that gave nothing would fill any memory, too.
        self._windows = deque(window for window in self._windows if window.rows or not window.ended)

    def _plan(self) -> tuple[list[Window[R]], list[tuple[Listing, dict[str, Any]]]]:
        """Choose what to ask for.

        Returns:
            The windows that want a page, and the lists whose end is looked up, with the conditions
            of their last window.
        """
        first, *others = self._windows
        free = AHEAD - sum(len(window.rows) for window in others) // PAGE
        # What is wanted now does not wait for what is wanted later: a batch is left to it.
        later = max(0, min(TOGETHER, free - TOGETHER + 1) - 1)
        asked = [first, *itertools.islice((one for one in others if not one.ended), later)]
        asked += self._admit(1 + later - len(asked))
        endless: list[tuple[Listing, dict[str, Any]]] = []
        if self._newest is None:
            return asked, endless
        windows: deque[Window[R]] = deque()
        wanted = set(asked)
        for window in self._windows:
            windows.append(window)
            if window in wanted:
                most = min(TOGETHER, free) if window is first else 1 + later
                spare = most - len(asked) - len(endless)
                if spare >= SPARE and window.has_no_end_in_sight:
                    endless.append((window.listing, window.filter))
                    spare -= 1
                rest = window.split(1 + spare)
                windows.extend(rest)
                asked.extend(rest)
        self._windows = windows
        return asked, endless

    def _admit(self, most: int) -> list[Window[R]]:
        new = list(itertools.islice(self._coming, most))
        self._windows.extend(new)
        return new


def rows_of(
    sender: BatchSender,
    method: Method[list[R]],
    columns: Columns,
    filter: Filter,
    group_ids: Iterable[int] | Unset = UNSET,
    **fixed: Any,
) -> Rows[R]:
    """Every row of a list that takes ``order`` and ``filter``.

    Args:
        sender: Who sends the pages.
        method: The portal's method.
        columns: What it can be asked for.
        filter: The caller's conditions.
        group_ids: The groups whose lists are wanted, one after the other.
        fixed: Parameters of every page.

    Raises:
        InvalidCall: A condition that the portal would not heed, or a group that is none.
    """
    check = method.check
    conditions = columns.filter(check, filter)
    after = columns.floor(check, conditions)

    def ordered(conditions: Mapping[str, Any], direction: str) -> Call[list[R]]:
        params = {**fixed, "order": {"ID": direction}, "filter": conditions}
        return method.build(sender, params)

    def page(conditions: Mapping[str, Any]) -> Call[list[R]]:
        return ordered(conditions, "asc")

    def newest(conditions: Mapping[str, Any]) -> Call[list[R]]:
        return ordered(conditions, "desc")

    if isinstance(group_ids, Unset):
        return Rows(sender, page, [conditions], after, newest=newest)
    groups = check.known_ids("group_ids", group_ids)
    for name in ("GROUP_ID", "=GROUP_ID"):
        if name in conditions:
            raise check.refusal(
                f"filter[{name!r}]",
                conditions[name],
                "was given as group_ids too; pass it once",
            )
    parts = ({**conditions, "GROUP_ID": group} for group in groups)
    return Rows(sender, page, parts, after, newest=newest)
