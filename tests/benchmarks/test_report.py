"""What is written about a run."""

from pathlib import Path

import attrs
import pytest

from benchmarks import report
from benchmarks.results import OURS, Cell, Results
from benchmarks.safety import safety
from benchmarks.table import table
from benchmarks.targets import slower
from tests.benchmarks.results import ABSENT, PEER, changed, good_results


def row(results: Results, begins: str) -> list[str]:
    """The cells of a row of the table."""
    [line] = [line for line in table(results).splitlines() if line.startswith(f"| {begins}")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def safe(results: Results, begins: str) -> list[str]:
    """The cells of a row of the table about safety."""
    text = safety(results)
    [line] = [line for line in text.splitlines() if line.startswith(f"| {begins}")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    results = good_results()
    results.write(tmp_path / "results.json")
    assert Results.read(tmp_path / "results.json") == results


def test_every_row_of_the_table_is_as_long_as_its_head() -> None:
    lines = table(good_results()).splitlines()
    assert {line.count("|") for line in lines} == {6}
    assert lines[0] == "| workload | **bitrix_scrum_async** | floor | peer 2.0 | absent 3.0 |"


def test_figures_stand_beside_what_they_are_measured_by() -> None:
    results = good_results()
    assert row(results, "5,000 adds: CPU")[1:4] == ["30 µs (2.0×)", "15 µs", "90 µs (6.0×)"]
    assert row(results, "500 adds at 10 ms")[1:4:2] == ["0.50 s (1.00×)", "3.00 s (6.00×)"]
    assert row(results, "import of 200")[1] == "505 (1.010×), 9.0 s, 80 MB"


def test_a_missing_peer_is_named_with_the_reason() -> None:
    results = good_results()
    assert row(results, "5,000 adds: CPU")[4] == "missing"
    assert "absent 3.0 is missing: it needs node and npm." in report.for_readme(results)
    assert "absent 3.0 is missing: it needs node and npm." in report.notes(results)


def test_a_failing_peer_is_shown_as_failing_and_the_reason_is_noted() -> None:
    results = good_results()
    results.cells["a"][PEER] = Cell(failed="not done in 120 s")
    assert row(results, "5,000 adds: CPU")[3] == "fails"
    assert "peer 2.0, 5,000 adds, no limits, no delay: not done in 120 s" in report.notes(results)


def test_a_figure_for_a_part_of_the_work_says_so() -> None:
    results = changed(good_results(), "b", PEER, ok=450)
    assert row(results, "500 adds at 10 ms")[3] == "3.00 s (6.00×), 450 of 500 results"


def test_what_a_peer_stored_twice_or_mixed_up_stands_beside_its_figure() -> None:
    results = changed(good_results(), "b", PEER, stored=550, doubled=50, in_order=False)
    assert row(results, "500 adds at 10 ms")[3] == "3.00 s (6.00×), 50 stored twice, not in order"


def test_the_order_of_results_has_a_row() -> None:
    results = changed(good_results(), "a", PEER, in_order=False)
    assert row(results, "5,000 adds: results in")[1:4:2] == ["yes", "no"]


def test_what_is_used_for_the_first_time_has_a_row() -> None:
    assert row(good_results(), "first use")[1] == "1.0 / 12.5 / 3.0 ms"


def test_a_bar_in_a_text_does_not_end_its_cell() -> None:
    results = changed(good_results(), "e120", PEER, unique_rows=None, errors=("a|b",))
    assert row(results, "list of 120")[3] == "fails: a/b"


@pytest.mark.parametrize(
    ("begins", "key", "details", "said"),
    [
        ("100 sprints", "f", {"ok": 50, "errors": ("OutcomeUnknown: no",)},
         "100 of 100 stored, 0 twice; 50 results, an error for the rest"),
        ("100 sprints", "f", {"ok": 0, "stored": 50, "intact": 50, "errors": ("lost",)},
         "50 of 100 stored, 0 twice; 0 results, an error for the rest"),
        ("100 sprints", "f", {"ok": 0, "stored": 0, "intact": 0},
         "0 of 100 stored, 0 twice; 0 results, **no error** for the rest"),
        ("100 sprints", "f", {"stored": 150, "doubled": 50},
         "100 of 100 stored, **50 twice**; 100 results"),
        ("50 are added", "g", {}, "49 of 49 results, the error"),
        ("50 are added", "g", {"ok": 0}, "**0** of 49 results, the error"),
        ("50 are added", "g", {"errors": ("no record, but undefined",)},
         "49 of 49 results, **no error**"),
        ("100 have names", "h", {}, "all as written"),
        ("100 have names", "h", {"stored": 95, "intact": 75},
         "**20 changed**, **5 not stored**"),
        ("a list of 5,000", "e5000", {}, "all, in 4 requests"),
        ("a list of 5,000", "e5000", {"rows": 50, "unique_rows": 50}, "**50 rows**, no error"),
        ("the portal refuses", "secret", {"secret_shown": True}, "**shown**"),
    ],
)  # fmt: skip
def test_the_table_about_safety_says_what_became_of_the_work(
    begins: str, key: str, details: dict[str, object], said: str
) -> None:
    assert safe(changed(good_results(), key, PEER, **details), begins)[2] == said


def test_the_table_about_safety_leaves_the_floor_out() -> None:
    assert len(safe(good_results(), "100 sprints")) == 4


def test_https_is_told_of_who_insists_on_it() -> None:
    assert "- peer 2.0 spoke https" in report.notes(good_results())
    assert "- peer 2.0: one after the other." in report.notes(good_results())


def test_what_is_slower_is_said_or_that_nothing_is() -> None:
    assert report.slower_list([]).endswith("nothing of what was measured.")
    found = slower(changed(good_results(), "b", PEER, wall_seconds=0.4))
    assert "500 adds at 10 ms a command, seconds (peer 2.0" in report.slower_list(found)


def test_where_no_peer_took_part_none_is_said_to_be_slower() -> None:
    results = good_results()
    alone = tuple(attrs.evolve(one, missing="none") for one in results.contestants)
    said = report.for_readme(attrs.evolve(results, contestants=alone))
    assert "No peer took part" in said
    assert "Slower than a peer" not in said


def test_the_pieces_of_the_readme_are_replaced_and_nothing_else(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(
        "# Name\n<!-- benchmarks -->\nold\n<!-- /benchmarks -->\n"
        "between\n<!-- safety -->\n<!-- /safety -->\nend\n"
    )
    report.write_readme(good_results(), readme)
    text = readme.read_text()
    assert "old" not in text
    assert text.startswith("# Name\n<!-- benchmarks -->\n![")
    assert "<!-- /benchmarks -->\nbetween\n<!-- safety -->\n| what happens |" in text
    assert text.endswith("<!-- /safety -->\nend\n")
    report.write_readme(good_results(), readme)
    assert readme.read_text() == text


def test_without_marks_the_readme_stays_as_it_is() -> None:
    assert report.put_between("# Name\n", "benchmarks", "piece\n") == "# Name\n"


def test_a_shortened_run_says_so() -> None:
    assert "shortened" in report.for_readme(attrs.evolve(good_results(), quick=True))
    assert "shortened" not in report.for_readme(good_results())


def test_nobody_is_compared_who_has_no_runs() -> None:
    assert not good_results().complete("a", ABSENT)
    assert good_results().complete("a", OURS)
