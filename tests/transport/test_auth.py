"""Webhooks: which addresses are one, and that their code is never shown."""

from collections.abc import Mapping

import pytest

from bitrix_scrum_async.errors import InvalidCall
from bitrix_scrum_async.transport.auth import Webhook, is_loopback, shows_more
from bitrix_scrum_async.transport.raw import RawAnswer


@pytest.mark.parametrize(
    "address",
    [
        "https://acme.bitrix24.com/rest/1/abc123/",
        "https://acme.bitrix24.com/rest/1/abc123",
        "  https://acme.bitrix24.com/rest/1/abc123/\n",
    ],
)
def test_a_webhook_gives_the_address_of_each_method(address: str) -> None:
    webhook = Webhook(address)
    assert webhook.url("batch") == "https://acme.bitrix24.com/rest/1/abc123/batch"
    assert (webhook.host, webhook.port, webhook.user_id) == ("acme.bitrix24.com", 443, 1)


def test_a_portal_may_stand_on_another_port_and_below_a_folder() -> None:
    webhook = Webhook("http://127.0.0.1:8080/portal/rest/17/x/")
    assert (webhook.host, webhook.port, webhook.user_id) == ("127.0.0.1", 8080, 17)
    assert not webhook.secure


@pytest.mark.parametrize(
    "address",
    [
        "",
        "abc123secret",
        "acme.bitrix24.com/rest/1/abc123secret/",
        "ftp://acme.bitrix24.com/rest/1/abc123secret/",
        "https://acme.bitrix24.com/",
        "https://acme.bitrix24.com/rest/abc123secret/",
        "https://acme.bitrix24.com/rest/1/",
        "https:///rest/1/abc123secret/",
        "https://acme.bitrix24.com:port/rest/1/abc123secret/",
        "https://[acme/rest/1/abc123secret/",
    ],
)
def test_what_is_no_webhook_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(InvalidCall, match=r"https://acme\.bitrix24\.com/rest/1/abc123/") as caught:
        Webhook(address)
    assert "abc123secret" not in str(caught.value)


def test_the_code_is_in_no_repr() -> None:
    webhook = Webhook("https://acme.bitrix24.com/rest/1/abc123secret/")
    assert repr(webhook) == "Webhook('https://acme.bitrix24.com/rest/1/***/')"


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("https://acme.bitrix24.com/rest/1/abc123/", ()),
        ("http://acme.bitrix24.com/rest/1/abc123/", ("acme.bitrix24.com",)),
    ],
)
def test_a_webhook_says_whether_its_host_gets_the_code_by_plain_http(
    address: str, plain: tuple[str, ...]
) -> None:
    assert Webhook(address).plain_hosts == plain


@pytest.mark.anyio
async def test_a_webhook_is_ready_and_cannot_be_renewed() -> None:
    async def ask(url: str, query: Mapping[str, str]) -> RawAnswer:
        raise AssertionError("there is nobody to ask")

    webhook = Webhook("https://acme.bitrix24.com/rest/1/abc123/")
    await webhook.prepare(ask)
    assert not await webhook.refresh(webhook.generation, ask)
    await webhook.settle()
    assert webhook.generation == 0
    assert not webhook.headers()


@pytest.mark.parametrize(
    ("new", "old", "more"),
    [
        ("http://a.example/rest/", "https://a.example/rest/", True),
        ("http://a.example/rest/", "http://[::1]:80/rest/", True),
        ("http://a.example/rest/", "http://b.example/rest/", False),
        ("http://localhost/rest/", "https://a.example/rest/", False),
        ("https://b.example/rest/", "https://a.example/rest/", False),
    ],
)
def test_plain_http_shows_more_than_https_except_on_this_machine(
    new: str, old: str, more: bool
) -> None:
    assert shows_more(new, old) is more


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("acme.bitrix24.com", False),
        ("192.168.0.1", False),
        ("localhost.example", False),
    ],
)
def test_loopback_is_this_machine_only(host: str, own: bool) -> None:
    assert is_loopback(host) is own
