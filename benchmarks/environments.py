"""Makes an environment for each peer: `python -m benchmarks.environments FOLDER`.

A peer's dependencies may clash with ours, so each has a virtual environment of its own, and the one
in JavaScript a folder for npm. FOLDER/environments.json says how each is started, or why it cannot
be: a peer that is missing is named, not left out. What is there already is used again.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs
import cattrs
import orjson

from benchmarks.running import shortened

CONTENDERS = Path(__file__).resolve().parent / "contenders"
_NEWEST = 30  # the minor version up to which interpreters are looked for


@attrs.frozen(kw_only=True)
class Peer:
    """A library to compare with, as peers.json describes it.

    Attributes:
        name: Its name in the results.
        distribution: What its registry calls it.
        version: The version to install.
        python: The least version of Python that it works with; empty for any.
        program: Our module that drives it, or a script for node.
        scheme: `http` or `https`: what it can speak.
    """

    name: str
    distribution: str
    version: str
    python: str = ""
    program: str = ""
    scheme: str = "http"


@attrs.frozen(kw_only=True)
class Environment:
    """How a peer is started, or why it is not.

    Attributes:
        command: The program, without arguments.
        missing: Why there is none.
    """

    command: tuple[str, ...] = ()
    missing: str | None = None


class CannotMake(Exception):
    """An environment that cannot be made; the text says why."""


def peers() -> tuple[Peer, ...]:
    """The libraries to compare with."""
    listed = orjson.loads((CONTENDERS / "peers.json").read_bytes())
    return tuple(cattrs.structure(listed, list[Peer]))


def read(path: Path | None) -> dict[str, Environment]:
    """Read what `main` wrote. Without a file nobody has an environment."""
    if path is None:
        return {}
    return cattrs.structure(orjson.loads(path.read_bytes()), dict[str, Environment])


def make(peer: Peer, folder: Path) -> Environment:
    """Make a peer's environment, or say why it cannot be made."""
    try:
        if peer.program.endswith(".mjs"):
            return Environment(command=_with_node(peer, folder))
        return Environment(command=_with_python(peer, folder))
    except CannotMake as reason:
        return Environment(missing=str(reason))


def _with_python(peer: Peer, folder: Path) -> tuple[str, ...]:
    interpreter = find_python(peer.python)
    if interpreter is None:
        raise CannotMake(f"it needs Python {peer.python} or later, and there is none")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = f"{peer.distribution}=={peer.version}"
    made = folder / "made.txt"
    if not made.exists() or made.read_text("utf-8") != wanted:
        _do([interpreter, "-m", "venv", "--clear", str(folder)], "no virtual environment")
        install = [str(python), "-m", "pip", "install", "--quiet", wanted]
        _do(install, f"pip cannot install {wanted}")
        made.write_text(wanted, encoding="utf-8")
    return (str(python), "-m", f"benchmarks.contenders.{peer.program}")


def _with_node(peer: Peer, folder: Path) -> tuple[str, ...]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise CannotMake("it needs node and npm")
    folder.mkdir(parents=True, exist_ok=True)
    wanted = f"{peer.distribution}@{peer.version}"
    made = folder / "made.txt"
    if not made.exists() or made.read_text("utf-8") != wanted:
        install = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", wanted]
        _do(install, f"npm cannot install {wanted}")
        made.write_text(wanted, encoding="utf-8")
    return (node, str(CONTENDERS / peer.program), "--modules", str(folder))


def _do(command: Sequence[str], otherwise: str) -> None:
    try:
        ended = subprocess.run(  # noqa: S603 - our own programs
            command, capture_output=True, check=False, text=True, timeout=600
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotMake(f"{otherwise}: {shortened(str(error))}") from None
    if ended.returncode:
        last = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise CannotMake(f"{otherwise}: {shortened(last)}")


def find_python(at_least: str) -> str | None:
    """An interpreter of a version or a later one: this one, one on the path, or one of pyenv's.

    Args:
        at_least: Such as `3.12`; empty for any.
    """
    least = tuple(int(part) for part in at_least.split(".")) if at_least else (0,)
    for candidate in _interpreters():
        version = _version(candidate)
        if version is not None and version >= least:
            return candidate
    return None


def _interpreters() -> Iterator[str]:
    yield sys.executable
    for minor in range(11, _NEWEST):
        found = shutil.which(f"python3.{minor}")
        if found is not None:
            yield found
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for folder in sorted(versions.glob("3.*"), key=lambda path: _numbers(path.name)):
        yield str(folder / "bin" / "python")


def _version(interpreter: str) -> tuple[int, ...] | None:
    # A shim of pyenv is on the path even where its version is not switched on, and then it fails.
    tell = "import sys; print(*sys.version_info[:2], sep='.')"
    try:
        ended = subprocess.run(  # noqa: S603 - an interpreter
            [interpreter, "-c", tell], capture_output=True, check=False, text=True, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return _numbers(ended.stdout) if ended.returncode == 0 else None


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))


def main() -> None:
    """Make all environments, and say which there are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = Path(parser.parse_args().folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    made = {peer.name: make(peer, folder / peer.name) for peer in peers()}
    for name, environment in made.items():
        print(f"{name}: {environment.missing or 'ready'}")
    (folder / "environments.json").write_bytes(orjson.dumps(cattrs.unstructure(made)))


if __name__ == "__main__":
    main()
