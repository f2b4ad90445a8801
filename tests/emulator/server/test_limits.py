"""The leaky bucket and operating time over HTTP."""

import sys

import aiohttp
import pytest

from bitrix_scrum_async.emulator import Limits, VirtualClock
from tests.emulator.small_methods import Client, small_portal

pytestmark = pytest.mark.anyio


async def test_the_leaky_bucket_over_http() -> None:
    clock = VirtualClock()
    limits = Limits(threshold=3, per_second=1)
    async with small_portal(limits=limits, clock=clock) as portal:
        answers = [await portal.call("test.echo") for _ in range(5)]
        assert [answer.status for answer in answers] == [200, 200, 200, 200, 503]
        assert answers[-1].body == {
            "error": "QUERY_LIMIT_EXCEEDED",
            "error_description": "Too many requests",
        }
        assert "retry-after" not in answers[-1].headers
        clock.advance(1)
        assert (await portal.call("test.echo")).status == 200
        portal.emulator.fill_bucket()
        assert (await portal.call("test.echo")).status == 503


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere loopback is one address only")
async def test_every_address_has_its_own_bucket() -> None:
    async with small_portal(limits=Limits(threshold=0, per_second=1)) as limited:
        statuses: list[int] = []
        for address in ("127.0.0.1", "127.0.0.1", "127.0.0.2"):
            connector = aiohttp.TCPConnector(local_addr=(address, 0))
            async with aiohttp.ClientSession(connector=connector) as http:
                answer = await Client(limited.emulator, http).call("test.echo")
                statuses.append(answer.status)
        assert statuses == [200, 503, 200]
        assert [request.remote for request in limited.emulator.requests][-1] == "127.0.0.2"


async def test_operating_time_is_told_and_blocks_one_method() -> None:
    clock = VirtualClock(start=1_200.0)
    limits = Limits(threshold=None, operating_seconds=10.0)
    async with small_portal(limits=limits, clock=clock) as portal:
        portal.emulator.set_command_seconds({"tasks.test.add": 4.0})
        times = [(await portal.call("tasks.test.add")).body["time"] for _ in range(3)]
        # The call that crosses the limit still completes.
        assert [time["operating"] for time in times] == [4.0, 8.0, 12.0]
        assert times[-1]["operating_reset_at"] == 1_804
        assert times[0]["duration"] == 4.0
        blocked = await portal.call("tasks.test.add")
        assert (blocked.status, blocked.body) == (
            429,
            {
                "error": "OPERATION_TIME_LIMIT",
                "error_description": "Method is blocked due to operation time limit.",
            },
        )
        inner = (await portal.batch("tasks.test.add", "test.echo")).body["result"]
        assert inner["result_error"]["c0"]["error"] == "OPERATION_TIME_LIMIT"
        assert "c1" in inner["result"]
        other = portal.emulator.new_webhook()
        assert (await portal.send("POST", other + "tasks.test.add")).status == 200
        clock.advance(600)
        assert (await portal.call("tasks.test.add")).status == 200


async def test_commands_of_a_batch_are_accounted_one_by_one() -> None:
    limits = Limits(threshold=None, operating_seconds=10.0)
    async with small_portal(limits=limits, clock=VirtualClock()) as portal:
        portal.emulator.set_command_seconds(4.0)
        inner = (await portal.batch(*["tasks.test.add"] * 5)).body
        times = inner["result"]["result_time"]
        assert [time["operating"] for time in times.values()] == [4.0, 8.0, 12.0]
        assert set(inner["result"]["result_error"]) == {"c3", "c4"}
        assert inner["time"]["operating"] == 0


async def test_operating_time_can_be_used_up() -> None:
    async with small_portal(limits="cloud", clock=VirtualClock()) as portal:
        portal.emulator.use_operating_time("tasks.test.add", 480.0)
        assert (await portal.call("tasks.test.add")).status == 200  # only more is too much
        portal.emulator.use_operating_time("tasks.test.add", 1.0)
        assert (await portal.call("tasks.test.add")).status == 429
