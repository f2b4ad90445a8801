"""What a contender says, beside what the portal holds."""

from typing import Any

import pytest

from benchmarks.contenders.job import FAILS, TEXTS, Job, Result
from benchmarks.portal_program import Held
from benchmarks.running import judged, shortened


def job(workload: str, calls: int) -> Job:
    """A job that nobody does."""
    return Job(workload, "http://127.0.0.1:1/rest/1/s3cret/", calls, 1, None, 50, 0.0)


def said(**details: Any) -> dict[str, Any]:
    """What a contender says."""
    return vars(Result("peer", "1.0", **details))


def test_names_that_are_held_more_often_than_asked_for_are_doubled() -> None:
    wanted = [row["name"] for row in job("adds", 3).fields()]
    run = judged(
        said(ok=3), "", Held(requests=2, refused=0, names=[*wanted, wanted[0]]), job("adds", 3)
    )
    assert (run.stored, run.doubled, run.intact) == (4, 1, 3)


def test_a_changed_text_is_stored_and_not_intact() -> None:
    names = [*TEXTS[:-1], "something else"]
    held = Held(requests=1, refused=0, names=names)
    run = judged(said(), "", held, job("texts", len(TEXTS)))
    assert (run.stored, run.doubled, run.intact) == (len(TEXTS), 0, len(TEXTS) - 1)


def test_the_add_that_must_fail_is_not_asked_for() -> None:
    names = [row["name"] for row in job("failing", 50).fields()]
    del names[FAILS - 1]
    run = judged(said(), "", Held(requests=1, refused=0, names=names), job("failing", 50))
    assert run.intact == 49


@pytest.mark.parametrize(
    ("shown", "logged", "found"),
    [
        (False, "", False),
        (True, "", True),
        (False, "request to /rest/1/s3cret/ failed", True),
        (None, "s3cret", None),
    ],
)
def test_a_secret_is_also_looked_for_in_what_was_logged(
    shown: bool | None,
    logged: str,
    found: bool | None,
) -> None:
    held = Held(requests=0, refused=0, names=[])
    assert judged(said(secret_shown=shown), logged, held, job("secret", 1)).secret_shown is found


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("no http://127.0.0.1:4711/rest/1/abc/ there", "no (address) there"),
        ("File /home/somebody/lib/python3.11/x.py fails", "File x.py fails"),
        ("and/or is no path", "and/or is no path"),
        ("Pool(host='127.0.0.1', port=4711)", "Pool(host='127.0.0.1')"),
        ("to localhost:4711 only", "to localhost only"),
        ("two\nlines", "two lines"),
    ],
)  # fmt: skip
def test_a_text_about_this_machine_is_told_without_addresses_and_paths(
    text: str, short: str
) -> None:
    assert shortened(text) == short


def test_a_long_text_is_cut() -> None:
    assert shortened("x" * 500) == "x" * 199 + "…"
