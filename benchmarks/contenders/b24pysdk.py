"""b24pysdk: `Client.call_batches` over its typed requests, and `as_list_fast` for the list.

That is what its documentation shows for more than one batch and for large lists. It sends one batch
after the other. It speaks https only and offers no place to change that, so it gets `--ca`; each
request opens a connection of its own, with a handshake.

Settings: none are changed. It knows no limits; it repeats twice after a 503, a second later and
two seconds later, and waits ten seconds for an answer.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from benchmarks.contenders.job import Job
from benchmarks.contenders.peer import Answers, contend, values

# Imported by name: where types are checked, it is not installed.
b24pysdk: Any = import_module("b24pysdk")

NOTES = (
    "call_batches(), as_list_fast(); one batch after the other;"
    " https only: a certificate of the run, and a handshake for every request"
)


class Sdk:
    """Its client. It blocks, as nothing else runs here."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def ping(self) -> None:
        """Make the small call."""
        self._client.user.current().call()

    async def warm_up(self) -> None:
        """Make the small call twice."""
        self._client.call_batches([self._client.user.current() for _ in range(2)])

    async def add(self, rows: list[dict[str, Any]], answers: Answers) -> None:
        """Add sprints."""
        add = self._client.tasks.api.scrum.sprint.add
        got = self._client.call_batches([add(fields=row) for row in rows]).result
        answers.take(values(got.result))
        answers.errors += [str(error) for error in values(got.result_error)]

    async def read(self, group: int, answers: Answers) -> None:
        """Read a group's sprints."""
        wanted = self._client.tasks.api.scrum.sprint.list(filter={"GROUP_ID": group})
        answers.take(wanted.as_list_fast().result)


@asynccontextmanager
async def connect(job: Job) -> AsyncGenerator[Sdk]:
    """Its client."""
    address = urlsplit(job.webhook)
    token = b24pysdk.BitrixWebhook(
        domain=address.netloc, webhook_token=address.path.removeprefix("/rest/")
    )
    yield Sdk(b24pysdk.Client(token))


if __name__ == "__main__":
    contend("b24pysdk", connect, NOTES)
