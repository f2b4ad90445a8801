"""The way of every peer in Python: connect, a small batch, then the work inside the clock.

A peer's own file says how its library is called. Whatever the library raises is what its caller
gets, so it is kept and told, never raised.
"""

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from itertools import chain
from types import TracebackType
from typing import Any, Protocol, Self, cast
from urllib.parse import urlsplit

from benchmarks.contenders.job import Job, Result, read_job

ADD = "tasks.api.scrum.sprint.add"
LIST = "tasks.api.scrum.sprint.list"
PING = "user.current"
"""The small call."""
UNLIMITED = 1_000_000
"""For settings of speed that cannot be switched off, where the portal has no limits."""


class Answers:
    """What the library gave its caller.

    Attributes:
        records: The results that the caller got, once they are sorted.
        errors: The errors that came beside them.
    """

    def __init__(self) -> None:
        self._given: list[Iterable[object]] = []
        self.records: list[Mapping[str, Any]] = []
        self.errors: list[str] = []

    def take(self, results: Iterable[object]) -> None:
        """Keep what came as it is; `sort` looks at it, outside the clock."""
        self._given.append(results)

    def sort(self) -> None:
        """Find the records; a result without an id is of no use to the caller."""
        for found in chain.from_iterable(self._given):
            if isinstance(found, Mapping) and "id" in found:
                self.records.append(cast("Mapping[str, Any]", found))
            else:
                self.errors.append(f"no record, but {found!r}")


def values(found: Any) -> Iterator[Any]:
    """The values of what PHP writes as a list, or as a map where the list has gaps."""
    yield from cast("dict[str, Any]", found).values() if isinstance(found, dict) else found


class Library(Protocol):
    """A connected client of one library."""

    async def ping(self) -> None:
        """Make the small call `PING` alone."""
        ...

    async def warm_up(self) -> None:
        """Make it twice, in one batch, the way `add` makes its calls."""
        ...

    async def add(self, rows: list[dict[str, Any]], answers: Answers) -> None:
        """Add sprints with these fields; `answers` takes what the caller gets, as it comes."""
        ...

    async def read(self, group: int, answers: Answers) -> None:
        """Read all sprints of a group."""
        ...


class Caught:
    """A context that keeps the error which ends it."""

    error: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        self.error = error
        return True


def contend(
    distribution: str, connect: Callable[[Job], AbstractAsyncContextManager[Library]], notes: str
) -> None:
    """Do the job in the program's arguments and print what came of it.

    Args:
        distribution: The library's name in the package index.
        connect: Gives its client.
        notes: What a reader of the figures should know.
    """
    job = read_job()
    _reach(job)
    asyncio.run(_work(distribution, connect, job, notes)).say()


async def _work(
    distribution: str,
    connect: Callable[[Job], AbstractAsyncContextManager[Library]],
    job: Job,
    notes: str,
) -> Result:
    result = Result(distribution, version(distribution), notes=notes)
    answers = Answers()
    with Caught() as caught:
        async with connect(job) as library:
            await library.ping()
            if job.workload != "secret":
                await library.warm_up()
            await asyncio.sleep(job.pause)
            rows = job.fields()
            with result.clock():
                if job.workload == "list":
                    await library.read(job.group, answers)
                elif job.workload != "secret":
                    await library.add(rows, answers)
    if job.workload == "secret":
        if caught.error is None:
            result.skipped = "the library raised nothing for a webhook that the portal refuses"
        else:
            result.refused(caught.error, job)
        return result
    with Caught() as sorting:
        answers.sort()
    _tell(result, answers, job)
    if sorting.error is not None:
        answers.errors.append(f"not what was asked for: {sorting.error}")
    result.told = sum(not text.startswith("no record") for text in answers.errors)
    if caught.error is not None:
        result.told = job.calls - result.ok
        answers.errors.insert(0, f"{type(caught.error).__name__}: {caught.error}")
    result.errors = [_short(text, job.secret) for text in answers.errors[:5]]
    return result


def _tell(result: Result, answers: Answers, job: Job) -> None:
    if job.workload == "list":
        result.got_ids([int(record["id"]) for record in answers.records])
        return
    result.ok = len(answers.records)
    if job.workload != "texts" and answers.records:
        sent = iter([row["name"] for row in job.fields()])
        result.in_order = all(record["name"] in sent for record in answers.records)


def _short(text: str, secret: str) -> str:
    return " ".join(text.replace(secret, "SECRET").split())[:300]


def _reach(job: Job) -> None:
    """Trust the authority, and go past any proxy, by the variables that the libraries read."""
    if job.ca is not None:
        os.environ["SSL_CERT_FILE"] = os.environ["REQUESTS_CA_BUNDLE"] = job.ca
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = urlsplit(job.webhook).hostname or ""
