"""Public names of a package that are imported when they are first asked for."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def on_demand(package: str, rooms: Mapping[str, str]) -> Callable[[str], Any]:
    """Make the ``__getattr__`` of a package that imports its names when they are asked for.

    Args:
        package: The package's name.
        rooms: The names that it gives, each with the module that has it. The modules can be
            reached as attributes, too, as if they had been imported.
    """
    modules = {room.partition(".")[0] for room in rooms.values()}

    def get(name: str) -> Any:
        if name in rooms:
            value = getattr(import_module(f"{package}.{rooms[name]}"), name)
            setattr(sys.modules[package], name, value)  # so that this is asked once
            return value
        if name in modules:
            return import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name)

    return get
