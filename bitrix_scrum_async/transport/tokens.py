"""An application's tokens, and where they are kept between two runs.

Every refresh uses the refresh token up and gives a new one. Who loses it has to ask a user to let
the application in again, so tokens are stored before they are used.
"""

import errno
import logging
import math
import os
import re
import stat
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar, TypeVarTuple
from urllib.parse import SplitResult, urlsplit

import attrs
import orjson

from ..errors import InvalidCall
from ..wire import is_map

T = TypeVar("T")
Given = TypeVarTuple("Given")

_log = logging.getLogger("bitrix_scrum_async")

_VISIBLE = re.compile(r"[\x21-\x7e]*")
# urlsplit drops line breaks, and clients differ in what a backslash is: the host that is checked
# might not be the host that is asked.
_UNSAFE = re.compile(r"[\s\\]")
# Tokens are short; a larger file is something else.
_MOST_BYTES = 1_000_000


def web_address(url: object, argument: str, example: str) -> SplitResult:
    """Take an address apart that has a scheme, a host and a path, and nothing else.

    Raises:
        InvalidCall: It is none. The message does not repeat it: it may hold a secret.
    """
    text = url.strip() if isinstance(url, str) else ""
    if text.isprintable() and not _UNSAFE.search(text):
        try:
            parts = urlsplit(text)
            bare = not ("?" in text or "#" in text or "@" in parts.netloc)
            web = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
            if bare and web:
                return parts
        except ValueError:  # a port that is no number, an open bracket
            pass
    raise InvalidCall(
        f"an address such as {example} is wanted, without user, password or query",
        argument=argument,
    )


def endpoint_address(url: str) -> str:
    """The address of an application's calls, with a slash at its end.

    Raises:
        InvalidCall: It is none. The message does not repeat it.
    """
    example = "https://acme.bitrix24.com/rest/"
    parts = web_address(url, "endpoint", example)
    path = parts.path.rstrip("/")
    if not path.endswith("/rest"):
        raise InvalidCall(f"it ends with /rest/, such as {example}", argument="endpoint")
    return f"{parts.scheme}://{parts.netloc}{path}/"


def check_secret(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Refuse what has no place in a header. The message does not repeat it."""
    if not isinstance(value, str):
        raise InvalidCall(
            f"text is wanted, not a value of type {type(value).__name__}", argument=attribute.alias
        )
    if not _VISIBLE.fullmatch(value):
        raise InvalidCall(
            "it holds a blank, a line break or another character that no token has",
            argument=attribute.alias,
        )


def _check_text(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if not isinstance(value, str) or not value.isprintable():
        raise InvalidCall("printable text is wanted", argument=attribute.alias)


def moment(value: object) -> float | None:
    """A number of seconds as the authorization server may write it; ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) else None


def _expiry(value: float | None) -> float | None:
    return moment(value)


def json_object(document: bytes) -> Mapping[Any, Any] | None:
    """The JSON object in a document, if it is one. The parser's error would hold the document."""
    try:
        value = orjson.loads(document)
    except orjson.JSONDecodeError:
        return None
    return value if is_map(value) else None


@attrs.frozen(kw_only=True, repr=False)
class Tokens:
    """What an application holds for one portal.

    Args:
        access_token: For calls, for an hour.
        refresh_token: For one refresh, within 180 days; empty where there is none.
        endpoint: The address of calls, such as ``https://acme.bitrix24.com/rest/``.
        expires_at: When the access token expires, in seconds since 1970, by this machine's clock.
        member_id: The portal's id, which stays when its address changes.
        scope: What the application may use, separated by commas.

    Raises:
        InvalidCall: A value of the wrong kind. The message does not repeat it.
    """

    access_token: str = attrs.field(validator=check_secret)
    refresh_token: str = attrs.field(default="", validator=check_secret)
    endpoint: str = attrs.field(converter=endpoint_address)
    expires_at: float | None = attrs.field(default=None, converter=_expiry)
    member_id: str = attrs.field(default="", validator=_check_text)
    scope: str = attrs.field(default="", validator=_check_text)

    def __repr__(self) -> str:
        return f"Tokens({urlsplit(self.endpoint).hostname}, ***)"

    @property
    def secrets(self) -> tuple[str, str]:
        """Both tokens: what makes two values the same."""
        return self.access_token, self.refresh_token

    def to_json(self) -> bytes:
        """A JSON object, readable by `from_json`. It holds the secrets."""
        return orjson.dumps(
            attrs.asdict(self), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        )

    @classmethod
    def from_json(cls, document: bytes) -> Self:
        """Read what `to_json` wrote; names it does not know are passed over.

        Raises:
            InvalidCall: It is something else. Nothing of it is in the message.
        """
        found = json_object(document)
        if found is None:
            raise InvalidCall("it is no JSON object")
        known = [field.name for field in attrs.fields(cls)]
        given = {name: found[name] for name in known if found.get(name) is not None}
        missing = [name for name in ("access_token", "endpoint") if not given.get(name)]
        if missing:
            raise InvalidCall(f"it has no {missing[0]}")
        return cls(**given)


class TokenStore(Protocol):
    """Keeps the tokens of one application on one portal.

    What `save` was given last, by whichever process, is what `load` gives. An ``OSError`` says that
    this did not work now; its text is not shown, since nobody knows what it holds.
    """

    async def load(self) -> Tokens | None:
        """The tokens stored last; ``None`` when there are none yet."""
        ...

    async def save(self, tokens: Tokens) -> None:
        """Keep these tokens instead of the others. They are safe when it comes back."""
        ...


class MemoryTokenStore:
    """Keeps tokens as long as the process runs: for tests, and for several `OAuth` in one process.

    Args:
        tokens: What it holds at first.
    """

    def __init__(self, tokens: Tokens | None = None) -> None:
        self._tokens = tokens

    async def load(self) -> Tokens | None:
        """The tokens stored last."""
        return self._tokens

    async def save(self, tokens: Tokens) -> None:
        """Keep these tokens."""
        self._tokens = tokens


class FileTokenStore:
    """Keeps tokens in a JSON file that only its owner may read.

    The file is replaced as a whole: whoever reads it, and whenever the machine stops, there are
    the old tokens or the new ones. Several processes may share it. A symbolic link is followed,
    and what it points to is replaced.

    Args:
        path: The file. Its folder must exist; the file need not.

    Raises:
        InvalidCall: It is no path.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = _path_of_file(path)

    def __repr__(self) -> str:
        return f"FileTokenStore({str(self._path)!r})"

    async def load(self) -> Tokens | None:
        """The tokens in the file; ``None`` when it is not there, or empty.

        Raises:
            InvalidCall: It holds something else. Nothing of it is in the message.
            OSError: It cannot be read, or its folder does not exist.
        """
        return await _in_a_thread(self._load)

    async def save(self, tokens: Tokens) -> None:
        """Replace the file.

        Raises:
            OSError: It cannot be written. The old file stays as it is.
        """
        await _in_a_thread(self._save, tokens)

    def _load(self) -> Tokens | None:
        try:
            document = self._read()
        except FileNotFoundError:
            # Better told now than after the refresh token is used up.
            folder = Path(os.path.realpath(self._path)).parent
            if not folder.is_dir():
                raise FileNotFoundError(
                    errno.ENOENT, os.strerror(errno.ENOENT), str(folder)
                ) from None
            return None
        if not document.strip():
            return None
        refused = ""
        try:
            return Tokens.from_json(document)
        except InvalidCall as error:
            refused = str(error)
        raise InvalidCall(
            f"{self._path} does not hold tokens: {refused}; remove it, or restore it",
            argument="store",
        )

    def _read(self) -> bytes:
        # Without O_NONBLOCK, opening a pipe that bears the name would wait for a writer for ever.
        flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
        with open(os.open(self._path, flags), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
                raise InvalidCall(f"{self._path} is no file of tokens", argument="store")
            if os.name == "posix" and status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                _log.warning(
                    "%s holds tokens and others may read it; the next refresh ends that",
                    self._path,
                )
            return file.read()

    def _save(self, tokens: Tokens) -> None:
        target = Path(os.path.realpath(self._path))
        # Made with 0600, and in the same folder, so that it can take the other's place in one step.
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".tokens-")
        try:
            with open(handle, "wb") as file:
                file.write(tokens.to_json())
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, target)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
        _sync_folder(target.parent)


async def _in_a_thread(work: Callable[[*Given], T], *given: *Given) -> T:
    """Work that may block. Unlike asyncio's own, it is waited for though the task is cancelled."""
    from anyio import to_thread  # only here: its import takes 30 ms

    return await to_thread.run_sync(work, *given)


def _path_of_file(path: str | os.PathLike[str]) -> Path:
    with suppress(TypeError):  # no path, or one of bytes
        if os.fspath(path) and "\0" not in os.fspath(path):
            return Path(path).absolute()
    raise InvalidCall("the path of a file is wanted", argument="path")


def _sync_folder(folder: Path) -> None:
    """Let the new name outlive a power cut, where the system can do that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
