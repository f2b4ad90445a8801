"""Reading lists to their end: one list, or those of many groups."""

import itertools
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Generic, Protocol, Self, TypeVar

import anyio

from ..calls import UNSET, BatchSender, Call, Effect, Unset, build_call
from ..decoding import Shape
from ..errors import BitrixScrumError, DecodeError
from .arguments import Arguments
from .filters import PAGE, Columns, Filter

TOGETHER: Final = 50
"""Pages that are asked for at once: what one batch holds."""

AHEAD: Final = 200
"""Pages that are held for later, at most: 10,000 rows. Many groups would fill any memory."""


class Row(Protocol):
    """A record with an id."""

    @property
    def id(self) -> int: ...


R = TypeVar("R", bound=Row)

Page = Callable[[Mapping[str, Any]], Call[list[R]]]
"""Makes the call that gives the first rows, by ascending id, that a filter lets through."""


class _Part(Generic[R]):
    """One list on its way to the end: its pages are found by the last id seen.

    Attributes:
        conditions: What the list is asked with, besides the last id.
        rows: Rows that came and were not given yet.
        ended: Whether there are no more pages.
        error: Why the last page did not come.
    """

    def __init__(self, conditions: Mapping[str, Any], after: int) -> None:
        self.conditions = conditions
        self.rows: deque[R] = deque()
        self.ended = False
        self.error: BitrixScrumError | None = None
        self._after = after

    @property
    def filter(self) -> dict[str, Any]:
        """What the next page is asked with."""
        return {**self.conditions, ">ID": self._after}

    @property
    def pages_held(self) -> int:
        """How much it keeps for later. Even a list without rows takes a little."""
        return max(1, -(-len(self.rows) // PAGE))

    def take(self, answer: list[R] | BitrixScrumError, method: str) -> None:
        """Take in the next page, or why it did not come."""
        self.error = None
        if isinstance(answer, BitrixScrumError):
            self.error = answer
            return
        last = self._after
        for row in answer:
            if row.id <= last:
                self.error = DecodeError(
                    f"rows must follow the id {last} in ascending order; the portal"
                    " did not heed the order or the filter",
                    method=method,
                    path="id",
                    value=row.id,
                )
                return
            last = row.id
        self._after = last
        self.rows.extend(answer)
        # A page is cut at 50, so only a shorter one says that there is no more.
        self.ended = len(answer) < PAGE

    def give(self) -> R | None:
        """Give the next row, if it is here; raise why it is not."""
        if self.rows:
            return self.rows.popleft()
        error, self.error = self.error, None
        if error is not None:
            raise error
        return None


class Rows(AsyncIterator[R]):
    """Every row of a list, once, by ascending id. A page is asked for when it is needed.

    Pages are found by the last id seen and not by counting, so rows that come or go meanwhile shift
    nothing: every row that is there throughout is given once. Nothing is held open between
    pages; leave whenever you like, with ``break`` or `aclose`. After an error the next row that is
    wanted asks for what is missing again. Several tasks may read from it: each row goes to one of
    them.

    The lists of many groups come one after the other, while their pages travel together: 50 in a
    request. A row that moves from one of the groups to another meanwhile may be given twice, or
    not at all.
    """

    def __init__(
        self,
        sender: BatchSender,
        page: Page[R],
        parts: Iterable[Mapping[str, Any]],
        after: int,
    ) -> None:
        """Begin before the first page.

        Args:
            sender: Who sends several pages at once.
            page: Makes the call of a page.
            parts: The conditions of each list, in the portal's names.
            after: The id below the first one wanted.
        """
        self._sender = sender
        self._page = page
        self._coming: Iterator[_Part[R]] = (_Part(conditions, after) for conditions in parts)
        self._parts: deque[_Part[R]] = deque()
        self._asking = anyio.Lock()  # two tasks that ask at once would ask for the same pages

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> R:
        row = self._here()
        if row is None:
            async with self._asking:
                row = self._here()
                while row is None and (self._parts or self._admit(1)):
                    await self._turn()
                    row = self._here()
        if row is None:
            raise StopAsyncIteration
        return row

    async def aclose(self) -> None:
        """Ask for nothing more."""
        self._parts.clear()
        self._coming = iter(())

    def _here(self) -> R | None:
        """The next row, if it came already; raise why it did not."""
        while self._parts:
            part = self._parts[0]
            row = part.give()
            if row is not None or not part.ended:
                return row
            self._parts.popleft()
        return None

    async def _turn(self) -> None:
        """Ask for the next page of the first list, and of as many others as may be held."""
        asked = self._to_ask()
        calls = [self._page(part.filter) for part in asked]
        answers: tuple[list[R] | BitrixScrumError, ...]
        if len(calls) == 1:
            # Awaited, it joins what other tasks send where calls coalesce.
            answers = (await calls[0],)
        else:
            answers = await self._sender.batch(*calls, return_exceptions=True)
        for part, call, answer in zip(asked, calls, answers, strict=True):
            part.take(answer, call.method)

    def _to_ask(self) -> list[_Part[R]]:
        first, *others = self._parts
        asked = [first]
        room = AHEAD - sum(part.pages_held for part in others)
        for part in others:
            if len(asked) < TOGETHER and room > 0 and not part.ended:
                asked.append(part)
                room -= 1
        return [*asked, *self._admit(max(0, min(TOGETHER - len(asked), room)))]

    def _admit(self, most: int) -> list[_Part[R]]:
        new = list(itertools.islice(self._coming, most))
        self._parts.extend(new)
        return new


def rows_of(
    sender: BatchSender,
    method: str,
    columns: Columns,
    filter: Filter,
    shape: Shape[list[R]],
    group_ids: Iterable[int] | Unset = UNSET,
    **fixed: Any,
) -> Rows[R]:
    """Every row of a list that takes ``order`` and ``filter``.

    Args:
        sender: Who sends the pages.
        method: The portal's method.
        columns: What it can be asked for.
        filter: The caller's conditions.
        shape: What a page looks like.
        group_ids: The groups whose lists are wanted, one after the other.
        fixed: Parameters of every page.

    Raises:
        InvalidCall: A condition that the portal would not heed, or a group that is none.
    """
    check = Arguments(method)
    conditions = columns.filter(check, filter)
    after = columns.floor(check, conditions)

    def page(conditions: Mapping[str, Any]) -> Call[list[R]]:
        params = {**fixed, "order": {"ID": "asc"}, "filter": conditions}
        return build_call(sender, method, params, effect=Effect.READ, shape=shape)

    if isinstance(group_ids, Unset):
        return Rows(sender, page, [conditions], after)
    groups = check.known_ids("group_ids", group_ids)
    for name in ("GROUP_ID", "=GROUP_ID"):
        if name in conditions:
            raise check.refusal(
                f"filter[{name!r}]",
                conditions[name],
                "was given as group_ids too; pass it once",
            )
    return Rows(sender, page, ({**conditions, "GROUP_ID": group} for group in groups), after)
