"""What a call costs the client: CPU for each command, against a loop that only moves bytes.

    python -m benchmarks.client_cost [--calls 5000] [--rounds 3]

The emulator runs in a process of its own and limits nothing. The floor posts the same batches,
written beforehand, and parses the answers without looking at them. Both run in turn, and what
counts is the ratio of their medians.
"""

import argparse
import datetime as dt
import statistics
import time
from collections.abc import Awaitable, Callable

import aiohttp
import anyio
import orjson

from benchmarks.contenders.floor import HEADERS, post_all
from benchmarks.contenders.job import Job
from benchmarks.portal import running_emulator
from bitrix_scrum_async import Call, Limits, PortalSession, Sprint

START = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
END = START + dt.timedelta(weeks=2)


def adds(portal: PortalSession, group: int, calls: int) -> list[Call[Sprint]]:
    """So many sprints to add."""
    return [
        portal.sprints.add(
            group_id=group, name=f"Sprint {n}", created_by=1, date_start=START, date_end=END
        )
        for n in range(calls)
    ]


def bodies(commands: list[str]) -> list[bytes]:
    """The commands as ready-made batches."""
    return [
        orjson.dumps(
            {"halt": 0, "cmd": {f"c{n}": text for n, text in enumerate(commands[at : at + 50])}}
        )
        for at in range(0, len(commands), 50)
    ]


async def cpu_seconds(work: Callable[[], Awaitable[object]]) -> float:
    """CPU time of this process for a piece of work."""
    before = time.process_time()
    await work()
    return time.process_time() - before


async def measure(calls: int, rounds: int) -> None:
    """Run both in turn and print what a command cost."""
    with running_emulator() as address:
        async with PortalSession(address, limits=Limits.self_hosted()) as portal:
            group = await portal.groups.create(name="Benchmark", scrum_master_id=1)
            job = Job("adds", address, calls, group, None, burst=50, per_second=0.0)

            async def client() -> None:
                await portal.batch(*adds(portal, group, calls))

            async def bare() -> None:
                async with aiohttp.ClientSession(headers=HEADERS) as client:
                    assert await post_all(client, ready, job) == calls

            samples = adds(portal, group, calls)
            ready = bodies([call.command or "" for call in samples])
            for call in samples:
                call.handed_over = True
            times: dict[str, list[float]] = {"client": [], "floor": []}
            for number in range(rounds + 1):
                for name, work in (("client", client), ("floor", bare)):
                    spent = await cpu_seconds(work)
                    if number:  # the first round warms up
                        times[name].append(spent / calls * 1e6)
    medians = {name: statistics.median(spent) for name, spent in times.items()}
    for name, median in medians.items():
        print(f"{name:8} {median:8.1f} us of CPU a command")
    print(f"ratio    {medians['client'] / medians['floor']:8.2f}")


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calls", type=int, default=5000, help="a multiple of 50")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    anyio.run(measure, options.calls, options.rounds)


if __name__ == "__main__":
    main()
