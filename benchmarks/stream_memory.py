"""The peak memory of a long stream, and whether its cost grows with its length.

    python -m benchmarks.stream_memory [--calls 1000000] [--json]

The emulator runs in a process of its own and limits nothing. It fails at 100 MB.
"""

import argparse
import sys
import time
from collections.abc import Iterator

import anyio
import attrs
import orjson

from benchmarks.bounds import STREAM_MB
from benchmarks.contenders.job import peak_mb
from benchmarks.portal import running_emulator
from benchmarks.results import StreamNeed
from bitrix_scrum_async import Call, Effect, Limits, PortalSession


def reads(portal: PortalSession, calls: int) -> Iterator[Call[object]]:
    """So many calls that cost the portal little."""
    for _ in range(calls):
        yield portal.call("server.time", effect=Effect.READ)


async def measure(calls: int) -> StreamNeed:
    """Stream a tenth of the calls, then all of them; print cost and peak memory."""
    needs: list[StreamNeed] = []
    with running_emulator() as address:
        async with PortalSession(address, limits=Limits.self_hosted()) as portal:
            for count in (calls // 10, calls):
                begun, cpu = time.monotonic(), time.process_time()
                done = 0
                async for outcome in portal.stream(reads(portal, count)):
                    done += outcome.ok
                assert done == count
                need = StreamNeed(
                    calls=count,
                    seconds=time.monotonic() - begun,
                    cpu_us=(time.process_time() - cpu) / count * 1e6,
                    peak_mb=peak_mb(),
                )
                print(
                    f"{count:9,} calls: {need.seconds:6.1f} s,"
                    f" {need.cpu_us:5.1f} us of CPU a call, peak {need.peak_mb:.0f} MB"
                )
                needs.append(need)
    return needs[-1]


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="print one line of JSON at the end")
    options = parser.parse_args()
    need = anyio.run(measure, options.calls)
    if options.json:
        print(orjson.dumps(attrs.asdict(need)).decode())
    if need.peak_mb >= STREAM_MB:
        sys.exit(f"a stream needs {STREAM_MB:g} MB or more")


if __name__ == "__main__":
    main()
