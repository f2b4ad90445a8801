"""Tokens, and that a file of them is whole, private and never lost."""

import asyncio
import logging
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_scrum_async.errors import InvalidCall
from bitrix_scrum_async.transport.tokens import (
    FileTokenStore,
    MemoryTokenStore,
    Tokens,
    TokenStore,
    moment,
)
from tests.transport.shown import all_shown

run = asyncio.run  # what touches files in a test has no place in an event loop

ENDPOINT = "https://acme.bitrix24.com/rest/"
OLD = Tokens(access_token="hunter2-access-1", refresh_token="hunter2-refresh-1", endpoint=ENDPOINT)
NEW = Tokens(
    access_token="hunter2-access-2",
    refresh_token="hunter2-refresh-2",
    endpoint=ENDPOINT,
    expires_at=1_790_000_000.5,
    member_id="a1b2",
    scope="task,user",
)

visible = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E))
printable = st.text(st.characters(exclude_categories=["C", "Z"]))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


# Tokens


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (ENDPOINT, ENDPOINT),
        ("https://acme.bitrix24.com/rest", ENDPOINT),
        (" https://acme.bitrix24.com/rest/\n", ENDPOINT),
        ("http://127.0.0.1:8080/portal/rest/", "http://127.0.0.1:8080/portal/rest/"),
        ("https://[::1]:8443/rest", "https://[::1]:8443/rest/"),
    ],
)
def test_an_endpoint_may_lack_its_slash(given: str, read: str) -> None:
    assert Tokens(access_token="a", endpoint=given).endpoint == read


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "acme.bitrix24.com/rest/",
        "ftp://acme.bitrix24.com/rest/",
        "https://acme.bitrix24.com/",
        "https://acme.bitrix24.com/forrest/",
        "https://acme.bitrix24.com/rest/1/hunter2/",
        "https://acme.bitrix24.com/rest/?auth=hunter2",
        "https://acme.bitrix24.com/rest/?",
        "https://acme.bitrix24.com/rest/#hunter2",
        "https://user:hunter2@acme.bitrix24.com/rest/",
        "https://evil.example\\@acme.bitrix24.com/rest/",
        "https://evil.example\\.acme.bitrix24.com/rest/",
        "https://acme.bitrix24.com:port/rest/",
        "https://acme.bitrix24.com:0/rest/",
        "https://[acme/rest/",
        "https:///rest/",
        "https://acme\n.bitrix24.com/rest/",
        "https://acme.bitrix24.com/\ud800/rest/",
        None,
        7,
    ],
)
def test_what_is_no_endpoint_is_refused_without_repeating_it(endpoint: Any) -> None:
    with pytest.raises(
        InvalidCall, match=r"endpoint: .*https://acme\.bitrix24\.com/rest/"
    ) as caught:
        Tokens(access_token="a", endpoint=endpoint)
    assert "hunter2" not in all_shown(caught.value)


@pytest.mark.parametrize(
    "token", ["hunter2 token", "hunter2\r\nX-Evil: 1", "huntér2", "\0", 7, None]
)
@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
def test_what_has_no_place_in_a_header_is_no_token(name: str, token: Any) -> None:
    values: dict[str, Any] = {"access_token": "a", "endpoint": ENDPOINT, name: token}
    with pytest.raises(InvalidCall, match=f"^{name}: ") as caught:
        Tokens(**values)
    assert "hunt" not in all_shown(caught.value)


def test_tokens_show_the_host_only() -> None:
    assert repr(NEW) == "Tokens(acme.bitrix24.com, ***)"


@given(
    access=visible.filter(bool), refresh=visible, member=printable, seconds=st.floats() | st.none()
)
def test_tokens_survive_their_file(
    access: str, refresh: str, member: str, seconds: float | None
) -> None:
    tokens = Tokens(
        access_token=access,
        refresh_token=refresh,
        endpoint=ENDPOINT,
        member_id=member,
        scope=member,
        expires_at=seconds,
    )
    assert Tokens.from_json(tokens.to_json()) == tokens


def test_names_that_are_not_known_are_passed_over() -> None:
    document = b'{"access_token": "a", "endpoint": "https://x.example/rest/", "later": [1]}'
    assert Tokens.from_json(document) == Tokens(
        access_token="a", endpoint="https://x.example/rest/"
    )


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (3600, 3600.0),
        ("3600", 3600.0),
        (1.5, 1.5),
        ("soon", None),
        (None, None),
        (True, None),
        ("nan", None),
        (float("inf"), None),
        (10**400, None),
        ([], None),
    ],
)
def test_a_moment_may_come_as_text(value: object, read: float | None) -> None:
    assert moment(value) == read


# Stores


@pytest.mark.anyio
async def test_memory_keeps_what_it_was_given() -> None:
    store: TokenStore = MemoryTokenStore(OLD)
    assert await store.load() == OLD
    await store.save(NEW)
    assert await store.load() == NEW
    assert "hunter2" not in repr(store)


def test_a_file_keeps_tokens_for_the_next_process(path: Path) -> None:
    store: TokenStore = FileTokenStore(path)
    assert run(store.load()) is None
    run(store.save(OLD))
    run(store.save(NEW))
    assert run(FileTokenStore(str(path)).load()) == NEW
    assert os.listdir(path.parent) == [path.name]


def test_an_empty_file_holds_no_tokens_yet(path: Path) -> None:
    path.touch()
    assert run(FileTokenStore(path).load()) is None


def test_only_the_owner_may_read_the_file_from_its_first_byte_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        modes.append(os.fstat(handle).st_mode & 0o777)
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    before = os.umask(0)
    try:
        run(FileTokenStore(path).save(NEW))
    finally:
        os.umask(before)
    assert modes[0] == 0o600
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_may_read_is_read_with_a_warning_and_closed_by_a_save(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_bytes(OLD.to_json())
    path.chmod(0o644)
    store = FileTokenStore(path)
    with caplog.at_level(logging.INFO):
        assert run(store.load()) == OLD
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        assert str(path) in caplog.text
        assert "hunter2" not in caplog.text
        caplog.clear()
        run(store.save(NEW))
        assert run(store.load()) == NEW
    assert not caplog.records
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_is_followed_and_stays_a_link(path: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target = tmp_path / "there" / "real.json"
    path.symlink_to(Path("there") / "real.json")
    store = FileTokenStore(path)
    assert run(store.load()) is None
    run(store.save(NEW))
    assert path.is_symlink()
    assert Tokens.from_json(target.read_bytes()) == NEW == run(store.load())
    assert os.listdir(tmp_path / "there") == ["real.json"]


@pytest.mark.parametrize(
    "document",
    [
        b'{"access_token": "hunter2-access',
        b'["hunter2-access"]',
        b'{"refresh_token": "hunter2-refresh", "endpoint": "https://acme.bitrix24.com/rest/"}',
        b'{"access_token": "hunter2-access"}',
        b'{"access_token": "hunter2 access", "endpoint": "https://acme.bitrix24.com/rest/"}',
        b'{"access_token": {"hunter2": 1}, "endpoint": "https://acme.bitrix24.com/rest/"}',
        b'{"access_token": "hunter2", "endpoint": "https://acme.bitrix24.com/rest/?hunter2"}',
        b'{"access_token": "a", "endpoint": "https://a.example/rest/", "scope": ["hunter2"]}',
        b"\xff\xfehunter2",
        b"[" * 100_000 + b"hunter2",
    ],
)
def test_a_broken_file_is_named_and_not_quoted(path: Path, document: bytes) -> None:
    path.write_bytes(document)
    path.chmod(0o600)
    with pytest.raises(InvalidCall, match=f"store: {path} does not hold tokens") as caught:
        run(FileTokenStore(path).load())
    assert "hunter2" not in all_shown(caught.value)
    assert path.read_bytes() == document


def test_what_is_no_file_is_not_read(path: Path) -> None:
    os.mkfifo(path, 0o600)
    with pytest.raises(InvalidCall, match="no file of tokens"):
        run(FileTokenStore(path).load())
    with pytest.raises((InvalidCall, IsADirectoryError)):
        run(FileTokenStore(path.parent).load())


def test_a_very_large_file_is_not_read(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10**9)
    with pytest.raises(InvalidCall, match="no file of tokens"):
        run(FileTokenStore(path).load())


def test_a_missing_folder_is_told_before_there_is_anything_to_lose(tmp_path: Path) -> None:
    store = FileTokenStore(tmp_path / "missing" / "tokens.json")
    with pytest.raises(FileNotFoundError, match="missing"):
        run(store.load())
    with pytest.raises(FileNotFoundError):
        run(store.save(NEW))


def test_a_write_that_fails_leaves_the_old_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FileTokenStore(path)
    run(store.save(OLD))

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        run(store.save(NEW))
    assert run(store.load()) == OLD
    assert os.listdir(path.parent) == [path.name]


def test_a_folder_that_cannot_be_synced_is_no_failure(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def fsync(handle: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{handle}"):
            raise OSError(22, "Invalid argument")
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    run(FileTokenStore(path).save(NEW))
    assert run(FileTokenStore(path).load()) == NEW


def test_a_kill_before_the_replacement_leaves_the_old_file(path: Path) -> None:
    run(FileTokenStore(path).save(OLD))
    program = f"""
        import asyncio, os
        from bitrix_scrum_async.transport.tokens import FileTokenStore, Tokens
        os.replace = lambda *names: os._exit(9)
        tokens = Tokens(access_token="hunter2-access-2", endpoint="{ENDPOINT}")
        asyncio.run(FileTokenStore({str(path)!r}).save(tokens))
    """
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=False)  # noqa: S603
    assert killed.returncode == 9
    assert run(FileTokenStore(path).load()) == OLD
    # What is left over is as private as the file itself.
    assert {each.stat().st_mode & 0o777 for each in path.parent.iterdir()} == {0o600}


@pytest.mark.anyio
async def test_writers_at_once_leave_the_tokens_of_one_of_them(path: Path) -> None:
    many = [Tokens(access_token=f"a{number}" * 500, endpoint=ENDPOINT) for number in range(20)]
    await asyncio.gather(*(FileTokenStore(path).save(tokens) for tokens in many))
    assert await FileTokenStore(path).load() in many
    assert os.listdir(path.parent) == [path.name]


def test_the_path_does_not_move_with_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = FileTokenStore("tokens.json")
    monkeypatch.chdir("/")
    run(store.save(NEW))
    assert run(FileTokenStore(tmp_path / "tokens.json").load()) == NEW


@pytest.mark.parametrize("path", ["", None, 7, b"tokens.json", "a\0b"])
def test_what_is_no_path_is_refused(path: Any) -> None:
    with pytest.raises(InvalidCall, match="the path of a file is wanted"):
        FileTokenStore(path)


def test_a_file_store_shows_its_path(path: Path) -> None:
    assert repr(FileTokenStore(path)) == f"FileTokenStore({str(path)!r})"
