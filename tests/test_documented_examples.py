"""The example calls of the portal's documentation: what is sent, and the records that come back."""

import re
from pathlib import Path

import pytest

from bitrix_scrum_async import resources
from tests.answering import answering
from tests.documented import EXAMPLES
from tests.documented.example import Example

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.method for example in EXAMPLES])
async def test_an_example_call_gives_the_documented_record(example: Example) -> None:
    async with answering(example.answer) as (portal, asked):
        result = await example.call(portal)
    ((method, params),) = asked
    assert method == example.method
    if example.sends is not None:
        assert params == example.sends
    assert result == example.gives
    assert type(result) is type(example.gives)


def test_every_method_of_the_resources_has_an_example() -> None:
    sources = Path(resources.__file__).parent.glob("*.py")
    named = {
        method.lower()
        for path in sources
        for method in re.findall(r'"((?:[a-z_]+\.)+[A-Za-z]+)"', path.read_text(encoding="utf-8"))
    }
    assert named == {example.method.lower() for example in EXAMPLES}
    assert len({method for method in named if method.startswith("tasks.api.scrum.")}) == 29
