"""Secrets that a server repeats."""

from typing import Any

import pytest

from bitrix_scrum_async.transport.masking import masked


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("no secret", "no secret"),
        ("at /rest/1/a+b=c/", "at /rest/1/***/"),
        ("a%2Bb%3Dc, a%2Bb%3Dc", "***, ***"),
        ({"error": 0, "at": ["a+b=c", None]}, {"error": 0, "at": ["***", None]}),
        ({"a+b=c": {"deep": "a+b=c!"}}, {"***": {"deep": "***!"}}),
        ("a+b=c and more", "*** and more"),
        ("long a+b=c.d", "long ***"),
    ],
)
def test_secrets_become_stars_in_every_form(said: Any, shown: Any) -> None:
    assert masked(said, ["", "a+b=c", "a+b=c.d"]) == shown
