"""The facade: addresses, options, TLS, control from other threads, clear errors."""

import ast
import asyncio
import builtins
import ssl
import sys
import threading
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bitrix_scrum_async import emulator as emulator_package
from bitrix_scrum_async.emulator import Emulator, EmulatorError, Limits, VirtualClock
from tests.emulator.small_methods import SMALL, small_portal

pytestmark = pytest.mark.anyio


async def test_addresses() -> None:
    async with Emulator() as emulator:
        assert emulator.address.startswith("http://127.0.0.1:")
        assert emulator.endpoint == f"{emulator.address}/rest/"
        assert emulator.token_url == f"{emulator.address}/oauth/token/"
        assert emulator.webhook.startswith(f"{emulator.address}/rest/1/")
        assert emulator.webhook.endswith("/")
        assert emulator.new_webhook(2).startswith(f"{emulator.address}/rest/2/")


async def test_two_emulators_do_not_share_anything() -> None:
    async with small_portal() as one, small_portal() as other:
        await one.call("tasks.test.add")
        assert one.emulator.webhook != other.emulator.webhook
        assert other.emulator.requests == ()
        assert other.emulator.executed == {}


async def test_it_can_be_started_again_and_keeps_its_webhook_and_state() -> None:
    emulator = Emulator(methods=SMALL)
    async with emulator:
        webhook, state = emulator.webhook, emulator.state
    async with emulator:
        assert emulator.webhook == webhook
        assert emulator.state is state


async def test_stopped_it_refuses_connections() -> None:
    async with small_portal() as portal:
        await portal.emulator.stop()
        with pytest.raises(aiohttp.ClientConnectorError):
            await portal.call("test.echo")
        await portal.emulator.start()
        assert (await portal.call("test.echo")).status == 200


def _absolute(package: Path, path: Path, node: ast.ImportFrom) -> str:
    """The module that `from ... import` names, written out."""
    if not node.level:
        return node.module or ""
    base = path.parents[node.level - 1].relative_to(package.parent)
    return ".".join([*base.parts, *([node.module] if node.module else [])])


def test_it_imports_nothing_of_the_client() -> None:
    """The two must not share a bug."""
    package = Path(str(emulator_package.__file__)).parent
    imported = {
        name
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [_absolute(package.parent, path, node)]
        )
    }
    ours = {name for name in imported if name.startswith("bitrix_scrum_async")}
    assert {name for name in ours if not name.startswith("bitrix_scrum_async.emulator")} == set()
    others = {name.partition(".")[0] for name in imported - ours}
    assert others - set(sys.stdlib_module_names) == {"aiohttp", "attrs", "orjson", "trustme"}


async def test_before_it_runs_it_has_no_address() -> None:
    with pytest.raises(EmulatorError, match="async with"):
        _ = Emulator().webhook


async def test_starting_it_twice_is_an_error() -> None:
    async with Emulator() as emulator:
        with pytest.raises(EmulatorError, match="runs already"):
            await emulator.start()
    await emulator.stop()  # once more does no harm


async def test_a_port_in_use_is_one_clear_error() -> None:
    async with Emulator() as emulator:
        port = int(emulator.address.rpartition(":")[2])
        with pytest.raises(EmulatorError, match=f"port {port} of 127.0.0.1 is in use"):
            await Emulator(port=port).start()


async def test_an_address_that_is_not_ours_is_one_clear_error() -> None:
    with pytest.raises(EmulatorError, match=r"cannot listen on 203\.0\.113\.1:0"):
        await Emulator(host="203.0.113.1").start()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_input_var": 5}, "unknown switch 'max_input_var': .*max_input_vars"),
        ({"limits": "clod"}, "unknown limits 'clod': off, cloud, enterprise"),
        ({"partial_macro": "boom"}, "partial_macro"),
        ({"max_commands": 0}, "max_commands"),
        ({"max_commands": "x"}, "switch .*>="),
        ({"require_https": 1}, "switch 'require_https' must be <class 'bool'>"),
        ({"users": 0}, "users=0"),
        ({"port": 70_000}, "port=70000"),
        ({"latency": -1.0}, "latency=-1.0"),
        ({"record": -1}, "record=-1"),
    ],
)
async def test_senseless_options_are_one_clear_error(options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Emulator(**options)


async def test_controls_that_need_a_limit_say_so() -> None:
    emulator = Emulator()
    with pytest.raises(EmulatorError, match="limits='cloud'"):
        emulator.fill_bucket()
    with pytest.raises(EmulatorError, match="limits='cloud'"):
        emulator.use_operating_time("tasks.test.add", 1.0)
    with pytest.raises(EmulatorError, match="tls=True"):
        emulator.client_tls()


async def test_over_tls_with_a_certificate_of_this_run() -> None:
    async with small_portal(tls=True, require_https=True) as portal:
        assert portal.emulator.webhook.startswith("https://127.0.0.1:")
        tls = portal.emulator.client_tls()
        assert (await portal.call("test.echo", ssl=tls)).status == 200
        other = portal.emulator.webhook.replace("127.0.0.1", "localhost")
        assert (await portal.send("POST", other + "test.echo", ssl=tls)).status == 200
        assert portal.emulator.ca_pem.startswith(b"-----BEGIN CERTIFICATE-----")


async def test_a_certificate_that_is_not_trusted_is_refused_by_the_client() -> None:
    async with small_portal(tls=True) as portal:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await portal.call("test.echo", ssl=ssl.create_default_context())
        assert portal.emulator.requests == ()


async def test_tls_without_its_package_is_one_clear_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def without_trustme(name: str, *rest: Any) -> Any:
        if name == "trustme":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_trustme)
    with pytest.raises(ImportError, match="extra 'tls' of this package: pip install trustme"):
        Emulator(tls=True)


async def test_the_record_can_be_bounded_and_cleared() -> None:
    async with small_portal(record=2) as portal:
        for number in range(4):
            await portal.call("test.echo", {"n": number})
        assert [request.params["n"] for request in portal.emulator.requests] == [2, 3]
        portal.emulator.clear_requests()
        assert portal.emulator.requests == ()


async def test_requests_are_listed_while_they_run() -> None:
    clock = VirtualClock(runs_by_itself=False)
    async with small_portal(clock=clock) as portal:
        portal.emulator.set_command_seconds(10.0)
        async with asyncio.TaskGroup() as tasks:
            call = tasks.create_task(portal.call("tasks.test.add"))
            while not portal.emulator.requests:  # noqa: ASYNC110 - the other side is a server
                await asyncio.sleep(0)
            assert portal.emulator.requests[0].status is None
            while not call.done():
                clock.advance(10.0)
                await asyncio.sleep(0)
        assert portal.emulator.requests[0].status == 200


async def test_controls_may_be_used_from_other_threads() -> None:
    async with small_portal(limits=Limits(threshold=None)) as portal:
        emulator = portal.emulator
        stop = threading.Event()
        errors: list[BaseException] = []

        def control() -> None:
            try:
                while not stop.is_set():
                    emulator.inject("bad_gateway", match="test.null")
                    _ = [request.status for request in emulator.requests]
                    _ = emulator.executed.total()
                    with emulator.hold() as state:
                        _ = list(state.users)
                    emulator.clear_faults()
            except RuntimeError as error:
                errors.append(error)

        thread = threading.Thread(target=control)
        thread.start()
        for _ in range(50):
            assert (await portal.batch(*["tasks.test.add"] * 20)).status == 200
        stop.set()
        await asyncio.to_thread(thread.join)
        assert errors == []
        assert emulator.executed["tasks.test.add"] == 1000


async def test_concurrent_requests_all_get_their_own_answers() -> None:
    async with small_portal() as portal:
        answers = await asyncio.gather(
            *(portal.call("test.echo", {"n": number}) for number in range(50))
        )
        assert [answer.body["result"]["params"]["n"] for answer in answers] == list(range(50))
