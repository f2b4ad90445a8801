"""Reads the groups of a portal among which those of a plan may be."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Self

import attrs

from ..calls import Call
from ..errors import BitrixScrumError
from ..records import Group
from ..resources.filters import PAGE
from ..session import PortalSession
from .journal import Journal, State, fingerprint
from .marks import imports_of
from .pages import read_lists
from .plan import GroupPlan


@attrs.define
class Candidates:
    """Groups of a portal, by their marks and names.

    A portal cannot be asked for a keyword. So a group that was renamed is found only where all
    groups are read; that is done where a journal knows nothing, or does not know whether a group
    was made. Otherwise those are read that are called as the plan says.

    Attributes:
        portal: The session to read with.
        names: The names to ask for; ``None`` for all groups.
    """

    portal: PortalSession
    names: Sequence[str] | None
    _marked: dict[str, dict[int, tuple[Group, str]]] = attrs.field(
        init=False, factory=dict[str, dict[int, tuple[Group, str]]]
    )
    _called: dict[str, dict[int, Group]] = attrs.field(
        init=False, factory=dict[str, dict[int, Group]]
    )

    @classmethod
    def of(
        cls, portal: PortalSession, journal: Journal | None, groups: Iterable[GroupPlan]
    ) -> Self:
        """Choose what to read for groups that a journal does not know to be done."""
        groups = list(groups)
        if journal is None or not journal.groups():
            return cls(portal, None)
        entries = (journal.entry("group", group.key) for group in groups)
        if any(entry is not None and entry.state is State.INTENDED for entry in entries):
            return cls(portal, None)
        return cls(portal, list(dict.fromkeys(group.name for group in groups)))

    def first(self) -> list[Call[list[Group]]]:
        """Return the calls of the first pages."""
        if self.names is None:
            return [self.portal.groups.list(filter={">ID": 0}, start=-1)]
        return [self._page(names, 0) for names in self._parts]

    async def read(self, pages: Sequence[list[Group]] | None = None) -> Self:
        """Read them to the end.

        Args:
            pages: The answers to `first`, where they are there already.

        Raises:
            BitrixScrumError: The portal does not give them.
        """
        if pages is None:
            pages = await self.portal.batch(*self.first())
        full = [len(page) == PAGE for page in pages]
        for page in pages:
            self._take(page)
        if self.names is None:
            if full[0]:
                # Pages of 50 in a batch, in ranges of ids.
                async for row in self.portal.groups.all({">ID": pages[0][-1].id}):
                    self._take([row])
            return self
        unread = [
            partial(self._page, names)
            for names, more in zip(self._parts, full, strict=True)
            if more
        ]
        for rows in await read_lists(self.portal, unread):
            if isinstance(rows, BitrixScrumError):
                raise rows
            self._take(rows.values())
        return self

    def made_for(self, key: str) -> list[tuple[Group, str]]:
        """Return the groups that imports have made for a key, each with what tells its import."""
        return sorted(self._marked.get(fingerprint(key), {}).values(), key=lambda each: each[0].id)

    def called(self, name: str) -> list[Group]:
        """Return the groups of a name."""
        return list(self._called.get(_plain(name), {}).values())

    def _take(self, rows: Iterable[Group]) -> None:
        for row in rows:
            for fingerprint_, import_id in imports_of(row).items():
                self._marked.setdefault(fingerprint_, {})[row.id] = (row, import_id)
            self._called.setdefault(_plain(row.name), {})[row.id] = row

    @property
    def _parts(self) -> list[Sequence[str]]:
        # A call for each name would be a request for each fifty groups.
        names = self.names or ()
        return [names[n : n + PAGE] for n in range(0, len(names), PAGE)]

    def _page(self, names: Sequence[str], last: int) -> Call[list[Group]]:
        return self.portal.groups.list(filter={"NAME": names, ">ID": last})


def _plain(name: str) -> str:
    """Return a name as a portal compares it."""
    return name.strip().casefold()
