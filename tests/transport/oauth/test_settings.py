"""What an application is made of, where its requests go, and what it shows of itself."""

from typing import Any

import anyio
import pytest

from bitrix_scrum_async.errors import InvalidCall

from .authorization import ENDPOINT, application


def test_it_addresses_the_portal_with_the_access_token() -> None:
    oauth = application()
    assert (oauth.host, oauth.port, oauth.generation) == ("acme.bitrix24.com", 443, 0)
    assert oauth.url("batch") == "https://acme.bitrix24.com/rest/batch"
    assert oauth.headers() == {"Authorization": "Bearer hunter2-access-0"}


def test_it_shows_host_and_application_only() -> None:
    assert repr(application()) == "OAuth(acme.bitrix24.com, client_id='local.1', ***)"


def test_each_object_is_itself() -> None:
    assert application() != application()


@pytest.mark.parametrize(
    ("endpoint", "token_url", "plain"),
    [
        (ENDPOINT, "https://oauth.example/oauth/token/", ()),
        ("http://a.example/rest/", "https://oauth.example/", ("a.example",)),
        (ENDPOINT, "http://o.example/token", ("o.example",)),
        ("http://a.example/rest", "http://o.example", ("a.example", "o.example")),
        ("http://[::1]:80/rest/", "http://[::1]:81/oauth/token/", ("::1",)),
    ],
)
def test_it_says_which_hosts_get_a_secret_by_plain_http(
    endpoint: str, token_url: str, plain: tuple[str, ...]
) -> None:
    oauth = application(endpoint=endpoint, token_url=token_url)
    assert oauth.plain_hosts == plain
    assert oauth.secure is not bool(plain)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("endpoint", "https://acme.bitrix24.com/rest/1/hunter2/"),
        ("endpoint", "https://acme.bitrix24.com/rest/?auth=hunter2"),
        ("endpoint", "https://hunter2@acme.bitrix24.com/rest/"),
        ("endpoint", None),
        ("token_url", "https://oauth.bitrix.info/oauth/token/?client_secret=hunter2"),
        ("token_url", "https://me:hunter2@oauth.bitrix.info/oauth/token/"),
        ("token_url", "oauth.bitrix.info"),
        ("token_url", None),
        ("client_id", None),
        ("client_id", ""),
        ("client_id", "hunter2 blank"),
        ("client_id", 7),
        ("client_secret", None),
        ("client_secret", ""),
        ("client_secret", "hunter2\n"),
        ("access_token", ""),
        ("access_token", "hunter2\r\nX-Evil: 1"),
        ("access_token", b"hunter2"),
        ("refresh_token", ""),
        ("refresh_token", "hunter2\n"),
        ("store", "hunter2.json"),
        ("store", object()),
        ("on_refresh", "print"),
        ("on_refresh", anyio.sleep),
    ],
)
def test_nonsense_is_refused_without_repeating_it(name: str, value: Any) -> None:
    with pytest.raises(InvalidCall) as caught:
        application(**{name: value})
    assert caught.value.argument == name
    assert "hunter2" not in str(caught.value)


def test_without_any_token_there_is_nothing_to_begin_with() -> None:
    with pytest.raises(InvalidCall, match="a token or a store"):
        application(access_token=None, refresh_token=None)
