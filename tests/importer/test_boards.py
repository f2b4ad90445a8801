"""Stages of a board, found by what the plan calls them."""

import pytest

from bitrix_scrum_async.importer import StagePlan
from bitrix_scrum_async.importer.boards import match_board
from bitrix_scrum_async.importer.plan import DEFAULT_BOARD
from bitrix_scrum_async.records import Stage, StageType


def stage(number: int, name: str, kind: str) -> Stage:
    """Return a stage as the portal gives it."""
    return Stage(
        id=number, sprint_id=1, name=name, sort=number * 100, type=StageType(kind), color=""
    )


RUSSIAN = [stage(1, "Новые", "NEW"), stage(2, "В работе", "WORK"), stage(3, "Сделаны", "FINISH")]


def test_stages_are_found_by_name() -> None:
    planned = [StagePlan(name="Review"), StagePlan(name="Doing")]
    board = [stage(1, "Doing", "WORK"), stage(2, "Review", "WORK")]
    assert match_board(planned, board) == {"Review": 2, "Doing": 1}


def test_the_portals_own_stages_are_found_in_any_language() -> None:
    assert match_board(DEFAULT_BOARD, RUSSIAN) == {"New": 1, "In progress": 2, "Done": 3}


@pytest.mark.parametrize("board", [[], RUSSIAN[:1]])
def test_a_stage_that_is_not_there_is_not_found(board: list[Stage]) -> None:
    assert "Done" not in match_board(DEFAULT_BOARD, board)
