"""How long an interpreter takes to import the package, against aiohttp alone.

    python -m benchmarks.import_time [--rounds 15] [--json]

Every measurement is an interpreter of its own, in turn. It is processor time, and of each the least
that was measured: what else the machine does makes it longer, and never shorter. It fails when the
package takes more than 40 ms above aiohttp. What is imported or generated when something is used
for the first time is shown beside it: the first call that is built, the first await, the first
batch.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager

import attrs
import orjson

from benchmarks.bounds import IMPORT_MS
from benchmarks.portal import running_emulator
from benchmarks.results import FirstUse, ImportTime

_STATEMENTS = {
    "nothing": "pass",
    "aiohttp": "import aiohttp",
    "package": "import bitrix_scrum_async",
    "session": "from bitrix_scrum_async import PortalSession",
}


# One after the other in one process, as a program would: each has its own clock.
_FIRST_USE = """
import asyncio, json, sys, time
from bitrix_scrum_async import Limits, PortalSession

async def use(webhook):
    worked = [time.process_time()]
    async with PortalSession(webhook, limits=Limits.self_hosted()) as portal:
        call = portal.users.current()
        worked.append(time.process_time())
        await call
        worked.append(time.process_time())
        await portal.batch(portal.users.current(), portal.sprints.list(filter={"GROUP_ID": 1}),
                           return_exceptions=True)
        worked.append(time.process_time())
    return [(later - before) * 1e3 for before, later in zip(worked, worked[1:])]

print(json.dumps(asyncio.run(use(sys.argv[1]))))
"""


def measure(rounds: int) -> ImportTime:
    """Milliseconds above an interpreter that imports nothing."""
    times: dict[str, list[float]] = {name: [] for name in _STATEMENTS}
    with _compiled_before() as environment:
        for number in range(rounds + 1):
            for name, statement in _STATEMENTS.items():
                began = _worked()
                command = [sys.executable, "-c", statement]
                subprocess.run(command, check=True, env=environment)  # noqa: S603 - our own
                if number:  # the first round warms up
                    times[name].append((_worked() - began) * 1e3)
        used = first_use(rounds, environment)
    least = {name: min(spent) for name, spent in times.items()}
    nothing = least.pop("nothing")
    above = {name: spent - nothing for name, spent in least.items()}
    return ImportTime(**above, first_use=used)


def first_use(rounds: int, environment: Mapping[str, str]) -> FirstUse:
    """Milliseconds of processor time of the first call, the first await and the first batch."""
    found: list[list[float]] = []
    with running_emulator() as webhook:
        for number in range(rounds + 1):
            command = [sys.executable, "-c", _FIRST_USE, webhook]
            ended = subprocess.run(  # noqa: S603 - our own
                command, check=True, stdout=subprocess.PIPE, env=environment
            )
            if number:
                found.append(orjson.loads(ended.stdout))
    call, awaited, batch = map(min, zip(*found, strict=True))
    return FirstUse(call=call, awaited=awaited, batch=batch)


@contextmanager
def _compiled_before() -> Generator[Mapping[str, str], None, None]:
    """An environment that keeps compiled code, for whoever runs in it after the first.

    What counts is an import after the first one: else the compiler would be measured.
    """
    with tempfile.TemporaryDirectory() as compiled:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        yield environment


def _worked() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure, print, and fail when it is too slow."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true", help="print one line of JSON at the end")
    options = parser.parse_args()
    found = measure(options.rounds)
    print(f"aiohttp        {found.aiohttp:7.1f} ms")
    print(f"the package    {found.package:7.1f} ms")
    print(f"PortalSession  {found.session:7.1f} ms")
    if (used := found.first_use) is not None:
        print(f"first use      {used.call:7.1f} ms for the first call built")
        print(f"               {used.awaited:7.1f} ms for the first await")
        print(f"               {used.batch:7.1f} ms for the first batch")
    if options.json:
        print(orjson.dumps(attrs.asdict(found)).decode())
    if max(found.package, found.session) - found.aiohttp > IMPORT_MS:
        sys.exit(f"the import takes more than {IMPORT_MS:g} ms above aiohttp")


if __name__ == "__main__":
    main()
