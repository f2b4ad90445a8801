"""Long lists, cut into windows of ids that can be read at the same time.

A list is read by its ids, 50 rows a page. One page after the other would take a request for each,
so what is left of a list is cut into windows: ``>ID`` 800 and ``<=ID`` 1200, ``>ID`` 1200 and
``<=ID`` 1600, ... How wide they are follows from how close the ids stood so far. That is a guess,
and only the speed depends on it: a page is cut at 50, so a window that gives fewer rows was given
whole, and one that gives 50 goes on behind the last of them. The last window of a list has no
upper end. So every row is in one window, whatever comes and goes.
"""

from collections import deque
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final, Generic, Protocol, TypeVar

from ..errors import BitrixScrumError, DecodeError
from .arguments import LARGEST_NUMBER
from .filters import PAGE

TOGETHER: Final = 50
"""Pages that are asked for at once: what one batch holds."""

AIM: Final = 40
"""Rows that a window is cut for. A few more than were guessed still fit in a page."""

AT_FIRST: Final = 8
"""Windows that a list is cut into while nobody knows where it ends: most of them may be empty."""


class Row(Protocol):
    """A record with an id."""

    @property
    def id(self) -> int: ...


R = TypeVar("R", bound=Row)


class Listing:
    """What is known of one list.

    Attributes:
        conditions: What it is asked with, besides ranges of ids.
        floor: The id below the first one wanted.
        ceiling: The last id wanted, or ``None``.
        newest: The last id there was, once it was looked up.
    """

    def __init__(self, conditions: Mapping[str, Any], floor: int) -> None:
        self.conditions = {name: value for name, value in conditions.items() if name != "<=ID"}
        self.floor = floor
        self.ceiling: int | None = conditions.get("<=ID")
        self.newest: int | None = None
        self._rows = 0
        self._ids = 0
        self._width: int | None = None

    def whole(self) -> "Window[Any]":
        """All of it in one window."""
        return Window(self, self.floor, self.ceiling)

    @property
    def width(self) -> int | None:
        """The ids of a window that will hold about `AIM` rows; ``None`` before it can be guessed.

        It follows what came last, unless that was less than a page, which says little.
        """
        if self._rows >= PAGE:
            # So many ids fit in a page even if each of them has a row.
            self._width = max(PAGE - 1, AIM * self._ids // self._rows)
            self._rows = self._ids = 0
        return self._width

    def learn(self, rows: int, ids: int) -> None:
        """Take in how many rows stood in how many ids."""
        self._rows += rows
        self._ids += ids


class Window(Generic[R]):
    """A range of the ids of a list, on its way to the end: its pages are found by the last id seen.

    Attributes:
        listing: The list.
        rows: Rows that came and were not given yet.
        ended: Whether there are no more pages.
    """

    def __init__(self, listing: Listing, after: int, upto: int | None) -> None:
        self.listing = listing
        self.rows: deque[R] = deque()
        self.ended = False
        self._after = after
        self._upto = upto
        self._error: BitrixScrumError | None = None

    @property
    def filter(self) -> dict[str, Any]:
        """What the next page is asked with."""
        above = {**self.listing.conditions, ">ID": self._after}
        return above if self._upto is None else {**above, "<=ID": self._upto}

    @property
    def is_last(self) -> bool:
        """Whether no other window of the list follows."""
        return self._upto == self.listing.ceiling

    @property
    def has_no_end_in_sight(self) -> bool:
        """Whether it is long, and nobody knows how long."""
        listing = self.listing
        passed = listing.newest is None or listing.newest <= self._after
        return self.is_last and passed and listing.width is not None

    def split(self, most: int) -> "list[Window[R]]":
        """Leave to new windows what will not fit in one page.

        Args:
            most: How many windows it may become, itself included.

        Returns:
            The new windows, which follow this one.
        """
        listing = self.listing
        width = listing.width
        end = LARGEST_NUMBER if self._upto is None else self._upto
        if self.has_no_end_in_sight:
            most = min(most, AT_FIRST)
        elif self.is_last and listing.newest is not None:
            end = min(end, listing.newest)
        span = end - self._after
        if width is None or span < 1:
            return []
        if (count := -(-span // width)) <= most:
            most, width = count, -(-span // count)
        cuts = [self._after + n * width for n in range(1, most)]
        bounds: list[int | None] = [*cuts, self._upto]
        self._upto = bounds[0]
        return [
            Window(listing, after, upto) for after, upto in pairwise(bounds) if after is not None
        ]

    def take(self, answer: list[R] | BitrixScrumError, method: str) -> None:
        """Take in the next page, or why it did not come."""
        self._error = None
        if isinstance(answer, BitrixScrumError):
            self._error = answer
            return
        last = self._after
        for row in answer:
            if row.id <= last:
                self._error = DecodeError(
                    f"rows must follow the id {last} in ascending order; the portal"
                    " did not heed the order or the filter",
                    method=method,
                    path="id",
                    value=row.id,
                )
                return
            last = row.id
        upto = self._upto
        # A page is cut at 50, so only a shorter one says that there is no more.
        self.ended = len(answer) < PAGE or (upto is not None and last >= upto)
        # To a portal that did not heed `<=ID` the rows behind are the next window's all the same.
        mine = [row for row in answer if row.id <= upto] if upto is not None else answer
        self.rows.extend(mine)
        self._learn(mine)
        self._after = last

    def _learn(self, page: list[R]) -> None:
        listing = self.listing
        if self.ended and self.is_last:
            return  # nobody will ask for more, and ids that nobody has yet say nothing
        end = self._upto if self.ended and self._upto is not None else page[-1].id
        # A list may begin anywhere: what lies before its first row says nothing either.
        begin = page[0].id - 1 if page and self._after == listing.floor else self._after
        listing.learn(len(page), end - begin)

    def give(self) -> R | None:
        """Give the next row, if it is here; raise why it is not."""
        if self.rows:
            return self.rows.popleft()
        error, self._error = self._error, None
        if error is not None:
            raise error
        return None
