"""Texts that are hard to carry: what is written is what is read back, to the byte."""

import random
from pathlib import Path

import pytest

from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.importer import EpicPlan, GroupPlan, Importer, Plan, TaskPlan, verify
from bitrix_scrum_async.session import PortalSession

pytestmark = pytest.mark.anyio

# What a query string, PHP's parser, a reference of a batch, JSON or a database could stumble over.
PIECES = (
    *("$result[x]", "$result[c0][id]", "$result", "$", "[", "]", "%", "%25", "%zz", "+", "&", "="),
    *("&amp;", "<b>", "'", '"', "\\", "\\n", ";", "?", "#", "/", "{", "}", "a[b]=c", "cmd[c0]"),
    *(
        " ",
        "  ",
        "\t",
        "\n",
        "\r\n",
        "\r",
        "\x01",
        "\x1f",
        "\x7f",
        "\x85",
        "\xa0",
        "\u2028",
        "\ufeff",
    ),
    *(
        "\u2028",
        "\ufeff",
        "é",
        "e\u0301",
        "ß",
        "Ж",
        "中",
        "ﷺ",
        "\u200d",
        "\u202e",
        "😀",
        "👩\u200d💻",
        "\U0010fffd",
    ),
    *("select", "null", "0", "true", "word ", "Lorem ipsum dolor sit amet. "),
)
LENGTHS = (1, 5, 80, 500, 3000)


def text(choice: random.Random, length: int) -> str:
    """Make a text of a length out of the pieces."""
    parts: list[str] = []
    size = 0
    while size < length:
        parts.append(choice.choice(PIECES))
        size += len(parts[-1])
    return "".join(parts)[:length]


def name(choice: random.Random) -> str:
    """Make a name: the portal cuts off the blanks at its ends."""
    return f"a{text(choice, 60)}z"


def nasty_plan() -> Plan:
    """Make a plan of 300 tasks, some of them as long as a text can get."""
    choice = random.Random(20_000)
    tasks = [
        TaskPlan(
            key=f"T-{n}",
            title=name(choice),
            description=text(choice, 20_000 if n % 30 == 0 else choice.choice(LENGTHS)),
            epic="e",
        )
        for n in range(300)
    ]
    epics = (EpicPlan(key="e", name=name(choice), description=text(choice, 2000)),)
    group = GroupPlan(
        key="g",
        name=name(choice),
        description=text(choice, 2000),
        scrum_master=1,
        epics=epics,
        tasks=tuple(tasks),
    )
    return Plan(groups=(group,))


async def test_nasty_texts_arrive_to_the_byte(
    emulator: Emulator, portal: PortalSession, journal: Path
) -> None:
    plan = nasty_plan()
    report = await Importer(portal, journal=journal).run(plan)
    assert report.missing == []
    found = await verify(portal, plan, journal=journal)
    assert found.differences == []
    kept = sorted(task.description for task in emulator.state.tasks.values())
    assert kept == sorted(task.description for task in plan.groups[0].tasks)
