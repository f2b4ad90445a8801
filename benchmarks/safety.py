"""The table of what is safe: what happens when something goes wrong, here and elsewhere."""

from benchmarks.results import FLOOR, Cell, Results, Run
from benchmarks.table import OTHERS, Figure, cells_of, markdown, requests_of, secret, title_of
from benchmarks.workloads import BY_KEY


def safety(results: Results) -> str:
    """The README's piece about what is safe."""
    contestants = [one for one in results.contestants if one.name != FLOOR]
    lines: list[list[str]] = []
    for title, key, figure in _SAFETY:
        cells = dict(
            zip(
                (one.name for one in results.contestants),
                cells_of(results, key, figure),
                strict=True,
            )
        )
        lines.append([title, *(cells[one.name] for one in contestants)])
    return markdown(["what happens", *(title_of(one) for one in contestants)], lines)


def _safe_lost(cell: Cell, _: Results) -> str:
    run, calls = cell.worst, BY_KEY["f"].calls
    twice = f"**{run.doubled} twice**" if run.doubled else "0 twice"
    stored = f"{run.intact} of {calls} stored, {twice}"
    if run.ok == calls:
        return f"{stored}; {run.ok} results"
    if not is_told(run):
        return f"{stored}; {run.ok} results, **no error** for the rest"
    return f"{stored}; {run.ok} results, an error for the rest"


def is_told(run: Run) -> bool:
    """Whether the caller had an error, and not just something else than a record."""
    return any(not error.startswith("no record") for error in run.errors)


def _safe_refused(cell: Cell, _: Results) -> str:
    run = cell.worst
    told = "the error" if is_told(run) else "**no error**"
    return f"{run.ok if run.ok == OTHERS else f'**{run.ok}**'} of {OTHERS} results, {told}"


def _safe_texts(cell: Cell, _: Results) -> str:
    run, calls = cell.worst, BY_KEY["h"].calls
    if run.intact == run.stored == calls:
        return "all as written"
    changed, gone = run.stored - run.intact, calls - run.stored
    said = [f"**{changed} changed**"] if changed else []
    said += [f"**{gone} not stored**"] if gone > 0 else []
    return ", ".join(said)


def _safe_list(cell: Cell, _: Results) -> str:
    run = cell.worst
    if run.unique_rows is None:
        return "fails"
    if run.unique_rows == run.rows == BY_KEY["e5000"].calls:
        return f"all, in {requests_of(run)}"
    return f"**{run.unique_rows:,} rows**, {'an error' if is_told(run) else 'no error'}"


_SAFETY: tuple[tuple[str, str, Figure], ...] = (
    ("100 sprints are added, and the answer to the first batch is lost", "f", _safe_lost),
    ("50 are added, and the portal refuses one", "g", _safe_refused),
    ("100 have names that a batch reads as its own, like `$result[x]`", "h", _safe_texts),
    ("a list of 5,000 is read, which tells neither total nor next page", "e5000", _safe_list),
    ("the portal refuses the webhook: is its secret in the error?", "secret", secret),
)
