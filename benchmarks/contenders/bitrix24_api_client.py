"""bitrix24-api-client: `chunk_batch_requests` and gathered `call_method("batch")`, as its README.

The caller writes each command's query. `fetch_all=True` reads lists. Over http.

Settings: `halt` is 0, where the README has 1, so that one failing command does not stop the others
of its batch. `max_concurrent_requests` stays 10, its default. It knows no limits; it repeats
after a 503, five times at most, with pauses of its default strategy.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any
from urllib.parse import urlencode, urlsplit

from benchmarks.contenders.job import Job
from benchmarks.contenders.peer import ADD, LIST, PING, Answers, contend, values

# Imported by name: where types are checked, it is not installed.
bitrix24_client: Any = import_module("bitrix24_client")

NOTES = (
    "chunk_batch_requests(), gathered call_method('batch'), fetch_all=True; ten batches at once;"
    " it never passes on the errors of commands"
)


class ApiClient:
    """Its asynchronous client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def ping(self) -> None:
        """Make the small call."""
        await self._client.call_method(PING)

    async def warm_up(self) -> None:
        """Make the small call twice."""
        await self._batches({"first": PING, "second": PING})

    async def add(self, rows: list[dict[str, Any]], answers: Answers) -> None:
        """Add sprints."""
        commands = {f"add_{place}": f"{ADD}?{_query(row)}" for place, row in enumerate(rows)}
        for results in await self._batches(commands):
            answers.take(values(results))

    async def _batches(self, commands: dict[str, str]) -> list[Any]:
        return await asyncio.gather(
            *(
                asyncio.create_task(
                    self._client.call_method("batch", params={"halt": 0, "cmd": chunk})
                )
                for chunk in bitrix24_client.chunk_batch_requests(commands)
            )
        )

    async def read(self, group: int, answers: Answers) -> None:
        """Read a group's sprints."""
        wanted = {"filter": {"GROUP_ID": group}, "order": {"ID": "ASC"}}
        answers.take(await self._client.call_method(LIST, wanted, fetch_all=True))


def _query(row: dict[str, Any]) -> str:
    return urlencode({f"fields[{name}]": value for name, value in row.items()})


@asynccontextmanager
async def connect(job: Job) -> AsyncGenerator[ApiClient]:
    """Its client."""
    address = urlsplit(job.webhook)
    user = int(address.path.strip("/").split("/")[1])
    async with bitrix24_client.AsyncBitrix24Client(
        base_url=f"{address.scheme}://{address.netloc}", access_token=job.secret, user_id=user
    ) as client:
        yield ApiClient(client)


if __name__ == "__main__":
    contend("bitrix24-api-client", connect, NOTES)
