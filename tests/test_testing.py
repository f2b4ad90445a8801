"""The pytest plugin, by running pytest inside pytest."""

import gc
import http.client
import threading
import warnings
from importlib.metadata import entry_points
from urllib.parse import urlsplit

import pytest

from bitrix_scrum_async.emulator import Emulator, EmulatorError
from bitrix_scrum_async.testing import serving

pytest_plugins = ["pytester"]

# A user of the plugin with nothing but the standard library.
CALL = """
import json
import urllib.error
import urllib.request

import pytest

def call(portal, method, **params):
    request = urllib.request.Request(
        portal.webhook + method,
        json.dumps(params).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)
"""


def run(pytester: pytest.Pytester, tests: str, *options: str) -> pytest.RunResult:
    """Run these tests with the plugin loaded, as its entry point would load it."""
    pytester.makepyfile(CALL + tests)
    installed = any(
        point.value == "bitrix_scrum_async.testing" for point in entry_points(group="pytest11")
    )
    load = () if installed else ("-p", "bitrix_scrum_async.testing")
    return pytester.runpytest_inprocess("--strict-markers", *load, *options)


def test_a_plain_test_gets_a_portal(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
def test_it(bitrix_portal):
    assert call(bitrix_portal, "batch", cmd={})[0] == 200
    assert [request.method for request in bitrix_portal.requests] == ["batch"]
""",
    ).assert_outcomes(passed=1)


def test_every_test_gets_its_own(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
seen = []

@pytest.mark.parametrize("number", range(3))
def test_it(bitrix_portal, number):
    assert bitrix_portal.requests == ()
    call(bitrix_portal, "batch", cmd={})
    assert bitrix_portal.webhook not in seen
    seen.append(bitrix_portal.webhook)
""",
    ).assert_outcomes(passed=3)


def test_the_marker_configures_it_and_the_closest_one_wins(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
pytestmark = pytest.mark.bitrix_portal(users=3, max_commands=1)

def test_of_the_module(bitrix_portal):
    assert len(bitrix_portal.state.users) == 3

@pytest.mark.bitrix_portal(users=5)
def test_of_its_own(bitrix_portal):
    assert len(bitrix_portal.state.users) == 5
    assert bitrix_portal.switches.max_commands == 1
""",
    ).assert_outcomes(passed=2)


def test_faults_can_be_injected_from_the_tests_thread(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
def test_it(bitrix_portal):
    bitrix_portal.inject("QUERY_LIMIT_EXCEEDED", nth=2)
    statuses = [call(bitrix_portal, "batch", cmd={})[0] for _ in range(3)]
    assert statuses == [200, 503, 200]
""",
    ).assert_outcomes(passed=1)


def test_an_async_test_of_any_plugin_can_use_it(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
import asyncio

@pytest.mark.anyio
async def test_it(bitrix_portal):
    status, _ = await asyncio.to_thread(call, bitrix_portal, "batch", cmd={})
    assert status == 200

@pytest.fixture
def anyio_backend():
    return "asyncio"
""",
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ("bitrix_portal(max_comands=1)", "*unknown switch 'max_comands'*"),
        ("bitrix_portal(limits='clod')", "*unknown limits 'clod'*"),
        ("bitrix_portal('cloud')", "*keyword arguments only*"),
    ],
)
def test_senseless_options_are_one_clear_error(
    pytester: pytest.Pytester, mark: str, message: str
) -> None:
    result = run(
        pytester,
        f"""
@pytest.mark.{mark}
def test_it(bitrix_portal):
    pass
""",
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])


def test_the_marker_and_the_fixture_explain_themselves(pytester: pytest.Pytester) -> None:
    run(pytester, "", "--markers").stdout.fnmatch_lines(["@pytest.mark.bitrix_portal(*"])
    run(pytester, "", "--fixtures").stdout.fnmatch_lines(["*An embedded portal*"])


def test_a_hanging_request_does_not_keep_the_test_from_ending(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
import socket

def test_it(bitrix_portal):
    bitrix_portal.inject("hang")
    host, _, port = bitrix_portal.address.removeprefix("http://").partition(":")
    connection = socket.create_connection((host, int(port)))
    path = bitrix_portal.webhook.removeprefix(bitrix_portal.address) + "batch"
    connection.sendall(f"GET {path} HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n".encode())
    while not bitrix_portal.requests:
        pass
    connection.close()
""",
    ).assert_outcomes(passed=1)


def test_an_emulator_serves_from_a_thread_until_the_block_ends() -> None:
    before = threading.active_count()
    with serving(Emulator()) as emulator:
        assert emulator.address
        port = int(emulator.address.rpartition(":")[2])
        with pytest.raises(EmulatorError, match="in use"), serving(Emulator(port=port)):
            pass
    assert threading.active_count() == before


def test_nothing_stays_open_behind_a_client_that_keeps_its_connection() -> None:
    """With TLS a server's close waits for the client's, which an idle client never sends."""
    gc.collect()  # what others left is not counted here
    with serving(Emulator(tls=True)) as emulator:
        address = urlsplit(emulator.webhook)
        client = http.client.HTTPSConnection(
            f"{address.hostname}:{address.port}", context=emulator.client_tls()
        )
        client.request("POST", f"{address.path}profile")
        assert client.getresponse().read()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del emulator
        gc.collect()
    client.close()
    assert [str(one.message) for one in caught] == []
