"""What records cost: decoding a page of 50 sprints, against parsing the same bytes.

    python -m benchmarks.decoding [--rounds 2000]

Both run in turn, and what counts is the ratio of their medians. It fails above --at-most.
"""

import argparse
import statistics
import sys
import time
from typing import Any

import orjson

from bitrix_scrum_async.decoding import ListShape
from bitrix_scrum_async.records import Sprint

METHOD = "tasks.api.scrum.sprint.list"
SHAPE = ListShape(Sprint)


def page() -> bytes:
    """An answer with 50 sprints, as a portal writes it."""
    rows: list[dict[str, Any]] = [
        {
            "id": 1000 + number,
            "groupId": 143,
            "entityType": "sprint",
            "name": f"Sprint {number}",
            "goal": "",
            "sort": number,
            "createdBy": 1,
            "modifiedBy": 1,
            "dateStart": f"2026-{1 + number % 12:02}-05T00:00:00+03:00",
            "dateEnd": f"2026-{1 + number % 12:02}-19T00:00:00+03:00",
            "status": ("completed", "active", "planned")[number % 3],
        }
        for number in range(50)
    ]
    time_spent = {"start": 1790580587, "finish": 1790580587.57, "duration": 0.57, "processing": 0}
    return orjson.dumps({"result": rows, "time": time_spent})


def measure(rounds: int) -> tuple[list[float], list[float]]:
    """Run both in turn; the microseconds of every round, after one to warm up."""
    body = page()
    parsing: list[float] = []
    decoding: list[float] = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        result = orjson.loads(body)["result"]
        parsed = time.perf_counter()
        records = SHAPE.decode(result, METHOD)
        decoded = time.perf_counter()
        assert len(records) == 50
        parsing.append((parsed - began) * 1e6)
        decoding.append((decoded - parsed) * 1e6)
    return parsing[1:], decoding[1:]


def main() -> None:
    """Measure, print, and fail when it is too slow."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument("--at-most", type=float, default=10.0, help="fail above this ratio")
    options = parser.parse_args()
    parsing, decoding = (statistics.median(times) for times in measure(options.rounds))
    ratio = decoding / parsing
    print(f"parsing  {parsing:8.1f} us for 50 sprints")
    print(f"decoding {decoding:8.1f} us")
    print(f"ratio    {ratio:8.2f}")
    if ratio > options.at_most:
        sys.exit(f"decoding takes more than {options.at_most:g} times as long as parsing")


if __name__ == "__main__":
    main()
