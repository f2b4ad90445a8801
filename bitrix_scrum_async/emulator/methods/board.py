"""A sprint's board: its stages, and the cards that the portal moves by itself."""

from ..rows import Entity, Stage, StageType
from ..visit import Visit

DEFAULT_COLOR = "00C4FB"
DEFAULT_STAGES: tuple[tuple[StageType, str], ...] = (
    ("NEW", DEFAULT_COLOR),
    ("WORK", "47D1E2"),
    ("FINISH", "75D900"),
)
_SHOWN: dict[StageType, str] = {"NEW": "New", "WORK": "In progress", "FINISH": "Done"}


def shown_title(stage: Stage) -> str:
    """The title as read: an empty one is translated to the portal's language."""
    return stage.title or _SHOWN[stage.type]


def stages(visit: Visit, sprint_id: int) -> list[Stage]:
    """The stages of a sprint by sort."""
    return [visit.state.stages[stage_id] for stage_id in visit.state.stage_ids(sprint_id)]


def first_stage(visit: Visit, sprint_id: int, kind: StageType) -> int | None:
    """The first stage of a type: where a start puts the cards."""
    return next((one.id for one in stages(visit, sprint_id) if one.type == kind), None)


def last_stage(visit: Visit, sprint_id: int, kind: StageType) -> int | None:
    """The last stage of a type: where single cards go."""
    return next((one.id for one in reversed(stages(visit, sprint_id)) if one.type == kind), None)


def stands_on_board(visit: Visit, sprint_id: int, task_id: int) -> bool:
    """Whether a task has a card on a sprint's board."""
    cards = visit.state.cards.get(task_id, {})
    return any(stage_id in cards for stage_id in visit.stage_ids(sprint_id))


def place(visit: Visit, sprint_id: int, task_id: int, stage_id: int) -> None:
    """Put a task's card into a stage, and take it out of the sprint's other ones."""
    visit.state.take_cards(task_id, visit.stage_ids(sprint_id))
    visit.state.put_card(task_id, stage_id)
    visit.state.tasks[task_id].stage_id = stage_id


def create_stages(visit: Visit, sprint_id: int, last: Entity | None) -> bool:
    """Give a sprint copies of another one's stages, or the defaults; false when that fails."""
    wanted = [] if last is None else stages(visit, last.id)
    if not wanted and last is not None and visit.switches.stageless_history == "fails":
        return False
    copies: list[tuple[StageType, str, str]] = [
        (stage.type, stage.title, stage.color) for stage in wanted
    ] or [(kind, "", color) for kind, color in DEFAULT_STAGES]
    for place_, (kind, title, color) in enumerate(copies, 1):
        visit.state.save_stage(
            Stage(
                id=visit.state.next_id("stage"),
                sprint_id=sprint_id,
                title=title,
                sort=place_ * 100,
                type=kind,
                color=color,
            )
        )
    return True


def same_stages(visit: Visit, sprint_id: int, last: Entity | None) -> dict[int, int]:
    """The stages of the last sprint and their likes here, when the two boards agree."""
    if last is None:
        return {}
    here, there = stages(visit, sprint_id), stages(visit, last.id)
    if [(one.title, one.sort) for one in here] != [(one.title, one.sort) for one in there]:
        return {}
    return {old.id: new.id for old, new in zip(there, here, strict=True)}
