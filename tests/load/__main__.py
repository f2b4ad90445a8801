"""Run the load: `python -m tests.load --seconds 30 --seed 1`. Exit code 1 if anything is wrong."""

import argparse
import asyncio
import gc
import logging
import random
import resource
import sys
import time
from collections import Counter
from contextlib import AsyncExitStack

from bitrix_scrum_async import Limits, OAuth, PortalSession, RetryPolicy, Stats, Timeouts
from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.emulator.limits import Limits as PortalLimits
from bitrix_scrum_async.testing import serving

from .accelerated import Accelerated
from .books import Books
from .errands import Errands
from .trouble import Trouble

SPEED = 40.0  # a minute of waiting takes one and a half seconds
PER_SECOND = 5.0
GROUPS = 10


async def load(emulator: Emulator, clock: Accelerated, options: argparse.Namespace) -> int:
    """Let tasks run for a while, and compare their books with the portal."""
    books = Books()
    complaints: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: complaints.append(f"the loop complains: {context}")
    )
    chance = random.Random(options.seed)
    async with PortalSession(emulator.webhook, clock=clock, limits=Limits.self_hosted()) as owner:
        groups: dict[int, int] = {}
        for number in range(GROUPS):
            group = await owner.groups.create(name=f"Group {number}", scrum_master_id=1)
            groups[group] = (await owner.epics.add(group_id=group, name=f"Epic {number}")).id
    trouble = Trouble(emulator, random.Random(options.seed))
    emulator.clear_requests()
    began = time.monotonic()
    until = began + options.seconds

    async def work(errands: Errands) -> None:
        while time.monotonic() < until:
            await errands.run_one()

    sessions: list[PortalSession] = []
    async with AsyncExitStack() as stack:
        for auth in (emulator.webhook, _application(emulator)):
            session = PortalSession(
                auth,
                clock=clock,
                limits=Limits(burst=50, per_second=PER_SECOND),
                retry=RetryPolicy(max_wait=200.0),
                timeouts=Timeouts(connect=10, answer=2.0),
            )
            sessions.append(await stack.enter_async_context(session))
        views = [await stack.enter_async_context(session.coalescing()) for session in sessions]
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        for number in range(options.tasks):
            which = number % len(sessions)
            own = random.Random(chance.random())
            errands = Errands(sessions[which], views[which], groups, books, own, task=number)
            tasks.create_task(work(errands))
    seconds = time.monotonic() - began
    gc.collect()
    books.wrong += [f"a task is left over: {task}" for task in _others()]
    books.wrong += complaints
    with emulator.hold() as state:
        wrong = books.compare(state)
        ran, ran_not = books.unknown(state)
    _print(books, trouble, [session.stats for session in sessions], emulator, seconds)
    print(f"unknown: {ran} were executed, {ran_not} were not, none twice")
    for line in wrong[:50]:
        print(f"WRONG: {line}")
    print(f"{'WRONG' if wrong else 'ok'}: {len(wrong)} contradictions", flush=True)
    return 1 if wrong else 0


def _application(emulator: Emulator) -> OAuth:
    grant = emulator.oauth()
    return OAuth(
        endpoint=grant.endpoint,
        client_id=grant.client_id,
        client_secret=grant.client_secret,
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
        token_url=grant.token_url,
    )


def _others() -> list["asyncio.Task[object]"]:
    return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


def _print(
    books: Books, trouble: Trouble, stats: list[Stats], emulator: Emulator, seconds: float
) -> None:
    outcomes: Counter[str] = Counter()
    for (_, how), times in books.outcomes.items():
        outcomes[how] += times
    errands: Counter[str] = Counter()
    for (errand, _), times in books.outcomes.items():
        errands[errand] += times
    struck = trouble.struck()
    answers = Counter(str(request.status) for request in emulator.requests)
    waited: Counter[str] = Counter()
    for one in stats:
        waited.update({cause: round(value) for cause, value in one.waited.items()})
    calls = sum(outcomes.values())
    commands = sum(one.commands for one in stats)
    requests = sum(one.requests for one in stats)
    print(f"{seconds:.1f} s: {calls} calls, {calls / seconds:.0f}/s")
    print(
        f"requests: {requests} ({sum(one.batches for one in stats)} batches,"
        f" {sum(one.retries for one in stats)} sent again), {requests / seconds:.0f}/s,"
        f" carrying {commands} commands"
    )
    print(f"answers by status: {_listed(answers)}")
    print(f"faults: {sum(struck.values())}: {_listed(struck)}")
    print(f"calls by errand: {_listed(errands)}")
    print(f"outcomes: {_listed(outcomes)}")
    print(f"waited, in seconds of the portal: {_listed(waited)}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory: {peak:.0f} MB at most, the portal and its record of requests included")


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "none"


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tasks", type=int, default=200)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)  # one line for every lost answer
    print(f"seed {options.seed}, {options.tasks} tasks, a clock {SPEED:.0f} times as fast")
    clock = Accelerated(SPEED)
    limits = PortalLimits(threshold=50.0, per_second=PER_SECOND, operating_seconds=None)
    with serving(Emulator(clock=clock, limits=limits)) as emulator:
        return asyncio.run(load(emulator, clock, options))


if __name__ == "__main__":
    sys.exit(main())
