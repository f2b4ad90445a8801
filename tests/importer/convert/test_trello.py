"""Boards of Trello as they stand in its JSON."""

import json
from typing import Any

import pytest

from bitrix_scrum_async.importer import PlanError
from tests.importer.convert import exports


def refusal(text: str) -> list[str]:
    """Return what is said about a board, without its name."""
    with pytest.raises(PlanError) as caught:
        exports.read(text, "board.json")
    return [str(problem).partition("board.json")[2] for problem in caught.value.problems]


def test_a_card_has_what_the_board_says_of_it() -> None:
    card = {
        "list": "Doing",
        "name": " Pay by card ",
        "desc": "One\r\ntwo",
        "due": "2026-02-05T12:00:00.000Z",
        "dueComplete": True,
        "idMembers": ["m1", "m2"],
        "labels": [{"name": "Payment", "color": "red"}, {"name": "", "color": "blue"}],
        "badges": {"comments": 4},
        "attachments": [{"id": "a"}],
        "customFieldItems": [{"idCustomField": "f1", "value": {"number": "3.0"}}],
        "dateLastActivity": "2026-01-07T12:00:00.000Z",
    }
    export = exports.trello(
        card,
        members=[
            {"id": "m1", "fullName": "Anna", "username": "anna1"},
            {"id": "m2", "fullName": "Boris", "username": "boris"},
        ],
        customFields=[{"id": "f1", "name": "Story Points"}],
        checklists=[
            {
                "idCard": "c1",
                "name": "Ready",
                "checkItems": [
                    {"name": "second", "state": "incomplete", "pos": 2},
                    {"name": "first", "state": "complete", "pos": 1},
                ],
            }
        ],
    )
    (item,) = export.items
    assert (item.key, item.title, item.status, item.project) == (
        "1",
        "Pay by card",
        "Doing",
        "aBcD",
    )
    assert (item.person, item.done, item.archived) == ("Anna", True, False)
    assert item.labels == ("Payment", "blue")
    assert item.story_points == "3"
    assert item.description == "One\ntwo"
    assert item.notes == {
        "key": "#1",
        "due": "2026-02-05",
        "checklists": "Ready:\n[x] first\n[ ] second",
    }
    assert {what: n for what, n in export.left_out.items() if n} == {
        "comments": 4,
        "attachments": 1,
        "further members of cards": 1,
    }


def test_cards_stand_in_the_order_of_the_board() -> None:
    export = exports.trello(
        {"list": "A", "pos": 9}, {"list": "B", "pos": 1}, {"list": "A", "pos": 2.5}
    )
    assert [(item.status, item.key) for item in export.items] == [
        ("A", "3"),
        ("A", "1"),
        ("B", "2"),
    ]


def test_archived_cards_and_those_of_archived_lists_are_told() -> None:
    tree = exports.board({"list": "A", "closed": True}, {"list": "B"}, {"list": "C"})
    tree["lists"][1]["closed"] = True
    export = exports.read(json.dumps(tree), "board.json")
    assert [item.archived for item in export.items] == [True, True, False]


def test_labels_may_stand_on_the_board_only() -> None:
    export = exports.trello(
        {"idLabels": ["x", "y"]}, labels=[{"id": "x", "name": "Payment", "color": "red"}]
    )
    assert export.items[0].labels == ("Payment", "y")


def test_an_estimate_may_be_chosen_from_a_list() -> None:
    fields = [
        {"id": "f1", "name": "Estimate", "options": [{"id": "o1", "value": {"text": "XL"}}]},
        {"id": "f2", "name": "Risk"},
    ]
    export = exports.trello(
        {"customFieldItems": [{"idCustomField": "f2"}, {"idCustomField": "f1", "idValue": "o1"}]},
        customFields=fields,
    )
    assert export.items[0].story_points == "XL"
    assert export.left_out["other custom fields"] == 1


def test_members_of_one_name_are_told_apart() -> None:
    members = [
        {"id": name, "fullName": full, "username": name}
        for name, full in (("a1", "Anna"), ("a2", "Anna"), ("b", ""))
    ]
    export = exports.trello(
        *({"idMembers": [name]} for name in ("a1", "a2", "b", "gone")), members=members
    )
    assert [item.person for item in export.items] == ["Anna (a1)", "Anna (a2)", "(b)", "gone"]


def test_halves_of_characters_and_zeros_are_mended() -> None:
    export = exports.trello({"name": "a\ud83db", "desc": "c\0d"})
    assert (export.items[0].title, export.items[0].description) == ("a\ufffdb", "cd")


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ([], ": is JSON, but no board of Trello: it holds no object"),
        (
            {"name": "x", "version": 1},
            (": is JSON, but no board of Trello: it has no list 'cards'; it has 'name', 'version'"),
        ),
        (
            {"cards": []},
            ": is JSON, but no board of Trello: it has no list 'lists'; it has 'cards'",
        ),
        ({"cards": [], "lists": []}, ": is a board without a card"),
    ],
)
def test_json_that_is_no_board_is_named(tree: Any, said: str) -> None:
    assert refusal(json.dumps(tree)) == [said]


def test_text_that_is_no_json_is_named() -> None:
    assert refusal("{\n broken") == [
        ":2: is not JSON, column 2: Expecting property name enclosed in double quotes"
    ]


def test_cards_that_cannot_be_tasks_are_named_with_their_lines() -> None:
    tree = exports.board({}, {"name": " "}, {"idShort": 1}, {"id": "", "idShort": None})
    tree["cards"].append("x")
    text = json.dumps(tree, indent=1)
    said = refusal(text)
    lines = [int(each.split(":")[1]) for each in said]
    assert all("{" in text.splitlines()[line - 1] or '"x"' in text for line in lines)
    assert sorted(each.split(": ", 2)[2] for each in said) == [
        "has neither idShort nor id",
        "has the number 1, as the card on line 14",
        "is no card",
        "the card 2 has no name: write one in Trello, or remove it",
    ]
