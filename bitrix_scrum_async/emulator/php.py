"""What PHP makes of a URL and of a query string.

The portal takes a batch command apart with `parse_url` and `parse_str`. Both work on bytes, know
no errors and have habits that clients trip over; this file has the same habits (PHP 8.2). Text
that is no UTF-8 lives on as lone surrogates, so that it can be told from good text when the answer
is encoded.
"""

import re
from binascii import unhexlify
from functools import lru_cache
from typing import TypeAlias

PhpValue: TypeAlias = "str | list[PhpValue] | dict[str, PhpValue]"

MAX_NESTING = 64
_MAX_INT = 2**63 - 1

_CONTROLS = bytes(
    ord("_") if byte < 0x20 or byte == 0x7F else byte  # `parse_url` defuses control characters
    for byte in range(256)
)
_NAME_MANGLING = bytes.maketrans(b" .", b"__")
_UNCLOSED_MANGLING = bytes.maketrans(b" .[", b"___")
_SCHEME = re.compile(rb"[A-Za-z0-9+.\-]+")
_HOST_END = re.compile(rb"[/?#]")
_PATH_END = re.compile(rb"[?#]")
_DIGITS = re.compile(rb"[0-9]*")
_STRTOL = re.compile(rb"[ \t-\r]*([+-]?[0-9]+)")
_ESCAPES = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")  # a run at a time: most text is no ASCII
_INT_KEY = re.compile(r"0|-?[1-9][0-9]{0,18}")


def parse_command(
    command: str, *, max_input_vars: int | None = 1000
) -> tuple[str, dict[str, PhpValue]]:
    """Take a batch command `method?query` apart: its method and its parameters."""
    url = parse_url(command.encode("utf-8", "surrogateescape"))
    if url is None:
        return "", {}
    path, query = url
    return _text(path), parse_str(query, max_input_vars=max_input_vars)


def parse_url(url: bytes) -> tuple[bytes, bytes] | None:
    """Path and query of an address as `parse_url` sees them; `None` where PHP says `false`."""
    start = 0
    if b":" in url or url.startswith(b"//"):
        found = _path_start(url)
        if found is None:
            return None
        start = found
    path, _, query = url[start:].partition(b"#")[0].partition(b"?")
    return path.translate(_CONTROLS), query.translate(_CONTROLS)


def _path_start(url: bytes) -> int | None:
    """Where the path begins, behind scheme, host and port; `None` where PHP gives up."""
    colon = url.find(b":")
    if colon < 0:
        return _behind_host(url, 2, port_known=False)
    if colon == 0:
        return _behind_port(url, colon)
    if not _SCHEME.fullmatch(url, 0, colon):
        path_end = _PATH_END.search(url)
        if colon + 1 < len(url) and (path_end is None or colon < path_end.start()):
            return _behind_port(url, colon)
        return _behind_host(url, 2, port_known=False) if url.startswith(b"//") else 0
    if colon + 1 == len(url):
        return len(url)
    if url[colon + 1 : colon + 2] != b"/":
        digits_end = _digits_end(url, colon + 1, 6)
        ends = digits_end == len(url) or url[digits_end : digits_end + 1] == b"/"
        if ends and digits_end - colon < 7:
            return _behind_port(url, colon)
        return colon + 1
    if url[colon + 2 : colon + 3] != b"/":
        return colon + 1
    host = colon + 3
    if url[:colon].lower() == b"file" and url[host : host + 1] == b"/":
        return host + 1 if url[colon + 5 : colon + 6] == b":" else host
    return _behind_host(url, host, port_known=False)


def _digits_end(url: bytes, start: int, most: int) -> int:
    found = _DIGITS.match(url, start, start + most)
    return found.end() if found else start


def _behind_port(url: bytes, colon: int) -> int | None:
    """`host:80/path` without a scheme: PHP tries a port before it calls all of it a path."""
    double_slash = url.startswith(b"//")
    end = _digits_end(url, colon + 1, 6)
    count = end - colon - 1
    if 0 < count < 6 and (end == len(url) or url[end : end + 1] == b"/"):
        port = int(url[colon + 1 : end])
        if port > 65535:
            return None
        return _behind_host(url, 2 if double_slash else 0, port_known=port > 0)
    if count == 0 and end == len(url):
        return None
    return _behind_host(url, 2, port_known=False) if double_slash else 0


def _behind_host(url: bytes, start: int, *, port_known: bool) -> int | None:
    found = _HOST_END.search(url, start)
    end = found.start() if found else len(url)
    at_sign = url.rfind(b"@", start, end)
    if at_sign >= 0:
        start = at_sign + 1
    host_end = end
    if not (url[start : start + 1] == b"[" and url[end - 1 : end] == b"]"):  # no IPv6 address
        colon = url.rfind(b":", start, end)
        if colon >= 0:
            if not port_known and not _is_port(url[colon + 1 : end]):
                return None
            host_end = colon
    return end if host_end > start else None


def _is_port(text: bytes) -> bool:
    if not text:
        return True
    number = _STRTOL.match(text)
    return len(text) <= 5 and number is not None and 0 <= int(number[1]) <= 65535


class _Array(dict[str, "str | _Array"]):
    """A PHP array: insertion order, and the index that `[]` gives next."""

    __slots__ = ("next_index",)

    def __init__(self) -> None:
        super().__init__()
        self.next_index = 0

    def put(self, key: str | None, value: "str | _Array") -> bool:
        """Set a key, or append for `None`; false when there is no index left to append at."""
        if key is None:
            key = str(self.next_index)
            if self.next_index == _MAX_INT and key in self:
                return False
        self[key] = value
        if key[-1:].isdigit() and _INT_KEY.fullmatch(key) and (index := int(key)) <= _MAX_INT:
            self.next_index = max(self.next_index, min(index + 1, _MAX_INT))
        return True

    def descend(self, key: str | None) -> "_Array | None":
        """The array under a key; a string that stands there gives way."""
        if key is not None:
            below = self.get(key)
            if isinstance(below, _Array):
                return below
        below = _Array()
        return below if self.put(key, below) else None

    def plain(self) -> dict[str, PhpValue]:
        return {key: _plain(value) for key, value in self.items()}


def _plain(value: "str | _Array") -> PhpValue:
    if isinstance(value, str):
        return value
    if all(key == str(place) for place, key in enumerate(value)):
        return [_plain(element) for element in value.values()]
    return value.plain()


def parse_str(query: bytes, *, max_input_vars: int | None = 1000) -> dict[str, PhpValue]:
    """The variables of a query string or form body, as `parse_str` registers them.

    Args:
        query: The text before any decoding.
        max_input_vars: PHP's setting of this name. What comes after so many variables is dropped
            without a word.

    Returns:
        Nested arrays with keys 0..n-1 in order are lists, all others maps with string keys. The
        outermost is always a map.
    """
    if b"\0" in query:
        query = query[: query.index(b"\0")]  # C string functions end here
    pairs = [pair for pair in query.split(b"&") if pair]
    if max_input_vars is not None:
        del pairs[max_input_vars:]
    variables = _Array()
    for pair in pairs:
        name, _, value = pair.partition(b"=")
        _register(variables, _encoded_path(name), _text(_url_decode(value)))
    return variables.plain()


def register_form(
    fields: list[tuple[str, str]], *, max_input_vars: int | None = 1000
) -> dict[str, PhpValue]:
    """The variables of a multipart form: names as in a query string, values as they are."""
    variables = _Array()
    for name, value in fields[:max_input_vars]:
        _register(variables, _name_path(name.encode("utf-8", "surrogateescape")), value)
    return variables.plain()


def php_array(values: dict[str, PhpValue]) -> PhpValue:
    """How a map shows in JSON: keys 0..n-1 in order make a list, and so does no key at all."""
    if all(key == str(place) for place, key in enumerate(values)):
        return list(values.values())
    return values


def _url_decode(text: bytes) -> bytes:
    if b"+" in text:
        text = text.replace(b"+", b" ")
    return _ESCAPES.sub(_unescape, text) if b"%" in text else text


def _unescape(escapes: re.Match[bytes]) -> bytes:
    return unhexlify(escapes[0].replace(b"%", b""))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _register(variables: _Array, path: tuple[str | None, ...], value: str) -> None:
    """Put a value where its name says, through arrays that are made on the way."""
    if not path:
        return
    if len(path) > MAX_NESTING + 1:
        variables.pop(str(path[0]), None)  # the whole variable goes, not only this value
        return
    array = variables
    for key in path[:-1]:
        below = array.descend(key)
        if below is None:
            return
        array = below
    array.put(path[-1], value)


@lru_cache(maxsize=4096)  # clients send the same few names all day
def _encoded_path(name: bytes) -> tuple[str | None, ...]:
    return _name_path(_url_decode(name))


def _name_path(name: bytes) -> tuple[str | None, ...]:
    """The keys that a decoded name leads through; `None` appends. Empty when PHP ignores it."""
    name = name.partition(b"\0")[0].lstrip(b" ")
    head, bracket, rest = name.partition(b"[")
    mangled = head.translate(_NAME_MANGLING)
    if not mangled:
        return ()
    if mangled != head and mangled.startswith((b"__Host-", b"__Secure-")):
        return ()  # a cookie prefix must not come from mangling
    path: list[str | None] = [_text(mangled)]
    while bracket:
        end = rest.find(b"]")
        if end < 0:
            if len(path) == 1:  # an unmatched bracket is a character of the name
                path = [_text(mangled + b"_" + rest.translate(_UNCLOSED_MANGLING))]
            break
        index = rest[:end]
        path.append(None if not index or (len(index) == 1 and index.isspace()) else _text(index))
        if rest[end + 1 : end + 2] != b"[":
            break  # what follows the last bracket is ignored
        rest = rest[end + 2 :]
    return tuple(path)
