"""Markdown pages as their tests see them: blocks, headings and links. Pure: text in, values out.

What the tests need beside the text stands in comments, which a reader does not see:

| comment | |
|---|---|
| `<!-- hidden ... -->` | Python that runs here with the blocks of the page: set-up and asserts |
| `<!-- file: NAME -->` | the block after it is written into that file, which something else uses |
| `<!-- picture -->` | the `text` block after it is drawn, and shows no output |
| `<!-- empty portal -->` | anywhere: the page's portal is one that nobody has used yet |
"""

import re
from collections.abc import Iterator
from pathlib import Path

import attrs

ROOT = Path(__file__).parents[2]

EMPTY = "<!-- empty portal -->"

_FENCE = re.compile(r"(?P<indent> *)(?P<ticks>`{3,})(?P<info>[^`]*)")
_DIRECTIVE = re.compile(r"<!-- (file: (?P<file>\S+)|(?P<picture>picture)) -->")
_HIDDEN = "<!-- hidden"
_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+(?:\([^()]*\))?)(?: \"[^\"]*\")?\)")
_ATTRIBUTE = re.compile(r"(?:href|src)=\"([^\"]+)\"")
_CODE = re.compile(r"(`+)(.+?)\1")


class PageError(AssertionError):
    """A page that its tests cannot read, with the line."""


@attrs.frozen(kw_only=True)
class Block:
    """A piece of a page that is run or checked.

    Attributes:
        page: The page.
        line: Where it begins, from 1.
        language: What stands behind the fence; ``"hidden"`` for Python in a comment.
        code: Its lines.
        file: The file that it is written into, if it is.
        picture: Whether it is a drawing.
    """

    page: str
    line: int
    language: str
    code: str
    file: str | None = None
    picture: bool = False

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[str]:
    """Every page of the project, by its path."""
    folders = ("docs", "examples", "benchmarks")
    found = [
        *ROOT.glob("*.md"),
        *(page for name in folders for page in (ROOT / name).rglob("*.md")),
    ]
    return sorted(page.relative_to(ROOT).as_posix() for page in found)


def read(page: str) -> str:
    """The text of a page."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, text: str) -> Iterator[Block]:
    """The blocks of a page, in order.

    Raises:
        PageError: A block or comment without an end, or a mark without its block.
    """
    lines = text.splitlines()
    mark: re.Match[str] | None = None
    at = 0
    while at < len(lines):
        begun, line = at, lines[at]
        at += 1
        if line.strip() == _HIDDEN:
            end = _end(page, lines, begun, "-->")
            yield _block(page, begun, "hidden", lines[begun + 1 : end])
            at = end + 1
        elif found := _DIRECTIVE.fullmatch(line.strip()):
            mark = found
            continue
        elif fence := _FENCE.fullmatch(line):
            end = _end(page, lines, begun, fence["ticks"])
            indent = len(fence["indent"])
            code = [each[indent:] for each in lines[begun + 1 : end]]
            block = _block(page, begun, fence["info"].strip(), code)
            if mark is not None:
                block = attrs.evolve(block, file=mark["file"], picture=bool(mark["picture"]))
            yield block
            at = end + 1
        elif not line.strip():
            continue
        elif line.startswith(("~~~", "<pre")) or _is_indented_code(lines, begun):
            raise PageError(f"{page}:{begun + 1}: code stands between ```, so that it is run")
        elif mark is not None:
            raise PageError(f"{page}:{begun + 1}: a mark stands before no block")
        mark = None


def _is_indented_code(lines: list[str], place: int) -> bool:
    return lines[place].startswith("    ") and place > 0 and not lines[place - 1].strip()


def _block(page: str, begun: int, language: str, code: list[str]) -> Block:
    return Block(
        page=page, line=begun + 1, language=language, code="".join(f"{each}\n" for each in code)
    )


def _end(page: str, lines: list[str], begun: int, closing: str) -> int:
    for place in range(begun + 1, len(lines)):
        if lines[place].strip() == closing:
            return place
    raise PageError(f"{page}:{begun + 1}: what begins here has no end")


def prose(text: str) -> list[str]:
    """The lines of a page that are neither code nor comment."""
    kept: list[str] = []
    closing = ""
    for line in text.splitlines():
        if closing:
            closing = "" if line.strip() == closing else closing
        elif line.strip() == _HIDDEN:
            closing = "-->"
        elif fence := _FENCE.fullmatch(line):
            closing = fence["ticks"]
        else:
            kept.append(line)
    return kept


def inline_code(text: str) -> list[str]:
    """What stands between backticks in a page's prose."""
    return [found[1] for line in prose(text) for found in _CODE.findall(line)]


def links(text: str) -> list[str]:
    """What a page points to."""
    found: list[str] = []
    for line in prose(text):
        shown = _CODE.sub("", line)
        found += _LINK.findall(shown)
        found += _ATTRIBUTE.findall(shown)
    return found


def anchors(text: str) -> set[str]:
    """The names of a page's headings, as they stand behind a ``#``."""
    found: set[str] = set()
    for line in prose(text):
        heading = re.fullmatch(r"#{1,6} +(.+?)(?: +#+)?", line)
        if heading is None:
            continue
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).lower()
        name = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        taken = (f"{name}-{count}" for count in range(1, len(found) + 2))
        found.add(name if name not in found else next(each for each in taken if each not in found))
    return found
