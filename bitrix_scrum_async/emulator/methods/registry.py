"""The table of methods. Families add themselves to it."""

from collections.abc import Callable
from typing import Any

import attrs

from bitrix_scrum_async.emulator.visit import Visit

Params = dict[str, Any]
Handler = Callable[[Visit, Params], Any]


@attrs.frozen
class Method:
    """One REST method: its documented name, the scope it needs, and what it does."""

    name: str
    scope: str | None
    handler: Handler


METHODS: dict[str, Method] = {}


def method(name: str, scope: str | None) -> Callable[[Handler], Handler]:
    """Put a handler into the table under the method's documented name."""

    def add(handler: Handler) -> Handler:
        METHODS[name.lower()] = Method(name, scope, handler)
        return handler

    return add
