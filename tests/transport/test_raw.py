"""An answer that nobody has read yet."""

import pprint

from bitrix_scrum_async.transport.raw import RawAnswer


def test_no_tool_that_shows_values_finds_the_body() -> None:
    raw = RawAnswer(200, b'{"access_token": "secret"}')
    assert "secret" not in f"{raw!r} {raw} {pprint.pformat([raw])}"
    assert not isinstance(raw, tuple)
    assert not hasattr(raw, "__dict__")
    assert not hasattr(raw, "__iter__")
