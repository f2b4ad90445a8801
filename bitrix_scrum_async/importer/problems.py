"""What is wrong with a plan, said so that a person can mend it."""

from collections.abc import Sequence

import attrs

from ..errors import BitrixScrumError

Path = tuple[str | int, ...]


def written(path: Path) -> str:
    """Return a path the way people write it: ``groups[2].tasks[14].epic``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


@attrs.frozen(kw_only=True)
class Problem:
    """One thing to mend: where it stands, what is wrong, what to write instead."""

    text: str
    path: Path = ()
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place += f":{self.line}" if place else f"line {self.line}"
        return ": ".join(part for part in (place, written(self.path), self.text) if part)


class PlanError(BitrixScrumError, ValueError):
    """A plan that cannot be imported. Nothing was sent.

    Attributes:
        problems: Everything that is wrong with it, in the order of the file.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
