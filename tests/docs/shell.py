"""Shell blocks of pages: their commands, and what can be said of those that are not run here.

Commands that change the machine, or run the tests, are only checked: what they name must be there.
"""

import re
import tomllib
from pathlib import Path

from tests.docs.pages import ROOT, Block, PageError


def commands(code: str) -> list[str]:
    """The commands of a shell block."""
    whole = re.sub(r"\s*\\\n\s*", " ", code)
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in whole.splitlines())
    return [line for line in lines if line]


def check_command(block: Block, words: list[str]) -> None:
    """Check a command that changes the machine or runs the tests: whether what it names is there.

    Raises:
        PageError: It is not, or nobody knows the command.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {*project["optional-dependencies"]}
    sessions = set(re.findall(r"^def (\w+)\(session", (ROOT / "noxfile.py").read_text(), re.M))
    tools = " ".join(project["optional-dependencies"]["dev"])
    known = True
    match words:
        case ["python3", "-m", "venv", ".venv"] | ["cd", _] | ["git", "clone", _]:
            pass
        case ["pip", "install", *rest]:
            asked = {
                name
                for word in rest
                for names in re.findall(r"\[([\w,]+)\]", word)
                for name in names.split(",")
            }
            known = asked <= extras
        case ["nox", "-l"]:
            pass
        case ["nox", "-s", session, *rest]:
            known = session.partition("-")[0] in sessions and all(_is_there(each) for each in rest)
        case ["pytest" | "mypy" | "pyright" | "ruff" as tool, *rest]:
            known = tool in f"pytest {tools}" and all(_is_there(each) for each in rest)
        case ["$EDITOR", name]:
            known = Path(name).exists()
        case _:
            raise PageError(f"{block}: nobody knows how to run {' '.join(words)!r}")
    if not known:
        raise PageError(f"{block}: {' '.join(words)!r} names what is not there")


def _is_there(word: str) -> bool:
    """Whether a word that looks like a path is one; options and their values pass."""
    return "/" not in word or (ROOT / word.partition("::")[0]).exists()
