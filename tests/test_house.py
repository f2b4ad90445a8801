"""The house stands: imports point down only, public names are said, each room has its tests."""

import ast
import importlib
from pathlib import Path

import pytest

import bitrix_scrum_async

PACKAGE = Path(bitrix_scrum_async.__file__).parent
TESTS = Path(__file__).parent

# Who may import whom: a room sees itself and what stands below it. Files that are named here one
# by one are the values of the ground floor, in their own order.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("version", "unset", "on_demand"),
    ("errors",),
    ("known_errors", "wire"),
    ("known_texts", "php"),
    ("portal_errors",),
    ("shape",),
    ("records",),
    ("field_forms", "spelling"),
    ("converter",),
    ("decoding",),
    ("calls",),
    ("resources", "transport"),
    ("batch",),
    ("portal",),
    ("session",),
    ("",),  # the package's own __init__: the public names
    ("importer",),
    ("cli",),
)
# Rooms that stand beside the house, and the floors they may use.
BESIDE: dict[str, set[str]] = {
    "emulator": {"version"},
    "testing": {"emulator"},
    "telemetry": {"version", "transport"},
}


def modules() -> dict[str, Path]:
    """Every module below the package by its dotted name, without the package's."""
    found: dict[str, Path] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts.pop()
        found[".".join(parts)] = path
    return found


def imported(name: str, path: Path) -> set[str]:
    """The package's own modules that a module imports, anywhere in it."""
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    package = [part for part in package if part]
    found: set[str] = set()
    known = modules()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            prefix = ["bitrix_scrum_async", *base] if node.level else []
            target = ".".join([*prefix, *(node.module.split(".") if node.module else [])])
            if target.partition(".")[0] != "bitrix_scrum_async":
                continue
            names = {f"{target}.{alias.name}".partition(".")[2] for alias in node.names}
            if not names <= known.keys():  # `from . import room` takes nothing of the package
                found.add(target)
            found.update(f"bitrix_scrum_async.{short}" for short in names)
    own = {target for target in found if target.split(".")[0] == "bitrix_scrum_async"}
    return {
        short
        for target in own
        if (short := target.removeprefix("bitrix_scrum_async").lstrip(".")) in known
    }


def room(module: str) -> str:
    return module.split(".")[0]


def floor(module: str) -> int:
    return next(level for level, rooms in enumerate(FLOORS) if room(module) in rooms)


@pytest.mark.parametrize("name", modules())
def test_imports_point_down_only(name: str) -> None:
    for target in imported(name, modules()[name]):
        if room(target) == room(name):
            continue
        if room(name) in BESIDE:
            assert room(target) in BESIDE[room(name)], f"{name} stands beside the house"
        elif room(target) in BESIDE:
            # The command line starts the emulator; nothing else of the house knows them.
            assert room(name) == "cli", f"{name} uses {target}"
        elif not (target == "" and name == ""):
            assert floor(target) < floor(name), f"{name} must not import {target}"


def test_transport_and_resources_do_not_know_each_other_nor_batch() -> None:
    for name, path in modules().items():
        if room(name) in {"transport", "resources"}:
            others = {"transport", "resources", "batch", "session"} - {room(name)}
            assert not {room(target) for target in imported(name, path)} & others


def test_only_one_file_knows_the_http_client() -> None:
    """The session names its type, since a caller may bring a client of their own."""
    users = {
        name
        for name, path in modules().items()
        if room(name) not in {"emulator", "cli"}
        and "import aiohttp" in path.read_text(encoding="utf-8")
    }
    assert users == {"transport.http", "session"}


def test_the_public_names_are_exactly_those_that_are_said() -> None:
    said = bitrix_scrum_async.__all__
    assert len(set(said)) == len(said)
    assert set(said) <= set(dir(bitrix_scrum_async))
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    for_checkers = next(
        node.body
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    known = {
        alias.name: f"bitrix_scrum_async.{node.module}"
        for node in for_checkers
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert {*known, "__version__"} == set(said)
    for name, module in known.items():
        given = getattr(bitrix_scrum_async, name)
        assert given is getattr(importlib.import_module(module), name)


# Tests of what several files do together, and folders of such tests.
OF_THE_WHOLE = {
    "benchmarks",
    "docs",
    "examples",
    "peers",
    "sending",
    "test_any_input",
    "test_docstrings",
    "test_documented_examples",
    "test_endings",
    "test_hidden_failures",
    "test_house",
    "test_lists_over_http",
    "test_namesakes",
    "test_over_http",
    "test_run_again",
    "test_run_ends",
    "test_stop_sending",
}


def test_tests_mirror_the_files_they_test() -> None:
    """A file has a test file of its name, or a folder of its name with a test file a theme."""
    known = modules()
    for path in sorted(TESTS.rglob("test_*.py")):
        folders = path.parent.relative_to(TESTS).parts
        whole = known.get(".".join(folders))
        if OF_THE_WHOLE & {path.stem, *folders[:1]} or (whole and whole.name != "__init__.py"):
            continue
        name = ".".join([*folders, path.stem.removeprefix("test_")])
        assert name in known, f"{path.relative_to(TESTS)} tests a file that is not there"


def test_every_room_has_tests() -> None:
    rooms = {name.split(".")[0] for name in modules()} - {"", "version", "unset", "portal", "shape"}
    tested = {
        path.relative_to(TESTS).parts[0].removeprefix("test_").removesuffix(".py")
        for path in TESTS.rglob("test_*.py")
    }
    assert rooms <= tested
