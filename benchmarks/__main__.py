"""Run every benchmark of this library alone, each in its own process: `python -m benchmarks`."""

import subprocess
import sys

BENCHMARKS = (
    "emulator_throughput",
    "client_cost",
    "decoding",
    "import_time",
    "linear_cost",
    "stream_memory",
    "import_many",
)


def main() -> int:
    """Run the benchmarks one after the other; 0 when all of them ended well."""
    worst = 0
    for name in BENCHMARKS:
        print(f"\n{name}", flush=True)
        ended = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False)  # noqa: S603 - our own programs
        worst = max(worst, ended.returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
