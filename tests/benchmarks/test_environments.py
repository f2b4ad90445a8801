"""Which peers can be had on a machine, and why the others cannot."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import environments
from benchmarks.environments import Environment, Peer, find_python, make


def test_without_a_least_version_this_interpreter_will_do() -> None:
    assert find_python("") == sys.executable


# As they are found; the first is a shim of pyenv whose version is not switched on.
FOUND: dict[str, tuple[int, ...] | None] = {"/shim": None, "/old": (3, 11), "/new": (3, 13)}


@pytest.fixture
def interpreters(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with some interpreters."""

    def found() -> Iterator[str]:
        yield from FOUND

    monkeypatch.setattr(environments, "_interpreters", found)
    monkeypatch.setattr(environments, "_version", FOUND.__getitem__)


@pytest.mark.usefixtures("interpreters")
@pytest.mark.parametrize(
    ("at_least", "interpreter"), [("3.11", "/old"), ("3.12", "/new"), ("3.14", None)]
)
def test_the_first_interpreter_that_works_and_is_new_enough_is_taken(
    at_least: str, interpreter: str | None
) -> None:
    assert find_python(at_least) == interpreter


@pytest.mark.usefixtures("interpreters")
@pytest.mark.parametrize(
    ("peer", "reason"),
    [
        (
            Peer(name="b", distribution="b", version="1", python="3.99", program="b"),
            "it needs Python 3.99 or later, and there is none",
        ),
        (
            Peer(name="j", distribution="j", version="1", program="j.mjs"),
            "it needs node and npm",
        ),
    ],
)
def test_a_peer_that_cannot_be_had_is_missing_with_the_reason(
    peer: Peer, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(_: str) -> None:
        return None

    monkeypatch.setattr("shutil.which", nothing)
    assert make(peer, tmp_path) == Environment(missing=reason)


def test_every_peer_that_is_listed_has_its_program() -> None:
    listed = environments.peers()
    assert len(listed) == 5
    for peer in listed:
        name = peer.program if peer.program.endswith(".mjs") else f"{peer.program}.py"
        assert (environments.CONTENDERS / name).is_file()
        assert peer.scheme in ("http", "https")
