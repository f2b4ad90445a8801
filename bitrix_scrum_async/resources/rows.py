"""Reading a list to its end."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol, Self, TypeVar

from ..calls import Call, Effect, Sender, build_call
from ..decoding import Shape
from ..errors import DecodeError
from .arguments import Arguments
from .filters import PAGE, Columns, Filter


class Row(Protocol):
    """A record with an id."""

    @property
    def id(self) -> int: ...


R = TypeVar("R", bound=Row)


class Rows(AsyncIterator[R]):
    """Every row of a list, once, by ascending id. A page is asked for when it is needed.

    Pages are found by the last id seen and not by counting, so rows that come or go meanwhile shift
    nothing: every row that is there throughout is given once. Nothing is held open between
    pages; leave whenever you like, with ``break`` or `aclose`. After an error the next row that is
    wanted asks for the same page again.
    """

    def __init__(
        self,
        page: Callable[[Mapping[str, Any]], Call[list[R]]],
        conditions: Mapping[str, Any],
        after: int,
    ) -> None:
        """Begin before the first page.

        Args:
            page: Makes the call that gives the first rows, by ascending id, that a filter lets
                through.
            conditions: The caller's conditions, in the portal's names.
            after: The id below the first one wanted.
        """
        self._page = page
        self._conditions = conditions
        self._after = after
        self._rows: list[R] = []
        self._next = 0
        self._ended = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> R:
        while self._next == len(self._rows):
            if self._ended:
                raise StopAsyncIteration
            await self._turn()
        row = self._rows[self._next]
        self._next += 1
        return row

    async def aclose(self) -> None:
        """Ask for nothing more."""
        self._ended = True
        self._rows, self._next = [], 0

    async def _turn(self) -> None:
        call = self._page({**self._conditions, ">ID": self._after})
        rows = await call
        last = self._after
        for row in rows:
            if row.id <= last:
                raise DecodeError(
                    f"rows must follow the id {last} in ascending order; the portal"
                    " did not heed the order or the filter",
                    method=call.method,
                    path="id",
                    value=row.id,
                )
            last = row.id
        self._after = last
        # A page is cut at 50, so only a shorter one says that there is no more.
        self._ended = self._ended or len(rows) < PAGE
        self._rows, self._next = rows, 0


def rows_of(
    sender: Sender,
    method: str,
    columns: Columns,
    filter: Filter,
    shape: Shape[list[R]],
    **fixed: Any,
) -> Rows[R]:
    """Every row of a list that takes ``order`` and ``filter``.

    Args:
        sender: Who sends the pages.
        method: The portal's method.
        columns: What it can be asked for.
        filter: The caller's conditions.
        shape: What a page looks like.
        fixed: Parameters of every page.

    Raises:
        InvalidCall: A condition that the portal would not heed.
    """
    check = Arguments(method)
    conditions = columns.filter(check, filter)

    def page(conditions: Mapping[str, Any]) -> Call[list[R]]:
        params = {**fixed, "order": {"ID": "asc"}, "filter": conditions}
        return build_call(sender, method, params, effect=Effect.READ, shape=shape)

    return Rows(page, conditions, columns.floor(check, conditions))
