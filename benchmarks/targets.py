"""The targets, and whether a run reached them."""

from collections.abc import Iterator

import attrs

from benchmarks.linear_cost import spread
from benchmarks.results import FLOOR, OURS, Results
from benchmarks.workloads import BY_KEY

_MANY = 200


@attrs.frozen
class Verdict:
    """What became of one target.

    Attributes:
        key: The letter of the workload.
        target: What was to be reached.
        figure: What was reached.
        reached: Whether that is enough; `None` where nothing can be said.
    """

    key: str
    target: str
    figure: str
    reached: bool | None

    def __str__(self) -> str:
        word = {True: "reached", False: "NOT REACHED", None: "not judged"}[self.reached]
        return f"({self.key}) {self.target}: {word} ({self.figure})"


def verdicts(results: Results) -> list[Verdict]:
    """Compare every figure with its target."""
    return [*_side_by_side(results), *_kept(results), *_alone(results)]


def _side_by_side(results: Results) -> Iterator[Verdict]:
    mine, floor = results.cell("a", OURS), results.cell("a", FLOOR)
    target = "CPU of a command at most 2.5 times the floor"
    if mine.runs and floor.runs:
        ratio = mine.cpu / floor.cpu
        yield Verdict("a", target, f"{ratio:.2f}", ratio <= 2.5)
    else:
        yield _unknown("a", target)
    target = "CPU of a command below every peer"
    peers = [peer.name for peer in results.peers if results.complete("a", peer.name)]
    if mine.runs and peers:
        best = min(peers, key=lambda name: results.cell("a", name).cpu)
        ratio = results.cell("a", best).cpu / mine.cpu
        yield Verdict("a", target, f"{best} takes {ratio:.2f} times ours", ratio > 1)
    else:
        yield _unknown("a", target)
    for key, most in (("b", 1.2), ("c", 1.03)):
        ideal = BY_KEY[key].ideal
        target = f"at most {most:g} times the ideal"
        cell = results.cell(key, OURS)
        if cell.runs and ideal:
            ratio = cell.wall / ideal
            yield Verdict(key, target, f"{ratio:.3f}", ratio <= most)
        else:
            yield _unknown(key, target)
    refused = [run.refused for run in results.cell("c", OURS).runs]
    if refused:
        yield Verdict("c", "no 503", f"{max(refused)}", max(refused) == 0)


def _kept(results: Results) -> Iterator[Verdict]:
    """The promises; each is judged by the worst run."""
    for key, target in _PROMISES.items():
        cell = results.cell(key, OURS)
        if not cell.runs:
            yield _unknown(key, target)
            continue
        run, calls = cell.worst, BY_KEY[key].calls
        match key:
            case "d":
                complete = results.complete("d", OURS)
                yield Verdict(key, target, f"{run.ok} of {calls}", complete)
            case "e120" | "e5000":
                exact = all(one.unique_rows == one.rows == calls for one in cell.runs)
                most = max(one.requests for one in cell.runs)
                figure = f"{run.unique_rows} in {most} requests"
                yield Verdict(key, target, figure, exact and (key == "e120" or most <= 8))
            case "f":
                yield Verdict(key, target, f"{run.doubled}", run.doubled == 0)
            case "g":
                kept = run.ok == run.intact == calls - 1
                yield Verdict(key, target, f"{run.ok} of {calls - 1}", kept)
            case "h":
                kept = run.ok == run.intact == run.stored == calls
                yield Verdict(key, target, f"{run.intact} of {calls}", kept)
            case _:
                yield Verdict(key, target, _shown(run.secret_shown), run.secret_shown is False)


_PROMISES = {
    "d": "all succeed though the bucket is full",
    "e120": "120 sprints, exact",
    "e5000": "5,000 sprints in at most 8 requests, exact",
    "f": "no duplicate when an answer is lost",
    "g": "all other results kept when one command fails",
    "h": "all texts stored as they are",
    "secret": "the webhook's secret is in no error",
}


def _shown(secret_shown: bool | None) -> str:
    return {True: "shown", False: "not shown", None: "not looked at"}[secret_shown]


def _alone(results: Results) -> Iterator[Verdict]:
    target = "requests of an import within 5% of commands / 50"
    if (need := results.imported) is not None:
        ratio = need.requests / need.full_batches
        figure = f"{ratio:.3f} for {need.groups} groups"
        # A small import has no full batches: the target is for a large one.
        yield Verdict("i", target, figure, ratio <= 1.05 if need.groups >= _MANY else None)
    else:
        yield _unknown("i", target)
    target = "peak of a long stream below 100 MB"
    if (stream := results.streamed) is not None:
        figure = f"{stream.peak_mb:.0f} MB for {stream.calls:,} calls"
        yield Verdict("j", target, figure, stream.peak_mb < 100)
    else:
        yield _unknown("j", target)
    target = "import at most 40 ms above aiohttp"
    if (time := results.import_time) is not None:
        above = max(time.package, time.session) - time.aiohttp
        yield Verdict("k", target, f"{above:.0f} ms", above <= 40)
    else:
        yield _unknown("k", target)
    for name, counts in (
        ("calls", results.linear and results.linear.calls),
        ("a chain of references", results.linear and results.linear.chain),
    ):
        target = f"the cost of {name} grows linearly within 10%"
        if counts:
            grown = spread(counts)
            yield Verdict("linear", target, f"{grown:.3f}", grown <= 1.1)
        else:
            yield _unknown("linear", target)


def _unknown(key: str, target: str) -> Verdict:
    return Verdict(key, target, "not measured", None)


@attrs.frozen
class Slower:
    """Something at which a peer is better than this library.

    Attributes:
        what: What it is.
        peer: The best peer's title.
        theirs: The peer's figure.
        ours: This library's.
    """

    what: str
    peer: str
    theirs: float
    ours: float

    def __str__(self) -> str:
        return f"{self.what} ({self.peer}: {self.theirs:.3g}, here: {self.ours:.3g})"


def slower(results: Results) -> list[Slower]:
    """All that was measured at which a peer that did all of the work is better."""
    found: list[Slower] = []
    for key, what, figure in _COMPARED:
        mine = results.cell(key, OURS)
        others = {
            peer.title: results.cell(key, peer.name)
            for peer in results.peers
            if results.complete(key, peer.name)
        }
        if not mine.runs or not others:
            continue
        best = min(others, key=lambda title: getattr(others[title], figure))
        theirs, ours = getattr(others[best], figure), getattr(mine, figure)
        if theirs < ours:
            found.append(Slower(what, best, theirs, ours))
    return found


_COMPARED = (
    ("a", "5,000 adds without limits, seconds of CPU", "cpu"),
    ("a", "5,000 adds without limits, seconds", "wall"),
    ("a", "5,000 adds without limits, MB of memory", "peak"),
    ("b", "500 adds at 10 ms a command, seconds", "wall"),
    ("c", "4,000 adds within the limits, seconds", "wall"),
    ("d", "500 adds with the bucket full, seconds", "wall"),
    ("e120", "a list of 120 sprints, seconds", "wall"),
    ("e120", "a list of 120 sprints, requests", "requests"),
    ("e5000", "a list of 5,000 sprints, seconds", "wall"),
    ("e5000", "a list of 5,000 sprints, requests", "requests"),
)
