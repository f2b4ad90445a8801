"""What is measured side by side: each workload, the portal that it wants, and how often it runs.

The ideal times are computed here, from what the portal is told to do:

- Ten batches of 50 commands at 10 ms, all in flight at once, take 0.5 s: 50 x 10 ms.
- A bucket of 50 that leaks 2 a second, scaled by 20, holds 50 and leaks 40 a second. 4,000 commands
  are 80 batches: 50 leave at once and one each 25 ms after that, so the last one leaves after
  (80 - 50) / 40 = 0.75 s. Client and portal are both told 50 and 40.
"""

from typing import Final

import attrs

from benchmarks.portal_program import Wanted

SIZE: Final = 50  # commands of a full batch
IN_FLIGHT: Final = 10  # batches that an ideal client has on their way at once
MOST_SECONDS: Final = 120.0  # a run that takes longer is ended
ENOUGH_SECONDS: Final = 12.0  # who has run for so long is not measured again


@attrs.frozen(kw_only=True)
class Workload:
    """One row of runs.

    Attributes:
        key: Its name in the results.
        title: What it is, for people.
        work: What a contender is told to do.
        calls: How many calls.
        portal: The portal it is done against.
        burst: Requests that contenders may send at once, if there are limits.
        per_second: Requests that they may send each second after that; 0 without limits.
        repetitions: How often it is measured, at most.
        ideal: The least wall time there can be, in seconds, where that is known.
    """

    key: str
    title: str
    work: str
    calls: int
    portal: Wanted = attrs.field(factory=Wanted)
    burst: int = 50
    per_second: float = 0.0
    repetitions: int = 1
    ideal: float | None = None


def ideal_in_flight(calls: int, command_seconds: float) -> float:
    """Seconds that so many commands take when ten batches are always on their way."""
    batches = -(-calls // SIZE)
    rounds = -(-batches // IN_FLIGHT)
    return rounds * SIZE * command_seconds


def ideal_in_bucket(calls: int, burst: int, per_second: float) -> float:
    """Seconds after which the last batch can leave, from an empty bucket."""
    return max(0, -(-calls // SIZE) - burst) / per_second


WORKLOADS: Final = (
    Workload(
        key="a",
        title="5,000 adds, no limits, no delay",
        work="adds",
        calls=5000,
        repetitions=5,
    ),
    Workload(
        key="b",
        title="500 adds, 10 ms a command",
        work="adds",
        calls=500,
        portal=Wanted(command_seconds=0.01),
        repetitions=5,
        ideal=ideal_in_flight(500, 0.01),
    ),
    Workload(
        key="c",
        title="4,000 adds, bucket of 50 leaking 2 a second, scaled by 20",
        work="adds",
        calls=4000,
        portal=Wanted(threshold=50, per_second=40),
        per_second=40,
        repetitions=5,
        ideal=ideal_in_bucket(4000, 50, 40),
    ),
    Workload(
        key="d",
        title="500 adds, bucket full",
        work="adds",
        calls=500,
        portal=Wanted(threshold=50, per_second=2, full=True),
        per_second=2,
    ),
    Workload(
        key="e120",
        title="list of 120 sprints",
        work="list",
        calls=120,
        portal=Wanted(sprints=120),
        repetitions=3,
    ),
    Workload(
        key="e5000",
        title="list of 5,000 sprints",
        work="list",
        calls=5000,
        portal=Wanted(sprints=5000),
        repetitions=3,
    ),
    Workload(
        key="f",
        title="100 adds, an answer lost",
        work="adds",
        calls=100,
        portal=Wanted(lost=True),
    ),
    Workload(key="g", title="50 adds, one refused", work="failing", calls=50),
    Workload(key="h", title="100 adds with hostile texts", work="texts", calls=100),
    Workload(key="secret", title="a call with a wrong webhook", work="secret", calls=1),
)

BY_KEY: Final = {workload.key: workload for workload in WORKLOADS}
