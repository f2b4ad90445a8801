"""What teams call their statuses, lists and types, in English and Russian."""

import re
from typing import Final, Literal, TypeAlias

Phase: TypeAlias = Literal["backlog", "new", "work", "done"]

# The first that fits counts: "not started" is new, "ready for release" is no release.
_PHASES: Final[dict[Phase, re.Pattern[str]]] = {
    "backlog": re.compile(r"\b(product )?backlog\b|icebox|\bideas?\b|someday|б[эе]клог|\bидеи"),
    "new": re.compile(
        r"\bto ?do\b|\bopen(ed)?\b|\bnew\b|re-?opened|not started|\bcreated\b|\bplanned\b"
        r"|selected for|\bready( for)?( dev\w*| work| sprint)?$|к выполнению|сделать\b"
        r"|\bоткрыт|\bнов(ый|ая|ое|ые)\b|\bсоздан|переоткрыт|запланирован|не начат|очеред"
    ),
    "work": re.compile(
        r"ready (for|to)|\bin progress|\bdoing\b|review|test|\bqa\b|verif|wait|block|await"
        r"|в работе|выполняется|провер|ревью|тест|ожидан|готов[оа]? к\b|в процессе"
    ),
    "done": re.compile(
        r"\bdone\b|\bclosed?\b|resolved|complete|released?\b|deployed|shipped|finished"
        r"|cancel|won'?t|reject|duplicate|declined|obsolete|abandoned|\blive\b"
        r"|готов|выполнен|закрыт|реш[её]н|заверш|сделан|отмен|отклон|выпущен|дубл"
    ),
}
_CATEGORIES: Final[dict[str, Phase]] = {
    "to do": "new",
    "new": "new",
    "к выполнению": "new",
    "сделать": "new",
    "in progress": "work",
    "indeterminate": "work",
    "в работе": "work",
    "выполняется": "work",
    "в процессе": "work",
    "done": "done",
    "готово": "done",
    "выполнено": "done",
    "завершено": "done",
}
_EPIC = re.compile(r"\b(epic|эпик)\b")
_SUBTASK = re.compile(r"\bsub-?task\b|\bsub task\b|подзадача")
_SPRINT = re.compile(r"\bsprint\b|\bspr\.? ?\d|\biteration\b|спринт|итерация")


def phase_of(name: str, category: str = "") -> Phase | None:
    """Return what phase of work a status means, or ``None`` where nothing tells.

    Args:
        name: What the team calls it.
        category: What its tool says about it, which counts before the name.
    """
    known = _CATEGORIES.get(category.strip().casefold())
    if known is not None:
        return known
    name = name.strip().casefold()
    return next((phase for phase, words in _PHASES.items() if words.search(name)), None)


def kind_of(name: str) -> Literal["epic", "task", "subtask"]:
    """Return what an issue type becomes."""
    name = name.strip().casefold()
    if _SUBTASK.search(name):
        return "subtask"
    return "epic" if _EPIC.search(name) else "task"


def names_a_sprint(name: str) -> bool:
    """Tell whether a list is called after a sprint."""
    return bool(_SPRINT.search(name.casefold()))


def natural(name: str) -> list[tuple[int, int | str]]:
    """Return what sorts names as people do: Sprint 9 before Sprint 10."""
    return [
        (0, int(part[:99])) if part.isdecimal() else (1, part)
        for part in re.split(r"(\d+)", name.casefold())
        if part
    ]
