"""Keys are readable, unique, and ordered as people count."""

import string

from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.importer.naming import natural, new_key, slug


def test_a_key_is_made_of_the_words_of_a_name() -> None:
    assert slug("Sign-in & accounts (v2)") == "sign-in-accounts-v2"
    assert slug("Мобильное приложение") == "мобильное-приложение"
    assert slug("___ !") == ""
    assert slug("word " * 20) == "word-word-word-word-word-word-word-word"


@given(st.lists(st.text(max_size=100), max_size=20))
def test_keys_are_unique_and_fit_into_a_plan(names: list[str]) -> None:
    taken: set[str] = set()
    for name in names:
        key = new_key(name, "T-1", taken)
        assert key not in taken
        assert key.strip()
        assert len(key) <= 90
        taken.add(key)


def test_the_next_of_a_name_gets_a_number() -> None:
    assert new_key("pay", "epic", {"pay", "pay-2"}) == "pay-3"
    assert len(new_key("x" * 90, "T", {"x" * 90})) == 90


@given(st.lists(st.text(st.sampled_from(string.ascii_letters + "0123456789-²٣"), max_size=8)))
def test_any_names_have_an_order(names: list[str]) -> None:
    sorted(names, key=natural)


def test_numbers_are_ordered_as_people_count() -> None:
    names = ["T-10", "T-9", "a", "T-9b", "7"]
    assert sorted(names, key=natural) == ["7", "a", "T-9", "T-9b", "T-10"]
