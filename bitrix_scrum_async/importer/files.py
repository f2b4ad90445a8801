"""Plan files: YAML, JSON and JSON Lines as plain trees, and back.

Scalars keep their spelling. YAML turns an unquoted ``on`` into true, ``2026-01-05`` into a date
and ``3`` into a number; what the author wrote is what a name or story points shall be.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path as FilePath
from typing import Any, cast

import attrs

from .problems import Path, PlanError, Problem

FORMATS = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


_TOO_DEEP = "is nested too deeply for a plan"
_DEEPEST = 50


@attrs.frozen
class Plain:
    """An unquoted scalar: what the format takes it for, and how it is spelled."""

    value: bool | int | float
    text: str


@attrs.frozen
class Source:
    """A tree read from a file, and the way from paths in it to their lines."""

    file: str
    tree: Any
    lines_of: Callable[[Sequence[Path]], Sequence[int | None]]

    def problems(self, found: Sequence[tuple[Path, str]]) -> list[Problem]:
        """Return problems of this file, each with its line where it has one."""
        lines = self.lines_of([path for path, _ in found])
        return [
            Problem(text=text, path=path, file=self.file, line=line)
            for (path, text), line in zip(found, lines, strict=True)
        ]


def read(path: FilePath) -> Source:
    """Read a plan file as a tree.

    Raises:
        PlanError: The file cannot be read, or is not what its name says.
    """
    form = form_of(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise refusal(path, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise refusal(
            path, f"is not UTF-8 (byte {error.start}): save it in that encoding"
        ) from None
    if form == "yaml":
        return yaml_source(str(path), text)
    return json_source(str(path), text) if form == "json" else _json_lines(str(path), text)


def form_of(path: FilePath) -> str:
    """Return which format a file name stands for."""
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        raise refusal(
            path, "has no known ending: name it .yaml, .json or .jsonl after what it holds"
        ) from None


def write(path: FilePath, tree: dict[str, Any]) -> None:
    """Write a tree in the format that the file's name asks for."""
    form = form_of(path)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        if form == "yaml":
            yaml = _pyyaml(str(path))
            dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
            yaml.dump(tree, file, dumper, sort_keys=False, allow_unicode=True, width=100)
        elif form == "json":
            json.dump(tree, file, ensure_ascii=False, indent=1)
            file.write("\n")
        else:
            head = {key: value for key, value in tree.items() if key != "groups"}
            for line in (head, *tree["groups"]):
                file.write(json.dumps(line, ensure_ascii=False) + "\n")


def refusal(path: FilePath | str, text: str) -> PlanError:
    """Return the error for a file that cannot be taken as a whole."""
    return PlanError([Problem(text=text, file=str(path))])


class _Repeated(ValueError):
    def __init__(self, key: str) -> None:
        super().__init__(f"the key {key!r} stands twice in one object: keep one of them")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Repeated(key)
            seen.add(key)
    return members


def _number(spelled: str, cast: Callable[[str], int | float]) -> Plain:
    # Python refuses to read an integer of thousands of digits; as a text it is still one.
    return Plain(cast(spelled) if len(spelled) < 40 else float("inf"), spelled)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members,
    parse_int=lambda spelled: _number(spelled, int),
    parse_float=lambda spelled: _number(spelled, float),
)


def json_source(file: str, text: str) -> Source:
    """Read JSON as a tree; numbers keep their spelling.

    Raises:
        PlanError: It is no JSON, or no object says what it means.
    """
    try:
        tree = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        where = f"column {error.colno}: {error.msg}"
        raise PlanError(
            [Problem(text=f"is not JSON, {where}", file=file, line=error.lineno)]
        ) from None
    except _Repeated as error:
        raise refusal(file, str(error)) from None
    except RecursionError:
        raise refusal(file, _TOO_DEEP) from None
    return Source(file, tree, lambda paths: _lines_of_json(text, paths))


def _json_lines(file: str, text: str) -> Source:
    """Read one group a line; a first line without a key of its own holds version and defaults."""
    problems: list[Problem] = []
    head: dict[str, Any] = {}
    groups: list[Any] = []
    numbers: list[int] = []
    first = True
    # Only a line feed ends a line here: texts may hold what str.splitlines takes for one.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            tree = _DECODER.decode(line)
        except json.JSONDecodeError as error:
            where = f"column {error.colno}: {error.msg}"
            problems.append(Problem(text=f"is not JSON, {where}", file=file, line=number))
        except _Repeated as error:
            problems.append(Problem(text=str(error), file=file, line=number))
        except RecursionError:
            problems.append(Problem(text=_TOO_DEEP, file=file, line=number))
        else:
            if first and isinstance(tree, dict) and not {"key", "name", "groups"} & tree.keys():
                head = cast("dict[str, Any]", tree)
            else:
                groups.append(tree)
                numbers.append(number)
        first = False
    if problems:
        raise PlanError(problems)

    def line_of(path: Path) -> int | None:
        match path:
            case ("groups", int(index), *_):
                return numbers[index]
            case (_, *_):
                return 1
            case _:
                return None

    tree = {**head, "groups": groups}
    return Source(file, tree, lambda paths: [line_of(path) for path in paths])


@attrs.define
class _Wanted:
    """Places of a JSON text that are looked for: some end here, others are further in."""

    ends: list[int] = attrs.field(factory=list[int])
    inside: "dict[str | int, _Wanted]" = attrs.field(factory=dict[str | int, "_Wanted"])


def _lines_of_json(text: str, paths: Sequence[Path]) -> Sequence[int | None]:
    """Find the lines of values, decoding the text once more for each step of the paths."""
    root = _Wanted()
    for n, path in enumerate(paths):
        wanted = root
        for step in path:
            wanted = wanted.inside.setdefault(step, _Wanted())
        wanted.ends.append(n)
    starts = [0] * len(paths)

    def look(wanted: _Wanted, at: int) -> None:
        # An absent key: the object that lacks it is the place.
        todo = [wanted]
        while todo:
            each = todo.pop()
            todo += each.inside.values()
            for n in each.ends:
                starts[n] = at
        if wanted.inside and text[at] in "{[":
            for name, start in _parts(text, at):
                if name in wanted.inside:
                    look(wanted.inside[name], start)

    look(root, _blank(text, 0))
    lines: list[int | None] = [None] * len(paths)
    line, counted = 1, 0
    for n in sorted(range(len(paths)), key=starts.__getitem__):
        line += text.count("\n", counted, starts[n])
        counted = starts[n]
        lines[n] = line
    return lines


def _parts(text: str, at: int) -> Iterator[tuple[str | int, int]]:
    is_object = text[at] == "{"
    at = _blank(text, at + 1)
    index = 0
    while text[at] not in "}]":
        name: str | int = index
        if is_object:
            name, at = _DECODER.raw_decode(text, at)
            at = _blank(text, _blank(text, at) + 1)
        yield name, at
        at = _blank(text, _DECODER.raw_decode(text, at)[1])
        if text[at] == ",":
            at = _blank(text, at + 1)
        index += 1


def _blank(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\n", "\r"):
        at += 1
    return at


def _pyyaml(file: str) -> Any:
    try:
        import yaml  # an extra: JSON plans work without it
    except ImportError:
        raise refusal(
            file,
            "is YAML, and PyYAML, of the extra 'cli' of this package, is not installed: pip "
            "install PyYAML, or write the plan as JSON",
        ) from None
    return yaml


def yaml_source(file: str, text: str) -> Source:
    """Read YAML as a tree; scalars keep their spelling.

    Raises:
        PlanError: It is no YAML, or YAML that means nothing in a plan.
    """
    yaml = _pyyaml(file)
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    problems: list[Problem] = []
    most = 0
    try:
        most = _unfolding_limit(yaml.parse(text, Loader=loader), file)
        root = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(part for part in (error.context, error.problem) if part)
        line = mark.line + 1 if mark else None
        raise PlanError([Problem(text=f"is not YAML: {said}", file=file, line=line)]) from None
    except yaml.YAMLError as error:
        said = str(error).splitlines()[0]
        raise refusal(file, f"is not YAML: {said}") from None

    unfolded = 0

    def value(node: Any, inside: tuple[Any, ...]) -> Any:
        nonlocal unfolded
        line: int = node.start_mark.line + 1
        unfolded += 1
        if unfolded > most:
            raise refusal(file, "says too much through its aliases: write out what they stand for")
        if node in inside:
            problems.append(Problem(text="holds itself: remove the alias", file=file, line=line))
            return None
        if node.id == "sequence":
            return [value(item, (*inside, node)) for item in node.value]
        if node.id == "mapping":
            members: dict[str, Any] = {}
            for key, item in node.value:
                if key.id != "scalar":
                    text = "a key must be a plain word"
                    problems.append(Problem(text=text, file=file, line=line))
                    continue
                if key.value in members:
                    text = str(_Repeated(key.value))
                    at: int = key.start_mark.line + 1
                    problems.append(Problem(text=text, file=file, line=at))
                members[key.value] = value(item, (*inside, node))
            return members
        return _scalar(node, problems, file, line)

    tree = None if root is None else value(root, ())
    if problems:
        raise PlanError(problems)
    return Source(file, tree, lambda paths: [_yaml_line(root, path) for path in paths])


def _unfolding_limit(events: Iterable[Any], file: str) -> int:
    """Return how many values a YAML file may unfold to: some more than it writes out.

    Looked at before the file is composed, which takes a deep tree to the end of the stack.

    Raises:
        PlanError: It is nested deeper than a plan can be.
    """
    depth = values = 0
    for event in events:
        name = type(event).__name__
        if name in ("MappingStartEvent", "SequenceStartEvent"):
            depth += 1
            if depth > _DEEPEST:
                line: int = event.start_mark.line + 1
                raise PlanError([Problem(text=_TOO_DEEP, file=file, line=line)])
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            depth -= 1
        values += 1
    return 2 * values + 100_000


def _scalar(node: Any, problems: list[Problem], file: str, line: int) -> Any:
    text: str = node.value
    match node.tag.removeprefix("tag:yaml.org,2002:"):
        case "null":
            return None
        case "bool":
            return Plain(text.lower() in ("yes", "true", "on"), text)
        case "int" | "float" as kind:
            return _yaml_number(text, kind)
        case "str" | "timestamp":
            return text
        case tag:
            said = f"the tag !!{tag} has no meaning in a plan: remove it"
            problems.append(Problem(text=said, file=file, line=line))
            return None


def _yaml_number(text: str, kind: str) -> Plain:
    """Read decimal numbers; of what YAML writes otherwise (0x1F, 1:30) only the spelling counts."""
    try:
        return _number(text, int if kind == "int" else float)
    except ValueError:
        return Plain(float("nan"), text)


def _yaml_line(root: Any, path: Path) -> int | None:
    node = root
    for step in path:
        if node is None or node.id == "scalar":
            break
        if node.id == "sequence":
            found = node.value[step] if isinstance(step, int) else None
        else:
            found = next((item for key, item in node.value if key.value == step), None)
        if found is None:
            break
        node = found
    return None if node is None else int(node.start_mark.line) + 1
