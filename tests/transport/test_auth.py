"""Webhooks: which addresses are one, and that their code is never shown."""

import pytest

from bitrix_scrum_async.errors import InvalidCall
from bitrix_scrum_async.transport.auth import Webhook, is_loopback


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
