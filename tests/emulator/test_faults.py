"""Faults on request: what a client meets, and whether the portal has done the work."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bitrix_scrum_async.emulator import (
    SYSTEM_ERRORS,
    TRANSPORT_FAULTS,
    Fault,
    RestError,
    VirtualClock,
)
from tests.emulator.small_methods import Client, small_portal

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def portal(clock: VirtualClock) -> AsyncIterator[Client]:
    async with small_portal(clock=clock) as client:
        yield client


async def met(portal: Client, method: str = "tasks.test.add") -> Any:
    """What a call comes to: status, or the client's exception."""
    try:
        answer = await portal.call(method)
    except aiohttp.ClientError as error:
        return type(error)
    return answer.status


def added(portal: Client) -> int:
    return portal.emulator.executed["tasks.test.add"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("drop", aiohttp.ServerDisconnectedError),
        ("cut", aiohttp.ClientPayloadError),
        ("html", 200),
        ("empty", 200),
        ("bad_gateway", 502),
        ("unavailable", 503),
        ("gateway_timeout", 504),
        ("too_large", 413),
        ("redirect", 302),
        ("INTERNAL_SERVER_ERROR", 500),
        ("ERROR_UNEXPECTED_ANSWER", 500),
        ("QUERY_LIMIT_EXCEEDED", 503),
        ("OPERATION_TIME_LIMIT", 429),
        ("OVERLOAD_LIMIT", 401),
        ("expired_token", 401),
    ],
)
async def test_a_fault_comes_before_or_after_the_work(
    portal: Client, fault: str, when: str, expected: Any
) -> None:
    injection = portal.emulator.inject(fault, when=when)
    assert await met(portal) == expected
    assert added(portal) == (1 if when == "after" else 0)
    assert await met(portal) == 200
    assert injection.hits == 1
    hit, fine = portal.emulator.requests
    assert hit.fault == fault
    assert hit.executed == (when == "after")
    assert fine.fault is None


async def test_the_bodies_of_faults(portal: Client) -> None:
    expectations = {
        "html": ("text/html", "<html>"),
        "bad_gateway": ("text/html", "502 Bad Gateway"),
        "empty": ("text/html", ""),
        "INTERNAL_SERVER_ERROR": (
            "application/json",
            '{"error":"INTERNAL_SERVER_ERROR","error_description":"Internal server error"}',
        ),
    }
    for fault, (content_type, part) in expectations.items():
        portal.emulator.inject(fault)
        answer = await portal.call("test.echo")
        assert answer.headers["content-type"].startswith(content_type)
        assert part in answer.text
        assert bool(answer.text) == bool(part)


async def test_a_truncated_answer_is_half_of_the_json(portal: Client) -> None:
    portal.emulator.inject("truncated")
    with pytest.raises(ValueError, match=r"line 1 column \d+"):
        await portal.call("tasks.test.add")
    assert added(portal) == 1


async def test_a_redirect_names_this_host_otherwise_or_what_is_asked_for(portal: Client) -> None:
    portal.emulator.inject("redirect")
    portal.emulator.inject("redirect", location="https://new.example/rest/", status=307)
    answer = await portal.call("test.echo", {"a": 1})
    location = answer.headers["location"]
    assert location == (portal.emulator.webhook + "test.echo").replace("127.0.0.1", "localhost")
    answer = await portal.call("test.echo")
    assert (answer.status, answer.headers["location"]) == (307, "https://new.example/rest/")
    moved = await portal.send("POST", location, json={"a": 1})
    assert moved.body["result"]["params"] == {"a": 1}


async def test_a_delay_takes_its_time_on_the_portals_clock(
    portal: Client, clock: VirtualClock
) -> None:
    for when in ("before", "after"):
        began = clock.now()
        portal.emulator.inject("delay", seconds=90.0, when=when)
        assert await met(portal) == 200
        assert clock.now() == began + 90
    assert added(portal) == 2


async def test_a_hang_ends_after_its_time_or_with_the_emulator(portal: Client) -> None:
    portal.emulator.inject("hang", seconds=600.0, when="after")
    assert await met(portal) is aiohttp.ServerDisconnectedError
    assert added(portal) == 1
    async with small_portal() as other:
        other.emulator.inject("hang")
        with pytest.raises(TimeoutError):
            await other.call("test.echo", timeout=aiohttp.ClientTimeout(total=0.05))


async def test_the_nth_matching_request_and_so_many_after_it(portal: Client) -> None:
    injection = portal.emulator.inject("bad_gateway", match="tasks.test.add", nth=2, times=2)
    statuses: list[Any] = []
    for _ in range(5):
        statuses.append(await met(portal))
        assert await met(portal, "test.echo") == 200
    assert statuses == [200, 502, 502, 200, 200]
    assert injection.hits == 2


async def test_a_fault_may_stay_until_it_is_cleared(portal: Client) -> None:
    portal.emulator.inject("bad_gateway", times=None)
    assert [await met(portal) for _ in range(3)] == [502] * 3
    portal.emulator.clear_faults()
    assert await met(portal) == 200


async def test_every_fault_counts_every_match(portal: Client) -> None:
    portal.emulator.inject("bad_gateway", nth=1)
    portal.emulator.inject("gateway_timeout", nth=2)
    portal.emulator.inject("unavailable", nth=1)  # due at once, but one fault a request
    assert [await met(portal) for _ in range(4)] == [502, 504, 503, 200]


@pytest.mark.parametrize("match", ["tasks.test.add", "TASKS.test.*", "*.add"])
async def test_a_batch_matches_by_its_commands(portal: Client, match: str) -> None:
    portal.emulator.inject("bad_gateway", match=match)
    assert (await portal.batch("test.echo", "test.null")).status == 200
    assert (await portal.batch("test.echo", "tasks.test.add")).status == 502


async def test_the_batch_itself_can_be_matched(portal: Client) -> None:
    portal.emulator.inject("QUERY_LIMIT_EXCEEDED", match="batch")
    assert await met(portal) == 200
    answer = await portal.batch("tasks.test.add")
    assert (answer.status, answer.body["error"]) == (503, "QUERY_LIMIT_EXCEEDED")


async def test_a_function_can_match(portal: Client) -> None:
    portal.emulator.inject("bad_gateway", match=lambda asked: asked.params.get("id") == 5)
    assert (await portal.call("test.echo", {"id": 4})).status == 200
    assert (await portal.call("test.echo", {"id": 5})).status == 502


@pytest.mark.parametrize(
    "code",
    [
        "OPERATION_TIME_LIMIT",
        "QUERY_LIMIT_EXCEEDED",
        "ERROR_BATCH_METHOD_NOT_ALLOWED",
        "INTERNAL_SERVER_ERROR",
    ],
)
async def test_an_error_aimed_at_a_method_hits_its_command(portal: Client, code: str) -> None:
    portal.emulator.inject(code, match="tasks.test.add", nth=2)
    inner = (await portal.batch("tasks.test.add", "test.null", "tasks.test.add")).body["result"]
    assert inner["result"] == {"c0": {"id": 7}, "c1": None}
    assert inner["result_error"] == {
        "c2": {"error": code, "error_description": SYSTEM_ERRORS[code].text}
    }
    assert added(portal) == 1
    assert portal.emulator.requests[0].commands[2].fault == code


async def test_a_direct_call_counts_as_a_command(portal: Client) -> None:
    portal.emulator.inject("OPERATION_TIME_LIMIT", match="tasks.test.add", nth=3, times=2)
    assert (await portal.batch("tasks.test.add")).body["result"]["result_error"] == []
    assert [await met(portal) for _ in range(3)] == [200, 429, 429]
    assert await met(portal) == 200


async def test_a_command_can_fail_after_its_work(portal: Client) -> None:
    portal.emulator.inject("INTERNAL_SERVER_ERROR", match="tasks.test.add", when="after")
    inner = (await portal.batch("tasks.test.add")).body["result"]
    assert inner["result_error"]["c0"]["error"] == "INTERNAL_SERVER_ERROR"
    assert added(portal) == 1


async def test_the_scope_can_be_chosen(portal: Client) -> None:
    portal.emulator.inject("QUERY_LIMIT_EXCEEDED", match="tasks.test.add", scope="request")
    assert (await portal.batch("tasks.test.add")).status == 503
    portal.emulator.inject("expired_token", match="tasks.*", scope="command")
    inner = (await portal.batch("tasks.test.add")).body["result"]
    assert inner["result_error"]["c0"]["error"] == "expired_token"
    portal.emulator.inject("expired_token", match="tasks.*")
    assert (await portal.batch("tasks.test.add")).status == 401


async def test_a_batch_can_break_in_the_middle(portal: Client) -> None:
    portal.emulator.inject("bad_gateway", match="batch", commands=2)
    assert (await portal.batch(*["tasks.test.add"] * 4)).status == 502
    assert added(portal) == 2
    request = portal.emulator.requests[0]
    assert [command.executed for command in request.commands] == [True, True, False, False]
    portal.emulator.inject("drop", match="batch", commands=0)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await portal.batch("tasks.test.add")
    assert added(portal) == 2


async def test_an_error_of_ones_own(portal: Client) -> None:
    fault = Fault(name="own", error=RestError(0, "Sprint not found", 400))
    portal.emulator.inject(fault, match="tasks.test.add")
    answer = await portal.call("tasks.test.add")
    assert (answer.status, answer.body) == (
        400,
        {"error": 0, "error_description": "Sprint not found"},
    )
    portal.emulator.inject(fault, match="tasks.test.add")
    inner = (await portal.batch("tasks.test.add")).body["result"]
    assert inner["result_error"]["c0"]["error_description"] == "Sprint not found"
    portal.emulator.inject(fault, when="after")
    assert await met(portal) == 400
    assert added(portal) == 1
    for name in ("OVERLOAD_LIMIT", "html", "empty"):
        portal.emulator.inject(name, status=503)
        assert await met(portal) == 503


@pytest.mark.parametrize("name", [*TRANSPORT_FAULTS, *SYSTEM_ERRORS])
async def test_every_name_can_be_injected_and_leaves_the_portal_alive(
    portal: Client, name: str
) -> None:
    details: dict[str, Any] = {"seconds": 1.0} if name in ("delay", "hang") else {}
    portal.emulator.inject(name, **details)
    if name == "truncated":
        with pytest.raises(ValueError, match=r"line 1 column \d+"):
            await portal.call("test.echo")
    else:
        await met(portal, "test.echo")
    assert await met(portal, "test.echo") == 200


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fault": "explode"}, "unknown fault 'explode': drop, cut, .*QUERY_LIMIT_EXCEEDED"),
        ({"fault": "drop", "wen": "after"}, "unknown detail 'wen' of a fault: when, commands"),
        ({"fault": "drop", "when": "during"}, "when='before' or 'after', not 'during'"),
        ({"fault": "drop", "nth": 0}, "nth counts from 1"),
        ({"fault": "drop", "times": 0}, "times is at least 1"),
        ({"fault": "drop", "scope": "batch"}, "'request' or 'command', not 'batch'"),
        ({"fault": "drop", "scope": "command"}, "drop hits a whole request"),
        ({"fault": "delay"}, "a delay needs seconds="),
        ({"fault": Fault(name="explode")}, "unknown fault 'explode'"),
    ],
)
async def test_a_senseless_fault_is_one_clear_error(
    portal: Client, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        portal.emulator.inject(**arguments)
