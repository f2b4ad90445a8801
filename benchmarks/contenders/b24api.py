"""b24api: `batch_outcomes` over an asynchronous source, and `iter_list_keyset` for the list.

That is what its documentation shows for many commands whose failures are to be told apart, and for
lists without a total. It sends one batch after the other. Over http. Needs Python 3.12.

Not `fan_out_outcomes`, which can have ten batches in flight: against a portal that takes 10 ms a
command it sent 130 to 190 requests for 1,000 adds, not 20, was done in 8 to 11 s, not 12, and
needed about ten times the processor time. The source is asynchronous because the library takes
each command of any other in a thread.

Settings: none are changed. It knows no limits; it repeats after a 503 for up to 30 seconds.
"""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from benchmarks.contenders.job import Job
from benchmarks.contenders.peer import ADD, LIST, PING, Answers, contend

# Imported by name: where types are checked, it is not installed.
b24api: Any = import_module("b24api")
contracts: Any = import_module("b24api.contracts")

NOTES = "batch_outcomes(), iter_list_keyset(); one batch after the other"


class Api:
    """Its client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def ping(self) -> None:
        """Make the small call."""
        await self._client.call(b24api.Request.bare(PING, {}))

    async def warm_up(self) -> None:
        """Make the small call twice."""
        async with self._client.batch_outcomes(_commands(PING, [{}, {}])) as outcomes:
            assert [outcome async for outcome in outcomes]

    async def add(self, rows: list[dict[str, Any]], answers: Answers) -> None:
        """Add sprints."""
        given: list[Any] = []
        answers.take(_records(given, answers))
        commands = _commands(ADD, [{"fields": row} for row in rows])
        async with self._client.batch_outcomes(commands) as outcomes:
            async for outcome in outcomes:
                given.append(outcome)  # noqa: PERF401 - what came before an error is kept

    async def read(self, group: int, answers: Answers) -> None:
        """Read a group's sprints."""
        rows = self._client.iter_list_keyset(
            b24api.Request.bare(
                LIST, {"filter": {"GROUP_ID": group}}, replay_safety=b24api.ReplaySafety.SAFE
            ),
            selector=b24api.ResultSelector.root(),
            identity=b24api.IdentitySpec(
                item_path=("id",),
                filter_key="ID",
                order_key="ID",
                coercion=b24api.IdentityCoercion.DECIMAL_STRING_INTEGER,
            ),
            page_size=50,
            keyset=b24api.KeysetSpec(
                filter_path=b24api.ParameterPath(("filter",)),
                order_path=b24api.ParameterPath(("order",)),
            ),
        )
        given: list[Any] = []
        answers.take(given)
        async with rows:
            async for row in rows:
                given.append(row)  # noqa: PERF401 - the same


async def _commands(method: str, params: list[dict[str, Any]]) -> AsyncGenerator[Any]:
    for place, each in enumerate(params):
        request = b24api.Request.bare(method, each, replay_safety=b24api.ReplaySafety.UNSAFE)
        yield contracts.Command(request, place)


def _records(given: list[Any], answers: Answers) -> Iterator[object]:
    """The results among outcomes; the others are noted as errors."""
    for outcome in given:
        if isinstance(outcome, contracts.CommandSuccess):
            yield outcome.result
        else:
            answers.errors.append(f"{type(outcome).__name__}: {_reason(outcome)}")


def _reason(outcome: Any) -> str:
    error = getattr(outcome, "error", None)
    return str(outcome.reason if error is None else error)


@asynccontextmanager
async def connect(job: Job) -> AsyncGenerator[Api]:
    """Its client."""
    async with b24api.Bitrix24.from_webhook(job.webhook) as client:
        yield Api(client)


if __name__ == "__main__":
    contend("b24api", connect, NOTES)
