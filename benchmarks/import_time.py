"""How long an interpreter takes to import the package, against aiohttp alone.

    python -m benchmarks.import_time [--rounds 15] [--json]

Every measurement is an interpreter of its own, in turn; what counts is the difference of the
medians. It is processor time, so that what else the machine does counts little. It fails when the
package takes more than 40 ms above aiohttp.
"""

import argparse
import resource
import statistics
import subprocess
import sys

import attrs
import orjson

from benchmarks.results import ImportTime

_STATEMENTS = {
    "nothing": "pass",
    "aiohttp": "import aiohttp",
    "package": "import bitrix_scrum_async",
    "session": "from bitrix_scrum_async import PortalSession",
}
AT_MOST = 40.0


def measure(rounds: int) -> ImportTime:
    """Milliseconds above an interpreter that imports nothing."""
    times: dict[str, list[float]] = {name: [] for name in _STATEMENTS}
    for number in range(rounds + 1):
        for name, statement in _STATEMENTS.items():
            began = _worked()
            subprocess.run([sys.executable, "-c", statement], check=True)  # noqa: S603 - our own
            if number:  # the first round warms up
                times[name].append((_worked() - began) * 1e3)
    medians = {name: statistics.median(spent) for name, spent in times.items()}
    nothing = medians.pop("nothing")
    return ImportTime(**{name: median - nothing for name, median in medians.items()})


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
    if options.json:
        print(orjson.dumps(attrs.asdict(found)).decode())
    if max(found.package, found.session) - found.aiohttp > AT_MOST:
        sys.exit(f"the import takes more than {AT_MOST:g} ms above aiohttp")


if __name__ == "__main__":
    main()
