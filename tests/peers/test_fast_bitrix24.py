"""fast_bitrix24, over http: what its client gets from the emulator.

It puts every call into a batch, even a single one, unless it is told `raw=True`; and it repeats
whatever ends without an answer or with a status of 500 and above, ten times.
"""

from importlib import import_module
from typing import Any

import pytest

from bitrix_scrum_async.emulator import Emulator
from tests.peers.measuring import (
    FAST,
    GROUP,
    Note,
    created,
    names,
    sprint,
    statuses,
    stored_names,
    task,
)

pytestmark = pytest.mark.anyio

PEER = FAST
ADD = "tasks.api.scrum.sprint.add"
# Imported by name: where types are checked, it is not installed.
fast_bitrix24 = import_module("fast_bitrix24")
ServerError: type[Exception] = import_module(
    "fast_bitrix24.server_response"
).ErrorInServerResponseException


@pytest.fixture
async def client(bitrix_portal: Emulator) -> Any:
    """The client, and a group that it made."""
    client = fast_bitrix24.BitrixAsync(bitrix_portal.webhook, verbose=False)
    group_id = await client.call("sonet_group.create", {"NAME": "Scrum", "SCRUM_MASTER_ID": 1})
    assert group_id == GROUP
    bitrix_portal.clear_requests()
    return client


def adds(*sprints: str) -> list[dict[str, Any]]:
    """The calls' parameters to add these sprints."""
    return [{"fields": sprint(name)} for name in sprints]


async def test_adds_fifty_sprints_in_one_batch(
    bitrix_portal: Emulator, client: Any, note: Note
) -> None:
    rows = await client.call(ADD, adds(*names(50)))
    assert [row["name"] for row in rows] == names(50)
    assert [len(request.commands) for request in bitrix_portal.requests] == [50]
    assert created(bitrix_portal) == dict.fromkeys(names(50), 1)
    note("50 adds", f"{len(rows)} rows")


async def test_reads_a_list_of_tasks_by_pages_but_out_of_order(
    bitrix_portal: Emulator, client: Any, note: Note
) -> None:
    """It takes doubles out through a set, and the order that it asked for is lost."""
    await client.call("tasks.task.add", [{"fields": task(title)} for title in names(120, "T")])
    bitrix_portal.clear_requests()
    rows = await client.get_all(
        "tasks.task.list", {"filter": {"GROUP_ID": GROUP}, "select": ["ID", "TITLE"]}
    )
    assert sorted(int(row["id"]) for row in rows) == list(range(1, 121))
    first, rest = bitrix_portal.requests
    assert (first.method, first.params["order"]) == ("tasks.task.list", {"ID": "ASC"})
    assert [command.params["start"] for command in rest.commands] == ["50", "100"]
    note("a list of 120 tasks", f"{len(rows)} rows", table=None)


async def test_reads_the_first_page_of_sprints_only(
    bitrix_portal: Emulator, client: Any, note: Note
) -> None:
    """`sprint.list` tells no total, so it takes one page for all, and says nothing."""
    await client.call(ADD, adds(*names(120)))
    bitrix_portal.clear_requests()
    rows = await client.get_all("tasks.api.scrum.sprint.list", {"filter": {"GROUP_ID": GROUP}})
    assert (len(rows), len(created(bitrix_portal))) == (50, 120)
    note("a list of 120 sprints", f"{len(rows)} rows", table=None)


async def test_an_error_in_a_batch_takes_the_other_answers_along(
    bitrix_portal: Emulator, client: Any, note: Note
) -> None:
    """Two of three are made; the caller gets the error of the third and nothing else."""
    calls = [*adds("first"), {"fields": sprint("foreign", group_id=99)}, *adds("last")]
    with pytest.raises(ServerError) as caught:
        await client.call(ADD, calls)
    assert caught.value.args == (
        {"order0000000001": {"error": 0, "error_description": "Access denied"}},
    )
    assert created(bitrix_portal) == {"first": 1, "last": 1}
    note("3 adds, the second refused", f"raises {caught.typename} for all")


async def test_an_error_of_a_direct_call_comes_without_its_text(
    bitrix_portal: Emulator, client: Any, note: Note
) -> None:
    """It reads no body of a 400: neither code nor text reach the caller."""
    with pytest.raises(Exception, match="Bad Request") as caught:
        await client.call("tasks.api.scrum.sprint.get", {"id": 999}, raw=True)
    assert "Sprint not found" not in str(caught.value)
    assert [(one.status, one.error) for one in bitrix_portal.requests] == [(400, 0)]
    note("a direct call refused", f"raises {caught.typename}", table=None)


@pytest.mark.parametrize("fault", ["unavailable", "QUERY_LIMIT_EXCEEDED"])
async def test_repeats_after_a_503(
    bitrix_portal: Emulator, client: Any, note: Note, fault: str
) -> None:
    bitrix_portal.inject(fault)
    rows = await client.call(ADD, adds(*names(50)))
    assert statuses(bitrix_portal) == [503, 200]
    assert [row["name"] for row in rows] == names(50)
    assert created(bitrix_portal) == dict.fromkeys(names(50), 1)
    note(f"50 adds, a 503 before them: {fault}", f"{len(rows)} rows")


async def test_answers_of_several_batches_come_in_the_order_of_their_end(
    bitrix_portal: Emulator, client: Any, note: Note
) -> None:
    """The first batch meets a 503 and ends last; its rows are not where its calls were."""
    bitrix_portal.inject("unavailable")
    rows = await client.call(ADD, adds(*names(100)))
    assert [row["name"] for row in rows] == names(100)[50:] + names(100)[:50]
    assert created(bitrix_portal) == dict.fromkeys(names(100), 1)
    note("100 adds, a 503 before the first 50", f"{len(rows)} rows, the last 50 first")


@pytest.mark.parametrize("fault", ["drop", "cut", "bad_gateway", "unavailable", "gateway_timeout"])
async def test_writes_all_twice_when_an_answer_is_lost(
    bitrix_portal: Emulator, client: Any, note: Note, fault: str
) -> None:
    """The batch ran, the answer did not come: it sends the batch again."""
    bitrix_portal.inject(fault, when="after")
    rows = await client.call(ADD, adds(*names(50)))
    assert [row["name"] for row in rows] == names(50)
    assert [request.executed for request in bitrix_portal.requests] == [True, True]
    assert created(bitrix_portal) == dict.fromkeys(names(50), 2)
    note(f"50 adds, the answer lost: {fault}", f"{len(rows)} rows")


async def test_gives_up_on_half_an_answer(bitrix_portal: Emulator, client: Any, note: Note) -> None:
    """Half of the JSON under a 200: written once, and the caller has an error for it."""
    bitrix_portal.inject("truncated")
    with pytest.raises(ValueError, match="line 1 column") as caught:
        await client.call(ADD, adds(*names(50)))
    assert created(bitrix_portal) == dict.fromkeys(names(50), 1)
    note("50 adds, half the JSON under a 200", f"raises {caught.typename}")


@pytest.mark.parametrize(
    ("case", "text", "becomes"),
    [
        ("name `$result[x]`", "$result[x]", "Array"),
        ("name `costs $result[x] more`", "costs $result[x] more", "costs $result[x] more"),
        (
            "name `see $result[KEY][id], then go`",
            "see $result[order0000000000][id], then go",
            "see 1 then go",
        ),
    ],
)
async def test_sends_texts_that_a_batch_takes_for_references(
    bitrix_portal: Emulator, client: Any, note: Note, case: str, text: str, becomes: str
) -> None:
    """It lets them through as they are, and the portal stores something else."""
    await client.call(ADD, adds("before", text))
    assert stored_names(bitrix_portal) == ["before", becomes]
    note(f"{case} in a batch", f"stored as `{becomes}`", table=None)


async def test_a_direct_call_keeps_such_a_text(
    bitrix_portal: Emulator, client: Any, note: Note
) -> None:
    """Only `raw=True` is direct: a single call goes in a batch as well."""
    await client.call(ADD, {"fields": sprint("$result[x]")}, raw=True)
    await client.call(ADD, {"fields": sprint("$result[x]")})
    assert [request.method for request in bitrix_portal.requests] == [ADD, "batch"]
    direct, usual = stored_names(bitrix_portal)
    assert (direct, usual) == ("$result[x]", "Array")
    got = f"stored as `{direct}` with `raw=True`, else as `{usual}`"
    note("name `$result[x]` alone", got, table=None)


@pytest.mark.bitrix_portal(partial_macro="crash")
async def test_repeats_a_batch_that_a_text_kills(
    bitrix_portal: Emulator, client: Any, note: Note, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PHP 8 such a text ends the batch with a 500, and what ran before is made anew each time.

    Its pauses between the tries are shortened here; the number of tries is its own.
    """
    monkeypatch.setattr("fast_bitrix24.srh.INITIAL_TIMEOUT", 0.001)
    with pytest.raises(RuntimeError, match="exhausted") as caught:
        await client.call(ADD, adds("before", "costs $result[x] more"))
    assert statuses(bitrix_portal) == [500] * 11
    assert created(bitrix_portal) == {"before": 11}
    note("a text in a batch that PHP 8 dies of", f"raises {caught.typename}")
