"""fast_bitrix24: `BitrixAsync.call` with a list of items, and `get_all` for the list.

That is what its documentation shows for adding many and reading all. It makes the batches itself
and sends up to 50 of them at once. Over http.

Settings: `verbose=False`, as a service has no progress bar. `request_pool_size` and
`requests_per_second` are the portal's limits, or very large where it has none; else it would wait
for limits that are not there. `respect_velocity_policy` stays on: without it, this version raises
`KeyError` for every answer that tells its operating time.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from benchmarks.contenders.job import Job
from benchmarks.contenders.peer import ADD, LIST, PING, UNLIMITED, Answers, contend

# Imported by name: where types are checked, it is not installed.
fast_bitrix24: Any = import_module("fast_bitrix24")

NOTES = "call() with a list, get_all(); batches of its own, up to 50 at once"


class Fast:
    """Its asynchronous client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def ping(self) -> None:
        """Make the small call."""
        await self._client.call(PING, raw=True)

    async def warm_up(self) -> None:
        """Make the small call twice."""
        await self._client.call(PING, [{}, {}])

    async def add(self, rows: list[dict[str, Any]], answers: Answers) -> None:
        """Add sprints."""
        answers.take(await self._client.call(ADD, [{"fields": row} for row in rows]))

    async def read(self, group: int, answers: Answers) -> None:
        """Read a group's sprints."""
        answers.take(await self._client.get_all(LIST, {"filter": {"GROUP_ID": group}}))


@asynccontextmanager
async def connect(job: Job) -> AsyncGenerator[Fast]:
    """Its client, with the portal's limits."""
    limited = job.per_second > 0
    yield Fast(
        fast_bitrix24.BitrixAsync(
            job.webhook,
            verbose=False,
            request_pool_size=job.burst if limited else UNLIMITED,
            requests_per_second=job.per_second if limited else float(UNLIMITED),
        )
    )


if __name__ == "__main__":
    contend("fast_bitrix24", connect, NOTES)
