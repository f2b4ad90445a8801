"""Whether a run's figures are judged as the targets say."""

from typing import Any

import attrs
import pytest

from benchmarks.results import FLOOR, OURS, ImportNeed, ImportTime, LinearCost, StreamNeed
from benchmarks.targets import Verdict, slower, verdicts
from benchmarks.workloads import ideal_in_bucket, ideal_in_flight
from tests.benchmarks.results import PEER, changed, good_results


def missed(found: list[Verdict]) -> list[str]:
    """The letters of the targets that were not reached."""
    return [verdict.key for verdict in found if verdict.reached is False]


def test_a_good_run_reaches_every_target() -> None:
    found = verdicts(good_results())
    assert {verdict.reached for verdict in found} == {True}
    assert {verdict.key for verdict in found} >= {*"abcdfghijk", "e120", "e5000", "linear"}


@pytest.mark.parametrize(
    ("workload", "details", "letters"),
    [
        ("a", {"cpu_seconds": 5000 * 38e-6}, ["a"]),  # above 2.5 times the floor
        ("a", {"cpu_seconds": 5000 * 91e-6}, ["a", "a"]),  # and above the peer
        ("b", {"wall_seconds": 0.61}, ["b"]),
        ("c", {"wall_seconds": 0.78}, ["c"]),
        ("c", {"refused": 1}, ["c"]),
        ("a", {"ok": 10, "stored": 10, "intact": 10}, ["a", "a"]),
        ("b", {"ok": 10}, ["b"]),
        ("c", {"stored": 4050, "doubled": 50}, ["c"]),
        ("a", {"in_order": False}, ["a"]),
        ("b", {"in_order": None}, ["b"]),
        ("f", {"ok": 50}, ["f"]),  # nobody was told of the other 50
        ("f", {"ok": 0, "stored": 0, "intact": 0}, ["f"]),
        ("f", {"ok": 100, "stored": 50, "intact": 50}, ["f"]),
        ("d", {"ok": 499}, ["d"]),
        ("d", {"stored": 550, "doubled": 50}, ["d"]),
        ("e120", {"unique_rows": 119}, ["e120"]),
        ("e5000", {"rows": 5001}, ["e5000"]),
        ("e5000", {"requests": 9}, ["e5000"]),
        ("f", {"doubled": 50}, ["f"]),
        ("g", {"ok": 0}, ["g"]),
        ("h", {"intact": 99}, ["h"]),
        ("secret", {"secret_shown": True}, ["secret"]),
        ("secret", {"secret_shown": None}, ["secret"]),
    ],
)
def test_a_figure_that_is_worse_misses_its_target(
    workload: str, details: dict[str, Any], letters: list[str]
) -> None:
    assert missed(verdicts(changed(good_results(), workload, OURS, **details))) == letters


@pytest.mark.parametrize(
    ("details", "letter"),
    [
        (
            {
                "imported": ImportNeed(
                    groups=200, seconds=9.0, requests=526, full_batches=500.0, peak_mb=80.0
                )
            },
            "i",
        ),
        (
            {"streamed": StreamNeed(calls=10**6, seconds=60.0, cpu_us=40.0, peak_mb=100.0)},
            "j",
        ),
        ({"import_time": ImportTime(aiohttp=150.0, package=20.0, session=191.0)}, "k"),
        ({"linear": LinearCost(calls={1000: 30.0, 10_000: 34.0}, chain={1000: 60.0})}, "linear"),
        ({"linear": LinearCost(calls={1000: 30.0}, chain={1000: 60.0, 10_000: 67.0})}, "linear"),
    ],
)
def test_what_is_measured_alone_has_targets_too(details: dict[str, Any], letter: str) -> None:
    assert missed(verdicts(attrs.evolve(good_results(), **details))) == [letter]


NOTHING = attrs.evolve(
    good_results(), cells={}, imported=None, streamed=None, import_time=None, linear=None
)


def test_what_a_full_run_did_not_measure_is_not_reached() -> None:
    assert {verdict.reached for verdict in verdicts(NOTHING)} == {False}


def test_what_was_left_out_is_not_judged() -> None:
    found = verdicts(attrs.evolve(NOTHING, only=("nothing",)))
    assert {verdict.reached for verdict in found} == {None}


def test_a_run_that_failed_reaches_nothing_and_says_why() -> None:
    results = good_results()
    for key, row in results.cells.items():
        row[OURS] = attrs.evolve(results.cell(key, OURS), failed="ended with 1: broken")
    found = [verdict for verdict in verdicts(results) if verdict.key not in {*"ijk", "linear"}]
    assert {(verdict.reached, verdict.figure) for verdict in found} == {
        (False, "ended with 1: broken")
    }


def test_a_benchmark_that_crashed_reaches_nothing_and_says_why() -> None:
    results = attrs.evolve(
        good_results(), streamed=None, broken={"stream_memory": "ended with 1: no memory"}
    )
    [verdict] = [verdict for verdict in verdicts(results) if verdict.key == "j"]
    assert str(verdict).endswith("NOT REACHED (ended with 1: no memory)")


def test_without_peers_nobody_is_beaten() -> None:
    results = good_results()
    alone = tuple(one for one in results.contestants if one.name in (OURS, FLOOR))
    found = verdicts(attrs.evolve(results, contestants=alone))
    assert [str(each) for each in found if each.reached is None] == [
        "(a) CPU of a command below every peer: not judged (no peer did all of it)"
    ]


@pytest.mark.parametrize("stored", [0, 50, 100])
def test_a_lost_answer_may_leave_less_if_the_caller_is_told(stored: int) -> None:
    results = changed(
        good_results(), "f", OURS, ok=0, stored=stored, intact=stored, errors=("lost",), told=100
    )
    [verdict] = [verdict for verdict in verdicts(results) if verdict.key == "f"]
    assert verdict.reached
    assert verdict.figure == f"{stored} of 100 stored, 0 twice; 0 results and 100 errors told"


def test_a_small_import_is_not_judged() -> None:
    small = ImportNeed(groups=20, seconds=1.0, requests=58, full_batches=49.7, peak_mb=50.0)
    found = verdicts(attrs.evolve(good_results(), imported=small))
    [verdict] = [verdict for verdict in found if verdict.key == "i"]
    assert str(verdict).endswith("not judged (1.167 for 20 groups)")


def test_a_peer_that_is_slower_is_not_named() -> None:
    assert slower(good_results()) == []


def test_a_faster_peer_is_named_with_both_figures() -> None:
    [found] = slower(changed(good_results(), "b", PEER, wall_seconds=0.4))
    assert str(found) == "500 adds at 10 ms a command, seconds (peer 2.0: 0.4, here: 0.5)"


def test_a_small_difference_is_seen_in_the_figures() -> None:
    [found] = slower(changed(good_results(), "b", PEER, wall_seconds=0.49999))
    assert str(found).endswith("(peer 2.0: 0.49999, here: 0.5)")


@pytest.mark.parametrize("details", [{"ok": 400}, {"stored": 450}, {"doubled": 1}])
def test_a_peer_that_did_not_do_all_is_no_faster(details: dict[str, Any]) -> None:
    assert slower(changed(good_results(), "b", PEER, wall_seconds=0.1, **details)) == []


def test_the_floor_is_no_peer() -> None:
    assert slower(changed(good_results(), "b", FLOOR, wall_seconds=0.1)) == []


def test_the_ideal_times_follow_from_the_portals_settings() -> None:
    assert ideal_in_flight(500, 0.01) == pytest.approx(0.5)
    assert ideal_in_flight(501, 0.01) == pytest.approx(1.0)  # an eleventh batch
    assert ideal_in_bucket(4000, 50, 40) == pytest.approx(0.75)
    assert ideal_in_bucket(2500, 50, 40) == 0
