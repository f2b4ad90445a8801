"""Whether a call costs the same however many there are, alone and in a chain of references.

    python -m benchmarks.linear_cost [--calls 1000 10000 100000] [--chain 1000 10000] [--json]

The emulator runs in a process of its own and limits nothing. Each number of calls is measured in
processes of its own. In every round as many calls are made of each: 100,000 at once, or a hundred
times 1,000, half of them before the others and half after. So each takes as long, and has its share
of full garbage collections. The machine may change its speed by more than this is about: so each
cost is set against that of the fewest calls in its own round, and the median of these ratios
counts. It fails when one costs more than 10% above another.
"""

import argparse
import statistics
import subprocess
import sys
import time
from itertools import pairwise
from typing import Any

import anyio
import attrs
import orjson

from benchmarks.bounds import GROWTH
from benchmarks.client_cost import adds
from benchmarks.portal import running_emulator
from benchmarks.results import LinearCost
from bitrix_scrum_async import UNSET, Call, Limits, PortalSession, Task

_WARM = 500


def chained(portal: PortalSession, group: int, calls: int) -> list[Call[Any]]:
    """Tasks to add, each a part of the one before: it refers to the id which that one returns.

    Changes of one sprint would not do: the portal's rules let one of them into a request.
    """
    made: list[Call[Task]] = []
    for number in range(calls):
        above = made[-1].ref("id") if made else UNSET
        made.append(
            portal.tasks.add(
                title=f"Task {number}", responsible_id=1, group_id=group, parent_id=above
            )
        )
    assert all(later.references for _, later in pairwise(made))
    return list(made)


async def one(kind: str, calls: int, times: int, webhook: str) -> float:
    """Microseconds of processor time a call, in this process."""
    make = chained if kind == "chain" else adds
    async with PortalSession(webhook, limits=Limits.self_hosted()) as portal:
        group = await portal.groups.create(name="Benchmark", scrum_master_id=1)
        await portal.batch(*make(portal, group, _WARM))
        spent = 0.0
        for _ in range(times):
            began = time.process_time()
            await portal.batch(*make(portal, group, calls))
            spent += time.process_time() - began
        return spent / (calls * times) * 1e6


def measure(calls: list[int], chain: list[int], rounds: int) -> LinearCost:
    """Measure every number in turn, in processes of their own."""
    spent: dict[str, list[dict[int, float]]] = {"calls": [], "chain": []}
    for _ in range(rounds):
        spent["calls"].append(one_round("calls", calls))
        spent["chain"].append(one_round("chain", chain))
    return LinearCost(calls=typical(spent["calls"]), chain=typical(spent["chain"]))


def one_round(kind: str, counts: list[int]) -> dict[int, float]:
    """Measure every number, there and back again; what a call cost, by their number."""
    spent: dict[int, list[float]] = {}
    for count, times in there_and_back(counts):
        with running_emulator() as webhook:
            command = [sys.executable, "-m", "benchmarks.linear_cost", "--one", kind]
            command += ["--calls", str(count), "--times", str(times), "--webhook", webhook]
            ended = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own program
        spent.setdefault(count, []).append(float(ended.stdout))
    return {count: statistics.mean(costs) for count, costs in spent.items()}


def there_and_back(counts: list[int]) -> list[tuple[int, int]]:
    """Numbers of calls in the order in which they are measured, and how often each is made then."""
    *fewer, most = sorted(counts)
    there = [(count, max(1, most // count // 2)) for count in fewer]
    return [*there, (most, 1), *reversed(there)]


def typical(rounds: list[dict[int, float]]) -> dict[int, float]:
    """What calls cost by their number: that of the fewest, times the usual ratio to it."""
    fewest = min(rounds[0])
    usual = statistics.median(costs[fewest] for costs in rounds)
    return {
        count: usual * statistics.median(costs[count] / costs[fewest] for costs in rounds)
        for count in rounds[0]
    }


def spread(costs: dict[int, float]) -> float:
    """The highest cost of a call as a multiple of the lowest."""
    return max(costs.values()) / min(costs.values())


def main() -> None:
    """Measure, print, and fail when the cost grows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calls", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--chain", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="print one line of JSON at the end")
    parser.add_argument("--one", choices=["calls", "chain"], help=argparse.SUPPRESS)
    parser.add_argument("--times", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--webhook", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(anyio.run(one, options.one, options.calls[0], options.times, options.webhook))
        return
    found = measure(options.calls, options.chain, options.rounds)
    for title, costs in (("calls", found.calls), ("calls in a chain", found.chain)):
        for count, cost in costs.items():
            print(f"{count:9,} {title:16} {cost:7.1f} us of CPU a call")
    if options.json:
        print(orjson.dumps(attrs.asdict(found), option=orjson.OPT_NON_STR_KEYS).decode())
    if max(spread(found.calls), spread(found.chain)) > GROWTH:
        sys.exit("the cost of a call grows by more than 10%")


if __name__ == "__main__":
    main()
