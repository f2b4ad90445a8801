"""Run benchmarks of this library alone: `python -m benchmarks [NAME ...]`, all without a name.

Each runs in a process of its own, with its own settings; `python -m benchmarks.NAME --help` tells
which there are.
"""

import argparse
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


def chosen(arguments: list[str]) -> tuple[str, ...]:
    """The benchmarks that the arguments name, in their order; all without a name."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Run benchmarks of this library alone."
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}; all without one"
    )
    names: list[str] = parser.parse_args(arguments).names
    for name in names:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark {name}; there are {', '.join(BENCHMARKS)}")
    return tuple(names) or BENCHMARKS


def main() -> int:
    """Run the benchmarks one after the other; 0 when all of them ended well."""
    worst = 0
    for name in chosen(sys.argv[1:]):
        print(f"\n{name}", flush=True)
        ended = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False)  # noqa: S603 - our own programs
        worst = max(worst, abs(ended.returncode))
    return worst


if __name__ == "__main__":
    sys.exit(main())
