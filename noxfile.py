"""Sessions for working on the project: `nox -l` lists them, `nox -s NAME` runs one."""

import shutil
from pathlib import Path

import nox

nox.options.default_venv_backend = "venv"
nox.options.sessions = ["tests", "types", "lint"]

PYTHONS = ["3.11", "3.12", "3.13"]
# What is written down about them was measured with these versions.
PEERS = ["fast_bitrix24==1.8.14", "b24pysdk==1.3.2"]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests, on each Python that is found."""
    session.install("-e", ".[test,examples]")
    session.run("pytest", *session.posargs)


@nox.session(python="3.11")
def types(session: nox.Session) -> None:
    """Check the types with mypy and pyright, both strict."""
    session.install("-e", ".[dev]")
    session.run("mypy")
    session.run("pyright")


@nox.session(python="3.11")
def lint(session: nox.Session) -> None:
    """Check style and format."""
    session.install("-e", ".[dev]")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


@nox.session(python="3.11")
def demo(session: nox.Session) -> None:
    """Import the bundled plan into the emulator and read everything back."""
    session.install("-e", ".[cli]")
    session.run("bitrix-scrum", "demo", *session.posargs)


@nox.session(python="3.11")
def benchmarks(session: nox.Session) -> None:
    """Measure this library beside its peers; write table and chart. `--quick` takes less time."""
    session.install("-e", ".[cli,tls]", "matplotlib>=3.9")
    made = Path(session.cache_dir) / "peers"
    session.run("python", "-m", "benchmarks.environments", str(made))
    session.run(
        *("python", "-m", "benchmarks.compare"),
        *("--environments", str(made / "environments.json")),
        *(session.posargs or ("--output", "docs/benchmarks", "--readme", "README.md")),
    )


@nox.session(python="3.11")
def costs(session: nox.Session) -> None:
    """Run the benchmarks of this library alone: all, or those that are named."""
    session.install("-e", ".[cli]")
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session(python="3.11")
def load(session: nox.Session) -> None:
    """Send for half a minute while everything goes wrong; `--seconds 60 --seed 7` are others."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "tests.load", *session.posargs)


@nox.session(python="3.11")
def peers(session: nox.Session) -> None:
    """Let other libraries' clients talk to the emulator; `--peers-report FILE` keeps the table."""
    session.install("-e", ".[test]", *PEERS)
    session.run("pytest", "-n", "0", "tests/peers", *session.posargs)


@nox.session(python="3.11")
def build(session: nox.Session) -> None:
    """Build sdist and wheel into dist/, check them, and use the wheel alone, without extras."""
    session.install("build", "twine")
    made = Path(session.cache_dir) / "dist"
    shutil.rmtree(made, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(made))
    files = sorted(str(file) for file in made.iterdir())
    session.run("twine", "check", "--strict", *files)
    # This environment holds what twine needs, rich among it. Where people install it is nothing.
    alone = Path(session.create_tmp()) / "alone"
    session.run("python", "-m", "venv", "--clear", str(alone))
    python = next(str(each) for each in alone.glob("*/python*") if each.stem == "python")
    (wheel,) = (file for file in files if file.endswith(".whl"))
    session.run(python, "-m", "pip", "install", "--quiet", wheel, external=True)
    session.run(python, "-W", "error", "tests/installed.py", external=True)
    shutil.copytree(made, "dist", dirs_exist_ok=True)


@nox.session(python="3.11")
def docs(session: nox.Session) -> None:
    """Make the reference of all public names from their docstrings, in build/reference."""
    session.install("-e", ".[cli,opentelemetry]", "pdoc>=16,<17", "pytest")
    session.run("python", "docs/reference.py", *(session.posargs or ["build/reference"]))
