"""The targets, and whether a run reached them."""

from collections.abc import Iterator

import attrs

from benchmarks.bounds import (
    GROWTH,
    IMPORT_GROUPS,
    IMPORT_MS,
    IMPORT_REQUESTS,
    LIST_REQUESTS,
    STREAM_MB,
    TIMES_FLOOR,
    TIMES_IDEAL,
)
from benchmarks.linear_cost import spread
from benchmarks.results import FLOOR, OURS, Results, Run
from benchmarks.workloads import BY_KEY


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
    target = f"CPU of a command at most {TIMES_FLOOR:g} times the floor"
    if (broken := _broken(results, "a", target)) is not None:
        yield broken
    elif floor.runs:
        ratio = mine.cpu / floor.cpu
        yield Verdict("a", target, f"{ratio:.2f}", ratio <= TIMES_FLOOR)
    else:
        yield Verdict("a", target, f"no floor: {floor.failed or 'not measured'}", reached=False)
    target = "CPU of a command below every peer"
    peers = [peer.name for peer in results.peers if results.complete("a", peer.name)]
    if (broken := _broken(results, "a", target)) is not None:
        yield broken
    elif peers:
        best = min(peers, key=lambda name: results.cell("a", name).cpu)
        ratio = results.cell("a", best).cpu / mine.cpu
        yield Verdict("a", target, f"{best} takes {ratio:.2f} times ours", ratio > 1)
    else:
        yield Verdict("a", target, "no peer did all of it", None)
    for key, most in TIMES_IDEAL.items():
        ideal = BY_KEY[key].ideal
        assert ideal is not None
        target = f"at most {most:g} times the ideal"
        if (broken := _broken(results, key, target)) is not None:
            yield broken
            continue
        ratio = results.cell(key, OURS).wall / ideal
        yield Verdict(key, target, f"{ratio:.3f}", ratio <= most)
    target = "no 503"
    if (unseen := _unseen(results, "c", target)) is not None:
        yield unseen
    else:
        refused = max(run.refused for run in results.cell("c", OURS).runs)
        yield Verdict("c", target, f"{refused}", refused == 0)
    target = "results in the caller's order"
    for key in "abc":
        if (unseen := _unseen(results, key, target)) is not None:
            yield unseen
            continue
        ordered = all(run.in_order is True for run in results.cell(key, OURS).runs)
        yield Verdict(key, target, "in order" if ordered else "not in order", ordered)


def _unseen(results: Results, key: str, target: str) -> Verdict | None:
    """The verdict where this library has no run, or ended one badly."""
    if results.only and key not in results.only:
        return Verdict(key, target, "left out", None)
    cell = results.cell(key, OURS)
    if cell.failed or not cell.runs:
        return Verdict(key, target, cell.failed or "not measured", reached=False)
    return None


def _broken(results: Results, key: str, target: str) -> Verdict | None:
    """The verdict where this library did not do all of a workload: then no figure counts."""
    unseen = _unseen(results, key, target)
    if unseen is not None or results.complete(key, OURS):
        return unseen
    run = results.cell(key, OURS).worst
    figure = f"{run.ok} of {BY_KEY[key].calls} results, {run.stored} stored, {run.doubled} twice"
    return Verdict(key, target, figure, reached=False)


def _kept(results: Results) -> Iterator[Verdict]:
    """The promises; each must be kept in every run."""
    for key, target in _PROMISES.items():
        if (unseen := _unseen(results, key, target)) is not None:
            yield unseen
            continue
        cell = results.cell(key, OURS)
        run, calls = cell.worst, BY_KEY[key].calls
        match key:
            case "d":
                complete = results.complete("d", OURS)
                yield Verdict(key, target, f"{run.ok} of {calls}", complete)
            case "e120" | "e5000":
                most = max(one.requests for one in cell.runs)
                few = key == "e120" or most <= LIST_REQUESTS
                figure = f"{run.unique_rows} in {most} requests"
                yield Verdict(key, target, figure, results.complete(key, OURS) and few)
            case "f":
                yield Verdict(key, target, _lost(run, calls), all(map(is_told_once, cell.runs)))
            case "g":
                kept = all(one.ok == one.intact == calls - 1 for one in cell.runs)
                yield Verdict(key, target, f"{run.ok} of {calls - 1}", kept)
            case "h":
                kept = all(one.ok == one.intact == one.stored == calls for one in cell.runs)
                yield Verdict(key, target, f"{run.intact} of {calls}", kept)
            case _:
                hidden = all(one.secret_shown is False for one in cell.runs)
                yield Verdict(key, target, _shown(run.secret_shown), hidden)


def is_told_once(run: Run) -> bool:
    """Whether nothing is doubled, and each call has a result that is stored, or an error."""
    known = run.ok + (run.told or 0) == BY_KEY["f"].calls
    return run.doubled == 0 and known and run.ok <= run.stored


def _lost(run: Run, calls: int) -> str:
    return (
        f"{run.intact} of {calls} stored, {run.doubled} twice;"
        f" {run.ok} results and {run.told or 0} errors told"
    )


_PROMISES = {
    "d": "all succeed though the bucket is full",
    "e120": "120 sprints, exact",
    "e5000": f"5,000 sprints in at most {LIST_REQUESTS} requests, exact",
    "f": "no duplicate when an answer is lost, and an outcome told for each call",
    "g": "all other results kept when one command fails",
    "h": "all texts stored as they are",
    "secret": "the webhook's secret is in no error",
}


def _shown(secret_shown: bool | None) -> str:
    return {True: "shown", False: "not shown", None: "not looked at"}[secret_shown]


def _alone(results: Results) -> Iterator[Verdict]:
    target = f"requests of an import within {IMPORT_REQUESTS - 1:.0%} of commands / 50"
    if (need := results.imported) is not None:
        ratio = need.requests / need.full_batches
        figure = f"{ratio:.3f} for {need.groups} groups"
        reached = ratio <= IMPORT_REQUESTS if need.groups >= IMPORT_GROUPS else None
        yield Verdict("i", target, figure, reached)
    else:
        yield _nothing(results, "import_many", "i", target)
    target = f"peak of a long stream below {STREAM_MB:g} MB"
    if (stream := results.streamed) is not None:
        figure = f"{stream.peak_mb:.0f} MB for {stream.calls:,} calls"
        yield Verdict("j", target, figure, stream.peak_mb < STREAM_MB)
    else:
        yield _nothing(results, "stream_memory", "j", target)
    target = f"import at most {IMPORT_MS:g} ms above aiohttp"
    if (time := results.import_time) is not None:
        above = max(time.package, time.session) - time.aiohttp
        yield Verdict("k", target, f"{above:.0f} ms", above <= IMPORT_MS)
    else:
        yield _nothing(results, "import_time", "k", target)
    for name, counts in (
        ("calls", results.linear and results.linear.calls),
        ("a chain of references", results.linear and results.linear.chain),
    ):
        target = f"the cost of {name} grows linearly within {GROWTH - 1:.0%}"
        if counts:
            grown = spread(counts)
            yield Verdict("linear", target, f"{grown:.3f}", grown <= GROWTH)
        else:
            yield _nothing(results, "linear_cost", "linear", target)


def _nothing(results: Results, name: str, key: str, target: str) -> Verdict:
    """The verdict where a benchmark of this library alone gave nothing."""
    if results.only:
        return Verdict(key, target, "left out", None)
    return Verdict(key, target, results.broken.get(name, "not measured"), reached=False)


def _apart(one: float, other: float) -> tuple[str, str]:
    """Two figures with as many digits as tell them from each other."""
    for digits in range(3, 17):
        texts = f"{one:.{digits}g}", f"{other:.{digits}g}"
        if texts[0] != texts[1]:
            return texts
    return repr(one), repr(other)


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
        theirs, ours = _apart(self.theirs, self.ours)
        return f"{self.what} ({self.peer}: {theirs}, here: {ours})"


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
