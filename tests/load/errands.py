"""What the tasks of a load do, one errand after the other."""

import itertools
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing

import anyio
import attrs

from bitrix_scrum_async import Call, Outcome, Portal, PortalSession, Sprint
from bitrix_scrum_async.errors import BitrixScrumError
from tests.sprints import sprint

from .books import Books


@attrs.define(eq=False)
class Errands:
    """The errands of one task.

    Attributes:
        portal: A session.
        view: Its view that coalesces.
        groups: Scrum groups, each with an epic of the group's name.
        books: Where all is written down.
        chance: Where the chances come from.
    """

    portal: PortalSession
    view: Portal
    groups: dict[int, int]
    books: Books
    chance: random.Random
    task: int
    _numbers: Iterator[int] = attrs.field(factory=itertools.count, init=False)
    _own: list[int] = attrs.field(factory=list[int], init=False)

    async def run_one(self) -> None:
        """Run an errand, and cancel some in the middle."""
        name, errand = self.chance.choices(
            [
                ("read", self.read),
                ("list", self.read_list),
                ("rename", self.rename),
                ("add", self.add),
                ("delete", self.delete),
                ("batch", self.batch),
                ("leaning batch", self.leaning),
                ("coalesced add", self.coalesced_add),
                ("coalesced read", self.coalesced_read),
                ("stream", self.stream),
            ],
            [3, 1, 3, 4, 2, 4, 2, 8, 6, 1],
        )[0]
        patience = self.chance.uniform(0, 0.3) if self.chance.random() < 0.2 else 60.0
        with anyio.move_on_after(patience) as scope:
            await self._counted(name, errand)
        if scope.cancelled_caught:
            self.books.ended(name, "cancelled" if patience < 60 else "STUCK")
            if patience >= 60:
                self.books.wrong.append(f"an errand did not end: {name}")

    async def _counted(self, name: str, errand: Callable[[str], Awaitable[None]]) -> None:
        try:
            await errand(name)
        except BitrixScrumError as error:
            self.books.ended(name, type(error).__name__)

    def _sprint(self, portal: Portal) -> tuple[str, Call[Sprint]]:
        name = f"t{self.task}-{next(self._numbers)}"
        call = sprint(portal, name, self.chance.choice([*self.groups]))
        return name, self.books.begin(name, call)

    async def read(self, errand: str, portal: Portal | None = None) -> None:
        group, epic_id = self.chance.choice([*self.groups.items()])
        epic = await (portal or self.portal).epics.get(epic_id)
        if epic.group_id != group:
            self.books.wrong.append(f"epic {epic_id} got the answer to {epic.id}")
        self.books.ended(errand, "done")

    async def coalesced_read(self, errand: str) -> None:
        await self.read(errand, self.view)

    async def read_list(self, errand: str) -> None:
        group = self.chance.choice([*self.groups])
        found = await self.portal.sprints.list(filter={"group_id": group})
        if any(one.group_id != group for one in found):
            self.books.wrong.append(f"the sprints of group {group} are not its own")
        self.books.ended(errand, "done")

    async def add(self, errand: str, portal: Portal | None = None) -> None:
        name, call = self._sprint(portal or self.portal)
        self.books.done(errand, name, await call)

    async def coalesced_add(self, errand: str) -> None:
        await self.add(errand, self.view)

    async def rename(self, errand: str) -> None:
        if not self._own:
            name, call = self._sprint(self.portal)
            added = await call
            self.books.done(errand, name, added)
            self._own.append(added.id)
            self.books.renamed[added.id] = {name}
        sprint_id = self._own[0]
        name = f"r{self.task}-{next(self._numbers)}"
        self.books.renamed[sprint_id].add(name)
        await self.portal.sprints.update(sprint_id, name=name)
        self.books.renamed[sprint_id] = {name}
        self.books.ended(errand, "done")

    async def delete(self, errand: str) -> None:
        name, call = self._sprint(self.portal)
        added = await call
        self.books.done(errand, name, added)
        self.books.perhaps_deleted.add(name)
        await self.portal.sprints.delete(added.id)
        self.books.deleted.add(name)
        self.books.ended(errand, "done")

    async def batch(self, errand: str) -> None:
        named = [self._sprint(self.portal) for _ in range(self.chance.randint(1, 60))]
        found = await self.portal.batch(
            *(call for _, call in named),
            halt=self.chance.random() < 0.2,
            return_exceptions=True,
        )
        for (name, _), one in zip(named, found, strict=True):
            if isinstance(one, BaseException):
                self.books.ended(errand, type(one).__name__)
            else:
                self.books.done(errand, name, one)

    async def leaning(self, errand: str) -> None:
        name, call = self._sprint(self.portal)
        later = self.portal.sprints.update(call.ref("id"), name=f"l{self.task}-{name}")
        added, renamed = await self.portal.batch(call, later, return_exceptions=True)
        if isinstance(added, BaseException):
            self.books.ended(errand, type(added).__name__)
        else:
            self.books.done(errand, name, added)
            self.books.renamed[added.id] = {f"l{self.task}-{name}"}
            if isinstance(renamed, BaseException):
                self.books.renamed[added.id].add(name)
                self.books.ended(errand, type(renamed).__name__)
            elif renamed.id != added.id:
                self.books.wrong.append(f"{name} was added as {added.id}, renamed {renamed.id}")

    async def stream(self, errand: str) -> None:
        named = [self._sprint(self.portal) for _ in range(self.chance.randint(1, 150))]
        names = iter(named)
        outcomes = self.portal.stream(call for _, call in named)
        async with aclosing(outcomes):
            async for outcome in outcomes:
                self._keep(errand, next(names), outcome)

    def _keep(self, errand: str, named: tuple[str, Call[Sprint]], outcome: Outcome[Sprint]) -> None:
        name, call = named
        if outcome.call is not call:
            self.books.wrong.append(f"the stream gave the outcome of another call for {name}")
        if outcome.error is None:
            self.books.done(errand, name, outcome.unwrap())
        else:
            self.books.ended(errand, type(outcome.error).__name__)
