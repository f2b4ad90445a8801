"""Calls by number, and numbers by call."""

from bitrix_scrum_async.batch.roll import Roll
from bitrix_scrum_async.calls import Call
from tests.batch.playing import call, new_lessons
from tests.fakes import unsent


def calls(number: int) -> list[Call[int]]:
    return [unsent(call()) for _ in range(number)]


def test_calls_are_found_before_and_after_somebody_has_asked() -> None:
    roll = Roll(new_lessons())
    first, second, third, other = calls(4)
    roll.enter([first, second], range(2))
    assert roll.number_of(second) == 1
    roll.enter([third], range(2, 3))
    assert roll.number(third) == 2
    assert roll.any_of([other, third])
    assert not roll.any_of([other])


def test_what_was_forgotten_is_not_found() -> None:
    roll = Roll(new_lessons())
    first, second = calls(2)
    roll.enter([first, second], range(2))
    assert roll.number_of(first) == 0
    roll.forget([0, 7])
    assert roll.number_of(first) is None
    assert roll.number_of(second) == 1
    assert not roll.any_of([first])
    roll.enter([first], range(2, 3))
    assert roll.number_of(first) == 2


def test_a_call_that_was_refused_cannot_be_needed() -> None:
    roll = Roll(new_lessons())
    refused, taken = calls(2)
    roll.keep(0, refused)
    assert roll.number_of(refused) is None
    roll.enter([taken], range(1, 2))
    roll.keep(2, taken)  # the same again
    assert roll.number_of(taken) == 1
    roll.forget([2])
    assert roll.number_of(taken) == 1
