"""The chart: what a command costs, and how long 500 take, of every contestant."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.results import FLOOR, OURS, Cell, Contestant, Results
from benchmarks.workloads import BY_KEY

_OURS, _FLOOR, _PEER, _MISSING = "#0b6e99", "#9aa5ab", "#d9a441", "#8a1c1c"


def draw(results: Results, folder: Path) -> None:
    """Write chart.png and chart.svg.

    Raises:
        ImportError: matplotlib is missing. Only the benchmarks' environment has it.
    """
    matplotlib: Any = import_module("matplotlib")
    matplotlib.use("Agg")
    # The same results give the same file, and text stays text.
    matplotlib.rcParams.update({"svg.hashsalt": "benchmarks", "svg.fonttype": "none"})
    plot: Any = import_module("matplotlib.pyplot")
    height = 1.6 + 0.42 * len(results.contestants)
    figure, (left, right) = plot.subplots(1, 2, figsize=(12, height), sharey=True)
    commands = BY_KEY["a"].calls
    _panel(left, results, "a", lambda cell: cell.cpu / commands * 1e6, "µs")
    left.set_title("CPU a command, 5,000 adds (µs, log scale; less is better)", fontsize=10)
    _panel(right, results, "b", lambda cell: cell.wall, "s")
    right.set_title("500 adds at 10 ms each (seconds, log scale; less is better)", fontsize=10)
    ideal = BY_KEY["b"].ideal
    if ideal:
        right.axvline(ideal, color="black", linewidth=1, linestyle="--", zorder=3)
        right.annotate(
            f"ideal {ideal:g} s",
            (ideal, -0.6),
            xytext=(4, 0),
            textcoords="offset points",
            fontsize=8,
        )
    left.set_yticks(range(len(results.contestants)), [_label(one) for one in results.contestants])
    left.set_ylim(len(results.contestants) - 0.5, -0.9)
    figure.tight_layout()
    for suffix in ("png", "svg"):
        metadata = {"Date": None} if suffix == "svg" else {"Software": None}
        figure.savefig(folder / f"chart.{suffix}", dpi=150, metadata=metadata)
    plot.close(figure)


def _label(one: Contestant) -> str:
    if one.name == OURS:
        return f"bitrix_scrum_async {one.version}".rstrip()
    return "floor: aiohttp + orjson" if one.name == FLOOR else one.title


def _panel(
    axes: Any, results: Results, key: str, figure: Callable[[Cell], float], unit: str
) -> None:
    """Draw one bar for each contestant, or say why there is none."""
    shown = {
        one.name: figure(results.cell(key, one.name))
        for one in results.contestants
        if results.cell(key, one.name).runs
    }
    least, most = min(shown.values(), default=1.0), max(shown.values(), default=1.0)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.set_xlim(least / 2, most * 4)  # room for what stands beside the longest bar
    axes.grid(visible=True, axis="x", color="#e4e4e4", zorder=0)
    for place, one in enumerate(results.contestants):
        value = shown.get(one.name)
        if value is None:
            why = one.missing or results.cell(key, one.name).failed or "does not do this"
            word = "missing: " if one.missing else ""
            text = f"{word}{why}"
            axes.text(
                least / 1.8,
                place,
                text if len(text) < 60 else f"{text[:59]}…",
                va="center",
                fontsize=8,
                color=_MISSING,
            )
            continue
        color = {OURS: _OURS, FLOOR: _FLOOR}.get(one.name, _PEER)
        axes.barh(place, value, color=color, height=0.66, zorder=2)
        number = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
        partly = "" if results.complete(key, one.name) else " (not all)"
        axes.text(value * 1.07, place, f"{number} {unit}{partly}", va="center", fontsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
